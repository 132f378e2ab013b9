"""Oxigraph answers a SPARQL query over a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.answers import received, whole
from cvo.errors import SyntaxProblem
from cvo.terms import PREFIXES
from cvo.tokens import tokens

if TYPE_CHECKING:
    from typing import TypeAlias

    import pyoxigraph as ox

    from cvo.answers import Answer, Stream

    Graphs: TypeAlias = tuple[list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph], list[ox.NamedNode | ox.BlankNode]]

LONGEST, DEEPEST = 50_000, 500  # tokens, brackets


def ask(store: ox.Store, query: str) -> Answer:
    """Return the answer of *query* over *store*; the project's prefixes need not be declared.

    Raises: SyntaxProblem, with Oxigraph's message, if the query is not SPARQL 1.1.
    """
    return whole(stream(store, query))


def stream(store: ox.Store, query: str, *, base: str | None = None, graphs: Graphs | None = None) -> Answer | Stream:
    """Return the answer of *query* over *store*, the rows of a SELECT one by one.

    Relative IRIs are resolved against *base*; *graphs*, the default and the named ones, stand in for those that the query names.
    Raises: as `ask`.
    """
    _refuse_what_overflows(query)
    default, named = graphs or (None, None)
    try:
        result = store.query(query, base_iri=base, prefixes=PREFIXES, default_graph=default, named_graphs=named)
    except SyntaxError as error:
        raise SyntaxProblem(str(error)) from None
    return received(query, result)


def _refuse_what_overflows(query: str) -> None:
    """Raise a SyntaxProblem for a query so long or so deep that the engine, which recurses, would take the process down."""
    if len(query) <= LONGEST and sum(map(query.count, "({[")) <= DEEPEST:  # so it cannot have more
        return
    depth = deepest = 0
    for number, token in enumerate(tokens(query)):
        if number > LONGEST:
            raise SyntaxProblem(f"the query is longer than {LONGEST} words")
        if token.kind == "bracket":
            depth += 1 if token.text in "({[" else -1
            deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise SyntaxProblem(f"the query is nested more than {DEEPEST} deep: {deepest}")
