"""``cvo show``: one term, claim or source on a card."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from cvo.output import Lang, deliver, form_of, width

MOST = 20


class CardFormat(StrEnum):
    """The ways to write a card."""

    TABLE = "table"
    JSON = "json"
    TURTLE = "turtle"


def show(  # noqa: PLR0913 - one parameter for each option
    name: Annotated[str, typer.Argument(help="A term, claim, source, class or relation: by label, name or IRI.")],
    *,
    form: Annotated[CardFormat | None, typer.Option("-f", "--format", help="Default: table, which is the card.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    lang: Annotated[Lang | None, typer.Option(help="Only this language. Default: both.")] = None,
    every: Annotated[bool, typer.Option("--all", help=f"All claims that speak of it, not {MOST}.")] = False,
    data: Annotated[list[str] | None, typer.Option("--data", metavar="PATH", help="Your own RDF files as well. Repeatable.")] = None,
) -> None:
    """Show one term, claim or source: labels, definition, hierarchy, relations and the claims that speak of it.

    Examples: cvo show 肖像权 | cvo show bi-2019:c001 --lang en | cvo show cvo:threatensRight -f turtle
    """
    from cvo import dataset, lookup  # noqa: PLC0415 - only here
    from cvo.ask import card  # noqa: PLC0415 - only here

    loaded = dataset.load(data) if data else dataset.load_shipped()
    iri = lookup.find(name, loaded)
    chosen = form_of(form, output, CardFormat, "table")
    if chosen == "turtle":
        deliver(card.turtle(iri, loaded), output)
        return
    shown = card.of(iri, loaded, None if every or chosen == "json" else MOST)
    deliver(card.as_json(shown) if chosen == "json" else card.as_text(shown, lang.value if lang else "", width()), output)
