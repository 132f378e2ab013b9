"""``cvo matrix``: counts of claims in rows and columns."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, deliver_bytes, form_of, width


class MatrixFormat(StrEnum):
    """The ways to write a matrix."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    MD = "md"
    HTML = "html"
    XLSX = "xlsx"
    SVG = "svg"
    PNG = "png"
    VEGA = "vega"


def matrix(  # noqa: PLR0913 - one parameter for each option
    rows: Annotated[str, typer.Argument(help="stage, source, holder, sector, polarity, modality … or a class such as Risk or 风险.")],
    columns: Annotated[str, typer.Argument(help="The same.")],
    *,
    form: Annotated[MatrixFormat | None, typer.Option("-f", "--format", help="Default: table on a terminal, else csv.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its ending tells the format.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Names in this language only. Default: both.")] = None,
    top: Annotated[int, typer.Option(min=0, help="Only so many rows and columns, those with the most claims. Default: all.")] = 0,
    affirmed: Annotated[bool, typer.Option("--affirmed", help="Count only the claims that affirm.")] = False,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files as well. Repeatable.")] = None,
) -> None:
    """Count the claims that speak both of a row and of a column, such as stage and technology; as a table or a heat map.

    Examples: cvo matrix stage Technology --top 8 | cvo matrix source Risk -o risks.svg | cvo matrix 环节 风险 --lang zh -o x.png
    """
    from cvo import dataset  # noqa: PLC0415 - only here
    from cvo.ask.matrix import as_answer, count, named  # noqa: PLC0415

    loaded = dataset.load(data) if data else dataset.load_shipped()
    counted = count(rows, columns, loaded, top=top, affirmed=affirmed)
    language = lang.value if lang else ""
    chosen = form_of(form, output, MatrixFormat, "table" if output is None and sys.stdout.isatty() else "csv")
    if any(counted.left):
        typer.echo(f"left out: {counted.left[0]} rows and {counted.left[1]} columns with fewer claims", err=True)
    of = [named(name, loaded, language) for name in (rows, columns)]
    title = " × ".join(of)
    if chosen in {"svg", "png", "vega"}:
        import json  # noqa: PLC0415

        from cvo.ask import chart  # noqa: PLC0415

        spec = chart.heat_map(counted, title, language)
        if chosen == "vega":
            deliver(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", output)
        else:
            deliver_bytes(chart.draw(spec, chosen), output)
        return
    from cvo.render import write, write_bytes  # noqa: PLC0415

    answer = as_answer(counted, language, of[0])
    if chosen == "xlsx":
        deliver_bytes(write_bytes(answer, chosen, title=title), output)
    else:
        deliver(write(answer, chosen, title=title, width=width()), output)
