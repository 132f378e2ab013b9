"""Answers of a store that is filled while a file streams by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.engines.fast.answers import Answers
from cvo.engines.fast.nodes import term_of
from cvo.engines.fast.queries import IS_A

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.queries import Query

CHUNK = 20_000  # triples that go into the store at once


class Unstreamable(Exception):  # noqa: N818 - no error: the file is read whole instead
    """The file is not grouped by subject, or describes what was used before; the text says which."""


class Unknown(Exception):  # noqa: N818 - answered later
    """What is said of a node is not known yet."""

    def __init__(self, node: Node | None) -> None:
        """Remember the *node*; None if it is not only about one."""
        super().__init__()
        self.node = node


class Later(Answers):
    """The answers of a store that is filled as the file streams by, and asked at its end."""

    ready = False
    room: Path | None = None  # the folder in which the stores are, if they are not in memory

    def _new(self, *, is_open: bool) -> ox.Store:
        return ox.Store() if self.room is None else ox.Store(str(self.room / ("open" if is_open else "closed")))

    def start(self) -> None:
        """Make the stores for the queries."""
        self.open = {query.reads is None or query.reads_focus for query in self._queries}
        self.reads = {
            is_open: None
            if any(query.reads is None for query in queries)
            else frozenset(predicate for query in queries for predicate in query.reads or ())
            for is_open in self.open
            if (queries := [query for query in self._queries if is_open == (query.reads is None or query.reads_focus)])
        }
        for query in self._queries:
            self._store(query)  # holds the vocabulary
        self._waiting: dict[bool, list[ox.Quad]] = {is_open: [] for is_open in self.open}
        self._with_classes = any(query.reads_classes for query in self._queries)

    def await_(self, asked: Mapping[Query, Sequence[Node]]) -> None:
        """Prepare nothing: what is reached from the focus nodes of *asked* may have passed by."""

    def take(self, quads: Sequence[ox.Quad], subject: Node, classes: Iterable[Node]) -> None:
        """Take what the queries read of *quads*, which say all of *subject*."""
        for is_open, reads in self.reads.items():
            waiting = self._waiting[is_open]
            waiting += [ox.Quad(q.subject, q.predicate, q.object) for q in quads if reads is None or q.predicate.value in reads]
            if self._with_classes and not is_open:
                term = term_of(subject)
                waiting += [ox.Quad(term, ox.NamedNode(IS_A), term_of(kind)) for kind in classes]  # type: ignore[arg-type]
            if len(waiting) > CHUNK:
                self._stores[is_open].extend(waiting)
                waiting.clear()

    def finish(self) -> None:
        """Put the rest into the stores."""
        for is_open, waiting in self._waiting.items():
            self._stores[is_open].extend(waiting)
            waiting.clear()
        self.ready = True

    def _as_typed(self, value: ox.Literal, focus: Node) -> Sequence[Node]:
        try:
            found = super()._as_typed(value, focus)
        except Unknown:
            raise Unstreamable("how a value was typed stands in the file only") from None
        if list(found) == [value] and not value.language and not value.datatype.value.endswith("#string"):
            raise Unstreamable("a value of another node may have been typed otherwise")
        return found

    def rows(self, query: Query, shape: Shape, focus: Node) -> list[tuple[Node | None, str, tuple[tuple[str, str], ...], Node]]:
        """Return the solutions for one *focus* node, once all is there."""
        if not self.ready:
            raise Unknown(None)
        return super().rows(query, shape, focus)

    def truth(self, query: Query, focus: Node, value: Node) -> bool:
        """Return the answer for one *value*, once all is there."""
        if not self.ready:
            raise Unknown(None)
        return super().truth(query, focus, value)
