"""The files by which a site describes itself: dumps with digests, VoID, DCAT, service, linkset, sitemap, robots, versions."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ET  # expat bounds what entities may grow to
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.errors import SyntaxProblem
from cvo.live import reading
from cvo.live.visiting import OK, UNCHANGED
from cvo.terms import OWL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from cvo.live.findings import Findings
    from cvo.live.visiting import Reply, Visitor

TURTLE = "text/turtle"
VOID, DCAT, SD = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/dcat#", "http://www.w3.org/ns/sparql-service-description#"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
LINE = re.compile(r"([0-9a-f]{64})[ ][ *](\S.*)")


@dataclass(slots=True)
class Files:
    """Tests the files of a site with *visitor*; of long lists *number* links are drawn with *dice*.

    On a *bare* endpoint the files may be missing.
    """

    visitor: Visitor
    findings: Findings
    dice: Random
    number: int
    bare: bool = False
    contexts: dict[str, Any] = field(default_factory=dict)
    quads: int = -1

    def test(self) -> None:
        """Test them all."""
        self._dumps()
        self._void()
        self._dcat()
        self._service()
        self._sitemap()
        self._robots()
        self.linkset(test=True)

    def _file(self, name: str, accept: str = "*/*") -> Reply | None:
        reply = self.visitor.get(self.visitor.root + name, accept)
        if 300 < reply.status < UNCHANGED and (where := self.visitor.here(reply.headers.get("Location", ""), reply.url)):  # noqa: PLR2004
            reply = self.visitor.get(where, accept)
        if reply.status != OK:
            self.findings.add("LIVE-MISSING", reply.url, reply.status, note=self.bare)
            return None
        return reply

    def _links(self, seen_at: str, targets: Iterable[str]) -> None:
        """Follow *targets*, found at *seen_at*: no more than *number* of them."""
        every = sorted(set(targets))
        for target in every if len(every) <= self.number else self.dice.sample(every, self.number):
            where = self.visitor.here(target, seen_at)
            status = self.visitor.exists(where) if where else 0
            if not where:
                self.findings.add("LIVE-HOST", seen_at, target)
            elif status != OK:
                self.findings.add("LIVE-LINK", seen_at, status, target)

    def _described(self, name: str) -> list[ox.Triple] | None:
        reply = self._file(name, TURTLE)
        if reply is None:
            return None
        try:
            return reading.triples(self.visitor, reply, TURTLE, self.contexts)
        except SyntaxProblem as problem:
            self.findings.add("LIVE-PARSE", reply.url, problem.what)
            return None

    def _dumps(self) -> None:
        sums = self._file("data/SHA256SUMS")
        if sums is None:
            return
        lines = sums.body.decode("utf-8", "replace").splitlines()
        listed = [found.groups() for line in lines if (found := LINE.fullmatch(line))]
        if not listed or len(listed) != len(lines):
            self.findings.add("LIVE-PARSE", sums.url, "SHA256SUMS")
        for digest, name in listed:
            dump = self.visitor.get(self.visitor.here(name, sums.url) or sums.url)
            if dump.status != OK:
                self.findings.add("LIVE-MISSING", dump.url, dump.status)
                continue
            if hashlib.sha256(dump.body).hexdigest() != digest:
                self.findings.add("LIVE-DIGEST", dump.url, name)
            if name.endswith(".nq.gz"):
                self._counted(dump)

    def _counted(self, dump: Reply) -> None:
        """Read the dump and count what is in it."""
        try:
            quads = ox.parse(gzip.decompress(dump.body), format=ox.RdfFormat.N_QUADS)
            self.quads = len(set(quads))
        except (OSError, EOFError, SyntaxError, ValueError) as error:
            self.findings.add("LIVE-PARSE", dump.url, str(error)[:200])

    def _void(self) -> None:
        for name in ("void.ttl", ".well-known/void"):
            said = self._described(name)
            if said is None or (name != "void.ttl" and self.bare):
                continue
            url = self.visitor.root + name
            dumps = _values(said, f"{VOID}dataDump")
            for what, values in (("void:dataDump", dumps), ("void:uriSpace", _values(said, f"{VOID}uriSpace"))):
                if not values:
                    self.findings.add("LIVE-DESCRIPTION", url, what)
            whole = {t.subject for t in said if t.predicate.value == f"{VOID}dataDump"}
            counts = _values([t for t in said if t.subject in whole], f"{VOID}triples")
            if self.quads >= 0 and counts and str(self.quads) not in counts:
                self.findings.add("LIVE-COUNT", url, "void:triples", counts[0], self.quads)
            self._links(url, [*dumps, *_values(said, f"{VOID}exampleResource")] if not self.findings.static else dumps)

    def _dcat(self) -> None:
        said = self._described("dcat.ttl")
        if said is None:
            return
        url = self.visitor.root + "dcat.ttl"
        downloads = _values(said, f"{DCAT}downloadURL")
        if not downloads:
            self.findings.add("LIVE-DESCRIPTION", url, "dcat:downloadURL")
        self._links(url, [*downloads, *_values(said, f"{DCAT}landingPage"), *_values(said, f"{DCAT}endpointDescription")])
        for subject in {t.subject for t in said if t.predicate.value == f"{DCAT}byteSize"}:
            about = [t for t in said if t.subject == subject]
            for size, download in zip(_values(about, f"{DCAT}byteSize"), _values(about, f"{DCAT}downloadURL"), strict=False):
                where = self.visitor.here(download, url)
                length = self.visitor.ask("HEAD", where, {}).headers.get("Content-Length", "") if where else ""
                if length and length != size:
                    self.findings.add("LIVE-COUNT", url, f"dcat:byteSize {where}", size, length)

    def _service(self) -> None:
        said = self._described("service.ttl")
        if said is not None and not _values(said, f"{SD}endpoint"):
            self.findings.add("LIVE-DESCRIPTION", self.visitor.root + "service.ttl", "sd:endpoint")

    def _sitemap(self) -> None:
        reply = self._file("sitemap.xml")
        if reply is None:
            return
        try:
            pages = [element.text or "" for element in ET.fromstring(reply.body).iter(LOC)]  # noqa: S314 - as above
        except ET.ParseError as error:
            self.findings.add("LIVE-PARSE", reply.url, str(error))
            return
        if not pages:
            self.findings.add("LIVE-DESCRIPTION", reply.url, "<loc>")
        self._links(reply.url, pages)

    def _robots(self) -> None:
        reply = self._file("robots.txt")
        if reply is None:
            return
        lines = [line.partition("#")[0].strip() for line in reply.body.decode("utf-8", "replace").splitlines()]
        rules = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        if any(name == "disallow" and value == "/" for name, value in rules):
            self.findings.add("LIVE-ROBOTS", reply.url, "Disallow: /")
        maps = [value for name, value in rules if name == "sitemap"]
        if not maps:
            self.findings.add("LIVE-DESCRIPTION", reply.url, "Sitemap")
        self._links(reply.url, maps)

    def linkset(self, *, test: bool = False) -> list[str]:
        """Return the anchors of the linkset; with *test*, tell what is wrong with it."""
        reply = self.visitor.get(self.visitor.root + "linkset.json")
        try:
            links = json.loads(reply.body)["linkset"] if reply.status == OK else []
            anchors = {entry["anchor"]: [t["href"] for rel in ("describedby", "alternate") for t in entry[rel]] for entry in links}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if test:
                self.findings.add("LIVE-PARSE", reply.url, f"RFC 9264: {error!r}")
            return []
        if test and reply.status != OK:
            self.findings.add("LIVE-MISSING", reply.url, reply.status, note=self.bare)
        if test and anchors:
            chosen = self.dice.sample(sorted(anchors), min(self.number, len(anchors)))
            self._links(reply.url, [target for anchor in chosen for target in anchors[anchor]])
        return sorted(str(anchor) for anchor in anchors)

    def versions(self) -> list[str]:
        """Return the IRIs of the versions that the ontology names."""
        for name in ("ns.ttl", "ns"):
            reply = self.visitor.get(self.visitor.root + name, TURTLE)
            if reply.status == OK:
                break
        try:
            said = reading.triples(self.visitor, reply, TURTLE, self.contexts) if reply.status == OK else []
        except SyntaxProblem:
            return []  # told where the thing itself is tested
        found = sorted({*_values(said, f"{OWL}versionIRI"), *_values(said, f"{OWL}priorVersion")})
        if not found:
            self.findings.add("LIVE-VERSION", reply.url, note=self.bare)
        return found

    def frozen(self, iris: Iterable[str], known: dict[str, str]) -> dict[str, str]:
        """Return the digests of the files of the versions *iris*; one that is not what is *known* of it has changed."""
        found = {}
        for iri in iris:
            for ending in reading.ENDINGS.values():
                name = (self.visitor.here(iri) + ending).removeprefix(self.visitor.root)
                reply = self.visitor.get(self.visitor.root + name)
                if reply.status != OK:
                    self.findings.add("LIVE-MISSING", reply.url, reply.status, note=self.bare)
                    continue
                found[name] = hashlib.sha256(reply.body).hexdigest()
        for name, digest in known.items():
            if name not in found or found[name] != digest:
                self.findings.add("LIVE-FROZEN", self.visitor.root + name, digest)
        return {**found, **known}


def _values(said: list[ox.Triple], predicate: str) -> list[str]:
    return [t.object.value for t in said if t.predicate.value == predicate and not isinstance(t.object, ox.Triple)]
