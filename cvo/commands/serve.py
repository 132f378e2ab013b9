"""``cvo serve``: linked data and a SPARQL endpoint."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

MEGABYTE = 1 << 20


def serve(  # noqa: PLR0913 - one parameter for each option
    site: Annotated[
        Path | None, typer.Argument(metavar="[SITE]", help="A folder of pages; what it does not hold is made from the data.")
    ] = None,
    *,
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="PATH", help="RDF files, folders or globs as well. Repeatable.")
    ] = None,
    only_data: Annotated[bool, typer.Option("--only-data", help="Leave the shipped ontology and claims out.")] = False,
    view: Annotated[list[str] | None, typer.Option("--view", metavar="VIEW", help="Add what follows in a view. Repeatable.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="DIR", help="A store made by `cvo load`, in place of the shipped data.")] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; the default is for this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 2,
    timeout: Annotated[float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="How long one query may take.")] = 10,
    base: Annotated[str, typer.Option(metavar="IRI", help="The beginning of the IRIs that are told of here.")] = "https://w3id.org/cvo/",
    memory: Annotated[int, typer.Option(min=64, metavar="MB", help="What one query may take.")] = 2048,
    kept: Annotated[int, typer.Option(min=0, metavar="MB", help="Room for answers that are kept and given again. 0: none.")] = 64,
    largest: Annotated[int, typer.Option(min=1, metavar="MB", help="The largest answer.")] = 50,
) -> None:
    """Serve the terms, sources and claims by their IRIs as linked data, and answer SPARQL 1.1 at /sparql. It only reads.

    Examples: cvo serve | cvo serve site/ --port 8080 | cvo serve --data mine.ttl --timeout 30 | cvo serve --store my-store --workers 4
    """
    from cvo.serve import serving  # noqa: PLC0415 - only here
    from cvo.serve.worker import Limits  # noqa: PLC0415

    limits = Limits(timeout, largest * MEGABYTE, memory * MEGABYTE)
    serving.serve(
        serving.Options(
            tuple(data or ()), not only_data, tuple(view or ()), store, site, host, port, workers, base, limits, kept * MEGABYTE
        )
    )
