"""`cvo serve`, asked by clients that others wrote, by the W3C's protocol tests, and by people who mean ill."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pyoxigraph as ox
import pytest
import rdflib
import requests
from conftest import SHARED, run_cvo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper
from test_endpoints import rows

from cvo import load
from cvo.engines.remote import remote
from cvo.questions import bind, catalogue
from cvo.serve import negotiation
from cvo.serve import serving as serving_
from cvo.serve.pool import Pool
from cvo.serve.processes import Spawning

pytestmark = pytest.mark.xdist_group("serve")
QUESTIONS = {question.name: question for question in catalogue()}
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(CONCAT(STR(?a), STR(?e))) = 7) }"
SLOW = """SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a cvo:statement ?s } LIMIT 900 } { SELECT ?b { ?b cvo:statement ?t } LIMIT 900 }
FILTER(STRLEN(STR(?a)) = STRLEN(STR(?b))) } #"""
ROWS = "SELECT ?risk ?label { ?risk a cvo:Risk ; rdfs:label ?label } ORDER BY ?label LIMIT 3"
RIGHT = "term/portrait-right"
BASE = "https://w3id.org/cvo/"


class Server:
    def __init__(self, process, log):
        self.process, self.log = process, log
        self.url = next(line["url"] for line in self.lines() if line["event"] == "listening")
        self.sparql = f"{self.url}sparql"

    def lines(self):
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]

    def get(self, path, accept="*/*", **more):
        headers = {"Accept": accept, **more.pop("headers", {})}
        return httpx.get(self.url + path, headers=headers, timeout=60, **more)

    def ask(self, query, accept="*/*", **more):
        return self.get("sparql", accept, params={"query": query}, **more)

    def workers(self):
        return [line["pid"] for line in self.lines() if line["event"] == "worker ready"]


@contextlib.contextmanager
def serving(folder, *arguments):
    log = folder / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "cvo", "serve", "--port", "0", *map(str, arguments)], stderr=file)
        try:
            until = time.monotonic() + 120
            while '"listening"' not in log.read_text("utf-8"):
                assert process.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until
                time.sleep(0.1)
            yield Server(process, log)
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()
                process.wait()
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")
    assert '"bug"' not in log.read_text("utf-8"), log.read_text("utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("serve"), "--timeout", "20") as running:
        yield running


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """Serve with tight limits: two seconds, a megabyte of answer, 256 MB of memory."""
    with serving(tmp_path_factory.mktemp("hasty"), "--timeout", "2", "--largest", "1", "--memory", "256") as running:
        yield running


@pytest.fixture(scope="module")
def data():
    return load()


# Clients of others


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_shipped_question_has_the_same_rows_there_as_here(server, data, name):
    text = bind(QUESTIONS[name], {}, data)
    here, there = data.query(text), remote(server.sparql).query(text)
    assert there.variables == here.variables
    assert rows(there) == rows(here)


def test_the_command_asks_it(server, cvo):
    there = cvo("query", "risks-by-stage", "stage=产品营销", "--on", server.sparql, "--lang", "zh")
    here = cvo("query", "risks-by-stage", "stage=产品营销", "--lang", "zh")
    assert (there.status, there.err) == (0, "")
    assert sorted(there.out.splitlines()) == sorted(here.out.splitlines())


def test_what_follows_in_a_view_can_be_served(cvo, data, tmp_path):
    text = bind(QUESTIONS["stage-risk-exposure"], {}, data)
    with serving(tmp_path, "--view", "observed", "--workers", "1") as running:
        there = running.ask(text, "text/csv").text
        asked = cvo("query", "stage-risk-exposure", "--on", running.sparql, "-f", "csv")
    here = cvo("query", "stage-risk-exposure", "-f", "csv").out
    assert sorted(asked.out.splitlines()) == sorted(here.splitlines())
    assert "cvo serve --view observed" in asked.err
    assert len(here.splitlines()) > 1
    assert sorted(there.splitlines()) == sorted(here.splitlines())


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_every_format(server, method):
    client = SPARQLWrapper(server.sparql)
    client.setMethod(method)
    client.setQuery(ROWS)
    client.setReturnFormat(JSON)
    assert len(client.queryAndConvert()["results"]["bindings"]) == 3
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 3
    client.setReturnFormat(CSV)
    assert len(client.queryAndConvert().decode().splitlines()) == 4
    client.setQuery("CONSTRUCT { ?r a cvo:Right } { ?r a cvo:Right }")
    client.setReturnFormat(TURTLE)
    assert b"portrait-right" in client.queryAndConvert()


def test_rdflib_asks_it_as_a_store(server, data):
    graph = rdflib.Graph(SPARQLStore(server.sparql))
    found = {str(row[0]) for row in graph.query("PREFIX cvo: <https://w3id.org/cvo/ns#> SELECT ?x { ?x a cvo:Right }")}
    assert found == {row["x"] for row in data.query("SELECT ?x { ?x a cvo:Right }")}


def test_rdflib_reads_a_term_by_its_address(server):
    graph = rdflib.Graph().parse(f"{server.url}{RIGHT}", format="turtle")
    assert (rdflib.URIRef(BASE + RIGHT), rdflib.RDF.type, rdflib.URIRef(f"{BASE}ns#Right")) in graph


def test_curl_asks_it(server):
    ran = subprocess.run(
        ["curl", "-sS", "-f", "--data-urlencode", f"query={ROWS}", "-H", "Accept: text/csv", server.sparql], capture_output=True, check=True
    )
    assert ran.stdout.decode().startswith("risk,label\n")


# The protocol


def media_of(response):
    return response.headers.get("content-type", "").partition(";")[0]


@pytest.mark.parametrize("media", negotiation.ROWS)
def test_rows_come_in_every_format(server, media):
    response = server.ask(ROWS, media)
    assert (response.status_code, media_of(response)) == (200, media)
    assert "Accept" in response.headers["vary"]
    assert len(response.content) > 50


@pytest.mark.parametrize("media", negotiation.GRAPHS)
def test_graphs_come_in_every_format(server, media):
    response = server.ask("CONSTRUCT WHERE { cvt:portrait-right ?p ?o }", media)
    assert (response.status_code, media_of(response)) == (200, media)
    kinds = {"turtle": "TURTLE", "jsonld": "JSON_LD", "nt": "N_TRIPLES", "rdfxml": "RDF_XML", "trig": "TRIG", "nq": "N_QUADS"}
    triples = list(ox.parse(response.content, format=getattr(ox.RdfFormat, kinds[negotiation.GRAPHS[media]])))
    assert {quad.subject.value for quad in triples} == {BASE + RIGHT}


@pytest.mark.parametrize("media", negotiation.TRUTH)
def test_a_truth_comes_in_every_format(server, media):
    response = server.ask("ASK {}", media)
    assert (response.status_code, media_of(response)) == (200, media)
    assert "true" in response.text or "yes" in response.text


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv;q=0.5, text/html;q=0.1", "text/csv"),
        ("text/*", "text/xml"),
        ("*/*", "application/sparql-results+json"),
        ("application/pdf, */*;q=0.01", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/sparql-results+json;q=0, application/sparql-results+xml", "application/sparql-results+xml"),
    ],
)
def test_the_format_that_is_liked_best_is_given(server, accept, media):
    assert media_of(server.ask(ROWS, accept)) == media


