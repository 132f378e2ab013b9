// A claim that is not on this page of a long source is on the last of the pages whose first claim does not come after it.
const [, letters, digits] = /^(.*?)(\d*)$/.exec(decodeURIComponent(location.hash.slice(1)));
if (digits && !document.getElementById(letters + digits)) {
  const pages = [...document.querySelectorAll("a[data-first]")].filter((page) => {
    const [, same, first] = /^(.*?)(\d*)$/.exec(page.dataset.first);
    return same === letters && Number(first) <= Number(digits);
  });
  if (pages.length) location.replace(pages.at(-1).href + location.hash);
}
