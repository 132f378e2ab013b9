"""Recognising a table of claims among the files of a folder: by its columns for statements, from its beginning alone."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING

from cvo.names import nearest
from cvo.tables.columns import CLAIMS, SHEETS, folded
from cvo.tables.tablefile import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEAD = 1 << 18  # bytes that are looked at
ENCODINGS = ("utf-8-sig", "gb18030")  # in which spreadsheets write CSV; a table in the wrong one is told, not left out
STATEMENTS = {folded(name) for column in CLAIMS.columns if column.name.startswith("statement") for name in (column.name, column.zh)}
ENDS = ("zh", "en", "中文", "英文")
LIKE = 0.84  # how like the header of a statement another one must be to be a slip of it
YAML = (
    re.compile(r"""^[\s{]*["']?(?:claims|论断)["']?[ \t]*[:：]""", re.MULTILINE | re.IGNORECASE),
    re.compile(
        r"""^[\s\-{]*["']?(?:statement|陈述)[^:：\n]{0,12}[:：]|[{,][ \t]*["']?(?:statement|陈述)[^:：\n]{0,12}[:：]""", re.MULTILINE
    ),
)
TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]{1,40})</")


def is_table(path: Path) -> bool:
    """Return whether the file *path* is a table of claims, whatever may be wrong with it; never an error.

    The other sheets of a table in CSV, such as ``claims.passages.csv``, go with it and are none by themselves.
    """
    ending = path.suffix.lower()
    if ending not in KINDS or path.name.startswith("~$") or not path.is_file():  # what Excel writes beside an open workbook
        return False
    try:
        if ending == ".xlsx":
            return _has_statements(_texts(path))
        with path.open("rb") as file:
            data = file.read(HEAD)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
    text = _decoded(data)
    if ending == ".csv":
        return _has_statements(_header(text))
    return all(pattern.search(text) for pattern in YAML)


def table_of(path: Path) -> Path:
    """Return the file with the claims beside which *path* stands, if it is another sheet of a table in CSV; else *path*.

    >>> from pathlib import Path
    >>> table_of(Path("nowhere/claims.passages.csv")).name
    'claims.passages.csv'
    """
    stem, _, name = path.stem.rpartition(".")
    known = {folded(each) for sheet in SHEETS if sheet is not CLAIMS for each in (sheet.name, sheet.zh)}
    if path.suffix.lower() == ".csv" and stem and folded(name) in known and (claims := path.with_name(f"{stem}{path.suffix}")).is_file():
        return claims
    return path


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "ignore")
    for encoding in ENCODINGS:
        try:
            return data[:-4].decode(encoding) if len(data) == HEAD else data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "ignore")


def _header(text: str) -> list[str]:
    r"""Return the headers of the CSV *text*.

    >>> _header('sep=;\n"id";"statement-zh"\n')
    ['id', 'statement-zh']
    """
    first, _, rest = text.lstrip().partition("\n")
    line = rest.partition("\n")[0] if re.fullmatch(r"sep=.\r?", first) else first
    return [name.strip(" \"'\r") for name in re.split("[,;\t]", line)]


def _texts(path: Path) -> list[str]:
    """Return the first texts in the cells of the workbook *path*."""
    found: list[str] = []
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if re.fullmatch(r"xl/(?:sharedStrings|worksheets/[^/]+)\.xml", name):
                with packed.open(name) as part:
                    found += map(unescape, TEXT.findall(part.read(HEAD).decode("utf-8", "ignore")))
    return found


def _has_statements(names: Iterable[str]) -> bool:
    """Return whether one of *names* is the header of a column of statements, or a slip of it.

    >>> _has_statements(["id", "Statement (ZH)"]), _has_statements(["id", "statment-en"]), _has_statements(["id", "text", "subject"])
    (True, True, False)
    """
    known = [folded(name) for name in names if len(name) < 40]  # noqa: PLR2004
    return not STATEMENTS.isdisjoint(known) or any(name.endswith(ENDS) and nearest(name, STATEMENTS, LIKE) for name in known)