def test_what_cannot_be_written_is_told_with_what_can(server):
    response = server.ask(ROWS, "application/pdf")
    assert response.status_code == 406
    assert "text/csv" in response.text
    problem = server.ask(ROWS, "application/pdf, application/problem+json").json()
    assert (problem["status"], "text/csv" in problem["offered"]) == (406, True)


def test_an_address_can_name_the_format(server):
    assert server.get("sparql", params={"query": ROWS, "format": "csv"}).text.startswith("risk,label")
    assert server.get("sparql", params={"query": ROWS, "format": "pdf"}).status_code == 400


def test_the_same_answer_is_not_sent_twice(server):
    first = server.ask(ROWS, "text/csv")
    tag = first.headers["etag"]
    again = server.ask(ROWS, "text/csv", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert server.ask(ROWS, "text/csv", headers={"If-None-Match": tag.removeprefix("W/")}).status_code == 304
    assert server.ask(ROWS, "application/json", headers={"If-None-Match": tag}).status_code == 200
    assert server.ask(f"{ROWS} OFFSET 1", "text/csv", headers={"If-None-Match": tag}).status_code == 200
    assert first.headers["cache-control"].startswith("public")


def test_an_answer_that_differs_each_time_is_not_kept(server):
    response = server.ask("SELECT (UUID() AS ?x) {}")
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_head_is_get_without_the_body(server):
    for path in ("sparql?" + urlencode({"query": ROWS}), f"{RIGHT}.ttl", "health"):
        head, get = (requests.request(method, server.url + path, timeout=60) for method in ("HEAD", "GET"))
        assert head.content == b""
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))
        assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("path", ["sparql", RIGHT, "health"])
