"""Contributions in RDF/XML: their triples, and the element or the attribute that each comes from."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import Contributed, error_at, relabelled
from cvo.files import base_iri, read_text
from cvo.formats import marks
from cvo.formats.elements import ENTITY, MARKUP, Element, check, elements
from cvo.formats.refusal import Refused
from cvo.sourcemap import SourceMap, Span
from cvo.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cvo.contribution import Term
    from cvo.formats.marks import Spans

KIND = ox.RdfFormat.RDF_XML
# Names of RDF that are no relation or class of their own; all others bear a mark.
SYNTAX = {"RDF", "Description", "li", "ID", "about", "resource", "nodeID", "parseType", "datatype", "aboutEach", "aboutEachPrefix", "bagID"}
NAMING = ("about", "ID", "nodeID")


class Striped(Contributed):
    """A file of RDF/XML."""

    repairable = False

    def declarations(self) -> Iterator[tuple[str, Span, str]]:
        """Return every prefix that an element declares: its name, where its IRI stands, and this in angle brackets."""
        return iter(_declared(self.text, self.entities))

    @property
    def entities(self) -> dict[str, str]:
        """Return the entities that the text defines."""
        return {} if self.error else check(self.text)

    @cached_property
    def map(self) -> SourceMap:
        """Return where the triples stand."""
        return SourceMap(self.text, _spans(self.text, self.quads, self.prefixes, base_iri(self.path)))


def read(path: Path, number: int = 0, *, contributed: bool = True, text: str | None = None) -> Striped:
    """Return the RDF/XML file *path*. Raises: InputError, if it cannot be read."""
    text = read_text(path) if text is None else text
    try:
        entities = check(text)
    except Refused as refused:
        return Striped(path, text, (), {}, error_at(path, text, refused.span, refused.what))
    prefixes = {name: iri[1:-1] for name, _, iri in reversed(_declared(text, entities))}
    base = base_iri(path)
    try:
        quads = list(ox.parse(text, format=KIND, base_iri=base))
    except SyntaxError as error:
        return Striped(path, text, (), prefixes, _problem(path, text, error, base))
    return Striped(path, text, list(relabelled(quads, number)) if contributed else quads, prefixes, None)


def _problem(path: Path, text: str, error: SyntaxError, base: str) -> SyntaxError:
    """Return the parser's *error*, which has no place, at the tag at which it stops."""
    ends = [0, *(found.end() for found in MARKUP.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in pairwise(ends)]
    index = marks.stopped_at(parts, KIND, base)
    end = ends[index + 1] if index + 1 < len(ends) else len(text)
    start = max(text.rfind("<", 0, end), 0)
    what = str(error.msg)
    if what.startswith("Parser error"):
        what = what.partition(": ")[2] or what
    what = re.sub(r"^at \d+\.\.\d+: ", "", what)
    return error_at(path, text, Span(start, end), what[:1].lower() + what[1:].rstrip("."))


def _declared(text: str, entities: Mapping[str, str]) -> list[tuple[str, Span, str]]:
    found = []
    for element in elements(text):
        for name, (_, span) in element.attributes.items():
            if name == "xmlns" or name.startswith("xmlns:"):
                value = ENTITY.sub(lambda use: entities.get(use[1], use[0]), text[span.start : span.end])
                found.append((name.partition(":")[2], span, f"<{value}>"))
    return sorted(found, key=lambda each: each[1].start)


def _spans(text: str, quads: Sequence[ox.Quad], prefixes: Mapping[str, str], base: str) -> tuple[Spans, ...]:
    """Return the spans of the triples of *text*, which is read again with marks at the names of elements and attributes."""
    own = {prefix for prefix, iri in prefixes.items() if iri == RDF}
    marked, with_marks = _with_marks(text, own)
    try:
        again = list(ox.parse(with_marks, format=KIND, base_iri=base))
    except SyntaxError:
        again = []
    if len(again) != len(quads):
        return marks.unknown(text, len(quads)).triples
    nodes: dict[Term, Element] = {}
    slots: list[tuple[Element, str] | None] = []
    for quad, known in zip(quads, again, strict=True):
        slot = _slot(known, marked)
        slots.append(slot)
        if slot is not None:
            element, name = slot
            nodes.setdefault(quad.subject, element if name else element.parent or element)
    last: Spans = (Span(0, 0), Span(0, 0), Span(0, 0))
    found = []
    for quad, slot in zip(quads, slots, strict=True):
        if slot is not None:
            last = _of(*slot, own)
        elif quad.subject in nodes:
            here = _named(nodes[quad.subject], own)
            last = (here, here, here)
        found.append(last)
    return tuple(found)


def _with_marks(text: str, own: set[str]) -> tuple[list[tuple[Element, str]], str]:
    """Return *text* with marks, and of each mark the element, and the attribute if it is one's."""
    marked: list[tuple[Element, str]] = []
    cuts: list[tuple[int, int]] = []
    for element in elements(text):
        if not _is_syntax(element.name, own):
            ends = [element.span.end, *([element.end_name.end] if element.end_name else [])]
            cuts += [(end, len(marked)) for end in ends]
            marked.append((element, ""))
        for name, (span, _) in element.attributes.items():
            prefix, colon, _local = name.partition(":")
            if colon and prefix not in {"xml", "xmlns", *own}:
                cuts.append((span.end, len(marked)))
                marked.append((element, name))
    parts, at = [], 0
    for end, number in sorted(cuts):
        parts += [text[at:end], marks.mark(number)]
        at = end
    return marked, "".join([*parts, text[at:]])


def _slot(quad: ox.Quad, marked: Sequence[tuple[Element, str]]) -> tuple[Element, str] | None:
    """Return the element that says *quad*, and how: by an attribute, by its own name (``type``), or as a property."""
    number = marks.number_of(quad.predicate)
    if number is not None:
        return marked[number] if number < len(marked) else None
    number = marks.number_of(quad.object) if quad.predicate.value == f"{RDF}type" else None
    return (marked[number][0], "type") if number is not None and number < len(marked) else None


def _is_syntax(name: str, own: set[str]) -> bool:
    prefix, colon, local = name.partition(":")
    return (prefix if colon else "") in own and (local if colon else prefix) in SYNTAX


def _named(element: Element, own: set[str]) -> Span:
    """Return where a node is named: by an attribute, else by its element."""
    return next((element.attributes[f"{p}:{n}"][1] for n in NAMING for p in sorted(own) if f"{p}:{n}" in element.attributes), element.span)


def _of(element: Element, name: str, own: set[str]) -> Spans:
    """Return the spans of the triple that *element* says, by its attribute *name*, by being of a ``type``, or as a property."""
    if name == "type":
        return _named(element, own), element.span, element.span
    if name:
        return _named(element, own), *element.attributes[name]
    subject = _named(element.parent, own) if element.parent else element.span
    for each in ("resource", "nodeID"):
        for prefix in sorted(own):
            if found := element.attributes.get(f"{prefix}:{each}"):
                return subject, element.span, found[1]
    if element.children and f"{next(iter(own), '')}:parseType" not in element.attributes:
        return subject, element.span, _named(element.children[0], own)
    return subject, element.span, element.inner if element.inner.end > element.inner.start else element.span
