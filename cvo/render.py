"""An answer as text: tables for people, and the standard formats for machines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import Answer, Row, Term, lexical
from cvo.errors import QuestionError
from cvo.names import short
from cvo.table import lay_out
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LANGUAGES = ("zh", "en")
STRING = f"{PREFIXES['xsd']}string"
_quoted = json.JSONEncoder(ensure_ascii=False).encode  # of a text, in C


def write(answer: Answer, form: str, *, lang: str = "", title: str = "", width: int = 0) -> str:
    """Return *answer* in the format *form*.

    Columns whose name ends in ``_zh`` or ``_en`` are kept only if *lang* is that language or empty.
    *title* heads a page in html; *width* is that of the terminal, in cells, for a table.
    Raises: QuestionError, if the format does not fit the kind of answer.
    """
    if answer.triples is not None:
        if form not in GRAPH_FORMATS:
            raise QuestionError(f"the answer is a graph, which has no rows for: {form}", hint=f"use one of {', '.join(GRAPH_FORMATS)}")
        return _graph(answer.triples, GRAPH_FORMATS[form])
    if form in GRAPH_FORMATS:
        kind = "rows" if answer.truth is None else "yes or no"
        raise QuestionError(
            f"the answer is {kind}, not a graph, so it cannot be written as: {form}",
            hint=f"use one of {', '.join([*ROWS, 'html'])}, or CONSTRUCT",
        )
    if answer.truth is not None:
        return _truth(answer.truth, form, title, lang)
    answer = only(answer, lang)
    if form == "table":
        return _table(answer, width)
    if form == "html":
        return _html(answer, title, lang)
    return "".join(ROWS[form](answer.variables, answer.rows))


def write_bytes(answer: Answer, form: str, *, lang: str = "", title: str = "") -> bytes:
    """Return *answer* in the binary format *form*, one of `BINARY`.

    Columns are kept as `write` keeps them. Raises: QuestionError, if the answer has no rows; EngineError, if a library is missing.
    """
    if answer.truth is not None or answer.triples is not None:
        raise QuestionError(f"only rows can be written as: {form}", hint="ask with SELECT")
    from cvo import tabular  # noqa: PLC0415 - only these formats need it

    answer = only(answer, lang)
    return tabular.xlsx(answer.variables, answer.rows, title) if form == "xlsx" else tabular.parquet(answer.variables, answer.rows)


def stream(variables: tuple[str, ...], rows: Iterable[Row], form: str, lang: str = "") -> Iterator[str]:
    """Return the text of *rows* in the format *form*, one of `ROWS`, piece by piece: no more than a row is held.

    Columns are kept as `write` keeps them.
    """
    keep = _kept(variables, lang)
    if len(keep) < len(variables):
        variables, rows = tuple(variables[i] for i in keep), (tuple(row[i] for i in keep) for row in rows)
    return ROWS[form](variables, rows)


def _truth(truth: bool, form: str, title: str, lang: str) -> str:  # noqa: FBT001 - it is what is written
    word = "yes" if truth else "no"
    match form:
        case "json":
            return json.dumps({"head": {}, "boolean": truth}) + "\n"
        case "xml":
            head = '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            return f"{head}<head /><boolean>{str(truth).lower()}</boolean></sparql>\n"
        case "csv" | "tsv" | "jsonl":
            return f"{str(truth).lower()}\n"
        case "html":
            return _page(f"<p>{word}</p>", title, lang)
        case _:
            return f"{word}\n"


def only(answer: Answer, lang: str) -> Answer:
    """Return *answer* without the columns of the languages that are not *lang*."""
    keep = _kept(answer.variables, lang)
    return Answer(
        tuple(answer.variables[i] for i in keep), tuple(tuple(row[i] for i in keep) for row in answer.rows), answer.truth, answer.triples
    )


def _kept(variables: Sequence[str], lang: str) -> list[int]:
    dropped = tuple(f"_{other}" for other in LANGUAGES if lang and other != lang)
    return [i for i, name in enumerate(variables) if not (dropped and name.endswith(dropped))]


def readable(term: Term | None) -> str:
    """Return *term* as people read it: the text of a literal, a prefixed name for an IRI.

    >>> readable(ox.NamedNode("https://w3id.org/cvo/term/gan"))
    'cvt:gan'
    """
    if term is None:
        return ""
    return short(term.value) if isinstance(term, ox.NamedNode) else lexical(term)


def _table(answer: Answer, width: int) -> str:
    """Return the rows for people: an IRI whose label stands in a column of its own is left out, and so is ``_zh`` where all is Chinese."""
    names = set(answer.variables)
    keep = [i for i, name in enumerate(answer.variables) if not names & {f"{name}_{language}" for language in LANGUAGES}]
    shown = [answer.variables[i] for i in keep]
    spoken = {name[-3:] for name in shown if name[-3:] in {f"_{language}" for language in LANGUAGES}}
    if len(spoken) == 1:
        shown = [name.removesuffix(*spoken) for name in shown]
    return lay_out(shown, [[readable(row[i]) for i in keep] for row in answer.rows], width)


_QUOTED = re.compile('[,"\n\r]').search


def _csv(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield ",".join(map(csv_cell, variables)) + "\n"
    for row in rows:
        yield ",".join("" if term is None else csv_cell(lexical(term)) for term in row) + "\n"


def csv_cell(text: str) -> str:
    """Return *text* quoted where RFC 4180 asks for it; the csv module leaves a lone carriage return bare."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


