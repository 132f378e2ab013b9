"""An instance file as nodes with what is said of them and the comments above them; and as Turtle in the project's layout."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import contribution, sourcemap
from cvo.errors import InputError, Message
from cvo.names import curie
from cvo.terms import CVO, OA, PREFIXES, RDF, SOURCE, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
HEADER = ("cvo", "cvt", "dcterms", "oa", "prov", "qudt", "skos", "unit", "xsd")
RULERS = {
    "claims": "# ---- claims, in the order of the text",
    "comparisons": "# ---- comparisons: how these claims bear on each other, in the judgement of the curators",
    "passages": "# ---- passages: code points of the text, with a digest to verify them",
    "omissions": "# ---- omissions: passages from which no claim is made, each with its reason",
}
TYPE = f"{RDF}type"
_ORDER = """
rdf:type cvo:citeKey cvo:encodes cvo:firstClaim cvo:comparisonRelation cvo:secondClaim cvo:reason cvo:textDigest cvo:statement
cvo:claimSubject cvo:claimPredicate cvo:claimObject cvo:inStage cvo:inSector cvo:addressee cvo:polarity cvo:modality cvo:certainty
cvo:basis cvo:qualifier cvo:condition cvo:eventDate qudt:numericValue qudt:unit cvo:rawValue cvo:approximation cvo:population
cvo:period cvo:opinionHolder cvo:attributionMode cvo:statedIn cvo:locator oa:hasSource oa:hasState cvo:section oa:hasSelector
cvo:omissionReason
oa:start oa:end oa:refinedBy cvo:passageDigest cvo:passageLength dcterms:title dcterms:creator dcterms:contributor
dcterms:publisher dcterms:issued dcterms:identifier dcterms:bibliographicCitation dcterms:language dcterms:format
dcterms:description dcterms:isPartOf prov:wasAttributedTo dcterms:created dcterms:modified dcterms:rights dcterms:license
cvo:hasExpression prov:wasDerivedFrom
"""
ORDER = tuple(PREFIXES[prefix] + local for prefix, _, local in (name.partition(":") for name in _ORDER.split()))
LAST = f"{PREFIXES['skos']}editorialNote"
RANK = {iri: number for number, iri in enumerate(ORDER)}


@dataclass(slots=True)
class Node:
    """A node *iri*: the values of each property, the comments above it, and how it was written if it was read from a file."""

    iri: str
    said: dict[str, list[Term]] = field(default_factory=dict)
    comment: list[str] = field(default_factory=list)
    raw: str = ""

    def values(self, iri: str) -> list[Term]:
        """Return the values of the property *iri*."""
        return self.said.get(iri, [])

    def one(self, iri: str) -> str:
        """Return the one value of the property *iri*: an IRI or the text of a literal; the empty string if there is none."""
        return next((value.value for value in self.values(iri) if isinstance(value, (ox.NamedNode, ox.Literal))), "")

    @property
    def kinds(self) -> list[str]:
        """Return the classes of the node."""
        return [value.value for value in self.values(TYPE) if isinstance(value, ox.NamedNode)]


@dataclass(slots=True)
class Instance:
    """What an instance file holds: the *source*, its nodes by IRI in the order of the file, and what is no node of its own."""

    source: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    head: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    verbatim: list[str] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Return the IRI that the names of the file begin with."""
        return f"{self.source}#"

    def of_kind(self, *kinds: str) -> list[Node]:
        """Return the nodes of the classes *kinds* (IRIs)."""
        return [node for node in self.nodes.values() if not set(kinds).isdisjoint(node.kinds)]


