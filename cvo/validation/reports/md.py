"""A report as Markdown, for a pull request or the summary of a job."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cvo.validation.reports.concise import underline
from cvo.validation.reports.words import WORDS, helped, local, plain, said, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.findings import Finding, Report


def write(report: Report, lang: str = "en") -> str:
    """Return *report* as Markdown: a summary, then a section for each file with findings."""
    words = WORDS.get(lang, WORDS["en"])
    lines = [f"# {words['title']}", "", summary(report, lang), ""]
    for file in dict.fromkeys(finding.place.file for finding in report.findings):
        lines += [f"## {_escaped(local(file))}", ""]
        lines += [line for finding in report.findings if finding.place.file == file for line in _item(finding, lang, words)]
    return "\n".join(lines)


def _item(finding: Finding, lang: str, words: dict[str, str]) -> Iterator[str]:
    place = finding.place
    where = str(replace(place, file=local(place.file)))
    yield f"- **{words[finding.severity]}** {_code(finding.code)} {_code(where)} {_escaped(said(finding, lang))}"
    if finding.line:
        shown, carets = underline(finding)
        fence = _fence(shown)
        yield from ("", f"  {fence}turtle", f"  {shown}", f"  {carets}", f"  {fence}")
    if to_do := helped(finding, lang):
        yield from ("", f"  {words['help']}{_escaped(to_do)}")
    yield ""


def _escaped(text: str) -> str:
    r"""Return *text* so that Markdown shows it as it is.

    >>> _escaped("a *b* <c> [d]")
    'a \\*b\\* \\<c\\> \\[d\\]'
    """
    return re.sub(r"([\\`*_{}\[\]<>|#~&@])", r"\\\1", plain(text))


def _fence(text: str) -> str:
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def _code(text: str) -> str:
    """Return *text* as a code span.

    >>> _code("a`b")
    '`` a`b ``'
    """
    text = plain(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"
