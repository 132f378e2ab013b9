// Goes on to the page in the reader's language, with whatever comes after # or ?; without JavaScript both are linked.
const chinese = (navigator.languages || [navigator.language]).find((l) => /^(zh|en)/i.test(l) );
const language = /^zh/i.test(chinese || "en") ? "zh" : "en";
const link = location.pathname.split("/").pop();
const leaf = link === "" ? "index" : link.replace(/\.html$/, "");
location.replace(leaf + "." + language + ".html" + location.search + location.hash);
