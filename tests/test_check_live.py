"""`cvo check-live` finds nothing at a sound site, and each thing that can be wrong with one when it is."""

import contextlib
import functools
import http.client
import http.server
import json
import re
import socket
import threading
from dataclasses import dataclass, field

import pytest
from conftest import run_cvo
from test_serve import serving

from cvo.errors import EndpointError, InputError
from cvo.live import checking, files, findings, wording

pytestmark = pytest.mark.xdist_group("live")
FEW = {"sample": 3, "retries": 0, "timeout": 30}


@contextlib.contextmanager
def listening(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("live"), site, "--workers", "1", "--timeout", "30") as running:
        yield running


@dataclass
class Answer:
    method: str
    path: str
    accept: str
    asked: bytes
    status: int
    headers: dict
    body: bytes
    seen: list = field(default_factory=list)

    @property
    def media(self):
        return self.headers.get("content-type", "").partition(";")[0]


@functools.cache
def fetched(host, method, path, asked, headers):
    """Return what *host* answers, asked but once: the site is the same for all damages."""
    connection = http.client.HTTPConnection(host)
    connection.request(method, path, asked or None, dict(headers))
    got = connection.getresponse()
    answer = got.status, {name.lower(): value for name, value in got.getheaders()}, got.read()
    connection.close()
    return answer


