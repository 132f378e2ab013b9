"""``cvo export``: the claims and the vocabulary in the formats of others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cvo.output import deliver, deliver_bytes, form_of

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Give the claims and the vocabulary in the formats of others."
)
Files = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Your own files of claims. Default: the shipped ones.")]
Sources = Annotated[list[str] | None, typer.Option("--source", metavar="KEY", help="Only this source, by its cite key. Repeatable.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all.")]


class QuadFormat(StrEnum):
    """The ways to write graphs with names."""

    TRIG = "trig"
    NQ = "nq"


class Rdf12Format(StrEnum):
    """The formats of RDF 1.2."""

    TURTLE = "turtle"
    TRIG = "trig"
    NT = "nt"
    NQ = "nq"


class GraphFormat(StrEnum):
    """The ways to write one graph."""

    TURTLE = "turtle"
    NT = "nt"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


GraphForm = Annotated[GraphFormat | None, typer.Option("-f", "--format", help="Default: as the ending of FILE tells, else turtle.")]


@app.command()
def nanopub(  # noqa: PLR0913 - one parameter for each option
    files: Files = None,
    *,
    source: Sources = None,
    form: Annotated[QuadFormat | None, typer.Option("-f", "--format", help="Default: as the ending of FILE tells, else trig.")] = None,
    output: Output = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Sign with this RSA key (PEM).")] = None,
    by: Annotated[str, typer.Option(metavar="IRI", help="Who publishes them, such as an ORCID. Default: who encoded them.")] = "",
    created: Annotated[str, typer.Option(metavar="TIME", help="When. Default: the date of the encoding.")] = "",
    base: Annotated[str, typer.Option(metavar="IRI", help="What their trusty URIs begin with.")] = "https://w3id.org/np/",
) -> None:
    """Give each claim as a nanopublication with a trusty URI, signed if you have a key.

    Example: cvo export nanopub --source bi-2019 --key key.pem --by https://orcid.org/0000-0002-1825-0097 -o claims.trig
    """
    from cvo.export import reading  # noqa: PLC0415 - only here
    from cvo.export.nanopub import Publisher  # noqa: PLC0415
    from cvo.export.trusty import Signer  # noqa: PLC0415

    chosen = form_of(form, output, QuadFormat, "trig")
    statements = reading.read(files or (), source or ())
    publisher = Publisher(statements, base, by, created, Signer(key) if key else None)
    deliver(publisher.all(chosen), output)
    _told(len(statements.claims), "nanopublications", publisher.left)


@app.command()
def rdf12(
    files: Files = None,
    *,
    source: Sources = None,
    form: Annotated[Rdf12Format | None, typer.Option("-f", "--format", help="Default: as the ending of FILE tells, else trig.")] = None,
    output: Output = None,
) -> None:
    """Give the claims in RDF 1.2: each claim `rdf:reifies <<( subject predicate object )>>`, quoted and not asserted.

    Example: cvo export rdf12 --source bi-2019 -f turtle
    """
    from collections import Counter  # noqa: PLC0415 - only here

    from cvo.export import rdf12 as room  # noqa: PLC0415
    from cvo.export.reading import read  # noqa: PLC0415

    chosen = form_of(form, output, Rdf12Format, "trig")
    statements = read(files or (), source or ())
    left: Counter[str] = Counter()
    deliver(room.write(room.quads(statements, left), chosen, statements.prefixes()), output)
    _told(len(statements.claims), "claims", left)


@app.command()
def airo(
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Your own files beside the shipped ones.")] = None,
    *,
    source: Sources = None,
    view: Annotated[list[str] | None, typer.Option(metavar="VIEW", help="Which claims are taken at their word. Default: observed.")] = None,
    form: GraphForm = None,
    output: Output = None,
) -> None:
    """Say the claims in AIRO, the AI Risk Ontology, as far as its terms are matched with ours; the rest is counted, with the reasons.

    Example: cvo export airo --view observed --view forecast -o risks.ttl
    """
    from cvo import dataset  # noqa: PLC0415 - only here
    from cvo.export.airo import NAMES, Airo  # noqa: PLC0415
    from cvo.export.turtle import write  # noqa: PLC0415

    chosen = form_of(form, output, GraphFormat, "turtle")
    made = Airo(dataset.load(files) if files else dataset.load_shipped(), source or ())
    triples = made.triples(view or ("observed",))
    deliver(write(triples, chosen, NAMES), output)
    _told(len(triples), "triples", made.left)


@app.command()
def skos(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Your own files of terms. Default: the shipped ones.")
    ] = None,
    *,
    form: GraphForm = None,
    output: Output = None,
) -> None:
    """Give the vocabulary as plain SKOS: concept schemes, concepts, hierarchy both ways, matches with other vocabularies.

    Example: cvo export skos -o vocabulary.ttl
    """
    from collections import Counter  # noqa: PLC0415 - only here

    from cvo.export import skos as room  # noqa: PLC0415
    from cvo.export.turtle import write  # noqa: PLC0415

    chosen = form_of(form, output, GraphFormat, "turtle")
    left: Counter[str] = Counter()
    made = room.triples(files or (), left)
    deliver(write(made, chosen, room.NAMES), output)
    _told(len({triple.subject for triple in made}), "concepts and schemes", left)


@app.command()
def csvw(
    files: Files = None,
    *,
    source: Sources = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="A zip file, or a folder that is there.")] = None,
) -> None:
    """Give claims, passages, sources and terms as CSV on the Web: tables, with metadata that say what each column means.

    Example: cvo export csvw -o claims.zip
    """
    from cvo.export import csvw as room  # noqa: PLC0415 - only here
    from cvo.export.reading import read  # noqa: PLC0415

    statements = read(files or (), source or ())
    made = room.tables(statements)
    if output is not None and output.is_dir():
        for name, content in list(made):
            deliver_bytes(content, output / name)
    else:
        deliver_bytes(room.packed(made), output)
    _told(len(statements.claims), "claims", {})


def _told(number: int, what: str, left: Mapping[str, int]) -> None:
    """Say on stderr how many were written and what was left out, with the reasons."""
    typer.echo(f"{number:,} {what}", err=True)
    for why, count in sorted(left.items(), key=lambda entry: (-entry[1], entry[0])):
        if count:
            typer.echo(f"left out: {count:,} × {why}", err=True)
