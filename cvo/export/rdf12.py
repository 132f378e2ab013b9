"""The claims in RDF 1.2: each claim is the reifier of its proposition, a triple term that is quoted and not asserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.export.reading import reading_order
from cvo.export.turtle import Writer
from cvo.terms import CVO, PREFIXES, RDF

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping

    from cvo.export.reading import Node, Statements, Term

REIFIES = f"{RDF}reifies"
SUBJECT, PREDICATE, OBJECT = f"{CVO}claimSubject", f"{CVO}claimPredicate", f"{CVO}claimObject"
_PARTS = (SUBJECT, PREDICATE, OBJECT)
_NAMES = {name: iri for name, iri in PREFIXES.items() if name not in ("bi-2019", "sh", "owl", "vs", "rdfs", "cvs")}
_VERSION = 'VERSION "1.2"\n'


def quads(statements: Statements, left: Counter[str]) -> Iterator[ox.Quad]:
    """Give the claims of *statements* and all that they point to in the files, each in its graph.

    ``rdf:reifies <<( subject predicate object )>>`` stands in the place of the claim's three parts. A claim that has not exactly
    one of each keeps them as they are, and *left* counts it.
    """
    claims, reached = set(statements.claims), _reached(statements)
    graphs: dict[str, list[ox.Quad]] = {}
    for node in reached:
        whole = _proposition(statements, node) if node in claims else None
        if whole is None and node in claims:
            left["claims without exactly one subject, predicate and object: not reified"] += 1
        for relation, value in statements.out[node]:
            graph = statements.abroad.get((node, relation, value), statements.home[node])
            if whole is None or relation not in _PARTS:
                graphs.setdefault(graph, []).append(ox.Quad(node, ox.NamedNode(relation), value, ox.NamedNode(graph)))
            elif relation == SUBJECT:
                graphs.setdefault(graph, []).append(ox.Quad(node, ox.NamedNode(REIFIES), whole, ox.NamedNode(graph)))
    left["passages from which no claim is made (cvo:Omission)"] += len(set(statements.subjects("Omission")) - set(reached))
    for graph in sorted(graphs):
        yield from graphs[graph]


def _reached(statements: Statements) -> list[Node]:
    """Return the claims, and whatever of the files they lead to, by graph: sources first, then claims in the order of the text."""
    found: dict[Node, None] = {}
    open_: list[Term] = [*statements.claims]
    encodings = {s: e for e in statements.subjects("Encoding") for s in statements.values(e, f"{CVO}encodes")}
    chosen = set(statements.claims)
    while open_:
        node = open_.pop()
        if isinstance(node, ox.Literal | ox.Triple) or node not in statements.out or node in found:
            continue
        found[node] = None
        for relation, value in statements.out[node]:
            if value in chosen or not _is_claim(statements, value):
                open_.append(value)
            if relation == f"{CVO}statedIn" and value in encodings:
                open_.append(encodings[value])
    for comparison in statements.subjects("Comparison"):
        ends = {end for name in ("firstClaim", "secondClaim") for end in statements.values(comparison, CVO + name)}
        if ends <= chosen:
            found[comparison] = None
    return sorted(found, key=lambda node: (statements.home[node], "#" in node.value, reading_order(node.value)[1:], node.value))


def _is_claim(statements: Statements, value: Term) -> bool:
    return bool(statements.values(value, f"{CVO}statedIn"))


def _proposition(statements: Statements, node: Node) -> ox.Triple | None:
    parts = [statements.values(node, part) for part in _PARTS]
    if any(len(part) != 1 for part in parts):
        return None
    (subject,), (predicate,), (value,) = parts
    if isinstance(subject, ox.Literal | ox.Triple) or not isinstance(predicate, ox.NamedNode):
        return None
    return ox.Triple(subject, predicate, value)


def write(statements: Iterable[ox.Quad], form: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Give *statements* as Turtle 1.2 (without graphs), TriG 1.2, N-Triples 1.2 or N-Quads 1.2, piece by piece.

    *prefixes* are those of the sources.
    """
    if form in ("nt", "nq"):
        for quad in statements:
            yield f"{quad if form == 'nq' else quad.triple} .\n"
        return
    writer = Writer({**prefixes, **_NAMES})
    yield _VERSION + writer.head()
    if form == "turtle":
        for block in writer.blocks(quad.triple for quad in statements):
            yield f"\n{block}"
        return
    graph: Term | None = None
    inside: list[ox.Triple] = []
    for quad in statements:
        if quad.graph_name != graph:
            yield from _graph(writer, graph, inside)
            graph, inside = quad.graph_name, []  # type: ignore[assignment]  # always a named one
        inside.append(quad.triple)
    yield from _graph(writer, graph, inside)


def _graph(writer: Writer, graph: Term | None, inside: list[ox.Triple]) -> Iterator[str]:
    if graph is not None:
        yield f"\n{writer.term(graph)} {{\n"
        for block in writer.blocks(inside, "  "):
            yield f"\n{block}"
        yield "}\n"


def restored(statements: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Give *statements* with the three parts of each claim in the place of its triple term: what `quads` began with."""
    for quad in statements:
        whole = quad.object
        if quad.predicate.value == REIFIES and isinstance(whole, ox.Triple):
            for relation, value in zip(_PARTS, (whole.subject, whole.predicate, whole.object), strict=True):
                yield ox.Quad(quad.subject, ox.NamedNode(relation), value, quad.graph_name)
        else:
            yield quad
