"""Oxigraph answers a SPARQL query over a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.answers import received, whole
from cvo.errors import SyntaxProblem
from cvo.terms import PREFIXES
from cvo.tokens import tokens

if TYPE_CHECKING:
    import pyoxigraph as ox

    from cvo.answers import Answer, Stream

LONGEST, DEEPEST = 50_000, 500  # tokens, brackets


def ask(store: ox.Store, query: str) -> Answer:
    """Return the answer of *query* over *store*; the project's prefixes need not be declared.

    Raises: SyntaxProblem, with Oxigraph's message, if the query is not SPARQL 1.1.
    """
    return whole(stream(store, query))


def stream(store: ox.Store, query: str) -> Answer | Stream:
    """Return the answer of *query* over *store*, the rows of a SELECT one by one. Raises: as `ask`."""
    _refuse_what_overflows(query)
    try:
        result = store.query(query, prefixes=PREFIXES)
    except SyntaxError as error:
        raise SyntaxProblem(str(error)) from None
    return received(query, result)


def _refuse_what_overflows(query: str) -> None:
    """Raise a SyntaxProblem for a query so long or so deep that the engine, which recurses, would take the process down."""
    depth = deepest = 0
    for number, token in enumerate(tokens(query)):
        if number > LONGEST:
            raise SyntaxProblem(f"the query is longer than {LONGEST} words")
        if token.kind == "bracket":
            depth += 1 if token.text in "({[" else -1
            deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise SyntaxProblem(f"the query is nested more than {DEEPEST} deep: {deepest}")
