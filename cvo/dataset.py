"""Files in, one store out: the shipped ontology and claims, and a user's own files beside them."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import snapshot
from cvo.answers import whole
from cvo.engines import sparql
from cvo.errors import InputError, Place, SyntaxProblem
from cvo.files import base_iri, shipped, unpacked
from cvo.terms import COMPARISONS, SOURCE
from cvo.tokens import speaks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from io import BufferedReader

    from cvo.answers import Answer, Stream

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
ENDINGS = (*FORMATS, *(f"{ending}.gz" for ending in FORMATS))


@dataclass(frozen=True, slots=True)
class Derived:
    """Statements worked out from the data: *key* names how, by the *files* that say how, and *quads* does it."""

    key: str
    files: tuple[Path, ...]
    quads: Callable[[Dataset], Iterable[ox.Quad]]


@dataclass(slots=True)
class Dataset:
    """RDF ready to be asked: *files*, each with the graph that its triples belong to, and the *store* that holds them.

    The default graph is the merge of everything, so that a question need not know about graphs. The
    named graphs (one for each source) are only filled for a query that speaks of graphs: Oxigraph's own
    union of graphs repeats a triple that stands in two of them, and filling them doubles the time to load.
    """

    files: tuple[tuple[Path, ox.NamedNode | None], ...]
    store: ox.Store
    snapshot: Path | None = None
    named: bool = False
    derived: Derived | None = None

    def query(self, query: str) -> Answer:
        """Return the answer of the SPARQL text *query*.

        Raises: SyntaxProblem, if it is not SPARQL 1.1, or would leave this machine (SERVICE).
        """
        try:
            return whole(self.stream(query))
        except snapshot.DAMAGE:
            if self.snapshot is None:
                raise
        snapshot.discard(self.snapshot)
        self.store, self.snapshot, self.named = _read(self.files), None, False
        self.derive()
        return self.query(query)

    def derive(self) -> None:
        """Add what is derived from the data to them."""
        if self.derived is not None:
            self.store.extend(self.derived.quads(self))

    def stream(self, query: str) -> Answer | Stream:
        """Return the answer of *query*, the rows of a SELECT one by one. Raises: as `query`."""
        if speaks_of("SERVICE", query):
            raise SyntaxProblem("SERVICE is refused: a query here never leaves this machine", hint="load the data with --data")
        if not self.named and (speaks_of("GRAPH", query) or speaks_of("FROM", query)):
            self._fill_named_graphs()
        return sparql.stream(self.store, query)

    def holds_graph(self, iri: str) -> bool:
        """Return whether *iri* names a graph of the data."""
        if not self.named:
            self._fill_named_graphs()
        return self.store.contains_named_graph(ox.NamedNode(iri))

    def keep(self) -> None:
        """Make a snapshot of the files, if they are the shipped ones and it is not there yet."""
        folder = _folder(self.files, self.derived)
        if self.snapshot is None and folder is not None and not folder.exists():
            if not self.named:
                self._fill_named_graphs()
            snapshot.make(folder, self.store)

    def _fill_named_graphs(self) -> None:
        for path, graph in self.files:
            if graph is not None:
                read_into(self.store, path, graph)
        self.named = True


def load(data: str | Path | Sequence[str | Path] = (), *, with_shipped: bool = True, derived: Derived | None = None) -> Dataset:
    """Return the shipped ontology and claims together with *data*: one or several files, folders or glob patterns.

    Without *with_shipped* only *data* is read; what is *derived* from them is added.
    Raises: InputError, if something is missing, not readable or of an unknown kind; SyntaxProblem, with file, line
    and column, if a file is not what its name says.

    >>> len(load().query("SELECT ?risk { ?risk a cvo:Risk }")) > 0
    True
    """
    files = (*(shipped_files() if with_shipped else ()), *((path, None) for path in expand(data)))
    return _fresh(files, derived)


def load_shipped(derived: Derived | None = None) -> Dataset:
    """Return the shipped ontology and claims, and what is *derived*; of a snapshot, where there is one, the store is read-only."""
    files = shipped_files()
    folder = _folder(files, derived)
    store = snapshot.open_(folder)
    return _fresh(files, derived) if store is None else Dataset(files, store, folder, named=True, derived=derived)


def _fresh(files: tuple[tuple[Path, ox.NamedNode | None], ...], derived: Derived | None) -> Dataset:
    data = Dataset(files, _read(files), derived=derived)
    data.derive()
    return data


def _folder(files: Iterable[tuple[Path, ox.NamedNode | None]], derived: Derived | None) -> Path | None:
    """Return where the snapshot of *files* and of what is *derived* is or would be."""
    more = derived.files if derived else ()
    return snapshot.folder_of((*(path for path, _ in files), *more), derived.key if derived else "")


def shipped_files() -> tuple[tuple[Path, ox.NamedNode | None], ...]:
    """Return the files of the ontology and of the claims, each of these with its named graph."""
    instances = ((path, ox.NamedNode(graph_of(path))) for path in shipped("instances"))
    return (*((path, None) for path in shipped("ontology")), *instances)


def graph_of(path: Path) -> str:
    """Return the IRI of the named graph of the instance file *path*: its source's, or that of the comparisons across sources.

    >>> graph_of(Path("instances/bi-2019.ttl")), graph_of(Path("instances/comparisons.ttl"))
    ('https://w3id.org/cvo/source/bi-2019', 'https://w3id.org/cvo/comparisons')
    """
    return COMPARISONS if path.stem == "comparisons" else SOURCE + path.stem


def _read(files: Iterable[tuple[Path, ox.NamedNode | None]]) -> ox.Store:
    store = ox.Store()
    for path, _ in files:
        read_into(store, path, ox.DefaultGraph())
    return store


def expand(names: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the RDF files that *names* mean: a file, a folder's RDF files at any depth, a glob pattern; gzip as well.

    Raises: InputError, if a name means no file.
    """
    found: list[Path] = []
    for name in [names] if isinstance(names, (str, Path)) else names:
        if not str(name):
            raise InputError("a file name is empty", hint="write . for the folder you are in")
        path = Path(name)
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.name.lower().endswith(ENDINGS) and p.is_file() and not _hidden(p.relative_to(path))
            )
            if not inside:
                raise InputError(f"no RDF file in the folder: {name}", hint=f"looked for {' '.join(FORMATS)}")
            found += inside
        elif path.exists() or not glob.has_magic(str(name)):
            found.append(path)
        else:
            named = map(Path, glob.glob(str(name), recursive=True))  # noqa: PTH207 - absolute patterns too
            matches = sorted(p for p in named if _is_rdf(p))
            if not matches:
                raise InputError(f"no RDF file matches: {name}")
            found += matches
    return found