def read(path: Path) -> Instance:
    """Return what the instance file *path* holds.

    Raises: InputError or SyntaxProblem, if it cannot be read, has no source or two, or uses a prefix for something else.
    """
    file = contribution.read(path, contributed=False)
    if file.error:
        raise file.syntax_problem()
    found = Instance()
    sources = list(
        dict.fromkeys(str(q.subject)[1:-1] for q in file.quads if q.predicate.value == TYPE and q.object == contribution.SOURCE_CLASS)
    )
    if len(sources) != 1:
        raise InputError(
            Message(f"describes {len(sources)} sources: {path}", f"写了 {len(sources)} 个来源：{path}"),
            hint=Message("an instance file has one cvo:Source", "一个实例文件只有一个 cvo:Source"),
        )
    found.source = sources[0]
    statements = list(_statements(file.text))
    declared = {name for s in statements if s.directive for name in re.findall(r"(?i)prefix\s+([^\s:]*):", s.text)}
    found.prefixes = {name: iri for name, iri in file.prefixes.items() if name in declared}
    meant = {"": found.base, **{name: PREFIXES[name] for name in HEADER}}
    for name, iri in found.prefixes.items():
        if iri != meant.get(name, iri):
            line = f"@prefix {name}: <{meant[name]}> ."
            raise InputError(
                Message(f"the prefix {name}: stands for <{iri}>: {path}", f"前缀 {name}: 指的是 <{iri}>：{path}"),
                hint=Message(f"write {line}", f"请写 {line}"),
            )
    if any(statement.base for statement in statements):
        raise InputError(
            Message(f"has a base: {path}", f"写有 @base：{path}"),
            hint=Message("write its IRIs out; they depend on no @base", "请写完整的 IRI，不依赖 @base"),
        )
    starts = [statement.start for statement in statements]
    holding: dict[int, list[ox.Quad]] = {}
    for quad, (subject, _, _) in zip(file.quads, file.map.triples, strict=True):
        holding.setdefault(bisect_right(starts, subject.start) - 1, []).append(quad)
    for number, statement in enumerate(statements):
        _take(found, statement, holding.get(number, []))
    return found


@dataclass(slots=True)
class _Statement:
    """A statement from *start* on: its text, the comments before it and within it; a directive has neither subject nor text."""

    start: int
    text: str
    comments: list[str]
    inside: list[str]
    directive: bool = False
    base: bool = False


def _statements(text: str) -> Iterator[_Statement]:
    """Return the statements of a Turtle *text*; the last one, without a text, has the comments at the end."""
    comments: list[str] = []
    inside: list[str] = []
    start, words = -1, 0
    first = ""
    for token in sourcemap.TOKEN.finditer(text):
        piece = token.group()
        if token.lastgroup == "skip":
            if piece[0] == "#":
                (comments if start < 0 else inside).append(piece.rstrip())
            continue
        if start < 0:
            start, words, first = token.start(), 0, piece.lower()
        words += 1
        directive = first in {"@prefix", "@base", "prefix", "base"}
        if (piece == "." and first not in {"prefix", "base"}) or (first == "prefix" and words == 3) or (first == "base" and words == 2):  # noqa: PLR2004
            yield _Statement(start, text[start : token.end()], comments, inside, directive, first.endswith("base"))
            comments, inside, start = [], [], -1
    yield _Statement(len(text), "", comments, [])


def _take(found: Instance, statement: _Statement, quads: list[ox.Quad]) -> None:
    """Put *statement* with its *quads* into *found*."""
    comments = [line for line in statement.comments if line not in RULERS.values()]
    if statement.directive:
        found.head += comments + statement.inside
        return
    if not quads:
        found.tail += comments
        return
    subjects = {quad.subject for quad in quads}
    blank = any(isinstance(term, (ox.BlankNode, ox.Triple)) for quad in quads for term in (quad.subject, quad.object))
    if blank or len(subjects) != 1:
        found.verbatim.append("\n".join([*comments, statement.text]))
        return
    iri = str(quads[0].subject)[1:-1]
    node = found.nodes.get(iri)
    if node is None:
        raw = statement.text if "\r" not in statement.text else ""
        node = found.nodes[iri] = Node(iri, raw=raw)
        node.comment += comments
        if statement.inside:
            node.comment += [] if raw else statement.inside
    else:
        node.comment += comments + statement.inside
        node.raw = ""
    for quad in quads:
        values = node.said.setdefault(quad.predicate.value, [])
        if quad.object not in values:
            values.append(quad.object)


def inside(node: Node) -> list[str]:
    """Return the comments within the raw text of *node*, which go above it when it is written anew."""
    return [t.group().rstrip() for t in sourcemap.TOKEN.finditer(node.raw) if t.lastgroup == "skip" and t.group()[0] == "#"]


def write(instance: Instance) -> str:
    """Return *instance* as Turtle."""
    known = {"": instance.base, **{name: PREFIXES[name] for name in HEADER}}
    more = {name: iri for name, iri in instance.prefixes.items() if name not in known}
    used = {**known, **{name: iri for name, iri in more.items() if not iri.startswith(SOURCE)}}
    blocks = [*instance.head, *(f"@prefix {name}: <{iri}> ." for name, iri in [*known.items(), *sorted(more.items())])]
    parts = ["\n".join(blocks)]
    nodes = dict(instance.nodes)
    source = nodes.pop(instance.source, None)
    if source is not None:
        parts += ["\n".join(source.comment)] if source.comment else []
        parts.append(_block(Node(source.iri, source.said, [], source.raw), used))
    sections: dict[str, list[Node]] = {name: [] for name in ("", *RULERS)}
    for node in nodes.values():
        sections[section(node)].append(node)
    for name, members in sections.items():
        if name:
            members.sort(key=lambda node: _number(node.iri))
            parts += [RULERS[name]] if members else []
        parts += [_block(node, used) for node in members]
        parts += instance.verbatim if not name else []
    return "\n\n".join([*parts, *(["\n".join(instance.tail)] if instance.tail else [])]) + "\n"


