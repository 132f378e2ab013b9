"""From what a table says of a passage (its first and last characters, lines, offsets) to where it is in the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo.errors import CvoError, Message
from cvo.sourcemap import NEWLINE

if TYPE_CHECKING:
    from cvo.contribute.locate import Document

NAME = re.compile(r":?(p[0-9]{3,})")
_LINES = re.compile(
    r"(?:lines?\s*([0-9]+)(?:\s*[-–—至到]\s*([0-9]+))?|第\s*([0-9]+)(?:\s*[-–—至到]\s*([0-9]+))?\s*行)(?:\s*[:：]\s*(.+))?",
    re.IGNORECASE | re.DOTALL,
)
_OFFSETS = re.compile(r"([0-9]+)\s*[-–—]\s*([0-9]+)")
_GAP = re.compile(r"\s*(?:…+|\.{3,})\s*")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a passage is found by: *lines* (from, to), *offsets*, or *first* and *last* characters, in *lines* if they are given."""

    lines: tuple[int, int] | None = None
    offsets: tuple[int, int] | None = None
    first: str = ""
    last: str = ""


def parse(text: str) -> Wanted:
    """Return what the cell *text* says. Raises: CvoError, if it says nothing.

    >>> parse("近年来 … 配音"), parse("第12-14行").lines, parse("line 3: a ... b")
    (Wanted(lines=None, offsets=None, first='近年来', last='配音'), (12, 14), Wanted(lines=(3, 3), offsets=None, first='a', last='b'))
    """
    text = text.strip()
    if found := _OFFSETS.fullmatch(text):
        return Wanted(offsets=(int(found[1]), int(found[2])))
    lines = None
    if found := _LINES.fullmatch(text):
        start = int(found[1] or found[3])
        lines = (start, int(found[2] or found[4] or start))
        if not found[5]:
            return Wanted(lines)
        text = found[5].strip()
    parts = [part for part in _GAP.split(text) if part]
    hint = Message(
        "write its first characters, … and its last characters; or lines, such as: lines 12-14",
        "请写开头几个字 … 结尾几个字；或写行号，如“第12-14行”",
    )
    if not parts:
        raise CvoError(Message("no characters to find a passage by", "没有可供查找的字句"), hint=hint)
    if len(parts) > 2:  # noqa: PLR2004
        raise CvoError(Message(f"more than one … in a passage: {text}", f"段落中不止一个 …：{text}"), hint=hint)
    return Wanted(lines, first=parts[0], last=parts[-1])


def find(document: Document, wanted: Wanted) -> tuple[int, int]:
    """Return the offsets of the one passage of *document* that is *wanted*.

    Raises: CvoError, if there is none, or more than one.
    """
    starts = [0, *(found.end() for found in NEWLINE.finditer(document.text) if found.end() < len(document.text))]
    if wanted.offsets:
        start, end = wanted.offsets
        if not start < end <= len(document.text):
            length = len(document.text)
            raise CvoError(
                Message(f"no such offsets: {start}-{end}", f"文档中没有这个位置：{start}-{end}"),
                hint=Message(
                    f"the document has {length} characters; the end comes after the start", f"文档共 {length} 个字符；终点在起点之后"
                ),
            )
        if not document.passage_digest(start, end)[1]:
            raise CvoError(Message(f"nothing but white space: {start}-{end}", f"此处只有空白：{start}-{end}"))
        return start, end
    low, high = 0, len(document.text)
    if wanted.lines:
        first, last = wanted.lines
        if not 0 < first <= last <= len(starts):
            hint = Message(f"the document has {len(starts)} lines, counted from 1", f"文档共 {len(starts)} 行，从 1 数起")
            raise CvoError(Message(f"no such lines: {first}-{last}", f"文档中没有这些行：{first}-{last}"), hint=hint)
        low, high = starts[first - 1], starts[last] if last < len(starts) else len(document.text)
        if not wanted.first:
            text = document.text[low:high]
            if not text.strip():
                raise CvoError(Message(f"nothing but white space in lines: {first}-{last}", f"这些行只有空白：{first}-{last}"))
            return low + len(text) - len(text.lstrip()), low + len(text.rstrip())
    heads = [span for span in document.occurrences(wanted.first) if low <= span[0] < high]
    if len(heads) != 1:
        raise _not_once(wanted, heads, starts)
    tails = [span for span in document.occurrences(wanted.last) if span[0] >= heads[0][0] and span[1] >= heads[0][1]]
    if not tails:
        raise CvoError(
            Message(f"does not follow '{wanted.first}' in the document: {wanted.last}", f"文档中“{wanted.first}”之后没有：{wanted.last}"),
            hint=Message("copy a few characters from the end of the passage", "请从段落末尾复制几个字"),
        )
    return heads[0][0], tails[0][1]


def _not_once(wanted: Wanted, heads: list[tuple[int, int]], starts: list[int]) -> CvoError:
    if not heads:
        where = Message("the document", "文档中")
        if wanted.lines:
            first, last = wanted.lines
            where = Message(f"lines {first}-{last} of the document", f"文档第 {first}-{last} 行中")
        return CvoError(
            Message(f"not in {where}: {wanted.first}", f"{where.zh}找不到：{wanted.first}"),
            hint=Message("copy a few characters from the document itself; is it the right one?", "请从文档中复制几个字；文档拿对了吗？"),
        )
    from bisect import bisect_right  # noqa: PLC0415

    lines = list(dict.fromkeys(bisect_right(starts, start) for start, _ in heads))
    shown = ", ".join(map(str, lines[:SHOWN])) + (" …" if len(lines) > SHOWN else "")
    hint = Message(
        f"give more characters, or the line, such as: line {lines[0]}: {wanted.first} … {wanted.last}",
        f"请多写几个字，或写明行号，如“第{lines[0]}行：{wanted.first} … {wanted.last}”",
    )
    what = f"stands {len(heads)} times in the document (lines {shown}): {wanted.first}"
    return CvoError(Message(what, f"在文档中出现 {len(heads)} 次（第 {shown} 行）：{wanted.first}"), hint=hint)
