"""Reading a table of claims, whatever kind of file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.errors import InputError, Message

if TYPE_CHECKING:
    from pathlib import Path

    from cvo.tables.cells import Book

KINDS = (".yaml", ".yml", ".csv", ".xlsx")


def read(path: Path) -> Book:
    """Return the table in the file *path*; of a CSV file with those beside it, such as ``claims.passages.csv``.

    Raises: InputError, if the file cannot be read or is of an unknown kind; TableProblem or Several, with the place of each cell,
    if it is no table of claims.
    """
    ending = path.suffix.lower()
    if ending not in KINDS:
        if path.is_dir() or not path.exists():
            folder = Message(f"is a folder, not a file: {path}", f"是文件夹，不是文件：{path}")
            raise InputError(folder if path.is_dir() else Message(f"no such file: {path}", f"没有这个文件：{path}"))
        raise InputError(
            Message(f"not a kind of table that cvo reads: {path}", f"不是 cvo 能读的表格：{path}"),
            hint=Message(f"expected one of {' '.join(KINDS)}", f"须以 {' '.join(KINDS)} 之一结尾"),
        )
    if ending == ".csv":
        from cvo.tables import csvtable as reader  # noqa: PLC0415 - one kind a run
    elif ending == ".xlsx":
        from cvo.tables import xlsxtable as reader  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        from cvo.tables import yamltable as reader  # type: ignore[no-redef]  # noqa: PLC0415
    return reader.read(path)
