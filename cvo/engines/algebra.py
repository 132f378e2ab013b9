"""rdflib reads a query as SPARQL algebra: the plan that the standard gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.names import short
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HIDDEN = {"_vars", "datasetClause", "lazy", "triples", "part"}


def plan(query: str, count: Callable[[ox.NamedNode | None, ox.NamedNode | None, Any], int]) -> str:
    """Return the algebra of *query* as an indented tree, each triple pattern with the number of triples that match it alone.

    *count* gives that number for a subject, predicate and object, None for a variable; the query is well-formed.
    """
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415 - 200 ms that only a plan needs

    algebra = prepareQuery(query, initNs=PREFIXES).algebra
    return "\n".join(_lines(algebra, 0, count)) + "\n"


def _lines(node: Any, depth: int, count: Callable[..., int]) -> Iterator[str]:  # noqa: ANN401 - rdflib has no type for it
    name = getattr(node, "name", "")
    details = [f"{key}={_text(value)}" for key, value in node.items() if key not in HIDDEN and not _has_parts(value)]
    yield "  " * depth + " ".join([name, *details])
    for triple in dict.get(node, "triples") or ():
        number = count(*map(_term, triple))
        shown = " ".join(map(_text, triple))
        yield f"{'  ' * (depth + 1)}{shown}" + (f"   {number:,} triples" if number >= 0 else "")
    for key, value in node.items():
        if key not in HIDDEN - {"part"} and _has_parts(value):
            for part in value if isinstance(value, list) else [value]:
                if hasattr(part, "items"):
                    yield from _lines(part, depth + 1, count)


def _has_parts(value: Any) -> bool:  # noqa: ANN401 - as above
    return hasattr(value, "items") or (isinstance(value, list) and any(hasattr(part, "items") for part in value))


def _term(node: Any) -> Any:  # noqa: ANN401 - as above
    """Return a constant of rdflib as pyoxigraph has it, None for a variable, Ellipsis for a path."""
    from rdflib import BNode, Literal, URIRef, Variable  # noqa: PLC0415

    if isinstance(node, (Variable, BNode)):
        return None
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))
    return ...


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    from rdflib import URIRef, Variable  # noqa: PLC0415

    if isinstance(value, Variable):
        return f"?{value}"
    if isinstance(value, URIRef):
        return short(str(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"({' '.join(sorted(map(_text, value)) if isinstance(value, (set, frozenset)) else map(_text, value))})"
    return value.n3() if hasattr(value, "n3") else str(value)
