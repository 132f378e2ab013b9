"""Contributions as tables of claims: what `cvo encode` makes of them is checked, and every finding is at its cell."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import OBJECT, SUBJECT, Contributed
from cvo.errors import Place, Several, TableProblem
from cvo.findings import Finding
from cvo.terms import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from cvo.sourcemap import Span
    from cvo.tables.cells import Book
    from cvo.tables.sourcing import Encoded

PART = re.compile(r"(#.+)-(?:position|digest|state)\Z")  # nodes that are made of the row of another one


class Tabled(Contributed):
    """A table: *encoded* is what it says, *wrong* why it says nothing."""

    repairable, tabular = False, True

    def __init__(self, path: Path, text: str, book: Book | None, encoded: Encoded | None, wrong: Sequence[TableProblem] = ()) -> None:
        """Hold what `read` has read."""
        from cvo.tables import instance  # noqa: PLC0415

        super().__init__(path, text, list(instance.quads(encoded.instance)) if encoded else [], {}, SyntaxError() if wrong else None)
        self.book, self.encoded, self.wrong = book, encoded, wrong
        self.notes = tuple(book.notes) if book else ()
        if encoded:
            self.prefixes[""] = encoded.instance.base

    @property
    def stem(self) -> str:
        """Return the cite key of the source, which a table says, whatever the file is called."""
        return self.encoded.instance.source.removeprefix(SOURCE) if self.encoded else self.path.stem

    @property
    def top(self) -> Place:
        """Return the table as a whole."""
        return Place(str(self.path))

    def shown(self, place: Place) -> str:
        """Return what people are shown of *place*: what is in the cell, else the line."""
        if not place.cell:
            return self.line(place.line)
        return self._cells.get((place.file, place.cell), "")

    @cached_property
    def _cells(self) -> dict[tuple[str, str], str]:
        """Return the first line of each cell."""
        cells = (
            cell
            for rows in (self.book.sheets.values() if self.book else ())
            for row in rows
            for each in row.cells.values()
            for cell in each
        )
        return {(cell.place.file, cell.place.cell): cell.text.partition("\n")[0] for cell in cells}

    def place(self, index: int, role: int) -> Place:
        """Return the cell of the subject (its row), the predicate or the object of a triple, as far as the table says it."""
        quad = self.quads[index]
        if isinstance(quad.subject, ox.Triple):
            return self.top
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object if role == OBJECT else None
        for iri in (subject, PART.sub(r"\1", subject)):
            found = self.encoded.place(iri, "" if role == SUBJECT else predicate, value) if self.encoded else None
            if found:
                return found
        return self.top

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Return what keeps the table from saying anything, each at its cell."""
        found = []
        for problem in self.wrong:
            place = problem.place or self.top
            found.append(Finding(place, problem.code, "violation", problem.message.texts, problem.advice.texts, line=self.shown(place)))
        return tuple(found)

    def declarations(self) -> Iterator[tuple[str, Span, str]]:
        """Return nothing: a table declares no prefixes."""
        return iter(())

    def filing(self) -> Iterator[Finding]:
        """Return nothing: a table has one source, and may be called what people like."""
        return iter(())

    def repeated(self) -> Iterator[Finding]:
        """Return nothing: what is numbered twice is told already."""
        return iter(())


def read(path: Path, documents: Iterable[str] = ()) -> Tabled:
    """Return the table *path* with its passages found in *documents*, each as ``DOC`` or ``ID=DOC``.

    Raises: InputError, if it cannot be read, has no source, or has passages to be found in a document that is not given.
    """
    from cvo.dataset import load_shipped  # noqa: PLC0415 - only tables need all this
    from cvo.files import read_text  # noqa: PLC0415
    from cvo.tables import tablefile  # noqa: PLC0415
    from cvo.tables.encoding import encode, opened  # noqa: PLC0415
    from cvo.tables.vocabulary import Vocabulary  # noqa: PLC0415

    text, book = "", None
    try:
        book = tablefile.read(path)
        if path.suffix.lower() in (".yaml", ".yml"):
            text = read_text(path)
        return Tabled(path, text, book, encode(book, Vocabulary(load_shipped(), ()), opened(documents)))
    except Several as several:
        return Tabled(path, text, book, None, several.problems)
    except TableProblem as problem:
        return Tabled(path, text, book, None, (problem,))
