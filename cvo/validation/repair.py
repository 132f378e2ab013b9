"""Writing the fixes of findings into the texts: round after round, each checked, until nothing is left that can be repaired."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cvo import contribution, fixes
from cvo.errors import InputError, Message
from cvo.files import read_bytes, read_text
from cvo.findings import Fix
from cvo.output import deliver
from cvo.sourcemap import SourceMap, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cvo.findings import Finding, Report

ROUNDS = 20  # more than any file needs; it only keeps a fix that undoes another one from going on for ever
MENDS = 200  # slips of syntax in one file: the reader finds one at a time
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
                what = Message(f"changed while it was being repaired: {path}", f"修正期间文件有改动：{path}")
                raise InputError(what, hint=Message("run it again", "请再运行一次"))
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
        bad = {_key(each.finding) for each in _still_wrong(tried, texts, new)}
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
    for _ in range(MENDS):
        problems = [problem for problem in contribution.read(path, text=text).problems if problem.fix and wanted(problem)]
        for findings in (_alike(text, problems), problems):
            new, repairs = apply(text, findings)
            if repairs and _further(path, text, new, repairs[-1][1]):
                break
        else:
            return text, made
        text = new
        made += [repair for repair, _ in repairs]
    return text, made


def _alike(text: str, problems: Sequence[Finding]) -> list[Finding]:
    """Return a finding for each full-width mark that is wrong in the way that the one of *problems* is; who types one, types many."""
    fix = problems[0].fix if len(problems) == 1 else None
    if fix is None or problems[0].code != "CVO-SYNTAX":
        return []
    spans = SourceMap(text, ())
    at = spans.offset(fix.place.line, fix.place.column)
    edits = fixes.alike(text, at) if spans.offset(fix.place.end_line, fix.place.end_column) == at + 1 else []
    found, lines = [], lines_of(text)
    for span, right in edits:
        place = spans.place(fix.place.file, span)
        found.append(replace(problems[0], place=place, line=lines[place.line - 1], fix=Fix(place, right)))
    return found


def _further(path: Path, old: str, new: str, at: int) -> bool:
    """Return whether *new* can be read, or at least further than *old* and beyond the last repair, which is *at* an offset of it."""
    before, after = (contribution.read(path, text=text).error for text in (old, new))
    if after is None or before is None:
        return after is None
    first, then = (SourceMap(text, ()).offset(e.lineno or 1, e.offset or 1) for text, e in ((old, before), (new, after)))
    return then > at and len(new) - then < len(old) - first


def _still_wrong(tried: Iterable[tuple[Repair, int]], texts: Mapping[Path, str], report: Report) -> Iterator[Repair]:
    """Return those of the repairs *tried* at whose place, now at an offset of the new text, *report* finds something."""
    places = {(finding.place.file, finding.place.line, finding.place.column) for finding in report.findings}
    unread = {finding.place.file: finding.place for finding in report.findings if finding.code == "CVO-SYNTAX"}
    spans = {str(path): SourceMap(text, ()) for path, text in texts.items()}
    for repair, at in tried:
        file = repair.finding.fix.place.file if repair.finding.fix else ""
        if at < 0 or not file:
            continue
        place = unread.get(file)
        if repair.finding.code == "CVO-SYNTAX":
            if place and spans[file].offset(place.line, place.column) <= at:
                yield repair
        elif (file, *spans[file].position(at)) in places:
            yield repair


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
