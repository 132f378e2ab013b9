"""``cvo check-live``: a published site, tested from outside."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, by_ending, deliver


class Form(StrEnum):
    """The ways to write what was found."""

    CONCISE = "concise"
    JSON = "json"


class Part(StrEnum):
    """The parts of a site."""

    THINGS = "things"
    FILES = "files"
    ENDPOINT = "endpoint"


def check_live(  # noqa: PLR0913 - each is an option
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the site: files on a host, or `cvo serve`.")],
    *,
    base: Annotated[
        list[str] | None,
        typer.Option(metavar="IRI", help="What begins so is looked for at URL. Repeatable. Default: https://w3id.org/cvo/"),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="How many things to dereference.")] = 20,
    seed: Annotated[int, typer.Option(help="Draws the sample; the same seed draws the same.")] = 0,
    part: Annotated[list[Part] | None, typer.Option(help="Only this part. Repeatable.")] = None,
    frozen: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Digests of the versions: written if new, compared from then on.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take a note, such as of what no file host can do, for an error.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, metavar="SECONDS", help="For each request.")] = 10,
    retries: Annotated[int, typer.Option(min=0, max=10, help="For a host that is busy or does not answer.")] = 2,
    form: Annotated[Form | None, typer.Option("-f", "--format", help="concise (for people) or json.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the messages.")] = Lang.EN,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
) -> None:
    """Test a published site from outside, as linked data should behave: IRIs, formats, languages, dumps, descriptions, SPARQL.

    Exit status: 0 no errors, 1 errors, 2 nobody answers. Example: cvo check-live https://example.org/culture/ --sample 50
    """
    from cvo.live import checking, findings  # noqa: PLC0415 - only here

    parts = tuple(part.value for part in part or Part)
    options = checking.Options(tuple(base or (checking.BASE,)), sample, seed, strict, timeout, retries, parts, frozen)
    tested = checking.check(url, options)
    is_json = (form or by_ending(output, Form)) == Form.JSON
    deliver(findings.as_json(tested) if is_json else findings.concise(tested, lang.value), output)
    raise typer.Exit(tested.status)
