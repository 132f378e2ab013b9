"""``cvo query``: ask a question."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from cvo.errors import QuestionError
from cvo.output import Lang, deadline, deliver, deliver_bytes, form_of, width

if TYPE_CHECKING:
    from cvo.answers import Answer, Stream
    from cvo.questions import Question


class Citation(StrEnum):
    """The ways to write citations."""

    BIBTEX = "bibtex"
    CSL = "csl"


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
    XLSX = "xlsx"
    PARQUET = "parquet"
    TURTLE = "turtle"
    TRIG = "trig"
    NT = "nt"
    NQ = "nq"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


def query(  # noqa: PLR0913 - one parameter for each option
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUESTION] [NAME=VALUE]...",
            autocompletion=completions,
            help="A file, a shipped question or - (stdin); then its parameters.",
        ),
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
    store: Annotated[Path | None, typer.Option(metavar="DIR", help="Ask a store made by `cvo load`.")] = None,
    on: Annotated[str, typer.Option(metavar="URL", help="Ask a SPARQL endpoint, or one that remotes.toml names.")] = "",
    page: Annotated[int, typer.Option(min=0, metavar="ROWS", help="Ask the endpoint for so many rows at a time.")] = 0,
    limit: Annotated[int, typer.Option(min=0, metavar="ROWS", help="Stop after so many rows.")] = 0,
    timeout: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Give up after so long.")] = 0,
    view: Annotated[
        list[str] | None,
        typer.Option("--view", metavar="NAME", help="Ask what follows from this view, too (cvo reason --list). Repeatable."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the shipped questions with their parameters.")] = False,
    cite: Annotated[Citation | None, typer.Option(help="Print the sources behind the rows as citations instead.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take a warning for an error: print no answer.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print the plan and the times instead of the answer.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the question's SPARQL instead of asking it.")] = False,
) -> None:
    """Ask a question: a .rq file, a shipped question such as risks, or SPARQL of your own.

    Examples: cvo query risks.rq | cvo query risks-by-stage stage=product-marketing | cvo query -e 'SELECT * { ?s a cvo:Risk }' -f json
    """
    from cvo import questions, render  # noqa: PLC0415 - only here
    from cvo.answers import limited, whole  # noqa: PLC0415
    from cvo.ask import asking, citing  # noqa: PLC0415 - only here
    from cvo.dataset import Dataset  # noqa: PLC0415

    language = lang.value if lang else ""
    if list_:
        is_graph = form in {Format.TURTLE, Format.JSONLD, Format.NT}
        listed = render.write(questions.executables(questions.catalogue()), form.value) if form and is_graph else ""
        deliver(listed or asking.listing(questions.catalogue(), language, width()), output)
        return
    name, *assignments = ["", *(arguments or [])] if execute else (arguments or [""])
    question = questions.parse("-e", execute) if execute else _question(name)
    place = asking.Place(tuple(data or ()), not only_data, store, on, timeout, page, tuple(view or ()))
    with deadline(timeout):
        started = time.perf_counter()
        asked = asking.prepare(question, assignments, place)
        if show or explain:
            deliver(asked.explained() if explain else f"{asked.text.rstrip()}\n", output)
            return
        answer = limited(asked.stream(), limit)
        warnings = asked.warnings()
        for warning in warnings:
            typer.echo(warning, err=True)
        if warnings and strict:
            raise typer.Exit(2)
        if place.on and question.views:
            typer.echo(f"note: {asking.held(question)}", err=True)
        if cite:
            deliver(citing.cite(whole(answer), asked.known, cite.value), output)
            return
        _write(answer, question, form, output, language, started)
    if place == asking.Place(timeout=timeout, views=place.views) and isinstance(asked.data, Dataset):
        sys.stdout.flush()
        asked.data.keep()


def _write(  # noqa: PLR0913, PLR0917 - what the command was told
    answer: Answer | Stream, question: Question, form: Format | None, output: Path | None, lang: str, started: float
) -> None:
    """Write *answer* in the format that was asked for; on a terminal as a table under a line that says what it is."""
    from cvo import render  # noqa: PLC0415
    from cvo.answers import Answer, whole  # noqa: PLC0415

    is_graph = isinstance(answer, Answer) and answer.triples is not None
    chosen = form_of(form, output, Format, "turtle" if is_graph else "table" if output is None and sys.stdout.isatty() else "csv")
    if not isinstance(answer, Answer) and chosen in render.ROWS:
        deliver(render.stream(answer.variables, answer.rows, chosen, lang), output)
        return
    rows = whole(answer)
    if chosen in render.BINARY:
        deliver_bytes(render.write_bytes(rows, chosen, lang=lang, title=question.name), output)
        return
    heading = question.summary.get(lang, "") if lang else " · ".join(question.summary.values())
    text = render.write(rows, chosen, lang=lang, title=heading, width=width())
    if chosen == "table" and output is None and rows.truth is None and rows.triples is None:
        typer.echo(_counted(heading, len(rows), time.perf_counter() - started, lang), err=True)
    deliver(text, output)


def completions(incomplete: str) -> list[tuple[str, str]]:
    """Return what can follow *incomplete* on the command line: questions, or values of their parameters, each with what it is."""
    from cvo import dataset, lookup, questions  # noqa: PLC0415
    from cvo.names import short  # noqa: PLC0415

    name, equals, value = incomplete.partition("=")
    if not equals:
        found = [(question.name, question.summary.get("en", "")) for question in questions.catalogue()]
        parameters = {parameter.name: parameter.kind for question in questions.catalogue() for parameter in question.parameters}
        found += [(f"{parameter}=", kind) for parameter, kind in parameters.items()]
        return [one for one in found if one[0].startswith(incomplete)]
    kinds = {parameter.kind for question in questions.catalogue() for parameter in question.parameters if parameter.name == name}
    rows = [row for kind in sorted(kinds) if ":" not in kind for row in lookup.search("", dataset.load_shipped(), f"cvo:{kind}")]
    names = [(short(row["term"]).removeprefix("cvt:"), row.get("label_zh", "")) for row in rows]
    typed = [(f"{name}={term}", label) for term, label in names if term.startswith(value)]
    return typed or [(f"{name}={label}", term) for term, label in names if label.startswith(value)]


def _counted(heading: str, number: int, seconds: float, lang: str) -> str:
    took = f"{seconds * 1000:.0f}"
    rows = f"{number} 行，{took} 毫秒" if lang == "zh" else f"{number} row{'s' if number != 1 else ''}, {took} ms"
    return f"{heading}   {rows}" if heading else rows


def _question(name: str) -> Question:
    from cvo import questions  # noqa: PLC0415

    if name == "-":
        from cvo.files import decode  # noqa: PLC0415

        return questions.parse("stdin", decode(sys.stdin.buffer.read(), "stdin"))
    if not name:
        raise QuestionError("no question given", hint="try `cvo query risks.rq`, `cvo query --list`, or -e with a query of your own")
    return questions.find(name)
