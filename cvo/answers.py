"""What a query gives, whichever engine answered it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import pyoxigraph as ox

from cvo.tokens import tokens

SHOWN = 100  # rows in a notebook

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: rows of a SELECT, the truth of an ASK, triples of a CONSTRUCT or DESCRIBE.

    *variables* name the columns of *rows*, in the order of the query; a cell without a value is None.
    """

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None

    def __len__(self) -> int:
        """Return the number of rows or triples."""
        return len(self.rows) if self.triples is None else len(self.triples)

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Return the rows one by one, each a dictionary from column to text; empty cells are left out."""
        for row in self.rows:
            yield {name: lexical(term) for name, term in zip(self.variables, row, strict=True) if term is not None}

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the rows as a ``pyarrow.Table``: numbers and truths typed, all else as text."""
        from cvo import tabular  # noqa: PLC0415 - only tables need it

        return tabular.arrow(self.variables, self.rows)

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is no dependency
        """Return the rows as a ``pandas.DataFrame``, typed as by `to_arrow`."""
        from cvo import tabular  # noqa: PLC0415

        return tabular.pandas(self.variables, self.rows)

    def to_polars(self) -> Any:  # noqa: ANN401 - polars is no dependency
        """Return the rows as a ``polars.DataFrame``, typed as by `to_arrow`."""
        from cvo import tabular  # noqa: PLC0415

        return tabular.polars(self.variables, self.rows)

    def _repr_html_(self) -> str:
        """Return the answer as a notebook shows it: the first rows as a table."""
        from cvo import tabular  # noqa: PLC0415

        if self.truth is not None:
            return f"<p>{'yes' if self.truth else 'no'}</p>"
        if self.triples is not None:
            rows = [(t.subject, t.predicate, t.object) for t in self.triples[:SHOWN]]
            return tabular.table(("subject", "predicate", "object"), rows) + f"<p>{len(self):,} triples</p>"
        return tabular.table(self.variables, self.rows[:SHOWN]) + f"<p>{len(self):,} rows</p>"

    def __bool__(self) -> bool:
        """Return the truth of an ASK, else whether there is any row or triple."""
        return len(self) > 0 if self.truth is None else self.truth


def lexical(term: Term) -> str:
    """Return *term* as bare text: the IRI, the literal's text, or the blank node's label.

    >>> lexical(ox.Literal("风险", language="zh")), lexical(ox.NamedNode("http://example.org/a"))
    ('风险', 'http://example.org/a')
    """
    return str(term) if isinstance(term, (ox.BlankNode, ox.Triple)) else term.value


@dataclass(frozen=True, slots=True)
class Stream:
    """The rows of a SELECT as they are found, to be read once; *found* by Oxigraph, which can also write them, if as they are."""

    variables: tuple[str, ...]
    rows: Iterator[Row]
    found: ox.QuerySolutions | None = None


Result: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | Iterator[ox.Triple]


def received(query: str, result: Result) -> Answer | Stream:
    """Return what an engine gives for *query* as one of ours, with the columns in the order of the query."""
    if isinstance(result, ox.QueryBoolean):
        return Answer(truth=bool(result))
    if not isinstance(result, ox.QuerySolutions):
        return Answer(triples=tuple(sorted(set(result), key=str)))
    names = tuple(variable.value for variable in result.variables)
    order = _order_of_star(query, names)
    if order:
        return Stream(tuple(names[i] for i in order), (tuple(row[i] for i in order) for row in result))
    return Stream(names, map(tuple, result), result)


def whole(answer: Answer | Stream) -> Answer:
    """Return *answer* with all its rows."""
    return answer if isinstance(answer, Answer) else Answer(answer.variables, tuple(answer.rows))


def _order_of_star(query: str, names: tuple[str, ...]) -> list[int]:
    """Return the places of *names* in the order in which *query* first speaks of them, if it says ``SELECT *``; else nothing.

    Oxigraph gives the columns of a star in alphabetical order, which nobody wrote.
    """
    if "*" not in query:
        return []
    words = list(tokens(query))
    star = next((i for i, token in enumerate(words) if token.says("SELECT")), len(words)) + 1
    while star < len(words) and (words[star].says("DISTINCT") or words[star].says("REDUCED")):
        star += 1
    if star >= len(words) or words[star].text != "*":
        return []
    spoken = list(dict.fromkeys(token.text[1:] for token in words if token.kind == "variable"))
    return sorted(range(len(names)), key=lambda i: spoken.index(names[i]) if names[i] in spoken else len(spoken))


def limited(answer: Answer | Stream, most: int) -> Answer | Stream:
    """Return *answer* with at most *most* rows or triples; with all of them if *most* is 0."""
    if not most:
        return answer
    if isinstance(answer, Stream):
        return Stream(answer.variables, islice(answer.rows, most))
    return Answer(answer.variables, answer.rows[:most], answer.truth, answer.triples[:most] if answer.triples else answer.triples)
