"""The same question to real servers and to the engine inside gives the same rows; a server that fails is told clearly."""

import base64
import json
import os
import shutil
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyoxigraph as ox
import pytest
import servers

from cvo import load
from cvo.answers import lexical
from cvo.engines.digest import Digest, challenges
from cvo.engines.remote import remote
from cvo.errors import EndpointError, SyntaxProblem
from cvo.questions import bind, catalogue

SERVERS = {
    "oxigraph": (servers.oxigraph, servers.oxigraph_program()),
    "virtuoso": (servers.virtuoso, shutil.which("virtuoso-t") and shutil.which("isql-vt")),
}
QUESTIONS = {question.name: question for question in catalogue() if not question.views}  # what follows is known of files only


@pytest.fixture(scope="module")
def data():
    return load()


@pytest.fixture(scope="module", params=SERVERS)
def endpoint(request, data, tmp_path_factory):
    start, program = SERVERS[request.param]
    if not program:
        pytest.skip(f"{request.param} is not installed (PyPI oxigraph, Debian virtuoso-opensource)")
    triples = data.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    with start(tmp_path_factory.mktemp(request.param), triples) as url:
        yield url


def rows(answer):
    return sorted(tuple("" if term is None else plain(term) for term in row) for row in answer.rows)


def plain(term):
    """Return *term* as text; of numbers the value, which some servers write in another form."""
    numbers = ("decimal", "integer", "double")
    return f"{float(term.value):.6g}" if isinstance(term, ox.Literal) and term.datatype.value.endswith(numbers) else lexical(term)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.xdist_group("endpoints")
def test_a_shipped_question_has_the_same_rows_there_as_here(endpoint, data, name):
    text = bind(QUESTIONS[name], {}, data)
    here, there = data.query(text), remote(endpoint).query(text)
    assert here.rows
    assert there.variables == here.variables
    assert rows(there) == rows(here)


@pytest.mark.xdist_group("endpoints")
def test_the_command_asks_an_endpoint_with_parameters_by_label(cvo, endpoint):
    there = cvo("query", "risks-by-stage", "stage=产品营销", "--on", endpoint, "--lang", "zh")
    here = cvo("query", "risks-by-stage", "stage=产品营销", "--lang", "zh")
    assert (there.status, there.err) == (0, "")
    assert sorted(there.out.splitlines()) == sorted(here.out.splitlines())


@pytest.mark.xdist_group("endpoints")
def test_pages_together_are_the_whole(endpoint, data):
    text = bind(QUESTIONS["who-says-what"], {}, data)
    assert rows(remote(endpoint, page=400).query(text)) == rows(data.query(text))


@pytest.mark.xdist_group("endpoints")
def test_a_yes_or_no_and_a_graph_come_back(endpoint):
    assert remote(endpoint).query("ASK { cvt:portrait-right a cvo:Right }").truth is True
    assert remote(endpoint).query("ASK { cvt:portrait-right a cvo:Risk }").truth is False
    triples = remote(endpoint).query("CONSTRUCT { ?r a cvo:Right } { ?r a cvo:Right }").triples
    assert "https://w3id.org/cvo/term/portrait-right" in {triple.subject.value for triple in triples}


@pytest.mark.xdist_group("endpoints")
def test_a_query_that_the_server_finds_wrong_is_a_syntax_problem(cvo, endpoint):
    ran = cvo("query", "--on", endpoint, "-e", "SELECT ?x { ?x a ( }")
    assert ran.status == 2
    assert "'(' opened at 1:18 is still open" in ran.err


ROWS = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "风险"}}]}}
JSON = "application/sparql-results+json"


@contextmanager
def answering(*answers):
    """Serve *answers* in turn: (status, headers, body) or a function of the request handler; give the address and what was asked."""
    asked, left = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.command, self.path, dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length", 0)))))
            answer = left.pop(0) if len(left) > 1 else left[0]
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library looks for

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


OK = (200, {"Content-Type": f"{JSON}; charset=utf-8"}, json.dumps(ROWS).encode())


