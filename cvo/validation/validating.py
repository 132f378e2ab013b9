"""One run of ``cvo validate``: which files, against what, which findings, and whether they are repaired."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from cvo.contribution import FORMATS as TURTLE
from cvo.dataset import expand
from cvo.errors import CvoError, InputError, Message, NothingChecked
from cvo.findings import Report
from cvo.terms import CVO
from cvo.validation import bounded, changes, reading, repair, selection
from cvo.validation import validator as validation
from cvo.validation.reports.words import counted, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cvo.findings import Finding
    from cvo.validation.corpora.checking import Checking

MANY, HEAVY = 64, 4 << 20  # files, and bytes, that are held together; more of them are a corpus


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked for: *paths*, or what has *changed* below them since *base*; other shapes; codes; and what to do with fixes.

    *text* are the documents in which the passages of tables are found. A check that takes longer than *timeout* seconds is broken
    off; of what strangers' shapes ask for, nobody knows how long it takes, so that there it has a limit unless 0 is given.
    """

    paths: tuple[str, ...]
    changed: bool = False
    base: str = "HEAD"
    against: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix: bool = False
    diff: bool = False
    engine: str = "fast"
    text: tuple[str, ...] = ()
    timeout: float | None = None
    jobs: int | None = None
    resume: Path | None = None
    scheduler: str = ""

    def is_corpus(self) -> bool:
        """Return whether this is a run over a corpus, file by file, and not over a few files that are held together.

        Raises: InputError, if what is asked for does not go with a corpus.
        """
        asked = self.jobs is not None or self.resume is not None or bool(self.scheduler)
        if self.fix or self.diff:
            if asked:
                what = "--fix and --diff do not go with --jobs, --resume and --scheduler"
                raise InputError(
                    Message(what, "--fix、--diff 不能与 --jobs、--resume、--scheduler 同用"),
                    hint=Message("name the files to repair", "请写明要修正的文件"),
                )
            return False
        return asked or (not self.changed and any(map(_is_large, self.paths))) or len(self.paths) > MANY

    def checking(self) -> Checking:
        """Return the run over a corpus."""
        from cvo.validation.corpora.bench import Setting  # noqa: PLC0415 - only for a corpus
        from cvo.validation.corpora.checking import Checking  # noqa: PLC0415

        self._wanted()
        shapes = tuple(map(str, expand(list(self.against)))) if self.against else ()
        return Checking(tuple(self.files()), Setting(shapes, self.engine, documents=self.text), self.jobs or 0, self.scheduler, self.resume)

    def looks(self) -> Callable[[Finding], bool]:
        """Return whether a finding is wanted."""
        return self._wanted()

    def files(self) -> list[str]:
        """Return the files and folders that are checked now.

        Raises: InputError, if one is missing.
        """
        if not self.changed:
            return list(self.paths)
        named = [Path(path) for path in self.paths if Path(path).suffix and Path(path).is_file()]
        endings = (*reading.IN_FOLDERS, *reading.TABLES, *(path.suffix.lower() for path in named))
        from cvo.tables.recognising import table_of  # noqa: PLC0415 - only here

        some = dict.fromkeys(map(table_of, changes.changed(self.paths or (".",), self.base, endings)))
        own = {path.resolve() for path in named}
        return [str(path) for path in some if path.resolve() in own or reading.is_contribution(path)]

    def watched(self) -> list[Path]:
        """Return the files at which a change matters; what is missing now may come back."""
        found: list[Path] = []
        for path in (*(self.paths or (".",)), *self.against):
            with suppress(InputError):
                found += [file for file in expand([path]) if file.suffix.lower() in reading.FORMATS]
        return found

    def check(self, texts: Mapping[Path, str], files: Sequence[str]) -> Report:
        """Return the report on *files*, with the wanted findings only."""
        shapes = expand(list(self.against)) if self.against else None
        try:
            report = self._checked(files, shapes, texts)
        except NothingChecked:
            if not self.changed:
                raise
            report = Report((), tuple(files))  # a change of what no shape looks at is none to fail on
        return selection.only(report, self._wanted())

    def _checked(self, files: Sequence[str], shapes: Sequence[Path] | None, texts: Mapping[Path, str]) -> Report:
        seconds = self.timeout if self.timeout is not None else bounded.SECONDS if shapes else 0
        check = partial(validation.validate, files, shapes=shapes, texts=dict(texts), engine=self.engine, documents=self.text)
        return bounded.run(check, seconds) if seconds else check()

    def _wanted(self) -> Callable[[Finding], bool]:
        if not self.select and not self.ignore:
            return lambda _: True
        return selection.wanted(self.select, self.ignore, _codes(expand(list(self.against)) if self.against else []))

    def outcome(self) -> tuple[Report, repair.Repaired | None]:
        """Return the report, after the repair if there is one.

        Raises: InputError, if something cannot be read or written; NothingChecked; EngineError.
        """
        self._wanted()  # a wrong code is told before anything is read
        files = self.files()
        if not files and self.changed:
            return Report((), ()), None
        if not (self.fix or self.diff):
            return self.check({}, files), None
        done = repair.repair(lambda texts: self.check(texts, files))
        if self.fix and not self.diff:
            done.write()
        others = sorted({finding.place.file for finding in done.report.findings if Path(finding.place.file).suffix.lower() not in TURTLE})
        note = Message(
            f"only Turtle, TriG, N-Triples and N-Quads are repaired, not: {', '.join(others)}",
            f"只修正 Turtle、TriG、N-Triples 和 N-Quads，未修正：{'、'.join(others)}",
        )
        return (replace(done.report, notes=(*done.report.notes, note)) if others else done.report), done


