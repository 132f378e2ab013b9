"""``cvo passage``: point to a passage of a document."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def passage(
    first: Annotated[str, typer.Argument(help="A few characters with which the passage begins, found once in the document.")],
    last: Annotated[str, typer.Argument(help="A few characters with which it ends.")],
    *,
    text: Annotated[Path, typer.Option("--text", metavar="DOC", help="The document as UTF-8 text.")],
    name: Annotated[str, typer.Option(help="The name of the passage in your file.")] = "p001",
    omit: Annotated[str, typer.Option(metavar="REASON", help="No claim is made from it, for this reason, such as heading.")] = "",
) -> None:
    """Print the Turtle that points to a passage of a document: offsets, length and digest, none of its words."""
    from cvo.contribute.locate import passage as point  # noqa: PLC0415

    sys.stdout.write(point(text, first, last, name, omit))
