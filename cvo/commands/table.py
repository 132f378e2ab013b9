"""``cvo table``: make a table from an instance file, the inverse of ``cvo encode``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, deliver_bytes, form_of


class TableFormat(StrEnum):
    """The kinds of table."""

    YAML = "yaml"
    CSV = "csv"
    XLSX = "xlsx"


def table(
    file: Annotated[Path, typer.Argument(help="The instance file, such as instances/bi-2019.ttl, or the name of a shipped one: bi-2019.")],
    *,
    form: Annotated[TableFormat | None, typer.Option("-f", "--format", help="Default: as the ending of FILE tells, else yaml.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; of CSV one file a sheet, the claims in FILE.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Headers and terms in this language. Default: the names of terms.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files with new terms. Repeatable.")] = None,
) -> None:
    """Make a table from an instance file, to be changed in Excel or an editor; `cvo encode` makes the same file of it again.

    Example: cvo table instances/bi-2019.ttl -o claims.xlsx --lang zh
    """
    from cvo.files import shipped  # noqa: PLC0415 - only here
    from cvo.tables import tabulation  # noqa: PLC0415

    if not file.exists():
        file = next((path for path in shipped("instances") if path.stem == str(file)), file)
    chosen = form_of(form, output, TableFormat, "yaml")
    files, left = tabulation.table_of(file, chosen, output, lang=lang.value if lang else "", data=data or [])
    for path, content in files:
        if isinstance(content, bytes):
            deliver_bytes(content, path)
        else:
            deliver(content, path)
    for line in left:
        typer.echo(f"warning: {line}", err=True)
