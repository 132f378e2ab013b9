"""``cvo check``: the quality gates over ontology, vocabulary, mappings and claims."""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.commands.validate import ReportFormat
from cvo.output import Lang, by_ending, deliver


def check(  # noqa: PLR0913 - each is an option
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; without any, all shipped data.")] = None,
    *,
    text: Annotated[
        list[Path] | None, typer.Option("--text", metavar="DOC", help="A document that nothing may copy from; may be repeated.")
    ] = None,
    han: Annotated[int, typer.Option(min=4, help="How many Chinese characters in a row are a copy.")] = 18,
    words: Annotated[int, typer.Option(min=4, help="How many words in a row are a copy.")] = 12,
    select: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Run these checks only: codes, beginnings of codes or groups, with commas.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODES", help="Leave these checks out.")] = None,
    form: Annotated[ReportFormat | None, typer.Option("-f", "--format", help="How to write the findings. Default: concise.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the checks and stop.")] = False,
) -> None:
    """Check the quality of ontology and claims: OWL 2, metadata, words, languages, structure, SKOS, mappings, claims, figures, copying.

    Exit status: 0 no errors, 1 errors, 2 the files or the command could not be read.
    """
    from cvo.quality import checking  # noqa: PLC0415
    from cvo.validation import report  # noqa: PLC0415

    if list_:
        deliver(checking.listing(lang.value), output)
        return
    chosen = form.value if form else by_ending(output, ReportFormat) or "concise"
    result = checking.check(paths or (), select=select or (), ignore=ignore or (), texts=text or (), least_han=han, least_words=words)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour = chosen == "concise" and output is None and sys.stdout.isatty() and not plain
    deliver(report.write(result, chosen, lang=lang.value, colour=colour), output)
    raise typer.Exit(result.status)
