"""``cvo load``: a corpus into a store on disk."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def load(
    paths: Annotated[list[str], typer.Argument(metavar="CORPUS...", help="RDF files, folders or globs; gzip as well.")],
    *,
    store: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the store: a new one, or one whose content is replaced.")],
    only_data: Annotated[bool, typer.Option("--only-data", help="Leave the shipped ontology and claims out.")] = False,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave out files that cannot be read; the status is then 1.")] = False,
) -> None:
    """Load files of any size into a store on disk, to be asked with `cvo query --store DIR`.

    The old content stays in force until the new one is whole. A load that was stopped goes on where it was: start it again.
    """
    from cvo.ask import corpus  # noqa: PLC0415 - only here
    from cvo.progress import bar  # noqa: PLC0415

    with bar() as told:
        loaded = corpus.load(paths, store, with_shipped=not only_data, keep_going=keep_going, told=told)
    for name, why in loaded.skipped:
        typer.echo(f"left out: {why if name in why else f'{name}: {why}'}", err=True)
    typer.echo(f"{loaded.quads:,} triples from {loaded.files:,} file{'s' if loaded.files != 1 else ''} in {store}", err=True)
    raise typer.Exit(int(bool(loaded.skipped)))
