"""Tables of claims in YAML: every scalar is kept as it was typed, with its line and column."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from cvo.errors import CvoError, InputError, Message, Place, Several, TableProblem
from cvo.files import read_text
from cvo.names import parsed
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
        raise InputError(
            Message(f"is empty: {path}", f"文件是空的：{path}"),
            hint=Message("a table has at least claims: with one claim", "表格中至少要有 claims: 和一条论断"),
        )
    if root.kind != "mapping":
        raise TableProblem(
            Message("expected sheets at the top", "最上一层须是工作表"),
            place=root.place,
            hint=Message("write claims: and below it one item for each claim", "请写 claims:，其下每条论断一项"),
        )
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
            such = "subject: 肖像权" if sheet is not SOURCE else "cite-key: bi-2019"
            what = Message(f"expected a row of {sheet.name}", f"此处须是“{sheet.zh}”表的一行")
            hint = Message(f"write keys and values, such as: {such}", f"请写键和值，如 {such}")
            problems.append(TableProblem(what, place=item.place, hint=hint))
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
                what = Message(f"expected a value for: {name.value}", f"此处须是值：{name.value}")
                hint = Message("write one value, or a list of them", "请写一个值，或值的列表")
                problems.append(TableProblem(what, place=bad.place, hint=hint))
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
                name = f"{'*' if kind == 'Alias' else '&'}{event.anchor}"
                raise TableProblem(
                    Message(f"anchors and aliases are not read: {name}", f"不读取锚点和别名：{name}"),
                    place=place,
                    hint=Message("write the value out again", "请把值再写一遍"),
                )
            if getattr(event, "tag", None) and event.tag != "!":
                what = Message(f"tags are not read: {event.tag}", f"不读取标签：{event.tag}")
                raise TableProblem(what, place=place, hint=Message("remove it; a value is what is typed", "请删去；写什么，值就是什么"))
            if kind in {"MappingEnd", "SequenceEnd"}:
                _no_key_twice(stack.pop())
            elif kind in {"Scalar", "MappingStart", "SequenceStart"}:
                node = _Node(place, kind.removesuffix("Start").lower(), getattr(event, "value", ""))
                if stack:
                    parent = stack[-1]
                    if parent.kind == "mapping" and len(parent.items) % 2 == 0 and node.kind != "scalar":
                        hint = Message("quote a value that begins with { or [", "以 { 或 [ 开头的值请加引号")
                        raise TableProblem(Message("a key must be one word", "键须是一个词"), place=place, hint=hint)
                    parent.items.append(node)
                elif root is not None:
                    what = Message("a second document begins here", "第二份文档从此处开始")
                    hint = Message("one table a file: remove the line ---", "一个文件一张表：请删去 --- 一行")
                    raise TableProblem(what, place=place, hint=hint)
                else:
                    root = node
                if node.kind != "scalar":
                    stack.append(node)
                if len(stack) > DEEPEST:
                    what = Message("nested too deep for a table", "表格不能嵌套这么多层")
                    hint = Message("sheets, rows, keys and values; nothing deeper", "只有工作表、行、键和值，没有更深的层次")
                    raise TableProblem(what, place=place, hint=hint)
    except yaml.YAMLError as error:
        raise _syntax(path, text, error) from None
    return root


def _no_key_twice(node: _Node) -> None:
    if node.kind != "mapping":
        return
    seen: set[str] = set()
    for key, _ in node.pairs():
        if key.value in seen:
            what = Message(f"the key stands twice: {key.value}", f"键写了两次：{key.value}")
            raise TableProblem(
                what, place=key.place, hint=Message("keep one; several values make a list", "请只留一个；有几个值时写成列表")
            )
        seen.add(key.value)


def _place(path: Path, event: Any) -> Place:  # noqa: ANN401 - the class is not in the stubs
    start, end = event.start_mark, event.end_mark
    return Place(str(path), start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _syntax(path: Path, text: str, error: yaml.YAMLError) -> CvoError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read").lower()
    if mark is None:
        position = getattr(error, "position", 0)
        place = Place(str(path), text.count("\n", 0, position) + 1, 1)
        return TableProblem(_not_yaml(what), place=place, hint=Message("remove that character", "请删去这个字符"))
    lines = text.splitlines()
    line = lines[mark.line : mark.line + 1]
    hint = Message(
        "indent with spaces, and quote a value that holds ': ' or ' #' or begins with a sign",
        "请用空格缩进；含有“: ”“ #”或以符号开头的值请加引号",
    )
    if line and "\t" in line[0][: mark.column + 1]:
        hint = Message("write spaces in place of the tab", "请将制表符改为空格")
    elif any("：" in before and ": " not in before for before in lines[max(mark.line - 1, 0) : mark.line + 1]):
        hint = Message("after a key write ': ', a half-width colon and a space, not ：", "键后请写半角冒号和空格“: ”，不要写全角冒号")
    return TableProblem(_not_yaml(what), place=Place(str(path), mark.line + 1, mark.column + 1), hint=hint)


def _not_yaml(what: str) -> Message:
    said = dict(parsed(f"not YAML: {what}")[0])
    return Message(said["en"], said["zh"])


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
