"""What a site is made of: every statement by subject and by object, and the documents that our IRIs belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from cvo.dataset import expand, kind_of, shipped_files, syntax_problem
from cvo.files import base_iri, shipped, unpacked
from cvo.jsonld import kind_of as kind_of_value
from cvo.terms import CVO, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

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
    path = iri[len(BASE) :].partition("#")[0]
    return path if _is_path(path) else ""


@lru_cache(1 << 16)
def _is_path(path: str) -> bool:
    return _PATH.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours: what it was read from, the *graph* of its statements (none: the default one), and the *iri* that it is the document of."""

    path: Path
    graph: str
    iri: str = ""

    @property
    def is_shapes(self) -> bool:
        """Return whether it says what a file must meet, which is no statement about the vocabulary."""
        return self.path.parent.name == "shapes"


@dataclass(slots=True)
class Model:
    """What the files say: *out* by subject and relation, *into* by object, sorted.

    *kinds* are the kinds of values that each relation has, of which the JSON-LD context is made.
    """

    files: tuple[File, ...] = ()
    out: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    into: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    _documents: list[str] = field(default_factory=list)

    def values(self, iri: str, relation: str) -> list[Term]:
        """Return what *relation* says of *iri*."""
        said = self.out.get(iri)
        return said.get(relation, []) if said else []

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
        if not self._documents:
            self._documents = sorted({path for iri in self.out if (path := path_of(iri))})
        return self._documents


def files_of(data: Sequence[str] = (), extra: Iterable[Path] = ()) -> list[File]:
    """Return the shipped files, those of *data* and the *extra* ones, not yet read.

    Raises: InputError, if something is missing.
    """
    files = {path: File(path, graph.value if graph else "") for path, graph in shipped_files()}
    for path in (*expand(list(data)), *shipped("ontology/alignments"), *shipped("shapes"), *extra):
        files.setdefault(path, File(path, ""))
    return list(files.values())


def read(files: Iterable[File], more: Iterable[tuple[File, Sequence[str]]] = ()) -> Model:
    """Return what *files* say as a model, which knows of the *files* in Turtle what they are the documents of; and *more*, lines of others.

    Raises: InputError or SyntaxProblem, as `cvo.dataset.load` does.
    """
    documents, triples = [], {}
    model = Model()
    for file in files:
        found = statements(file)
        name = file.graph or document_of(q.triple for q in found)
        if name and file.path.suffix == ".ttl":
            documents.append(File(file.path, file.graph, name))
        if file.is_shapes:
            continue
        for quad in found:
            triple = quad.triple
            triples[str(triple)] = triple
    for _, lines in more:
        for quad in ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES):
            triples[str(quad.triple)] = quad.triple
    model.files = tuple(documents)
    _index(model, triples)
    return model


def _parsed(file: File) -> Iterator[ox.Quad]:
    try:
        with unpacked(file.path) as (opened, _):
            yield from ox.parse(input=opened, format=kind_of(file.path), base_iri=base_iri(file.path))
    except SyntaxError as error:
        raise syntax_problem(error, file.path) from None


def statements(file: File) -> list[ox.Quad]:
    """Return the statements of *file*, blank nodes named by RDFC-1.0 and the file, so that they are the same in every run."""
    quads = list(_parsed(file))
    prefix = f"{file.path.parent.name}-{file.path.stem}-".replace(".", "-")

    def own(node: Term) -> Term:
        return ox.BlankNode(prefix + node.value) if isinstance(node, ox.BlankNode) else node

    quads, unnamed = canonical(quads)
    return quads + [ox.Quad(own(q.subject), q.predicate, own(q.object), q.graph_name) for q in unnamed]  # type: ignore[arg-type]  # as they were


def canonical(quads: Sequence[ox.Quad]) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Return those of *quads* without blank nodes, and the others with names by RDFC-1.0, which needs no more than these."""
    named: list[ox.Quad] = []
    unnamed: list[ox.Quad] = []
    for quad in quads:
        (unnamed if "_:" in str(quad) and is_unnamed(quad) else named).append(quad)
    if unnamed:
        found = ox.Dataset(unnamed)
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        unnamed = list(found)
    return named, unnamed


def is_unnamed(quad: ox.Quad) -> bool:
    """Return whether *quad* has a blank node."""
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode) or isinstance(quad.graph_name, ox.BlankNode)


def document_of(triples: Iterable[ox.Triple]) -> str:
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


def _index(model: Model, triples: dict[str, ox.Triple]) -> None:
    """Put *triples* in, in the order of their lines; a node that is spoken of twice is one object, for there are many statements."""
    same: dict[Term, Term] = {}
    out, into, kinds = model.out, model.into, model.kinds
    names: dict[ox.NamedNode, str] = {}
    heads: dict[Term, str] = {}
    for line in sorted(triples):
        triple = triples.pop(line)
        node, value = triple.subject, triple.object
        predicate = triple.predicate
        relation = names.get(predicate) or names.setdefault(predicate, predicate.value)
        key: str = node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"  # type: ignore[union-attr]  # no triple terms
        said = out.get(key)
        if said is None:
            said = out[key] = {}
        kind = kind_of_value(value)
        if kind == "id":
            value = same.setdefault(value, value)
            other = heads.get(value) or heads.setdefault(value, value.value if isinstance(value, ox.NamedNode) else f"_:{value.value}")  # type: ignore[union-attr]  # as above
            into.setdefault(other, []).append((relation, key))
        kinds.setdefault(relation, set()).add(kind)
        if relation in said:
            said[relation].append(value)
        else:
            said[relation] = [value]


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
