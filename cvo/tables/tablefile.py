"""Reading a table of claims, whatever kind of file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.errors import InputError

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
            raise InputError(f"is a folder, not a file: {path}" if path.is_dir() else f"no such file: {path}")
        raise InputError(f"not a kind of table that cvo reads: {path}", hint=f"expected one of {' '.join(KINDS)}")
    if ending == ".csv":
        from cvo.tables import csvtable as reader  # noqa: PLC0415 - one kind a run
    elif ending == ".xlsx":
        from cvo.tables import xlsxtable as reader  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        from cvo.tables import yamltable as reader  # type: ignore[no-redef]  # noqa: PLC0415
    return reader.read(path)
