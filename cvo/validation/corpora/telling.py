"""The report on a corpus: line by line as findings come where the format allows it, else whole at the end."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cvo.findings import SEVERITIES
from cvo.output import deliver
from cvo.validation import report
from cvo.validation.reports import concise, jsonl
from cvo.validation.reports.words import counted, noted, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cvo.findings import Finding
    from cvo.validation.corpora.checking import Checking

COMING = frozenset({"concise", "jsonl"})
UNREADABLE = "CVO-UNREADABLE"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a report is told: in which format and language, and where to; which findings are looked at, and how severe ones fail."""

    form: str
    lang: str
    output: Path | None
    copies: Sequence[tuple[Path, str]]
    looks: Callable[[Finding], bool]
    fail_on: str
    colour: bool = False


def tell(checking: Checking, telling: Telling) -> int:
    """Run *checking* and tell what it finds; return the exit status: 1 for findings, 2 if all that is wrong is that files are unreadable.

    Raises: as `Checking.findings` does.
    """
    counts: Counter[str] = Counter()
    severe: Counter[bool] = Counter()
    levels = SEVERITIES[: SEVERITIES.index(telling.fail_on) + 1] if telling.fail_on in SEVERITIES else ()

    def wanted(*, with_names: bool) -> Iterator[Finding]:
        for finding in filter(telling.looks, checking.findings(with_names=with_names)):
            counts[finding.severity] += 1
            severe[finding.code == UNREADABLE] += finding.severity in levels
            yield finding

    if telling.form in COMING and not telling.copies:
        deliver(_coming(telling, checking, wanted(with_names=False), counts), telling.output)
    else:
        findings = tuple(sorted(wanted(with_names=True)))
        whole = replace(checking.report, findings=findings)
        for file, form in telling.copies:
            deliver(report.write(whole, form, lang=telling.lang), file)
        deliver(report.write(whole, telling.form, lang=telling.lang, colour=telling.colour), telling.output)
    for note in checking.report.notes:
        sys.stderr.write(f"{noted(note, telling.lang)}\n")
    if checking.kept:
        sys.stderr.write(_kept(checking, telling.lang))
    if severe[False]:
        return 1
    return 2 if checking.opened else 0


def _coming(telling: Telling, checking: Checking, findings: Iterator[Finding], counts: Counter[str]) -> Iterator[str]:
    """Return the pieces of a report as they come."""
    shown = telling.output is None
    for finding in findings:
        yield jsonl.one(finding) if telling.form == "jsonl" else concise.one(finding, telling.lang, colour=telling.colour)
        if shown:
            sys.stdout.flush()
    about = checking.report
    if telling.form == "jsonl":
        yield jsonl.last(about, checking.files, counts)
    else:
        yield f"{summed(about, checking.files, counts, 0, telling.lang)}\n"


def _kept(checking: Checking, lang: str) -> str:
    if lang == "zh":
        return f"说明：{checking.kept} 个文件未变，沿用 {checking.resume} 中的结果\n"
    return f"note: {counted(checking.kept, 'file')} unchanged, reported from {checking.resume}\n"
