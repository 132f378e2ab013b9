"""What a worker does with one part of a large file: it checks it as if it were alone, and later finds the places in it."""

from __future__ import annotations

import gc
from array import array
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from sys import intern
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import FORMATS
from cvo.engines.fast import quads_of
from cvo.engines.fast.later import Unstreamable
from cvo.engines.fast.portions import Asking, Portion, Portions, results_of
from cvo.engines.fast.stream import blocks_of, subjects_of
from cvo.errors import CvoError
from cvo.files import base_iri, inner
from cvo.validation.corpora.bench import bench
from cvo.validation.corpora.excerpts import excerpts
from cvo.validation.corpora.mentions import Gathering
from cvo.validation.corpora.streaming import BEYOND, Large

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.portions import Told
    from cvo.outcome import Result
    from cvo.validation.corpora.batches import Task
    from cvo.validation.corpora.bench import Setting
    from cvo.validation.corpora.cutting import Span
    from cvo.validation.corpora.mentions import Mentions
    from cvo.validation.corpora.streaming import Placed


@dataclass(frozen=True, slots=True)
class Share:
    """A *span* of the file of a *task*, once *unpacked*; what the first tells the others is *kept* in a file, with the *kinds* of it."""

    task: Task
    span: Span
    unpacked: str
    kept: str
    kinds: frozenset[tuple[Node, ...]] | None = None  # none for the first


