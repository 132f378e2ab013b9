"""What is made of a file with the claims of one source, by itself: its documents, its pages, and its share of what speaks of all claims."""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cvo.site.claims import FromModel
from cvo.site.corpus import ROLES
from cvo.site.data import formats
from cvo.site.lines import said_by, text_in
from cvo.site.model import LANGUAGES, path_of, reading_order
from cvo.site.searchindex import FOUND, entries, tokens
from cvo.site.spoken import Contested, Index
from cvo.site.table import rows_of
from cvo.site.written import turtle
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cvo.jsonld import Compactor
    from cvo.site.corpus import Corpus, Source
    from cvo.site.data import Named
    from cvo.site.lines import Said
    from cvo.site.sourcepages import SourcePages

_RELATIONS = [(number, f"<{CVO}{name}>") for number, name in enumerate(ROLES)]
_STATED, _STATEMENT = f"<{CVO}statedIn>", f"<{CVO}statement>"
_COMPARISON, _FIRST, _SECOND, _REASON = (f"<{CVO}{name}>" for name in ("comparisonRelation", "firstClaim", "secondClaim", "reason"))
_CONTESTED = {f"<{CVO}{name}>" for name in ("contradicts", "inTensionWith")}


@dataclass(slots=True)
class Share:
    """The share of one source in what is put together of all: its *index*, its pages as the map of the site has them, and its statements.

    *lines* are the number of those about its parts, which are one run in the dump as it is sorted, *first* and *last* the first and the
    last of them, *check* and *size* the CRC-32 and the number of the bytes of the run; *total* is the number of all its statements.
    """

    index: Index
    pages: list[tuple[str, str, str, str, bool]] = field(default_factory=list)
    lines: int = 0
    first: bytes = b""
    last: bytes = b""
    check: int = 0
    size: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Maker:
    """What the shares of all sources of *corpus* are made with: what makes *pages* in each language, and *compact* JSON-LD."""

    corpus: Corpus
    pages: Mapping[str, SourcePages]
    compact: Compactor


def share(maker: Maker, source: Source, lines: Sequence[str], base: int) -> Iterator[Named | Share]:
    """Give the files that are made of *source*, of which *lines* are the statements, then its share.

    *base* is the number of its first claim in the search. The files in the folder ``.work`` are for those who put the shares together.
    """
    corpus = maker.corpus
    path = path_of(source.iri)
    found = Share(Index(source.iri), total=len(lines))
    said = said_by(lines)
    yield from _documents(source, lines, said, maker.compact, path)
    yield from _runs(source, lines, said, found)
    found.index.subjects = _merge(corpus, source, said)
    claims = sorted((subject[1:-1] for subject, about in said.items() if _STATED in about), key=reading_order)
    _index(found.index, claims, said)
    for lang, pages in maker.pages.items():
        places = found.index.places[lang] = array("I")
        names = found.index.pages[lang] = []
        for page in pages.source(source.iri, claims, said, places):
            names.append(f"{page[0]}.{lang}.html")
            found.pages.append((lang, *page[:4]))
            yield names[-1], page[4]
    name = work(source.iri)
    yield f"{name}.table", rows_of(corpus.model, source.iri, sorted(claims), said)
    texts = {claim: tuple(text_in(said[f"<{claim}>"].get(_STATEMENT), lang) for lang in LANGUAGES) for claim in claims}
    for start in range(0, len(claims), FOUND):
        yield f"search/{base + start}.json", entries([(claim, 1, *texts[claim]) for claim in claims[start : start + FOUND]])
    yield f"{name}.tokens", _tokens(texts, claims)
    yield found


def work(iri: str) -> str:
    """Return where what is put together of the source *iri* stands, without its ending."""
    return f".work/{path_of(iri).replace('/', '.')}"


def _documents(source: Source, lines: Sequence[str], said: Said, compact: Compactor, path: str) -> Iterator[Named]:
    """Give the document of the source in four formats, which is its file."""
    yield from formats(path, "".join(lines).encode(), compact, source.file.path.read_bytes(), said)


def _runs(source: Source, lines: Sequence[str], said: Said, found: Share) -> Iterator[Named]:
    """Give the statements as the dumps have them: those about parts of the source packed, since they are a run there, and all as TriG."""
    inside = f"<{source.iri}#"
    run = quads([line for line in lines if line.startswith(inside)], source.file.graph)
    if run:
        text = b"".join(run)
        found.lines, found.first, found.last = len(run), run[0], run[-1]
        found.check, found.size = zlib.crc32(text), len(text)
        yield f"{work(source.iri)}.deflated", deflated(text)
    body, _ = turtle(said)
    yield f"{work(source.iri)}.trig", (f"<{source.file.graph}> {{\n{body}}}\n" if source.file.graph else body).encode()


def quads(lines: Sequence[str], graph: str) -> list[bytes]:
    """Return *lines* as N-Quads in *graph*."""
    ending = f"<{graph}> .\n"
    return [(line[:-2] + ending).encode() for line in lines] if graph else [line.encode() for line in lines]


def deflated(text: bytes) -> bytes:
    """Return *text* packed so that it can stand between others of its kind."""
    packing = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)


def _merge(corpus: Corpus, source: Source, said: Said) -> int:
    """Add to *said* what other files say of parts of *source*; return the number of these parts."""
    told = FromModel(corpus.model)
    for iri in corpus.parts.get(source.iri, ()):
        about = said.setdefault(f"<{iri}>", {})
        for relation, values in told.get(f"<{iri}>").items():
            about[relation] = sorted({*about.get(relation, ()), *values})
    inside = f"<{source.iri}#"
    return sum(1 for subject in said if subject.startswith(inside))


def _index(index: Index, claims: Sequence[str], said: Said) -> None:
    index.claims = [claim.partition("#")[2] for claim in claims]
    for number, claim in enumerate(claims):
        about = said[f"<{claim}>"]
        for role, relation in _RELATIONS:
            for value in about.get(relation, ()):
                if value[0] == "<":
                    index.roles.setdefault((role, value[1:-1]), array("I")).append(number)
    for subject, about in said.items():
        for relation in about.get(_COMPARISON, ()):
            if relation in _CONTESTED:
                first, second = (next(iter(about.get(name, ())), "") for name in (_FIRST, _SECOND))
                if first and second:
                    reasons = tuple((lang, text_in(about.get(_REASON), lang)) for lang in LANGUAGES)
                    index.contested.append(Contested(relation[1:-1], subject[1:-1], first[1:-1], second[1:-1], reasons))


def _tokens(texts: dict[str, tuple[str, ...]], claims: Sequence[str]) -> bytes:
    """Return the claims by what they are found by, for the index of the search: a line for each token, with the numbers."""
    found: dict[str, list[str]] = {}
    for number, claim in enumerate(claims):
        for token in {*tokens("\n".join(texts[claim]))}:
            found.setdefault(token, []).append(str(number))
    return "".join([f"{token} {' '.join(numbers)}\n" for token, numbers in found.items()]).encode()