def _is_large(path: str) -> bool:
    """Return whether *path* is more than is held in memory at once: a packed or large file, an address, or a folder of many."""
    if "://" in path or path.lower().endswith(".gz"):
        return True
    if Path(path).is_file():
        return Path(path).stat().st_size > HEAVY
    from cvo.validation.corpora.inputs import found  # noqa: PLC0415 - not for single files

    some = 0
    try:
        for number, each in enumerate(found([path]), 1):
            some += each.size
            if number > MANY or some > HEAVY or each.name.lower().endswith(".gz"):
                return True
    except InputError:
        pass  # told where the files are read
    return False


def _codes(shapes: Sequence[Path]) -> list[str]:
    """Return the codes that *shapes* give; what is wrong with the files is told when they are used."""
    found = []
    for path in shapes:
        with suppress(CvoError):
            quads = reading.read(path).quads
            found += [q.object.value for q in quads if q.predicate.value == f"{CVO}code" and isinstance(q.object, Literal)]
    return found


def told(done: repair.Repaired, lang: str, *, written: bool) -> str:
    """Return which fixes were made, or would be, one a line, then how many."""
    lines = []
    for each in done.repairs:
        place, before, after = each.finding.place, " ".join(each.before.split()) or "∅", " ".join(each.written.split()) or "∅"
        lines.append(plain(f"{place} {each.finding.code}: {before} → {after}"))
    number, files = len(done.repairs), len(done.texts)
    if lang == "zh":
        lines.append(f"{'已' if written else '可'}修正 {files} 个文件中的 {number} 处" if number else "没有可自动修正之处")
    else:
        did = "Fixed" if written else "Would fix"
        lines.append(f"{did} {counted(number, 'finding')} in {counted(files, 'file')}" if number else "Nothing to fix")
    return "\n".join(lines)


def watch(run: Run, show: Callable[[], object]) -> None:
    """Call *show* now, and again at each change of the files of *run*; an error is told, and the watch goes on."""
    for _ in changes.rounds(run.watched):
        try:
            show()
        except CvoError as error:
            sys.stderr.write(f"{error}\n")
        sys.stdout.flush()
