"""Graphs to a SPARQL store on the network, over the Graph Store Protocol: only those that changed, each whole or not at all."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from cvo.dataset import expand, kind_of, shipped_files, syntax_problem
from cvo.errors import EndpointError, InputError
from cvo.files import base_iri, unpacked
from cvo.terms import CVO, OWL, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cvo.engines.remote import Remote

DIGESTS = "https://w3id.org/cvo/graphs"
"""The graph at the store that says of each pushed graph which digest it has."""
DIGEST = ox.NamedNode(f"{CVO}graphDigest")
EVERYTHING = "default"
ACCESS = "put the name and the password for this host into ~/.netrc, or name the store in remotes.toml"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was done with one graph: ``sent``, ``unchanged`` or ``would send``; *quads* counts its triples."""

    graph: str
    status: str
    quads: int


def push(  # noqa: PLR0913 - each is a wish of its own
    remote: Remote,
    paths: Sequence[str | Path],
    *,
    with_shipped: bool = True,
    merged: bool = False,
    every: bool = False,
    dry_run: bool = False,
    told: Callable[[Pushed], None] = lambda _: None,
) -> list[Pushed]:
    """Send the graphs of *paths* and of the shipped data to *remote*, the address of a Graph Store; return what was done.

    A graph whose digest is the one that the store has on record is not sent, unless *every*; after each graph the record is
    written, so that a push that was stopped goes on where it was. With *merged* all triples are sent as the default graph, too.
    With *dry_run* nothing is sent. *told* is called with each graph as it is done.

    Raises: InputError or SyntaxProblem, if a file cannot be read; EndpointError, if the store does not take a graph.
    """
    graphs = _graphs(paths, with_shipped=with_shipped)
    if not graphs:
        raise InputError("there is nothing to push", hint="name files, or leave --only-data out")
    if merged:
        graphs[EVERYTHING] = {triple for triples in graphs.values() for triple in triples}
    known = {} if every else _known(remote)
    done = []
    for name, triples in graphs.items():
        digest = _digest(triples)
        if known.get(name) == digest:
            status = "unchanged"
        elif dry_run:
            status = "would send"
        else:
            _put(remote, name, triples)
            known[name] = digest
            _put(remote, DIGESTS, _record(known))
            status = "sent"
        done.append(Pushed(name, status, len(triples)))
        told(done[-1])
    return done


def _graphs(paths: Sequence[str | Path], *, with_shipped: bool) -> dict[str, set[ox.Triple]]:
    """Return the triples by graph: the one that a quad names, that of a source's claims, else the ontology or the file they stand in."""
    graphs: dict[str, set[ox.Triple]] = {}
    files = [*(shipped_files() if with_shipped else ()), *((path, None) for path in expand(paths))]
    for path, graph in files:
        quads = _quads(path)
        name = graph.value if graph else _ontology(quads) or base_iri(path)
        for quad in quads:
            named = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else name
            graphs.setdefault(named, set()).add(quad.triple)
    return graphs


def _quads(path: Path) -> list[ox.Quad]:
    try:
        with unpacked(path) as (file, _):
            return list(ox.parse(input=file, format=kind_of(path), base_iri=base_iri(path), rename_blank_nodes=True))
    except SyntaxError as error:
        raise syntax_problem(error, path) from None
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot be read ({error}): {path}") from None


def _ontology(quads: Iterable[ox.Quad]) -> str:
    """Return the IRI of the ontology or vocabulary that the file is; nothing if it is none."""
    kinds = {ox.NamedNode(f"{OWL}Ontology")}
    found = (quad.subject for quad in quads if quad.predicate.value == f"{RDF}type" and quad.object in kinds)
    return next((node.value for node in found if isinstance(node, ox.NamedNode)), "")


def _digest(triples: Iterable[ox.Triple]) -> str:
    """Return the SHA-256 of *triples* as canonical N-Quads (RDFC-1.0), as an RFC 6920 name: blank nodes have the same labels each time."""
    data = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
    digest = hashlib.sha256("".join(sorted(f"{quad} .\n" for quad in data)).encode()).digest()
    return f"ni:///sha-256;{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _record(known: dict[str, str]) -> set[ox.Triple]:
    kind = ox.NamedNode(f"{XSD}anyURI")
    return {
        ox.Triple(ox.NamedNode(f"{CVO}defaultGraph" if name == EVERYTHING else name), DIGEST, ox.Literal(digest, datatype=kind))
        for name, digest in known.items()
    }


def _known(remote: Remote) -> dict[str, str]:
    """Return the digests that the store has on record."""
    response = remote.send("GET", _address(remote, DIGESTS), {"Accept": "application/n-triples, text/turtle;q=0.9"})
    said = response.data
    response.close()
    if response.status == 404:  # noqa: PLR2004 - not found: nothing was pushed yet
        return {}
    if response.status != 200:  # noqa: PLR2004 - OK
        raise EndpointError(f"the store answered {response.status} when asked for a graph: {remote.url}", hint=_hint(response.status))
    media = response.headers.get("Content-Type", "")
    kind = ox.RdfFormat.N_TRIPLES if "n-triples" in media or "plain" in media else ox.RdfFormat.TURTLE
    try:
        quads = list(ox.parse(input=said, format=kind, base_iri=DIGESTS))
    except SyntaxError as error:
        raise EndpointError(f"the store does not answer with RDF ({error}): {remote.url}", hint=_HINT) from None
    every = f"{CVO}defaultGraph"
    return {
        EVERYTHING if quad.subject.value == every else quad.subject.value: quad.object.value
        for quad in quads
        if quad.predicate == DIGEST and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }


_HINT = "the address must be that of a Graph Store, which often ends with /store, /data or /sparql-graph-crud-auth"


def _hint(status: int) -> str:
    return ACCESS if status in (401, 403) else _HINT


def _put(remote: Remote, graph: str, triples: Iterable[ox.Triple]) -> None:
    body = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES)
    # N-Triples are Turtle, and Turtle is what every store must take
    response = remote.send("PUT", _address(remote, graph), {"Content-Type": "text/turtle; charset=utf-8"}, body)
    answer = response.data
    response.close()
    if not 200 <= response.status < 300:  # noqa: PLR2004 - success
        said = " ".join(answer[:2_000].decode("utf-8", "replace").split())[:300]
        raise EndpointError(
            f"the store answered {response.status}{f' ({said})' if said else ''} to the graph: {graph}", hint=_hint(response.status)
        )


def _address(remote: Remote, graph: str) -> str:
    mark = "&" if "?" in remote.url else "?"
    return f"{remote.url}{mark}{_query(graph)}"


def _query(graph: str) -> str:
    return "default" if graph == EVERYTHING else f"graph={quote(graph, safe='')}"
