"""The work on the files of a corpus that workers do: each file is checked as if it were alone."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import CvoError, InputError
from cvo.validation.corpora.batches import Batch, Inspected, Task, named, unopened, whole
from cvo.validation.corpora.bench import bench

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.contribution import Contributed
    from cvo.validation.corpora.bench import Bench, Setting


def inspect(setting: Setting, tasks: Sequence[Task]) -> list[Inspected]:
    """Return what is wrong with the files of *tasks*, each of which is checked as if it were alone.

    Raises: InputError, SyntaxProblem or EngineError, if the shapes cannot be used.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Tasks(bench(setting), tasks).run()
    finally:
        if collecting:
            gc.enable()


class _Tasks:
    """Some files, which share one run of the engine as far as they have nothing to do with one another."""

    def __init__(self, bench: Bench, tasks: Sequence[Task]) -> None:
        self.bench, self.tasks = bench, tasks
        self.done: list[Inspected] = []

    def run(self) -> list[Inspected]:
        files: list[tuple[Task, Contributed]] = []
        for task in self.tasks:
            try:
                file = whole(self.bench.setting, task)
                if file is None:
                    from cvo.validation.corpora.streaming import streamed  # noqa: PLC0415 - most files are small

                    self.done.append(streamed(self.bench, task))
                    continue
                files.append((task, file))
            except InputError as error:
                self.done.append(unopened(task, error))
        good = []
        for task, file in files:
            if problems := file.problems or tuple(filter(None, [file.taken(self.bench.keys)])):
                self.done.append(Inspected(task.number, named(problems, task.name), unread="malformed"))
            else:
                good.append((task, file))
        for group in self._grouped(good):
            self.done += self._checked(group)
        return sorted(self.done, key=lambda each: each.number)

    def _grouped(self, files: list[tuple[Task, Contributed]]) -> list[list[tuple[Task, Contributed]]]:
        """Return *files* in groups: those that may share a run, as none names or describes a node of another, and each other one."""
        described = [{q.subject for q in file.quads} for _, file in files]
        homes: Counter[object] = Counter(node for nodes in described for node in nodes)
        busy = {node for node, number in homes.items() if number > 1}
        alone = set()
        for index, (task, file) in enumerate(files):
            own = described[index]
            foreign = {q.object for q in file.quads if type(q.object) is ox.NamedNode and q.object in homes and q.object not in own}
            if task.beside or foreign or not busy.isdisjoint(own):
                alone.add(index)
                busy |= foreign
        alone |= {index for index, own in enumerate(described) if not busy.isdisjoint(own)}
        together = [each for index, each in enumerate(files) if index not in alone]
        return [*([together] if together else []), *([files[index]] for index in sorted(alone))]

    def _checked(self, group: list[tuple[Task, Contributed]]) -> list[Inspected]:
        tasks, files = zip(*group, strict=True)
        try:
            return [
                replace(found, number=task.number, findings=named(found.findings, task.name))
                for task, found in zip(tasks, Batch(self.bench, files, tasks[0].beside).inspected(), strict=True)
            ]
        except CvoError as error:
            if len(group) > 1:  # one of them is nested too deeply
                return [each for one in group for each in self._checked([one])]
            return [unopened(tasks[0], error)]
