"""A large file checked in portions, each by itself, and what they left open answered when all are there.

A portion tells its results by the number of their shape, so that another process understands them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Never

from cvo.engines.fast.graph import SUBCLASS
from cvo.engines.fast.later import Later, Unstreamable
from cvo.engines.fast.run import Run
from cvo.engines.fast.stream import DELAYED, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path as FilePath

    import pyoxigraph as ox

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.queries import Query
    from cvo.engines.fast.shapes import Shapes
    from cvo.findings import Path, Texts
    from cvo.outcome import Result

Told = tuple[int, "Node", str, "Node | None", "Path", "Texts", int]
"""A result: the number of the shape, focus node, component, value, path, texts, and the number of the query or -1."""


@dataclass(slots=True)
class Portion:
    """What came of one portion: the results, what waits for other portions, and what these must know."""

    told: list[Told] = field(default_factory=list)
    delayed: list[tuple[Node, Block, int]] = field(default_factory=list)
    missing: set[Node] = field(default_factory=set)
    objects_of: dict[str, list[Node]] = field(default_factory=dict)
    users: dict[str, dict[Node, list[Node]]] = field(default_factory=dict)
    triples: int = 0


class _Telling(Stream):
    """A stream that tells its results by the numbers of their shapes."""

    def __init__(self, vocabulary: Sequence[ox.Quad], shapes: Shapes, room: FilePath | None = None) -> None:
        super().__init__(vocabulary, shapes, room)
        self.numbers = {shape: number for number, shape in enumerate(shapes.every)}
        self.told: dict[Told, None] = {}

    def found(  # type: ignore[override]  # noqa: PLR0913
        self, shape: Shape, focus: Node, component: str, value: Node | None, path: Path, *, query: Query | None = None, texts: Texts = ()
    ) -> None:
        """Take a result, unless an equal one was found already."""
        if self.is_ours(focus):
            asked = -1 if query is None else self.shapes.queries.index(query)
            self.told[self.numbers[shape], focus, component, value, path, texts, asked] = None


class Asking(_Telling):
    """Takes a whole file, and finds only what is wrong by what is written in SPARQL."""

    def look(self, shape: Shape, focus: Node) -> None:
        """Take what *shape* asks at *focus*."""
        if shape.is_asking:
            shape.ask(self, focus)


class _Unanswered(Later):
    """No answers, as only who has all of the file can give them."""

    def rows(self, *_: object) -> Never:
        raise Unstreamable("a shape that others use is written in SPARQL")

    truth = rows  # type: ignore[assignment]


class _Local(_Telling):
    """Finds only what is wrong by SHACL Core, as SPARQL reads all of the file."""

    is_asking = False
    answering = _Unanswered


class Portions(_Local):
    """Checks portions of one file, one after another, beside the *vocabulary* and what is kept of the first one."""

    def __init__(
        self, vocabulary: Sequence[ox.Quad], shapes: Shapes, kept: Mapping[Node, Block], kinds: Collection[tuple[Node, ...]] | None
    ) -> None:
        """Take what is *kept* of the first portion, and the *kinds* of subjects worth keeping of others; none for the first itself."""
        super().__init__(vocabulary, shapes)
        self.kinds = frozenset(kinds or ())
        self.is_first = kinds is None
        self.of.update(kept)
        self.base = dict(self.of)
        self.begin()

    def begin(self) -> None:
        """Forget the portion before."""
        self.of = dict(self.base)
        self.told, self.delayed, self.missing = {}, [], set()
        self.seen, self.targets, self.triples = set(), set(), 0
        self.wanted, self.is_sparing = set(self.kinds), not self.is_first
        for nodes in self.objects_of.values():
            nodes.clear()
        self.users = {predicate: {} for predicate in self.users}

    def take(self, subject: Node, block: Block, quads: Sequence[ox.Quad]) -> None:
        """Check *subject*."""
        if SUBCLASS in block and not self.is_first:
            raise Unstreamable(f"a class is described far down: {subject}")
        super().take(subject, block, quads)

    def portion(self) -> Portion:
        """Return what came of the portion."""
        return Portion(
            list(self.told),
            [(node, block, self.numbers[shape]) for node, block, shape in self.delayed],
            self.missing,
            {predicate: list(nodes) for predicate, nodes in self.objects_of.items()},
            self.users,
            self.triples,
        )

    def worth_keeping(self) -> dict[Node, Block]:
        """Return what other portions are likely to look up of this one."""
        if not self.is_sparing:
            self._spare()
        return {node: block for node, block in self.of.items() if node not in self.held}


class Joined(_Local):
    """What the portions of a file say together."""

    def __init__(self, vocabulary: Sequence[ox.Quad], shapes: Shapes, kept: Mapping[Node, Block], is_there: Callable[[Node], bool]) -> None:
        """Take what is *kept* of the first portion; *is_there* says whether the file describes a node."""
        super().__init__(vocabulary, shapes)
        self.of.update(kept)
        self.is_there = is_there

    def is_described(self, node: Node) -> bool:
        """Return whether the file describes *node*."""
        return self.is_there(node)

    def take_portion(self, portion: Portion) -> None:
        """Take what the next *portion* says.

        Raises: Unstreamable, if too much waits for the end.
        """
        shapes = self.shapes.every
        self.told.update(dict.fromkeys(portion.told))
        self.delayed += [(node, self.of.get(node) or block, shapes[number]) for node, block, number in portion.delayed]
        if len(self.delayed) > DELAYED:
            raise Unstreamable("too much of it refers to what comes later")
        self.missing |= portion.missing
        self.triples += portion.triples
        for predicate, nodes in portion.objects_of.items():
            self.objects_of[predicate].update(dict.fromkeys(nodes))
        for predicate, users in portion.users.items():
            limit, all_users = self.shapes.inverse[predicate], self.users[predicate]
            for value, some in users.items():
                known = all_users.setdefault(value, [])
                known += some if limit is None else some[: max(0, limit - len(known))]


def results_of(shapes: Shapes, told: Iterable[Told]) -> list[Result]:
    """Return the results that were *told*, sorted."""
    run = Run((), shapes)
    every = shapes.every
    for number, focus, component, value, path, texts, asked in told:
        run.found(every[number], focus, component, value, path, query=None if asked < 0 else shapes.queries[asked], texts=texts)
    return sorted(run.results.values(), key=lambda result: result.order)
