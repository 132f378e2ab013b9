"""What a site is made of: every statement by subject and by object, and the documents that our IRIs belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from cvo.dataset import kind_of, load, load_shipped, syntax_problem
from cvo.files import base_iri, shipped, unpacked
from cvo.terms import CVO, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cvo.dataset import Dataset

BASE = "https://w3id.org/cvo/"
LANGUAGES = ("zh", "en")
LABELS = (f"{RDFS}label", f"{SKOS}prefLabel", "http://purl.org/dc/terms/title", f"{CVO}statement", f"{CVO}citeKey")
_PATH = re.compile(r"(?:[\w-][\w.~-]*/)*[\w-][\w.~-]*")
Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def path_of(iri: str) -> str:
    """Return the path of the document that *iri* belongs to, without ending; nothing if it is none of ours.

    >>> path_of("https://w3id.org/cvo/source/bi-2019#c001"), path_of("http://example.org/"), path_of("https://w3id.org/cvo/../x")
    ('source/bi-2019', '', '')
    """
    if not iri.startswith(BASE):
        return ""
    path = iri.removeprefix(BASE).partition("#")[0]
    return path if _PATH.fullmatch(path) else ""


@dataclass(frozen=True, slots=True)
class File:
    """A Turtle file of ours: what it was read from, the IRI that it is the document of, and its statements without random names."""

    path: Path
    iri: str
    triples: tuple[ox.Triple, ...]


@dataclass(slots=True)
class Model:
    """The statements of all files: *out* by subject and relation, *into* by object, sorted; *data* answers questions about them."""

    data: Dataset
    files: tuple[File, ...]
    quads: tuple[ox.Quad, ...]
    out: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    into: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def values(self, iri: str, relation: str) -> list[Term]:
        """Return what *relation* says of *iri*."""
        return self.out.get(iri, {}).get(relation, [])

    def iris(self, iri: str, relation: str) -> list[str]:
        """Return the things among the `values`."""
        return [node.value for node in self.values(iri, relation) if isinstance(node, ox.NamedNode)]

    def one(self, iri: str, relation: str) -> str:
        """Return the first of the `values` as text, or nothing."""
        return next((node.value for node in self.values(iri, relation) if not isinstance(node, ox.Triple)), "")

    def text(self, iri: str, relation: str, lang: str) -> str:
        """Return what *relation* says of *iri* in *lang*, else without language, or nothing."""
        found = {node.language or "": node.value for node in self.values(iri, relation) if isinstance(node, ox.Literal)}
        return found.get(lang) or found.get("", "")

    def texts(self, iri: str, relation: str, lang: str) -> list[str]:
        """Return all that *relation* says of *iri* in *lang* or without language."""
        return [n.value for n in self.values(iri, relation) if isinstance(n, ox.Literal) and (n.language or lang) == lang]

    def label(self, iri: str, lang: str) -> str:
        """Return the name of *iri* in *lang*, else in the other language, else the last part of it."""
        for language in (lang, *LANGUAGES):
            for relation in LABELS:
                if name := self.text(iri, relation, language):
                    return name
        return re.split(r"[#/]", iri.rstrip("#/"))[-1]

    def subjects(self, relation: str, value: str) -> list[str]:
        """Return the things of which *relation* says *value*, in their order."""
        return [subject for name, subject in self.into.get(value, ()) if name == relation]

    def documents(self) -> list[str]:
        """Return the paths of all documents that our IRIs belong to, sorted."""
        return sorted({path for iri in self.out if (path := path_of(iri))})


def read(data: Sequence[str] = (), extra: Iterable[Path] = ()) -> Model:
    """Return the shipped files, those of *data* and the *extra* ones as a model.

    Raises: InputError or SyntaxProblem, as `cvo.dataset.load` does.
    """
    dataset = load(data) if data else load_shipped()
    seen = {path for path, _ in dataset.files}
    more = [(path, None) for path in (*shipped("ontology/alignments"), *shipped("shapes"), *extra) if path not in seen]
    files, quads = [], []
    for path, graph in (*dataset.files, *more):
        found = _parsed(path)
        inside = sorted({q.triple for q in found}, key=_key)
        shapes = path.parent.name == "shapes"
        name = graph.value if graph is not None else _document(inside)
        if name and path.suffix == ".ttl":
            files.append(File(path, name, tuple(inside)))
        if not shapes:  # what a file must meet is no statement about the vocabulary
            home = graph or ox.DefaultGraph()
            quads += [ox.Quad(q.subject, q.predicate, q.object, q.graph_name if q.graph_name != ox.DefaultGraph() else home) for q in found]
    model = Model(dataset, tuple(files), tuple(sorted(set(quads), key=_key)))
    _index(model, {quad.triple for quad in model.quads})
    return model


def _key(statement: ox.Quad | ox.Triple) -> str:
    return str(statement)


def _parsed(path: Path) -> list[ox.Quad]:
    """Return the statements of *path*, blank nodes named by RDFC-1.0 and the file, so that they are the same in every run."""
    try:
        with unpacked(path) as (file, _):
            quads = list(ox.parse(input=file, format=kind_of(path), base_iri=base_iri(path)))
    except SyntaxError as error:
        raise syntax_problem(error, path) from None
    prefix = f"{path.parent.name}-{path.stem}-".replace(".", "-")

    def own(node: Term) -> Term:
        return ox.BlankNode(prefix + node.value) if isinstance(node, ox.BlankNode) else node

    return [
        ox.Quad(own(q.subject), q.predicate, own(q.object), q.graph_name) if _is_unnamed(q) else q  # type: ignore[arg-type]  # as they were
        for q in canonical(quads)
    ]


def canonical(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return *quads* with their blank nodes named by RDFC-1.0; only those that have any are given to it, which names them the same."""
    quads = list(quads)
    unnamed = [quad for quad in quads if _is_unnamed(quad)]
    if not unnamed:
        return quads
    named = ox.Dataset(unnamed)
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [*(quad for quad in quads if not _is_unnamed(quad)), *named]