def section(node: Node) -> str:
    """Return under which ruler *node* stands."""
    kinds = set(node.kinds)
    if f"{CVO}Omission" in kinds or re.search(r"#o[0-9]+-(?:position|digest)$", node.iri):
        return "omissions"
    if f"{CVO}Comparison" in kinds:
        return "comparisons"
    if kinds & {f"{OA}SpecificResource", f"{OA}TextPositionSelector", f"{CVO}DigestSelector"}:
        return "passages"
    return "claims" if any(kind.startswith(CVO) and kind.endswith("Claim") for kind in kinds) or f"{CVO}statement" in node.said else ""


_NUMBERED = re.compile(r".*#([a-z]+)([0-9]+)(?:-([a-z]+))?$")
_PARTS = {None: 0, "position": 1, "digest": 2}


def _number(iri: str) -> tuple[int, int, int, str]:
    """Return the place of *iri* among its like: by number, a passage before its parts."""
    if found := _NUMBERED.match(iri):
        return 0, int(found[2]), _PARTS.get(found[3], 3), iri
    return 1, 0, 0, iri


def _block(node: Node, prefixes: dict[str, str]) -> str:
    if node.raw:
        return "\n".join([*node.comment, node.raw])
    lines = []
    text = f"{CVO}Expression" in node.kinds
    names = sorted(node.said, key=lambda iri: _rank(iri, text=text))
    for name in names:
        values = node.said[name]
        texts = [turtle(value, prefixes) for value in values]
        tagged = len(texts) > 1 and all(isinstance(value, ox.Literal) and value.language for value in values)
        lines.append(f"{'a' if name == TYPE else curie(name, prefixes)} {(' ,' + chr(10) + '    ' if tagged else ' , ').join(texts)}")
    return "\n".join([*node.comment, f"{curie(node.iri, prefixes)} " + " ;\n  ".join(lines) + " ."])


def _rank(iri: str, *, text: bool) -> float:
    """Return where a property stands in its block; relations between claims keep their order, before the notes.

    Of a *text* the identifier comes first, of a source the date.
    """
    if iri == LAST:
        return len(RANK) + 1
    if text and iri == _IDENTIFIER:
        return RANK[_ISSUED] - 0.5
    return RANK.get(iri, len(RANK))


_IDENTIFIER, _ISSUED = f"{PREFIXES['dcterms']}identifier", f"{PREFIXES['dcterms']}issued"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")


def turtle(term: Term, prefixes: dict[str, str]) -> str:
    r"""Return *term* as Turtle.

    >>> turtle(ox.Literal('a "b"\n', language="en"), {}), turtle(ox.Literal("7", datatype=ox.NamedNode(f"{XSD}integer")), {})
    ('"a \\"b\\"\\n"@en', '7')
    """
    if isinstance(term, ox.NamedNode):
        return curie(term.value, prefixes)
    if not isinstance(term, ox.Literal):
        return str(term)
    datatype = term.datatype.value
    if datatype == f"{XSD}integer" and _BARE.fullmatch(term.value):
        return term.value
    text = '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 0x20 or ord(c) == 0x7F else c) for c in term.value) + '"'  # noqa: PLR2004
    if term.language:
        return f"{text}@{term.language}"
    return text if datatype == f"{XSD}string" else f"{text}^^{curie(datatype, prefixes)}"


def quads(instance: Instance) -> Iterable[ox.Quad]:
    """Return the triples of the nodes of *instance*."""
    for node in instance.nodes.values():
        for predicate, values in node.said.items():
            for value in values:
                yield ox.Quad(ox.NamedNode(node.iri), ox.NamedNode(predicate), value)


def compared(nodes: Mapping[str, Node]) -> dict[str, dict[tuple[str, Term], None]]:
    """Return the relations of each claim that comparisons tell of, in their order."""
    found: dict[str, dict[tuple[str, Term], None]] = {}
    for node in nodes.values():
        first, relation, second = (node.values(CVO + name) for name in ("firstClaim", "comparisonRelation", "secondClaim"))
        if first and relation and second and isinstance(first[0], ox.NamedNode) and isinstance(relation[0], ox.NamedNode):
            found.setdefault(first[0].value, {})[relation[0].value, second[0]] = None
    return found
