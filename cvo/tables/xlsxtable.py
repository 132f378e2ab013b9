"""Tables of claims in Excel workbooks: one worksheet a sheet, all cells text, drop-down lists for what has few values."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from cvo.errors import InputError, Message, Place, Several, TableProblem
from cvo.files import open_binary
from cvo.tables.cells import Book, Cell, grid, sheet_called
from cvo.tables.columns import CLAIMS, SHEETS
from cvo.tables.csvtable import joined, letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cvo.tables.columns import Sheet

LARGEST = 200 << 20  # bytes of all that is packed in a workbook
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 100_000, 200, 2_000_000
CELL, MERGED = re.compile(rb"<(?:\w+:)?c[ >/]"), re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']{1,40})[\"']")
CORNER = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
BEYOND = 500  # rows that have drop-down lists though they are empty
WIDTHS = {"text": 40, "passage": 30, "term": 24}
SIZE = Message("a table of claims has a few thousand rows and none merged", "论断表格通常不过几千行，也没有合并的单元格")
CELL_RULE = "CVO-CELL"  # a cell holds what was typed
AS_TEXT = Message("format the cell as text and type it again", "请将单元格设为文本格式，再输入一遍")
NEVER = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the same bytes on each run


def _openpyxl() -> Any:  # noqa: ANN401 - a module
    try:
        import openpyxl  # noqa: PLC0415 - only workbooks need it
    except ImportError:
        install = "python -m pip install 'cvo[excel]'"
        raise InputError(
            Message("XLSX needs openpyxl, which is not installed", "读写 XLSX 需要 openpyxl，尚未安装"),
            hint=Message(f"{install}, or save the table as CSV UTF-8", f"请运行 {install}，或将表格存为 CSV UTF-8"),
        ) from None
    return openpyxl


def read(path: Path) -> Book:  # noqa: C901 - one branch for each thing that can be wrong
    """Return the table in the workbook *path*. Raises: as `cvo.tables.tablefile.read`."""
    openpyxl = _openpyxl()
    with open_binary(path) as file:
        try:
            with zipfile.ZipFile(file) as packed:
                if sum(info.file_size for info in packed.infolist()) > LARGEST:
                    raise InputError(  # noqa: TRY301
                        Message(f"is too large when unpacked: {path}", f"解压后太大：{path}"), hint=SIZE
                    )
                _refuse_bombs(packed, path)
            file.seek(0)
            workbook = openpyxl.load_workbook(file)
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a broken workbook does to its reader
            raise InputError(
                Message(f"not an Excel workbook ({type(error).__name__}): {path}", f"不是 Excel 工作簿（{type(error).__name__}）：{path}"),
                hint=Message("save it in Excel as .xlsx, without a password", "请在 Excel 中存为 .xlsx，不设密码"),
            ) from None
    book = Book(str(path))
    problems: list[TableProblem] = []
    worksheets = [sheet for sheet in workbook.worksheets if not sheet.title.startswith("#")]
    for worksheet in worksheets:
        title = worksheet.title
        try:
            sheet = CLAIMS if len(worksheets) == 1 else sheet_called(title, Place(str(path), cell=title))
        except TableProblem as problem:
            if problem.hint.startswith("did"):
                problems.append(problem)
            else:
                book.notes.append(Message(f"{path}: the worksheet is not read: {title}", f"{path}：不读取这张工作表：{title}"))
            continue
        if worksheet.max_row > MOST_ROWS or worksheet.max_column > MOST_COLUMNS:
            size = f"{worksheet.max_row} × {worksheet.max_column}"
            raise TableProblem(
                Message(f"too many rows or columns: {size}", f"行或列太多：{size}"),
                place=Place(str(path), cell=title),
                hint=Message("delete the empty rows and columns at the end", "请删去末尾的空行和空列"),
            )
        try:
            book.sheets[sheet.name] = grid(sheet, _lines(path, worksheet, problems))
        except Several as several:
            problems += several.problems
        except TableProblem as problem:
            problems.append(problem)
    if problems:
        raise Several.of(problems)
    return book


def _refuse_bombs(packed: zipfile.ZipFile, path: Path) -> None:
    """Raise an InputError if a part of the workbook is small and becomes huge in memory: by entities, cells or merged cells."""
    cells = 0
    for info in packed.infolist():
        if not info.filename.endswith((".xml", ".rels")):
            continue
        with packed.open(info) as part:
            rest = b""
            while block := part.read(1 << 20):
                text = rest + block
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:  # and none in UTF-16, where this would not be seen
                    raise InputError(
                        Message(f"has a document type or is not UTF-8 inside: {path}", f"内含文档类型声明，或内部不是 UTF-8：{path}"),
                        hint=Message("save it again in Excel as .xlsx", "请在 Excel 中重新存为 .xlsx"),
                    )
                cells += len(CELL.findall(text)) - len(CELL.findall(rest))
                area = max((_area(ref.decode()) for ref in MERGED.findall(text)), default=0)
                if cells > MOST_CELLS or area > MOST_ROWS:
                    en, zh = ("merged cells", "合并的单元格") if area > MOST_ROWS else ("cells", "单元格")
                    raise InputError(Message(f"has too many {en}: {path}", f"{zh}太多：{path}"), hint=SIZE)
                rest = text[-256:]


def _area(ref: str) -> int:
    """Return how many cells the range *ref* has.

    >>> _area("A1:C2"), _area("A1"), _area("A1:XFD1048576"), _area("?")
    (6, 1, 17179869184, 0)
    """
    corners = [CORNER.fullmatch(corner) for corner in ref.split(":")]
    if not all(corners) or len(corners) > 2:  # noqa: PLR2004
        return 0
    places: list[tuple[int, int]] = [
        (sum((ord(c) - 64) * 26**i for i, c in enumerate(reversed(found[1]))), int(found[2])) for found in corners if found
    ]
    (left, top), (right, bottom) = places[0], places[-1]
    return (abs(right - left) + 1) * (abs(bottom - top) + 1)


def _lines(path: Path, worksheet: Any, problems: list[TableProblem]) -> Iterator[tuple[Place, list[Cell]]]:  # noqa: ANN401
    for number, row in enumerate(worksheet.iter_rows(), 1):
        cells = []
        for column, cell in enumerate(row):
            place = Place(str(path), number, column + 1, cell=f"{worksheet.title}!{letters(column)}{number}")
            try:
                cells.append(Cell(_typed(cell, place), place))
            except TableProblem as problem:
                problems.append(problem)
                cells.append(Cell("", place))
        yield Place(str(path), number, cell=f"{worksheet.title}!{number}:{number}"), cells


def _typed(cell: Any, place: Place) -> str:  # noqa: ANN401, C901
    """Return what was typed into *cell*. Raises: TableProblem, if Excel has made something else of it."""
    value, form = cell.value, re.sub(r'"[^"]*"|\[[^]]*\]|\\.', "", str(cell.number_format or "")).lower()
    if value is None:
        return ""
    if cell.data_type == "f":
        shown = str(value)[:40]
        hint = Message("paste its value, or put an apostrophe before the =", "请粘贴为值，或在 = 前加单引号")
        raise TableProblem(Message(f"is a formula: {shown}", f"是公式：{shown}"), place=place, hint=hint, code=CELL_RULE)
    if cell.data_type == "e":
        what = Message(f"is an error of Excel: {value}", f"是 Excel 的错误值：{value}")
        raise TableProblem(what, place=place, hint=Message("write the value", "请直接写值"), code=CELL_RULE)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (dt.datetime, dt.date)):
        day = value.date() if isinstance(value, dt.datetime) else value
        if "d" in form:
            return day.isoformat()
        return day.isoformat()[: 7 if "m" in form else 4]
    if isinstance(value, (int, float)):
        if "%" in form:
            raise TableProblem(
                Message(f"is a percentage to Excel: {value}", f"Excel 当作百分数：{value}"),
                place=place,
                hint=Message(
                    "format the cell as text; write the figure, and the unit PERCENT", "请将单元格设为文本格式，只写数字，单位写 PERCENT"
                ),
                code=CELL_RULE,
            )
        if isinstance(value, float) and (value != value or abs(value) >= 1e15):  # noqa: PLR0124, PLR2004
            what = Message(f"too large a number to be kept as typed: {value}", f"数字太大，Excel 不能照原样保存：{value}")
            raise TableProblem(what, place=place, hint=AS_TEXT, code=CELL_RULE)
        text = repr(value)
        if "e" in text:
            text = f"{value:.15f}".rstrip("0")
        return text.removesuffix(".0")
    if isinstance(value, (dt.time, dt.timedelta)):
        what = Message(f"is a time to Excel: {value}", f"Excel 当作时间：{value}")
        raise TableProblem(what, place=place, hint=AS_TEXT, code=CELL_RULE)
    return str(value).replace("\r\n", "\n").replace("_x000D_", "")


def write(book: Book, *, lang: str = "en", choices: Mapping[tuple[str, str], Sequence[str]] | None = None) -> bytes:
    """Return *book* as a workbook; *choices* are the values of columns, by sheet and column, that get a drop-down list.

    Raises: InputError, if openpyxl is not installed, or a value has a character that a workbook cannot hold.
    """
    openpyxl = _openpyxl()
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for sheet in (CLAIMS, *(sheet for sheet in SHEETS if sheet is not CLAIMS)):
        worksheet = workbook.create_sheet(sheet.zh if lang == "zh" else sheet.name)
        _fill(openpyxl, worksheet, sheet, book, lang)
    for number, ((sheet_name, column_name), values) in enumerate((choices or {}).items()):
        _list(openpyxl, workbook, (sheet_name, column_name), list(values), number, lang)
    workbook.properties.created = workbook.properties.modified = NEVER
    workbook.properties.creator = "cvo"
    out = io.BytesIO()
    workbook.save(out)
    return _dated(out.getvalue())


def _fill(openpyxl: Any, worksheet: Any, sheet: Sheet, book: Book, lang: str) -> None:  # noqa: ANN401
    styles = openpyxl.styles
    wrapped = styles.Alignment(wrap_text=True, vertical="top")
    for number, column in enumerate(sheet.columns, 1):
        head = worksheet.cell(1, number, column.zh if lang == "zh" else column.name)
        head.font = styles.Font(bold=True)
        head.number_format = "@"
        dimension = worksheet.column_dimensions[letters(number - 1)]
        dimension.width = WIDTHS.get(column.form, 14)
        dimension.number_format = "@"  # what is typed into a new row stays text, too
    worksheet.freeze_panes = "C2" if sheet is CLAIMS else "A2"
    for line, row in enumerate(book.rows(sheet.name), 2):
        for number, column in enumerate(sheet.columns, 1):
            text = joined([cell.text for cell in row.cells.get(column.name, ())], column)
            cell = worksheet.cell(line, number)
            cell.number_format, cell.alignment = "@", wrapped
            if text:
                try:
                    cell.value = text
                except openpyxl.utils.exceptions.IllegalCharacterError:
                    raise InputError(
                        Message(
                            f"a workbook cannot hold the characters of {column.name}: {text!r}",
                            f"工作簿不能保存“{column.zh}”列中的字符：{text!r}",
                        ),
                        hint=Message("write YAML or CSV", "请改用 YAML 或 CSV"),
                    ) from None
                cell.data_type = "s"  # never a formula, whatever it begins with
                cell.quotePrefix = text[0] in "=+-@"


def _list(openpyxl: Any, workbook: Any, where: tuple[str, str], values: list[str], number: int, lang: str) -> None:  # noqa: ANN401, PLR0913, PLR0917
    """Give a column a drop-down list, whose values stand in a worksheet of their own that begins with #."""
    title = "#选项" if lang == "zh" else "#choices"
    hidden = workbook[title] if title in workbook.sheetnames else workbook.create_sheet(title)
    hidden.sheet_state = "hidden"
    for line, value in enumerate(values, 1):
        hidden.cell(line, number + 1, value).number_format = "@"
    sheet = next(sheet for sheet in SHEETS if sheet.name == where[0])
    index = next(i for i, column in enumerate(sheet.columns) if column.name == where[1])
    worksheet = workbook[sheet.zh if lang == "zh" else sheet.name]
    letter = letters(number)
    rule = openpyxl.worksheet.datavalidation.DataValidation(
        type="list", formula1=f"'{title}'!${letter}$1:${letter}${len(values)}", allow_blank=True, showErrorMessage=False
    )
    rule.add(f"{letters(index)}2:{letters(index)}{max(worksheet.max_row, 1) + BEYOND}")
    worksheet.add_data_validation(rule)


def _dated(data: bytes) -> bytes:
    """Return the workbook without the time at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for info in packed.infolist():
            content = packed.read(info)
            if info.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", content)
            again.writestr(zipfile.ZipInfo(info.filename), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
