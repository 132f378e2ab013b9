"""The pages of a source in one language: its claims in the order of the text, on as many pages as they need."""

from __future__ import annotations

import re
from html import escape as escaped
from typing import TYPE_CHECKING

from markupsafe import Markup

from cvo.site.claims import OPEN, Claims, section_of
from cvo.site.descriptions import LICENCE, version
from cvo.site.frames import slot
from cvo.site.links import further
from cvo.site.model import href, path_of
from cvo.site.rendering import Rendering, schema_of
from cvo.site.words import LONG

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from cvo.site.claims import Told
    from cvo.site.rendering import Page

_SLOT = re.compile(slot("([0-9]+)"))


class SourcePages(Rendering):
    """What makes the pages of sources; *places* get the page, the start, the length of the head and the length of each claim."""

    def source(self, iri: str, claims: Sequence[str], told: Told, places: array[int] | None = None) -> Iterator[Page]:
        """Give the pages of the source *iri* with its *claims*, of which *told* knows."""
        source, path = self.views.source(iri), path_of(iri)
        sections: list[tuple[str, list[str]]] = []
        for claim in claims:
            section = section_of(told.get(f"<{claim}>") or {}, told, self.lang)
            if not sections or sections[-1][0] != section:
                sections.append((section, []))
            sections[-1][1].append(claim)
        parts = _parts(sections)
        ranges = [f"{start + 1}–{min(start + LONG, len(claims))}" for start in range(0, len(claims), LONG)] or [""]
        addresses = [href(further(path, page), self.lang) for page in range(1, len(ranges) + 1)]
        firsts = [claim.partition("#")[2] for claim in claims[::LONG]]
        beside = [f"../{address}" for address in addresses]
        contents = [
            (f"{'' if page == 1 else beside[page - 1]}#s{number}", name, len(sections[number - 1][1]))
            for number, page, name in _begun(parts)
        ]
        schema = schema_of(
            {"@type": "Dataset", "@id": iri, "name": f"{self.words['claims']}: {source['label']}", "license": LICENCE, "inLanguage": self.lang,
             "description": self.words["not-copied"], "version": version(self.model),
             "isBasedOn": {"@type": "CreativeWork", "name": source["label"], "datePublished": source["issued"], "identifier": source["number"]}}
        )  # fmt: skip
        shown = Claims(self.views)
        for page, those in enumerate(parts, 1):
            pages = [(beside[n], label, n + 1 == page, firsts[n] if firsts else "") for n, label in enumerate(ranges)]
            here = further(path, page)
            title = source["label"] if page == 1 else f"{source['label']}: {self.words['claims']} {ranges[page - 1]}"
            made = self._framed(
                here, title, "source.html", described=page == 1, s=source, parts=those, contents=contents if page == 1 else (), page=page,
                pages=pages if len(pages) > 1 else (), last=len(ranges), number=len(claims), first=claims[0] if claims else "",
                description=source["citation"] if page == 1 else title, schema=schema if page == 1 else "", articles=_mark,
                home=self.views.link(iri), turn=turn(pages, page), scripts=("anchor.js",) if page == 1 < len(pages) else (),
            )  # fmt: skip
            yield (*made[:4], self._filled(made, claims, (shown, told), page - 1, places))

    def _filled(self, made: Page, claims: Sequence[str], how: tuple[Claims, Told], page: int, places: array[int] | None) -> bytes:
        """Return the text of the page *made* with the claims in it, and tell where each of them is."""
        (shown, told), up = how, made[0].count("/")
        cite = self.words["cite-claim"]
        pieces = _SLOT.split(made[4].decode())
        out, at = [], 0
        for i, piece in enumerate(pieces):
            if i % 2 == 0:
                out.append(piece.encode())
                at += len(out[-1])
                continue
            iri = claims[int(piece)]
            head, rest = shown.article(iri, told)
            if up > 1:
                head, rest = (piece.replace('href="../', f'href="{"../" * up}') for piece in (head, rest))
            start = f'<article class="claim" id="{escaped(iri.partition("#")[2])}">'.encode()
            body = f"{OPEN}{head}".encode()
            after = rest.encode()
            out += [start, body, after, f'<p class="facts"><b>{cite}</b> <code>{escaped(iri)}</code></p>\n</article>\n'.encode()]
            if places is not None:
                places.extend((page, at + len(start), len(body), len(body) + len(after)))
            at += sum(map(len, out[-4:]))
        return b"".join(out)


Part = list[tuple[int, str, list[tuple[int, str]]]]


def _parts(sections: Sequence[tuple[str, list[str]]]) -> list[Part]:
    """Return *sections* cut into pages: their numbers, names and claims with their places; a section may go on over several."""
    parts: list[Part] = [[]]
    at = 0
    for number, (name, claims) in enumerate(sections, 1):
        for claim in claims:
            if at and at % LONG == 0 and (not parts[-1] or sum(len(some) for *_, some in parts[-1]) == LONG):
                parts.append([])
            if not parts[-1] or parts[-1][-1][0] != number:
                parts[-1].append((number, name, []))
            parts[-1][-1][2].append((at, claim))
            at += 1
    return parts


def _begun(parts: Sequence[Part]) -> Iterator[tuple[int, int, str]]:
    """Give the number of each section, the page that it begins on, and its name."""
    last = 0
    for page, part in enumerate(parts, 1):
        for number, name, _ in part:
            if number > last:
                yield number, page, name
                last = number


def _mark(claims: Sequence[tuple[int, str]]) -> Markup:
    """Return the places of *claims*, which are filled in when the page is made."""
    return Markup("".join([slot(str(number)) for number, _ in claims]))  # noqa: S704 - marks of our own


def turn(pages: Sequence[tuple[str, str, bool, str]], page: int) -> tuple[str, str]:
    """Return the addresses of the pages before and after *page* of *pages*, or nothing."""
    return pages[page - 2][0] if page > 1 else "", pages[page][0] if page < len(pages) else ""
