"""Contributions in JSON-LD: their triples, and the key and the value that each comes from."""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.contribution import LONGEST, TOO_LONG, Contributed, error_at, relabelled
from cvo.files import base_iri, read_text
from cvo.findings import Finding
from cvo.formats import marks
from cvo.formats.names import Names
from cvo.formats.pieces import Piece, pieces, string, too_deep, tree, walk
from cvo.names import nearest
from cvo.sourcemap import DEEPEST, SourceMap, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cvo.contribution import Term
    from cvo.formats.marks import Spans
    from cvo.formats.pieces import Value

KIND = ox.RdfFormat.JSON_LD
CONTEXT = "https://w3id.org/cvo/context.jsonld"
SILENT = ("@context", "@language", "@direction", "@index", "@version")  # what stands under them names no node and is no value


class Linked(Contributed):
    """A file whose triples are those of *found*, JSON in pieces."""

    repairable = False

    def __init__(
        self, path: Path, text: str, found: Sequence[Piece], names: Names, quads: Sequence[ox.Quad], error: SyntaxError | None
    ) -> None:
        """Hold what `read` has read."""
        super().__init__(path, text, quads, names.prefixes, error)
        self.found, self.names = found, names

    def declarations(self) -> Iterator[tuple[str, Span, str]]:
        """Return every prefix of a context: its name, where its IRI stands, and this in angle brackets."""
        for name, value, iri in self.names.declared:
            if name in self.names.prefixes:
                yield name, self.found[value.piece].span, f"<{iri}>"

    @cached_property
    def map(self) -> SourceMap:
        """Return where the triples stand."""
        return SourceMap(self.text, _Places(self.found, self.names, self.quads, base_iri(self.path)).spans)

    def filing(self) -> Iterator[Finding]:
        """Return what is wrong with the sources of the file, and which keys say nothing, so that what stands under them is lost."""
        yield from super().filing()
        known = {name for name in self.names.terms if not self.names.keyword(name)}
        for key in lost(self.found, self.names):
            name = string(self.found[key])
            place = self._spans.place(str(self.path), self.found[key].span)
            said = (
                f"{name} means nothing in the @context: what it says is lost",
                f"@context 中没有 {name}：其下的内容不会被读取",
            )
            like = nearest(name, known)
            to_do = (("en", f"did you mean {like}?"), ("zh", f"是否想写 {like}？")) if like else ()
            yield self._finding(place, "CVO-TERM", said, help_=to_do)


def read(path: Path, number: int = 0, *, contributed: bool = True, text: str | None = None) -> Linked:
    """Return the JSON-LD file *path*. Raises: InputError, if it cannot be read."""
    text = read_text(path) if text is None else text
    return linked(path, text, pieces(text), number, contributed=contributed)


