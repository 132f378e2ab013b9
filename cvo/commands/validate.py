"""``cvo validate``: check contributed files."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, by_ending, deliver


class ReportFormat(StrEnum):
    """The ways to write the findings of a validation."""

    CONCISE = "concise"
    JSON = "json"
    TURTLE = "turtle"


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Turtle or TriG files, or folders of them.")],
    *,
    form: Annotated[ReportFormat | None, typer.Option("-f", "--format", help="How to write the findings. Default: concise.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")] = None,
) -> None:
    """Check contributed files against the shapes; every finding has its file, line and column.

    Exit status: 0 clean, 1 findings, 2 the files or the command could not be read.
    """
    from cvo import report, validation  # noqa: PLC0415

    chosen = form.value if form else by_ending(output, ReportFormat) or "concise"
    result = validation.validate(paths)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour = chosen == "concise" and output is None and sys.stdout.isatty() and not plain
    deliver(report.write(result, chosen, lang=lang.value, colour=colour), output)
    raise typer.Exit(result.status)
