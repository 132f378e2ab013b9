"""``cvo locate``: verify the passages of a file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def locate(
    file: Annotated[Path, typer.Argument(help="The instance file, such as instances/bi-2019.ttl.")],
    *,
    text: Annotated[list[Path], typer.Option("--text", metavar="DOC", help="The document as UTF-8 text. Repeatable.")],
    every: Annotated[bool, typer.Option("--all", help="List the passages that match, too.")] = False,
) -> None:
    """Verify that the passages a file points to are in the document: match, moved or missing.

    Exit status: 0 all match, 1 some are moved or missing, 2 nothing could be checked.
    """
    from collections import Counter  # noqa: PLC0415

    from cvo.contribute.locate import locate as find  # noqa: PLC0415

    passages = find(file, text)
    for passage in passages:
        if every or passage.status in {"moved", "missing"}:
            typer.echo(str(passage))
    counts = Counter(passage.status for passage in passages)
    typer.echo(", ".join(f"{counts[s]} {s}" for s in ("match", "moved", "missing", "unchecked") if counts[s]), err=True)
    raise typer.Exit(int(bool(counts["moved"] or counts["missing"])))
