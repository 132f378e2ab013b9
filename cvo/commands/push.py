"""``cvo push``: graphs to a SPARQL store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cvo.ask.push import Pushed


def push(  # noqa: PLR0913 - one parameter for each option
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a Graph Store, or a name of remotes.toml.")],
    data: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Your own RDF files, folders or globs as well.")] = None,
    *,
    only_data: Annotated[bool, typer.Option("--only-data", help="Leave the shipped ontology and claims out.")] = False,
    merged: Annotated[bool, typer.Option("--merged", help="Send all triples as the default graph, too.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Send the graphs that have not changed, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    timeout: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="How long one graph may take. Default: 60.")] = 0,
) -> None:
    """Send the graphs to a SPARQL store over the Graph Store Protocol: only those that changed, each whole or not at all.

    A push that was stopped goes on where it was: start it again.
    """
    from collections import Counter  # noqa: PLC0415

    from cvo.ask.push import push as send  # noqa: PLC0415
    from cvo.engines.remote import remote  # noqa: PLC0415 - only here

    def told(one: Pushed) -> None:
        if one.status != "unchanged":
            typer.echo(f"{one.status}  {one.quads:>7,}  {one.graph}")

    done = send(
        remote(url, timeout=timeout), data or [], with_shipped=not only_data, merged=merged, every=every, dry_run=dry_run, told=told
    )
    counts = Counter(one.status for one in done)
    typer.echo(", ".join(f"{number} {status}" for status, number in counts.items()), err=True)
