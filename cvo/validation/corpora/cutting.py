"""Where a large file can be cut so that each part is well-formed by itself: between the statements about two subjects.

A cut is made where the layout of the lines suggests one, and is right if the part before it is well-formed: a statement, a
text or a comment that was cut apart is none. So whoever reads all parts knows whether all cuts were right.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cvo.files import BUFFER, inner
from cvo.validation.corpora.inputs import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.validation.corpora.bench import Setting

CUT = (".ttl", ".nt", ".nq")  # a graph of TriG may be as long as its file
MARK = b"\xef\xbb\xbf"
DIRECTIVE = re.compile(rb"\s*@?(?:prefix|base)\b", re.IGNORECASE)
WINDOW = 1 << 16  # bytes in which a cut is looked for
SHARES = 4  # parts for each process, so that all end at about the same time


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: its *number*, where it begins, how many bytes it has, its first *line*, and the directives before it."""

    number: int
    start: int
    size: int
    line: int = 1
    prologue: bytes = b""

    @contextmanager
    def opened(self, name: str, before: bytes = b"") -> Iterator[BufferedReader]:
        """Give the part of the file *name* to be read, after what is *before* it."""
        with Path(name).open("rb") as file:
            file.seek(self.start)
            yield BufferedReader(cast("Any", _Bounded(file, before, self.size)), BUFFER)


class _Bounded(RawIOBase):
    """Some bytes, then so many of a *file*."""

    def __init__(self, file: BufferedReader, before: bytes, size: int) -> None:
        super().__init__()
        self.file, self.before, self.left = file, before, size

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        if self.before:
            data, self.before = self.before[: len(into)], self.before[len(into) :]
        else:
            data = self.file.read(min(len(into), self.left))
            self.left -= len(data)
        into[: len(data)] = data
        return len(data)


def is_cut(name: str, size: int, setting: Setting) -> bool:
    """Return whether the file *name*, of about so many bytes, is worth being cut."""
    return size > max(setting.large, 4 * setting.part) and not is_address(name) and inner(Path(name)).suffix.lower() in CUT


def spans(name: str, size: int, most: int, jobs: int) -> list[Span]:
    """Return the parts of the file *name*, each of about *most* bytes or less; the first is small. There is one, if it cannot be cut.

    Their lines are not known yet.
    """
    first = max(most // 4, min(4 * most, size // 16))
    each = max(most // 4, min(most, (size - first) // (jobs * SHARES) + 1))
    with Path(name).open("rb") as file:
        top = file.read(WINDOW)
        begin = len(MARK) if top.startswith(MARK) else 0
        cuts, at = [begin], begin + first
        while at < size - each // 2:
            file.seek(at)
            if (found := _cut(file.read(WINDOW))) is not None and at + found > cuts[-1]:
                cuts.append(at + found)
            at = max(at, cuts[-1]) + each
    head = prologue(top[begin:])
    return [
        Span(number, start, end - start, prologue=head if number else b"") for number, (start, end) in enumerate(pairwise([*cuts, size]))
    ]


def prologue(text: bytes) -> bytes:
    r"""Return the directives at the top of *text*, each on a line.

    >>> prologue(b"# by me\r\n@prefix a: <urn:a> .\r\nPREFIX b: <urn:b>\r\n\r\na:b a:c a:d .\r\n@prefix c: <urn:c> .")
    b'@prefix a: <urn:a> .\nPREFIX b: <urn:b>\n'
    """
    lines = []
    for line in text.split(b"\n"):
        stripped = line.strip()
        if DIRECTIVE.match(line):
            lines.append(line.rstrip(b"\r\n") + b"\n")
        elif stripped and not stripped.startswith(b"#"):
            break
    return b"".join(lines)


def _cut(window: bytes) -> int | None:
    r"""Return where in *window* the statements about another subject begin, as far as the lines tell.

    >>> text = b"... e:q 1 .\n<urn:a> e:p 1 ;\n  e:q 2 .\n<urn:a> e:p 2 .\n<urn:b> e:p 3 .\n"
    >>> text[_cut(text):]
    b'<urn:b> e:p 3 .\n'
    """
    before, ended = None, False
    for start, line in _lines(window):
        stripped = line.strip()
        if not stripped or stripped.startswith(b"#"):
            continue
        if ended and line[:1] not in b" \t.;,)]}" and not DIRECTIVE.match(line):
            subject = line.split(None, 1)[0]
            if before is not None and subject != before:
                return start
            before = subject
        ended = stripped.endswith(b".")
    return None


def _lines(window: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the whole lines of *window* but the first, which may have begun before it, each with its place."""
    start = window.find(b"\n") + 1
    while start and (end := window.find(b"\n", start)) >= 0:
        yield start, window[start:end]
        start = end + 1
