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
const READ = 40; // files of things that are read to find the best among very many
const files = new Map();

// The index tells which file has which tokens, and which has which things; a file is loaded once, when something typed needs it.
function load(name) {
  if (!files.has(name)) {
    const file = fetch(name).then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); });
    file.catch(() => files.delete(name));
    files.set(name, file);
  }
  return files.get(name);
}

// The place of the last of the sorted values that is not above the wanted one.
function place(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= wanted) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function numbers(steps, into) {
  let number = 0;
  for (const step of steps) into.add(number += step);
}

// A word is found by its beginning, Chinese characters as they are.
async function having(index, token) {
  const found = new Set();
  const first = Math.max(0, place(index.tokens, token));
  const last = isHan(token) ? first : Math.max(first, place(index.tokens, token + "\uffff"));
  const shards = await Promise.all(index.tokens.slice(first, last + 1).map((_, i) => load(`search/tokens-${first + i}.json`)));
  for (const shard of shards) {
    if (isHan(token)) { if (Object.hasOwn(shard, token)) numbers(shard[token], found); continue; }
    for (const name of Object.keys(shard)) if (name.startsWith(token)) numbers(shard[name], found);
  }
  return found;
}

async function hits(index, wanted) {
  let all;
  for (const here of await Promise.all(wanted.map((token) => having(index, token)))) all = all ? new Set([...all].filter((d) => here.has(d))) : here;
  return [...all].sort((a, b) => a - b);
}

// The things of these numbers, from as many files as are read; things with a name are in the first of them.
async function things(index, found) {
  const begins = [...new Set(found.map((d) => index.begins[place(index.begins, d)]))].slice(0, READ);
  const read = new Map(await Promise.all(begins.map(async (begin) => [begin, await load(`search/${begin}.json`)])));
  return found.flatMap((d) => {
    const begin = index.begins[place(index.begins, d)];
    return read.has(begin) ? [[d, ...read.get(begin)[d - begin]]] : [];
  });
}

async function find(text) {
  list.replaceChildren();
  const wanted = [...new Set(tokens(text))];
  if (!wanted.length) { status.textContent = ""; return; }
  let index, found, read;
  try {
    if (!files.size) status.textContent = words.wait;
    index = await load("search.json");
    found = await hits(index, wanted);
    read = await things(index, found);
  } catch { status.textContent = words.failed; return; }
  if (text !== input.value) return;
  const plain = text.normalize("NFKC").toLowerCase().trim();
  const score = ([, , claim, zh, en]) => {
    const names = [zh.toLowerCase(), en.toLowerCase()];
    return (claim ? 100 : 0) + (names.includes(plain) ? 0 : names.some((n) => n.startsWith(plain)) ? 1 : names.some((n) => n.includes(plain)) ? 2 : 3);
  };
  const ranked = read.map((thing) => [score(thing), thing]).sort((a, b) => a[0] - b[0] || a[1][0] - b[1][0]);
  const shown = ranked.slice(0, SHOWN).map(([, [, address, claim, zh, en, kind]]) => {
    const [page, anchor] = address.split("#");
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${page}.${lang}.html${anchor ? "#" + anchor : ""}`;
    link.textContent = lang === "zh" ? zh : en;
    item.append(link, " ");
    const note = document.createElement("span");
    note.className = "other";
    if (claim) note.textContent = `${page.split("/").pop()} ${anchor}`;
    else { note.textContent = `${lang === "zh" ? en : zh} · ${index.kinds[kind][lang]}`; }
    item.append(note);
    return item;
  });
  list.replaceChildren(...shown);
  status.textContent = found.length ? words.some(shown.length, found.length) : words.none;
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
