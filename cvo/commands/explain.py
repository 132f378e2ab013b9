"""``cvo explain``: what a rule asks."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.errors import InputError
from cvo.output import Lang, by_ending, deliver


class Format(StrEnum):
    """The ways to write an explanation."""

    TABLE = "table"
    JSON = "json"


def explain(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="The codes of findings, such as CVO-POLARITY.")] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="List all codes with what they ask.")] = False,
    lang: Annotated[Lang | None, typer.Option(help="Only this language. Default: both.")] = None,
    form: Annotated[Format | None, typer.Option("-f", "--format", help="table (for people) or json.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
) -> None:
    """Say what a rule asks, with a wrong and a right example."""
    from cvo.validation import explain as explaining  # noqa: PLC0415

    if not codes and not list_:
        raise InputError("no code given", hint="such as: cvo explain CVO-POLARITY; all of them: cvo explain --list")
    found = list(explaining.explanations().values()) if list_ else [explaining.explain(code) for code in codes or ()]
    language = lang.value if lang else ""
    if (form.value if form else by_ending(output, Format)) == Format.JSON:
        text = explaining.as_json(found)
    elif list_:
        text = explaining.listing(language)
    else:
        text = "\n".join(explaining.told(each, language) for each in found)
    deliver(text, output)