def linked(path: Path, text: str, found: list[Piece], number: int = 0, *, contributed: bool = True) -> Linked:
    """Return the file *path* whose JSON is *found* in *text*; contexts are never fetched, the project's own one is known."""
    nothing = Names(found, ())

    def refused(span: Span, what: str, names: Names = nothing) -> Linked:
        return Linked(path, text, found, names, (), error_at(path, text, span, what))

    if broken := next((piece for piece in found if piece.kind == "other"), None):
        what = "a string is not closed" if broken.text[0] == '"' else f"unexpected character: {broken.text!r}"
        return refused(broken.span, what)
    if long := next(
        (piece for piece in found if len(piece.text) > LONGEST // 4 and len(piece.text.encode("utf-8", "replace")) > LONGEST - 64), None
    ):
        return refused(long.span, TOO_LONG)
    if deep := too_deep(found, DEEPEST):
        return refused(deep.span, f"nested more than {DEEPEST} deep")
    root = tree(found)
    replaced = dict[int, str]()
    contexts = []
    for value in walk(root):
        key = "" if value.key is None else found[value.key].text
        if key == '"@import"':
            return refused(found[value.piece].span, "no context is ever fetched: write it out in place of @import")
        if key != '"@context"':
            continue
        for each in value.items or [value]:
            if each.kind == "string":
                if (iri := string(found[each.piece])) != CONTEXT:
                    return refused(found[each.piece].span, f"no context is ever fetched: {iri}; write it out, or name {CONTEXT}")
                replaced[each.piece] = json.dumps(_context())
            else:
                contexts.append(each)
    if replaced:
        known = pieces(json.dumps(_context()))
        own = Names(known, [tree(known)])  # type: ignore[list-item]
    names = Names(found, contexts)
    if replaced:
        for name, iris in own.terms.items():
            names.terms.setdefault(name, set()).update(iris)
        names.maps |= own.maps
    if names.unread:
        piece = found[names.unread[0].piece]
        return refused(piece.span, "containers of graphs, ids and types are not read: write the objects in an array", names)
    told = [replaced.get(index, piece.text) for index, piece in enumerate(found)]
    try:
        quads = _parsed(told, path)
    except SyntaxError as error:
        span, what = _place(error, found, text)
        return refused(span, what, names)
    if any(isinstance(q.object, ox.Literal) and q.object.direction for q in quads):
        direction = next((piece.span for piece in found if piece.text == '"@direction"'), Span(0, 0))
        return refused(direction, "text directions are RDF 1.2; cvo reads RDF 1.1", names)
    return Linked(
        path,
        text,
        [p._replace(text=t) for p, t in zip(found, told, strict=True)],
        names,
        list(relabelled(quads, number)) if contributed else quads,
        None,
    )


def _parsed(told: Sequence[str], path: Path) -> list[ox.Quad]:
    return list(ox.parse("\n".join(told), format=KIND, base_iri=base_iri(path)))


@cache
def _context() -> dict[str, Any]:
    """Return the project's context as the site publishes it, made of the shipped data."""
    from cvo.dataset import load_shipped  # noqa: PLC0415 - only a document that names it needs it
    from cvo.jsonld import context  # noqa: PLC0415

    return context(load_shipped().store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def _place(error: SyntaxError, found: Sequence[Piece], text: str) -> tuple[Span, str]:
    """Return where the parser's *error* is, and what it says; of pieces a line each it tells the line, else the keyword at least."""
    what = str(error.msg)
    if what.startswith("Parser error"):
        what = what.partition(": ")[2] or what
    what = what[:1].lower() + what[1:].rstrip(".")
    if error.lineno and error.lineno <= len(found):
        return found[error.lineno - 1].span, what
    if error.lineno:
        return Span(len(text), len(text)), what
    keyword = re.search(r"@[a-z]+", what)
    for index, piece in enumerate(found[:-2]):
        if keyword and piece.text == f'"{keyword[0]}"' and found[index + 1].text == ":" and found[index + 2].kind != "string":
            return found[index + 2].span, what
    index = next((i for i, piece in enumerate(found) if keyword and piece.text == f'"{keyword[0]}"'), 0)
    return (found[index].span if found else Span(0, 0)), what


def lost(found: Sequence[Piece], names: Names) -> Iterator[int]:
    """Return the keys (numbers of pieces) that mean nothing, and so take with them what stands under them."""
    todo = [root] if (root := tree(found)) else []
    while todo:
        value = todo.pop()
        under = string(found[value.key]) if value.key is not None else ""
        if names.keyword(under) == "@context" or under in names.json:
            continue
        todo += value.items
        for key, member in value.members:
            name = string(found[key])
            if not (under in names.maps or names.keyword(name) or names.iris(name)):
                yield key
            else:
                todo.append(member)


class _Places:
    """Finds the spans of the triples of *found* by reading it again with marks."""

    def __init__(self, found: Sequence[Piece], names: Names, quads: Sequence[ox.Quad], base: str) -> None:
        self.found, self.names = found, names
        self.of: dict[int, Value] = {}
        self.plain: dict[str, list[Value]] = {}
        told = [piece.text for piece in found]
        silent: set[int] = set()
        for value in walk(tree(found)):
            word = names.keyword(string(found[value.key])) if value.key is not None else ""
            if word in SILENT or (value.parent is not None and id(value.parent) in silent):
                silent.add(id(value))
                continue
            self.of[value.piece] = value
            if value.kind not in ("string", "word"):
                continue
            said = string(found[value.piece]) if value.kind == "string" else ""
            if value.kind == "string" and not said.startswith("@") and said not in names.terms:
                told[value.piece] = f'{told[value.piece][:-1]}{marks.mark(value.piece)}"'
            elif value.kind == "word" or said in names.terms:
                for iri in self._meant(value):
                    self.plain.setdefault(iri, []).append(value)
        try:
            again = list(ox.parse("\n".join(told), format=KIND, base_iri=base))
        except SyntaxError:
            again = []
        top = Span(0, 0)
        same = len(again) == len(quads)
        self.nodes: dict[Term, Value] = {}
        slots = [self._marked(quad) if same else None for quad in again] if same else [None] * len(quads)
        for quad, slot in zip(quads, slots, strict=True):
            if slot is not None:
                self.nodes.setdefault(quad.subject, slot[0])
        last: Spans = (top, top, top)
        spans = []
        for index, quad in enumerate(quads):
            slot = slots[index] or self._unmarked(quad)
            if slot is not None:
                last = self._spans(*slot)
            elif quad.subject in self.nodes:
                here = self._name(self.nodes[quad.subject])
                last = (here, here, here)
            spans.append(last)
        self.spans = tuple(spans)

    def _marked(self, quad: ox.Quad) -> tuple[Value, int, Value] | None:
        """Return the node, the key and the value of the *quad* by its marks: by the deeper one, that of the value."""
        if marks.number_of(quad.object) is None:
            return None
        ends = [self.of[n] for term in (quad.object, quad.subject) if (n := marks.number_of(term)) is not None and n in self.of]
        found = [slot for each in ends if (slot := self._slot(each, quad.predicate.value))]
        return max(found, key=lambda slot: slot[1]) if found else (self._slot(ends[0], "") if ends else None)

    def _slot(self, value: Value, predicate: str) -> tuple[Value, int, Value] | None:
        """Return the node and the key with which *value* says *predicate*; without one, those that are nearest."""
        inner, at = value, value
        while at.parent is not None:
            if at.parent.kind == "{" and at.key is not None:
                name = string(self.found[at.key])
                if predicate in self.names.iris(name) or (not predicate and not self.names.keyword(name)):
                    return at.parent, at.key, inner
            at = at.parent
        return None

    def _meant(self, value: Value) -> set[str]:
        slot: Value | None = value
        while slot is not None:
            if slot.key is not None and (iris := self.names.iris(string(self.found[slot.key]))):
                return iris
            slot = slot.parent
        return set()

    def _unmarked(self, quad: ox.Quad) -> tuple[Value, int, Value] | None:
        """Return the slot of a *quad* whose value bears no mark: a node without a name, a number, a term."""
        node = self.nodes.get(quad.object)
        if node is not None and (slot := self._slot(node, quad.predicate.value)):
            return slot
        waiting = self.plain.get(quad.predicate.value, [])
        home = self.nodes.get(quad.subject)
        for index, value in enumerate(waiting):
            slot = self._slot(value, quad.predicate.value)
            if slot and (home is None or slot[0] is home):
                del waiting[index]
                self.nodes.setdefault(quad.subject, slot[0])
                return slot
        return None

    def _name(self, node: Value) -> Span:
        """Return where *node* is named: its @id, else its first bracket."""
        for key, value in node.members:
            if value.kind == "string" and self.names.keyword(string(self.found[key])) == "@id":
                return self.found[value.piece].span
        return self.found[node.piece].span

    def _spans(self, node: Value, key: int, value: Value) -> Spans:
        here = self.found[value.piece].span if value.kind != "{" else self._name(value)
        return self._name(node), self.found[key].span, here
