"""One file that is checked: its text, its triples as typed, and where each of them stands."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import fixes, sourcemap
from cvo.dataset import FORMATS as ALL_FORMATS
from cvo.dataset import syntax_problem
from cvo.errors import InputError, Message, Place, SyntaxProblem
from cvo.files import base_iri, inner, read_text
from cvo.findings import Finding, Fix, Texts
from cvo.names import curie, parsed, undeclared, unwanted
from cvo.terms import CVO, OA, PREFIXES, RDF, SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

FORMATS = {ending: ALL_FORMATS[ending] for ending in (".ttl", ".trig", ".nt", ".nq")}  # those whose places a source map finds
LONGEST = 1 << 24  # bytes of one token, beyond which pyoxigraph does not read
TOO_LONG = f"a term of more than {LONGEST >> 20} MiB is not read"
LINES = (".nt", ".nq")  # a triple a line: no block describes a node
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
SUBJECT, PREDICATE, OBJECT = range(3)
SOURCE_CLASS = ox.NamedNode(f"{CVO}Source")
# Relating a claim of another source to one's own does not describe that claim.
RELATIONS = frozenset(f"{CVO}{name}" for name in ("agreesWith", "contradicts", "inTensionWith", "refines", "restates"))
# What a node has once, or once in each language: two blocks that both say it are two nodes, or one too many.
ONCE = frozenset({f"{CVO}statement", f"{CVO}passageDigest", f"{OA}hasSelector", f"{OA}start"})


class Contributed:
    """The triples of a file, or the one thing that keeps it from having any."""

    tabular = False  # whether it is a table, which is made into what other files say
    notes: tuple[Message, ...] = ()  # on what was not read of it
    repairable = True  # whether what is typed at a place can be written anew; what is made for Turtle fits nothing else

    def __init__(self, path: Path, text: str, quads: Sequence[ox.Quad], prefixes: dict[str, str], error: SyntaxError | None) -> None:
        """Hold what `read` has read; with an *error* there are no *quads*."""
        self.path = path
        self.unpacked = inner(path)
        self.text = text
        self.quads = quads
        self.own = frozenset(prefixes)  # those that it declares itself
        self.prefixes = {**prefixes, **{name: iri for name, iri in PREFIXES.items() if name not in prefixes}}
        self.error = error

    @property
    def top(self) -> Place:
        """Return the beginning of the file."""
        return Place(str(self.path), 1, 1)

    @property
    def stem(self) -> str:
        """Return what the file is called after: its name without the ending, which by custom is the cite key of its source."""
        return self.path.stem

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines of the text."""
        return sourcemap.lines_of(self.text)

    def line(self, number: int) -> str:
        """Return the line *number*, from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def shown(self, place: Place) -> str:
        """Return what people are shown of *place*: its line."""
        return self.line(place.line)

    @cached_property
    def map(self) -> sourcemap.SourceMap:
        """Return where the triples stand; read only when there is a finding to place."""
        return sourcemap.read(self.text, quads=self.unpacked.suffix.lower() == ".nq")

    @cached_property
    def _named(self) -> dict[object, int]:
        """Return the first triple of each object."""
        return {quad.object: index for index, quad in reversed(list(enumerate(self.quads)))}

    @cached_property
    def _index(self) -> dict[object, list[int]]:
        """Return the triples of each subject."""
        index: dict[object, list[int]] = {}
        for number, quad in enumerate(self.quads):
            index.setdefault(quad.subject, []).append(number)
        return index

    def about(self, focus: Term) -> list[ox.Quad]:
        """Return the triples of *focus*."""
        return [self.quads[index] for index in self._index.get(focus, ())]

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
        index = self._named.get(focus)
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
    def problems(self) -> tuple[Finding, ...]:
        """Return what keeps the file from being checked: a syntax error, or prefixes that stand for something else than they should."""
        if self.error:
            return (self._syntax_finding(self.error),)
        known = {name: iri for name, iri in PREFIXES.items() if iri == SOURCE or not iri.startswith(SOURCE)}
        wrong = {name for name, iri in self.prefixes.items() if known.get(name, iri) != iri}
        found = self.declarations() if wrong else ()
        return tuple(
            replace(
                self._finding(place, "CVO-PREFIX", (f"{name}: is <{known[name]}>, not {iri}", f"{name}: 是 <{known[name]}>，不是 {iri}")),
                fix=fixes.prefix_iri(place, iri, f"<{known[name]}>") if self.repairable else None,
            )
            for name, span, iri in found
            if name in wrong and iri != f"<{known[name]}>"
            for place in [self._spans.place(str(self.path), span)]
        )

    def declarations(self) -> Iterator[tuple[str, sourcemap.Span, str]]:
        """Return every prefix that the text declares: its name, the span of its IRI, and this in angle brackets."""
        for name, span in sourcemap.prefixes(self.text):
            yield name, span, self.text[span.start : span.end]

    def _syntax_finding(self, error: SyntaxError) -> Finding:
        what = self.syntax_problem().what
        start = self._spans.offset(error.lineno or 1, error.offset or 1)
        end = self._spans.offset(error.end_lineno or 1, error.end_offset or 1)
        place = Place(str(self.path), error.lineno or 1, error.offset or 1, error.end_lineno or 0, error.end_offset or 0)
        if "is not a valid" in what and self.text[start : start + 1].lower() == what[0]:
            what = self.text[start] + what[1:]  # what was typed, as it was typed
        (said, to_do), span, instead, fix = parsed(what), None, "", None
        if not str(error.msg).startswith("Parser error"):
            pass  # not the parser's but ours
        elif span := sourcemap.full_width(self.text, max(start + 1, end)):
            instead = sourcemap.FULL_WIDTH[self.text[span.start]]
            said, to_do = unwanted(self.text[span.start], instead)
        elif what.startswith(("a is not", "unexpected end")) and (span := sourcemap.ending(self.text, start)):
            said = (("en", "a block ends with ; in place of ."), ("zh", "语法错误：一段的末尾写成了 ;"))
            to_do, instead = (("en", "write . here"), ("zh", "此处请写 .")), "."
        elif found := re.search(r"prefix (\S*): has not been declared", what):
            to_do = undeclared(found[1])
            declared = {name: iri for name, iri in self.prefixes.items() if name in self.own}
            fix = fixes.undeclared(self.text, place, self.typed(place), found[1], declared)
        elif what.startswith(("a dot is expected", "unexpected end")):
            fix = fixes.missing_mark(str(self.path), self.text, start, self._parses)
        if span:
            place = self._spans.place(str(self.path), span)
            fix = Fix(place, instead)
        return replace(self._finding(place, "CVO-SYNTAX", (dict(said)["en"], dict(said)["zh"]), help_=to_do), fix=fix)

    def _parses(self, text: str) -> bool:
        """Return whether *text* is what the file should be."""
        return read(self.path, text=text).error is None

    def typed(self, place: Place) -> str:
        """Return what stands at *place* in the text; nothing, if it is only known where that begins."""
        if not place.end_line or not self.repairable:
            return ""
        start, end = (self._spans.offset(line, column) for line, column in ((place.line, place.column), (place.end_line, place.end_column)))
        return self.text[start:end]

    @cached_property
    def _spans(self) -> sourcemap.SourceMap:
        return sourcemap.SourceMap(self.text, ())

    def _finding(self, place: Place, code: str, said: tuple[str, str], focus: Term | None = None, help_: Texts = ()) -> Finding:
        """Return a violation that no shape found, told in English and in Chinese."""
        messages = (("en", said[0]), ("zh", said[1]))
        name = "" if focus is None else self.show(focus)
        return Finding(place, code, "violation", messages, help_, "" if focus is None else str(focus), name=name, line=self.shown(place))

    def syntax_problem(self) -> SyntaxProblem:
        """Return the syntax error as an exception."""
        return syntax_problem(self.error or SyntaxError(), self.path)

    def taken(self, keys: Collection[str]) -> Finding | None:
        """Return the finding that the file describes what belongs to a source with a cite key of *keys*, all of which have their files."""
        for index, quad in enumerate(self.quads):
            if quad.predicate.value in RELATIONS:
                continue
            iri = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            key = iri.removeprefix(SOURCE).partition("#")[0]
            if key in keys and iri.startswith(SOURCE):
                own = next((own for _, own in self._cite_keys() if own not in keys), "…")
                line = f"@prefix : <{SOURCE}{own}#> ."
                to_do = (("en", f"write at the top: {line}"), ("zh", f"请在文件开头写：{line}"))
                if not self.repairable:
                    to_do = (("en", f"begin them with {SOURCE}{own}#"), ("zh", f"请以 {SOURCE}{own}# 开头"))
                here = (span for name, span, iri in self.declarations() if not name and iri == f"<{SOURCE}{key}#>")
                place = next((self._spans.place(str(self.path), span) for span in here), None) or self.place(index, SUBJECT)
                said = (
                    f"these IRIs belong to another source, {key}; choose a cite key of your own",
                    f"这些 IRI 属于另一来源 {key}：请另取自己的引用键",
                )
                return self._finding(place, "CVO-TAKEN", said, help_=to_do)
        return None

    def filing(self) -> Iterator[Finding]:
        """Return what is wrong with the sources of the file: there are two, or the file is not called after its source."""
        if self.unpacked.suffix.lower() in LINES:
            return
        encoded = {quad.object for quad in self.quads if quad.predicate.value == f"{CVO}encodes"}
        sources = list(dict.fromkeys(q.subject for q in self.quads if q.predicate.value == f"{RDF}type" and q.object == SOURCE_CLASS))
        for source in sources[1:]:
            if {sources[0], source} <= encoded and (place := self.place_of_node(source)):
                first = self.show(sources[0])
                said = (f"a file describes one source, and this one describes {first} already", f"一个文件只写一个来源，本文件已写 {first}")
                to_do = (("en", "move this source and its claims into a file of their own"), ("zh", "请把这个来源及其论断移到另一个文件"))
                yield self._finding(place, "CVO-ONE-SOURCE", said, source, to_do)
        for index, key in self._cite_keys():
            source, name = self.quads[index].subject, self.path.name.replace(self.unpacked.stem, key, 1)
            if sources == [source] and str(source) == f"<{SOURCE}{key}>" and key != self.unpacked.stem:
                said = (
                    f"the file is called {self.path.name} and its source {key}: call it {name}",
                    f"文件名为 {self.path.name}，来源的引用键为 {key}：请将文件改名为 {name}",
                )
                yield replace(self._finding(self.place(index, OBJECT), "CVO-FILE-NAME", said, source), severity="warning")

    def _cite_keys(self) -> Iterator[tuple[int, str]]:
        for index, quad in enumerate(self.quads):
            if quad.predicate.value == f"{CVO}citeKey" and isinstance(quad.object, ox.Literal):
                yield index, quad.object.value

    def repeated(self) -> Iterator[Finding]:
        """Return a finding for each node that two blocks describe: one with a name that was used already, or the same one copied."""
        found: dict[tuple[Term, str], list[int]] = {}
        for index, quad in enumerate(self.quads):
            if (predicate := quad.predicate.value) in ONCE:
                found.setdefault((quad.subject, predicate), []).append(index)
        for (subject, _), numbers in found.items():
            languages = {getattr(self.quads[number].object, "language", None) for number in numbers}
            if len(numbers) == len(languages) or self.unpacked.suffix.lower() in LINES:
                continue
            places = list(dict.fromkeys(self.place(number, SUBJECT) for number in numbers))
            if len(places) > 1:
                first, name = f"{places[0].line}:{places[0].column}", self.show(subject)
                said = (f"{name} is described twice, first at {first}", f"{name} 写了两次，第一次在 {first}")
                to_do = (("en", "give this one a number of its own, or remove it"), ("zh", "请换一个编号，或删去其中一个"))
                yield self._finding(places[-1], "CVO-TWICE", said, subject, to_do)


def read(path: Path, number: int = 0, *, contributed: bool = True, text: str | None = None) -> Contributed:
    """Return the file *path*, or what it would be with the *text*.

    The blank nodes of a *contributed* file are named in the order of the file, with its *number*, to be the same on each run.

    Raises: InputError, if it cannot be read or is of an unknown kind.
    """
    kind = FORMATS.get(inner(path).suffix.lower())
    if kind is None and path.exists():
        raise InputError(f"not a kind of file that cvo validates: {path}", hint=f"expected one of {' '.join(FORMATS)}")
    text = read_text(path) if text is None else text
    base = base_iri(inner(path)) if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    if span := sourcemap.too_deep(text):
        return Contributed(path, text, (), {}, error_at(path, text, span, f"nested more than {sourcemap.DEEPEST} deep"))
    parser = ox.parse(text, format=kind, base_iri=base, rename_blank_nodes=not contributed)
    try:
        quads = list(parser)
    except SyntaxError as error:
        return Contributed(path, text, (), dict(parser.prefixes), error)
    except MemoryError:
        longest = max((sourcemap.Span(*token.span()) for token in sourcemap.TOKEN.finditer(text)), key=lambda span: span.end - span.start)
        if longest.end - longest.start < LONGEST // 4:  # a code point has up to four bytes
            raise  # it is not the parser that will not, but the machine that cannot
        return Contributed(path, text, (), {}, error_at(path, text, longest, TOO_LONG))
    if (beyond := _beyond(path, text, quads)) is not None:
        return Contributed(path, text, (), dict(parser.prefixes), beyond)
    return Contributed(path, text, list(relabelled(quads, number)) if contributed else quads, dict(parser.prefixes), None)


def _beyond(path: Path, text: str, quads: Iterable[ox.Quad]) -> SyntaxError | None:
    """Return the syntax error that RDF 1.2 is to everybody who reads RDF 1.1, if there is some in the file."""
    if not any(isinstance(q.object, ox.Triple) or (isinstance(q.object, ox.Literal) and q.object.direction) for q in quads):
        return None
    span = sourcemap.rdf12(text) or sourcemap.Span(0, 0)
    return error_at(path, text, span, "triple terms and text directions are RDF 1.2; cvo reads RDF 1.1")


def error_at(path: Path, text: str, span: sourcemap.Span, what: str) -> SyntaxError:
    """Return the syntax error *what* at the *span* of *text*."""
    place = sourcemap.SourceMap(text, ()).place(str(path), span)
    return SyntaxError(what, (place.file, place.line, place.column, None, place.end_line, place.end_column))


def relabelled(quads: Iterable[ox.Quad], number: int) -> Iterator[ox.Quad]:
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
