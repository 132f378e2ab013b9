"""``cvo build``: the ontology, the vocabulary and the claims as a site."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer


def build(
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="The folder of the site.")] = Path("site"),
    base: Annotated[
        str, typer.Option(metavar="URL", help="Where the site will be found, for what must name it in full.")
    ] = "https://w3id.org/cvo/",
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files as well. Repeatable.")] = None,
    versions: Annotated[
        list[str] | None, typer.Option(metavar="FOLDER", help="An earlier site, whose frozen versions stay in this one. Repeatable.")
    ] = None,
) -> None:
    """Build a static site: pages in Chinese and English, RDF in four formats, dumps, search, and SPARQL in the browser.

    Example: cvo build --out public --base https://example.org/culture/
    """
    from cvo.site import building  # noqa: PLC0415 - only here

    started = time.perf_counter()
    built = building.build(out, base, data or (), frozen=versions or ())
    what = f"{built.files:,} files, {built.bytes / 1e6:.0f} MB" if built.new else "nothing has changed"
    typer.echo(f"{out}: {what} ({time.perf_counter() - started:.1f} s)", err=True)
