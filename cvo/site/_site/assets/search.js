import { isHan, tokens } from "./tokens.js";

const lang = document.documentElement.lang;
const words = {
  zh: { none: "没有找到。", some: (n, all) => (n < all ? `找到 ${all} 条，此处列前 ${n} 条` : `找到 ${all} 条`), wait: "正在载入索引……", failed: "索引无法载入；检索需要经由网络服务器打开本页。" },
  en: { none: "Nothing found.", some: (n, all) => (n < all ? `${all} found; the first ${n} are here` : `${all} found`), wait: "Loading the index …", failed: "The index could not be loaded; the search needs a web server." },
}[lang];
const input = document.getElementById("q");
const status = document.getElementById("status");
const list = document.getElementById("found");
const SHOWN = 50;
let index;

async function load() {
  if (!index) {
    status.textContent = words.wait;
    index = fetch("search.json").then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); });
  }
  return index;
}

// A word is found by its beginning; a pair of characters, and a single character within any pair.
function places(index, token) {
  const exact = index.tokens[token];
  const han = isHan(token);
  if (han && [...token].length > 1) return new Set(exact || []);
  const all = new Set(exact || []);
  for (const name of Object.keys(index.tokens)) if (han ? name.includes(token) : name.startsWith(token)) index.tokens[name].forEach((d) => all.add(d));
  return all;
}

async function find(text) {
  list.replaceChildren();
  const wanted = [...new Set(tokens(text))];
  if (!wanted.length) { status.textContent = ""; return; }
  let data;
  try { data = await load(); } catch { index = undefined; status.textContent = words.failed; return; }
  if (text !== input.value) return;
  let hits;
  for (const token of wanted) {
    const here = places(data, token);
    hits = hits ? new Set([...hits].filter((d) => here.has(d))) : here;
  }
  const plain = text.normalize("NFKC").toLowerCase().trim();
  const score = (d) => {
    const [, claim, zh, en] = data.documents[d];
    const names = [zh.toLowerCase(), en.toLowerCase()];
    return (claim ? 100 : 0) + (names.includes(plain) ? 0 : names.some((n) => n.startsWith(plain)) ? 1 : names.some((n) => n.includes(plain)) ? 2 : 3);
  };
  const ranked = [...hits].map((d) => [score(d), d]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const shown = ranked.slice(0, SHOWN).map(([, d]) => {
    const [address, claim, zh, en, kind] = data.documents[d];
    const [page, anchor] = address.split("#");
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${page}.${lang}.html${anchor ? "#" + anchor : ""}`;
    link.textContent = lang === "zh" ? zh : en;
    item.append(link, " ");
    const note = document.createElement("span");
    note.className = "other";
    if (claim) note.textContent = `${page.split("/").pop()} ${anchor}`;
    else { note.textContent = `${lang === "zh" ? en : zh} · ${data.kinds[kind][lang]}`; }
    item.append(note);
    return item;
  });
  list.replaceChildren(...shown);
  status.textContent = ranked.length ? words.some(shown.length, ranked.length) : words.none;
}

let pause;
input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => find(input.value), 120); });
document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
  find(input.value);
});
const asked = new URLSearchParams(location.search).get("q");
if (asked) { input.value = asked; find(asked); }
