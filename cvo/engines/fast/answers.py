"""The answers of Oxigraph to the SPARQL texts of the shapes, over a store that holds only what they read."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from cvo.engines.fast.graph import TYPE, quads_of
from cvo.engines.fast.nodes import node_of, term_of
from cvo.engines.fast.queries import FOCUS, IS_A, SHAPES, filled
from cvo.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cvo.engines.fast.graph import Block, Graph
    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.queries import Query
    from cvo.findings import Texts

    Row = tuple[Node | None, str, Texts, Node]
    """Of a solution: the value, the property (if it is not the shape's), the texts, the focus node."""

HERE = ox.NamedNode(FOCUS)
DEFAULT = ox.DefaultGraph()
FEW, MANY = 1000, 20_000  # focus nodes, triples that they reach: beyond them a store of everything is cheaper


class Answers:
    """A store of what the queries read."""

    def __init__(
        self,
        graph: Graph,
        quads: Sequence[ox.Quad],
        queries: Sequence[Query],
        shapes: Mapping[Node, Block],
        beside: Sequence[Mapping[Node, Block]] = (),
    ) -> None:
        """Answer *queries* over *quads* and the blocks *beside* them, which *graph* holds too; a store is filled when first asked."""
        self.graph = graph
        self._given = quads
        self._beside = beside
        self._queries = queries
        self._shapes = shapes
        self._stores: dict[bool, ox.Store] = {}
        self._near: ox.Store | None = None
        self._near_for: Collection[Query] = ()
        self._told: tuple[ox.Store, dict[str, Node], Sequence[dict[str, Node]]] | None = None

    @cached_property
    def _quads(self) -> Sequence[ox.Quad]:
        """Return all triples."""
        return [*self._given, *(quad for blocks in self._beside for quad in quads_of(blocks))] if self._beside else self._given

    def await_(self, asked: Mapping[Query, Sequence[Node]]) -> None:
        """Prepare for the queries of *asked*, with their focus nodes: of a few nodes, many read only what can be reached."""
        self._near = None
        forward = {query: nodes for query, nodes in asked.items() if query.inverse is not None}
        todo: list[Node] = list({node for nodes in forward.values() for node in nodes})
        if not 0 < len(todo) <= FEW:
            return
        reads = frozenset[str]().union(*(query.reads or () for query in forward))
        backwards = frozenset[str]().union(*(query.inverse or () for query in forward))
        if any(_is_typed(value) for predicate in backwards for value in self.graph.inverse(predicate)):
            return  # the store takes different spellings of a value for one
        with_classes = any(query.reads_classes for query in forward)
        todo += reads  # the terms that the texts name are among them
        seen = set(todo)
        near: list[tuple[Node, str, Node]] = []
        while todo:
            node = todo.pop()
            block = self.graph.block(node)
            found = [(node, predicate, value) for predicate, values in block.items() if predicate in reads for value in values]
            if with_classes and TYPE in block:
                found += [(node, IS_A, kind) for kind in self.graph.classes(block[TYPE])]
            near += found
            if len(near) > MANY:
                return
            new = {value for _, _, value in found}
            new.update(subject for predicate in backwards for subject in self.graph.subjects(predicate, node))
            new -= seen
            seen |= new
            todo += new
        self._near = ox.Store()
        self._near.extend(ox.Quad(term_of(s), ox.NamedNode(p), term_of(o)) for s, p, o in near)  # type: ignore[arg-type]
        self._near_for = forward

    def _store(self, query: Query) -> ox.Store:
        """Return the store that *query* is put to, filled: those that name what they read have another than the rest."""
        if self._near is not None and query in self._near_for:
            return self._near
        is_open = query.reads is None or query.reads_focus
        if is_open in self._stores:
            return self._stores[is_open]
        store = self._stores[is_open] = self._new(is_open=is_open)
        queries = [other for other in self._queries if is_open == (other.reads is None or other.reads_focus)]
        named, default = ox.Quad, DEFAULT
        wanted = self._quads
        if all(other.reads is not None for other in queries):
            reads = {predicate for other in queries for predicate in other.reads or ()}
            wanted = [quad for quad in wanted if quad.predicate.value in reads]
        store.extend(q if q.graph_name == default else named(q.subject, q.predicate, q.object) for q in wanted)
        if any(other.reads_shapes for other in queries):
            graph = ox.NamedNode(SHAPES)
            store.extend(named(q.subject, q.predicate, q.object, graph) for q in quads_of(self._shapes))
        if any(other.reads_classes for other in queries):
            store.extend(self._classes())
        return store

    def _new(self, *, is_open: bool) -> ox.Store:  # noqa: ARG002 - a stream has them on disk
        return ox.Store()

    def _classes(self) -> Iterator[ox.Quad]:
        """Return the classes of each node, with their superclasses."""
        is_a = ox.NamedNode(IS_A)
        terms: dict[frozenset[Node], list[ox.NamedNode | ox.BlankNode | ox.Literal]] = {}
        for node, block in self.graph.of.items():
            if kinds := block.get(TYPE):
                classes = self.graph.classes(kinds)
                if classes not in terms:
                    terms[classes] = [term_of(kind) for kind in classes]
                subject = term_of(node)
                yield from (ox.Quad(subject, is_a, kind) for kind in terms[classes])  # type: ignore[arg-type]

    def _add_all_of(self, query: Query, nodes: Iterable[Node]) -> None:
        """Add everything that is said of *nodes*, for a *query* that may read it."""
        if query.reads is None or not query.reads_focus:
            return
        store = self._store(query)
        for node in nodes:
            if isinstance(node, str):
                subject = term_of(node)
                store.extend(
                    ox.Quad(subject, ox.NamedNode(predicate), term_of(value))  # type: ignore[arg-type]
                    for predicate, values in self.graph.block(node).items()
                    for value in values
                )

    def rows(self, query: Query, shape: Shape, focus: Node) -> list[Row]:
        """Return the solutions of *query* for one *focus* node of *shape*."""
        self._add_all_of(query, [focus])
        solutions = self._ask(query, [{"this": focus}])
        return [row for solution in solutions for row in self._read(query, shape, solution, focus)]  # type: ignore[union-attr]

    def truth(self, query: Query, focus: Node, value: Node) -> bool:
        """Return the answer of an ASK for one *value* of *focus*."""
        self._add_all_of(query, [focus, value])
        return bool(self._ask(query, [{"this": focus, "value": value}]))

    def _ask(self, query: Query, bindings: Sequence[dict[str, Node]]) -> list[ox.QuerySolution] | bool:
        """Return the solutions of *query*, or its truth, with each of *bindings*."""
        store = self._store(query)
        told = (store, query.given, bindings)
        if told != self._told:  # many rules have the same focus nodes
            if self._told:
                self._told[0].clear_graph(HERE)
            store.extend(
                ox.Quad(ox.NamedNode(f"{FOCUS}:{number}"), ox.NamedNode(f"{FOCUS}:{name}"), term_of(node), HERE)
                for number, bound in enumerate(bindings)
                for name, node in {**query.given, **bound}.items()
            )
            self._told = told
        try:
            found = store.query(query.bound)
            return bool(found) if isinstance(found, ox.QueryBoolean) else list(found)
        except (SyntaxError, RuntimeError, OSError, ValueError) as error:
            raise EngineError(f"a SPARQL text of the shapes cannot be answered: {error}") from error

    def all_rows(self, query: Query, shape: Shape, nodes: Sequence[Node]) -> Iterator[Row]:
        """Return the solutions of *query* for all *nodes*: asked together where that means the same."""
        if not query.is_batched:
            for node in nodes:
                yield from self.rows(query, shape, node)
            return
        together = [node for node in nodes if isinstance(node, str)]
        self._add_all_of(query, together)
        solutions = self._ask(query, [{"this": node} for node in together]) if together else ()
        for solution in solutions:  # type: ignore[union-attr]
            yield from self._read(query, shape, solution, node_of(solution["this"]))
        for node in nodes:
            if not isinstance(node, str):
                yield from self.rows(query, shape, node)

    def _read(self, query: Query, shape: Shape, solution: ox.QuerySolution, focus: Node) -> Iterator[Row]:
        """Return the rows of one *solution*: several, where the store made one literal of several that were typed."""
        bound = {name: node_of(term) for name in query.columns if (term := solution[name]) is not None}
        if "failure" in bound:
            raise EngineError("a SPARQL text of the shapes says that it failed", hint="see its ?failure")
        focus = focus if "this" not in bound or not isinstance(focus, str) else bound["this"]
        where = bound.get("path")
        path = where if isinstance(where, str) and not where.startswith("_:") else ""
        value = bound.get("value")
        values: Sequence[Node | None] = self._as_typed(value, focus) if isinstance(value, ox.Literal) else [value]
        for typed in values:
            given = typed if typed is not None else (None if shape.path else focus)
            now = {**query.given, **bound, "this": focus, **({} if given is None else {"value": given})}
            yield given, path, filled((*query.texts, *(text for text in shape.texts if text not in query.texts)), now), focus

    def _as_typed(self, value: ox.Literal, focus: Node) -> Sequence[Node]:
        """Return the literals, of *focus* or else of anything, that the store gives back as *value*."""
        if value.language or value.datatype.value.endswith("#string"):
            return [value]

        def same(node: Node) -> bool:
            return type(node) is ox.Literal and node.datatype == value.datatype and kept(node) == value

        own = [node for values in self.graph.block(focus).values() for node in values if same(node)]
        return list(dict.fromkeys(own)) or self._originals.get(value) or [value]

    @property
    def _originals(self) -> dict[ox.Literal, list[Node]]:
        literals = dict.fromkeys(q.object for q in self._quads if type(q.object) is ox.Literal and not q.object.language)
        found: dict[ox.Literal, list[Node]] = {}
        for literal in literals:
            found.setdefault(kept(literal), []).append(literal)
        return found


def _is_typed(node: Node) -> bool:
    return type(node) is ox.Literal and not node.language and not node.datatype.value.endswith("#string")


@lru_cache(20_000)
def kept(literal: ox.Literal) -> ox.Literal:
    """Return what a store makes of *literal*.

    >>> kept(ox.Literal("1.50", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))).value
    '1.5'
    """
    store = ox.Store()
    store.add(ox.Quad(HERE, HERE, literal))
    return cast("ox.Literal", next(iter(store)).object)
