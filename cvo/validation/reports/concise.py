"""A report for the terminal: what, where, the source line with a caret line under it, what to do, and a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.validation.reports.words import WORDS, helped, plain, said, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.findings import Finding, Report

WIDTH = 160  # columns of a source line that are shown; longer ones are cut around the place
COLOURS = {"violation": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m", "frame": "\x1b[1;34m", "off": "\x1b[0m"}


def write(report: Report, lang: str = "en", *, colour: bool = False) -> str:
    """Return *report* for the terminal, in *lang*."""
    return "".join([*(one(finding, lang, colour=colour) for finding in report.findings), summary(report, lang), "\n"])


def one(finding: Finding, lang: str = "en", *, colour: bool = False) -> str:
    """Return *finding* with an empty line after it."""
    paint = COLOURS if colour else dict.fromkeys(COLOURS, "")
    return "\n".join([*_told(finding, lang, WORDS.get(lang, WORDS["en"]), paint), "", ""])


def _told(finding: Finding, lang: str, words: dict[str, str], paint: dict[str, str]) -> Iterator[str]:
    place, frame, off = finding.place, paint["frame"], paint["off"]
    margin = " " * len(str(place.line))
    yield f"{paint[finding.severity]}{words[finding.severity]}[{plain(finding.code)}]{off} {said(finding, lang)}"
    yield f"{margin}{frame}-->{off} {plain(str(place))}{f'  ({plain(finding.name)})' if finding.name else ''}"
    if finding.line:
        shown, carets = underline(finding)
        yield f"{margin} {frame}|{off}"
        yield f"{frame}{place.line} |{off} {shown}"
        yield f"{margin} {frame}|{off} {paint[finding.severity]}{carets}{off}"
    if to_do := helped(finding, lang):
        yield f"{margin} {frame}={off} {words['help']}{to_do}"


def underline(finding: Finding) -> tuple[str, str]:
    """Return the line of *finding* and the carets under it."""
    place = finding.place
    return underlined(finding.line, 1 if place.cell else place.column, place.end_column if place.end_line == place.line else 0)


def underlined(line: str, column: int, end: int) -> tuple[str, str]:
    """Return *line* as a terminal may show it, and the line of carets under it from *column* to before *end* (0: its end).

    >>> for text in underlined("rdfs:label '剧本' ;", 12, 16): print(text)
    rdfs:label '剧本' ;
               ^^^^^^
    """
    last = len(line.rstrip()) if end == 0 else end - 1
    first = min(max(column - 1, 0), len(line))
    last = max(first + 1, min(last, len(line)))
    start = 0
    width = WIDTH if line.isascii() else WIDTH // 2
    if len(line) > width:
        start = max(0, min(first - width // 3, len(line) - width))
        last = max(first + 1, min(last, start + width))
        line = line[start : start + width]
    before, inside = "…" * bool(start) + line[: first - start], line[first - start : last - start]
    shown = "…" * bool(start) + line
    return plain(shown), " " * _width(plain(before)) + "^" * max(1, _width(plain(inside)))


def _width(text: str) -> int:
    """Return how many columns of a terminal *text* takes; CJK characters and emoji take two."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415  most lines are ASCII

    return max(0, wcswidth(text))
