"""Writing the fixes of findings into the texts: round after round, each checked, until nothing is left that can be repaired."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cvo import contribution
from cvo.errors import InputError
from cvo.files import read_bytes, read_text
from cvo.output import deliver
from cvo.sourcemap import SourceMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cvo.findings import Finding, Report

ROUNDS = 200  # more than any file needs; it only keeps a fix that undoes another one from going on for ever
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix that was made: the *finding* as it was, what was *written*, and what stood there *before*."""

    finding: Finding
    before: str
    written: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair comes to: the report on the new texts, the files that change (old text, new text), and the fixes."""

    report: Report
    texts: tuple[tuple[Path, str, str], ...]
    repairs: tuple[Repair, ...]

    def write(self) -> None:
        """Write the files that change, each whole or not at all; a byte-order mark stays.

        Raises: InputError, if a file cannot be written, or was changed by somebody else meanwhile.
        """
        for path, old, new in self.texts:
            if read_text(path) != old:
                raise InputError(f"changed while it was being repaired: {path}", hint="run it again")
            deliver(_bom(path) + new, path)

    def diff(self) -> str:
        """Return what would change as a unified diff, which ``git apply -p0`` and ``patch -p0`` take."""
        return "".join(line for path, old, new in self.texts for line in _diff(path, _bom(path) + old, _bom(path) + new))


def repair(check: Callable[[Mapping[Path, str]], Report], wanted: Callable[[Finding], bool] = lambda _: True) -> Repaired:
    """Return what becomes of the files that *check* checks once all fixes of *wanted* findings are made.

    *check* is given the texts that differ from what the files hold. A fix after which something is still wrong at its place is
    not made: what was meant was not clear after all.
    """
    before: dict[Path, str] = {}
    after: dict[Path, str] = {}
    made: list[Repair] = []
    refused: set[tuple[object, ...]] = set()
    report = check({})
    for _ in range(ROUNDS):
        by_file: dict[Path, list[Finding]] = {}
        for finding in report.findings:
            if finding.fix and wanted(finding) and _key(finding) not in refused:
                by_file.setdefault(Path(finding.fix.place.file), []).append(finding)
        if not by_file:
            break
        texts, tried = dict(after), []
        for path, findings in by_file.items():
            if path not in before:
                before[path] = after[path] = read_text(path)
            texts[path], repairs = apply(after[path], findings)
            tried += repairs
            if all(finding.code in ("CVO-SYNTAX", "CVO-PREFIX") for finding in findings):
                texts[path], more = _mend(path, texts[path], wanted)
                tried += [(repair, -1) for repair in more]
        new = check(texts)
        bad = {_key(repair.finding) for repair, at in tried if _still_wrong(repair, at, texts, new)}
        if bad:
            refused |= bad
            continue
        report, after = new, texts
        made += [repair for repair, _ in tried]
    left = tuple(replace(finding, fix=None) if _key(finding) in refused else finding for finding in report.findings)
    report = replace(report, findings=left)
    changed = tuple((path, before[path], after[path]) for path in sorted(before) if before[path] != after[path])
    return Repaired(report, changed, tuple(made))


def apply(text: str, findings: Iterable[Finding]) -> tuple[str, list[tuple[Repair, int]]]:
    """Return *text* with the fixes of *findings*, as far as they do not overlap, and each with the offset at which it ends up."""
    spans = SourceMap(text, ())
    edits = []
    for finding in findings:
        if finding.fix:
            place = finding.fix.place
            edits.append((spans.offset(place.line, place.column), spans.offset(place.end_line, place.end_column), finding, finding.fix))
    parts: list[str] = []
    done: list[tuple[Repair, int]] = []
    at = length = 0
    for start, end, finding, fix in sorted(edits, key=lambda edit: edit[:2]):
        if start < at or (done and start == at == end):
            continue
        parts += [text[at:start], fix.text]
        length += start - at
        done.append((Repair(finding, text[start:end], fix.text), length))
        length += len(fix.text)
        at = end
    return "".join([*parts, text[at:]]), done


def _mend(path: Path, text: str, wanted: Callable[[Finding], bool]) -> tuple[str, list[Repair]]:
    """Return *text* once it is Turtle, as far as that can be repaired; no shape looks at it before."""
    made: list[Repair] = []
    for _ in range(ROUNDS):
        problems = [problem for problem in contribution.read(path, text=text).problems if problem.fix and wanted(problem)]
        new, repairs = apply(text, problems)
        if not repairs or not _further(path, text, new):
            break
        text = new
        made += [repair for repair, _ in repairs]
    return text, made


def _further(path: Path, old: str, new: str) -> bool:
    """Return whether *new* can be read further than *old*."""
    first = [file.error for file in (contribution.read(path, text=old), contribution.read(path, text=new))]
    if first[1] is None:
        return True
    if first[0] is None:
        return False
    left = [
        len(text) - SourceMap(text, ()).offset(error.lineno or 1, error.offset or 1)
        for text, error in zip((old, new), first, strict=True)
        if error
    ]
    return left[1] < left[0]


def _still_wrong(repair: Repair, at: int, texts: Mapping[Path, str], report: Report) -> bool:
    """Return whether *report* finds something at the place of *repair*, which is now at offset *at* of its text."""
    fix = repair.finding.fix
    if fix is None or at < 0:
        return False
    path = Path(fix.place.file)
    text = texts[path]
    if repair.finding.code == "CVO-SYNTAX":
        error = contribution.read(path, text=text).error
        return error is not None and SourceMap(text, ()).offset(error.lineno or 1, error.offset or 1) <= at
    line, column = SourceMap(text, ()).position(at)
    return any((f.place.file, f.place.line, f.place.column) == (fix.place.file, line, column) for f in report.findings)


def _key(finding: Finding) -> tuple[object, ...]:
    """Return what a fix is known by when lines have moved."""
    fix = finding.fix
    return finding.place.file, finding.code, finding.focus, finding.path, finding.value, finding.line, fix and fix.text


def _bom(path: Path) -> str:
    return BOM if read_bytes(path).startswith(BOM.encode()) else ""


def _diff(path: Path, old: str, new: str) -> Iterable[str]:
    name = path.as_posix()
    for line in difflib.unified_diff(_lines(old), _lines(new), name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> Sequence[str]:
    r"""Return the lines of *text* with their ends, as programs that patch count them: a line ends at a line feed.

    >>> _lines("a\r\nb\u2028c")
    ['a\r\n', 'b\u2028c']
    """
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
