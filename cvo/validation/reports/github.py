"""A report as workflow commands, which GitHub shows as annotations beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.validation.reports.words import helped, local, plain, said, summary

if TYPE_CHECKING:
    from cvo.findings import Finding, Report

LEVELS = {"violation": "error", "warning": "warning", "info": "notice"}
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def write(report: Report, lang: str = "en") -> str:
    """Return *report* as one workflow command per finding, then the summary as a plain line of the log."""
    return "".join(f"{_command(finding, lang)}\n" for finding in report.findings) + summary(report, lang) + "\n"


def _command(finding: Finding, lang: str) -> str:
    place = finding.place
    about = {"file": local(place.file)}
    if place.line:
        about |= {"line": str(place.line), "endLine": str(place.end_line or place.line)}
    if place.column and not place.cell and place.end_line in (0, place.line):  # columns are refused for several lines
        about |= {"col": str(place.column), "endColumn": str(place.end_column or place.column)}
    about["title"] = finding.code
    properties = ",".join(f"{name}={_escaped(plain(text), PROPERTY)}" for name, text in about.items())
    parts = (said(finding, lang), plain(finding.line.strip()), helped(finding, lang))
    text = "\n".join(part for part in parts if part)
    return f"::{LEVELS[finding.severity]} {properties}::{_escaped(text, DATA)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    r"""Return *text* as a workflow command takes it.

    >>> _escaped("50%: a,b", PROPERTY), _escaped("a\nb", DATA)
    ('50%25%3A a%2Cb', 'a%0Ab')
    """
    return "".join(escapes.get(character, character) for character in text)