def _is_unnamed(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode) or isinstance(quad.graph_name, ox.BlankNode)


def _document(triples: Iterable[ox.Triple]) -> str:
    """Return what the file declares itself to be, or nothing."""
    kinds = {f"{OWL}Ontology", f"{CVO}Source"}
    return next(
        (
            t.subject.value
            for t in triples
            if isinstance(t.subject, ox.NamedNode)
            and t.predicate.value == f"{RDF}type"
            and getattr(t.object, "value", "") in kinds
            and path_of(t.subject.value)
        ),
        "",
    )


def _index(model: Model, triples: Iterable[ox.Triple]) -> None:
    for triple in sorted(triples, key=_key):
        subject, relation, value = triple.subject.value, triple.predicate.value, triple.object  # type: ignore[union-attr]  # no triple terms
        key = subject if isinstance(triple.subject, ox.NamedNode) else f"_:{subject}"
        model.out.setdefault(key, {}).setdefault(relation, []).append(value)
        if isinstance(value, ox.NamedNode):
            model.into.setdefault(value.value, []).append((relation, key))
        elif isinstance(value, ox.BlankNode):
            model.into.setdefault(f"_:{value.value}", []).append((relation, key))


def kind_of_term(model: Model, iri: str) -> str:
    """Return the most telling class of *iri*: one of ours."""
    return next((kind for kind in model.iris(iri, f"{RDF}type") if kind.startswith(CVO)), "")


def claims_of(model: Model, source: str) -> list[str]:
    """Return the claims of *source* in the order of the text, which is that of their numbers."""
    return sorted(model.subjects(f"{CVO}statedIn", source), key=reading_order)


def reading_order(iri: str) -> tuple[str, int, str]:
    """Return what the claim *iri* is sorted by: its source, then its number."""
    digits = re.search(r"(\d+)$", iri)
    return iri.partition("#")[0], int(digits[1]) if digits else 0, iri


def sources(model: Model) -> list[str]:
    """Return the sources, sorted."""
    return sorted(set(model.subjects(f"{RDF}type", f"{CVO}Source")))


def href(path: str, lang: str = "", fragment: str = "") -> str:
    """Return the relative reference, from the top of the site, to the page of *path* in *lang* (empty: the one that chooses)."""
    ending = f".{lang}.html" if lang else ".html"
    return quote(path) + ending + (f"#{quote(fragment)}" if fragment else "")
