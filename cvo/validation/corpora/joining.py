"""One large file checked by several processes: each takes parts of it, and what joins them is found here.

The findings are those of one process that reads the file from top to bottom. Where that cannot be made sure, the file is not shared.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from operator import eq
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.engines.fast.later import Unstreamable
from cvo.engines.fast.portions import Joined, results_of
from cvo.errors import CvoError
from cvo.files import BUFFER, inner
from cvo.validation.corpora.batches import Inspected, Task, named
from cvo.validation.corpora.bench import bench
from cvo.validation.corpora.crew import Died
from cvo.validation.corpora.cutting import spans
from cvo.validation.corpora.excerpts import excerpts
from cvo.validation.corpora.inputs import opened
from cvo.validation.corpora.mentions import Mentions, mark
from cvo.validation.corpora.parts import (
    Part,
    Share,
    Sought,
    ask_file,
    blocks_of_part,
    check_part,
    grouped,
    kept_blocks,
    kind_and_base,
    place_part,
)
from cvo.validation.corpora.streaming import FEW, Large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.portions import Told
    from cvo.validation.corpora.bench import Setting
    from cvo.validation.corpora.crew import Crew
    from cvo.validation.corpora.streaming import Placed


def shared(setting: Setting, workers: Crew, task: Task, jobs: int) -> Inspected | None:
    """Return what is wrong with the large file of *task*, which *jobs* of the *workers* share; None if one must check it.

    One must if no line shows where to cut it; if it is not grouped by subject, or not well-formed; or if its prefixes change on the
    way. What is written in SPARQL reads all of the file: one process asks it, while the others check the parts.
    """
    shapes = bench(setting).shapes
    if task.beside or shapes is None:
        return None
    try:
        with TemporaryDirectory(prefix="cvo-", ignore_cleanup_errors=True) as folder:
            name = task.name if inner(task.path) == task.path else _unpacked(task.name, Path(folder) / "unpacked")
            size = Path(name).stat().st_size
            parts = spans(name, size, setting.part, jobs)
            if len(parts) < 3:  # noqa: PLR2004 - the first of them is small
                return None
            joining = _Joining(setting, workers, [Share(task, span, name, str(Path(folder) / "kept")) for span in parts])
            return joining.inspected(is_small=size <= setting.roomy)
    except (Unstreamable, OSError, EOFError, CvoError):
        return None


def _unpacked(name: str, into: Path) -> str:
    """Unpack the file *name* into another; return its name."""
    with opened(name) as packed, into.open("wb") as file:
        copyfileobj(packed, file, BUFFER)
    return str(into)


@dataclass(slots=True)
class _Subjects:
    """The marks of the subjects of each part."""

    targets: list[array[int]]
    others: list[array[int]]

    def all(self) -> array[int]:
        """Return all marks, sorted.

        Raises: Unstreamable, if one is there twice.
        """
        found = array("q", merge(*self.targets, *self.others))
        if any(map(eq, found, memoryview(found)[1:])):
            raise Unstreamable("something is described in two places")
        return found

    def home(self, number: int) -> int | None:
        """Return the part in which the subject with the mark *number* is described."""
        both = zip(self.targets, self.others, strict=True)
        return next((index for index, marks in enumerate(both) if any(_has(each, number) for each in marks)), None)


def _has(marks: Sequence[int], number: int) -> bool:
    """Return whether the sorted *marks* have *number*."""
    at = bisect_left(marks, number)
    return at < len(marks) and marks[at] == number


class _JoinedHere(Joined):
    """The parts of a file joined, with the marks of what is targeted."""

    marks = _Subjects([], [])

    def checked(self, others: Collection[Node]) -> int:
        """Return how many nodes are targeted."""
        targets = self.marks.targets
        return sum(map(len, targets)) + sum(not any(_has(each, number) for each in targets) for number in map(mark, map(str, others)))


class _Joining:
    def __init__(self, setting: Setting, workers: Crew, shares: Sequence[Share]) -> None:
        self.setting, self.workers, self.shares = setting, workers, list(shares)
        self.task = shares[0].task
        self.large = Large(bench(setting), self.task)
        self.subjects = _Subjects([], [])
        self.described = array("q")
        self.documents: set[int] = set()
        self.names: set[tuple[int, int, int]] = set()
        self.prints: set[int] = set()
        self.relations: set[tuple[int, int]] = set()
        self.prefixes: dict[str, str] = {}
        self.base: str | None = None
        self.lines = 1
        self.all: Sequence[int] = ()
        self.asked: Sequence[Told] = ()

    def inspected(self, *, is_small: bool) -> Inspected | None:
        """Return what is wrong with the file, one that *is_small* enough to be read whole if that tells places better."""
        shapes = self.large.bench.shapes
        assert shapes is not None  # noqa: S101 - else the file is not shared
        self._read_prologue(self.shares[1].span.prologue)
        (first,) = self._parts(self.shares[:1])
        self.shares = [replace(share, kinds=first.kinds if share.span.number else share.kinds) for share in self.shares]
        kept = kept_blocks(self.shares[0].kept)
        joined = _JoinedHere(self.large.vocabulary(), shapes, kept, lambda node: _has(self.all, mark(str(node))))
        joined.marks = self.subjects
        self._take(first, joined)
        asking = [self.task] if shapes.queries else []
        for part in self._parts(self.shares[1:], asking):
            self._take(part, joined)
        self.all = self.subjects.all()
        done = joined.finish(self._again)
        told: dict[Node, list[Told]] = {}
        for each in (*joined.told, *self.asked):
            told.setdefault(each[1], []).append(each)
        if is_small and any(isinstance(node, str) and node.startswith("_:") for node in told):
            return None  # there are findings at nodes without a name
        slips = self.large.settle(lambda iri: _has(self.all, mark(iri)))
        self.large.prefixes = self.prefixes
        head = self.large.head_of()
        if head.problems:
            return Inspected(self.task.number, named(head.problems, self.task.name), unread="malformed")
        placed = sorted(self._placed(told, slips), key=lambda each: each[0])
        sources = set(self.large.sources)
        pieces = excerpts(self.task.name, self.task.path, self.prefixes, sources)
        return self.large.summed(pieces, placed, done.checked, self._mentions())

    def _read_prologue(self, prologue: bytes) -> None:
        """Read the directives at the top, which every part must leave as they are."""
        kind, base = kind_and_base(self.task)
        try:
            triples = ox.parse(input=prologue, format=kind, base_iri=base)
            if any(True for _ in triples):
                raise Unstreamable("there are triples among the directives")
        except SyntaxError as error:
            raise Unstreamable("a directive has several lines") from error
        self.prefixes, self.base = dict(triples.prefixes), triples.base_iri

    def _parts(self, shares: Sequence[Share], asking: Sequence[Task] = ()) -> Iterator[Part]:
        """Return what came of the parts *shares*, in their order, while the whole of the task that is *asking* is looked through.

        Raises: Unstreamable, if one of them cannot be checked by itself.
        """
        waiting: dict[int, Part] = {}
        place = shares[0].span.number
        tasks: list[Task | Share] = [*asking, *shares]
        for share, part in self.workers.map(partial(_done, self.setting), tasks):
            if part is None or isinstance(part, Died):
                raise Unstreamable("a part of it cannot be checked by itself")
            if isinstance(share, Task) or not isinstance(part, Part):
                self.asked = part if isinstance(part, list) else ()
                continue
            if part.prefixes != self.prefixes or part.base != self.base:
                raise Unstreamable("its prefixes change")
            waiting[share.span.number] = part
            while place in waiting:
                yield waiting.pop(place)
                place += 1

    def _take(self, part: Part, joined: Joined) -> None:
        """Take what came of the next *part*."""
        large, said = self.large, part.mentions
        number = len(self.subjects.targets)
        self.shares[number] = replace(self.shares[number], span=replace(self.shares[number].span, line=self.lines))
        self.lines += part.lines
        self.subjects.targets.append(part.targets)
        self.subjects.others.append(part.others)
        joined.take_portion(part.portion)
        for iri, users in part.uses.items():
            known = large.uses.setdefault(iri, {})
            known.update(dict.fromkeys(users[: FEW - len(known)]))
        large.kinds.update(part.classes)
        large.claimed += part.claims
        large.sources.update(dict.fromkeys(part.sources))
        self.described.extend(said.describes)
        self.documents.update(said.documents)
        self.names.update(said.names)
        self.prints.update(said.prints)
        self.relations.update(said.relations)

    def _again(self, wanted: set[Node]) -> Iterator[tuple[Node, Block]]:
        """Return what the file says of the nodes *wanted*."""
        of_part: dict[int, set[Node]] = {}
        for node in wanted:
            if (home := self.subjects.home(mark(str(node)))) is not None:
                of_part.setdefault(home, set()).add(node)
        tasks = [(self.shares[home], frozenset(nodes)) for home, nodes in sorted(of_part.items())]
        for _, blocks in self.workers.map(blocks_of_part, tasks):
            if isinstance(blocks, Died):
                raise Unstreamable(blocks.what)
            yield from blocks.items()

    def _placed(self, told: dict[Node, list[Told]], slips: set[str]) -> Iterator[Placed]:
        """Return the findings with their places: each part looks for those of its nodes."""
        declared = frozenset(self.large.declared - self.large.described)
        results: dict[int | None, list[Told]] = {}
        using: dict[int | None, set[str]] = {}
        for node, some in told.items():
            results.setdefault(self.subjects.home(mark(str(node))), []).extend(some)
        for node in slips:
            using.setdefault(self.subjects.home(mark(node)), set()).add(node)
        if None in results:  # nobody describes them
            shapes = self.large.bench.shapes
            assert shapes is not None  # noqa: S101 - else the file is not shared
            yield from self.large.placed(self.large.head_of(), {}, grouped(results_of(shapes, results.pop(None))), ())
        tasks = [
            Sought(self.shares[home], self.prefixes, results.get(home, []), frozenset(using.get(home, ())), declared)
            for home in sorted({home for home in (*results, *using) if home is not None})
        ]
        for _, placed in self.workers.map(partial(place_part, self.setting), tasks):
            if isinstance(placed, Died):
                raise Unstreamable(placed.what)
            yield from placed

    def _mentions(self) -> Mentions:
        own = array("q", sorted(self.described))
        names = tuple(sorted(each for each in self.names if not _has(own, each[0])))
        documents, prints = (array("q", sorted(marks)) for marks in (self.documents, self.prints))
        return Mentions(self.described, documents, names, prints, tuple(sorted(self.relations)))


def _done(setting: Setting, about: Task | Share) -> Part | list[Told] | None:
    return check_part(setting, about) if isinstance(about, Share) else ask_file(setting, about)
