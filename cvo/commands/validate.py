"""``cvo validate``: check contributed files."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.errors import InputError, Message
from cvo.output import Lang, by_ending, deliver


class Engine(StrEnum):
    """The engines that check shapes."""

    FAST = "fast"
    PYSHACL = "pyshacl"


class ReportFormat(StrEnum):
    """The ways to write the findings of a validation."""

    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"
    MD = "md"
    HTML = "html"
    TURTLE = "turtle"


class FailOn(StrEnum):
    """The least severity with which a finding makes the run fail."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def validate(  # noqa: C901, PLR0913 - one parameter for each option
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="RDF files (gzip too), tables, folders of them or globs.")
    ] = None,
    *,
    form: Annotated[
        ReportFormat | None,
        typer.Option("-f", "--format", help="How to write the findings. Default: concise, or what FILE's ending tells."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    engine: Annotated[Engine, typer.Option(help="The SHACL engine; both find the same.")] = Engine.FAST,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")] = None,
    also: Annotated[
        list[Path] | None, typer.Option("--also", metavar="FILE", help="Write it to FILE too, as its ending tells. Repeatable.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair Turtle and its kin where one answer is clear, then report the rest.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change as a unified diff; write nothing.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Only files that differ from git's HEAD, and new ones. PATH: .")] = False,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="[ID=]DOC", help="The document of a table, as for cvo encode; ID may be its cite key. Repeatable."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Break off a check that takes longer. 0: never. Default: 60 with --against, else 0."),
    ] = None,
    base: Annotated[str, typer.Option("--base", metavar="REF", help="With --changed: since REF and HEAD parted.")] = "HEAD",
    watch: Annotated[bool, typer.Option("--watch", help="Check again at each change; Ctrl-C ends it.")] = False,
    against: Annotated[list[str] | None, typer.Option("--against", metavar="SHAPES", help="Other SHACL shapes. Repeatable.")] = None,
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="CODE,...", help="Only findings whose code begins so. Repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODE,...", help="No findings whose code begins so. Repeatable.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", metavar="N", min=1, help="Processes for a corpus. Default: all cores.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="FILE", help="Keep what is done in FILE; unchanged files are not checked again.")
    ] = None,
    scheduler: Annotated[str, typer.Option("--scheduler", metavar="ADDRESS", help="Check on the workers of a Dask scheduler.")] = "",
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="The least severity that gives exit status 1.")] = FailOn.VIOLATION,
) -> None:
    """Check contributed files against the shapes; every finding has its file, line and column, or its cell.

    Reads Turtle, TriG, N-Triples, N-Quads, JSON-LD (also as YAML), RDF/XML, and tables of claims in YAML, CSV and XLSX.

    What a rule asks, tells `cvo explain CODE`. Exit status: 0 clean, 1 findings, 2 the files or the command could not be read.
    """
    from cvo.validation import report, selection, validating  # noqa: PLC0415
    from cvo.validation.reports.words import noted  # noqa: PLC0415

    if base != "HEAD" and not changed:
        raise InputError(Message("--base goes with --changed", "--base 须与 --changed 同用"))
    if watch and diff:
        raise InputError(Message("--watch does not go with --diff", "--watch 不能与 --diff 同用"))
    if watch and (jobs or resume or scheduler):
        zh = "--watch 不能与 --jobs、--resume、--scheduler 同用"
        raise InputError(Message("--watch does not go with --jobs, --resume and --scheduler", zh))
    chosen = form.value if form else by_ending(output, ReportFormat) or "concise"
    copies = [(file, by_ending(file, ReportFormat) or "concise") for file in also or ()]
    lists = dict(zip(("paths", "against", "select", "ignore", "text"), (paths, against, select, ignore, text), strict=True))
    asked = {name: tuple(each or ()) for name, each in lists.items()}
    run = validating.Run(
        **asked,
        engine=engine.value,
        changed=changed,
        base=base,
        fix=fix,
        diff=diff,
        timeout=timeout,
        jobs=jobs,
        resume=resume,
        scheduler=scheduler,
    )
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour = chosen == "concise" and output is None and sys.stdout.isatty() and not plain

    def show() -> int:
        if watch and chosen == "concise" and output is None:
            typer.echo("正在检查……" if lang is Lang.ZH else "Checking …")
        result, repaired = run.outcome()
        for note in result.notes:
            typer.echo(noted(note, lang.value), err=True)
        if repaired:
            typer.echo(validating.told(repaired, lang.value, written=not diff), err=True)
        if repaired and diff:
            deliver(repaired.diff(), output)
            return int(bool(repaired.texts)) or selection.status(result, fail_on.value)
        for file, kind in copies:
            deliver(report.write(result, kind, lang=lang.value), file)
        deliver(report.write(result, chosen, lang=lang.value, colour=colour), output)
        return selection.status(result, fail_on.value)

    if not watch and run.is_corpus():
        from cvo.validation.corpora import telling  # noqa: PLC0415 - not for a few files

        told = telling.Telling(chosen, lang.value, output, copies, run.looks(), fail_on.value, colour)
        raise typer.Exit(telling.tell(run.checking(), told))
    if watch:
        validating.watch(run, show)
    raise typer.Exit(show())
