"""The tokens of a SPARQL text, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
      | (?P<quote>["'])
      | (?P<variable>[?$]\w+)
      | (?P<name>(?:[^\W\d_][\w.\-]*)?:
          (?:(?:%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]|[\w:])(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)?)
      | (?P<blank>_:[\w.\-]+)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<word>[^\W\d]\w*)
      | (?P<bracket>[(){}\[\]])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its *kind*, its *text* and its offset *start* in code points."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset behind the token."""
        return self.start + len(self.text)

    def says(self, word: str) -> bool:
        """Return whether the token is the keyword *word*, in whatever case."""
        return self.kind == "word" and self.text.upper() == word


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens of *text* in order, without white space and comments.

    Every text has tokens: what SPARQL does not know becomes a token of kind ``other``, an
    unclosed string one of kind ``quote``.

    >>> [(t.kind, t.text) for t in tokens("ASK { ?s a cvo:Risk } # done")]
    [('word', 'ASK'), ('bracket', '{'), ('variable', '?s'), ('word', 'a'), ('name', 'cvo:Risk'), ('bracket', '}')]
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "space":
            continue
        value = match.group()
        if kind == "name" and value.endswith("."):  # the full stop behind a name ends the triple
            value = value.rstrip(".")
        yield Token(kind, value, match.start())


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    r"""Return the line and the column of *offset* in *text*, from 1, in code points.

    >>> line_and_column("法律\n风险", 4)
    (2, 2)
    """
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
