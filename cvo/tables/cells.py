"""A table as it was typed: sheets of rows of cells, each with its place, read from YAML, CSV or XLSX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cvo.errors import Message, Place, Several, TableProblem, brief
from cvo.names import nearest
from cvo.tables.columns import SHEETS, Column, Sheet, folded, headers

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMN = "CVO-COLUMN"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by the names of their columns; of a column with several values several cells, of an empty cell none."""

    place: Place
    cells: dict[str, tuple[Cell, ...]]

    def text(self, name: str) -> str:
        """Return the first value in the column *name*, or the empty string."""
        return self.cells[name][0].text if self.cells.get(name) else ""

    def where(self, name: str) -> Place:
        """Return the place of the column *name* in this row, or of the row."""
        return self.cells[name][0].place if self.cells.get(name) else self.place


@dataclass(slots=True)
class Book:
    """The rows of each sheet that is there, and *notes* on what was not read."""

    path: str
    sheets: dict[str, list[Row]] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)

    def rows(self, name: str) -> list[Row]:
        """Return the rows of the sheet *name*."""
        return self.sheets.get(name, [])


def sheet_called(name: str, place: Place) -> Sheet:
    """Return the sheet that *name* means. Raises: TableProblem, if it means none."""
    known = {folded(word): sheet for sheet in SHEETS for word in (sheet.name, sheet.zh)}
    if found := known.get(folded(name)):
        return found
    guess = nearest(name, [word for sheet in SHEETS for word in (sheet.name, sheet.zh)])
    hint = _meant(guess) or Message(
        f"a table has {', '.join(sheet.name for sheet in SHEETS)}", f"可用的工作表：{'、'.join(sheet.zh for sheet in SHEETS)}"
    )
    what = Message(f"no sheet of a table of claims: {brief(name)}", f"论断表格中没有这样的工作表：{brief(name)}")
    raise TableProblem(what, place=place, hint=hint, code=COLUMN)


def _meant(guess: str) -> Message | None:
    return Message(f"did you mean {guess}?", f"是否想写 {guess}？") if guess else None


def column_called(name: str, sheet: Sheet, place: Place) -> Column:
    """Return the column of *sheet* that *name* means. Raises: TableProblem, if it means none."""
    if found := headers(sheet).get(folded(name)):
        return found
    guess = nearest(name, [word for column in sheet.columns for word in (column.name, column.zh)], 0.6)
    hint = _meant(guess) or Message(
        f"{sheet.name} has {', '.join(column.name for column in sheet.columns)}",
        f"“{sheet.zh}”表可用的列：{'、'.join(column.zh for column in sheet.columns)}",
    )
    what = Message(f"no column of {sheet.name}: {brief(name) or '(nothing)'}", f"“{sheet.zh}”表中没有这样的列：{brief(name) or '（空）'}")
    raise TableProblem(what, place=place, hint=hint, code=COLUMN)


def split(text: str, column: Column) -> list[str]:
    """Return the values in the cell *text* of a CSV or XLSX file.

    >>> from cvo.tables.columns import CLAIMS
    >>> split("gaming；film-industry", CLAIMS.column("sector")), split("甲；乙", CLAIMS.column("statement-zh"))
    (['gaming', 'film-industry'], ['甲；乙'])
    """
    if not column.many:
        parts = [text]
    elif column.form in {"passage", "plain", "string"}:
        parts = text.split("\n")
    else:
        parts = text.replace("；", ";").replace("\n", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def grid(sheet: Sheet, lines: Iterable[tuple[Place, list[Cell]]]) -> list[Row]:
    """Return the rows of a *sheet* whose first line has the headers; of each line its place and its cells, empty ones too.

    A column whose header begins with # is a remark and is not read.
    Raises: TableProblem or Several, if a header is wrong or a cell stands under none.
    """
    problems: list[TableProblem] = []
    columns: list[Column | None] | None = None
    rows = []
    for place, cells in lines:
        if columns is None:
            columns = _columns(sheet, cells, problems)
            continue
        found: dict[str, tuple[Cell, ...]] = {}
        for number, cell in enumerate(cells):
            column = columns[number] if number < len(columns) else None
            if column is not None:
                if values := split(cell.text, column):
                    found[column.name] = tuple(Cell(value, cell.place) for value in values)
            elif cell.text.strip() and (number >= len(columns) or not cells_header(columns, number)):
                what = Message(f"a cell stands under no header: {brief(cell.text)}", f"单元格上方没有列名：{brief(cell.text)}")
                hint = Message("write a header above it, or one that begins with # for remarks", "请写上列名；备注列的列名以 # 开头")
                problems.append(TableProblem(what, place=cell.place, hint=hint, code=COLUMN))
        if found:
            rows.append(Row(place, found))
    if problems:
        raise Several.of(problems)
    return rows


def cells_header(columns: list[Column | None], number: int) -> bool:
    """Return whether the column *number* has a header of its own kind: a remark's."""
    return isinstance(columns, _Columns) and number in columns.remarks


class _Columns(list["Column | None"]):
    """The columns of a sheet from left to right, None where there is none to read."""

    remarks: set[int]


def _columns(sheet: Sheet, cells: list[Cell], problems: list[TableProblem]) -> list[Column | None]:
    columns = _Columns()
    columns.remarks = set()
    for number, cell in enumerate(cells):
        name = cell.text.strip()
        if not name or name.startswith("#"):
            columns.append(None)
            if name:
                columns.remarks.add(number)
            continue
        try:
            column = column_called(name, sheet, cell.place)
        except TableProblem as problem:
            problems.append(problem)
            column = None
        if column is not None and column in columns:
            what = Message(f"two columns are called so: {brief(name)}", f"有两列同名：{brief(name)}")
            problems.append(TableProblem(what, place=cell.place, hint=Message("remove one of them", "请删去其中一列"), code=COLUMN))
        columns.append(column)
        if column is None:
            columns.remarks.add(number)  # told once, at the header
    return columns
