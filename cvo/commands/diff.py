"""``cvo diff``: how one state of the data differs from another."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, form_of


class DiffFormat(StrEnum):
    """The ways to write a comparison."""

    TABLE = "table"
    MD = "md"
    JSON = "json"


def diff(  # noqa: PLR0913 - one parameter for each option
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file, a folder, a built site, or a revision of git such as v0.1.0.")],
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="The same. Default: the working data.")] = None,
    *,
    form: Annotated[DiffFormat | None, typer.Option("-f", "--format", help="Default: as the ending of FILE tells, else table.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of labels and words.")] = Lang.EN,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")] = False,
) -> None:
    """Compare two states of the data: what was added, changed, deprecated and removed, and which version number that asks for.

    Examples: cvo diff v0.1.0 | cvo diff HEAD~3 HEAD -f md --lang zh | cvo diff old/site new/site --exit-code
    """
    from cvo.release import comparing, notes, states  # noqa: PLC0415 - only here

    chosen = form_of(form, output, DiffFormat, "table")
    found = comparing.compare(states.read(old), states.read(new))
    deliver(notes.write(found, chosen, lang.value), output)
    raise typer.Exit(int(exit_code and bool(found.changes)))