def test_options_and_other_methods_are_told_what_is_allowed(server, path):
    asked = requests.options(server.url + path, headers={"Origin": "https://example.org"}, timeout=60)
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in asked.headers
    assert ("POST" in asked.headers["access-control-allow-methods"]) == (path == "sparql")
    for method in ("PUT", "DELETE", "PATCH"):
        refused = requests.request(method, server.url + path, timeout=60)
        assert refused.status_code == 405
        assert refused.headers["allow"] == asked.headers["allow"]


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples", "*/*"])
def test_the_endpoint_describes_itself(server, accept):
    response = server.get("sparql", accept)
    kinds = {
        "text/turtle": "TURTLE",
        "application/ld+json": "JSON_LD",
        "application/rdf+xml": "RDF_XML",
        "application/n-triples": "N_TRIPLES",
    }
    described = {quad.triple for quad in ox.parse(response.content, format=getattr(ox.RdfFormat, kinds[media_of(response)]))}
    sd, here = "http://www.w3.org/ns/sparql-service-description#", ox.NamedNode(server.sparql)
    assert ox.Triple(here, ox.NamedNode(f"{sd}endpoint"), here) in described
    assert ox.Triple(here, ox.NamedNode(f"{sd}supportedLanguage"), ox.NamedNode(f"{sd}SPARQL11Query")) in described
    names = {triple.object.value for triple in described if triple.predicate.value == f"{sd}name"}
    assert names >= {f"{BASE}source/bi-2019", f"{BASE}source/sun-nd"}
    assert server.get("sparql", accept, headers={"If-None-Match": response.headers["etag"]}).status_code == 304


def test_a_person_finds_a_form(server):
    page = server.get("sparql", "text/html", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert page.headers["content-language"] == "zh"
    assert '<label for="query">' in page.text
    assert "http" not in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "query", ["INSERT DATA { <x:> <x:> <x:> }", "PREFIX x: <x:>\ndrop all", "# c\nBASE <x:> Load <x:>", "WITH <x:> DELETE {} WHERE {}"]
)
def test_an_update_is_refused_however_it_comes(server, query):
    for response in (
        server.ask(query),
        httpx.post(server.sparql, data={"query": query}),
        httpx.post(server.sparql, data={"update": query}),
        httpx.post(server.sparql, content=query, headers={"Content-Type": "application/sparql-query"}),
        httpx.post(server.sparql, content=query, headers={"Content-Type": "application/sparql-update; charset=utf-8"}),
        httpx.get(server.sparql, params={"update": query}),
    ):
        assert response.status_code == 403
        assert "only reads" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <{url}> { ?s ?p ?o } }",
        "SELECT*{service silent<{url}>{?s?p?o}}",
        "SELECT * { \\u0053ERVICE <{url}> { ?s ?p ?o } }",
        "SELECT * { { SELECT * { OPTIONAL { SeRvIcE ?x { ?s ?p ?o } VALUES ?x { <{url}> } } } } }",
        "SELECT * { #\nSERVICE#\n<{url}> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <{url}> {} } }",
        "PREFIX service: <{url}> ASK { SERVICEservice: {} }",
    ],
)
def test_service_is_refused_and_opens_no_connection(server, query):
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        response = server.ask(query.replace("{url}", f"http://127.0.0.1:{trap.getsockname()[1]}/sparql"))
        assert response.status_code == 403
        assert "SERVICE is refused" in response.text
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux filters system calls")
def test_a_worker_cannot_make_a_socket_even_if_the_parser_let_it():
    code = """
import sys, threading
from cvo import confinement
assert confinement.close_network() == "filter"
import pyoxigraph as ox, socket
for make in (socket.socket, socket.socketpair):
    try: make(); sys.exit("a socket")
    except PermissionError: pass
failed = []
def other():
    try: list(ox.Store().query("SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }"))
    except OSError as error: failed.append(error)
thread = threading.Thread(target=other); thread.start(); thread.join()
sys.exit(0 if failed else "an answer")
"""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        subprocess.run([sys.executable, "-c", code % trap.getsockname()[1]], check=True)
        with pytest.raises(TimeoutError):
            trap.accept()


def test_every_worker_says_that_it_is_confined(server):
    ready = [line for line in server.lines() if line["event"] == "worker ready"]
    assert len(ready) >= 2
    if sys.platform == "linux":
        assert all((line["network"], line["memory"]) == ("filter", True) for line in ready)


@pytest.mark.parametrize(
    ("query", "line", "column", "says"),
    [
        ("SELECT ?x { ?x a ( }", 1, 20, "'(' opened at 1:18 is still open"),
        ("SELECT ?x {\n  ?x a cvoo:Risk }", 2, 8, "the prefix is not declared"),
        ("SELECT ?x { ?x a cvo:Risk ，}", 1, 27, "full-width"),
        ("", None, None, "the query is empty"),
    ],
)
def test_a_mistake_is_told_where_it_is(server, query, line, column, says):
    text = server.ask(query)
    assert text.status_code == 400
    assert media_of(text) == "text/plain"
    assert says in text.text
    problem = server.ask(query, "application/json").json()
    assert problem["status"] == 400
    assert says in problem["title"]
    assert (problem.get("line"), problem.get("column")) == (line, column)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"ASK {}"}, 415),
        ({"content": b"ASK {}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"\xff\xfe", "headers": {"Content-Type": "application/sparql-query"}}, 400),
        ({"content": b"query=%FF", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
        ({"data": {"question": "ASK {}"}}, 400),
        ({"data": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"data": {"query": "ASK {}"}, "params": {"query": "ASK {}"}}, 400),
        ({"data": {"query": "ASK {}", "default-graph-uri": "not an iri"}}, 400),
        ({"data": {"query": "ASK {}", "named-graph-uri": ["x:y"] * 201}}, 400),
        ({"content": b"x" * (1 << 20) + b"y", "headers": {"Content-Type": "application/sparql-query"}}, 413),
    ],
)
def test_a_request_that_is_no_request_is_refused(server, sent, status):
    response = httpx.post(server.sparql, timeout=60, **sent)
    assert response.status_code == status
    assert response.text.startswith("error: ")


def test_an_address_that_is_too_long_is_refused_and_the_way_told(server):
    response = requests.get(server.sparql, params={"query": f"ASK {{ ?x ?y '{'z' * 40_000}' }}"}, timeout=60)
    assert (response.status_code, "POST" in response.text) == (414, True)


# The W3C's tests of the protocol, as far as they ask

PROTOCOL = SHARED / "suites" / "sparql11" / "protocol"
HT, CNT = rdflib.Namespace("http://www.w3.org/2011/http#"), rdflib.Namespace("http://www.w3.org/2011/content#")
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")


def protocol_tests():
    if not PROTOCOL.is_dir():
        return []
    manifest = rdflib.Graph().parse(PROTOCOL / "manifest.ttl")
    found = []
    for test in manifest.subjects(rdflib.RDF.type, MF.ProtocolTest):
        action = manifest.value(test, MF.action)
        found.append(
            (str(test).rpartition("#")[2], [request_of(manifest, one) for one in manifest.items(manifest.value(action, HT.requests))])
        )
    return sorted(found)


def request_of(manifest, one):
    response = manifest.value(one, HT.resp)
    headers = {
        str(manifest.value(header, HT.fieldName)): str(manifest.value(header, HT.fieldValue))
        for header in manifest.items(manifest.value(one, HT.headers) or rdflib.RDF.nil)
    }
    body = manifest.value(one, HT.body)
    text, encoding = (str(manifest.value(body, CNT[name]) or "") for name in ("chars", "characterEncoding"))
    return {
        "method": str(manifest.value(one, HT.methodName)),
        "path": str(manifest.value(one, HT.absolutePath)),
        "headers": headers,
        "body": text.encode("utf-16" if encoding.upper() == "UTF-16" else "utf-8") if body else None,
        "statuses": {str(status)[-3:] for status in manifest.objects(response, MF.expectedStatus)},
        "truth": manifest.value(response, MF.expectedBoolean),
        "format": str(manifest.value(response, MF.expectedFormat) or ""),
    }


TESTS = protocol_tests()


@pytest.fixture(scope="module")
def kasei(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kasei")
    with (folder / "data.nq").open("wb") as file:
        for name in ("data1", "data2", "data3"):
            graph = ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/{name}.rdf")
            for quad in ox.parse(path=str(PROTOCOL / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES):
                file.write(ox.serialize([ox.Quad(*quad.triple, graph)], format=ox.RdfFormat.N_QUADS))
    with serving(folder, "--only-data", "--data", folder / "data.nq", "--workers", "1") as running:
        yield running


@pytest.mark.skipif(not TESTS, reason="the W3C's test suite is not part of the project")
@pytest.mark.parametrize(("name", "asked"), TESTS, ids=[name for name, _ in TESTS])
def test_the_protocol_is_spoken_as_the_w3c_tests_it(kasei, name, asked):
    for number, one in enumerate(asked):
        response = requests.request(
            one["method"], kasei.url.rstrip("/") + one["path"], headers=one["headers"], data=one["body"], timeout=60
        )
        if name.startswith("update_"):  # this endpoint only reads: each of them is refused
            if number == 0:
                assert (response.status_code, "only reads" in response.text) == (403, True)
            continue
        assert f"{response.status_code // 100}xx" in one["statuses"], response.text
        if one["format"] == "boolean":
            assert response.json()["boolean"] is (True if one["truth"] is None else one["truth"].toPython())
        elif one["format"] == "tabular":
            assert response.json()["results"]["bindings"]
        elif one["format"] == "RDF":
            assert media_of(response) == "text/turtle"
            list(ox.parse(response.content, format=ox.RdfFormat.TURTLE))


# Things and documents


@pytest.mark.parametrize("path", [RIGHT, "ns", "source/bi-2019", "question/risks", "vocabulary/risk", "module/claim"])
@pytest.mark.parametrize(("ending", "media"), negotiation.ENDINGS.items())
def test_a_thing_leads_to_the_document_about_it(server, path, ending, media):
    led = server.get(path, media)
    assert led.status_code == 303
    assert "Accept" in led.headers["vary"]
    assert f'<{path.rpartition("/")[2]}{ending}>; rel="describedby"' in led.headers["link"]
    document = server.get(path, media, follow_redirects=True)
    assert (document.status_code, media_of(document)) == (200, media)
    assert str(document.url) == f"{server.url}{path}{ending}"
    assert f'<{BASE}{path}>; rel="describes"' in document.headers["link"]
    assert server.get(path + ending, headers={"If-None-Match": document.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(("ending", "kind"), [(".ttl", "TURTLE"), (".nt", "N_TRIPLES"), (".jsonld", "JSON_LD"), (".rdf", "RDF_XML")])
def test_a_document_says_all_that_the_data_say_of_its_things(server, data, ending, kind):
    for path in (RIGHT, "source/sun-nd"):
        got = {quad.triple for quad in ox.parse(server.get(path + ending).content, format=getattr(ox.RdfFormat, kind))}
        node = ox.NamedNode(BASE + path)
        inside = f"<{node.value}#"
        wanted = {quad.triple for quad in data.store if quad.subject == node or str(quad.subject).startswith(inside)}
        assert got == wanted


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_speaks_the_language_of_its_reader(server, lang):
    for page in (server.get(f"{RIGHT}.html", headers={"Accept-Language": lang}), server.get(f"{RIGHT}.html", params={"lang": lang})):
        assert page.headers["content-language"] == lang
        assert f'<html lang="{lang}">' in page.text
        assert f"<h1>{'肖像权' if lang == 'zh' else 'portrait right'}</h1>" in page.text
        assert 'href="../term/personality-right"' in page.text
        assert 'href="../source/bi-2019#c402"' in page.text


def test_the_first_page_leads_to_everything(server):
    page = server.get("")
    for path in ("source/bi-2019", "question/risks", "ns", "sparql"):
        assert f'href="{path}' in page.text
    assert f'id="{"c001"}"' in server.get("source/bi-2019.html").text


def test_what_is_not_there_is_told_with_what_may_be_meant(server):
    missing = server.get("term/portrait-rigth")
    assert missing.status_code == 404
    assert "did you mean https://w3id.org/cvo/term/portrait-right?" in missing.text
    assert server.get("term/portrait-rigth.ttl", "application/json").json()["guess"] == RIGHT
    assert server.get("nothing/of/the/kind").status_code == 404


def test_no_page_holds_what_a_stranger_wrote_as_html(tmp_path):
    (tmp_path / "x.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . <https://e.example/a> rdfs:label '<script>alert(1)</script>'@en ;"
        " <https://e.example/p> '\"><img src=x>', <javascript:alert(1)> , <https://e.example/b> ."
        " <https://e.example/b> rdfs:label 'b'@en .",
        encoding="utf-8",
    )
    arguments = ("--only-data", "--data", tmp_path / "x.ttl", "--base", "https://e.example/", "--workers", "1")
    with serving(tmp_path, *arguments) as running:
        page = running.get("a.html")
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert 'href="javascript' not in page.text
        assert 'href="b"' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_site_goes_before_what_is_made_here(tmp_path):
    site = tmp_path / "site"
    (site / "term" / "portrait-right").mkdir(parents=True)
    (site / "index.html").write_text("<h1>home</h1>", encoding="utf-8")
    (site / "term" / "portrait-right" / "index.html").write_text("<h1>built</h1>", encoding="utf-8")
    (site / "term" / "portrait-right.ttl").write_text("# built\n", encoding="utf-8")
    (site / "only.html").write_text("<h1>only</h1>", encoding="utf-8")
    (site / ".secret").write_text("x", encoding="utf-8")
    (site / ".well-known").mkdir()
    (site / ".well-known" / "void").write_text("# void\n", encoding="utf-8")
    (site / ".well-known" / ".hidden").write_text("x", encoding="utf-8")
    (site / "ns.ttl").write_text("# ns\n", encoding="utf-8")
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
    for lang in ("", ".zh", ".en"):
        (site / f"ns{lang}.html").write_text(f"{policy}<h1>ns{lang}</h1>", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("x", encoding="utf-8")
    with contextlib.suppress(OSError):
        (site / "link.txt").symlink_to(tmp_path / "outside.txt")
    with serving(tmp_path, site, "--workers", "1") as running:
        assert running.get("").text == "<h1>home</h1>"
        page = running.get(RIGHT, "text/html", follow_redirects=True)
        assert (page.text, str(page.url)) == ("<h1>built</h1>", f"{running.url}{RIGHT}/")
        assert running.get(RIGHT, "text/turtle", follow_redirects=True).text == "# built\n"
        assert running.get(RIGHT, "application/ld+json", follow_redirects=True).json()
        assert running.get("only", "text/html", follow_redirects=True).text == "<h1>only</h1>"
        tag = running.get("only.html").headers["etag"]
        assert running.get("only.html", headers={"If-None-Match": tag}).status_code == 304
        void = running.get(".well-known/void")
        assert (void.text, void.headers["content-type"]) == ("# void\n", "text/turtle; charset=utf-8")
        page = running.get("ns", "text/html", headers={"Accept-Language": "zh"}, follow_redirects=True)
        assert (page.text[-14:], page.headers["content-security-policy"]) == ("<h1>ns.zh</h1>", "default-src 'self'")
        assert '<https://w3id.org/cvo/ns>; rel="describes"' in page.headers["link"]
        assert "Accept-Language" in page.history[0].headers["vary"]
        assert running.get("data/.well-known/void").status_code == 404
        for path in (
            ".well-known/.hidden",
            ".well-known/../.secret",
            ".secret",
            "link.txt",
            "../outside.txt",
            "%2e%2e/outside.txt",
            "..%2foutside.txt",
            "term/..%5c..%5coutside.txt",
        ):
            assert raw(running, f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 404"), path


# People who mean ill


def raw(running, request, wait=30):
    host, port = running.url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(request if isinstance(request, bytes) else request.encode())
        got = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            while piece := connection.recv(65536):
                got += piece
        return got


def test_short_questions_are_answered_while_a_runaway_holds_every_worker(hasty):
    with ThreadPoolExecutor(2) as pool, httpx.Client() as client:
        for _ in range(2):  # the second time others stand in that are there already
            slow = [pool.submit(hasty.ask, RUNAWAY) for _ in range(2)]
            time.sleep(0.2)
            asked = ({"query": f"SELECT ?n {{ BIND({number} AS ?n) }}", "format": "csv"} for number in range(20))
            others = [client.get(hasty.sparql, params=each).text for each in asked]
            assert not any(each.done() for each in slow)
            assert others == [f"n\n{number}\n" for number in range(20)]
            assert [each.result().status_code for each in slow] == [504, 504]
            assert all("within 2 s" in each.result().text for each in slow)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process has one priority")
def test_a_long_query_steps_back_and_its_worker_does_not_stay_there(tmp_path):
    with serving(tmp_path, "--timeout", "60", "--workers", "1") as running:
        usual = set(niceness(running.workers()))
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(running.ask, SLOW)
            seen = set()
            while not asked.done():
                seen |= set(niceness(running.workers()))
                time.sleep(0.02)
            assert asked.result().status_code == 200
        assert seen > usual
        assert running.ask("ASK {}").status_code == 200
        assert set(niceness(running.workers())) == usual
        assert running.get("health").json()["workers"] <= 2


def niceness(pids):
    for pid in pids:
        for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):
                yield int(stat.read_text("utf-8").rpartition(")")[2].split()[16])


@pytest.mark.skipif(sys.platform != "linux", reason="only there workers are copied from a process")
def test_the_process_that_workers_are_copied_from_may_be_lost(tmp_path):
    with serving(tmp_path, "--workers", "2") as running:
        pid = running.process.pid
        (server,) = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
        os.kill(int(server), signal.SIGKILL)
        until = time.monotonic() + 30
        while len(running.workers()) < 4 and time.monotonic() < until:
            time.sleep(0.1)
        assert running.ask(ROWS).status_code == 200
        assert running.get("health").json()["workers"] == 2


def test_workers_that_read_the_data_themselves_do_the_same(tmp_path):
    """Workers are started like that where a process cannot be copied."""
    path, digest = serving_.freeze(serving_.Options(), tmp_path)
    start = {"path": str(path), "digest": digest, "base": BASE, "limits": {"seconds": 60.0, "result": 1 << 20, "memory": 1 << 28}}
    job = {"kind": "query", "accept": "text/csv", "base": BASE, "known": [], "default": [], "named": []}

    async def asked():
        pool = Pool(Spawning(start), 1, 60.0)
        await pool.open()
        try:
            slow = asyncio.ensure_future(pool.run({**job, "query": RUNAWAY}))
            await asyncio.sleep(0)  # it has the worker
            short = await pool.run({**job, "query": "SELECT (1 AS ?n) {}"})
            beside = not slow.done()
            slow.cancel()
            pool.seconds = 0.5
            ended = await pool.run({**job, "query": RUNAWAY})
            return beside, short, ended[0]["status"], pool.replaced
        finally:
            await pool.close()

    beside, short, status, replaced = asyncio.run(asked())
    assert beside
    assert (short[0]["status"], short[1]) == (200, b"n\n1\n")
    assert (status, replaced) == (504, {"abandoned": 1, "deadline": 1})


def test_a_worker_that_is_killed_costs_one_answer(hasty):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(hasty.ask, RUNAWAY)
        time.sleep(0.5)
        for pid in hasty.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert asked.result().status_code == 500
    assert hasty.ask(ROWS).status_code == 200


def test_an_answer_that_is_too_large_is_refused_whole(hasty):
    for media in ("text/csv", "text/html", "application/json"):
        response = hasty.ask("SELECT * { ?s ?p ?o . ?x a cvo:Risk }", media)
        assert response.status_code in {504, 507}
        assert response.text.startswith(("error: ", "{"))
    assert hasty.ask("CONSTRUCT WHERE { ?s ?p ?o }").status_code in {504, 507}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_query_that_needs_too_much_memory_is_ended(tmp_path):
    with serving(tmp_path, "--timeout", "60", "--memory", "64", "--workers", "1") as running:
        response = running.ask("SELECT ?a { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f")
        assert response.status_code == 507
        assert "memory" in response.text
        assert running.ask(ROWS).status_code == 200


def test_more_than_the_queue_holds_are_told_to_come_back(tmp_path):
    with serving(tmp_path, "--timeout", "1", "--workers", "1") as running:
        with ThreadPoolExecutor(60) as pool:
            answers = list(pool.map(lambda _: running.ask(RUNAWAY), range(60)))
        assert {answer.status_code for answer in answers} <= {503, 504}
        busy = [answer for answer in answers if answer.status_code == 503]
        assert busy
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in busy)
        time.sleep(1)
        assert running.ask(ROWS).status_code == 200
        figures = running.get("metrics").text
    assert 'cvo_workers_replaced_total{reason="deadline"}' in figures
    assert 'cvo_requests_total{route="sparql",status="503"}' in figures


def deep(opening, closing):
    return f"SELECT * {{ {opening * 400} {closing * 400} }}"


HOSTILE = [
    deep("{", "}"),
    deep("OPTIONAL {", "}"),
    "SELECT * { FILTER(" + "(" * 450 + "1" + ")" * 450 + ") }",
    "SELECT * { FILTER(" + "!" * 40_000 + "true) }",
    "SELECT * { ?a " + "/".join(["<x:>"] * 5_000) + " ?b }",
    "SELECT * { ?a " + "(" * 400 + "<x:>" + "*)" * 400 + " ?b }",
    "SELECT * { FILTER(" + " + ".join(["1"] * 20_000) + " = 1) }",
    "SELECT * { FILTER REGEX('" + "a" * 5_000 + "', '(a*)*b') }",
    "SELECT * { VALUES ?x { " + "1 " * 40_000 + "} }",
    "SELECT * {" + " {} UNION" * 9_000 + " {} }",
    "\x00\x01\x02",
    "SELECT * { ?x ?y '\\uD800' }",
    "SELECT * { ?x ?y '\\U00110000' }",
    "ASK {" + "[" * 450 + "]" * 450 + "}",
    "ASK { " + "<< " * 400 + "}",
    "PREFIX " * 10_000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_takes_nothing_down(hasty, query):
    response = httpx.post(hasty.sparql, data={"query": query}, timeout=60)
    assert response.status_code in {200, 400, 403, 504, 507, 500}
    if response.status_code == 500:
        assert "bug" not in response.text
    assert hasty.ask("ASK {}").json()["boolean"] is True


TEXT = st.text(max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [
            "SELECT",
            "ASK",
            "*",
            "{",
            "}",
            "?x",
            "a",
            "cvo:Risk",
            "FILTER(",
            ")",
            "'",
            '"',
            "<x:>",
            "\\u0053ERVICE",
            "UNION",
            "GRAPH",
            "#",
            "\n",
            "风险",
            "😀",
            "(",
            "LIMIT 1",
            "VALUES",
            "OPTIONAL {",
            "ORDER BY",
        ]
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    query=TEXT | PIECES,
    accept=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip) | st.just("*/*"),
    post=st.booleans(),
    graph=TEXT,
)
def test_any_query_gets_an_answer_or_a_reason(hasty, query, accept, post, graph):
    parameters = {"query": query, **({"default-graph-uri": graph} if graph else {})}
    with httpx.Client(timeout=60) as client:
        sent = {"data": parameters} if post else {"params": parameters}
        response = client.request("POST" if post else "GET", hasty.sparql, headers={"Accept": accept}, **sent)
    assert response.status_code in {200, 400, 403, 406, 504, 507}
    if response.status_code != 200:
        assert "error: " in response.text or response.json()["title"]
    assert "bug in cvo" not in response.text


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    lang=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(str.strip),
)
def test_any_address_gets_a_document_or_a_reason(hasty, path, lang):
    response = httpx.get(hasty.url + quote(path, safe="/"), headers={"Accept-Language": lang}, timeout=60)
    assert response.status_code in {200, 303, 400, 404, 406}


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /sparql HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b'GET /sparql HTTP/1.1\r\nHost: "<evil>\r\nConnection: close\r\n\r\n',
        b"GET /%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /a%00b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
    ],
)
def test_what_is_no_http_takes_nothing_down(hasty, request_):
    got = raw(hasty, request_, wait=3)
    assert b"X-Evil" not in got.partition(b"\r\n\r\n")[0]
    assert b"evil" not in got
    assert not got or got.startswith(b"HTTP/1.1 ")
    assert hasty.ask("ASK {}").status_code == 200


