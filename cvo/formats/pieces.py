"""JSON as pieces, each with its span in the text that it was read from, which may be YAML; and as values with their pieces."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from cvo.sourcemap import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOKEN: Final = re.compile(
    r"(?P<string>\"(?:[^\"\\\x00-\x1f]++|\\.)*+\")|(?P<mark>[\[\]{},:])"
    r"|(?P<word>[^\s\[\]{},:\"]++)|(?P<space>[ \t\r\n]++)|(?P<other>\"(?:[^\"\\\x00-\x1f]++|\\.)*+|.)",
    re.DOTALL,
)


class Piece(NamedTuple):
    """A token of JSON: its *text*, what *kind* it is, and where it *start*s and *end*s in the file."""

    text: str
    kind: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Return where the piece stands."""
        return Span(self.start, self.end)


@dataclass(slots=True, eq=False)
class Value:
    """A value: the number of the *piece* it begins with, the *key* (a piece's number) under which it stands in its *parent*.

    An object has *members*, an array *items*; both end at the piece *last*.
    """

    piece: int
    kind: str
    parent: Value | None = None
    key: int | None = None
    last: int = 0
    members: list[tuple[int, Value]] = field(default_factory=list)
    items: list[Value] = field(default_factory=list)


def pieces(text: str) -> list[Piece]:
    r"""Return the tokens of the JSON *text*; what is none is one of the kind ``other``.

    >>> [piece.text for piece in pieces('{"a": [1, null]}')]
    ['{', '"a"', ':', '[', '1', ',', 'null', ']', '}']
    """
    return [Piece(t.group(), t.lastgroup or "", *t.span()) for t in TOKEN.finditer(text) if t.lastgroup != "space"]


def string(piece: Piece) -> str:
    r"""Return what the string *piece* says, the empty string if it is broken.

    >>> string(Piece('"\\u5267\\u672c"', "string", 0, 14))
    '剧本'
    """
    if piece.kind == "string" and "\\" not in piece.text and piece.text[0] == '"':
        return piece.text[1:-1]
    try:
        said = json.loads(piece.text)
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""


def too_deep(found: Sequence[Piece], deepest: int) -> Piece | None:
    """Return the first piece that opens more than *deepest* levels, or None."""
    depth = 0
    for piece in found:
        if piece.kind == "mark":
            depth += (piece.text in "[{") - (piece.text in "]}")
            if depth > deepest:
                return piece
    return None


def tree(found: Sequence[Piece]) -> Value | None:
    """Return the value that the pieces *found* make, which a parser has accepted; None if there is nothing."""
    root: Value | None = None
    current: Value | None = None
    key: int | None = None
    for number, piece in enumerate(found):
        if piece.text in {":", ","}:
            continue
        if piece.kind == "mark" and piece.text in "]}":
            if current is not None:
                current.last = number
                current = current.parent
            key = None
        elif current is not None and current.kind == "{" and key is None:
            key = number
        else:
            value = Value(number, piece.text if piece.kind == "mark" else piece.kind, current, key, number)
            if current is None:
                root = root or value
            elif current.kind == "{":
                current.members.append((key or 0, value))
            else:
                current.items.append(value)
            key = None
            if piece.kind == "mark":
                current = value
    return root


def walk(root: Value | None) -> Iterator[Value]:
    """Return *root* and all values below it, in the order of the text."""
    todo = [root] if root else []
    while todo:
        value = todo.pop()
        yield value
        todo += reversed([*value.items, *(each for _, each in value.members)])
