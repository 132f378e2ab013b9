import { ofEngine, told, unknown } from "./diagnosis.js";

const lang = document.documentElement.lang;
const words = {
  zh: { wait: "正在载入引擎与数据……", running: "正在查询……", rows: (n, ms, shown) => `${n} 行，用时 ${ms} 毫秒${shown < n ? `；此处列前 ${shown} 行，下载则为全部` : ""}`, yes: "是", no: "否", none: "没有结果。", stopped: "已停止。", unknown: (v) => `不认识：${v}`, any: "不限；例如 ", note: "注意：", counted: "行数", more: (n) => `另有 ${n} 项未画出。`, failed: "数据无法载入；查询需要经由网络服务器打开本页。" },
  en: { wait: "Loading the engine and the data …", running: "Running …", rows: (n, ms, shown) => `${n} rows in ${ms} ms${shown < n ? `; the first ${shown} are here, the downloads have them all` : ""}`, yes: "yes", no: "no", none: "No rows.", stopped: "Stopped.", unknown: (v) => `not known: ${v}`, any: "any; such as ", note: "note: ", counted: "number of rows", more: (n) => `${n} more are not drawn.`, failed: "The data could not be loaded; this page needs a web server." },
}[lang];
const by = (id) => document.getElementById(id);
const [form, choice, parameters, text, status, answer] = ["ask", "question", "parameters", "text", "status", "answer"].map(by);
const SHOWN = 500;
let catalogue, worker, editor, problem, urls = [];

const loaded = fetch("query.json").then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); });

let named;
const names = () => (named ||= fetch("terms.json").then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); }));

function say(message, problem = false) {
  status.textContent = message;
  status.className = problem ? "problem" : "";
}

function write(query) {
  text.value = query;
  editor?.set(query);
}