@contextlib.contextmanager
def damaged(upstream, damage):
    """Give what *upstream* gives, after *damage* was done to it."""
    host = upstream.removeprefix("http://").rstrip("/")

    class Proxy(Quiet):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            asked = self.rfile.read(length)
            passed = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            status, headers, body = fetched(host, self.command, self.path, asked, tuple(sorted(passed.items())))
            answer = Answer(self.command, self.path, self.headers.get("Accept", ""), asked, status, dict(headers), body)
            damage(answer)
            self.send_response(answer.status)
            if self.command != "HEAD" and answer.status not in (204, 304):
                answer.headers["content-length"] = str(len(answer.body))
            for name, value in answer.headers.items():
                if name not in ("date", "server", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_HEAD = answer  # noqa: N815

    with listening(Proxy) as url:
        yield url


def codes(tested, severity="error"):
    return {one.code for one in tested.found if one.severity == severity}


def told(tested):
    return findings.concise(tested)


def test_nothing_is_wrong_with_a_site_that_is_served(served):
    ran = run_cvo("check-live", served.url, "--sample", "8", "--strict")
    assert (ran.status, ran.err) == (0, ""), ran.out
    assert re.fullmatch(r"0 errors, 0 notes; \d+ requests about 8 things \(.*\)\n", ran.out)


def test_nothing_is_wrong_with_an_endpoint_alone(tmp_path):
    with serving(tmp_path, "--workers", "1") as running:
        tested = checking.check(running.url, checking.Options(**{**FEW, "sample": 4}))
    assert codes(tested) == set(), told(tested)
    assert codes(tested, "note") == {"LIVE-MISSING"}
    assert any("#c" in iri for iri in tested.things)


def test_a_file_host_is_told_what_it_cannot_do_but_not_blamed(site):
    with listening(functools.partial(Quiet, directory=site)) as url:
        ran = run_cvo("check-live", url, "--sample", "4", "-f", "json")
        report = json.loads(ran.out)
        assert (ran.status, report["errors"]) == (0, 0), ran.out
        notes = {one["code"] for one in report["findings"]}
        assert notes >= {"LIVE-NEGOTIATION", "LIVE-NOT-ACCEPTABLE", "LIVE-CORS", "LIVE-POLICY", "LIVE-ENDPOINT"}
        assert notes <= wording.SOFT
        strict = checking.check(url, checking.Options(strict=True, **FEW))
        assert codes(strict) >= {"LIVE-NEGOTIATION", "LIVE-NOT-ACCEPTABLE"}
        assert strict.status == 1


def test_the_same_seed_draws_the_same_things_of_every_kind(served):
    one, same, other = (checking.check(served.url, checking.Options(sample=8, seed=seed, parts=("endpoint",))).things for seed in (1, 1, 2))
    assert one == same != other
    for kind in ("/term/", "/source/", "#c"):
        assert any(kind in iri for iri in one)


def set_header(name, value, where=bool):
    def damage(answer):
        if where(answer) and answer.status in (200, 303):
            answer.headers.pop(name, None)
            if value:
                answer.headers[name] = value

    return damage


def replaced(old, new, media="", path=""):
    def damage(answer):
        if answer.media == media if media else path in answer.path:
            answer.body = re.sub(old, new, answer.body)

    return damage


def status(number, where):
    def damage(answer):
        if where(answer):
            answer.status, answer.body = number, b""

    return damage


def given(body, where, media="text/html"):
    def damage(answer):
        if where(answer):
            answer.status, answer.body = 200, body
            answer.headers["content-type"] = media

    return damage


def is_ttl(answer):
    return answer.media == "text/turtle" and "/sparql" not in answer.path


def is_page(answer):
    return answer.media == "text/html"


def named(name):
    return lambda answer: answer.path.split("?")[0].endswith(name)


def is_update(answer):
    return b"DELETE" in answer.asked or "DELETE" in answer.path


COUNTED = {}
count = files.Files._counted


def counted(self, dump):
    if dump.body not in COUNTED:
        count(self, dump)
        COUNTED.update({dump.body: self.quads} if self.quads >= 0 else {})
    self.quads = COUNTED.get(dump.body, -1)


ROW = b'{"head":{"vars":["s"]},"results":{"bindings":[]}}'
DAMAGE = {
    "things": [
        ("LIVE-NEGOTIATION", status(404, lambda a: a.status == 303 and "rdf+xml" in a.accept)),
        ("LIVE-REDIRECT", status(302, lambda a: a.status == 303)),
        ("LIVE-HOST", set_header("location", "http://example.org/x.ttl", lambda a: a.status == 303 and "turtle" in a.accept)),
        ("LIVE-ANSWER", status(500, named(".jsonld"))),
        ("LIVE-NOT-ACCEPTABLE", given(b"x", lambda a: a.status == 406)),
        ("LIVE-NOT-FOUND", given(b"<p>Not found", lambda a: a.status == 404)),
        ("LIVE-TYPE", set_header("content-type", "application/octet-stream", named(".nt"))),
        ("LIVE-WRONG-TYPE", set_header("content-type", "text/html", named(".nt"))),
        ("LIVE-VARY", set_header("vary", "", lambda a: a.status == 303)),
        ("LIVE-VARY", set_header("vary", "Accept", lambda a: a.status == 303)),
        ("LIVE-CORS", set_header("access-control-allow-origin", "https://example.org", is_ttl)),
        ("LIVE-CACHE", set_header("etag", "", is_ttl)),
        ("LIVE-UNCHANGED", status(200, lambda a: a.status == 304)),
        ("LIVE-PARSE", replaced(rb"@prefix", b"prefix@", media="text/turtle")),
        ("LIVE-PARSE", given(b"<html>sorry</html>", named("context.jsonld"))),
        ("LIVE-ABOUT", given(b"<urn:a> <urn:b> <urn:c> .", is_ttl, "text/turtle")),
        ("LIVE-SAME", replaced(rb"(?m)^<.*\n", b"", media="application/n-triples")),
        ("LIVE-LANG", replaced(rb'<html lang="zh">', b'<html lang="en">', media="text/html")),
        ("LIVE-HREFLANG", replaced(rb'hreflang="zh"', b'hreflang="fr"', media="text/html")),
        ("LIVE-HREFLANG", status(404, lambda a: a.method == "HEAD")),
        ("LIVE-CANONICAL", replaced(rb'rel="canonical" href="[^"]*"', b'rel="canonical" href="http://example.org/"', media="text/html")),
        ("LIVE-CANONICAL", replaced(rb'rel="canonical"', b'rel="x"', media="text/html")),
        ("LIVE-FRAGMENT", replaced(rb'id="c', b'id="d', media="text/html")),
        ("LIVE-SIGNPOST", set_header("link", "", is_ttl)),
        ("LIVE-UNSIGNED", replaced(rb'rel="cite-as"', b'rel="x"', media="text/html")),
        ("LIVE-POLICY", set_header("content-security-policy", "", is_page)),
        (
            "LIVE-NO-POLICY",
            lambda a: [set_header("content-security-policy", "", is_page)(a), replaced(rb"http-equiv", b"x", media="text/html")(a)],
        ),
        ("LIVE-VERSION", given(b"<urn:a> <urn:b> <urn:c> .", named("/ns.ttl"), "text/turtle")),
    ],
    "files": [
        *(("LIVE-MISSING", status(404, named(name))) for name in ("SHA256SUMS", "void.ttl", "/void", "dcat.ttl", "service.ttl")),
        *(
            ("LIVE-MISSING", status(404, named(name)))
            for name in ("linkset.json", "sitemap.xml", "robots.txt", "claims.csv", "0.1.0/ns.nt")
        ),
        ("LIVE-DIGEST", replaced(rb"claim", b"clam", path="/data/claims.csv")),
        ("LIVE-PARSE", given(b"no sums", named("SHA256SUMS"))),
        ("LIVE-PARSE", given(b"no gzip", named("cvo.nq.gz"))),
        ("LIVE-PARSE", given(b"no xml", named("sitemap.xml"))),
        ("LIVE-PARSE", given(b'{"linkset": [{}]}', named("linkset.json"))),
        ("LIVE-PARSE", given(b"@prefix", named("dcat.ttl"))),
        ("LIVE-COUNT", replaced(rb"void:triples [0-9]+", b"void:triples 7", path="void.ttl")),
        ("LIVE-COUNT", replaced(rb"dcat:byteSize [0-9]+", b"dcat:byteSize 7", path="dcat.ttl")),
        ("LIVE-LINK", replaced(rb"data/cvo.trig", b"data/gone.trig", path="void.ttl")),
        ("LIVE-LINK", replaced(rb"<loc>([^<]*)[.]html", rb"<loc>\1.gone.html", path="sitemap.xml")),
        ("LIVE-LINK", replaced(rb"[.]nt\"", b'.gone"', path="linkset.json")),
        ("LIVE-HOST", replaced(rb"https://w3id.org/cvo/data", b"https://example.org/data", path="void.ttl")),
        ("LIVE-DESCRIPTION", replaced(rb"void:dataDump", b"void:vocabulary", path="void.ttl")),
        ("LIVE-DESCRIPTION", replaced(rb"sd:endpoint ", b"sd:point ", path="service.ttl")),
        ("LIVE-DESCRIPTION", replaced(rb"Sitemap:", b"Map:", path="robots.txt")),
        ("LIVE-DESCRIPTION", replaced(rb"loc>", b"x>", path="sitemap.xml")),
        ("LIVE-ROBOTS", replaced(rb"Allow: /", b"Disallow: /", path="robots.txt")),
        ("LIVE-ADDRESS", replaced(rb"https://w3id.org/cvo/", b"https://example.org/elsewhere/", path="site.json")),
    ],
    "endpoint": [
        ("LIVE-ENDPOINT", status(404, named("/sparql"))),
        ("LIVE-SPARQL", given(ROW, lambda a: named("/sparql")(a) and a.method == "POST" and not is_update(a), "application/json")),
        ("LIVE-SPARQL", given(ROW, lambda a: "results+xml" in a.accept, "application/sparql-results+xml")),
        ("LIVE-SPARQL", given(b"{}", lambda a: "ASK" in a.path, "application/sparql-results+json")),
        ("LIVE-SPARQL", given(b"", lambda a: "CONSTRUCT" in a.path and "turtle" in a.accept, "text/turtle")),
        ("LIVE-SPARQL", given(b"x", lambda a: "csv" in a.accept, "text/csv")),
        ("LIVE-SPARQL", given(ROW, lambda a: a.status == 400, "application/sparql-results+json")),
        ("LIVE-NOT-ACCEPTABLE", given(ROW, lambda a: a.status == 406, "application/json")),
        ("LIVE-UNCHANGED", status(200, lambda a: a.status == 304)),
        ("LIVE-CORS", set_header("access-control-allow-origin", "", named("/sparql"))),
        ("LIVE-VARY", set_header("vary", "", named("/sparql"))),
        ("LIVE-UPDATE", given(b"", is_update)),
        ("LIVE-SERVICE", given(ROW, lambda a: "SERVICE" in a.path, "application/sparql-results+json")),
        ("LIVE-DESCRIPTION", given(b"", lambda a: a.path == "/sparql", "text/turtle")),
        ("LIVE-PARSE", given(b"<", lambda a: a.path == "/sparql", "text/turtle")),
    ],
}


@pytest.mark.parametrize(
    ("part", "number"), [pytest.param(part, n, id=f"{case[0]}-{part}-{n}") for part in DAMAGE for n, case in enumerate(DAMAGE[part])]
)
def test_a_damage_is_found(served, part, number, monkeypatch):
    code, damage = DAMAGE[part][number]
    # The smallest things are enough to be damaged, and a dump that is sound need be read but once.
    thing = "source/cuc-sina-2023#c001" if code == "LIVE-FRAGMENT" else "term/portrait-right"
    monkeypatch.setattr(checking, "_drawn", lambda *_: [f"{checking.BASE}{thing}"])
    if code != "LIVE-VERSION" and part == "things":
        monkeypatch.setattr(files.Files, "versions", lambda _: [])
    monkeypatch.setattr(files.Files, "_counted", counted)
    with damaged(served.url, damage) as url:
        tested = checking.check(url, checking.Options(parts=(part,), strict=True, **FEW))
    assert code in codes(tested), told(tested)
    assert tested.status == 1
    for lang in ("en", "zh"):
        assert code in findings.concise(tested, lang)


def test_every_rule_has_a_damage_that_breaks_it():
    tried = {code for cases in DAMAGE.values() for code, _ in cases}
    assert set(wording.RULES) - tried == {"LIVE-FROZEN"}  # the next test


def test_a_version_that_has_changed_is_found(served, tmp_path):
    digests = tmp_path / "versions.json"
    options = checking.Options(parts=("files",), frozen=digests, **FEW)
    assert codes(checking.check(served.url, options)) == set()
    written = json.loads(digests.read_text("utf-8"))
    assert "0.1.0/ns.ttl" in written
    with damaged(served.url, replaced(rb"cvo", b"cwo", path="/0.1.0/ns.nt")) as url:
        tested = checking.check(url, options)
    assert codes(tested) == {"LIVE-FROZEN"}, told(tested)
    assert json.loads(digests.read_text("utf-8")) == written
    digests.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="no file of digests"):
        checking.check(served.url, options)


