"""The things of a site, each dereferenced as the client of linked data does: by its IRI, in every format, by what it accepts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cvo.errors import SyntaxProblem
from cvo.live import reading
from cvo.live.reading import ENDINGS, FORMATS
from cvo.live.visiting import OK, SEE_OTHER, UNCHANGED, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cvo.live.findings import Findings
    from cvo.live.visiting import Visitor

HTML = "text/html"
UNHEARD = "application/x-cvo-unheard-of"
LANGUAGES = ("zh", "en")
GONE = (404, 410)
UNTOLD = {"", "application/octet-stream", "text/plain", "application/xml", "text/xml", "application/json"}
"""What a host says that knows no better of a file; it is no lie."""


@dataclass(slots=True)
class Things:
    """Tests things with *visitor*, and tells *findings*; *contexts* are those of JSON-LD that were asked for."""

    visitor: Visitor
    findings: Findings
    contexts: dict[str, Any] = field(default_factory=dict)

    def test(self, iri: str) -> None:
        """Dereference *iri* in every format, and read what comes."""
        address = self.visitor.here(iri)
        if not address:
            self.findings.add("LIVE-HOST", iri, iri)
            return
        said: set[str] | None = None
        for media in FORMATS:
            reply = self._dereferenced(address, media)
            if reply is None:
                continue
            self._headers(reply, media)
            found = self._read(reply, media, iri)
            if found is None:
                continue
            if said is None:
                said = found
            elif said != found:
                self.findings.add("LIVE-SAME", reply.url, f"{len(said - found)} - {len(found - said)} +")
        for lang in LANGUAGES:
            page = self._dereferenced(address, HTML, lang)
            if page is not None:
                self._headers(page, HTML, lang)
                self._page(page, iri, lang)
        self._unacceptable(address)

    def _dereferenced(self, address: str, media: str, lang: str = "") -> Reply | None:
        """Return the document that *address* leads to for who accepts *media*; None, with a finding, if there is none."""
        reply = self._asked(address, media, lang)
        if reply.status == SEE_OTHER:
            self._varies(reply, address, lang)
            return self._followed(address, reply, media, lang)
        if reply.status == OK and reply.media == media:
            self._varies(reply, address, lang)
            return reply
        return self._misled(address, reply, media, lang)

    def _asked(self, url: str, media: str, lang: str, more: Mapping[str, str] | None = None) -> Reply:
        spoken = {"Accept-Language": lang} if lang else {}
        return self.visitor.ask("GET", url, {"Accept": media, **spoken, **(more or {})})

    def _misled(self, address: str, reply: Reply, media: str, lang: str) -> Reply | None:
        """Return the document although *reply* to its IRI was not the right one; None, with a finding, if it cannot be found."""
        if 300 < reply.status < UNCHANGED or reply.status in {307, 308}:  # noqa: PLR2004 - redirects
            self.findings.add("LIVE-REDIRECT", address, reply.status)
            return self._followed(address, reply, media, lang)
        if reply.status in GONE or (reply.status == OK and reply.media == HTML):  # a page names its other formats
            self.findings.add("LIVE-NEGOTIATION", address, reply.status)
            links = reading.page(reply).links if reply.status == OK else ()
            target = next((where for rel, where, _, kind in links if kind == media and rel != "linkset"), "")
            return self._fetched(self.visitor.here(target, address), media) if target else self._beside(address, media, lang)
        if reply.status == OK:
            self.findings.add("LIVE-TYPE", address, reply.media or "-", media)
            return reply
        self.findings.add("LIVE-ANSWER", address, reply.status, OK)
        return None

    def _varies(self, reply: Reply, address: str, lang: str) -> None:
        for name in ("Accept", *(["Accept-Language"] if lang and self._speaks(address) else [])):
            if not {name.lower(), "*"} & reply.vary:
                self.findings.add("LIVE-VARY", address, name)

    def _speaks(self, address: str) -> bool:
        """Return whether what is given at *address* depends on the language."""
        answers = [self.visitor.get(address, HTML, Accept_Language=lang) for lang in LANGUAGES]
        return len({(reply.headers.get("Location"), reply.body) for reply in answers}) > 1

    def _followed(self, address: str, reply: Reply, media: str, lang: str) -> Reply | None:
        where = reply.headers.get("Location", "")
        target = self.visitor.here(where, address)
        if not target:
            self.findings.add("LIVE-HOST", address, where or "-")
            return None
        return self._fetched(target, media, lang)

    def _beside(self, address: str, media: str, lang: str) -> Reply | None:
        """Return the file that stands where a file host has the format."""
        return self._fetched(address + (f".{lang}" if lang else "") + ENDINGS[media], media)

    def _fetched(self, url: str, media: str, lang: str = "") -> Reply | None:
        reply = self._asked(url, media, lang)
        if reply.status != OK:
            self.findings.add("LIVE-ANSWER", url, reply.status, OK)
            return None
        if reply.media != media:
            # A wrong word misleads; one that only does not know is what a file host may be unable to say.
            self.findings.add("LIVE-TYPE" if reply.media in UNTOLD else "LIVE-WRONG-TYPE", url, reply.media or "-", media)
        return reply

    def _headers(self, reply: Reply, media: str, lang: str = "") -> None:
        """Look at what a document's headers must say, and ask for it again as one who holds it."""
        if media != HTML and reply.headers.get("Access-Control-Allow-Origin") != "*":
            self.findings.add("LIVE-CORS", reply.url)
        tag, changed = reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
        held = {"If-None-Match": tag} if tag else {"If-Modified-Since": changed} if changed else {}
        if not held:
            self.findings.add("LIVE-CACHE", reply.url)
            return
        again = self._asked(reply.url, media, lang, held)
        if again.status != UNCHANGED:
            self.findings.add("LIVE-UNCHANGED", reply.url, again.status)

    def _read(self, reply: Reply, media: str, iri: str) -> set[str] | None:
        """Return what *reply* says without blank nodes; None, with a finding, if it does not parse."""
        try:
            found = reading.triples(self.visitor, reply, media, self.contexts)
        except SyntaxProblem as problem:
            self.findings.add("LIVE-PARSE", reply.url, problem.what)
            return None
        if not reading.mentions(found, iri):
            self.findings.add("LIVE-ABOUT", reply.url, iri)
        if not {rel for rel, _ in reading.linked(reply.headers.get("Link", ""))} & {"describes", "cite-as", "alternate", "linkset"}:
            self.findings.add("LIVE-SIGNPOST", reply.url, "describes")
        return reading.ground(found)

    def _page(self, reply: Reply, iri: str, lang: str) -> None:
        page = reading.page(reply)
        if page.lang.partition("-")[0] != lang:
            self.findings.add("LIVE-LANG", reply.url, page.lang or "-")
        others = {language: where for rel, where, language, _ in page.links if rel == "alternate" and language}
        for other in LANGUAGES:
            where = self.visitor.here(others.get(other, ""), reply.url) if other in others else ""
            if not where or self.visitor.exists(where) != OK:
                self.findings.add("LIVE-HREFLANG", reply.url, f"{other} {others.get(other, '')}".strip())
        canonical = page.targets("canonical")
        if not canonical or not self.visitor.here(canonical[0], reply.url):
            self.findings.add("LIVE-CANONICAL", reply.url, *(canonical[:1] or ["-"]))
        signed = {rel for rel, *_ in page.links} | {rel for rel, _ in reading.linked(reply.headers.get("Link", ""))}
        for relation in ("cite-as", "describedby"):
            if relation not in signed and not (relation == "describedby" and "alternate" in signed and self._leads(page)):
                self.findings.add("LIVE-UNSIGNED", reply.url, relation)
        fragment = iri.partition("#")[2]
        if fragment and not self._has(page, reply, fragment):
            self.findings.add("LIVE-FRAGMENT", reply.url, fragment)
        if not reply.headers.get("Content-Security-Policy"):
            self.findings.add("LIVE-POLICY" if page.policy else "LIVE-NO-POLICY", reply.url)

    def _has(self, page: reading.Page, reply: Reply, fragment: str) -> bool:
        """Return whether *fragment* is a place on *page*, or on one that goes on from it."""
        seen = {reply.url}
        while fragment not in page.ids:
            following = page.targets("next")
            where = self.visitor.here(following[0], reply.url) if following else ""
            if not where or where in seen:
                return False
            seen.add(where)
            reply = self.visitor.get(where, HTML)
            if reply.status != OK:
                return False
            page = reading.page(reply)
        return True

    @staticmethod
    def _leads(page: reading.Page) -> bool:
        return any(kind in FORMATS for _, _, _, kind in page.links)

    def _unacceptable(self, address: str) -> None:
        status = self.visitor.get(address, UNHEARD).status
        if status != 406:  # noqa: PLR2004 - Not Acceptable
            self.findings.add("LIVE-NOT-ACCEPTABLE", address, status)
        nothing = f"{address.rpartition('/')[0]}/no-such-thing-as-this"
        status = self.visitor.get(nothing, HTML).status
        if status not in GONE:
            self.findings.add("LIVE-NOT-FOUND", nothing, status)