def test_a_head_without_end_is_cut_off(hasty):
    got = raw(hasty, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 40_000)
    assert not got or b" 431 " in got or b" 400 " in got
    assert hasty.ask("ASK {}").status_code == 200


def test_clients_that_are_slow_are_given_up(hasty):
    host, port = hasty.url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=40) as head, socket.create_connection((host, int(port)), timeout=40) as body:
        head.sendall(b"GET / HTTP/1.1\r\nHost:")
        body.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK")
        assert b" 408 " in body.recv(65536)
        with contextlib.suppress(ConnectionError):
            assert head.recv(65536) == b""


def test_no_worker_is_left_over_and_none_is_missing(hasty):
    until = time.monotonic() + 30
    while (state := hasty.get("health").json())["idle"] < max(2, state["workers"]) and time.monotonic() < until:
        time.sleep(0.2)
    assert state["status"] == "ok"
    assert 2 <= state["workers"] == state["idle"] <= 4  # as many again may have stood in for those that were busy
    if Path("/proc").is_dir():
        assert len([pid for pid in set(hasty.workers()) if alive(pid)]) == state["workers"]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# Beginning and end


def test_what_is_being_answered_at_the_end_is_answered(tmp_path):
    with serving(tmp_path, "--timeout", "60", "--workers", "1") as running:
        pids = running.workers()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(running.ask, SLOW.replace("900", "2000"))
            time.sleep(0.4)
            assert not asked.done()
            running.process.terminate()
            assert asked.result().status_code == 200
        assert running.process.wait(60) == 0
        assert running.lines()[-1]["event"] == "ended"
        if Path("/proc").is_dir():
            assert not any(map(alive, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_no_worker_outlives_a_server_that_was_killed(tmp_path):
    with serving(tmp_path, "--workers", "1") as running:
        pids = running.workers()
        thread = threading.Thread(target=_ignore, args=(running,))
        thread.start()
        time.sleep(0.5)
        running.process.kill()
        thread.join()
        until = time.monotonic() + 10
        while any(map(alive, pids)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(map(alive, pids))


def _ignore(running):
    with contextlib.suppress(httpx.HTTPError):
        running.ask(RUNAWAY)


def test_it_listens_to_this_machine_alone(server):
    assert server.url.startswith("http://127.0.0.1:")


def test_a_store_is_served(tmp_path):
    assert run_cvo("load", "--store", tmp_path / "store", Path(__file__).parent / "questions" / "small.ttl").status == 0
    with serving(tmp_path, "--store", tmp_path / "store", "--workers", "1") as running:
        ask = "SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/cvo/source/bi-2019> { ?s a cvo:Claim } }"
        assert running.ask(ask).json() == json.loads(run_cvo("query", "-e", ask, "-f", "json").out)
        assert running.get(f"{RIGHT}.ttl").status_code == 200


def test_what_cannot_be_served_is_told(cvo, tmp_path, server):
    port = server.url.rstrip("/").rpartition(":")[2]
    (tmp_path / "bad.ttl").write_text("<a> <b> .", encoding="utf-8")
    for arguments, says in (
        (("--port", port), "cannot listen"),
        (("--host", "no.such.host.invalid"), "cannot listen"),
        (("--data", tmp_path / "missing.ttl"), "no such file"),
        (("--data", tmp_path / "bad.ttl", "--port", "0"), "bad.ttl:1:"),
        (("--store", tmp_path, "--port", "0"), "there is no store in"),
        ((tmp_path / "nowhere",), "no such folder"),
        (("--base", "w3id.org"), "not the beginning of IRIs"),
    ):
        ran = cvo("serve", *arguments)
        assert (ran.status, ran.out) == (2, "")
        assert says in ran.err
        assert len([line for line in ran.err.splitlines() if line.startswith("error:")]) == 1


def test_figures_and_health_are_for_machines(server):
    assert server.get("health").json()["status"] == "ok"
    figures = server.get("metrics")
    assert media_of(figures) == "text/plain"
    for line in figures.text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2
        assert line.startswith("# ") or float(line.rsplit(" ", 1)[1]) >= 0
    document = server.get("openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/sparql", "/health", "/metrics", "/{kind}/{name}"} < set(document["paths"])


def test_the_log_is_json_and_holds_no_query(server):
    server.ask("SELECT ?secret { ?secret a cvo:Risk }")
    answered = [line for line in server.lines() if line["event"] == "answered"]
    assert answered[-1]["path"] == "/sparql"
    assert {"time", "event", "method", "path", "status", "bytes", "ms"} <= set(answered[-1])
    assert "secret" not in server.log.read_text("utf-8")
