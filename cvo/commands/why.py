"""``cvo why``: trace a statement to the claims."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, form_of


class Form(StrEnum):
    """The ways to write the reasons."""

    TEXT = "text"
    JSON = "json"


def why(  # noqa: PLR0913 - one parameter for each option
    subject: Annotated[str, typer.Argument(help="A term: its name, prefixed name or label.")],
    relation: Annotated[str, typer.Argument(help="A relation, or `a` for membership of a class.")],
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="A term, or a class after `a`.")],
    *,
    view: Annotated[list[str] | None, typer.Option(help="Only in this view. Repeatable: views together.")] = None,
    form: Annotated[Form | None, typer.Option("-f", "--format", help="Default: text.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only this language. Default: both.")] = None,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="RDF files or folders beside the shipped data.")] = None,
) -> None:
    """Say why a statement holds: the axioms used, down to the claims, who makes them and where.

    Exit status: 0 it holds, 1 it does not follow, 2 a word or a view is unknown.
    """
    from cvo import dataset  # noqa: PLC0415
    from cvo.reason import why as reasons  # noqa: PLC0415

    loaded = dataset.load(data) if data else dataset.load_shipped()
    found = reasons.why((subject, relation, object_), view or [], loaded)
    chosen = form_of(form, output, Form, "text")
    deliver(reasons.write(found, chosen, lang.value if lang else ""), output)
    raise typer.Exit(int(found.tree is None))
