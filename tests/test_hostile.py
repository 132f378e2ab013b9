"""A few hundred of the hostile requests of `bench/hostile.py`, which sends ten thousand."""

import importlib.util
import sys

import pytest
from conftest import ROOT
from test_serve import serving

pytestmark = [
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(sys.platform != "linux", reason="the connections of a process are read from /proc"),
]


@pytest.fixture(scope="module")
def hostile():
    spec = importlib.util.spec_from_file_location("hostile", ROOT / "bench" / "hostile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HEAVY = 0  # a runaway takes its time; other tests have some
    return module


def test_hostile_requests_are_refused_and_take_nothing_down(hostile, tmp_path):
    site = hostile.small_site(tmp_path)
    with serving(tmp_path, site, "--timeout", "2", "--largest", "4", "--memory", "256") as running:
        port = int(running.url.rstrip("/").rpartition(":")[2])
        wrong, counts = hostile.run(running.process.pid, port, 400, seed=7)
        assert wrong == []
        assert {kind for kind, _ in counts} == set(hostile.KINDS) - {"heavy"}
        assert hostile.outward(running.process.pid, port) == []
        assert running.ask("ASK {}").json()["boolean"] is True


def test_an_answer_that_should_not_be_is_seen(hostile):
    refusal = b"HTTP/1.1 403 Forbidden\r\n\r\n"
    assert hostile.judged("update", refusal, {403})[0] == ""
    for kind, answer in (
        ("update", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("update", b"no answer"),
        ("update", refusal + b"this is a bug in cvo"),
        ("climbing", b"HTTP/1.1 404 Not Found\r\n\r\n" + hostile.SECRET.encode()),
        ("smuggled", b"HTTP/1.1 400 Bad Request\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
    ):
        assert hostile.judged(kind, answer, {403, 404, 400})[0], answer
