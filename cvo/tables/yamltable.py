"""Tables of claims in YAML: every scalar is kept as it was typed, with its line and column."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from cvo.errors import CvoError, InputError, Place, Several, TableProblem
from cvo.files import read_text
from cvo.tables.cells import Book, Cell, Row, column_called, sheet_called
from cvo.tables.columns import SHEETS, SOURCE, headers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cvo.tables.columns import Sheet

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
NOTHING = {"", "~", "null"}
DEEPEST = 6
PLAIN = re.compile(r"(?![-?:,\[\]{}#&*!|>'\"%@`=<~\s])[^\n]*[^\s:]\Z|[^\W_]\Z")


class _Node:
    """A scalar (*value* is its text), a list or a mapping, with its place; *items* are values, or pairs of key and value."""

    def __init__(self, place: Place, kind: str, value: str = "") -> None:
        self.place, self.kind, self.value = place, kind, value
        self.items: list[_Node] = []

    def pairs(self) -> Iterator[tuple[_Node, _Node]]:
        return zip(self.items[::2], self.items[1::2], strict=True)


def read(path: Path) -> Book:
    """Return the table in the YAML file *path*. Raises: as `cvo.tables.tablefile.read`."""
    root = _tree(path)
    if root is None:
        raise InputError(f"is empty: {path}", hint="a table has at least claims: with one claim")
    if root.kind != "mapping":
        raise TableProblem("expected sheets at the top", place=root.place, hint="write claims: and below it one item for each claim")
    book = Book(str(path))
    problems: list[TableProblem] = []
    for key, value in root.pairs():
        try:
            sheet = sheet_called(key.value, key.place)
            book.sheets[sheet.name] = list(_rows(sheet, value, problems))
        except TableProblem as problem:
            problems.append(problem)
    if problems:
        raise Several.of(problems)
    return book


def _rows(sheet: Sheet, value: _Node, problems: list[TableProblem]) -> Iterator[Row]:
    items = value.items if value.kind == "sequence" else [value]
    for item in items:
        if item.kind == "scalar" and item.value in NOTHING:
            continue
        if item.kind != "mapping":
            hint = (
                "write keys and values, such as: subject: 肖像权"
                if sheet is not SOURCE
                else "write keys and values, such as: cite-key: bi-2019"
            )
            problems.append(TableProblem(f"expected a row of {sheet.name}", place=item.place, hint=hint))
            continue
        cells: dict[str, tuple[Cell, ...]] = {}
        for name, node in _flat(sheet, item):
            try:
                column = column_called(name.value, sheet, name.place)
            except TableProblem as problem:
                problems.append(problem)
                continue
            values = node.items if node.kind == "sequence" else [node]
            if bad := next((v for v in values if v.kind != "scalar"), None):
                problems.append(
                    TableProblem(f"expected a value for: {name.value}", place=bad.place, hint="write one value, or a list of them")
                )
                continue
            found = tuple(Cell(v.value.strip(), v.place) for v in values if v.value.strip() not in NOTHING or v.kind == "quoted")
            if found := tuple(cell for cell in found if cell.text):
                cells[column.name] = found
        if cells:
            yield Row(item.place, cells)


def _flat(sheet: Sheet, item: _Node) -> Iterator[tuple[_Node, _Node]]:
    """Return keys and values; of ``statement: {zh: …, en: …}`` those of ``statement-zh`` and ``statement-en``."""
    known = headers(sheet)
    for key, value in item.pairs():
        if value.kind == "mapping" and f"{key.value}zh".casefold() in known:
            for tag, text in value.pairs():
                yield _Node(tag.place, "scalar", f"{key.value}-{tag.value}"), text
        else:
            yield key, value


def _tree(path: Path) -> _Node | None:  # noqa: C901 - one branch for each kind of event
    """Return the document as nodes, without recursion; aliases, by which a small file can become a huge one, are refused."""
    text = read_text(path)
    root: _Node | None = None
    stack: list[_Node] = []
    try:
        for event in yaml.parse(text, Loader=LOADER):
            place = _place(path, event)
            kind = type(event).__name__.removesuffix("Event")
            if kind == "Alias" or getattr(event, "anchor", None):
                hint = "write the value out again"
                raise TableProblem(
                    f"anchors and aliases are not read: {'*' if kind == 'Alias' else '&'}{event.anchor}", place=place, hint=hint
                )
            if getattr(event, "tag", None) and event.tag != "!":
                raise TableProblem(f"tags are not read: {event.tag}", place=place, hint="remove it; a value is what is typed")
            if kind in {"MappingEnd", "SequenceEnd"}:
                _no_key_twice(stack.pop())
            elif kind in {"Scalar", "MappingStart", "SequenceStart"}:
                node = _Node(place, kind.removesuffix("Start").lower(), getattr(event, "value", ""))
                if stack:
                    parent = stack[-1]
                    if parent.kind == "mapping" and len(parent.items) % 2 == 0 and node.kind != "scalar":
                        raise TableProblem("a key must be one word", place=place, hint="quote a value that begins with { or [")
                    parent.items.append(node)
                elif root is not None:
                    raise TableProblem("a second document begins here", place=place, hint="one table a file: remove the line ---")
                else:
                    root = node
                if node.kind != "scalar":
                    stack.append(node)
                if len(stack) > DEEPEST:
                    raise TableProblem("nested too deep for a table", place=place, hint="sheets, rows, keys and values; nothing deeper")
    except yaml.YAMLError as error:
        raise _syntax(path, text, error) from None
    return root


def _no_key_twice(node: _Node) -> None:
    if node.kind != "mapping":
        return
    seen: set[str] = set()
    for key, _ in node.pairs():
        if key.value in seen:
            raise TableProblem(f"the key stands twice: {key.value}", place=key.place, hint="keep one; several values make a list")
        seen.add(key.value)


def _place(path: Path, event: Any) -> Place:  # noqa: ANN401 - the class is not in the stubs
    start, end = event.start_mark, event.end_mark
    return Place(str(path), start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _syntax(path: Path, text: str, error: yaml.YAMLError) -> CvoError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read").lower()
    if mark is None:
        position = getattr(error, "position", 0)
        return TableProblem(f"not YAML: {what}", place=Place(str(path), text.count("\n", 0, position) + 1, 1), hint="remove that character")
    lines = text.splitlines()
    line = lines[mark.line : mark.line + 1]
    hint = "indent with spaces, and quote a value that holds ': ' or ' #' or begins with a sign"
    if line and "\t" in line[0][: mark.column + 1]:
        hint = "write spaces in place of the tab"
    elif any("：" in before and ": " not in before for before in lines[max(mark.line - 1, 0) : mark.line + 1]):
        hint = "after a key write ': ', a half-width colon and a space, not ："
    return TableProblem(f"not YAML: {what}", place=Place(str(path), mark.line + 1, mark.column + 1), hint=hint)


def write(book: Book, **_: object) -> str:
    """Return *book* as YAML."""
    lines: list[str] = []
    for sheet in SHEETS:
        rows = book.rows(sheet.name)
        if not rows:
            continue
        lines += ["", f"{sheet.name}:"] if lines else [f"{sheet.name}:"]
        for row in rows:
            mark = "  " if sheet is SOURCE else "  - "
            for column in sheet.columns:
                if cells := row.cells.get(column.name):
                    lines += _entry(mark, column.name, [cell.text for cell in cells])
                    mark = "  " if sheet is SOURCE else "    "
    return "\n".join([*lines, ""])


def _entry(mark: str, name: str, values: list[str]) -> list[str]:
    if len(values) == 1:
        return [f"{mark}{name}: {scalar(values[0])}"]
    if sum(map(len, values)) < 80 and not any(set(value) & set(",[]{}") for value in values):  # noqa: PLR2004
        return [f"{mark}{name}: [{', '.join(map(scalar, values))}]"]
    return [f"{mark}{name}:", *(f"{' ' * len(mark)}  - {scalar(value)}" for value in values)]


def scalar(text: str) -> str:
    r"""Return *text* as a YAML scalar: plain where it can be, else in double quotes.

    >>> scalar("2019-05"), scalar("a: b"), scalar("甲\n乙"), scalar("")
    ('2019-05', '"a: b"', '"甲\\n乙"', '""')
    """
    if PLAIN.match(text) and ": " not in text and " #" not in text and text.isprintable() and text not in NOTHING and text == text.strip():
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else "".join(_escape(c)) for c in quoted)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"  # noqa: PLR2004