def _is_rdf(path: Path) -> bool:
    return path.name.lower().endswith(ENDINGS) and path.is_file()


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_into(store: ox.Store, path: Path, graph: ox.NamedNode | ox.DefaultGraph) -> None:
    """Add the triples of *path* to *store*, in *graph*; the named graphs of a TriG or N-Quads file are kept and merged.

    Raises: InputError or SyntaxProblem, as `load` does.
    """
    kind = kind_of(path)
    try:
        with unpacked(path) as (file, _):
            if kind == ox.RdfFormat.RDF_XML:
                _refuse_nested_entities(file, path)
            if kind.supports_datasets:
                for quad in ox.parse(input=file, format=kind, base_iri=base_iri(path)):
                    store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
                    store.add(quad)
            else:
                store.load(input=file, format=kind, to_graph=graph, base_iri=base_iri(path))
    except SyntaxError as error:
        raise syntax_problem(error, path) from None
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot be read ({error}): {path}") from None


def kind_of(path: Path) -> ox.RdfFormat:
    """Return the kind of RDF file that the name of *path* tells, with or without ``.gz``.

    Raises: InputError, if it tells none.
    """
    kind = FORMATS.get(Path(path.name.lower().removesuffix(".gz")).suffix)
    if kind is None:
        raise InputError(f"not a kind of RDF file that cvo knows: {path}", hint=f"expected one of {' '.join(FORMATS)}, or .gz of it")
    return kind


_NESTED = re.compile(rb"""<!ENTITY\s+\S+\s+(["'])[^"']*&(?!\#|lt;|gt;|amp;|quot;|apos;)""")


def _refuse_nested_entities(file: BufferedReader, path: Path) -> None:
    """Raise an InputError if the head of an RDF/XML file defines entities by entities: a kilobyte of them makes a gigabyte."""
    head = file.peek(1 << 16)
    if _NESTED.search(head):
        raise InputError(f"entities that are made of entities are not read: {path}", hint="write the IRIs out")


def syntax_problem(error: SyntaxError, path: Path) -> SyntaxProblem:
    """Return Oxigraph's syntax *error* in *path* as one of ours, at its place."""
    message = str(error.msg or error)
    _, _, tail = message.partition(": ")
    if message.startswith("Parser error") and tail:
        message = tail
    hint = "save the file as UTF-8" if "UTF-8" in message else ""
    return SyntaxProblem(
        message[:1].lower() + message[1:].rstrip("."), place=Place(str(path), error.lineno or 0, error.offset or 0), hint=hint
    )
