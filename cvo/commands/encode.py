"""``cvo encode``: make an instance file from a table of claims."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver

SHOWN = 20


def encode(  # noqa: PLR0913 - one parameter for each option
    claims: Annotated[Path, typer.Argument(metavar="CLAIMS", help="The table: .yaml, .xlsx or .csv.")],
    *,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text", metavar="[ID=]DOC", help="The document as UTF-8 text, such as paper.txt or text-en=translation.txt. Repeatable."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The instance file: read if it is there, then written.")
    ] = None,
    existing: Annotated[Path | None, typer.Option(metavar="FILE", help="The instance file to begin from. Default: the one of -o.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files with new terms. Repeatable.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    prune: Annotated[bool, typer.Option("--prune", help="Drop what the table does not say. Default: keep it, and tell.")] = False,
) -> None:
    """Make an instance file from a table of claims (see instances/TABLE.md); passages are found in the document.

    Claims keep their numbers, new ones get the next; what stands in the file and not in the table stays.
    Example: cvo encode claims.xlsx --text paper.txt -o instances/example-2024.ttl
    """
    from cvo.tables import encoding  # noqa: PLC0415 - only here

    turtle, notes = encoding.encode_files(claims, text or [], output, existing, data or [], prune=prune)
    deliver(turtle, output)
    for note in notes[:SHOWN]:
        typer.echo(note.text(lang.value), err=True)
    if (more := len(notes) - SHOWN) > 0:
        typer.echo(f"……还有 {more} 条" if lang is Lang.ZH else f"… and {more} more", err=True)
