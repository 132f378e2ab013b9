"""A state of the data: what a file, a folder, a dump or a revision of git says of each thing, comparable with another state."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.dataset import expand, syntax_problem
from cvo.errors import EngineError, InputError
from cvo.export.reading import KINDS, parsed
from cvo.files import base_iri, data_root, shipped
from cvo.terms import CVO, CVT, OA, OWL, RDF, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cvo.export.reading import Node, Term

FOLDERS = ("ontology", "instances")
DUMP = "data/cvo.nq.gz"
_TYPE = f"{RDF}type"
_ONTOLOGY = "https://w3id.org/cvo/ns"
GROUPS = ("class", "property", "value", "term", "source", "claim", "comparison", "passage", "document", "other", "axiom")
"""The groups of things, in the order of a report. An axiom is a statement that no name begins."""
_BY_TYPE = {
    **{f"{OWL}{kind}": "property" for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")},
    **dict.fromkeys(KINDS, "claim"),
    f"{OWL}Class": "class",
    f"{CVO}Source": "source",
    f"{CVO}Comparison": "comparison",
    f"{OWL}Ontology": "document",
    f"{SKOS}ConceptScheme": "document",
    **{f"{CVO}{kind}": "passage" for kind in ("Omission", "Expression", "TextState", "DigestSelector", "Encoding")},
    **{f"{OA}{kind}": "passage" for kind in ("SpecificResource", "TextPositionSelector")},
}


@dataclass(frozen=True, slots=True)
class State:
    """What *things* are said to be: by IRI, relation and value; values are N-Triples, those without a name in canonical form."""

    name: str
    things: Mapping[str, Mapping[str, frozenset[str]]]

    @property
    def version(self) -> str:
        """Return the version that the ontology states; nothing if it states none."""
        stated = self.things.get(_ONTOLOGY, {}).get(f"{OWL}versionInfo", ())
        return next((text[1:].partition('"')[0] for text in sorted(stated)), "")

    def group(self, iri: str) -> str:
        """Return which of `GROUPS` the thing *iri* is of."""
        if iri.startswith("["):
            return "axiom"
        kinds = {value[1:-1] for value in self.things[iri].get(_TYPE, ())}
        found = sorted((_BY_TYPE[kind] for kind in kinds if kind in _BY_TYPE), key=GROUPS.index)
        if found and (found[0] not in ("class", "property") or iri.startswith(CVO)):
            return found[0]
        if f"{SKOS}inScheme" in self.things[iri] or iri.startswith(CVT):
            return "term"
        return "value" if iri.startswith(CVO) else "other"


def read(name: str | None = None) -> State:
    """Return the state that *name* means: a file, a folder (a checkout, a built site, RDF files), a revision of git, or today's data.

    Raises: InputError, if it means none of these or cannot be read; SyntaxProblem, if a file is no RDF; EngineError, if git is missing.
    """
    if name is None:
        here = _top(Path.cwd())
        root = here if here is not None and _is_checkout(here) else data_root()
        return State("", _things(quad for path in _data_of(root) for quad in parsed(path)))
    if not name:
        raise InputError("the name of what to compare is empty", hint="name a file, a folder or a revision of git")
    path = Path(name)
    if path.is_dir():
        paths = _data_of(path) if _is_checkout(path) else [path / DUMP] if (path / DUMP).is_file() else expand(name)
        return State(name, _things(quad for one in paths for quad in parsed(one)))
    if path.exists() or path.suffix in (".ttl", ".trig", ".nq", ".nt", ".gz", ".rdf", ".owl", ".jsonld"):
        return State(name, _things(parsed(path)))
    return State(name, _things(_revision(name)))


def _is_checkout(folder: Path) -> bool:
    return all((folder / inside).is_dir() for inside in FOLDERS)


def _data_of(root: Path) -> list[Path]:
    if root == data_root():
        return [path for folder in FOLDERS for path in shipped(folder)]
    return [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.ttl"))]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = which("git")
    if git is None:
        raise EngineError("git is not installed", hint="compare files, folders or dumps instead")
    return subprocess.run([git, *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603


def _top(folder: Path) -> Path | None:
    if which("git") is None:
        return None
    ran = _git(folder, "rev-parse", "--show-toplevel")
    return Path(ran.stdout.decode().rstrip("\n")) if ran.returncode == 0 else None


def _revision(name: str) -> Iterable[ox.Quad]:
    """Return what the ontology and the claims said at the revision *name* of the repository that we are in, or else of our own."""
    for folder in (Path.cwd(), data_root()):
        commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        top = _top(folder)
        if commit.returncode == 0 and top is not None:
            break
    else:
        raise InputError(
            f"neither a file nor a revision of git: {name}", hint="a shallow clone has only the newest: git fetch --unshallow --tags"
        )
    sha = commit.stdout.decode().strip()
    there = _git(top, "ls-tree", "--name-only", sha).stdout.decode().split("\n")
    folders = [folder for folder in FOLDERS if folder in there]
    if not folders:
        raise InputError(f"this revision has neither ontology nor claims: {name}")
    archive = _git(top, "archive", "--format=tar", sha, *folders)
    if archive.returncode:
        raise InputError(f"git says: {archive.stderr.decode('utf-8', 'replace').strip()}")
    quads: list[ox.Quad] = []
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.name.endswith(".ttl") else None
            if file is not None:
                quads += _parsed(file.read(), Path(member.name), name)
    return quads


def _parsed(data: bytes, path: Path, revision: str) -> list[ox.Quad]:
    try:
        return list(ox.parse(input=data.removeprefix(b"\xef\xbb\xbf"), format=ox.RdfFormat.TURTLE, base_iri=base_iri(path)))
    except SyntaxError as error:
        raise syntax_problem(error, Path(f"{revision}:{path.as_posix()}")) from None
    except ValueError as error:
        raise InputError(f"cannot be read ({error}): {revision}:{path.as_posix()}") from None


def _things(quads: Iterable[ox.Quad]) -> dict[str, dict[str, frozenset[str]]]:
    """Return what *quads* say by thing; a thing without a name is part of what leads to it, or else an axiom of its own."""
    out: dict[Node, dict[tuple[str, Term], None]] = {}
    pointed: set[Term] = set()
    for quad in quads:
        out.setdefault(quad.subject, {})[quad.predicate.value, quad.object] = None  # type: ignore[arg-type]  # no triple terms are read
        if isinstance(quad.object, ox.BlankNode):
            pointed.add(quad.object)
    found: dict[str, dict[str, set[str]]] = {}
    for node, said in out.items():
        if isinstance(node, ox.NamedNode):
            for relation, value in said:
                text = _canonical(out, node, relation, value) if isinstance(value, ox.BlankNode) else str(value)
                found.setdefault(node.value, {}).setdefault(relation, set()).add(text)
        elif node not in pointed:
            found[_canonical(out, ox.NamedNode("axiom:"), "axiom:", node)] = {}
    return {iri: {relation: frozenset(values) for relation, values in said.items()} for iri, said in found.items()}


def _canonical(out: Mapping[Node, Mapping[tuple[str, Term], None]], subject: ox.NamedNode, relation: str, value: ox.BlankNode) -> str:
    """Return all that is said below the unnamed *value*, by the canonical names of RDFC-1.0: the same for what says the same."""
    graph = ox.Dataset([ox.Quad(subject, ox.NamedNode(relation), value)])
    open_, seen = [value], {value}
    while open_:
        node = open_.pop()
        for name, below in out.get(node, ()):
            graph.add(ox.Quad(node, ox.NamedNode(name), below))
            if isinstance(below, ox.BlankNode) and below not in seen:
                seen.add(below)
                open_.append(below)
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return f"[ {' . '.join(sorted(str(quad.triple) for quad in graph if quad.subject != subject))} ]"
