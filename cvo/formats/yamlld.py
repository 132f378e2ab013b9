"""JSON-LD written as YAML: the same pieces, each with its place in the YAML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from cvo.contribution import error_at
from cvo.files import read_text
from cvo.formats.jsonld import Json, Linked, linked
from cvo.formats.names import Names
from cvo.formats.pieces import Piece
from cvo.formats.refusal import Refused
from cvo.sourcemap import DEEPEST

if TYPE_CHECKING:
    from pathlib import Path

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
LINKED = re.compile(r"""^[ \t-]*+(?:[{\[][ \t-]*+)?(["'])@(?:context|id|graph|type|included)\1[ \t]*:""", re.MULTILINE)
# Plain words that are not strings (YAML 1.2, core schema, as YAML-LD asks): null, truth values and numbers.
WORDS = {"": "null", "~": "null", "null": "null", "Null": "null", "NULL": "null"}
WORDS |= dict.fromkeys(("true", "True", "TRUE"), "true") | dict.fromkeys(("false", "False", "FALSE"), "false")
NUMBER = re.compile(r"([-+]?)0*([0-9]+)(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def is_linked(text: str) -> bool:
    r"""Return whether the YAML *text* is JSON-LD, and not a table.

    >>> is_linked('# x\n"@context": {}\n'), is_linked("claims:\n  - subject: gan\n")
    (True, False)
    """
    return bool(LINKED.search(text))


def read(path: Path, number: int = 0, *, contributed: bool = True, text: str | None = None) -> Linked:
    """Return the file *path* of JSON-LD in YAML. Raises: InputError, if it cannot be read."""
    text = read_text(path) if text is None else text
    try:
        found = _pieces(text)
    except Refused as refused:
        return Linked(path, text, Json((), Names((), ())), (), error_at(path, text, refused.span, refused.what))
    return linked(path, text, found, number, contributed=contributed)


def _pieces(text: str) -> list[Piece]:
    """Return *text* as pieces of JSON. Raises: Refused, at anchors, aliases, tags, a second document, and what is not YAML."""
    writer = _Writer()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            _refuse(event)
            writer.take(event, type(event).__name__.removesuffix("Event"), event.start_mark.index, event.end_mark.index)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        at = mark.index if mark else getattr(error, "position", 0)
        what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read").lower()
        raise Refused(f"not YAML: {what}", at, min(at + 1, len(text))) from None
    return writer.found


class _Writer:
    """Writes the events of YAML as pieces of JSON."""

    def __init__(self) -> None:
        self.found: list[Piece] = []
        self.open: list[list[int]] = []  # of what is open whether it is a mapping, and how many values it has
        self.documents = 0

    @property
    def at_key(self) -> bool:
        return bool(self.open) and bool(self.open[-1][0]) and self.open[-1][1] % 2 == 0

    def take(self, event: Any, kind: str, start: int, end: int) -> None:  # noqa: ANN401 - the class is not in the stubs
        if kind == "DocumentStart":
            self.documents += 1
            if self.documents > 1:
                raise Refused("a second document begins here", start, end)
        elif kind in ("MappingEnd", "SequenceEnd"):
            self.found.append(Piece("}" if self.open.pop()[0] else "]", "mark", start, end))
        elif kind in ("MappingStart", "SequenceStart"):
            if self.at_key:
                raise Refused("a key must be one word", start, end)
            if len(self.open) >= DEEPEST:
                raise Refused(f"nested more than {DEEPEST} deep", start, end)
            self._next(start)
            self.open.append([int(kind == "MappingStart"), 0])
            self.found.append(Piece("{" if kind == "MappingStart" else "[", "mark", start, start + 1))
        elif kind == "Scalar":
            word = "" if self.at_key or event.style else _word(event.value)
            self._next(start)
            self.found.append(Piece(word or json.dumps(event.value, ensure_ascii=False), "word" if word else "string", start, end))

    def _next(self, start: int) -> None:
        """Write the mark between the value before and the next one."""
        if self.open:
            mapping, count = self.open[-1]
            if count:
                self.found.append(Piece(":" if mapping and count % 2 else ",", "mark", start, start))
            self.open[-1][1] += 1


def _refuse(event: Any) -> None:  # noqa: ANN401 - the class is not in the stubs
    start, end = event.start_mark.index, event.end_mark.index
    if getattr(event, "anchor", None):  # an alias has one, too
        raise Refused("anchors and aliases are not read", start, end)
    if getattr(event, "tag", None) and event.tag != "!":
        raise Refused(f"tags are not read: {event.tag}", start, end)


def _word(text: str) -> str:
    """Return the JSON of the plain scalar *text* if it is no string, else the empty string.

    >>> _word("true"), _word("007"), _word("-1.50"), _word("2019-05"), _word("~")
    ('true', '7', '-1.50', '', 'null')
    """
    if text in WORDS:
        return WORDS[text]
    if not (found := NUMBER.fullmatch(text)):
        return ""
    sign, digits, fraction, exponent = found.groups()
    if fraction == ".":
        fraction = ""
    return ("-" if sign == "-" else "") + digits + (fraction or "") + (exponent or "")
