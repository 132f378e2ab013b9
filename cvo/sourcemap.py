"""Where every triple of a Turtle, TriG, N-Triples or N-Quads text stands: spans of its subject, predicate and object.

The syntax gate is ``pyoxigraph.parse``; this reader runs after it, only when there is a finding to place, and so needs no
error handling of its own. It resolves no IRI and decodes no escape: it walks the tokens and yields spans in the very order
in which pyoxigraph yields triples, so that the two are joined by their index. Blank nodes and repeated triples come out
right because nothing is compared. It keeps its own stack: five thousand open brackets are as good as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cvo.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = r"[^ \t\r\n<>\"'{}|^`()\[\];,#\\@.~]"
TOKEN: Final = re.compile(
    r"(?P<skip>[ \t\r\n]++|\#[^\r\n]*+)"
    r"|(?P<string>\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    r"|\"(?:[^\"\\\r\n]++|\\.)*+\"|'(?:[^'\\\r\n]++|\\.)*+')"
    r"|(?P<rdf12><<|>>|\{\||\|\}|~)"  # what RDF 1.2 adds
    r"|(?P<iri><[^<>\"{}|^` \t\r\n]*+>)"
    r"|(?P<at>@[A-Za-z0-9-]+)"
    r"|(?P<mark>\^\^|[.](?![0-9])|[;,\[\](){}])"
    r"|(?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))"
    rf"|(?P<blank>_:(?:(?!:){NAME}|\.+(?=(?!:){NAME}))++)"  # a label ends at a colon, a prefixed name does not
    rf"|(?P<name>(?:{NAME}|\\.|\.+(?:{NAME}|\\.))++)"
    r"|(?P<other>.)",
    re.DOTALL,
)
# Strings, IRIs and comments hide what looks like a bracket; one that is not closed hides all that follows.
BRACKET: Final = re.compile(
    r"\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*+(?:\"\"\")?|'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?"
    r"|\"(?:[^\"\\\r\n]++|\\.)*+\"?|'(?:[^'\\\r\n]++|\\.)*+'?|<[^<>\"{}|^` \t\r\n]*+>|\#[^\r\n]*+"
    r"|(?P<open><<|[\[({])|(?P<close>>>|[\])}])",
    re.DOTALL,
)
DEEPEST: Final = 500
# What a Chinese keyboard writes where Turtle wants ASCII; most of it is a letter to Turtle and sticks to the name before it.
FULL_WIDTH: Final = (
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict(zip("。、“”‘’《》〈〉【】\u3000\u00a0", ".,\"\"''<><>[]  ", strict=True))
    | dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", "")
)
NEWLINE: Final = re.compile(r"\r\n|\n|\r")
DIRECTIVES: Final = {"prefix": 2, "base": 1, "version": 1}


@dataclass(slots=True)
class Span:
    """A stretch of the text, from *start* up to but not including *end*, in code points from 0."""

    start: int
    end: int


@dataclass(slots=True)
class _Frame:
    """What is open: a statement, a ``[`` or a ``(``, with its subject, its verb and how many items it has."""

    kind: str
    subject: Span | None = None
    verb: Span | None = None
    items: int = 0


@dataclass(frozen=True)
class SourceMap:
    r"""The spans of the triples of *text*, in the order in which pyoxigraph yields the triples.

    >>> found = read("@prefix : <http://e/> .\n:s :p :o , [ :q 1 ] .")
    >>> [found.text[o.start:o.end] for _, _, o in found.triples]
    [':o', '1', '[ :q 1 ]']
    >>> found.place("x.ttl", found.triples[1][2])
    Place(file='x.ttl', line=2, column=17, end_line=2, end_column=18, cell='')
    """

    text: str
    triples: tuple[tuple[Span, Span, Span], ...]

    @cached_property
    def starts(self) -> list[int]:
        """Return the offset at which each line begins."""
        return [0, *(found.end() for found in NEWLINE.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of *offset*, both from 1, the column in code points."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of *column* in *line*, the inverse of `position`."""
        return self.starts[min(line, len(self.starts)) - 1] + column - 1

    def place(self, file: str, span: Span) -> Place:
        """Return where *span* stands in *file*; the end column is the one after the last character."""
        return Place(file, *self.position(span.start), *self.position(span.end))


def lines_of(text: str) -> list[str]:
    r"""Return the lines of *text* as an editor and pyoxigraph count them: only CR, LF and CR LF end a line.

    >>> lines_of("a\r\nb\rc\u2028d\n")
    ['a', 'b', 'c\u2028d', '']
    """
    return NEWLINE.split(text)


def rdf12(text: str) -> Span | None:
    """Return the span of the first mark that only RDF 1.2 knows (triple terms, reifiers, text direction), if there is one.

    >>> rdf12("<a> <b> <<( <c> <d> <e> )>> .")
    Span(start=8, end=10)
    >>> rdf12("<a> <b> '<<' . # ~")
    """
    for token in TOKEN.finditer(text):
        if token.lastgroup == "rdf12" or (token.lastgroup == "at" and "--" in token.group()):
            return Span(*token.span())
    return None


def too_deep(text: str, deepest: int = DEEPEST) -> Span | None:
    """Return the span of the first bracket that opens more than *deepest* levels, or None.

    To be asked before pyoxigraph reads *text*: nesting without a limit ends the process there.

    >>> too_deep("[ :p ( '[[[[' <a[> 1 ) ] . # ((((", 2)
    >>> too_deep("[ :p ( [] ) ]", 2)
    Span(start=7, end=8)
    """
    if sum(text.count(mark) for mark in ("[", "(", "{", "<<")) <= deepest:
        return None
    depth = 0
    for found in BRACKET.finditer(text):
        if found.lastgroup == "close":
            depth = max(depth - 1, 0)
        elif found.lastgroup == "open":
            depth += 1
            if depth > deepest:
                return Span(*found.span())
    return None


def full_width(text: str, end: int) -> Span | None:
    """Return the span of the last full-width character outside strings, IRIs and comments in the statement at *end*, or None.

    >>> full_width(":a :b '。' . :c :d :e；", 21)
    Span(start=20, end=21)
    >>> full_width(":a :b :c。d :e '，' . :f", 21)

    A string with only one of two curly quotes that runs into a name has swallowed what should have closed it.

    >>> full_width(':a :b "x”@zh , "y"@en .', 17)
    Span(start=8, end=9)
    """
    last = None
    for token in TOKEN.finditer(text):
        if token.start() >= end or (token.lastgroup == "other" and token.group() in "\"'"):
            break
        if token.group() == ".":
            last = None
        elif token.lastgroup == "string":
            string = token.group()
            if token.end() < end <= token.end() + 1 and string.count("“") != string.count("”"):
                found = max(string.rfind("“"), string.rfind("”")) + token.start()
                return Span(found, found + 1)
        elif token.lastgroup not in ("skip", "iri"):
            last = next((Span(i, i + 1) for i in range(token.start(), min(token.end(), end)) if text[i] in FULL_WIDTH), last)
    return last


def ending(text: str, offset: int) -> Span | None:
    r"""Return the span of the semicolon that ends a block where a full stop should, seen from the error at *offset*, or None.

    The next block is then read as a property: its subject begins a line, and its ``a`` is no value.

    >>> ending(":a :b :c ;\n:d a :e .", 14)
    Span(start=9, end=10)
    >>> ending(":a :b :c ;\n", 12)
    Span(start=9, end=10)
    >>> ending(":a :b :c ; :d a :e .", 14)
    """
    before: list[re.Match[str]] = []
    for token in TOKEN.finditer(text):
        if token.start() >= offset:
            break
        if token.lastgroup != "skip":
            before = [*before[-1:], token]
    if len(before) < 2:  # noqa: PLR2004
        return None
    mark, subject = (before[-1], None) if not text[offset:].strip() else before
    if mark.group() != ";" or (subject and not (NEWLINE.search(text, mark.end(), subject.start()) and re.match(r"a\s", text[offset:]))):
        return None
    return Span(*mark.span())


def prefixes(text: str) -> Iterator[tuple[str, Span]]:
    """Return every prefix that *text* declares, with the span of its IRI.

    >>> [(name, iri.start) for name, iri in prefixes("@prefix a: <b> . PREFIX : <c> '@prefix d: <e>'")]
    [('a', 11), ('', 26)]
    """
    recent: list[re.Match[str]] = []
    for token in TOKEN.finditer(text):
        if token.lastgroup == "skip":
            continue
        recent = [*recent[-2:], token]
        if token.lastgroup == "iri" and len(recent) == 3:  # noqa: PLR2004
            word, name, _ = (found.group() for found in recent)
            if word.lstrip("@").lower() == "prefix" and name.endswith(":"):
                yield name[:-1], Span(*token.span())


def read(text: str, *, quads: bool = False) -> SourceMap:
    """Return the source map of *text*, which pyoxigraph has accepted.

    *quads* is for N-Quads, where a fourth term may follow the object.
    """
    reader = _Reader(quads=quads)
    for token in TOKEN.finditer(text):
        if (kind := token.lastgroup) != "skip":
            reader.take(kind or "", token.group(), *token.span())
    return SourceMap(text, tuple(reader.triples))


class _Reader:
    """Walks the tokens of a valid text with a stack of what is open."""

    def __init__(self, *, quads: bool) -> None:
        self.quads = quads
        self.triples: list[tuple[Span, Span, Span]] = []
        self._batch: list[tuple[Span, Span, Span]] = []
        self._stack = [_Frame("statement")]
        self._string: Span | None = None  # a string is complete when the next token is neither @… nor ^^
        self._datatype = False
        self._skip = 0  # tokens of a directive still to pass over

    def take(self, kind: str, word: str, start: int, end: int) -> None:
        """Take one token."""
        if self._skip:
            self._skip -= 1
        elif not self._suffix(kind, word, end):
            self._token(kind, word, start, end)
        if self._batch:  # pyoxigraph hands out what one token completes last in, first out
            self.triples.extend(reversed(self._batch))
            self._batch.clear()

    def _suffix(self, kind: str, word: str, end: int) -> bool:
        """Return whether the token belongs to the string before it; if not, that string is complete."""
        string = self._string
        if string is None:
            return False
        if word == "^^":
            self._datatype = True
            return True
        belongs = self._datatype or kind == "at"
        if belongs:
            string.end = end
        self._string, self._datatype = None, False
        self._term(self._stack[-1], string)
        return belongs

    def _token(self, kind: str, word: str, start: int, end: int) -> None:
        frame = self._stack[-1]
        if kind == "mark":
            self._mark(frame, word, start, end)
        elif frame.kind == "statement" and frame.subject is None and kind in ("at", "name") and self._directive(word):
            pass
        else:
            self._begin_item(frame)
            span = Span(start, end)
            if kind == "string":
                self._string = span
            else:
                self._term(frame, span)

    def _directive(self, word: str) -> bool:
        """Return whether *word* opens a directive or is the word GRAPH, which names no term."""
        tokens = DIRECTIVES.get(word.lstrip("@").lower(), 0)
        self._skip = tokens + 1 if tokens and word[0] == "@" else tokens  # the old style ends in a full stop
        return bool(tokens) or word.lower() == "graph"

    def _mark(self, frame: _Frame, word: str, start: int, end: int) -> None:
        if word in "[(":
            self._begin_item(frame)
            self._stack.append(_Frame(word, Span(start, end)))
        elif word in "])":
            self._stack.pop()
            node = frame.subject or Span(start, end)
            node.end = end
            if word == ")" and frame.items:
                self._emit(node, frame.verb or node, node)  # the last rdf:rest
            else:
                self._term(self._stack[-1], node)
        elif word == ";":
            frame.verb = None
        elif word in ".{}":
            frame.subject = frame.verb = None
            frame.items = 0

    def _begin_item(self, frame: _Frame) -> None:
        """Note that an item of a collection begins: the first one completes the triple that points to the collection."""
        if frame.kind != "(" or frame.subject is None:
            return
        if frame.items:
            self._emit(frame.subject, frame.verb or frame.subject, frame.subject)  # rdf:rest
        else:
            parent = self._stack[-2]
            frame.verb = parent.verb
            self._term(parent, frame.subject)
        frame.items += 1

    def _term(self, frame: _Frame, span: Span) -> None:
        """Note that a term is complete in *frame*."""
        if frame.subject is None:
            frame.subject = span
        elif frame.kind == "(":
            self._emit(frame.subject, frame.verb or frame.subject, span)  # rdf:first
        elif frame.verb is None:
            frame.verb = span
        elif not (self.quads and frame.items):  # the graph name of a quad is no object
            self._emit(frame.subject, frame.verb, span)
            frame.items += 1

    def _emit(self, subject: Span, verb: Span, thing: Span) -> None:
        self._batch.append((subject, verb, thing))
