"""One term, claim or source on a card: what it is called, what it means, how it hangs together, which claims speak of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import lexical
from cvo.names import short
from cvo.table import cells, wrap
from cvo.terms import CVO, DCTERMS, OA, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cvo.answers import Term
    from cvo.dataset import Dataset

LANGUAGES = ("zh", "en")
LABELS = (f"{RDFS}label", f"{SKOS}prefLabel", f"{CVO}statement", f"{DCTERMS}title")
DEFAULT = ox.DefaultGraph()
PASSAGE = {f"{CVO}locator", f"{OA}hasSelector", f"{OA}refinedBy"}
MEANING = (f"{SKOS}definition", f"{DCTERMS}description")
# What says how a description is kept, not what it says.
APART = {
    *(LABELS + MEANING),
    *(f"{RDF}type", f"{RDFS}isDefinedBy", f"{SKOS}inScheme", f"{SKOS}editorialNote", f"{DCTERMS}created"),
}
INVERSE = (
    (f"{RDF}type", "成员", "members"),
    (f"{SKOS}broader", "下位词", "narrower"),
    (f"{RDFS}subClassOf", "下位类", "subclasses"),
    (f"{RDFS}subPropertyOf", "下位关系", "subproperties"),
    (f"{CVO}firstClaim", "比较", "compared in"),
    (f"{CVO}secondClaim", "比较", "compared in"),
)
ORDER = f"""{CVO}claimSubject {CVO}claimPredicate {CVO}claimObject {CVO}rawValue {CVO}population {CVO}period {CVO}approximation
    {CVO}eventDate {CVO}inStage {CVO}inSector {CVO}polarity {CVO}modality {CVO}condition {CVO}certainty {CVO}qualifier {CVO}basis
    {CVO}opinionHolder {CVO}attributionMode {CVO}addressee {CVO}statedIn {CVO}locator""".split()
"""The order in which a claim is read; what is not named here follows by name."""
ABOUT = tuple(
    f"{CVO}{name}" for name in ("claimSubject", "claimObject", "claimPredicate", "inStage", "inSector", "opinionHolder", "statedIn")
)

Texts = tuple[tuple[str, str], ...]
"""One text per language, as (language, text)."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a property has as its value: as it is typed (a prefixed name or a text), and in words if it is a thing with a label."""

    name: str
    labels: Texts = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A property of the thing on the card, with what it is called, and its values; *inverse* if they point to the thing."""

    name: str
    labels: Texts
    values: tuple[Value, ...]
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """All that is shown of one thing; *claims* are those that speak of it, *total* says how many there are."""

    iri: str
    kinds: tuple[Value, ...]
    labels: Texts
    meanings: Texts
    lines: tuple[Line, ...]
    claims: tuple[Value, ...] = ()
    total: int = 0
    notes: Texts = field(default=())


def of(iri: ox.NamedNode, dataset: Dataset, most: int | None = None) -> Card:
    """Return the card of *iri*, with at most *most* claims, and at most as many things that point to it in any other way."""
    reader = _Reader(dataset.store)
    said: dict[str, list[Term]] = {}
    for quad in dataset.store.quads_for_pattern(iri, None, None, DEFAULT):
        said.setdefault(quad.predicate.value, []).append(quad.object)
    lines = [
        Line(short(name), reader.texts(ox.NamedNode(name), LABELS), tuple(map(reader.value, sorted(nodes, key=str))))
        for name, nodes in sorted(said.items(), key=lambda item: _rank(item[0]))
        if name not in APART
    ]
    for name, zh, en in INVERSE:
        if nodes := reader.subjects(name, iri):
            values = [*map(reader.value, nodes[:most]), *([Value("…")] if nodes[most or len(nodes) :] else [])]
            lines.append(Line(f"^{short(name)}", (("zh", zh), ("en", en)), tuple(values), inverse=True))
    about = sorted({node for name in ABOUT for node in reader.subjects(name, iri)}, key=str)
    return Card(
        iri.value,
        tuple(map(reader.value, reader.objects(iri, f"{RDF}type"))),
        reader.texts(iri, LABELS),
        reader.texts(iri, MEANING),
        tuple(lines),
        tuple(map(reader.value, about[:most])),
        len(about),
        reader.texts(iri, (f"{SKOS}editorialNote",)),
    )


class _Reader:
    """What a store says of things, one by one."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        quads = self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None, DEFAULT)  # type: ignore[arg-type]  # any term
        return sorted((quad.object for quad in quads), key=str)

    def subjects(self, predicate: str, value: Term) -> list[Term]:
        return sorted({quad.subject for quad in self.store.quads_for_pattern(None, ox.NamedNode(predicate), value, DEFAULT)}, key=str)

    def texts(self, subject: Term, predicates: Iterable[str]) -> Texts:
        """Return the texts of the first of *predicates* that has any, Chinese and English first."""
        for predicate in predicates:
            found = {node.language or "": node.value for node in self.objects(subject, predicate) if isinstance(node, ox.Literal)}
            if found:
                first = [language for language in LANGUAGES if language in found]
                return tuple((language, found[language]) for language in (*first, *sorted(found.keys() - {*first})))
        return ()

    def value(self, node: Term) -> Value:
        if not isinstance(node, ox.NamedNode):
            return Value(lexical(node), ((node.language, node.value),) if isinstance(node, ox.Literal) and node.language else ())
        if position := next(iter(self.objects(node, f"{OA}hasSelector")), None):  # a passage is shown by where it is
            start, end = (next((lexical(number) for number in self.objects(position, f"{OA}{name}")), "?") for name in ("start", "end"))
            section = next((lexical(text) for text in self.objects(node, f"{CVO}section")), "")
            return Value(short(node.value), (("", f"{section} [{start}, {end})"),))
        return Value(short(node.value), self.texts(node, LABELS))


