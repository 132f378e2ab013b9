"""The elements of an XML text with the places of their names and attributes, and the check that the text is harmless XML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from cvo.formats.refusal import Refused
from cvo.sourcemap import DEEPEST, SourceMap, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKUP: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[(?:<!--.*?-->|<\?.*?\?>|\"[^\"]*\"|'[^']*'|[^\]\"'<]++|<(?!!--|\?))*+\][^>]*)?>"
    r"|<(?P<end>/?)(?P<name>[^\s/>!?]+)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>",
    re.DOTALL,
)
ATTRIBUTE: Final = re.compile(r"([^\s=]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
ENTITY: Final = re.compile(r"&([^;#\s&]+);")
LARGEST: Final = 10_000_000  # characters that all uses of entities may come to


@dataclass(slots=True, eq=False)
class Element:
    """An element: where its *name* stands, its *attributes* (name; spans of name and value, without quotes), what is above and in it."""

    name: str
    span: Span
    attributes: dict[str, tuple[Span, Span]]
    parent: Element | None
    inner: Span
    end_name: Span | None = None
    children: list[Element] = field(default_factory=list)


def elements(text: str) -> Iterator[Element]:
    """Return the elements of *text*, which is well-formed, each when it ends."""
    open_: list[Element] = []
    for found in MARKUP.finditer(text):
        if found["name"] is None:
            continue
        name = Span(*found.span("name"))
        if found["end"]:
            if open_:
                element = open_.pop()
                element.end_name, element.inner.end = name, found.start()
                yield element
            continue
        start = found.start("attributes")
        attributes = {
            a[1]: (Span(start + a.start(1), start + a.end(1)), Span(start + a.start(2) + 1, start + a.end(2) - 1))
            for a in ATTRIBUTE.finditer(found["attributes"])
        }
        element = Element(found["name"], name, attributes, open_[-1] if open_ else None, Span(found.end(), found.end()))
        if open_:
            open_[-1].children.append(element)
        if found["empty"]:
            yield element
        else:
            open_.append(element)


def check(text: str) -> dict[str, str]:
    """Return the entities that *text* defines, once it is sure that it is XML and that reading it is harmless.

    Nothing outside the text is looked at. Raises: Refused, at what is not well-formed, nested too deep, or made of entities that
    would grow without bound.
    """
    parser = expat.ParserCreate("utf-8")
    spans = SourceMap(text, ())
    entities: dict[str, str] = {}
    depth = 0

    def here() -> int:
        return min(spans.offset(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1), len(text))

    def entity(name: str, parameter: int, value: str | None, *_: object) -> None:
        at = here()
        if value is None or parameter:
            raise Refused(f"an entity from outside the file is never read: {name}", at, at + 1)
        if ENTITY.search(value):
            raise Refused(f"entities that are made of entities are not read: {name}", at, at + 1)
        entities.setdefault(name, value)

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused(f"nested more than {DEEPEST} deep", here(), here() + 1)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler, parser.StartElementHandler, parser.EndElementHandler = entity, start, end
    try:
        head, _, body = text.partition("]>") if "<!ENTITY" in text else ("", "", text)
        parser.Parse((head + _).encode("utf-8", "replace"), False)  # noqa: FBT003 - the entities first
        if head:
            _bounded(text, entities)
        parser.Parse(body.encode("utf-8", "replace"), True)  # noqa: FBT003
    except expat.ExpatError as error:
        at = min(spans.offset(error.lineno, error.offset + 1), len(text))
        raise Refused(f"not XML: {expat.ErrorString(error.code)}", at, min(at + 1, len(text))) from None
    return entities


def _bounded(text: str, entities: dict[str, str]) -> None:
    size = 0
    for found in ENTITY.finditer(text):
        size += len(entities.get(found[1], ""))
        if size > LARGEST:
            raise Refused(f"the entities come to more than {LARGEST} characters", *found.span())
