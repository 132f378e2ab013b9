"""The triples of the data, grouped by subject in plain dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.engines.fast.nodes import node_of, term_of
from cvo.terms import RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cvo.engines.fast.nodes import Node

TYPE, SUBCLASS = f"{RDF}type", f"{RDFS}subClassOf"
FEW = 12  # values of one property that are compared one by one
NOTHING: dict[str, list[Node]] = {}
NONE: tuple[Node, ...] = ()

Block = dict[str, list["Node"]]
"""What is said of one subject: the values of each property, in the order of the file, each once."""


def quads_of(blocks: Mapping[Node, Block]) -> Iterator[ox.Quad]:
    """Return *blocks* as triples; each IRI is made once.

    >>> [str(quad) for quad in quads_of({"urn:s": {"urn:p": ["_:b"]}})]
    ['<urn:s> <urn:p> _:b']
    """
    iris: dict[Node, ox.NamedNode | ox.BlankNode | ox.Literal] = {}

    def term(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        found = iris.get(node)
        if found is None:
            found = iris[node] = term_of(node)
        return found

    for subject, block in blocks.items():
        for predicate, values in block.items():
            for value in values:
                yield ox.Quad(term(subject), term(predicate), term(value))  # type: ignore[arg-type]


class Graph:
    """Triples to look things up in."""

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        """Hold the triples of *quads*; graph names are not looked at."""
        self.of: dict[Node, Block] = {}
        self._crowds: dict[tuple[Node, str], set[Node]] = {}
        self._inverse: dict[str, dict[Node, list[Node]]] = {}
        self._above: dict[Node, frozenset[Node]] = {}
        self._classes: dict[tuple[Node, ...], frozenset[Node]] = {}
        self.add(quads)

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add the triples of *quads*."""
        of, named, literal = self.of, ox.NamedNode, ox.Literal
        for s, p, o, _ in quads:
            subject = s.value if type(s) is named else node_of(s)
            kind = type(o)
            value = o.value if kind is named else o if kind is literal else node_of(o)
            predicate = p.value
            block = of.get(subject)
            if block is None:
                of[subject] = {predicate: [value]}
                continue
            values = block.get(predicate)
            if values is None:
                block[predicate] = [value]
            else:
                self._join(values, subject, predicate, value)

    def join(self, blocks: Mapping[Node, Block]) -> None:
        """Add what *blocks* say. They stay as they are, and are held as they are: nothing is added one by one afterwards."""
        of = self.of
        for subject, block in blocks.items():
            own = of.setdefault(subject, block)
            if own is not block:
                both = of[subject] = {predicate: list(values) for predicate, values in own.items()}
                for predicate, values in block.items():
                    known = dict.fromkeys(both.get(predicate, NONE))
                    both[predicate] = [*known, *(value for value in values if value not in known)]

    def _join(self, values: list[Node], subject: Node, predicate: str, value: Node) -> None:
        if len(values) < FEW:
            if value not in values:
                values.append(value)
            return
        crowd = self._crowds.get((subject, predicate))
        if crowd is None:
            crowd = self._crowds[subject, predicate] = set(values)
        if value not in crowd:
            crowd.add(value)
            values.append(value)

    def block(self, node: Node) -> Mapping[str, Sequence[Node]]:
        """Return what is said of *node*."""
        return self.of.get(node, NOTHING)

    def objects(self, node: Node, predicate: str) -> Sequence[Node]:
        """Return the values of *predicate* at *node*."""
        block = self.of.get(node)
        return NONE if block is None else block.get(predicate, NONE)

    def subjects(self, predicate: str, node: Node) -> Sequence[Node]:
        """Return the subjects that have *node* as a value of *predicate*."""
        return self.inverse(predicate).get(node, NONE)

    def inverse(self, predicate: str) -> Mapping[Node, Sequence[Node]]:
        """Return the subjects of each object of *predicate*."""
        index = self._inverse.get(predicate)
        if index is None:
            index = self._inverse[predicate] = {}
            for subject, block in self.of.items():
                for value in block.get(predicate, NONE):
                    index.setdefault(value, []).append(subject)
        return index

    def above(self, kind: Node) -> frozenset[Node]:
        """Return the class *kind* and its superclasses."""
        found = self._above.get(kind)
        if found is None:
            seen, todo = {kind}, [kind]
            while todo:
                for upper in self.objects(todo.pop(), SUBCLASS):
                    if upper not in seen:
                        seen.add(upper)
                        todo.append(upper)
            found = self._above[kind] = frozenset(seen)
        return found

    def classes(self, kinds: Sequence[Node]) -> frozenset[Node]:
        """Return all classes of a node whose types are *kinds*."""
        key = tuple(kinds)
        found = self._classes.get(key)
        if found is None:
            found = self._classes[key] = frozenset().union(*(self.above(kind) for kind in key))
        return found

    def is_a(self, node: Node, kind: Node) -> bool:
        """Return whether *node* is an instance of the class *kind*."""
        kinds = self.objects(node, TYPE)
        return bool(kinds) and kind in self.classes(kinds)