def test_a_server_that_is_busy_is_asked_again():
    with answering((503, {"Retry-After": "0"}, b""), (429, {}, b""), OK) as (url, asked):
        assert [lexical(row[0]) for row in remote(url).query("SELECT ?x { ?x ?p ?o }").rows] == ["风险"]
    assert len(asked) == 3


def test_a_server_that_stays_busy_is_given_up(cvo):
    with answering((503, {"Retry-After": "0"}, b"busy")) as (url, _):
        ran = cvo("query", "--on", url, "-e", "ASK {}")
    assert (ran.status, ran.err) == (2, f"error: the endpoint answered 503 (busy): {url}\n")


def test_a_long_query_is_sent_as_a_form():
    with answering(OK) as (url, asked):
        remote(url).query(f"SELECT ?x {{ ?x ?p '{'长' * 2000}' }}")
    assert asked[0][0] == "POST"
    assert asked[0][2]["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked[0][3].startswith(b"query=SELECT")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>"), "answered with text/html, not with SPARQL results"),
        ((200, {"Content-Type": JSON}, json.dumps(ROWS).encode()[:-9]), "broke off or is not what it says it is"),
        ((200, {"Content-Type": JSON}, b"\xff\xfe"), "broke off or is not what it says it is"),
        ((401, {}, b""), "wants to know who asks (401)"),
        ((404, {}, b""), "there is no endpoint (404)"),
        ((500, {}, b"Virtuoso 22023 Error"), "answered 500 (Virtuoso 22023 Error)"),
    ],
)
def test_what_is_no_answer_is_told(cvo, answer, says):
    with answering(answer) as (url, _):
        ran = cvo("query", "--on", url, "-e", "SELECT ?x { ?x ?p ?o }")
    assert ran.status == 2
    assert says in ran.err


def test_an_answer_that_is_cut_off_is_told_and_leaves_no_file(cvo, tmp_path):
    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(json.dumps(ROWS).encode()[:60])
        handler.wfile.flush()
        handler.connection.close()

    with answering(cut) as (url, _):
        ran = cvo("query", "--on", url, "-e", "SELECT ?x { ?x ?p ?o }", "-o", tmp_path / "x.csv")
    assert ran.status == 2
    assert "broke off" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_says_nothing_is_given_up_at_the_deadline(cvo):
    def mute(handler):
        time.sleep(4)
        handler.close_connection = True

    with answering(mute) as (url, _):
        started = time.monotonic()
        ran = cvo("query", "--on", url, "-e", "ASK {}", "--timeout", "1")
    assert ran.status == 2
    assert "within 1 s" in ran.err or "cannot be reached" in ran.err
    assert time.monotonic() - started < 10


def test_a_refused_query_is_told_in_the_words_of_the_server():
    with answering((400, {}, b"unknown function foo()")) as (url, _), pytest.raises(SyntaxProblem, match=r"unknown function foo\(\)"):
        remote(url).query("SELECT ?x { ?x ?p ?o }")


def test_a_name_and_its_secrets_come_from_the_configuration(tmp_path, monkeypatch):
    with answering(OK) as (url, asked):
        (tmp_path / "remotes.toml").write_text(
            f'[mine]\nurl = "{url}"\ntoken-env = "MINE"\n[other]\nurl = "{url}"\nuser-env = "U"\npassword-env = "P"\n'
        )
        monkeypatch.setenv("CVO_CONFIG", str(tmp_path))
        monkeypatch.setenv("MINE", "secret")
        monkeypatch.setenv("U", "me")
        monkeypatch.setenv("P", "pass:word")
        remote("mine").query("SELECT ?x {}")
        remote("other").query("SELECT ?x {}")
    assert asked[0][2]["Authorization"] == "Bearer secret"
    assert base64.b64decode(asked[1][2]["Authorization"].split()[1]) == b"me:pass:word"
    assert "secret" not in repr(remote("mine"))
    with pytest.raises(EndpointError, match="no remote of this name") as caught:
        remote("mien")
    assert caught.value.hint == "there are mine, other"
    monkeypatch.delenv("MINE")
    with pytest.raises(EndpointError, match="the environment has no variable: MINE"):
        remote("mine")


