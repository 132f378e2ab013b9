"""The commands: each reads its arguments, calls one feature and writes what it gives."""

from __future__ import annotations

import os
import sys
import time
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from cvo import __version__
from cvo.errors import InputError, QuestionError

if TYPE_CHECKING:
    from cvo.questions import Question

app = typer.Typer(
    name="cvo",
    help="Ask, check and verify what papers say about AI in the cultural value chain.",
    add_completion=True,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


class ReportFormat(StrEnum):
    """The ways to write the findings of a validation."""

    CONCISE = "concise"
    JSON = "json"
    TURTLE = "turtle"


class Lang(StrEnum):
    """The languages of the data."""

    ZH = "zh"
    EN = "en"


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape of a callback
    if wanted:
        typer.echo(f"cvo {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False,
) -> None:
    pass


@app.command()
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
        typer.echo(asking.listing(questions.catalogue(), lang.value if lang else "", _width()), nl=False)
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
    chosen = form.value if form else _by_ending(output, Format) or rows_or_graph
    from cvo.render import write  # noqa: PLC0415

    heading = question.summary.get(lang.value, "") if lang else " · ".join(question.summary.values())
    text = write(answer, chosen, lang=lang.value if lang else "", title=heading, width=_width())
    if chosen == "table" and output is None and answer.truth is None and answer.triples is None:
        milliseconds = f"{(time.perf_counter() - started) * 1000:.0f}"
        rows = (
            f"{len(answer)} 行，{milliseconds} 毫秒"
            if lang is Lang.ZH
            else f"{len(answer)} row{'s' if len(answer) != 1 else ''}, {milliseconds} ms"
        )
        typer.echo(f"{f'{heading}   ' if heading else ''}{rows}", err=True)
    _deliver(text, output)
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


def _width() -> int:
    """Return the width of the terminal, or 0 when stdout is none."""
    if not sys.stdout.isatty():
        return 0
    from shutil import get_terminal_size  # noqa: PLC0415

    return get_terminal_size().columns


def _by_ending(output: Path | None, formats: type[StrEnum]) -> str:
    """Return the one of *formats* that the ending of *output* tells; nothing if there is no ending."""
    endings = {".ttl": "turtle", ".txt": "table", ".rdf": "rdfxml", ".htm": "html"}
    if output is None or not output.suffix:
        return ""
    form = endings.get(output.suffix.lower(), output.suffix.lower().lstrip("."))
    form = "concise" if form == "table" and formats is ReportFormat else form
    if form not in set(formats):
        raise InputError(f"the ending tells no format: {output}", hint="name it with -f")
    return form


def _deliver(text: str, output: Path | None) -> None:
    """Write *text* to stdout, or whole or not at all to the file *output*."""
    if output is None:
        sys.stdout.write(text)
        return
    if output.is_dir():
        raise InputError(f"is a folder, not a file: {output}")
    target = output.resolve()  # what a link points to is written, not the link
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe stays what it is
            target.write_text(text, encoding="utf-8", newline="\n")
            return
        partial.write_text(text, encoding="utf-8", newline="\n")
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}): {output}") from None
    finally:
        partial.unlink(missing_ok=True)


@app.command()
def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Turtle or TriG files, or folders of them.")],
    *,
    form: Annotated[ReportFormat | None, typer.Option("-f", "--format", help="How to write the findings. Default: concise.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")] = None,
) -> None:
    """Check contributed files against the shapes; every finding has its file, line and column.

    Exit status: 0 clean, 1 findings, 2 the files or the command could not be read.
    """
    from cvo import report, validation  # noqa: PLC0415

    chosen = form.value if form else _by_ending(output, ReportFormat) or "concise"
    result = validation.validate(paths)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour = chosen == "concise" and output is None and sys.stdout.isatty() and not plain
    _deliver(report.write(result, chosen, lang=lang.value, colour=colour), output)
    raise typer.Exit(result.status)


@app.command()
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

    from cvo.locate import locate as find  # noqa: PLC0415

    passages = find(file, text)
    for passage in passages:
        if every or passage.status in {"moved", "missing"}:
            typer.echo(str(passage))
    counts = Counter(passage.status for passage in passages)
    typer.echo(", ".join(f"{counts[s]} {s}" for s in ("match", "moved", "missing", "unchecked") if counts[s]), err=True)
    raise typer.Exit(int(bool(counts["moved"] or counts["missing"])))


@app.command()
def passage(
    first: Annotated[str, typer.Argument(help="A few characters with which the passage begins, found once in the document.")],
    last: Annotated[str, typer.Argument(help="A few characters with which it ends.")],
    *,
    text: Annotated[Path, typer.Option("--text", metavar="DOC", help="The document as UTF-8 text.")],
    name: Annotated[str, typer.Option(help="The name of the passage in your file.")] = "p001",
) -> None:
    """Print the Turtle that points to a passage of a document: offsets, length and digest, none of its words."""
    from cvo.locate import passage as point  # noqa: PLC0415

    sys.stdout.write(point(text, first, last, name))
