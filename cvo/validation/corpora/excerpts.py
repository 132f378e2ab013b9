"""The few lines of a large file in which some nodes are described, each with what is needed to read it by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import FORMATS, Contributed
from cvo.errors import Place
from cvo.files import base_iri, inner
from cvo.validation.corpora.cutting import DIRECTIVE
from cvo.validation.corpora.inputs import opened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from cvo.findings import Finding
    from cvo.validation.corpora.cutting import Span

FIRST = re.compile(rb"[ \t]*(?:<([^<>\"{}|^`\\\x00-\x20]*)>|([^\s<>\"'\[\]();,#@:]*):((?:[^\s<>\"'\[\]();,#\\]|\\.)*))[ \t\r\n]")
LONGEST = 1 << 20  # bytes of what is said of one node
NEAR = 20  # lines around a syntax error


class Excerpt(Contributed):
    """Some lines of a file, after the *header* lines that declare its prefixes; the first of them is *line* of the file."""

    header = 0
    first = 1

    @property
    def top(self) -> Place:
        """Return the beginning of the lines."""
        return Place(str(self.path), self.header + 1, 1)

    def forget(self) -> None:
        """Forget what was worked out from the lines, which takes more memory than they do."""
        for name in ("map", "lines", "_named", "_index", "_spans"):
            vars(self).pop(name, None)


def shifted_place(place: Place, piece: Contributed) -> Place:
    """Return where in the file the *place* of *piece* is."""
    if not isinstance(piece, Excerpt):
        return place
    shift = piece.first - 1 - piece.header
    return replace(place, line=place.line + shift, end_line=place.end_line + shift if place.end_line else 0)


def shifted(finding: Finding, piece: Contributed) -> Finding:
    """Return the *finding* in *piece* with its places in the file."""
    fix = finding.fix and replace(finding.fix, place=shifted_place(finding.fix.place, piece))
    return replace(finding, place=shifted_place(finding.place, piece), fix=fix)


def excerpts(name: str, path: Path, prefixes: Mapping[str, str], wanted: Collection[str], span: Span | None = None) -> dict[str, Excerpt]:
    """Return the lines of the file *name*, known as *path*, that describe each of the IRIs *wanted*, looked for in a *span* of it.

    Only a node whose description begins a line is found, as every writer of RDF lays it out.
    """
    if not wanted:
        return {}
    found: dict[str, Excerpt] = {}
    for iri, number, lines, header in _descriptions(name, prefixes, wanted, span):
        if iri not in found:
            found[iri] = _excerpt(path, prefixes, header, lines, number)
    return found


def _descriptions(  # noqa: C901
    name: str, prefixes: Mapping[str, str], wanted: Collection[str], span: Span | None
) -> Iterator[tuple[str, int, bytes, bytes]]:
    """Return each IRI that is wanted, its line, the lines that describe it, and the directives before them."""
    spaces = {key.encode(): value for key, value in prefixes.items()}
    taken: list[bytes] = []
    header, size = span.prologue if span else b"", 0
    current, start, ended = "", 0, True
    with span.opened(name) if span else opened(name) as file:
        for number, line in enumerate(file, span.line if span else 1):
            stripped = line.strip()
            if not stripped or stripped[:1] == b"#":
                if taken:
                    taken.append(line)
                continue
            if (ended or line[:1] not in b" \t") and stripped[:1] not in b".;,":
                if DIRECTIVE.match(line):
                    header += line.rstrip(b"\r\n") + b"\n"
                    iri = ""
                else:
                    iri = _first(line, spaces)
                if taken and iri != current:
                    yield current, start, b"".join(taken), header
                    taken, size = [], 0
                if iri in wanted and not taken:
                    current, start = iri, number
                    taken = [line]
                elif taken:
                    taken.append(line)
            elif taken and size < LONGEST:
                taken.append(line)
                size += len(line)
            ended = stripped[-1:] in b".{"
    if taken:
        yield current, start, b"".join(taken), header


def _first(line: bytes, spaces: Mapping[bytes, str]) -> str:
    """Return the IRI with which *line* begins; nothing, if it begins with something else."""
    match = FIRST.match(line)
    if match is None:
        return ""
    whole, prefix, local = match.groups()
    if whole is not None:
        return whole.decode("utf-8", "replace")
    return spaces[prefix] + local.decode("utf-8", "replace").replace("\\", "") if prefix in spaces else ""


def _excerpt(path: Path, prefixes: Mapping[str, str], header: bytes, lines: bytes, number: int) -> Excerpt:
    text = (header + lines).decode("utf-8", "replace")
    kind = FORMATS[inner(path).suffix.lower()]
    base = base_iri(inner(path)) if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    try:
        quads = list(ox.parse(text, format=kind, base_iri=base, rename_blank_nodes=False))
    except SyntaxError:  # laid out in a way that no line tells
        quads = []
    piece = Excerpt(path, text, quads, dict(prefixes), None)
    piece.header, piece.first = header.count(b"\n"), number
    return piece


def around(name: str, path: Path, error: SyntaxError) -> Excerpt:
    """Return the lines of the file *name* around the syntax *error*, which has it at its place in them."""
    line = error.lineno or 1
    first = max(1, line - NEAR)
    with opened(name) as file:
        lines = list(islice(file, first - 1, line + NEAR))
    text = b"".join(lines).decode("utf-8", "replace")
    end = error.end_lineno and error.end_lineno - first + 1
    place = (str(path), line - first + 1, error.offset, None, end, error.end_offset)
    piece = Excerpt(path, text, (), {}, SyntaxError(error.msg, place))
    piece.first = first
    return piece
