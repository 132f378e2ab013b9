"""Which findings are looked at, by their codes, and which of them make a run fail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cvo.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cvo.findings import Finding, Report


def wanted(select: Sequence[str], ignore: Sequence[str], known: Iterable[str] = ()) -> Callable[[Finding], bool]:
    """Return whether a finding is wanted: its code begins with one of *select*, if there are any, and with none of *ignore*.

    Several codes may stand in one text, with commas; ``CVO-`` and the case do not matter. *known* are codes beside the shipped ones.

    >>> from cvo.errors import Place
    >>> from cvo.findings import Finding
    >>> looks = wanted(["CVO-TERM,holder"], ["CVO-HOLDER-OWN"])
    >>> [looks(Finding(Place("x"), code, "violation", ())) for code in ("CVO-TERM-IRI", "CVO-HOLDER-OWN", "CVO-BASIS")]
    [True, False, False]

    Raises: InputError, if no code begins like that.
    """
    from cvo.validation.explain import explanations  # noqa: PLC0415 - 6 ms that most runs do not need

    codes = [*explanations(), *known]
    chosen, left = (tuple(_begun(word, codes) for word in _words(texts)) for texts in (select, ignore))
    return lambda finding: (not chosen or finding.code.startswith(chosen)) and not (left and finding.code.startswith(left))


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.replace("，", ",").replace(",", " ").split()]


def _begun(word: str, codes: Sequence[str]) -> str:
    for start in (word, word.upper(), f"CVO-{word.upper()}"):
        if any(code.startswith(start) for code in codes):
            return start
    from cvo.validation.explain import unknown  # noqa: PLC0415

    raise unknown(word, codes)


def only(report: Report, looks: Callable[[Finding], bool]) -> Report:
    """Return *report* with those findings only that are wanted."""
    return replace(report, findings=tuple(filter(looks, report.findings)))


def status(report: Report, fail_on: str) -> int:
    """Return the exit status: 1 if there is a finding as severe as *fail_on*, else 0; with ``never`` always 0.

    >>> from cvo.findings import Report
    >>> status(Report((), ()), "info")
    0
    """
    if fail_on not in SEVERITIES:
        return 0
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return int(any(finding.severity in severe for finding in report.findings))
