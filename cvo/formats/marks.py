"""Marks in a text that come out of a parser again, and so tell where each triple came from.

A parser of JSON-LD or RDF/XML gives no places. Asked a second time, with a mark at the end of each name and value, it gives
the same triples in the same order, now with the marks. The marks are characters that nobody types: Unicode has not assigned
them, while IRIs, XML names and JSON strings may hold them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.sourcemap import SourceMap, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

START, ZERO, BASE, DIGITS = 0xE2000, 0xE1000, 1024, 3
MOST = BASE**DIGITS
MARK = re.compile(f"{chr(START)}[{chr(ZERO)}-{chr(ZERO + BASE - 1)}]{{{DIGITS}}}")

Spans = tuple[Span, Span, Span]


def mark(number: int) -> str:
    """Return the mark of *number*.

    >>> numbers(f"a{mark(5)}b{mark(70000)}")
    [5, 70000]
    """
    digits = []
    for _ in range(DIGITS):
        number, digit = divmod(number, BASE)
        digits.append(chr(ZERO + digit))
    return chr(START) + "".join(reversed(digits))


def numbers(text: str) -> list[int]:
    """Return the numbers of the marks in *text*."""
    found = []
    for each in MARK.finditer(text):
        number = 0
        for digit in each.group()[1:]:
            number = number * BASE + ord(digit) - ZERO
        found.append(number)
    return found


def number_of(term: Any) -> int | None:  # noqa: ANN401 - any term of pyoxigraph
    """Return the number of the first mark in *term*, if it has one."""
    text = str(term)
    if chr(START) not in text:
        return None
    return next(iter(numbers(text)), None)


class Pieces:
    """The pieces of a text as a file that hands them out one by one, so that it is known how far a parser has read."""

    def __init__(self, pieces: Iterable[str]) -> None:
        """Begin before the first of *pieces*."""
        self._pieces = iter(pieces)
        self.read_so_far = 0

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece, nothing at the end."""
        self.read_so_far += 1
        return next(self._pieces, "").encode()


def stopped_at(pieces: Sequence[str], kind: ox.RdfFormat, base: str) -> int:
    """Return the index of the piece at which a parser of *kind* refuses the text that *pieces* make."""
    fed = Pieces(pieces)
    try:
        for _ in ox.parse(input=fed, format=kind, base_iri=base):  # type: ignore[arg-type]
            pass
    except (SyntaxError, ValueError):
        return max(min(fed.read_so_far, len(pieces)) - 1, 0)
    return max(len(pieces) - 1, 0)


def unknown(text: str, count: int) -> SourceMap:
    """Return a map in which each of *count* triples stands at the beginning of *text*: better no place than a wrong one."""
    top = Span(0, 0)
    return SourceMap(text, tuple((top, top, top) for _ in range(count)))
