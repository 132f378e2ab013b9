"""Oxigraph answers a SPARQL query over a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.errors import SyntaxProblem
from cvo.terms import PREFIXES
from cvo.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST, DEEPEST = 50_000, 500  # tokens, brackets

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
    _refuse_what_overflows(query)
    try:
        result = store.query(query, prefixes=PREFIXES)
        if isinstance(result, ox.QueryBoolean):
            return Answer(truth=bool(result))
        if isinstance(result, ox.QueryTriples):
            return Answer(triples=tuple(sorted(set(result), key=str)))
        names = tuple(variable.value for variable in result.variables)
        rows = tuple(tuple(solution) for solution in result)
        order = _order_of_star(query, names)
        return Answer(tuple(names[i] for i in order), tuple(tuple(row[i] for i in order) for row in rows)) if order else Answer(names, rows)
    except SyntaxError as error:
        raise SyntaxProblem(str(error)) from None


def _order_of_star(query: str, names: tuple[str, ...]) -> list[int]:
    """Return the places of *names* in the order in which *query* first speaks of them, if it says ``SELECT *``; else nothing.

    Oxigraph gives the columns of a star in alphabetical order, which nobody wrote.
    """
    words = list(tokens(query))
    star = next((i for i, token in enumerate(words) if token.says("SELECT")), len(words)) + 1
    while star < len(words) and (words[star].says("DISTINCT") or words[star].says("REDUCED")):
        star += 1
    if star >= len(words) or words[star].text != "*":
        return []
    spoken = list(dict.fromkeys(token.text[1:] for token in words if token.kind == "variable"))
    return sorted(range(len(names)), key=lambda i: spoken.index(names[i]) if names[i] in spoken else len(spoken))


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
