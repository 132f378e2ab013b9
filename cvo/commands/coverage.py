"""``cvo coverage``: whether every sentence of a document is covered or explained."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, width


class CoverageFormat(StrEnum):
    """The ways to write the coverage of a document."""

    TEXT = "text"
    JSON = "json"


def coverage(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[Path, typer.Argument(help="The instance file, such as instances/bi-2019.ttl.")],
    *,
    text: Annotated[list[Path], typer.Option("--text", metavar="DOC", help="The document as UTF-8 text. Repeatable.")],
    form: Annotated[CoverageFormat, typer.Option("-f", "--format", help="text, or json without any words of the document.")] = (
        CoverageFormat.TEXT
    ),
    lang: Annotated[Lang, typer.Option(help="The language of the report.")] = Lang.EN,
    share: Annotated[int, typer.Option(min=1, max=100, help="Percent of a sentence's words that passages must hold.")] = 50,
    gap: Annotated[int, typer.Option(min=1, help="Words in a row (a Chinese character is one) that passages may not leave out.")] = 20,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")] = None,
) -> None:
    """Tell which sentences, cells, items and lines of a document no claim covers and no recorded reason explains.

    Exit status: 0 all are covered or explained, 1 some are not, 2 the files could not be read.
    """
    from cvo.contribute import coverage as covering  # noqa: PLC0415

    found = covering.coverage(file, text, share=share / 100, gap=gap)
    on_terminal = output is None and sys.stdout.isatty()
    report = covering.as_json(found) if form is CoverageFormat.JSON else covering.as_text(found, lang, width=width(), snippets=on_terminal)
    deliver(report, output)
    raise typer.Exit(int(not all(one.complete for one in found)))