def test_the_netrc_file_opens_the_host_that_it_names_and_no_other(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password pw\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with answering(OK) as (there, other), answering((302, {"Location": there.replace("127.0.0.1", "localhost")}, b"")) as (here, asked):
        remote(here).query("SELECT ?x {}")
    assert base64.b64decode(asked[0][2]["Authorization"].split()[1]) == b"me:pw"
    assert "Authorization" not in other[0][2]


CHALLENGE = {"WWW-Authenticate": 'Digest realm="r", nonce="n\\"1", qop="auth", algorithm=SHA-256, opaque="o"'}


def test_a_server_that_wants_a_digest_is_given_it_and_then_with_each_request(tmp_path, monkeypatch):
    with answering((401, CHALLENGE, b"who?"), OK, OK) as (url, asked):
        (tmp_path / "remotes.toml").write_text(f'[mine]\nurl = "{url}"\nuser-env = "U"\npassword-env = "P"\nauth = "digest"\n')
        monkeypatch.setenv("CVO_CONFIG", str(tmp_path))
        monkeypatch.setenv("U", "me")
        monkeypatch.setenv("P", "pass:word")
        there = remote("mine")
        there.query("SELECT ?x {}")
        there.query("SELECT ?x {}")
    assert [headers.get("Authorization", "")[:6] for _, _, headers, _ in asked] == ["", "Digest", "Digest"]
    assert [f"nc=0000000{n}" in asked[n][2]["Authorization"] for n in (1, 2)] == [True, True]
    assert all(f'uri="{path}"' in headers["Authorization"] for _, path, headers, _ in asked[1:])
    assert "word" not in repr(there) + repr(asked)


def test_who_has_no_right_answer_is_told_so_once(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password pw\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with answering((401, CHALLENGE, b"who?")) as (url, asked), pytest.raises(EndpointError, match="401"):
        remote(url).query("SELECT ?x {}")
    assert len(asked) == 2
    unknown = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth-int"'}
    with answering((401, unknown, b"who?")) as (url, asked), pytest.raises(EndpointError, match="401"):
        remote(url).query("SELECT ?x {}")
    assert ["Authorization" in headers for _, _, headers, _ in asked] == [True, False]


@pytest.mark.parametrize("algorithm", ["", ", algorithm=MD5", ", algorithm=MD5-sess", ", algorithm=SHA-256"])
@pytest.mark.parametrize("qop", ["", ', qop="auth"', ", qop=auth"])
@pytest.mark.parametrize("user", ["Mufasa", "a b"])
def test_a_digest_is_the_one_that_requests_gives(algorithm, qop, user, monkeypatch):
    auth = pytest.importorskip("requests.auth")
    if algorithm.endswith("sess") and not qop:
        pytest.skip("RFC 7616 does not say what a session is without qop")
    header = f'Digest realm="r@x", nonce="abc=", opaque="q"{qop}{algorithm}'
    theirs = auth.HTTPDigestAuth(user, "p:ä")
    theirs.init_per_thread_state()
    theirs._thread_local.chal = {key: value for _, told in challenges([header]) for key, value in told.items()}
    monkeypatch.setattr(os, "urandom", lambda n: b"x" * n)
    wanted = theirs.build_digest_header("PUT", "http://h/p?graph=a%20b")
    ((_, expected),) = challenges([wanted])
    ours = Digest(user, "p:ä")
    assert ours.take([header])
    ((_, found),) = challenges([ours.answer("PUT", "/p?graph=a%20b", expected.get("cnonce", ""))])
    assert found["response"] == expected["response"]
    assert (found["uri"], found["nonce"], found["opaque"]) == ("/p?graph=a%20b", "abc=", "q")


@pytest.mark.parametrize("name", ["ftp://example.org/", "http://", "http://me:pw@example.org/sparql", "nobody"])
def test_what_is_no_address_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CVO_CONFIG", str(tmp_path))
    with pytest.raises(EndpointError):
        remote(name)


def test_pages_need_an_order():
    with pytest.raises(EndpointError, match="without ORDER BY"):
        remote("http://127.0.0.1:1/", page=10).query("SELECT ?x { ?x ?p ?o }")
