"""A document in the units that can be cited: its sentences, table cells, list items and lines, by their offsets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD: Final = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_LINE: Final = re.compile(r"[^\r\n]+")
_HEADING: Final = re.compile(r"\s*#{1,6}\s")
_ITEM: Final = re.compile(r"\s*(?:[-*+•●▪◦‣·]\s|\[\d+\])")
_CELL: Final = re.compile(r"[^\t|]+")
_TABLE: Final = re.compile(r"\s*\||[^\t]*\t")
_MARKUP: Final = re.compile(r"(?:\s|[#*_>|•●▪◦‣·]|</?[A-Za-z]+>|[-+]\s)*")
_TAIL: Final = re.compile(r"(?:\s|[#*_|●]|</?[A-Za-z]+>)*$")
_CLOSING: Final = "”’」』）》)]\"'*_"
# What ends a sentence: Chinese marks always, Latin ones where the next word begins like a sentence.
_END: Final = re.compile(rf"[。！？]+[{re.escape(_CLOSING)}]*|[.!?]+[{re.escape(_CLOSING)}]*(?=\s+[^\sa-z]|\s*$)")
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(（\[])(?:[A-Za-z]|e\.g|i\.e|cf|vs|al|etc|[Ff]ig|[Nn]os?|[Vv]ol|pp|[Ee]ds?|[Cc]h|[Ss]ec|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|U\.S|Ph\.D)\Z"
)
_NUMBER: Final = re.compile(r"\W*\d+\Z")  # of a heading or an item
_FULL: Final = 0.8  # of the usual width: a line as long as this was broken because the page was full
_WIDEST: Final = 130  # cells of a line that somebody's page broke
_PROSE: Final = 40  # words of a line that is no caption; where it lacks an end, a page break tore it


@dataclass(frozen=True, order=True, slots=True)
class Unit:
    """A stretch of a document from *start* to *end*, in code points: a ``sentence``, ``cell``, ``item``, ``heading`` or ``line``."""

    start: int
    end: int
    kind: str


def units(text: str) -> tuple[Unit, ...]:
    r"""Return the units of *text* in their order; white space and marks of layout belong to none.

    A line that fills the page, or that breaks off in the middle of a sentence, goes on in the next one.

    >>> found = units("# 风险\n技术带来风险。人才呢？\n- one item\nkind\t含义\n")
    >>> [(u.kind, u.start, u.end) for u in found]
    [('heading', 2, 4), ('sentence', 5, 12), ('sentence', 12, 16), ('item', 19, 27), ('cell', 28, 32), ('cell', 33, 35)]
    >>> [u.end for u in units("As A. Smith et al. say, it is 3.5 times. Really?")]
    [40, 48]
    """
    return tuple(unit for start, end, kind in _blocks(text) for unit in _sentences(text, start, end, kind))


def words(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the spans of the words of *text*: each Chinese character, each run of other letters and digits.

    >>> words("AI 合成")
    [(0, 2), (3, 4), (4, 5)]
    """
    return [found.span() for found in WORD.finditer(text, start, len(text) if end is None else end)]


def _blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans that hold whole sentences: a paragraph over its broken lines, a heading, an item, a cell."""
    lines = [found.span() for found in _LINE.finditer(text) if not found.group().isspace()]
    usual = _usual_width([text[start:end] for start, end in lines])
    i = 0
    while i < len(lines):
        start, end = lines[i]
        line = text[start:end]
        if _TABLE.match(line):
            yield from ((start + found.start(), start + found.end(), "cell") for found in _CELL.finditer(line))
        elif _HEADING.match(line):
            yield start, end, "heading"
        else:
            while i + 1 < len(lines) and _goes_on(text, lines[i], lines[i + 1], usual):
                i += 1
            end = lines[i][1]
            yield start, end, "item" if _ITEM.match(line) else "line"
        i += 1


def _usual_width(lines: Sequence[str]) -> float:
    """Return the width at which a page broke the *lines*, or 0 if none did."""
    widths = sorted(_width(line.strip()) for line in lines)
    if len(widths) < 5:  # noqa: PLR2004 - too few to tell
        return 0
    usual = widths[len(widths) * 3 // 4]
    near = sum(0.85 * usual <= width <= 1.15 * usual for width in widths)
    return usual if usual <= _WIDEST and near >= 0.4 * len(widths) else 0


def _goes_on(text: str, line: tuple[int, int], following: tuple[int, int], usual: float) -> bool:
    """Return whether the sentence at the end of *line* goes on in the *following* one."""
    this, after = text[slice(*line)].rstrip(), text[slice(*following)]
    if this.rstrip(_CLOSING)[-1:] in "。！？.!?" or _HEADING.match(after) or _ITEM.match(after) or _TABLE.match(after):
        return False
    if usual:
        return _width(this.strip()) >= _FULL * usual
    return len(words(this)) >= _PROSE and any(mark in this for mark in "，,；;。")


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _sentences(text: str, start: int, end: int, kind: str) -> Iterator[Unit]:
    """Yield the units of the block from *start* to *end*."""
    begin = start
    whole = True
    for found in _END.finditer(text, start, end):
        before = text[max(begin, found.start() - 12) : found.start()]
        if text[found.start()] == "." and (_ABBREVIATION.search(before) or _NUMBER.match(before)):
            continue
        whole = False
        yield from _unit(text, begin, found.end(), "sentence" if kind == "line" else kind)
        begin = found.end()
    yield from _unit(text, begin, end, kind if whole or kind != "line" else "sentence")


def _unit(text: str, start: int, end: int, kind: str) -> Iterator[Unit]:
    """Yield the unit from *start* to *end* without the marks around it, if there is a word in it."""
    if WORD.search(text, start, end) is None:
        return
    first = _MARKUP.match(text, start, end)
    start = first.end() if first else start
    tail = _TAIL.search(text[start:end])
    yield Unit(start, start + (tail.start() if tail else end - start), kind)
