"""A report as a SHACL validation report in Turtle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.terms import CVO, PREFIXES, RDF, RDFS, SH, SHAPE, XSD
from cvo.validation.reports.words import escaped, plain, uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.findings import Finding, Path, Report


def write(report: Report, lang: str = "en") -> str:  # noqa: ARG001  it has all languages
    """Return *report* as a SHACL validation report in Turtle, in the order of the findings."""
    import pyoxigraph as ox  # noqa: PLC0415  the other formats do without

    names = [f"_:r{number}" for number in range(1, len(report.findings) + 1)]
    lines = [
        f"_:report <{RDF}type> <{SH}ValidationReport> .",
        f'_:report <{SH}conforms> "{str(not report.findings).lower()}"^^<{XSD}boolean> .',
        *(f"_:report <{SH}result> {name} ." for name in names),
        *(line for name, finding in zip(names, report.findings, strict=True) for line in _result(name, finding)),
    ]
    text = "\n".join(lines)
    triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
    prefixes = {name: iri for name, iri in PREFIXES.items() if f"<{iri}" in text}
    written = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode().splitlines(keepends=True)
    head = sorted(line for line in written[: len(prefixes)])  # the library writes the prefixes in another order each time
    return escaped("".join([*head, *written[len(prefixes) :]]))


def _result(node: str, finding: Finding) -> Iterator[str]:
    from pyoxigraph import Literal  # noqa: PLC0415

    place = finding.place
    focus = (
        finding.focus or f"<https://w3id.org/cvo/contribution/{uri(place.file).rpartition('/')[2]}>"
    )  # a file that cannot be read is itself the focus
    yield f"{node} <{RDF}type> <{SH}ValidationResult> ."
    yield f"{node} <{SH}focusNode> {focus} ."
    yield f"{node} <{SH}resultSeverity> <{SH}{finding.severity.capitalize()}> ."
    yield f"{node} <{SH}sourceConstraintComponent> <{finding.component or SHAPE + finding.code}> ."
    if finding.path:
        start, triples = _path(finding.path, node + "p")
        yield f"{node} <{SH}resultPath> {start} ."
        yield from triples
    if finding.value:
        yield f"{node} <{SH}value> {finding.value} ."
    if finding.shape:
        yield f"{node} <{SH}sourceShape> <{finding.shape}> ."
    for lang, text in finding.messages:
        yield f"{node} <{SH}resultMessage> {Literal(text, language=lang) if lang else Literal(text)} ."
    yield f"{node} <{CVO}code> {Literal(finding.code)} ."
    yield f"{node} <{RDFS}comment> {Literal(plain(str(place)))} ."


def _path(path: Path, node: str) -> tuple[str, list[str]]:
    """Return the node that stands for *path*, and the triples that say what it is; blank nodes begin with *node*."""
    if isinstance(path, str):
        return f"<{path}>", []
    kind, *parts = path
    if kind in ("sequence", "alternative"):
        triples: list[str] = []
        for number, part in enumerate(parts):
            start, more = _path(part, f"{node}{number}x")
            rest = f"{node}c{number + 1}" if number + 1 < len(parts) else f"<{RDF}nil>"
            triples += [f"{node}c{number} <{RDF}first> {start} .", f"{node}c{number} <{RDF}rest> {rest} .", *more]
        if kind == "sequence":
            return f"{node}c0", triples
        return node, [f"{node} <{SH}alternativePath> {node}c0 .", *triples]
    start, triples = _path(parts[0], f"{node}x")
    return node, [f"{node} <{SH}{kind}Path> {start} .", *triples]
