"""Which key and which value of a JSON-LD document each of its triples comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.formats import marks
from cvo.formats.pieces import string, tree, walk
from cvo.sourcemap import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.formats.marks import Spans
    from cvo.formats.names import Names
    from cvo.formats.pieces import Piece, Value

KIND = ox.RdfFormat.JSON_LD
SILENT = ("@context", "@language", "@direction", "@index", "@version")  # what stands under them names no node and is no value
Slot = tuple["Value", int, "Value"]
"""The node, the key (the number of its piece) and the value that make a triple."""


def spans(found: Sequence[Piece], names: Names, quads: Sequence[ox.Quad], base: str) -> tuple[Spans, ...]:
    """Return the spans of *quads*, which the JSON *found* says, by reading it again with marks."""
    slots = _Slots(found, names)
    return tuple(slots.spans(quads, base))


class _Slots:
    """The values of the JSON *found* by their pieces; those that can bear no mark by what they may be the values of."""

    def __init__(self, found: Sequence[Piece], names: Names) -> None:
        self.found, self.names = found, names
        self.of: dict[int, Value] = {}
        self.plain: dict[str, list[Value]] = {}
        self.nodes: dict[object, Value] = {}
        self.told = [piece.text for piece in found]
        silent: set[int] = set()
        for value in walk(tree(found)):
            word = names.keyword(string(found[value.key])) if value.key is not None else ""
            if word in SILENT or (value.parent is not None and id(value.parent) in silent):
                silent.add(id(value))
            else:
                self.of[value.piece] = value
                self._mark(value)

    def _mark(self, value: Value) -> None:
        if value.kind not in ("string", "word"):
            return
        said = string(self.found[value.piece]) if value.kind == "string" else ""
        if value.kind == "word" or said in self.names.terms:  # a mark would make another number, or no term, of it
            for iri in self._meant(value):
                self.plain.setdefault(iri, []).append(value)
        elif not said.startswith("@"):
            self.told[value.piece] = f'{self.told[value.piece][:-1]}{marks.mark(value.piece)}"'

    def spans(self, quads: Sequence[ox.Quad], base: str) -> Sequence[Spans]:
        """Return the spans of *quads*; of one that cannot be found those of the one before, or of its node."""
        try:
            again = list(ox.parse("\n".join(self.told), format=KIND, base_iri=base))
        except SyntaxError:
            again = []
        if len(again) != len(quads):
            return marks.unknown("", len(quads)).triples
        slots = [self._marked(quad) for quad in again]
        for quad, slot in zip(quads, slots, strict=True):
            if slot is not None:
                self.nodes.setdefault(quad.subject, slot[0])
        top = Span(0, 0)
        last: Spans = (top, top, top)
        found = []
        for quad, marked in zip(quads, slots, strict=True):
            slot = marked or self._unmarked(quad)
            if slot is not None:
                last = self._spans(*slot)
            elif quad.subject in self.nodes:
                here = self._name(self.nodes[quad.subject])
                last = (here, here, here)
            found.append(last)
        return found

    def _marked(self, quad: ox.Quad) -> Slot | None:
        """Return the node, the key and the value of the *quad* by its marks: by the deeper one, that of the value."""
        if marks.number_of(quad.object) is None:
            return None
        ends = [self.of[n] for term in (quad.object, quad.subject) if (n := marks.number_of(term)) is not None and n in self.of]
        found = [slot for each in ends if (slot := self._slot(each, quad.predicate.value))]
        return max(found, key=lambda slot: slot[1]) if found else (self._slot(ends[0], "") if ends else None)

    def _slot(self, value: Value, predicate: str) -> Slot | None:
        """Return the node and the key with which *value* says *predicate*; without one, those that are nearest."""
        inner, at = value, value
        while at.parent is not None:
            if at.parent.kind == "{" and at.key is not None:
                name = string(self.found[at.key])
                if predicate in self.names.iris(name) or (not predicate and not self.names.keyword(name)):
                    return at.parent, at.key, inner
            at = at.parent
        return None

    def _meant(self, value: Value) -> set[str]:
        slot: Value | None = value
        while slot is not None:
            if slot.key is not None and (iris := self.names.iris(string(self.found[slot.key]))):
                return iris
            slot = slot.parent
        return set()

    def _unmarked(self, quad: ox.Quad) -> Slot | None:
        """Return the slot of a *quad* whose value bears no mark: a node without a name, a number, a term."""
        node = self.nodes.get(quad.object)
        if node is not None and (slot := self._slot(node, quad.predicate.value)):
            return slot
        waiting = self.plain.get(quad.predicate.value, [])
        home = self.nodes.get(quad.subject)
        for index, value in enumerate(waiting):
            slot = self._slot(value, quad.predicate.value)
            if slot and (home is None or slot[0] is home):
                del waiting[index]
                self.nodes.setdefault(quad.subject, slot[0])
                return slot
        return None

    def _name(self, node: Value) -> Span:
        """Return where *node* is named: its @id, else its first bracket."""
        for key, value in node.members:
            if value.kind == "string" and self.names.keyword(string(self.found[key])) == "@id":
                return self.found[value.piece].span
        return self.found[node.piece].span

    def _spans(self, node: Value, key: int, value: Value) -> Spans:
        here = self.found[value.piece].span if value.kind != "{" else self._name(value)
        return self._name(node), self.found[key].span, here
