"""What stands beside a contribution: the terms that are declared, and those of their triples that the shapes read.

The shapes read a tenth of the ontology's triples. These are kept in the user's cache folder in a form that is read in two
milliseconds, where parsing the files takes a hundred. As with a snapshot, its name tells which files, which engine and
which predicates it was made from, so that a stale one is never found; one that is damaged is made anew.
"""

from __future__ import annotations

import hashlib
import marshal
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import snapshot
from cvo.contribution import read
from cvo.files import shipped
from cvo.terms import SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from cvo.contribution import Contributed

    Packed = str | tuple[str, str, str]
    Row = tuple[Packed, str, Packed]

FORM = 1  # of what is kept; another number, and what older versions kept is not read
KEPT = 16


@dataclass(frozen=True, slots=True)
class Surroundings:
    """IRIs that are *described*, predicates that are used, and the triples that matter."""

    described: frozenset[str]
    predicates: frozenset[str]
    quads: tuple[ox.Quad, ...]


def read_all(files: Sequence[Path], reads: Collection[str] | None, subjects: Collection[object], *, keep: bool) -> Surroundings:
    """Return the vocabulary of *files*: of its triples those with a predicate of *reads*, or about one of *subjects*.

    With *keep* it comes from the cache, or is put there.

    Raises: SyntaxProblem or InputError, if one of *files* cannot be read.
    """
    place = _place(files, reads) if keep and reads is not None and files else None
    if place is not None and (found := _kept(place)) is not None:
        if not any(isinstance(node, ox.NamedNode) and node.value in found.described for node in subjects):
            return found
        place = None  # the contribution says more of a term: everything that is said of it counts
    quads = [quad for path in files for quad in _triples(path)]
    described = frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
    predicates = frozenset(quad.predicate.value for quad in quads)
    read_too = [quad for quad in quads if reads is None or quad.predicate.value in reads or quad.subject in subjects]
    if place is not None and not any(quad.subject in subjects for quad in read_too):
        _keep(place, described, predicates, read_too)
    return Surroundings(described, predicates, tuple(read_too))


def _triples(path: Path) -> Sequence[ox.Quad]:
    file = read(path, contributed=False)
    if file.error:
        raise file.syntax_problem()
    return file.quads


def _place(files: Sequence[Path], reads: Collection[str]) -> Path | None:
    """Return where the vocabulary of *files* is kept, or would be; None if there is no place for it."""
    folder = snapshot.folder_of(files)
    if folder is None:
        return None
    key = hashlib.sha256(f"{FORM} {folder.name} {' '.join(sorted(reads))}".encode()).hexdigest()[:24]
    return folder.parent / f"vocabulary-{key}"


def _kept(place: Path) -> Surroundings | None:
    try:
        data = place.read_bytes()
        digest, packed = data[:32], data[32:]
        if hashlib.sha256(packed).digest() != digest:
            return None
        described, predicates, rows = marshal.loads(packed)  # noqa: S302 - its digest is right: we wrote it
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return Surroundings(described, predicates, tuple(_quads(rows)))


def _keep(place: Path, described: frozenset[str], predicates: frozenset[str], quads: Iterable[ox.Quad]) -> None:
    rows = tuple((_packed(quad.subject), quad.predicate.value, _packed(quad.object)) for quad in quads)
    packed = marshal.dumps((described, predicates, rows))
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(hashlib.sha256(packed).digest() + packed)
        partial.replace(place)
        others = sorted(place.parent.glob("vocabulary-*"), key=lambda path: path.stat().st_mtime)
        for old in others[:-KEPT]:
            old.unlink()
    except OSError:  # a full or read-only disk, or another process that was faster
        with suppress(OSError):
            partial.unlink()


def _packed(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Packed:
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.Literal):
        return (term.value, term.datatype.value, term.language or "")
    return str(term)


def _quads(rows: Iterable[Row]) -> Iterator[ox.Quad]:
    """Return the triples of *rows*; each IRI is made once."""
    iris: dict[str, ox.NamedNode | ox.BlankNode] = {}

    def term(packed: Packed) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if isinstance(packed, tuple):
            text, datatype, language = packed
            return ox.Literal(text, language=language) if language else ox.Literal(text, datatype=ox.NamedNode(datatype))
        found = iris.get(packed)
        if found is None:
            found = iris[packed] = ox.BlankNode(packed[2:]) if packed.startswith("_:") else ox.NamedNode(packed)
        return found

    for subject, predicate, value in rows:
        yield ox.Quad(term(subject), term(predicate), term(value))  # type: ignore[arg-type]


def beside(files: Sequence[Contributed]) -> list[Path]:
    """Return the shipped instance files that are loaded beside *files*: not those that are among them, here or in another version."""
    names = {file.stem for file in files}
    return [path for path in shipped("instances") if path.stem not in names]


def named_by(instances: Iterable[Path], files: Sequence[Contributed]) -> list[Path]:
    """Return those of the shipped *instances* of whose source or claims *files* name anything.

    No rule joins a claim to one of a source that its file does not name, and reading them all takes longer than the rest.
    """
    nodes = {node for file in files for quad in file.quads for node in (quad.subject, quad.object) if isinstance(node, ox.NamedNode)}
    sources = {node.value.partition("#")[0] for node in nodes if node.value.startswith(SOURCE)}
    return [path for path in instances if SOURCE + path.stem in sources]
