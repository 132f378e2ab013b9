"""Tables of claims in CSV, as Excel writes and reads it; one file a sheet, the others beside the claims."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from cvo.errors import InputError, Message, Place, TableProblem
from cvo.files import read_bytes
from cvo.tables.cells import Book, Cell, grid
from cvo.tables.columns import CLAIMS, SHEETS, folded, headers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cvo.tables.columns import Column, Sheet

# What a spreadsheet would take for a formula is written with an apostrophe before it, as spreadsheets themselves do.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
QUOTED = re.compile(r"'+[=+\-@\t\r]")
LONGEST = 1 << 20
ERRORS = {  # what the reader of CSV says, in Chinese
    "unexpected end of data": "引号没有闭合",
    "expected after": "引号之后应是分隔符",
    "field larger than field limit": "单元格的内容太长",
    "NUL": "含有空字符",
    "new-line character": "值中有单独的回车符",
}
Line = tuple[Place, list[Cell]]


def read(path: Path) -> Book:
    """Return the table in *path*, the claims, with the other sheets from the files beside it. Raises: as `cvo.tables.tablefile.read`."""
    sheet = next((s for s in SHEETS if folded(path.stem.rpartition(".")[2]) in (folded(s.name), folded(s.zh)) and "." in path.stem), CLAIMS)
    book = Book(str(path), {sheet.name: grid(sheet, _lines(path, sheet))})
    if sheet is CLAIMS:
        for other in SHEETS:
            beside = next((p for name in (other.name, other.zh) if (p := path.with_name(f"{path.stem}.{name}.csv")).is_file()), None)
            if other is not CLAIMS and beside is not None:
                book.sheets[other.name] = grid(other, _lines(beside, other))
    return book


def beside(path: Path, sheet: Sheet) -> Path:
    """Return where the rows of *sheet* stand if the claims stand in *path*.

    >>> from pathlib import Path
    >>> beside(Path("x/claims.csv"), SHEETS[3]).name
    'claims.passages.csv'
    """
    return path if sheet is CLAIMS else path.with_name(f"{path.stem}.{sheet.name}{path.suffix}")


def letters(number: int) -> str:
    """Return what a spreadsheet calls the column *number*, from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def decode(data: bytes, path: Path) -> str:
    """Return the text of a CSV file. Raises: InputError, with what to do in Excel, if it is in another encoding than UTF-8 or UTF-16."""
    if data[:4] == b"PK\x03\x04":
        what = Message(f"is an Excel workbook, not CSV: {path}", f"是 Excel 工作簿，不是 CSV：{path}")
        raise InputError(what, hint=Message("name it .xlsx", "请将文件名改为 .xlsx 结尾"))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # Excel's "Unicode text"
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            what = Message(f"not whole UTF-16: {path}", f"UTF-16 编码不完整：{path}")
            raise InputError(what, hint=Message("save it again as CSV UTF-8", "请重新存为 CSV UTF-8")) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        try:
            data.decode("gb18030")
            known = ("this looks like GBK (GB18030): ", "看来是 GBK（GB18030）编码：")
        except UnicodeDecodeError:
            known = ("", "")
        hint = Message(
            f"{known[0]}in Excel choose Save As, CSV UTF-8 (另存为，CSV UTF-8)", f"{known[1]}请在 Excel 中选择“另存为”，类型选“CSV UTF-8”"
        )
        what = Message(f"not UTF-8 at line {line}, byte {error.start}: {path}", f"第 {line} 行不是 UTF-8：{path}")
        raise InputError(what, hint=hint) from None


def _lines(path: Path, sheet: Sheet) -> Iterator[Line]:
    text = decode(read_bytes(path), path)
    if not text.strip():
        names, zh = (",".join(each[:5]) for each in ([c.name for c in sheet.columns], [c.zh for c in sheet.columns]))
        hint = Message(f"the first line has the headers: {names} …", f"第一行写列名：{zh} ……")
        raise InputError(Message(f"is empty: {path}", f"文件是空的：{path}"), hint=hint)
    first, _end, rest = text.partition("\n")
    skipped = 0
    if declared := re.fullmatch(r"sep=(.)\r?", first):
        text, skipped = rest, 1
    delimiter = declared[1] if declared else _delimiter(text, sheet)
    previous = csv.field_size_limit(LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = skipped, skipped
    try:
        for fields in reader:
            number, line, start = number + 1, skipped + reader.line_num, line + 1
            cells = [Cell(_typed(value), Place(str(path), start, i + 1, cell=f"{letters(i)}{number}")) for i, value in enumerate(fields)]
            yield Place(str(path), start, 1, cell=f"{number}:{number}"), cells
    except csv.Error as error:
        hint = Message(
            'a quote is not closed, or stands inside a value: write "" for a quote in a quoted value',
            '引号没有闭合，或出现在值的中间：引号内的引号请写成 ""',
        )
        zh = next((words for said, words in ERRORS.items() if said in str(error)), str(error))
        what = Message(f"not CSV ({error})", f"不是合法的 CSV（{zh}）")
        raise TableProblem(what, place=Place(str(path), skipped + reader.line_num), hint=hint) from None
    finally:
        csv.field_size_limit(previous)


def _delimiter(text: str, sheet: Sheet) -> str:
    """Return the mark between the headers: the one that leaves most headers whole."""
    known = headers(sheet)
    head = text.split("\n", 1)[0]
    return max(",;\t", key=lambda mark: sum(folded(name) in known for name in head.split(mark)))


def _typed(value: str) -> str:
    value = value.replace("\r\n", "\n")
    return value[1:] if QUOTED.match(value) else value


def write(book: Book, sheet: Sheet, *, lang: str = "en") -> str:
    """Return the rows of *sheet* as CSV, with the byte-order mark by which Excel knows UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    rows = book.rows(sheet.name)
    columns = [column for column in sheet.columns if sheet is CLAIMS or not rows or any(column.name in row.cells for row in rows)]
    writer.writerow([column.zh if lang == "zh" else column.name for column in columns])
    for row in rows:
        writer.writerow([_safe(joined([cell.text for cell in row.cells.get(column.name, ())], column)) for column in columns])
    return out.getvalue()


def joined(values: list[str], column: Column) -> str:
    """Return *values* as one cell, which `cvo.tables.cells.split` takes apart."""
    return ("\n" if column.form in {"passage", "plain", "string"} else "; ").join(values)


def _safe(value: str) -> str:
    return f"'{value}" if FORMULA.match(value) else value
