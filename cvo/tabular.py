"""Rows as typed columns: Arrow, pandas and polars tables, Parquet, Excel and HTML."""

from __future__ import annotations

import html
import io
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.errors import EngineError
from cvo.names import short
from cvo.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Row = Sequence[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]

INTEGERS = {f"{XSD}{name}" for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger")}
WIDEST = 60  # characters of a column in Excel


def cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Any:  # noqa: ANN401 - of several kinds
    """Return *term* as a Python value: whole numbers, decimals, doubles and truths as such, all else as text; None for none.

    >>> cell(ox.Literal("1.50", datatype=ox.NamedNode(f"{XSD}decimal"))), cell(ox.NamedNode("http://e/a")), cell(None)
    (Decimal('1.50'), 'http://e/a', None)
    """
    if not isinstance(term, ox.Literal):
        return None if term is None else str(term) if isinstance(term, (ox.BlankNode, ox.Triple)) else term.value
    kind, text = term.datatype.value, term.value
    try:
        if kind in INTEGERS:
            return int(text)
        if kind == f"{XSD}decimal":
            return Decimal(text)
        if kind in {f"{XSD}double", f"{XSD}float"}:
            return float(text)
    except (ValueError, InvalidOperation):  # ill-typed: the text says what stands there
        return text
    return text in {"true", "1"} if kind == f"{XSD}boolean" else text


def columns(names: Sequence[str], rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Return *rows* as one list for each of *names*; a column of several kinds of values is one of texts."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows:
        for name, term in zip(names, row, strict=True):
            found[name].append(cell(term))
    for name, values in found.items():
        if len({type(value) for value in values if value is not None}) > 1:
            found[name] = [None if value is None else str(value) for value in values]
    return found


def arrow(names: Sequence[str], rows: Iterable[Row]) -> Any:  # noqa: ANN401 - an Arrow table; pyarrow has no types
    """Return *rows* as a ``pyarrow.Table``. Raises: EngineError, if pyarrow is not installed."""
    library = _library("pyarrow", "arrow")
    typed = {}
    for name, values in columns(names, rows).items():
        if all(value is None for value in values):
            typed[name] = library.array(values, library.string())
            continue
        try:
            typed[name] = library.array(values)
        except (library.ArrowInvalid, OverflowError):  # a number that no column of Arrow holds
            typed[name] = library.array([None if value is None else str(value) for value in values])
    return library.table(typed)


def pandas(names: Sequence[str], rows: Iterable[Row]) -> Any:  # noqa: ANN401 - a data frame; pandas is no dependency
    """Return *rows* as a ``pandas.DataFrame``. Raises: EngineError, if pandas is not installed."""
    return _library("pandas", "pandas").DataFrame(columns(names, rows), columns=list(names))


def polars(names: Sequence[str], rows: Iterable[Row]) -> Any:  # noqa: ANN401 - as above
    """Return *rows* as a ``polars.DataFrame``. Raises: EngineError, if polars is not installed."""
    return _library("polars", "polars").DataFrame(columns(names, rows), strict=False)


def parquet(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return *rows* as a Parquet file. Raises: EngineError, if pyarrow is not installed."""
    table = arrow(names, rows)
    import pyarrow.parquet as library  # noqa: PLC0415 - an extra

    file = io.BytesIO()
    library.write_table(table, file, compression="zstd")
    return file.getvalue()


def xlsx(names: Sequence[str], rows: Iterable[Row], title: str = "") -> bytes:
    """Return *rows* as an Excel workbook of one sheet, its head fixed; IRIs are links.

    Text that Excel would take for a formula stays text. Raises: EngineError, if openpyxl is not installed.
    """
    library = _library("openpyxl", "excel")
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - an extra
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = library.Workbook()
    sheet = book.active
    sheet.title = "".join(c for c in title if c not in r"[]:*?/\'")[:31] or "cvo"
    book.properties.creator = "cvo"
    widths = [len(name) + 2 for name in names]
    for number, row in enumerate([list(names), *rows], 1):
        for column, term in enumerate(row, 1):
            value = term if isinstance(term, str) else cell(term)
            if value is None:
                continue
            text = _clean(str(value)) if not isinstance(value, (int, float, Decimal)) or isinstance(value, bool) else value
            made = sheet.cell(number, column, text)
            if isinstance(text, str):
                made.data_type = "s"  # never a formula
                made.alignment = Alignment(vertical="top", wrap_text=len(text) > WIDEST // 2)
                widths[column - 1] = max(widths[column - 1], min(sum(1 + (ord(c) > 0x2E7F) for c in text) + 2, WIDEST))  # noqa: PLR2004
            if isinstance(term, ox.NamedNode) and term.value.startswith(("http://", "https://")):
                made.hyperlink, made.value, made.font = term.value, short(term.value), Font(color="0563C1", underline="single")
            if number == 1:
                made.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")[:32_767]  # what Excel can hold


def table(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Return *rows* as an HTML table: IRIs as links with their short names, texts with their language."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{''.join(map(_td, row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def _td(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if isinstance(term, ox.NamedNode):
        text = html.escape(short(term.value))
        is_web = term.value.startswith(("http://", "https://"))
        return f'<td><a href="{html.escape(term.value)}">{text}</a></td>' if is_web else f"<td>{text}</td>"
    if isinstance(term, ox.Literal):
        language = f' lang="{html.escape(term.language)}"' if term.language else ""
        return f"<td{language}>{html.escape(term.value)}</td>"
    return f"<td>{'' if term is None else html.escape(str(term))}</td>"


def _library(name: str, extra: str) -> Any:  # noqa: ANN401 - a module
    from importlib import import_module  # noqa: PLC0415

    try:
        return import_module(name)
    except ImportError:
        raise EngineError(f"this needs a library that is not installed: {name}", hint=f'python -m pip install "cvo[{extra}]"') from None
