"""Citations of the sources behind an answer, as CSL-JSON and BibTeX."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.terms import SOURCE

if TYPE_CHECKING:
    from cvo.answers import Answer
    from cvo.dataset import Dataset

_QUERY = """SELECT ?source ?key ?title ?lang ?name ?nameLang ?issued ?identifier ?citation {{
  VALUES ?source {{ {sources} }}
  ?source cvo:citeKey ?key ; dcterms:title ?title .
  BIND(LANG(?title) AS ?lang)
  OPTIONAL {{ ?source dcterms:creator ?creator . ?creator rdfs:label ?name BIND(LANG(?name) AS ?nameLang) }}
  OPTIONAL {{ ?source dcterms:issued ?issued }}
  OPTIONAL {{ ?source dcterms:identifier ?identifier }}
  OPTIONAL {{ ?source dcterms:bibliographicCitation ?citation }}
}} ORDER BY ?key ?creator ?title"""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    **{c: f"\\{c}" for c in "%&$#_"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def cite(answer: Answer, dataset: Dataset, form: str) -> str:
    """Return the sources behind *answer* as ``bibtex`` or ``csl``."""
    items = csl(sources(answer, dataset), dataset)
    return as_bibtex(items) if form == "bibtex" else as_csl(items)


def sources(answer: Answer, dataset: Dataset) -> list[str]:
    """Return the IRIs of the sources that *answer* names: themselves, by their cite keys, or by claims and passages of theirs."""
    keys = {row["key"]: row["source"] for row in dataset.query("SELECT ?source ?key { ?source cvo:citeKey ?key }")}
    found = set()
    rows = answer.rows or tuple((t.subject, t.predicate, t.object) for t in answer.triples or ())
    for row in rows:
        for term in row:
            if isinstance(term, ox.NamedNode) and term.value.startswith(SOURCE):
                found.add(keys.get(term.value.removeprefix(SOURCE).partition("#")[0], ""))
            elif isinstance(term, ox.Literal) and term.value in keys:
                found.add(keys[term.value])
    return sorted(found - {""})


def csl(iris: list[str], dataset: Dataset) -> list[dict[str, Any]]:
    """Return the sources *iris* as CSL-JSON items, the title and the authors in the language that comes first in the record.

    What the record does not know, such as a year, is left out.
    """
    items: dict[str, dict[str, Any]] = {}
    for row in dataset.query(_QUERY.format(sources=" ".join(f"<{iri}>" for iri in iris))) if iris else ():
        item = items.setdefault(row["key"], {"id": row["key"], "type": "document", "author": []})
        if row["lang"] == "zh" or "title" not in item:
            item["title"], item["language"] = row["title"], row["lang"]
        elif row["lang"] == "en":
            item["title-short"] = row["title"]
        name = row.get("name")
        if name and row.get("nameLang") == "zh" and {"literal": name} not in item["author"]:
            item["author"].append({"literal": name})
        if issued := row.get("issued"):
            item["issued"] = {"date-parts": [[int(part) for part in re.findall(r"\d+", issued)[:3]]]}
        if (identifier := row.get("identifier", "")).startswith("doi:"):
            item["DOI"], item["type"] = identifier.removeprefix("doi:"), "article-journal"
        elif identifier:
            item["number"] = identifier
        if note := row.get("citation"):
            item["note"] = note
    return list(items.values())


def as_csl(items: list[dict[str, Any]]) -> str:
    """Return *items* as a CSL-JSON document."""
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def as_bibtex(items: list[dict[str, Any]]) -> str:
    r"""Return *items* as BibTeX entries in UTF-8, for BibLaTeX with Biber or any BibTeX that reads UTF-8.

    >>> print(as_bibtex([{"id": "a-2019", "type": "document", "author": [{"literal": "毕"}], "title": "50% of {x}"}]))
    @misc{a-2019,
      author = {{毕}},
      title = {{50\% of \{x\}}},
    }
    <BLANKLINE>
    """
    return "\n".join(map(_entry, items))


def _entry(item: dict[str, Any]) -> str:
    fields = {
        "author": " and ".join(f"{{{_tex(author['literal'])}}}" for author in item.get("author", ())),
        "title": f"{{{_tex(item['title'])}}}",
        "year": str(item["issued"]["date-parts"][0][0]) if "issued" in item else "",
        "doi": item.get("DOI", ""),
        "number": _tex(item.get("number", "")),
        "language": {"zh": "chinese", "en": "english"}.get(item.get("language", ""), ""),
        "note": _tex(item.get("note", "")),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    kind = "article" if item["type"] == "article-journal" else "misc"
    return f"@{kind}{{{item['id']},\n{lines}}}\n"


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)
