// Oxigraph with the data, away from the page, so that a long query does not freeze it and can be stopped.
import init, { Store } from "./oxigraph/web.js";

const stores = new Map();
let prefixes = "";

async function unpacked(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes); // the server has unpacked it
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function store(views) {
  const key = views.join("+");
  if (!stores.has(key)) {
    const made = new Store();
    const options = { format: "application/n-quads", no_transaction: true };
    made.load(await unpacked("../data/cvo.nq.gz"), options);
    made.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"); // the default graph is the merge of everything
    if (views.length) made.load(await unpacked(`../data/view-${key}.nt.gz`), { format: "application/n-triples", no_transaction: true });
    stores.set(key, made);
  }
  return stores.get(key);
}

function plain(term) {
  if (!term) return null;
  if (term.termType === "NamedNode") return { type: "uri", value: term.value };
  if (term.termType === "BlankNode") return { type: "bnode", value: term.value };
  if (term.termType !== "Literal") return { type: "literal", value: String(term) };
  const value = { type: "literal", value: term.value };
  if (term.language) value["xml:lang"] = term.language;
  else if (term.datatype.value !== "http://www.w3.org/2001/XMLSchema#string") value.datatype = term.datatype.value;
  return value;
}

onmessage = async ({ data: { query, views, declared } }) => {
  try {
    await init({ module_or_path: new URL("./oxigraph/web_bg.wasm", import.meta.url) });
    const data = await store(views);
    postMessage({ running: true });
    const started = performance.now();
    prefixes = Object.entries(declared).map(([name, iri]) => `PREFIX ${name}: <${iri}>\n`).join("");
    const answer = data.query(prefixes + query);
    let result;
    if (typeof answer === "boolean") result = { boolean: answer };
    else if (answer.length && answer[0].subject !== undefined && !(answer[0] instanceof Map)) {
      result = { variables: ["subject", "predicate", "object"], rows: answer.map((q) => [plain(q.subject), plain(q.predicate), plain(q.object)]) };
    } else {
      const variables = [];
      for (const row of answer) for (const name of row.keys()) if (!variables.includes(name)) variables.push(name);
      result = { variables, rows: answer.map((row) => variables.map((name) => plain(row.get(name)))) };
    }
    postMessage({ result, took: performance.now() - started });
  } catch (error) {
    postMessage({ error: String(error.message || error), offset: prefixes.split("\n").length - 1 });
  }
};
