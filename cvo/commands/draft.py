"""``cvo draft``: a first draft of a paper's claims."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, by_ending, deliver, width


class DraftFormat(StrEnum):
    """The ways to write a draft: the claims to complete as yaml, or the terms found."""

    YAML = "yaml"
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def draft(  # noqa: PLR0913 - one parameter for each option
    text: Annotated[Path, typer.Argument(metavar="TEXT", help="The document as UTF-8 text.")],
    *,
    source: Annotated[str, typer.Option(metavar="CITEKEY", help="The source whose claims are made already: a cite key or a file.")] = "",
    form: Annotated[
        DraftFormat | None, typer.Option("-f", "--format", help="yaml: claims for cvo encode; table, csv, json: the terms found.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Draft sentences without a known term, headings and covered ones, too.")] = False,
    snippets: Annotated[bool, typer.Option("--snippets", help="Show each sentence with its terms; on a terminal only.")] = False,
    lang: Annotated[Lang, typer.Option(help="The language of the table.")] = Lang.EN,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its ending tells the format.")
    ] = None,
) -> None:
    """Find the vocabulary's terms in a document and draft its claims: a table to complete for cvo encode.

    Examples: cvo draft paper.txt -o claims.yaml | cvo draft paper.txt -f table | cvo draft paper.txt --source bi-2019
    """
    from cvo.contribute import drafting, draftview  # noqa: PLC0415

    chosen = DraftFormat(by_ending(output, DraftFormat) or "yaml") if form is None else form
    found = drafting.draft(text, source)
    if snippets:
        draftview.refuse_but_on_terminal(sys.stdout.isatty() and output is None)
        deliver(draftview.snippets(found, lang.value), None)
        return
    deliver(draftview.write(found, chosen.value, lang=lang.value, width=0 if output else width(), every=every), output)
    typer.echo(draftview.summary(found, lang.value), err=True)
