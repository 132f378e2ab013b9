"""Contributions in JSON-LD: their triples, and the key and the value that each comes from."""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from cvo.contribution import LONGEST, TOO_LONG, Contributed, error_at, relabelled
from cvo.files import base_iri, read_text
from cvo.formats import slots
from cvo.formats.names import Names
from cvo.formats.pieces import pieces, string, too_deep, tree, walk
from cvo.formats.refusal import Refused
from cvo.names import nearest
from cvo.sourcemap import DEEPEST, SourceMap, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cvo.findings import Finding
    from cvo.formats.pieces import Piece, Value

KIND = ox.RdfFormat.JSON_LD
CONTEXT = "https://w3id.org/cvo/context.jsonld"


class Json(NamedTuple):
    """JSON: its pieces, and what its keys may mean."""

    found: Sequence[Piece]
    names: Names


class Linked(Contributed):
    """A file whose triples are said in JSON."""

    repairable = False

    def __init__(self, path: Path, text: str, json_: Json, quads: Sequence[ox.Quad], error: SyntaxError | None) -> None:
        """Hold what `read` has read."""
        super().__init__(path, text, quads, json_.names.prefixes, error)
        self.found, self.names = json_

    def declarations(self) -> Iterator[tuple[str, Span, str]]:
        """Return every prefix of a context: its name, where its IRI stands, and this in angle brackets."""
        for name, value, iri in self.names.declared:
            if name in self.names.prefixes:
                yield name, self.found[value.piece].span, f"<{iri}>"

    @cached_property
    def map(self) -> SourceMap:
        """Return where the triples stand."""
        return SourceMap(self.text, slots.spans(self.found, self.names, self.quads, base_iri(self.path)))

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
    json_ = Json(found, Names(found, ()))
    try:
        _refuse_shape(found)
        told, json_ = _with_contexts(found)
        quads = _parsed(told, path, json_, text)
    except Refused as refused:
        return Linked(path, text, json_, (), error_at(path, text, refused.span, refused.what))
    return Linked(path, text, json_, list(relabelled(quads, number)) if contributed else quads, None)


def _refuse_shape(found: Sequence[Piece]) -> None:
    """Raise Refused, if a string of *found* is not closed or too long, or there are too many levels."""
    for piece in found:
        if piece.kind == "other":
            what = "a string is not closed" if piece.text[0] == '"' else f"unexpected character: {piece.text!r}"
            raise Refused(what, piece.start, piece.end)
        if len(piece.text) > LONGEST // 4 and len(piece.text.encode("utf-8", "replace")) > LONGEST - 64:
            raise Refused(TOO_LONG, piece.start, piece.end)
    if deep := too_deep(found, DEEPEST):
        raise Refused(f"nested more than {DEEPEST} deep", deep.start, deep.end)


def _with_contexts(found: Sequence[Piece]) -> tuple[list[str], Json]:
    """Return the texts of *found* with the project's context where it is named, and what all contexts say. Raises: Refused."""
    contexts: list[Value] = []
    named: list[int] = []
    for value in walk(tree(found)):
        key = "" if value.key is None else found[value.key].text
        piece = found[value.piece]
        if key == '"@import"':
            raise Refused(f"no context is ever fetched: {string(piece)}", piece.start, piece.end)
        for each in (value.items or [value]) if key == '"@context"' else ():
            piece = found[each.piece]
            if each.kind != "string":
                contexts.append(each)
            elif (iri := string(piece)) == CONTEXT:
                named.append(each.piece)
            else:
                raise Refused(f"no context is ever fetched: {iri}", piece.start, piece.end)
    names = Names(found, contexts)
    told = [piece.text for piece in found]
    if named:
        own = json.dumps(_context())
        for index in named:
            told[index] = own
        names.learn(Names(known := pieces(own), [root] if (root := tree(known)) else []))
    if names.unread:
        piece = found[names.unread[0].piece]
        raise Refused("containers of graphs, ids and types are not read", piece.start, piece.end)
    for index in named:
        found = [*found[:index], found[index]._replace(text=told[index], kind="context"), *found[index + 1 :]]
    return told, Json(found, names)


def _parsed(told: Sequence[str], path: Path, json_: Json, text: str) -> list[ox.Quad]:
    """Return the triples. Raises: Refused, at what the parser refuses."""
    try:
        quads = list(ox.parse("\n".join(told), format=KIND, base_iri=base_iri(path)))
    except SyntaxError as error:
        span, what = _place(error, json_.found, text)
        raise Refused(what, span.start, span.end) from None
    if any(isinstance(q.object, ox.Literal) and q.object.direction for q in quads):
        span = next((piece.span for piece in json_.found if piece.text == '"@direction"'), Span(0, 0))
        raise Refused("text directions are RDF 1.2; cvo reads RDF 1.1", span.start, span.end)
    return quads


@cache
def _context() -> dict[str, Any]:
    """Return the project's context as the site publishes it, made of the shipped data."""
    from cvo.dataset import load_shipped  # noqa: PLC0415 - only a document that names it needs it
    from cvo.jsonld import context, kinds_of  # noqa: PLC0415

    return context(kinds_of(load_shipped().store.quads_for_pattern(None, None, None, ox.DefaultGraph())))


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
    means: dict[str, bool] = {}
    todo = [root] if (root := tree(found)) else []
    while todo:
        value = todo.pop()
        under = string(found[value.key]) if value.key is not None else ""
        if names.keyword(under) == "@context" or under in names.json:
            continue
        todo += value.items
        for key, member in value.members:
            name = string(found[key])
            if name not in means:
                means[name] = bool(names.keyword(name) or names.iris(name))
            if not means[name] and under not in names.maps:
                yield key
            else:
                todo.append(member)
