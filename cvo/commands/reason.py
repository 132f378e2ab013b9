"""``cvo reason``: what follows from a view."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.commands.query import Format
from cvo.output import Lang, deliver, deliver_bytes, form_of, width


class Engine(StrEnum):
    """The engines."""

    RULES = "rules"
    HERMIT = "hermit"
    PELLET = "pellet"
    OWLRL = "owlrl"


def reason(  # noqa: PLR0913 - one parameter for each option
    *,
    view: Annotated[
        list[str] | None, typer.Option(help="A view, a source's cite key or a .rq file. Repeatable. Default: observed.")
    ] = None,
    engine: Annotated[Engine | None, typer.Option(help="Default: hermit if it is installed, else owlrl, else rules.")] = None,
    form: Annotated[Format | None, typer.Option("-f", "--format", help="Default: table on a terminal, else turtle.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its ending tells the format.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only this language. Default: both.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="RDF files or folders beside the shipped data.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the views.")] = False,
) -> None:
    """Infer what follows from the claims of a view.

    Exit status: 0 consistent, 1 the view is inconsistent, 2 a view or an engine is missing.
    """
    from cvo import dataset, render  # noqa: PLC0415
    from cvo.reason import inferences, reasoning, why  # noqa: PLC0415

    loaded = dataset.load(data) if data else dataset.load_shipped()
    language = lang.value if lang else ""
    if list_:
        typer.echo(inferences.listing(loaded, language, width()), nl=False)
        return
    started = time.perf_counter()
    chosen = engine.value if engine else reasoning.default_engine()
    found = reasoning.reason(reasoning.premises(view or ["observed"], loaded), chosen)
    shape = form_of(form, output, Format, "table" if output is None and sys.stdout.isatty() else "turtle")
    typer.echo(inferences.summary(found, language, time.perf_counter() - started), err=True)
    if not found.consistent:
        deliver(why.explain(found, loaded), output)
        raise typer.Exit(1)
    rows = inferences.answer(found, loaded, shape)
    if shape in render.BINARY:
        deliver_bytes(render.write_bytes(rows, shape, lang=language, title="inferred"), output)
    else:
        deliver(render.write(rows, shape, lang=language, width=width()), output)
