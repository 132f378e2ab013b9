"""Rows of text laid out for a terminal, with Chinese characters and emoji at their true width."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "
_NARROWEST = 10
_WIDEST_WORD = 48
_JOINERS = "\u200c\u200d\ufe0f"  # parts of an emoji or a word
_TALLEST = 7


def lay_out(names: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """Return *rows* under *names* as a table no wider than *width* cells (0: as wide as it likes).

    Long cells are wrapped. Where the columns would become too narrow to read, each row becomes a
    block of lines instead, one for each name.

    >>> print(lay_out(["risk", "风险"], [["legal risk", "法律风险"]]))
    risk        风险
    ----------  --------
    legal risk  法律风险
    <BLANKLINE>
    """
    rows = [[_one_line(cell) for cell in row] for row in rows]
    natural = [max([cells(name), *(cells(row[i]) for row in rows)]) for i, name in enumerate(names)]
    widths = _fit(natural, [_least(name, [row[i] for row in rows]) for i, name in enumerate(names)], width) if width else natural
    wrapped = [[wrap(cell, widths[i]) for i, cell in enumerate(row)] for row in rows]
    too_tall = sum(max(map(len, row), default=1) for row in wrapped) > _TALLEST * len(wrapped)
    if width and (too_tall or sum(widths) + len(_GAP) * (len(widths) - 1) > width):
        return _blocks(names, rows, width)
    lines = [_line(names, widths), _line(["-" * w for w in widths], widths)]
    for row in wrapped:
        height = max(map(len, row), default=0)
        lines += [_line([cell[k] if k < len(cell) else "" for cell in row], widths) for k in range(height)]
        if max(map(len, row), default=1) > 1 and row is not wrapped[-1]:
            lines.append("")
    return "\n".join(lines) + "\n"


def cells(text: str) -> int:
    """Return the number of terminal cells that *text* takes.

    >>> cells("AI 风险")
    7
    """
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415 - 25 ms that only a table with more than ASCII needs

    return max(wcswidth(text), 0)


def _one_line(text: str) -> str:
    """Return *text* without line ends, and without control characters that would steer the terminal."""
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)


def _least(name: str, column: Sequence[str]) -> int:
    """Return the width below which a *column* under *name* would break a word, such as a name that has to be typed."""
    longest = max((cells(piece.rstrip()) for cell in {name, *column} for piece in _pieces(cell)), default=1)
    return min(max(longest, _NARROWEST), _WIDEST_WORD)


def _fit(natural: list[int], least: list[int], width: int) -> list[int]:
    """Return widths that together fit in *width*, taken from the widest columns first, none below its *least*."""
    room = width - len(_GAP) * (len(natural) - 1)
    widths = natural.copy()
    while sum(widths) > room:
        shrinkable = [i for i in range(len(widths)) if widths[i] > least[i]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=widths.__getitem__)] -= 1
    return widths


def wrap(text: str, width: int) -> list[str]:
    """Return *text* in lines of at most *width* cells, broken at spaces or between Chinese characters."""
    if cells(text) <= width:
        return [text]
    lines, line = [], ""
    for piece in _pieces(text):
        if cells(line + piece.rstrip()) > width and line:
            lines.append(line.rstrip())
            line = ""
            piece = piece.lstrip()  # noqa: PLW2901 - a line never starts with a space
        while cells(piece) > width:  # a word longer than the line
            k = next(k for k in range(len(piece), 0, -1) if cells(piece[:k]) <= max(width, 2) or k == 1)
            lines.append(piece[:k])
            piece = piece[k:]  # noqa: PLW2901
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


_NOT_AT_START = "，。、；：？！）》”’…,.;:?!)"


def _pieces(text: str) -> list[str]:
    """Return *text* in the pieces between which a line may break."""
    pieces: list[str] = []
    for c in text:
        wide = not c.isascii() and cells(c) > 1
        previous = pieces[-1][-1] if pieces else ""
        breaks = not pieces or previous == " " or ((wide or (not previous.isascii() and cells(previous) > 1)) and c not in _NOT_AT_START)
        if breaks and c != " ":
            pieces.append(c)
        elif pieces:
            pieces[-1] += c
    return pieces


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(text + " " * (width - cells(text)) for text, width in zip(texts, widths, strict=True)).rstrip()


def _blocks(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Return each row as a block: its number, then one line (or more) for each name that has a value."""
    margin = max(map(cells, names)) + len(_GAP)
    blocks = []
    for number, row in enumerate(rows, 1):
        lines = [f"-- {number} ".ljust(min(width, 40), "-")]
        for name, text in zip(names, row, strict=True):
            if text:
                first, *others = wrap(text, max(width - margin, 20))
                lines += [name + " " * (margin - cells(name)) + first, *(" " * margin + other for other in others)]
        blocks.append("\n".join(lines))
    return "\n".join(blocks) + "\n"