def test_only_the_host_that_is_named_is_contacted(served, monkeypatch):
    addresses = set()
    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: (addresses.add(address), connect(self, address))[1])
    with damaged(served.url, set_header("location", "http://127.0.0.2:9/x", lambda a: a.status == 303)) as url:
        checking.check(url, checking.Options(**FEW))
    ports = {int(address.rstrip("/").rpartition(":")[2]) for address in (url, served.url)}
    assert {address[:2] for address in addresses} <= {("127.0.0.1", port) for port in ports}


def test_a_host_that_is_busy_is_asked_again(served):
    seen = {}

    def busy(answer):
        key = (answer.method, answer.path, answer.accept, answer.asked)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 1 and answer.method == "POST":
            answer.status = 503

    with damaged(served.url, busy) as url:
        tested = checking.check(url, checking.Options(parts=("endpoint",), sample=1, retries=1))
    assert codes(tested) == set(), told(tested)


@pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost/", "http://", "http://x/?a=b"])
def test_what_is_no_address_is_told(url):
    with pytest.raises(InputError, match="not the address of a site"):
        checking.check(url)


def test_a_host_that_does_not_answer_is_told(cvo):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        ran = cvo("check-live", url, "--retries", "0", "--timeout", "1")
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("error: cannot be reached")
    with pytest.raises(EndpointError):
        checking.check(url, checking.Options(retries=0))
