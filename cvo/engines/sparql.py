"""Oxigraph answers a SPARQL query over a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.errors import SyntaxProblem
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: rows of a SELECT, the truth of an ASK, triples of a CONSTRUCT or DESCRIBE.

    *variables* name the columns of *rows*, in the order of the query; a cell without a value is None.
    """

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None

    def __len__(self) -> int:
        """Return the number of rows or triples."""
        return len(self.rows) if self.triples is None else len(self.triples)

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Return the rows one by one, each a dictionary from column to text; empty cells are left out."""
        for row in self.rows:
            yield {name: lexical(term) for name, term in zip(self.variables, row, strict=True) if term is not None}

    def __bool__(self) -> bool:
        """Return the truth of an ASK, else whether there is any row or triple."""
        return len(self) > 0 if self.truth is None else self.truth


def lexical(term: Term) -> str:
    """Return *term* as bare text: the IRI, the literal's text, or the blank node's label.

    >>> lexical(ox.Literal("风险", language="zh")), lexical(ox.NamedNode("http://example.org/a"))
    ('风险', 'http://example.org/a')
    """
    return str(term) if isinstance(term, (ox.BlankNode, ox.Triple)) else term.value


def ask(store: ox.Store, query: str) -> Answer:
    """Return the answer of *query* over *store*; the project's prefixes need not be declared.

    Raises: SyntaxProblem, with Oxigraph's message, if the query is not SPARQL 1.1.
    """
    try:
        result = store.query(query, prefixes=PREFIXES)
        if isinstance(result, ox.QueryBoolean):
            return Answer(truth=bool(result))
        if isinstance(result, ox.QueryTriples):
            return Answer(triples=tuple(sorted(set(result), key=str)))
        names = tuple(variable.value for variable in result.variables)
        return Answer(names, tuple(tuple(solution) for solution in result))
    except SyntaxError as error:
        raise SyntaxProblem(str(error)) from None
