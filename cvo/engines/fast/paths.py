"""SHACL property paths: read from the shapes, walked over the data, and written as SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.outcome import Uncompiled
from cvo.terms import RDF, SH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cvo.engines.fast.graph import Graph
    from cvo.engines.fast.nodes import Node
    from cvo.findings import Path

    Walk = Callable[[Graph, Node], Sequence[Node]]

KINDS = {f"{SH}{kind}Path": kind for kind in ("alternative", "inverse", "zeroOrMore", "oneOrMore", "zeroOrOne")}
FIRST, REST, NIL = f"{RDF}first", f"{RDF}rest", f"{RDF}nil"
TOO_DEEP = 32  # nested paths; the shapes of people have two or three


def items(shapes: Graph, head: Node) -> list[Node]:
    """Return the items of the RDF list *head*.

    Raises: Uncompiled, if it is no well-formed list.
    """
    found: list[Node] = []
    seen: set[Node] = set()
    while head != NIL:
        first, rest = shapes.objects(head, FIRST), shapes.objects(head, REST)
        if len(first) != 1 or len(rest) != 1 or head in seen:
            raise Uncompiled("a list in them is not well-formed")
        seen.add(head)
        found.append(first[0])
        head = rest[0]
    return found


def read_path(shapes: Graph, node: Node, depth: int = 0) -> Path:
    """Return the path *node* of the *shapes* as plain tuples.

    Raises: Uncompiled, if it is no well-formed path.
    """
    if not isinstance(node, str) or depth > TOO_DEEP:
        raise Uncompiled("a path in them is not well-formed")
    if not node.startswith("_:"):
        return node
    block = shapes.block(node)
    if FIRST in block:
        parts = [read_path(shapes, part, depth + 1) for part in items(shapes, node)]
        if len(parts) > 1:
            return ("sequence", *parts)
    kinds = [(kind, values) for name, kind in KINDS.items() if (values := block.get(name))]
    if len(kinds) != 1 or len(kinds[0][1]) != 1:
        raise Uncompiled("a path in them is not well-formed")
    kind, (value,) = kinds[0]
    if kind != "alternative":
        return (kind, read_path(shapes, value, depth + 1))
    ways = [read_path(shapes, way, depth + 1) for way in items(shapes, value)]
    if not ways:
        raise Uncompiled("a path in them is not well-formed")
    return (kind, *ways)


def walk_of(path: Path) -> Walk:  # noqa: PLR0911 - one for each kind
    """Return the function that gives the value nodes of *path* from a node, each once."""
    if isinstance(path, str):
        return lambda graph, node: graph.objects(node, path)
    kind, *parts = path
    ways = [walk_of(part) for part in parts]
    match kind:
        case "inverse" if isinstance(parts[0], str):
            predicate = parts[0]
            return lambda graph, node: graph.subjects(predicate, node)
        case "inverse":
            return walk_of(_turned(parts[0]))
        case "sequence":
            return lambda graph, node: _along(graph, node, ways)
        case "alternative":
            return lambda graph, node: list(dict.fromkeys(value for way in ways for value in way(graph, node)))
        case "zeroOrOne":
            return lambda graph, node: list(dict.fromkeys([node, *ways[0](graph, node)]))
        case "zeroOrMore":
            return lambda graph, node: _closure(graph, [node], ways[0])
        case _:
            return lambda graph, node: _closure(graph, ways[0](graph, node), ways[0])


def backwards(path: Path) -> set[str]:
    """Return the predicates that *path* follows from object to subject.

    >>> sorted(backwards(("sequence", ("inverse", ("alternative", "urn:p", ("inverse", "urn:q"))), "urn:r")))
    ['urn:p']
    """
    if isinstance(path, str):
        return set()
    kind, *parts = path
    if kind != "inverse":
        return {predicate for part in parts for predicate in backwards(part)}
    inner = parts[0]
    return {inner} if isinstance(inner, str) else backwards(_turned(inner))


def _turned(path: Path) -> Path:
    """Return *path* walked backwards."""
    if isinstance(path, str):
        return ("inverse", path)
    kind, *parts = path
    if kind == "inverse":
        return parts[0]
    turned = [_turned(part) for part in parts]
    return (kind, *(reversed(turned) if kind == "sequence" else turned))


def _along(graph: Graph, node: Node, ways: Sequence[Walk]) -> Sequence[Node]:
    here: Iterable[Node] = (node,)
    for way in ways:
        here = dict.fromkeys(value for at in here for value in way(graph, at))
    return list(here)


def _closure(graph: Graph, start: Sequence[Node], way: Walk) -> list[Node]:
    seen = dict.fromkeys(start)
    todo = list(seen)
    while todo:
        for value in way(graph, todo.pop()):
            if value not in seen:
                seen[value] = None
                todo.append(value)
    return list(seen)