def _tsv(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Give SPARQL 1.1 TSV: terms in Turtle syntax, so that tabs and line ends inside them are escaped."""
    yield "\t".join(f"?{name}" for name in variables) + "\n"
    for row in rows:
        yield "\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) + "\n"


def _json(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield f'{{"head": {{"vars": {json.dumps(list(variables))}}},\n"results": {{"bindings": ['
    before = "\n"
    keys = [_quoted(name) for name in variables]
    for row in rows:  # put together by hand: the encoder of a whole object takes three times as long
        cells = [f"{key}: {_json_term(term)}" for key, term in zip(keys, row, strict=True) if term is not None]
        yield f"{before}{{{', '.join(cells)}}}"
        before = ",\n"
    yield "\n]}}\n"


def _json_term(term: Term) -> str:
    r"""Return *term* as the JSON object of the SPARQL results.

    >>> print(_json_term(ox.Literal('a "b"', language="en")))
    {"type": "literal", "value": "a \"b\"", "xml:lang": "en"}
    """
    if isinstance(term, ox.NamedNode):
        return f'{{"type": "uri", "value": {_quoted(term.value)}}}'
    if isinstance(term, ox.Literal):
        value = _quoted(term.value)
        if language := term.language:
            return f'{{"type": "literal", "value": {value}, "xml:lang": {_quoted(language)}}}'
        kind = term.datatype.value
        return f'{{"type": "literal", "value": {value}' + ("}" if kind == STRING else f', "datatype": {_quoted(kind)}}}')
    if isinstance(term, ox.Triple):
        parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
        inner = ", ".join(f'"{name}": {_json_term(part)}' for name, part in parts)
        return f'{{"type": "triple", "value": {{{inner}}}}}'
    return f'{{"type": "bnode", "value": {_quoted(term.value)}}}'


def _jsonl(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        texts = {name: lexical(term) for name, term in zip(variables, row, strict=True) if term is not None}
        yield json.dumps(texts, ensure_ascii=False) + "\n"


def _xml(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    import xml.etree.ElementTree as ET  # noqa: PLC0415 - 10 ms that only this format needs

    yield '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n <head>\n'
    for name in variables:
        yield f"  {ET.tostring(ET.Element('variable', name=name), encoding='unicode')}\n"
    yield " </head>\n <results>\n"
    for row in rows:
        result = ET.Element("result")
        for name, term in zip(variables, row, strict=True):
            if term is not None:
                _xml_term(ET.SubElement(result, "binding", name=name), term, ET.SubElement)
        ET.indent(result, " ", level=2)
        yield f"  {_well_formed(ET.tostring(result, encoding='unicode'))}\n"
    yield " </results>\n</sparql>\n"


def _well_formed(text: str) -> str:
    """Return the XML *text*. Raises: QuestionError, if it holds a character that no XML can hold."""
    if found := re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text):
        raise QuestionError(f"XML cannot hold a character of the answer: U+{ord(found[0]):04X}", hint="use json, csv or turtle")
    return text


def _term_fields(term: Term) -> dict[str, str]:
    if isinstance(term, ox.Literal):
        value = {"type": "literal", "value": term.value}
        if term.language:
            value["xml:lang"] = term.language
        elif term.datatype.value != STRING:
            value["datatype"] = term.datatype.value
        return value
    if isinstance(term, ox.Triple):
        return {"type": "triple"}
    return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}


def _xml_term(parent: object, term: Term, element: Callable[..., object]) -> None:
    value = _term_fields(term)
    if value["type"] == "triple":
        inner = element(parent, "triple")
        for name, part in (("subject", term.subject), ("predicate", term.predicate), ("object", term.object)):  # type: ignore[union-attr]
            _xml_term(element(inner, name), part, element)
        return
    attributes = {key: text for key, text in value.items() if key not in {"type", "value"}}
    element(parent, str(value["type"]), attributes).text = value["value"]  # type: ignore[attr-defined]


def _md(variables: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    for cells in (variables, ["---"] * len(variables)):
        yield "| " + " | ".join(map(_md_cell, cells)) + " |\n"
    for row in rows:
        yield "| " + " | ".join(_md_cell(readable(term)) for term in row) + " |\n"


def _md_cell(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("\r\n", "<br>"), ("\r", "<br>"), ("\n", "<br>")):
        text = text.replace(plain, escaped)
    return text


def _html(answer: Answer, title: str, lang: str) -> str:
    from cvo import tabular  # noqa: PLC0415

    return _page(tabular.table(answer.variables, answer.rows), title, lang)


def _page(body: str, title: str, lang: str) -> str:
    import html  # noqa: PLC0415 - only pages need it

    title = html.escape(title or "cvo")
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}"
        "th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    )
    language = f' lang="{lang}"' if lang else ""
    return (
        f'<!doctype html>\n<html{language}>\n<head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>{style}</style></head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _graph(triples: tuple[ox.Triple, ...], form: ox.RdfFormat) -> str:
    text = (ox.serialize(triples, format=form, prefixes=PREFIXES) or b"").decode("utf-8")
    return _well_formed(text) if form == ox.RdfFormat.RDF_XML else text


ROWS: dict[str, Callable[[Sequence[str], Iterable[Row]], Iterator[str]]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _jsonl,
    "xml": _xml,
    "md": _md,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
BINARY = ("parquet", "xlsx")
"""The formats that `write_bytes` knows."""
