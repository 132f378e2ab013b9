"""One run of compiled shapes over data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.engines.fast.answers import Answers
from cvo.engines.fast.graph import Graph
from cvo.engines.fast.nodes import node_of, term_of
from cvo.outcome import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pyoxigraph as ox

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.model import Shape, Step
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.queries import Query
    from cvo.engines.fast.shapes import Shapes
    from cvo.findings import Path, Texts
    from cvo.outcome import Term


class Run(Graph):
    """The data, and what was found in it."""

    is_asking = True  # what is written in SPARQL as well

    def __init__(self, quads: Sequence[ox.Quad], shapes: Shapes, beside: Sequence[Mapping[Node, Block]] = ()) -> None:
        """Hold *quads*, and the blocks *beside* them, to check them against *shapes*."""
        super().__init__(quads)
        for blocks in beside:
            self.join(blocks)
        self.shapes = shapes
        self.answers = Answers(self, quads, shapes.queries, shapes.graph.of, beside)
        self.results: dict[tuple[object, ...], Result] = {}
        self.pending: dict[Query, list[Node]] = {}
        self._plans: dict[Shape, tuple[Step, ...]] = {}
        self._right: dict[Shape, set[Node]] = {}

    def right_for(self, shape: Shape) -> set[Node]:
        """Return the value nodes that *shape* is known to accept."""
        found = self._right.get(shape)
        if found is None:
            found = self._right[shape] = set()
        return found

    def plan_for(self, shape: Shape) -> tuple[Step, ...]:
        """Return what is looked at first for each property of *shape*."""
        found = self._plans.get(shape)
        if found is None:
            found = self._plans[shape] = shape.plan(self)
        return found

    def later(self, query: Query, _: Shape, focus: Node) -> None:
        """Note that *query* is to be asked of *focus*."""
        self.pending.setdefault(query, []).append(focus)

    def found(  # noqa: PLR0913
        self, shape: Shape, focus: Node, component: str, value: Node | None, path: Path, *, query: Query | None = None, texts: Texts = ()
    ) -> None:
        """Take a result, unless an equal one was found already."""
        texts = texts or shape.texts
        key = (focus, path, value, component, shape.severity, texts)
        if key not in self.results:
            self.results[key] = Result(
                focus=term_of(focus),
                path=path,
                value=None if value is None else term_of(value),
                component=component,
                severity=shape.severity,
                shape=term_of(shape.node),
                constraint=None if query is None else term_of(query.node),
                texts=texts,
            )

    def check(self, nodes: Iterable[Node]) -> list[Node]:
        """Check *nodes*; return those that some shape targets."""
        targeted = []
        for node in nodes:
            shapes = self.shapes.for_node(self, node)
            if shapes:
                targeted.append(node)
                for shape in shapes:
                    shape.report(self, node)
        self.answers.await_(self.pending)
        for query, asked in self.pending.items():
            if (owner := query.shape) is not None:
                for value, path, texts, focus in self.answers.all_rows(query, owner, list(dict.fromkeys(asked))):
                    self.found(owner, focus, SPARQL, value, path or owner.path, query=query, texts=texts)
        self.pending.clear()
        return targeted


SPARQL = "http://www.w3.org/ns/shacl#SPARQLConstraintComponent"


def run(data: Sequence[ox.Quad], shapes: Shapes, focus: Collection[Term], beside: Sequence[Mapping[Node, Block]] = ()) -> Outcome:
    """Return what *shapes* find at the nodes of *focus* in *data* and the blocks *beside* it."""
    ours = {node_of(term): term for term in focus}
    checking = Run(data, shapes, beside)
    targeted = checking.check(ours)
    results = (result for key, result in checking.results.items() if key[0] in ours)
    return Outcome(tuple(sorted(results, key=lambda result: result.order)), frozenset(ours[node] for node in targeted))
