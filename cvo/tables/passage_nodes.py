"""Passages as an instance file holds them: a locator, its position and its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from cvo.tables.instance import LAST, TYPE, Node
from cvo.terms import CVO, OA, XSD

if TYPE_CHECKING:
    from cvo.tables.instance import Instance


class Passage(NamedTuple):
    """A passage of *text* (an IRI) from *start* to *end* in *section*, with the *digest* and the *length* that verify it.

    With a *reason* (an IRI) it is one from which no claim is made.
    """

    text: str
    start: int
    end: int
    section: str
    digest: str
    length: int
    reason: str = ""


def nodes_of(iri: str, passage: Passage) -> list[Node]:
    """Return the three nodes of the *passage* called *iri*."""
    integer, uri = ox.NamedNode(f"{XSD}integer"), ox.NamedNode(f"{XSD}anyURI")
    locator = Node(
        iri,
        {
            TYPE: [ox.NamedNode(f"{CVO}Omission" if passage.reason else f"{OA}SpecificResource")],
            f"{OA}hasSource": [ox.NamedNode(passage.text)],
            f"{OA}hasState": [ox.NamedNode(f"{passage.text}-state")],
            f"{CVO}section": [ox.Literal(passage.section)],
            f"{OA}hasSelector": [ox.NamedNode(f"{iri}-position")],
        },
    )
    if passage.reason:
        locator.said[f"{CVO}omissionReason"] = [ox.NamedNode(passage.reason)]
    position = Node(
        f"{iri}-position",
        {
            TYPE: [ox.NamedNode(f"{OA}TextPositionSelector")],
            f"{OA}start": [ox.Literal(str(passage.start), datatype=integer)],
            f"{OA}end": [ox.Literal(str(passage.end), datatype=integer)],
            f"{OA}refinedBy": [ox.NamedNode(f"{iri}-digest")],
        },
    )
    digest = Node(
        f"{iri}-digest",
        {
            TYPE: [ox.NamedNode(f"{CVO}DigestSelector")],
            f"{CVO}passageDigest": [ox.Literal(passage.digest, datatype=uri)],
            f"{CVO}passageLength": [ox.Literal(str(passage.length), datatype=integer)],
        },
    )
    return [locator, position, digest]


def passages_of(instance: Instance) -> dict[str, Passage]:
    """Return the passages of *instance* that are just as `nodes_of` makes them, by name; others are left as they are written."""
    found = {}
    for node in instance.of_kind(f"{OA}SpecificResource", f"{CVO}Omission"):
        position = instance.nodes.get(f"{node.iri}-position")
        digest = instance.nodes.get(f"{node.iri}-digest")
        if position is None or digest is None:
            continue
        try:
            passage = Passage(
                node.one(f"{OA}hasSource"),
                int(position.one(f"{OA}start")),
                int(position.one(f"{OA}end")),
                node.one(f"{CVO}section"),
                digest.one(f"{CVO}passageDigest"),
                int(digest.one(f"{CVO}passageLength")),
                node.one(f"{CVO}omissionReason"),
            )
        except ValueError:
            continue
        if [n.said for n in nodes_of(node.iri, passage)] == [{k: v for k, v in node.said.items() if k != LAST}, position.said, digest.said]:
            found[node.iri.partition("#")[2]] = passage
    return found