async function choose() {
  try { catalogue ||= await loaded; } catch { say(words.failed, true); return; }
  const question = catalogue.questions[choice.value];
  parameters.replaceChildren(parameters.querySelector("legend"));
  parameters.hidden = !question?.parameters.length;
  if (!question) return;
  write(question.text);
  for (const { name, kind, example } of question.parameters) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.htmlFor = input.id = `p-${name}`;
    label.textContent = catalogue.columns[name]?.[lang] || name;
    input.name = name;
    const [, zh, en] = (catalogue.terms[kind] || []).find(([iri]) => iri.split(/[#/]/).pop() === example.split(":").pop()) || [];
    input.placeholder = words.any + ((lang === "zh" ? zh : en) || example);
    input.dataset.kind = kind;
    const options = document.createElement("datalist");
    options.id = `${input.id}-terms`;
    for (const [, zh, en] of catalogue.terms[kind] || []) {
      const option = document.createElement("option");
      option.value = lang === "zh" ? zh : en;
      options.append(option);
    }
    if (options.children.length) input.setAttribute("list", options.id);
    input.addEventListener("change", fill);
    parameters.append(label, input, options);
  }
}

// A term as SPARQL: an IRI, a prefixed name, a term's name in either language or the last part of its IRI.
function term(value, kind) {
  if (/^<?https?:[^\s<>"{}|\\^`]+>?$/.test(value)) return `<${value.replace(/[<>]/g, "")}>`;
  const known = (catalogue.terms[kind] || []).find(([iri, zh, en]) => [zh, en, iri.split(/[#/]/).pop()].some((n) => n.toLowerCase() === value.toLowerCase()));
  if (known) return `<${known[0]}>`;
  const [, prefix, local] = /^([\w-]*):([\w.-]+)$/.exec(value) || [];
  if (local && catalogue.prefixes[prefix]) return `<${catalogue.prefixes[prefix]}${local}>`;
  if (local && catalogue.sources.includes(prefix)) return `<${catalogue.prefixes.cvs}${prefix}#${local}>`;
  return null;
}

function fill() {
  const question = catalogue.questions[choice.value];
  let query = question.text;
  for (const input of parameters.querySelectorAll("input")) {
    const value = input.value.trim();
    if (!value) continue;
    const found = term(value, input.dataset.kind);
    if (!found) { say(words.unknown(value), true); input.setAttribute("aria-invalid", "true"); return false; }
    input.removeAttribute("aria-invalid");
    query = query.replace(new RegExp(`(VALUES\\s*[?$]${input.name}\\s*\\{)[^}]*\\}`, "gi"), (_, head) => `${head} ${found} }`);
  }
  write(query);
  say("");
  return true;
}

function cell(value, path) {
  if (!value) return document.createTextNode("");
  if (value.type !== "uri") return document.createTextNode(value.value);
  const link = document.createElement("a");
  const { base, prefixes } = catalogue;
  if (value.value.startsWith(base)) {
    const [page, anchor] = value.value.slice(base.length).split("#");
    link.href = `${page}.${lang}.html${anchor ? "#" + anchor : ""}`;
  } else if (/^https?:/.test(value.value)) { link.href = value.value; link.rel = "external"; }
  const entry = Object.entries(prefixes).filter(([, iri]) => value.value.startsWith(iri)).sort((a, b) => b[1].length - a[1].length)[0];
  link.textContent = path || (entry ? `${entry[0]}:${value.value.slice(entry[1].length)}` : value.value);
  return link;
}

function show({ variables, rows, boolean }, took) {
  answer.replaceChildren();
  if (boolean !== undefined) { say(boolean ? words.yes : words.no); offer({ head: {}, boolean }, String(boolean)); return; }
  // Of a column and its names in two languages the name in the language of the page is shown, as the link.
  const hidden = (name) => name.endsWith(lang === "zh" ? "_en" : "_zh") || variables.includes(`${name}_${lang}`);
  const kept = variables.map((name, i) => [name, i]).filter(([name]) => !hidden(name));
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const [name] of kept) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = catalogue.columns[name.replace(/_(zh|en)$/, "")]?.[lang] || name;
    head.append(th);
  }
  const body = table.createTBody();
  const thing = (row, name) => (name.endsWith(`_${lang}`) ? row[variables.indexOf(name.slice(0, -3))] : null);
  const content = (row, [name, i]) => (thing(row, name)?.type === "uri" && row[i] ? cell(thing(row, name), row[i].value) : cell(row[i]));
  for (const row of rows.slice(0, SHOWN)) {
    const line = body.insertRow();
    for (const column of kept) line.insertCell().append(content(row, column));
  }
  if (rows.length) answer.append(table);
  chart.hidden = !rows.length;
  charted = { names: [...head.cells].map((th) => th.textContent), rows, numbers: kept.map(([, i]) => rows.some((r) => r[i]) && rows.every((r) => !r[i] || NUMBER.test(r[i].datatype))), texts: (row) => kept.map((column) => content(row, column).textContent) };
  const choices = charted.names.map((name, i) => [name, i]);
  const own = ({ numbers }) => choices.filter(([, i]) => numbers[i]);
  each.replaceChildren(...choices.map(([name, i]) => new Option(name, i)));
  lengths.replaceChildren(new Option(words.counted, -1), ...own(charted).map(([name, i]) => new Option(name, i)));
  each.value = Math.max(0, charted.numbers.indexOf(false));
  if (own(charted).length) lengths.value = own(charted)[0][1];
  if (chart.open) picture();
  say(rows.length ? words.rows(rows.length, Math.round(took), Math.min(rows.length, SHOWN)) : words.none);
  const quoted = (s) => (/[",\n\r]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);
  const csv = [variables, ...rows.map((row) => row.map((v) => v?.value ?? ""))].map((r) => r.map(quoted).join(",")).join("\r\n") + "\r\n";
  const bindings = rows.map((row) => Object.fromEntries(row.map((v, i) => [variables[i], v]).filter(([, v]) => v)));
  offer({ head: { vars: variables }, results: { bindings } }, csv);
}

const NUMBER = /#(?:integer|decimal|double|float|int|long|nonNegativeInteger|positiveInteger|gYear)$/;
const [chart, each, lengths] = ["chart", "each", "length"].map(by);
let charted;

async function picture() {
  if (!charted || !chart.open) return;
  const { counted, draw } = await import("./bars.js");
  const length = Number(lengths.value);
  const { shown, more } = counted(charted.rows.map(charted.texts), Number(each.value), length);
  const drawn = draw(by("bars"), shown, length < 0 ? words.counted : charted.names[length]);
  by("more").textContent = more ? words.more(more) : "";
  by("png").href = drawn.toBase64Image();
}

function offer(json, csv) {
  urls.forEach((url) => URL.revokeObjectURL(url));
  urls = [new Blob(["\ufeff", csv], { type: "text/csv" }), new Blob([JSON.stringify(json)], { type: "application/sparql-results+json" })].map((b) => URL.createObjectURL(b));
  [by("csv").href, by("json").href] = urls;
  by("downloads").hidden = false;
}

function done() { by("run").disabled = false; by("stop").disabled = true; }

function stop() {
  worker?.terminate();
  worker = undefined;
  done();
  say(words.stopped);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try { catalogue ||= await loaded; } catch { say(words.failed, true); return; }
  if (catalogue.questions[choice.value] && !parameters.hidden && [...parameters.querySelectorAll("input")].some((i) => i.value.trim()) && !fill()) return;
  answer.replaceChildren();
  by("downloads").hidden = chart.hidden = true;
  charted = problem = undefined;
  by("run").disabled = true;
  by("stop").disabled = false;
  say(words.wait);
  worker ||= new Worker("assets/worker.js", { type: "module" });
  const asked = text.value;
  worker.onmessage = async ({ data }) => {
    if (data.running) { say(words.running); return; }
    done();
    if (data.error) {
      const found = ofEngine(data.error, data.offset, asked, Object.keys(catalogue.prefixes));
      problem = found && { asked, found };
      say(found ? told(found, asked) : data.error, true);
      editor?.show(found);
      return;
    }
    show(data.result, data.took);
    const known = new Set((await names().catch(() => [])).map(([name]) => name));
    if (known.size) for (const found of unknown(asked, known)) status.append(document.createElement("br"), words.note + told(found, asked));
    status.scrollIntoView({ block: "nearest" });
  };
  worker.onerror = () => { done(); say(words.failed, true); worker = undefined; };
  const question = catalogue.questions[choice.value];
  worker.postMessage({ query: asked, views: question?.views || [], declared: catalogue.prefixes });
  history.replaceState(null, "", `?${address(asked, question)}`);
});

// What to add to the address of the page so that it opens with this query.
function address(asked, question) {
  const values = [...parameters.querySelectorAll("input")].filter((i) => i.value.trim()).map((i) => [i.name, i.value.trim()]);
  return question && (values.length || asked === question.text) ? new URLSearchParams([["question", choice.value], ...values]) : new URLSearchParams({ query: asked });
}

async function upgrade() {
  text.removeEventListener("focus", upgrade);
  try {
    const [{ edit }, known] = await Promise.all([import("./editor.js"), names()]);
    const label = document.querySelector("label[for=text]").textContent;
    editor = edit(text, { names: known, label, run: () => form.requestSubmit(), problem: (now) => (problem?.asked === now ? problem.found : null) });
  } catch (error) {
    console.info(error); // the plain field does as well
  }
}

text.addEventListener("focus", upgrade);
each.addEventListener("change", picture);
lengths.addEventListener("change", picture);
chart.addEventListener("toggle", picture);
choice.addEventListener("change", choose);
by("stop").addEventListener("click", stop);
const opened = new URLSearchParams(location.search);
if (opened.get("query")) write(opened.get("query"));
if ([...choice.options].some((o) => o.value && o.value === opened.get("question"))) {
  choice.value = opened.get("question");
  await choose();
  for (const input of parameters.querySelectorAll("input")) input.value = opened.get(input.name) || "";
  if ([...parameters.querySelectorAll("input")].some((i) => i.value)) fill();
}
