"""Which format a client is given: what it accepts and how much it likes it, against what can be written (RFC 9110, section 12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST = 100  # ranges of one header; nobody has more to say
_QUALITY = re.compile(r"(?:0(?:[.][0-9]{0,3})?|1(?:[.]0{0,3})?)\Z")

ROWS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/html": "html",
    "text/markdown": "md",
    "application/x-ndjson": "jsonl",
    "text/plain": "table",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.apache.parquet": "parquet",
}
"""The media types of rows, each with the format that cvo writes; the first is what somebody gets who does not mind."""
TRUTH = {media: form for media, form in ROWS.items() if form not in {"xlsx", "parquet"}}
GRAPHS = {
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdfxml",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "application/json": "jsonld",
    "text/plain": "nt",
}
DOCUMENTS = {
    "text/html": "html",
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdfxml",
    "application/json": "jsonld",
}
ENDINGS = {".html": "text/html", ".ttl": "text/turtle", ".jsonld": "application/ld+json", ".nt": "application/n-triples"}
ENDINGS[".rdf"] = "application/rdf+xml"
_TEXT = {"text/turtle", "application/sparql-results+xml", "application/xml", "application/rdf+xml"}


def choose(accept: str, offered: Iterable[str]) -> str:
    """Return the one of *offered* media types that the header *accept* likes best, the first of equals; nothing if it takes none.

    >>> choose("text/html;q=0.5, text/*;q=0.9, */*;q=0.1", ["text/html", "application/json", "text/csv"])
    'text/csv'
    >>> choose("application/pdf", ["text/html"]), choose("", ["text/html"]), choose("text/html;q=0", ["text/html"])
    ('', 'text/html', '')
    """
    ranges = _parsed(accept) if accept.strip() else [("*/*", 1.0)]
    best, liked = "", 0.0
    for media in offered:
        quality = _quality(media, ranges)
        if quality > liked:
            best, liked = media, quality
    return best


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much *media* is liked: what the narrowest range that holds it says."""
    wide = media.partition("/")[0] + "/*"
    for wanted in (media, wide, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0


def _parsed(header: str) -> list[tuple[str, float]]:
    ranges = []
    for part in header.split(",")[:MOST]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece.removeprefix("q=").strip() for piece in parameters if piece.startswith("q=")), "1")
        if name:
            ranges.append((name, float(quality) if _QUALITY.match(quality) else 0.0))
    return ranges


def language(header: str, offered: Sequence[str] = ("en", "zh")) -> str:
    """Return the one of *offered* languages that the header ``Accept-Language`` likes best; the first if it takes none.

    >>> language("fr, zh-CN;q=0.8, en;q=0.5"), language(""), language("zh;q=0, *")
    ('zh', 'en', 'en')
    """
    ranges = [(name.partition("-")[0], quality) for name, quality in _parsed(header)]
    best, liked = offered[0], 0.0
    for candidate in offered:
        named = [quality for name, quality in ranges if name == candidate]
        quality = max(named or [quality for name, quality in ranges if name == "*"] or [0.0])
        if quality > liked:
            best, liked = candidate, quality
    return best


def content_type(media: str) -> str:
    """Return *media* as a ``Content-Type``, with the encoding where a media type of text leaves it open.

    >>> content_type("text/turtle"), content_type("application/ld+json")
    ('text/turtle; charset=utf-8', 'application/ld+json')
    """
    return f"{media}; charset=utf-8" if media.startswith("text/") or media in _TEXT else media


def wants_json(accept: str) -> bool:
    """Return whether an error is better told as JSON (RFC 9457) than as text to who sends *accept*.

    >>> wants_json("application/json"), wants_json("*/*"), wants_json("application/sparql-results+json")
    (True, False, False)
    """
    return choose(accept, ("text/plain", "application/problem+json", "application/json")).endswith("json")


def possible(formats: Mapping[str, str]) -> str:
    """Return the media types of *formats* as a header and a message list them."""
    return ", ".join(formats)
