// What is wrong with a query, said where it is and in the reader's language, as `cvo query` says it.
const lang = document.documentElement.lang;
const PAIRS = { "{": "}", "(": ")", "[": "]" };
// Comments, texts and IRIs, in which brackets and names mean nothing; then what is looked for.
const PARTS = /#[^\n]*|"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<[^\s<>"{}|\\^`]*>|[{}()[\]"']|(?<![?$\w-])[A-Za-z][\w-]*:[\w-]*|[?$]?[\p{L}\p{N}_-]+/gu;
const FORMS = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];

const words = {
  zh: {
    at: (line, column, what) => `第 ${line} 行第 ${column} 列：${what}`,
    open: (bracket) => `“${bracket}”没有闭合，缺“${PAIRS[bracket]}”`,
    stray: (bracket) => `多出“${bracket}”，前面没有与之相配的括号`,
    crossed: (bracket, other, place) => `“${bracket}”与第 ${place.line} 行第 ${place.column} 列的“${other}”不相配`,
    syntax: (found, expected) => `${found ? `“${found}”不能用在这里` : "此处或稍前有误，不合 SPARQL 语法"}${expected ? `；此处可用 ${expected}` : ""}`,
    text: "这里开始的文本没有结束引号",
    form: (word) => `查询以 ${FORMS.join("、")} 之一开头，而不是“${word}”`,
    empty: "还没有写查询",
    service: "本页的引擎不支持 SERVICE",
    prefix: (name) => `前缀 ${name}: 没有声明`,
    unknown: (name, guess) => `本体和词汇里没有 ${name}${guess ? `，是否指 ${guess}？` : ""}`,
  },
  en: {
    at: (line, column, what) => `line ${line}, column ${column}: ${what}`,
    open: (bracket) => `'${bracket}' is never closed; write '${PAIRS[bracket]}'`,
    stray: (bracket) => `'${bracket}' closes nothing`,
    crossed: (bracket, other, place) => `'${bracket}' does not close the '${other}' of line ${place.line}, column ${place.column}`,
    syntax: (found, expected) => `${found ? `'${found}' cannot stand here` : "not SPARQL at this point, or just before it"}${expected ? `; one of ${expected} can` : ""}`,
    text: "the text that begins here is not closed",
    form: (word) => `a query begins with ${FORMS.join(", ")}, not with '${word}'`,
    empty: "no query is written yet",
    service: "the engine of this page does not support SERVICE",
    prefix: (name) => `the prefix ${name}: is not declared`,
    unknown: (name, guess) => `${name} is not in the ontology or its vocabulary${guess ? `, did you mean ${guess}?` : ""}`,
  },
}[lang];

export function placeOf(text, position) {
  const before = text.slice(0, position).split("\n");
  return { line: before.length, column: [...before.at(-1)].length + 1 };
}

export function told({ from, message }, text) {
  const { line, column } = placeOf(text, from);
  return words.at(line, column, message);
}

// The first bracket that has no partner.
export function brackets(text) {
  const open = [];
  for (const { 0: part, index } of text.matchAll(PARTS)) {
    if (PAIRS[part]) open.push({ part, index });
    else if (part.length === 1 && "})]".includes(part)) {
      const last = open.pop();
      if (!last) return { from: index, to: index + 1, severity: "error", message: words.stray(part) };
      if (PAIRS[last.part] !== part) return { from: index, to: index + 1, severity: "error", message: words.crossed(part, last.part, placeOf(text, last.index)) };
    }
  }
  const last = open.pop();
  return last ? { from: last.index, to: last.index + 1, severity: "error", message: words.open(last.part) } : null;
}

// The names of the project's own two namespaces that *known* does not have.
export function unknown(text, known) {
  const found = [];
  for (const { 0: name, index } of text.matchAll(PARTS)) {
    if (!/^cv[ot]:/.test(name) || known.has(name)) continue;
    found.push({ from: index, to: index + name.length, severity: "warning", message: words.unknown(name, nearest(name, known)) });
  }
  return found;
}

function nearest(name, known) {
  let [best, least] = ["", Math.max(1, Math.floor(name.length / 5)) + 1];
  for (const other of known) {
    if (Math.abs(other.length - name.length) >= least) continue;
    const steps = distance(name.toLowerCase(), other.toLowerCase(), least);
    if (steps < least) [best, least] = [other, steps];
  }
  return best;
}

// The edits from one name to the other (Levenshtein); *limit* or more is told as *limit*.
function distance(a, b, limit) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[b.length];
}

// What makes *text* no query, whatever the grammar says: its first word, a prefix, a quotation mark.
function plain(text, prefixes) {
  const declared = new Set(prefixes);
  let begun = false;
  for (const match of text.matchAll(PARTS)) {
    const { 0: part, index } = match;
    const error = (message) => ({ from: index, to: index + part.length, severity: "error", message });
    if (part[0] === "#" || part[0] === "<") continue;
    if (part === '"' || part === "'") return error(words.text);
    const name = /^([A-Za-z][\w-]*):/.exec(part)?.[1];
    if (name && /\bPREFIX\s+$/i.test(text.slice(0, index))) declared.add(name);
    else if (name && !declared.has(name)) return error(words.prefix(name));
    if (begun || name || /^(?:prefix|base)$/i.test(part)) continue;
    if (!FORMS.includes(part.toUpperCase())) return error(words.form(part));
    begun = true;
  }
  return begun ? null : { from: 0, to: 0, severity: "error", message: words.empty };
}

// What the engine says of *text*, before which it saw *lines* more lines; null where it says no place.
export function ofEngine(message, lines, text, prefixes) {
  const found = plain(text, prefixes) || brackets(text);
  if (found) return found;
  const service = /\bSERVICE\b/i.exec(text);
  if (service && /service/i.test(message)) return { from: service.index, to: service.index + 7, severity: "error", message: words.service };
  const [, line, column, rest] = /error at (\d+):(\d+): ([^]*)/.exec(message) || [];
  if (!line) return null;
  const all = text.split("\n");
  const own = Math.max(0, line - lines - 1);
  const from = Math.min(text.length, all.slice(0, own).join("\n").length + (own ? 1 : 0) + [...(all[own] || "")].slice(0, column - 1).join("").length);
  const start = from + /^\s*/.exec(text.slice(from))[0].length;
  const [word = ""] = /^(?:[?$]?[\w:-]+|\S)/u.exec(text.slice(start)) || [];
  const expected = [...new Set([...rest.matchAll(/"([^"]+)"/g)].map((m) => m[1]))].filter((m) => !/^[~\\]|\|/.test(m));
  return { from: start, to: start + word.length, severity: "error", message: words.syntax(word, expected.length > 8 ? "" : expected.join(" ")) };
}
