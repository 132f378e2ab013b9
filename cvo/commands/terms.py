"""``cvo terms``: search the vocabulary."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.commands.query import Format
from cvo.output import Lang, deliver, deliver_bytes, form_of, width


def terms(  # noqa: PLR0913 - one parameter for each option
    words: Annotated[str, typer.Argument(help="What to look for in names, labels, synonyms and definitions. Default: all terms.")] = "",
    *,
    kind: Annotated[str, typer.Option(metavar="CLASS", help="Only terms of this class, such as Risk or 风险.")] = "",
    form: Annotated[Format | None, typer.Option("-f", "--format", help="Default: table on a terminal, else csv.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only the columns of this language. Default: both.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files as well. Repeatable.")] = None,
) -> None:
    """Search the vocabulary, in Chinese or English; the likeliest terms come first.

    Examples: cvo terms 肖像 | cvo terms deepfake --lang en | cvo terms --kind Risk -f csv
    """
    from cvo import dataset, lookup  # noqa: PLC0415 - only here
    from cvo.names import short  # noqa: PLC0415
    from cvo.render import BINARY, write, write_bytes  # noqa: PLC0415

    loaded = dataset.load(data) if data else dataset.load_shipped()
    below = short(lookup.find(kind, loaded, "owl:Class", called="--kind", example="Risk").value) if kind else "cvo:Term"
    answer = lookup.search(words, loaded, below)
    if not answer.rows:
        typer.echo("nothing found; try a shorter word, or the other language", err=True)
    chosen = form_of(form, output, Format, "table" if output is None and sys.stdout.isatty() else "csv")
    if chosen in BINARY:
        deliver_bytes(write_bytes(answer, chosen, lang=lang.value if lang else "", title=words), output)
        return
    deliver(write(answer, chosen, lang=lang.value if lang else "", title=words, width=width()), output)
