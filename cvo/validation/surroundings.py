"""What stands beside a contribution: the terms that are declared, and those of their triples that the shapes read.

The shapes read a tenth of the ontology's triples. These are kept in the user's cache folder in a form that is read in two
milliseconds, where parsing the files takes a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import read
from cvo.files import shipped
from cvo.terms import SOURCE
from cvo.validation import kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from cvo.contribution import Contributed
    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.nodes import Node

FORM = 2  # of what is kept; another number, and what older versions kept is not read


@dataclass(frozen=True, slots=True)
class Surroundings:
    """IRIs that are *described*, predicates that are used, and the triples that matter, by their subjects."""

    described: frozenset[str]
    predicates: frozenset[str]
    blocks: Mapping[Node, Block]


def read_all(files: Sequence[Path], reads: Collection[str] | None, subjects: Collection[object], *, keep: bool) -> Surroundings:
    """Return the vocabulary of *files*: of its triples those with a predicate of *reads*, or about one of *subjects*.

    With *keep* it comes from the cache, or is put there.

    Raises: SyntaxProblem or InputError, if one of *files* cannot be read.
    """
    place = kept.place("vocabulary", files, f"{FORM} {' '.join(sorted(reads))}") if keep and reads is not None else None
    if (held := kept.read(place)) is not None:
        found = Surroundings(held[0], held[1], kept.unpacked(held[2]))
        if not any(isinstance(node, ox.NamedNode) and node.value in found.described for node in subjects):
            return found
        place = None  # the contribution says more of a term: everything that is said of it counts
    quads = [quad for path in files for quad in _triples(path)]
    described = frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
    predicates = frozenset(quad.predicate.value for quad in quads)
    read_too = [quad for quad in quads if reads is None or quad.predicate.value in reads or quad.subject in subjects]
    from cvo.engines.fast import Graph  # noqa: PLC0415  only well-formed files need it

    blocks = Graph(read_too).of
    if place is not None and not any(quad.subject in subjects for quad in read_too):
        kept.write(place, (described, predicates, kept.packed(blocks)))
    return Surroundings(described, predicates, blocks)


def _triples(path: Path) -> Sequence[ox.Quad]:
    file = read(path, contributed=False)
    if file.error:
        raise file.syntax_problem()
    return file.quads


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