def _rank(predicate: str) -> tuple[int, str]:
    return (ORDER.index(predicate) if predicate in ORDER else len(ORDER), short(predicate))


def describe(iri: ox.NamedNode, dataset: Dataset) -> tuple[ox.Triple, ...]:
    """Return the triples of which *iri* is the subject, and those of the passages that it points to."""
    found: dict[ox.Triple, None] = {}
    todo = [iri]
    while todo:
        node = todo.pop(0)
        for quad in sorted(dataset.store.quads_for_pattern(node, None, None, ox.DefaultGraph()), key=str):
            if quad.triple not in found:
                found[quad.triple] = None
                if quad.predicate.value in {f"{CVO}locator", f"{OA}hasSelector", f"{OA}refinedBy"} and isinstance(
                    quad.object, ox.NamedNode
                ):
                    todo.append(quad.object)
    return tuple(found)


def turtle(iri: ox.NamedNode, dataset: Dataset) -> str:
    """Return `describe` as Turtle."""
    return (ox.serialize(describe(iri, dataset), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()


def as_json(card: Card) -> str:
    """Return *card* as a JSON document."""

    def values(of: Iterable[Value]) -> list[dict[str, object]]:
        return [{"name": value.name, **({"label": dict(value.labels)} if value.labels else {})} for value in of]

    document = {
        "iri": card.iri,
        "name": short(card.iri),
        "kinds": values(card.kinds),
        "label": dict(card.labels),
        "definition": dict(card.meanings),
        "properties": [{"name": line.name, "label": dict(line.labels), "values": values(line.values)} for line in card.lines],
        "claims": values(card.claims),
        "claims_total": card.total,
        "notes": dict(card.notes),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_text(card: Card, lang: str = "", width: int = 0) -> str:
    """Return *card* for a terminal *width* cells wide (0: as wide as it likes), in *lang* or in both languages."""
    return "\n".join(_text(card, lang, width or 10_000)) + "\n"


def _text(card: Card, lang: str, width: int) -> Iterator[str]:
    kinds = ", ".join(_words(kind, lang) for kind in card.kinds)
    yield " · ".join(_chosen(card.labels, lang)) or short(card.iri)
    yield f"{short(card.iri)}   {kinds}   <{card.iri}>"
    for text in _chosen(card.meanings, lang):
        yield from _indented("", text, 2, width)
    names = {line: " ".join(_chosen(line.labels, lang)) or line.name for line in card.lines}
    margin = min(max((cells(name) for name in names.values()), default=0) + 4, 30)
    if card.lines:
        yield ""
    for line in card.lines:
        shown = [
            _words(value, lang)
            for value in line.values
            if not (lang and value.labels and value.labels[0][0] in LANGUAGES and lang not in dict(value.labels))
        ]
        for number, words in enumerate(shown):
            yield from _indented(names[line] if number == 0 else "", words, margin, width)
    for text in _chosen(card.notes, lang):
        yield from _indented({"zh": "编者注"}.get(lang, "note"), text, margin, width)
    if card.total:
        more = (
            ""
            if card.total == len(card.claims)
            else {"zh": f"（此处列 {len(card.claims)} 条）"}.get(lang, f" ({len(card.claims)} of them here; --all for the rest)")
        )
        yield ""
        yield {"zh": f"论断 {card.total} 条{more}", "en": f"{card.total} claims{more}"}.get(lang, f"论断 · claims: {card.total}{more}")
        margin = max(cells(claim.name) for claim in card.claims) + 4
        for claim in card.claims:
            for number, text in enumerate(_chosen(claim.labels, lang) or ("",)):
                yield from _indented(claim.name if number == 0 else "", text, margin, width)


def _indented(name: str, text: str, margin: int, width: int) -> Iterator[str]:
    for number, line in enumerate(wrap(" ".join(text.split()), max(width - margin, 20)) or [""]):
        head = f"  {name}" if number == 0 else ""
        gap = " " * max(margin - cells(head), 2) if line else ""
        yield f"{head}{gap}{line}".rstrip()


def _words(value: Value, lang: str) -> str:
    """Return *value* in words, with the name to type if that is not the same."""
    texts = _chosen(value.labels, lang)
    if not texts or texts == (value.name,):
        return value.name
    return f"{' '.join(texts)} ({value.name})" if ":" in value.name and " " not in value.name else " ".join(texts)


def _chosen(texts: Texts, lang: str) -> tuple[str, ...]:
    """Return the text in *lang*, all of them without one; what has no language always."""
    return tuple(text for language, text in texts if not lang or language in ("", lang)) or tuple(text for _, text in texts[:1])
