"""A SPARQL endpoint, asked in each way of the protocol, and asked for what it must refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from cvo.live.visiting import OK, UNCHANGED

if TYPE_CHECKING:
    from cvo.live.findings import Findings
    from cvo.live.visiting import Reply, Visitor

ROWS = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(ISIRI(?o)) } LIMIT 3"
HARMLESS = 'DELETE DATA { <urn:x-cvo:check-live> <urn:x-cvo:check-live> "nothing" }'
ELSEWHERE = "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"
FORM, QUERY, CHANGE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
JSON = "application/sparql-results+json"
RESULTS = {
    JSON: ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {"text/turtle": ox.RdfFormat.TURTLE, "application/n-triples": ox.RdfFormat.N_TRIPLES, "application/rdf+xml": ox.RdfFormat.RDF_XML}
REFUSED = range(400, 502)
BROKEN = (SyntaxError, ValueError, OSError)
ABSENT = (404, 405, 501)  # what a mere file host says
NONE = 406


@dataclass(slots=True)
class Endpoint:
    """Tests the endpoint at *url* with *visitor*."""

    visitor: Visitor
    findings: Findings
    url: str

    def test(self) -> None:
        """Test it, if there is one."""
        first = self._get(ROWS, JSON)
        if first.status in ABSENT:
            self.findings.add("LIVE-ENDPOINT", self.url, first.status)
            return
        for media, form in RESULTS.items():
            self._rows("GET", self._get(ROWS, media), media, form)
        self._rows("POST (form)", self._post(FORM, urlencode({"query": ROWS}), JSON), JSON, RESULTS[JSON])
        self._rows("POST (query)", self._post(QUERY, ROWS, JSON), JSON, RESULTS[JSON])
        csv = self._get(ROWS, "text/csv")
        if csv.status != OK or csv.media != "text/csv" or csv.body.splitlines()[:1] != [b"s"]:
            self.findings.add("LIVE-SPARQL", self.url, "text/csv", _short(csv))
        for media, graph in GRAPHS.items():
            self._graph(self._get(GRAPH, media), media, graph)
        self._truth()
        self._headers(first)
        self._refusals()
        self._description()

    def _get(self, query: str, accept: str, **headers: str) -> Reply:
        return self.visitor.get(f"{self.url}?{urlencode({'query': query})}", accept, **headers)

    def _post(self, kind: str, body: str, accept: str = "*/*") -> Reply:
        return self.visitor.ask("POST", self.url, {"Accept": accept, "Content-Type": kind}, body.encode())

    def _rows(self, how: str, reply: Reply, media: str, form: ox.QueryResultsFormat) -> None:
        try:
            found = ox.parse_query_results(reply.body, format=form) if reply.status == OK and reply.media == media else None
            good = isinstance(found, ox.QuerySolutions) and [v.value for v in found.variables] == ["s"] and len(list(found)) > 0
        except BROKEN:
            good = False
        if not good:
            self.findings.add("LIVE-SPARQL", self.url, f"{how} {media}", _short(reply))

    def _graph(self, reply: Reply, media: str, form: ox.RdfFormat) -> None:
        try:
            good = reply.status == OK and reply.media == media and len(list(ox.parse(reply.body, format=form))) > 0
        except BROKEN:
            good = False
        if not good:
            self.findings.add("LIVE-SPARQL", self.url, f"CONSTRUCT {media}", _short(reply))

    def _truth(self) -> None:
        reply = self._get("ASK { ?s ?p ?o }", JSON)
        try:
            good = json.loads(reply.body)["boolean"] is True
        except (ValueError, KeyError, TypeError):
            good = False
        if not good:
            self.findings.add("LIVE-SPARQL", self.url, "ASK", _short(reply))

    def _headers(self, reply: Reply) -> None:
        if reply.headers.get("Access-Control-Allow-Origin") != "*":
            self.findings.add("LIVE-CORS", self.url)
        if not {"accept", "*"} & reply.vary:
            self.findings.add("LIVE-VARY", self.url, "Accept")
        tag = reply.headers.get("ETag", "")
        if tag and (again := self._get(ROWS, JSON, If_None_Match=tag)).status != UNCHANGED:
            self.findings.add("LIVE-UNCHANGED", self.url, again.status)
        status = self._get(ROWS, "application/x-cvo-unheard-of").status
        if status != NONE:
            self.findings.add("LIVE-NOT-ACCEPTABLE", self.url, status)

    def _refusals(self) -> None:
        """Ask for what must be refused; the update would delete what is nowhere."""
        wrong = self._get("SELECT {", JSON)
        if wrong.status != 400:  # noqa: PLR2004 - Bad Request
            self.findings.add("LIVE-SPARQL", self.url, "SELECT {", _short(wrong))
        updates = (
            self._post(CHANGE, HARMLESS),
            self._post(FORM, urlencode({"update": HARMLESS})),
            self._post(FORM, urlencode({"query": HARMLESS})),
            self._get(HARMLESS, "*/*"),
        )
        for reply in updates:
            if reply.status not in REFUSED:
                self.findings.add("LIVE-UPDATE", self.url, reply.status)
        for query in (ELSEWHERE, ELSEWHERE.replace("SERVICE", "SERVICE SILENT")):
            status = self._get(query, JSON).status
            if status not in REFUSED:
                self.findings.add("LIVE-SERVICE", self.url, status)

    def _description(self) -> None:
        reply = self.visitor.get(self.url, "text/turtle")
        try:
            said = list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE, base_iri=self.url)) if reply.status == OK else []
        except BROKEN as error:
            self.findings.add("LIVE-PARSE", self.url, str(error)[:200])
            return
        if not any(quad.predicate.value.endswith("sparql-service-description#endpoint") for quad in said):
            self.findings.add("LIVE-DESCRIPTION", self.url, "sd:endpoint")


def _short(reply: Reply) -> str:
    return f"{reply.status} {reply.media}".strip()