@dataclass(slots=True)
class Part:
    """What came of one part: the marks of its subjects, those that are *targets* and the *others*, and what concerns the whole file."""

    portion: Portion
    mentions: Mentions
    prefixes: dict[str, str]
    base: str | None
    lines: int
    targets: array[int]
    others: array[int]
    uses: dict[str, list[str]] = field(default_factory=dict)
    classes: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    sources: list[str] = field(default_factory=list)
    kinds: frozenset[tuple[Node, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class Sought:
    """What is to be placed in the part *share*: results that were *told*, and uses of what the file has not *declared*, the *slips*."""

    share: Share
    prefixes: dict[str, str]
    told: list[Told]
    slips: frozenset[str]
    declared: frozenset[str]


def check_part(setting: Setting, share: Share) -> Part | None:
    """Return what came of the part *share* of a file; None if the file must be checked in one go."""
    try:
        with _hurried():
            if share.kinds is None:
                part = _Worker(setting, share.task, share.kept, None).part(share)
                gc.collect()  # it is worth 50 MB
                return part
            return _worker(setting, share.task, share.kept, share.kinds).part(share)
    except (Unstreamable, SyntaxError, ValueError, OSError, CvoError):
        return None


def ask_file(setting: Setting, task: Task) -> list[Told] | None:
    """Return what is wrong with the file of *task* by what is written in SPARQL; None if it must be checked in one go."""
    try:
        large = Large(bench(setting), task)
        assert large.bench.shapes is not None  # noqa: S101 - else the file is not cut
        with _hurried(), TemporaryDirectory(prefix="cvo-", ignore_cleanup_errors=True) as folder:
            stream = Asking(large.vocabulary(), large.bench.shapes, Path(folder) if large.is_roomy() else None)
            for subject, block, some in subjects_of(large.quads(), with_quads=True):
                stream.take(subject, block, some)
            stream.finish(lambda wanted: blocks_of(large.quads(), wanted))
            return list(stream.told)
    except (Unstreamable, SyntaxError, ValueError, OSError, CvoError):
        return None


def blocks_of_part(about: tuple[Share, frozenset[Node]]) -> dict[Node, Block]:
    """Return what a part of a file says of some nodes."""
    share, wanted = about
    with _hurried(), parsed(share) as triples:
        return dict(blocks_of(triples, wanted))


def place_part(setting: Setting, sought: Sought) -> list[Placed]:
    """Return the findings that are *sought* at nodes of one part."""
    share = sought.share
    large = Large(bench(setting), share.task)
    large.prefixes = sought.prefixes
    large.declared = large.described | sought.declared
    assert large.bench.shapes is not None  # noqa: S101 - else the file is not cut
    results = grouped(results_of(large.bench.shapes, sought.told))
    pieces = excerpts(share.unpacked, share.task.path, sought.prefixes, {*results, *sought.slips} - {""}, share.span)
    return large.placed(large.head_of(), pieces, results, sought.slips)


def grouped(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Return *results* by the IRIs of their nodes, those at nodes without a name under an empty one."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.focus.value if isinstance(result.focus, ox.NamedNode) else "", []).append(result)
    return found


def kind_and_base(task: Task) -> tuple[ox.RdfFormat, str | None]:
    """Return what kind of file that of *task* is, and against what its relative IRIs are resolved."""
    kind = FORMATS[inner(task.path).suffix.lower()]
    return kind, base_iri(inner(task.path)) if kind is ox.RdfFormat.TURTLE else None


@contextmanager
def parsed(share: Share) -> Iterator[ox.QuadParser]:
    """Give the triples of the part *share* of a file, to be read one by one."""
    kind, base = kind_and_base(share.task)
    with share.span.opened(share.unpacked, share.span.prologue) as file:
        yield ox.parse(input=file, format=kind, base_iri=base)


def lines_of(share: Share) -> int:
    """Return how many lines the part *share* of a file has.

    Raises: Unstreamable, if it may have what only RDF 1.2 has.
    """
    lines, before = 0, b""
    with share.span.opened(share.unpacked) as file:
        while data := file.read(1 << 20):
            lines += data.count(b"\n")
            seen = before + data
            if any(word in seen for word in BEYOND):
                raise Unstreamable("it may have what only RDF 1.2 has")
            before = data[-4:]
    return lines


@contextmanager
def _hurried() -> Iterator[None]:
    collecting = gc.isenabled()
    gc.disable()  # nothing here refers to itself, and there are many small objects
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@lru_cache(1)
def _worker(setting: Setting, task: Task, kept: str, kinds: frozenset[tuple[Node, ...]]) -> _Worker:
    return _Worker(setting, task, kept, kinds)


def kept_blocks(name: str) -> Mapping[Node, Block]:
    """Return what the first part of a file keeps for others, in the file *name*; what is there often is held once."""
    triples = ox.parse(path=name, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=False)
    once: dict[Node, Node] = {}
    return {
        node: {intern(predicate): [once.setdefault(value, value) for value in values] for predicate, values in block.items()}
        for node, block, _ in subjects_of(triples, with_quads=False)
    }


class _Worker:
    """Checks the parts of one file."""

    def __init__(self, setting: Setting, task: Task, kept: str, kinds: frozenset[tuple[Node, ...]] | None) -> None:
        self.kept = kept
        self.large = Large(bench(setting), task)
        assert self.large.bench.shapes is not None  # noqa: S101 - else the file is not cut
        before = {} if kinds is None else kept_blocks(kept)
        self.stream = Portions(self.large.vocabulary(), self.large.bench.shapes, before, kinds)

    def part(self, share: Share) -> Part:
        large, stream = self.large, self.stream
        lines = lines_of(share)
        large.forget()
        stream.begin()
        gathering = Gathering(large.described, stream.is_described)
        watch = large.watched(stream, gathering)
        targets, others = array("q"), array("q")
        with parsed(share) as triples:
            for subject, block, some in subjects_of(triples, with_quads=False):
                stream.take(subject, block, some)
                watch(subject, block)
                (targets if hash(subject) in stream.targets else others).append(gathering.last)
        part = Part(
            stream.portion(),
            gathering.all(),
            dict(triples.prefixes),
            triples.base_iri,
            lines,
            array("q", sorted(targets)),
            array("q", sorted(others)),
            {iri: list(users) for iri, users in large.uses.items()},
            large.kinds,
            large.claimed,
            list(large.sources),
        )
        if stream.is_first:
            blocks = stream.worth_keeping()
            ox.serialize(quads_of(blocks), self.kept, format=ox.RdfFormat.N_TRIPLES)
            part.kinds = frozenset(stream.wanted)
        return part
