"""One run over a corpus: what is new or changed is checked, then what concerns several files; findings come as they are known."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import __version__, progress
from cvo.errors import InputError
from cvo.files import shipped
from cvo.findings import Report
from cvo.tables.encoding import opened
from cvo.validation.corpora.batches import Inspected, Task, unopened
from cvo.validation.corpora.bench import Setting, bench
from cvo.validation.corpora.crew import Died, cores, crew
from cvo.validation.corpora.crossing import Crossing
from cvo.validation.corpora.cutting import is_cut
from cvo.validation.corpora.inputs import Input, found, weight
from cvo.validation.corpora.inspecting import inspect
from cvo.validation.corpora.journal import FORM, Journal
from cvo.validation.corpora.pointing import lend, point
from cvo.validation.reading import left_out, nothing_checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.findings import Finding
    from cvo.validation.corpora.crew import Crew

TOGETHER, HEAVY = 32, 1 << 20  # files that one task has at most, and bytes
SMALL = 1 << 20  # bytes of a corpus that are checked before other processes have started
Unit = tuple[Task, ...]


@dataclass
class Checking:
    """A run over the files of *paths*, with *jobs* processes (0: one for each core) or at the *scheduler*.

    With *resume*, a file, what was checked before and has not changed is not checked again.
    """

    paths: tuple[str, ...]
    setting: Setting = field(default_factory=Setting)
    jobs: int = 0
    scheduler: str = ""
    resume: Path | None = None
    report: Report = field(default_factory=lambda: Report((), ()))
    files: int = 0
    opened: int = 0
    kept: int = 0
    names: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)

    def findings(self, *, with_names: bool = False) -> Iterator[Finding]:
        """Return the findings as they are known; the numbers stand in the *report* after the last; *with_names* also the *names*.

        What concerns one file alone comes in the order of the files; after it what needs the others, and what several share.

        Raises: InputError, if there is no file, or the journal cannot be used; EngineError, if the shapes or the workers cannot;
        NothingChecked, if nothing is wrong because no shape looked at any node.
        """
        started = time.perf_counter()
        journal = Journal(self.resume)
        any_finding = False
        try:
            for finding in self._run(journal):
                any_finding = True
                yield finding
            totals = journal.totals()
            self.files, self.opened = totals.files, totals.opened
            self.names = tuple(journal.names()) if with_names else ()
            rules = bench(self.setting).rules.count
            left = (left_out(len(self.left)),) if self.left else ()
            seconds = time.perf_counter() - started
            self.report = Report(
                (), self.names, totals.checked, totals.claims, totals.classes, rules, totals.unread, seconds, notes=(*totals.notes, *left)
            )
            if not any_finding and not totals.checked:
                raise nothing_checked(", ".join(self.paths[:3]))
        finally:
            journal.close()

    def _run(self, journal: Journal) -> Iterator[Finding]:
        journal.take(found(self.paths, self.left))
        here = {path.name for folder in ("ontology", "instances") for path in shipped(folder)}
        own = frozenset(name for name in (Path(name).name.removesuffix(".gz") for name in journal.names()) if name in here)
        self.setting = replace(self.setting, own=own)
        bench(self.setting)  # what is wrong with the shapes is told before any file is read
        journal.settle(_key(self.setting))
        self.kept = journal.kept
        _, everything, done = journal.numbers()
        jobs = self.jobs or (1 if everything - done < SMALL else cores())
        with crew(jobs, self.scheduler) as workers, progress.bar() as tell:
            place = 0
            for name, size in self._inspected(workers, journal, jobs):
                done += size
                tell(done, everything, Path(name).name)
                while (at := journal.at(place)) and at[1]:
                    place += 1
                    if not at[2]:
                        yield from journal.findings(at[0])
            while at := journal.at(place):  # of a run that had nothing left to do
                place += 1
                if not at[2]:
                    yield from journal.findings(at[0])
            crossing = Crossing(journal)
            yield from self._beside(workers, journal, crossing)
            yield from self._across(workers, journal, crossing)

    def _inspected(self, workers: Crew, journal: Journal, jobs: int) -> Iterator[tuple[str, int]]:
        """Check what is to be checked; return name and size of each file once it is written down.

        A large file is shared by the processes of this machine, once the others are done; what cannot be shared one of them checks.
        """
        sizes: dict[int, int] = {}
        large: list[Task] = []
        is_shared = jobs > 1 and not self.scheduler

        def units() -> Iterator[Unit]:
            unit: list[Task] = []
            heavy = 0
            for number, name, size in journal.todo():
                sizes[number] = size
                weighs = weight(Input(name, size, ""))
                if is_shared and is_cut(name, weighs, self.setting):
                    large.append(Task(number, name))
                    continue
                if unit and (len(unit) >= TOGETHER or heavy + weighs > HEAVY):
                    yield tuple(unit)
                    unit, heavy = [], 0
                unit.append(Task(number, name))
                heavy += weighs
            if unit:
                yield tuple(unit)

        yield from self._written(workers, journal, units(), sizes)
        if not large:
            return
        from cvo.validation.corpora.joining import shared  # noqa: PLC0415 - most files are small

        for task in large:
            result = shared(self.setting, workers, task, jobs)
            if result is None:
                yield from self._written(workers, journal, iter([(task,)]), sizes)
            else:
                journal.write([result])
                yield task.name, sizes[task.number]

    def _written(self, workers: Crew, journal: Journal, units: Iterator[Unit], sizes: dict[int, int]) -> Iterator[tuple[str, int]]:
        """Have the *units* checked and write down what came of them; return name and size of each file."""
        for unit, result in workers.map(partial(inspect, self.setting), units):
            done = self._one_by_one(workers, unit, result) if isinstance(result, Died) else result
            journal.write(done)
            for task in unit:
                yield task.name, sizes.pop(task.number)

    def _one_by_one(self, workers: Crew, unit: Unit, died: Died) -> list[Inspected]:
        """Return what came of the tasks of *unit*, at which workers died, each of them done alone."""
        if len(unit) == 1:
            return [unopened(unit[0], died)]
        done: list[Inspected] = []
        for each, result in workers.map(partial(inspect, self.setting), [(task,) for task in unit]):
            done += [unopened(each[0], result)] if isinstance(result, Died) else result
        return done

    def _beside(self, workers: Crew, journal: Journal, crossing: Crossing) -> Iterator[Finding]:
        """Check the files that name what other files describe beside what those say; return what is wrong with all such files."""
        digest = journal.digest()
        crossing.forget()
        borrowers = list(crossing.borrowers(digest))
        if borrowers:
            journal.data.execute("DELETE FROM block")
            tasks = ((Task(number, name), marks) for number, name, marks in crossing.lenders())
            for (task, _), lent in workers.map(partial(_lent, self.setting), tasks):
                crossing.lend(task.number, {} if isinstance(lent, Died) else lent[1])
            everything, done = sum(size for _, _, size in borrowers), 0
            sizes = {number: size for number, _, size in borrowers}
            with progress.bar() as tell:
                again = ((Task(number, name, crossing.beside(number)),) for number, name, _ in borrowers)
                for unit, result in workers.map(partial(inspect, self.setting), again):
                    journal.write([unopened(unit[0], result)] if isinstance(result, Died) else result, digest)
                    done += sizes[unit[0].number]
                    tell(done, everything, Path(unit[0].name).name)
        place = 0
        while at := journal.at(place):
            place += 1
            if at[2]:
                yield from journal.findings(at[0])

    def _across(self, workers: Crew, journal: Journal, crossing: Crossing) -> Iterator[Finding]:
        """Return what is wrong between files."""
        tasks = ((Task(number, name), hits, journal.values(number)) for number, name, hits in crossing.hits())
        waiting: dict[int, list[Finding]] = {}
        for (task, _, _), result in workers.map(partial(_pointed, self.setting), tasks):
            waiting[task.number] = [] if isinstance(result, Died) else result
        yield from sorted(finding for each in waiting.values() for finding in each)


def _lent(setting: Setting, about: tuple[Task, tuple[int, ...]]) -> tuple[int, dict[int, str]]:
    try:
        return lend(setting, *about)
    except (InputError, OSError, SyntaxError):  # it has changed since it was checked
        return about[0].number, {}


def _pointed(setting: Setting, about: tuple[Task, tuple[object, ...], frozenset[str]]) -> list[Finding]:
    try:
        return point(setting, *about)  # type: ignore[arg-type]
    except (InputError, OSError, SyntaxError):
        return []


def _key(setting: Setting) -> str:
    """Return what changes with everything that a finding depends on beside the files."""
    key = sha256(f"{FORM} {__version__} {ox.__version__} {setting.engine} {sorted(setting.own)}".encode())
    shapes = [Path(name) for name in setting.shapes] or shipped("shapes")
    for path in (*shapes, *shipped("ontology"), *shipped("instances")):
        key.update(path.read_bytes())
    for name, document in opened(setting.documents):
        key.update(f"{name} {document.digest}".encode())
    return key.hexdigest()
