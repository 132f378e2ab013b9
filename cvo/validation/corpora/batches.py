"""What is wrong with some files of a corpus, and what they say that concerns others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import read as read_turtle
from cvo.engines.fast import Graph, check, quads_of
from cvo.findings import one_per_cause
from cvo.names import curie
from cvo.terms import CVO
from cvo.validation.corpora.inputs import ENDINGS, is_address, text_of
from cvo.validation.corpora.mentions import Gathering, Mentions, blocks_of
from cvo.validation.reading import read, unreadable
from cvo.validation.surroundings import Surroundings
from cvo.validation.validator import _Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.contribution import Contributed
    from cvo.errors import CvoError
    from cvo.findings import Finding
    from cvo.outcome import Outcome, Result
    from cvo.validation.corpora.bench import Bench, Setting


@dataclass(frozen=True, slots=True)
class Task:
    """A file to check: its *number* in the corpus, its *name*, and what other files say of the nodes it names, as N-Triples."""

    number: int
    name: str
    beside: str = ""

    @property
    def path(self) -> Path:
        """Return a path that no other file of the corpus has; of an address, with its last part."""
        return Path(f"{self.number}") / (self.name.rpartition("/")[2] or "_") if is_address(self.name) else Path(self.name)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What came of one file; *unread* says why no shape looked at it: it cannot be *opened*, or is *malformed*."""

    number: int
    findings: tuple[Finding, ...] = ()
    checked: int = 0
    claims: int = 0
    classes: tuple[tuple[str, int], ...] = ()
    unread: str = ""
    mentions: Mentions | None = None
    notes: tuple[str, ...] = ()


def whole(setting: Setting, task: Task) -> Contributed | None:
    """Return the file of *task*; None if it is too large to be held, which only Turtle and its kin may be.

    Raises: InputError, if it cannot be read.
    """
    if not is_address(task.name) and not task.name.lower().endswith(ENDINGS):
        return read(task.path, task.number, documents=setting.documents)
    text = text_of(task.name, setting.large)
    return None if text is None else read_turtle(task.path, task.number, text=text)


class Batch(_Check):
    """One run over files that are well-formed, beside what a worker holds and what other files say."""

    def __init__(self, bench: Bench, files: Sequence[Contributed], beside: str = "") -> None:
        """Take the vocabulary of *bench*, and the N-Triples *beside* it."""
        self.bench, self.files = bench, files
        self.rules, self.engine = bench.rules, bench.setting.engine
        self.notes = (bench.note,) if bench.note else ()
        self.subjects = {quad.subject for file in files for quad in file.quads}
        self.words: dict[str, list[str]] = {}
        names = {node.value for file in files for q in file.quads for node in (q.subject, q.object) if type(node) is ox.NamedNode}
        held = bench.beside(names, self.subjects)
        self.borrowed = blocks_of(ox.parse(beside, format=ox.RdfFormat.N_TRIPLES)) if beside else {}
        if beside:
            blocks = Graph(ox.parse(beside, format=ox.RdfFormat.N_TRIPLES)).of
            held = [*held, Surroundings(frozenset(self.borrowed), frozenset(), blocks)]
        self.hold(held)

    def hold(self, held: Sequence[Surroundings]) -> None:
        """Hold what stands beside the files."""
        self.around = [part.blocks for part in held]
        self.described = frozenset[str]().union(*(part.described for part in held))
        self.known = frozenset[str]().union(*(part.predicates for part in held))
        self.declared = self.described | {s.value for s in self.subjects if isinstance(s, ox.NamedNode)}

    def _outcome(self) -> Outcome:
        data = [quad for file in self.files for quad in file.quads]
        wanted = {quad.object for quad in data if quad.predicate.value in self.rules.object_targets}
        focus = self.subjects | {node for node in wanted if not (isinstance(node, ox.NamedNode) and node.value in self.described)}
        if self.bench.shapes is not None:
            return check(data, self.bench.shapes, focus, self.around)
        from cvo.engines import shacl  # noqa: PLC0415 - takes 200 ms

        data += (quad for blocks in self.around for quad in quads_of(blocks))
        return shacl.check(data, self.rules.quads, focus)

    def inspected(self) -> list[Inspected]:
        """Return what is wrong with each of the files, and what it says."""
        outcome = self._outcome()
        repeated = [finding for file in self.files for finding in file.repeated()]
        twice = {finding.focus for finding in repeated}
        own = replace(outcome, results=tuple(result for result in outcome.results if self._is_ours(result)))
        results = [finding for finding in self._results(own) if finding.focus not in twice]
        findings = one_per_cause(list(self._slips()), results)
        findings += [*repeated, *(finding for file in self.files for finding in file.filing())]
        kinds, claims = self._kinds(), self._below(f"{CVO}Claim")
        numbers = {str(file.path): index for index, file in enumerate(self.files)}
        mine: list[list[Finding]] = [[] for _ in self.files]
        for finding in findings:
            mine[numbers.get(finding.place.file, 0)].append(finding)
        checked, claimed = [0] * len(self.files), [0] * len(self.files)
        classes: list[Counter[str]] = [Counter() for _ in self.files]
        for node in outcome.targeted:
            home = next(iter(self.where.get(node, ())), None) or self.named.get(node, self.files[0])
            index = numbers[str(home.path)]
            names = {kind.value for kind in kinds.get(node, ()) if isinstance(kind, ox.NamedNode)}
            checked[index] += 1
            claimed[index] += not names.isdisjoint(claims)
            classes[index].update(names)
        return [
            Inspected(
                0,
                tuple(sorted(mine[index])),
                checked[index],
                claimed[index],
                tuple(sorted((curie(kind, file.prefixes), number) for kind, number in classes[index].items())),
                mentions=self._mentions(file),
                notes=self.notes,
            )
            for index, file in enumerate(self.files)
        ]

    def _is_ours(self, result: Result) -> bool:
        """Return whether *result*, if it is at a node that another file describes, is about what this file says of that node."""
        focus = result.focus
        if not isinstance(focus, ox.NamedNode) or focus.value not in self.borrowed:
            return True
        own = [quad for file in self.where.get(focus, ()) for quad in file.about(focus) if quad.predicate.value == result.path]
        return bool(own) and (result.value is None or any(quad.object == result.value for quad in own))

    def _mentions(self, file: Contributed) -> Mentions:
        blocks = blocks_of(file.quads)
        gathering = Gathering(self.described - self.borrowed.keys(), blocks.__contains__)
        for subject, block in blocks.items():
            gathering.take(subject, block)
        return gathering.all()


def unopened(task: Task, error: CvoError) -> Inspected:
    """Return that the file of *task* could not be read or checked, because of *error*."""
    return Inspected(task.number, (unreadable(task.name, error),), unread="opened")


def named(findings: Sequence[Finding], name: str) -> tuple[Finding, ...]:
    """Return *findings* with their places in the file *name*, be it an address."""
    if not is_address(name):
        return tuple(findings)
    return tuple(
        replace(each, place=replace(each.place, file=name), fix=each.fix and replace(each.fix, place=replace(each.fix.place, file=name)))
        for each in findings
    )
