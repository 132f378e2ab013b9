"""Constraint components that shapes define in SPARQL: their parameters, and their validators bound to a shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.engines.fast.constraints import is_true
from cvo.engines.fast.graph import TYPE
from cvo.engines.fast.queries import compiled, filled
from cvo.outcome import Uncompiled
from cvo.terms import SH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cvo.engines.fast.graph import Graph
    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.run import Run
    from cvo.findings import Texts

    Prepared: TypeAlias = tuple[str, frozenset[str] | None, bool, bool, bool, bool, frozenset[str] | None, tuple[str, ...], tuple[str, ...]]
    from cvo.engines.fast.queries import Query


@dataclass(slots=True)
class Component:
    """A constraint component that the shapes define in SPARQL."""

    node: str
    parameters: list[tuple[str, str, bool]]  # property, variable, optional

    def validators(self, graph: Graph, shape: Shape, block: Mapping[str, Sequence[Node]]) -> Iterator[Validator]:
        """Return the validators of the component that *shape*, with *block*, asks for."""
        if any(predicate not in block for predicate, _, optional in self.parameters if not optional) or not any(
            predicate in block for predicate, _, _ in self.parameters
        ):
            return
        given: dict[str, Node] = {}
        for predicate, variable, _ in self.parameters:
            values = block.get(predicate, ())
            if len(values) > 1:
                raise Uncompiled(f"a parameter of a component has two values: {predicate}")
            given.update((variable, value) for value in values)
        own = graph.block(self.node)
        chosen = own.get(f"{SH}{'property' if shape.path else 'node'}Validator") or own.get(f"{SH}validator", ())
        if len(chosen) != 1:
            raise Uncompiled(f"a component has no validator, or two: {self.node}")
        about = graph.block(chosen[0])
        texts = [text for name in ("select", "ask") for text in about.get(SH + name, ()) if isinstance(text, ox.Literal)]
        if len(texts) != 1:
            raise Uncompiled(f"a validator has no text, or two: {self.node}")
        query = compiled(graph, chosen[0], texts[0].value, shape, given, is_ask=f"{SH}ask" in about)
        query.is_batched = False
        yield Validator(self.node, query, is_ask=f"{SH}ask" in about)


@dataclass(slots=True, eq=False)
class Validator:
    """A validator of a component, bound to a shape."""

    component: str
    query: Query
    is_ask: bool

    def complaints(self, run: Run, shape: Shape, focus: Node, values: Sequence[Node]) -> Iterator[tuple[Node | None, str, Texts]]:
        """Return what is wrong at *focus*: value, property, texts."""
        if not self.is_ask:
            for value, path, texts, _ in run.answers.rows(self.query, shape, focus):
                yield value, path, texts
            return
        for value in values:
            if not run.answers.truth(self.query, focus, value):
                yield value, "", filled(self.query.texts or shape.texts, {**self.query.given, "this": focus, "value": value})


def read_components(graph: Graph) -> list[Component]:
    """Return the components that the shapes define.

    Raises: Uncompiled, if one of them is not in SPARQL, or has no parameters.
    """
    found = []
    for node, block in graph.of.items():
        if f"{SH}ConstraintComponent" not in graph.classes(block.get(TYPE, ())) or not isinstance(node, str):
            continue
        if any(f"{SH}JSValidator" in graph.objects(value, TYPE) for values in block.values() for value in values):
            raise Uncompiled("a component is in JavaScript")
        parameters = []
        for parameter in block.get(f"{SH}parameter", ()):
            paths = graph.objects(parameter, f"{SH}path")
            if len(paths) != 1 or not isinstance(paths[0], str):
                raise Uncompiled(f"a parameter has no path: {node}")
            parameters.append((paths[0], re.split("[/#:]", paths[0])[-1], is_true(graph.objects(parameter, f"{SH}optional"))))
        if not parameters:
            raise Uncompiled(f"a component has no parameters: {node}")
        found.append(Component(node, parameters))
    return found
