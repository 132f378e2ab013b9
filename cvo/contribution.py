"""One file that is checked: its text, its triples as typed, and where each of them stands."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import sourcemap
from cvo.dataset import syntax_problem
from cvo.errors import InputError, Place, SyntaxProblem
from cvo.files import base_iri, read_text
from cvo.findings import Finding, Texts
from cvo.names import curie, nearest
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
SUBJECT, PREDICATE, OBJECT = range(3)


class Contributed:
    """The triples of a file, or the one thing that keeps it from having any."""

    def __init__(self, path: Path, text: str, quads: Sequence[ox.Quad], prefixes: dict[str, str], error: SyntaxError | None) -> None:
        """Hold what `read` has read; with an *error* there are no *quads*."""
        self.path = path
        self.text = text
        self.quads = quads
        self.prefixes = {**prefixes, **{name: iri for name, iri in PREFIXES.items() if name not in prefixes}}
        self.error = error

    @property
    def top(self) -> Place:
        """Return the beginning of the file."""
        return Place(str(self.path), 1, 1)

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines of the text."""
        return sourcemap.lines_of(self.text)

    def line(self, number: int) -> str:
        """Return the line *number*, from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    @cached_property
    def map(self) -> sourcemap.SourceMap:
        """Return where the triples stand; read only when there is a finding to place."""
        return sourcemap.read(self.text, quads=self.path.suffix.lower() == ".nq")

    @cached_property
    def _index(self) -> dict[object, list[int]]:
        """Return the triples of each subject."""
        index: dict[object, list[int]] = {}
        for number, quad in enumerate(self.quads):
            index.setdefault(quad.subject, []).append(number)
        return index

    def place(self, index: int, role: int) -> Place:
        """Return the place of the subject, the predicate or the object of a triple."""
        if len(self.map.triples) != len(self.quads):  # the reader and pyoxigraph do not agree: better no place than a wrong one
            return self.top
        return self.map.place(str(self.path), self.map.triples[index][role])

    def place_of_value(self, focus: Term, steps: Sequence[str], value: Term) -> Place | None:
        """Return the place of the object of the triple (*focus*, one of *steps*, *value*).

        Without steps the value may be that of any property.
        """
        for index in self._index.get(focus, ()):
            quad = self.quads[index]
            if quad.object == value and (not steps or quad.predicate.value in steps):
                return self.place(index, OBJECT)
        return None

    def place_of_property(self, focus: Term, steps: Sequence[str], *, last: bool) -> Place | None:
        """Return the place of the first predicate that is one of *steps* at *focus*; with *last*, of its last object."""
        found = [index for index in self._index.get(focus, ()) if self.quads[index].predicate.value in steps]
        if not found:
            return None
        return self.place(found[-1], OBJECT) if last else self.place(found[0], PREDICATE)

    def place_of_node(self, focus: Term) -> Place | None:
        """Return the place where *focus* is described, else where it is first named."""
        if found := self._index.get(focus):
            return self.place(found[0], SUBJECT)
        index = next((index for index, quad in enumerate(self.quads) if quad.object == focus), None)
        return None if index is None else self.place(index, OBJECT)

    def uses(self, namespaces: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
        """Return every predicate and object (or datatype of one) in *namespaces*: index of the triple, role, IRI."""
        for index, quad in enumerate(self.quads):
            if (iri := quad.predicate.value).startswith(namespaces):
                yield index, PREDICATE, iri
            thing = quad.object
            if isinstance(thing, ox.Literal):
                thing = thing.datatype
            if isinstance(thing, ox.NamedNode) and thing.value.startswith(namespaces):
                yield index, OBJECT, thing.value

    def show(self, focus: Term) -> str:
        """Return *focus* as people are shown it: ``#c002`` for a claim, else a CURIE, else a label or a place."""
        if isinstance(focus, ox.NamedNode):
            name = curie(focus.value, self.prefixes)
            return f"#{focus.value.partition('#')[2]}" if name[0] == "<" and "#" in focus.value else name
        if isinstance(focus, ox.BlankNode):
            place = self.place_of_node(focus)
            return f"[…] {place.line}:{place.column}" if place else "[…]"
        return str(focus)

    @cached_property
    def problem(self) -> Finding | None:
        """Return what keeps the file from being read, as a finding, or None."""
        error = self.error
        if error is None:
            return None
        what = self.syntax_problem()
        place = Place(str(self.path), error.lineno or 1, error.offset or 1, error.end_lineno or 0, error.end_offset or 0)
        messages = (("en", what.what), ("zh", f"语法错误：{what.what}"))
        return Finding(place, "CVO-SYNTAX", "violation", messages, _syntax_help(what.what), line=self.line(place.line))

    def syntax_problem(self) -> SyntaxProblem:
        """Return the syntax error as an exception."""
        return syntax_problem(self.error or SyntaxError(), self.path)


