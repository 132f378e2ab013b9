// The text of a query becomes an editor when it is first used: colours, brackets, completion of the project's names, and marks at mistakes.
import {
  EditorState, EditorView, HighlightStyle, StreamLanguage, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap,
  defaultKeymap, drawSelection, forceLinting, history, historyKeymap, keymap, lineNumbers, lintKeymap, linter, sparql, syntaxHighlighting, tags,
} from "./libraries/codemirror.js";
import { brackets, unknown } from "./diagnosis.js";

const lang = document.documentElement.lang;
const MOST = 60;
const KEYWORDS = `ASK BIND CONSTRUCT COUNT DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP_CONCAT HAVING LANG LIMIT MINUS NOT OFFSET OPTIONAL
  ORDER PREFIX REGEX SELECT STR UNION VALUES WHERE CONTAINS STRSTARTS COALESCE`.split(/\s+/).concat("GROUP BY", "ORDER BY");
const fold = (text) => text.normalize("NFKC").toLowerCase();

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--soft)", borderRadius: ".3rem", fontSize: ".875rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, Menlo, Consolas, "Noto Sans Mono", monospace', lineHeight: "1.6", minHeight: "12rem", maxHeight: "26rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--tint)", borderRight: "1px solid var(--line)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--h2) !important" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--soft)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--onaccent)", backgroundColor: "var(--accent)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--onaccent)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--no)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--soft)" },
  ".cm-diagnostic": { fontFamily: "system-ui, sans-serif" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)" },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.string, tags.meta], color: "var(--no)" },
  { tag: tags.atom, color: "var(--link)" },
]);

// *names* are [name, in Chinese, in English]; what is typed is looked for in all three.
export function completions(names) {
  const folded = names.map((name) => [name, name.map(fold)]);
  return (context) => {
    const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
    if (variable) {
      const all = new Set(context.state.doc.toString().match(/[?$][\p{L}\p{N}_]+/gu));
      all.delete(variable.text);
      return { from: variable.from, options: [...all].sort().map((label) => ({ label, type: "variable" })) };
    }
    const word = context.matchBefore(/(?:[A-Za-z][\w-]*:)?[\p{L}\p{N}_-]*/u);
    if (!word?.text && !context.explicit) return null;
    const sought = fold(word.text);
    const bare = sought.replace(/^cv[ot]:/, "");
    const rank = ([name, ...labels]) => {
      const local = name.slice(4);
      if (sought.includes(":") && !name.startsWith(sought.slice(0, 4))) return 9;
      if (local === bare || labels.includes(bare)) return 0;
      if (local.startsWith(bare)) return 1;
      if (labels.some((l) => l.startsWith(bare))) return 2;
      return labels.some((l) => l.includes(bare)) || local.includes(bare) ? 3 : 9;
    };
    const found = folded.map(([name, texts], i) => [rank(texts), i, name]).filter(([r]) => r < 9);
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const options = found.slice(0, MOST).map(([, , [label, zh, en]]) => ({ label, detail: lang === "zh" ? zh : en, type: label.startsWith("cvo:") ? "class" : "constant" }));
    if (/^[a-z]+$/i.test(word.text)) options.unshift(...KEYWORDS.filter((k) => k.startsWith(word.text.toUpperCase())).map((label) => ({ label, type: "keyword" })));
    return { from: word.from, options, filter: false };
  };
}

// Put an editor in the place of *area*; *names* are as above, *run* is called by Ctrl-Enter, *problem* gives the finding of the last run.
export function edit(area, { names, label, run, problem }) {
  const known = new Set(names.map(([name]) => name));
  const host = document.createElement("div");
  area.before(host);
  const root = host.attachShadow({ mode: "open" }); // the policy of the page allows no style elements; in here the library needs none
  const state = EditorState.create({
    doc: area.value,
    selection: { anchor: area.selectionStart, head: area.selectionEnd },
    extensions: [
      lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), EditorView.lineWrapping, theme,
      StreamLanguage.define(sparql), syntaxHighlighting(colours),
      autocompletion({ override: [completions(names)], icons: false }),
      linter(({ state: now }) => [brackets(now.doc.toString()), ...unknown(now.doc.toString(), known), problem(now.doc.toString())].filter(Boolean), { delay: 600 }),
      EditorView.contentAttributes.of({ "aria-label": label, lang: "en", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => { if (update.docChanged) area.value = update.state.doc.toString(); }),
      keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  const focused = document.activeElement === area;
  area.hidden = true;
  if (focused) view.focus();
  return {
    set(text) { if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); },
    show(finding) { forceLinting(view); if (finding) { view.dispatch({ selection: { anchor: finding.from }, scrollIntoView: true }); view.focus(); } },
  };
}
