"""``cvo query``: ask a question."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from cvo.errors import QuestionError
from cvo.output import Lang, by_ending, deliver, width

if TYPE_CHECKING:
    from cvo.questions import Question


class Format(StrEnum):
    """The ways to write an answer."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    XML = "xml"
    MD = "md"
    HTML = "html"
    TURTLE = "turtle"
    TRIG = "trig"
    NT = "nt"
    NQ = "nq"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


def query(  # noqa: PLR0913 - one parameter for each option
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUESTION] [NAME=VALUE]...", help="A file, a shipped question or - (stdin); then its parameters."),
    ] = None,
    *,
    execute: Annotated[str, typer.Option("-e", "--execute", metavar="SPARQL", help="The query itself, in place of a question.")] = "",
    form: Annotated[
        Format | None, typer.Option("-f", "--format", help="Default: table on a terminal, else csv (turtle for a graph).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its ending tells the format.")
    ] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only the columns of this language. Default: both.")] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="PATH", help="RDF files, folders or globs to ask as well. Repeatable.")
    ] = None,
    only_data: Annotated[bool, typer.Option("--only-data", help="Leave the shipped ontology and claims out.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the shipped questions with their parameters.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the question's SPARQL instead of asking it.")] = False,
) -> None:
    """Ask a question: a .rq file, a shipped question such as risks, or SPARQL of your own.

    Examples: cvo query risks.rq | cvo query risks-by-stage stage=product-marketing | cvo query -e 'SELECT * { ?s a cvo:Risk }' -f json
    """
    from cvo import asking, questions  # noqa: PLC0415 - only here

    if list_:
        typer.echo(asking.listing(questions.catalogue(), lang.value if lang else "", width()), nl=False)
        return
    name, *assignments = ["", *(arguments or [])] if execute else (arguments or [""])
    question = questions.parse("-e", execute) if execute else _question(name)
    started = time.perf_counter()
    asked = asking.prepare(question, assignments, data or [], with_shipped=not only_data)
    if show:
        typer.echo(asked.text.rstrip())
        return
    answer, warnings = asked.answer()
    for warning in warnings:
        typer.echo(warning, err=True)
    rows_or_graph = "turtle" if answer.triples is not None else "table" if output is None and sys.stdout.isatty() else "csv"
    chosen = form.value if form else by_ending(output, Format) or rows_or_graph
    from cvo.render import write  # noqa: PLC0415

    heading = question.summary.get(lang.value, "") if lang else " · ".join(question.summary.values())
    text = write(answer, chosen, lang=lang.value if lang else "", title=heading, width=width())
    if chosen == "table" and output is None and answer.truth is None and answer.triples is None:
        milliseconds = f"{(time.perf_counter() - started) * 1000:.0f}"
        rows = (
            f"{len(answer)} 行，{milliseconds} 毫秒"
            if lang is Lang.ZH
            else f"{len(answer)} row{'s' if len(answer) != 1 else ''}, {milliseconds} ms"
        )
        typer.echo(f"{f'{heading}   ' if heading else ''}{rows}", err=True)
    deliver(text, output)
    if not data and not only_data:
        sys.stdout.flush()
        asked.data.keep()


def _question(name: str) -> Question:
    from cvo import questions  # noqa: PLC0415

    if name == "-":
        from cvo.files import decode  # noqa: PLC0415

        return questions.parse("stdin", decode(sys.stdin.buffer.read(), "stdin"))
    if not name:
        raise QuestionError("no question given", hint="try `cvo query risks.rq`, `cvo query --list`, or -e with a query of your own")
    return questions.find(name)