def _syntax_help(what: str) -> Texts:
    """Return what can be done about the syntax error *what*.

    >>> dict(_syntax_help("the prefix skso: has not been declared"))["en"]
    'did you mean skos:? else write: @prefix skso: <…> .'
    """
    if found := re.search(r"prefix (\S*): has not been declared", what):
        name = found[1]
        line = f"@prefix {name}: <{PREFIXES.get(name, '…')}> ."
        like = "" if name in PREFIXES else nearest(name, PREFIXES)
        if like:
            return (("en", f"did you mean {like}:? else write: {line}"), ("zh", f"是否想写 {like}:？否则请加上：{line}"))
        return (("en", f"write at the top: {line}"), ("zh", f"请在文件开头加上：{line}"))
    if "end of file" in what.lower():
        return (("en", "a quote, a bracket or the last full stop is missing"), ("zh", "缺少引号、括号或最后的句点"))
    return ()


def read(path: Path, number: int = 0, *, contributed: bool = True) -> Contributed:
    """Return the file *path*.

    The blank nodes of a *contributed* file are named in the order of the file, with its *number*, to be the same on each run.

    Raises: InputError, if it cannot be read or is of an unknown kind.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None and path.exists():
        raise InputError(f"not a kind of file that cvo validates: {path}", hint=f"expected one of {' '.join(FORMATS)}")
    text = read_text(path)
    base = base_iri(path) if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    parser = ox.parse(text, format=kind, base_iri=base, rename_blank_nodes=not contributed)
    try:
        quads = list(parser)
    except SyntaxError as error:
        return Contributed(path, text, (), dict(parser.prefixes), error)
    if (beyond := _beyond(path, text, quads)) is not None:
        return Contributed(path, text, (), dict(parser.prefixes), beyond)
    return Contributed(path, text, list(_relabelled(quads, number)) if contributed else quads, dict(parser.prefixes), None)


def _beyond(path: Path, text: str, quads: Iterable[ox.Quad]) -> SyntaxError | None:
    """Return the syntax error that RDF 1.2 is to everybody who reads RDF 1.1, if there is some in the file."""
    if not any(isinstance(q.object, ox.Triple) or (isinstance(q.object, ox.Literal) and q.object.direction) for q in quads):
        return None
    span = sourcemap.rdf12(text)
    start, end = (span.start, span.end) if span else (0, 0)
    source = sourcemap.SourceMap(text, ())
    (line, column), (end_line, end_column) = source.position(start), source.position(end)
    what = "triple terms and text directions are RDF 1.2; cvo reads RDF 1.1"
    return SyntaxError(what, (str(path), line, column, None, end_line, end_column))


def _relabelled(quads: Iterable[ox.Quad], number: int) -> Iterator[ox.Quad]:
    """Return *quads* with blank nodes named by the order in which they come."""
    names: dict[str, ox.BlankNode] = {}

    def renamed(node: ox.BlankNode) -> ox.BlankNode:
        return names.setdefault(node.value, ox.BlankNode(f"f{number}b{len(names)}"))

    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
            subject = renamed(subject) if isinstance(subject, ox.BlankNode) else subject
            value = renamed(value) if isinstance(value, ox.BlankNode) else value
            yield ox.Quad(subject, quad.predicate, value, quad.graph_name)
        else:
            yield quad
