"""``cvo map``: a picture of the value chain."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, deliver_bytes, form_of, width


class MapFormat(StrEnum):
    """The ways to draw the map."""

    TABLE = "table"
    SVG = "svg"
    PNG = "png"
    VEGA = "vega"


def map(  # noqa: A001 - the name of the command
    *,
    form: Annotated[MapFormat | None, typer.Option("-f", "--format", help="Default: table.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its ending tells the format.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Names in this language only. Default: both.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many things of a kind at each stage.")] = 6,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files as well. Repeatable.")] = None,
) -> None:
    """Draw the value chain: at each stage the technologies, applications, risks and rights that the claims name most.

    Example: cvo map --lang zh -o chain.svg
    """
    import json  # noqa: PLC0415

    from cvo import dataset, table  # noqa: PLC0415 - only here
    from cvo.ask import chart, valuemap  # noqa: PLC0415 - only here

    places = valuemap.places(dataset.load(data) if data else dataset.load_shipped(), top)
    language = lang.value if lang else ""
    chosen = form_of(form, output, MapFormat, "table")
    title = {"zh": "文化价值链", "en": "The cultural value chain"}.get(language, "文化价值链 · The cultural value chain")
    if chosen == "table":
        rows = [[p.stage.label(language), p.band(language), ", ".join(f"{t.label(language)} {t.total}" for t in p.things)] for p in places]
        names = {"zh": ["环节", "种类", "论断最多的"], "en": ["stage", "kind", "most claims"]}.get(
            language, ["stage", "kind", "most claims"]
        )
        deliver(table.lay_out(names, rows, width()), output)
    elif chosen == "vega":
        deliver(json.dumps(chart.value_chain(places, title, language), ensure_ascii=False, indent=1) + "\n", output)
    else:
        deliver_bytes(chart.draw(chart.value_chain(places, title, language), chosen), output)
