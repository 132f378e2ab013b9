"""The shapes graph compiled: which shapes have which targets, and what each asks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.engines.fast.components import Component, read_components
from cvo.engines.fast.constraints import is_true, judges, looks
from cvo.engines.fast.graph import TYPE, Graph
from cvo.engines.fast.model import Shape
from cvo.engines.fast.nodes import text_of
from cvo.engines.fast.paths import backwards, items, read_path, walk_of
from cvo.engines.fast.queries import Query, read_query
from cvo.outcome import Uncompiled
from cvo.terms import RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cvo.engines.fast.nodes import Node

TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))
PARAMETERS = (
    *("nodeKind", "datatype", "class", "minCount", "maxCount", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive"),
    *("minLength", "maxLength", "pattern", "languageIn", "uniqueLang", "in", "hasValue", "equals", "disjoint", "lessThan"),
    *("lessThanOrEquals", "closed", "node", "not", "and", "or", "xone", "qualifiedValueShape"),
)
SILENT = frozenset(  # what asks nothing by itself
    SH + name
    for name in (
        *("path", "severity", "message", "deactivated", "name", "description", "order", "group", "defaultValue", "property", "sparql"),
        *("flags", "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint"),
        *("declare", "prefixes", "shapesGraph", "suggestedShapesGraph", "entailment"),
        *(target.removeprefix(SH) for target in TARGETS),
    )
)
SHAPE_TYPES = frozenset({f"{SH}NodeShape", f"{SH}PropertyShape"})
CLASSES = frozenset({f"{RDFS}Class", "http://www.w3.org/2002/07/owl#Class"})


class Compiler:
    """Compiles each shape of a shapes graph once."""

    def __init__(self, graph: Graph) -> None:
        """Read the shapes of *graph*."""
        self.graph = graph
        self.components: list[Component] = read_components(graph)
        self.queries: list[Query] = []
        self.inverse: dict[str, int | None] = {}
        self._done: dict[Node, Shape] = {}
        self._open: set[Node] = set()

    def shape(self, node: Node) -> Shape:
        """Return the shape *node*.

        Raises: Uncompiled, if it is not well-formed, or asks what this engine does not know.
        """
        if node in self._done:
            return self._done[node]
        if node in self._open:
            raise Uncompiled(f"a shape refers to itself: {node}")
        if not isinstance(node, str):
            raise Uncompiled(f"a literal stands for a shape: {node}")
        self._open.add(node)
        block = dict(self.graph.block(node))
        paths = block.get(f"{SH}path", ())
        if len(paths) > 1 or (not paths and f"{SH}PropertyShape" in block.get(TYPE, ())):
            raise Uncompiled(f"a property shape has no path, or two: {node}")
        shape = Shape(node, severity=self._severity(block), texts=texts_of(block.get(f"{SH}message", ())))
        shape.is_active = not is_true(block.get(f"{SH}deactivated", ()))
        if paths:
            shape.path = read_path(self.graph, paths[0])
            shape.walk = walk_of(shape.path)
        if shape.is_active:
            self._fill(shape, block)
            self._note_inverse(shape)
        self._open.discard(node)
        self._done[node] = shape
        return shape

    @property
    def every(self) -> tuple[Shape, ...]:
        """Return all shapes that were compiled so far."""
        return tuple(self._done.values())

    def _fill(self, shape: Shape, block: dict[str, Sequence[Node]]) -> None:
        for predicate in block:
            name = predicate.removeprefix(SH)
            if (
                predicate.startswith(SH)
                and name not in PARAMETERS
                and predicate not in SILENT
                and not (name == "select" and f"{SH}SPARQLConstraint" in block.get(TYPE, ()))
            ):
                raise Uncompiled(f"sh:{name} is not known to the fast engine")
        for name in PARAMETERS:
            values = block.get(SH + name)
            if not values:
                continue
            if not shape.path and name in ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"):
                raise Uncompiled(f"a node shape has sh:{name}: {shape.node}")
            component = f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"
            found = judges(name, self, block, values)  # type: ignore[arg-type]
            if found is None:
                shape.looks += [
                    (f"{SH}{what}ConstraintComponent", look)
                    for what, look in looks(name, self, shape, block, values)  # type: ignore[arg-type]
                ]
            else:
                shape.judges += [(component, judge) for judge in found]
        for value in block.get(f"{SH}property", ()):
            child = self.shape(value)
            if not child.path:
                raise Uncompiled(f"sh:property names no property shape: {value}")
            shape.properties.append(child)
        shape.queries += [read_query(self.graph, query, shape) for query in block.get(f"{SH}sparql", ())]
        shape.queries = [query for query in shape.queries if query.is_active]
        shape.validators += [found for component in self.components for found in component.validators(self.graph, shape, block)]
        shape.settle()
        self.queries += [*shape.queries, *(validator.query for validator in shape.validators)]

    def _note_inverse(self, shape: Shape) -> None:
        """Note which predicates the path of *shape* follows backwards, and how many subjects are enough to know."""
        enough = None
        if shape.path and shape.path[0] == "inverse" and isinstance(shape.path[1], str) and shape.is_counting:
            enough = max(shape.least, shape.most + 1 if shape.most < sys.maxsize else 0)
        for predicate in backwards(shape.path):
            known = self.inverse.get(predicate, 0)
            self.inverse[predicate] = None if known is None or enough is None else max(known, enough)

    def _severity(self, block: dict[str, Sequence[Node]]) -> str:
        found = block.get(f"{SH}severity", (f"{SH}Violation",))
        if len(found) > 1 or not isinstance(found[0], str):
            raise Uncompiled("sh:severity is not one IRI")
        return found[0]

    def permitted(self, block: dict[str, list[Node]]) -> frozenset[str]:
        """Return the properties that the closed shape with *block* permits."""
        paths = {path for value in block.get(f"{SH}property", ()) for path in self.graph.objects(value, f"{SH}path")}
        ignored = {item for head in block.get(f"{SH}ignoredProperties", ()) for item in items(self.graph, head)}
        return frozenset(str(path) for path in paths | ignored if isinstance(path, str) and not path.startswith("_:"))

    def siblings(self, node: Node) -> list[Node]:
        """Return the qualified shapes that stand beside that of the property shape *node*."""
        own = self.graph.objects(node, f"{SH}qualifiedValueShape")
        parents = self.graph.subjects(f"{SH}property", node)
        beside = (child for parent in parents for child in self.graph.objects(parent, f"{SH}property"))
        found = dict.fromkeys(value for child in beside for value in self.graph.objects(child, f"{SH}qualifiedValueShape"))
        return [value for value in found if value not in own]


class Shapes:
    """All shapes that have targets, ready to run."""

    def __init__(self, quads: Iterable[ox.Quad] | Graph) -> None:
        """Compile the shapes of *quads*.

        Raises: Uncompiled, if one of them is for the referee.
        """
        graph = self.graph = quads if isinstance(quads, Graph) else Graph(quads)
        compiler = Compiler(graph)
        self.of_class: dict[Node, list[Shape]] = {}
        self.of_node: dict[Node, list[Shape]] = {}
        self.of_subjects: dict[str, list[Shape]] = {}
        self.of_objects: dict[str, list[Shape]] = {}
        indexes: tuple[dict[Any, list[Shape]], ...] = (self.of_class, self.of_node, self.of_subjects, self.of_objects)
        for node, block in graph.of.items():
            kinds = graph.classes(block.get(TYPE, ()))
            if f"{SH}target" in block:
                raise Uncompiled("sh:target is not known to the fast engine")
            is_class = not kinds.isdisjoint(CLASSES) and not kinds.isdisjoint(SHAPE_TYPES)
            if is_class or any(target in block for target in TARGETS):
                shape = compiler.shape(node)
                if not shape.is_active:
                    continue
                for target, index in zip(TARGETS, indexes, strict=True):
                    for value in block.get(target, ()):
                        index.setdefault(value, []).append(shape)
                if is_class:
                    self.of_class.setdefault(node, []).append(shape)
            elif not kinds.isdisjoint(SHAPE_TYPES):
                compiler.shape(node)  # nobody asks it, but it must be well-formed
        self.every = compiler.every  # in the order of the graph, which is the same wherever it is compiled
        self.queries = compiler.queries
        self.inverse = compiler.inverse
        self._plans: dict[frozenset[Node], tuple[Shape, ...]] = {}

    def for_classes(self, classes: frozenset[Node]) -> tuple[Shape, ...]:
        """Return the shapes that target the instances of any of *classes*."""
        found = self._plans.get(classes)
        if found is None:
            found = self._plans[classes] = tuple(
                dict.fromkeys(shape for kind, shapes in self.of_class.items() if kind in classes for shape in shapes)
            )
        return found

    def for_block(self, block: Mapping[str, Sequence[Node]], classes: frozenset[Node]) -> Sequence[Shape]:
        """Return the shapes that target a node by its *classes* or the properties of its *block*, not by what else is said."""
        found = self.for_classes(classes) if classes else ()
        if self.of_subjects and not self.of_subjects.keys().isdisjoint(block):
            found = (*found, *(shape for predicate in block for shape in self.of_subjects.get(predicate, ())))
            return tuple(dict.fromkeys(found))
        return found

    def for_node(self, graph: Graph, node: Node) -> Sequence[Shape]:
        """Return the shapes that target *node* in *graph*."""
        block = graph.block(node)
        kinds = block.get(TYPE)
        found = self.for_classes(graph.classes(kinds)) if kinds else ()
        others: list[Shape] = []
        if self.of_subjects:
            others += [shape for predicate in block if predicate in self.of_subjects for shape in self.of_subjects[predicate]]
        for predicate, shapes in self.of_objects.items():
            if node in graph.inverse(predicate):
                others += shapes
        if node in self.of_node:
            others += self.of_node[node]
        return tuple(dict.fromkeys((*found, *others))) if others else found


def texts_of(messages: Sequence[Node]) -> tuple[tuple[str, str], ...]:
    """Return *messages* as texts in their languages."""
    return tuple(sorted((m.language or "", text_of(m)) for m in messages if isinstance(m, ox.Literal)))
