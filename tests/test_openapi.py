"""The server against its own description: some of the requests of `bench/openapi.py`, which has schemathesis send ten thousand."""

import importlib.util
import subprocess

import pytest
from conftest import ROOT
from test_serve import serving

pytest.importorskip("schemathesis")
pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("openapi")) as running:
        yield running


def load_bench():
    spec = importlib.util.spec_from_file_location("openapi", ROOT / "bench" / "openapi.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_server_keeps_to_its_description(server, tmp_path):
    bench = load_bench()
    ended = bench.run(server.url, 120, 5, "--phases", "examples,fuzzing", cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert ended.returncode == 0, ended.stdout
    assert "7 selected / 7 total" in ended.stdout


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"format": "word"}, "no format of this name"),
        ([("query", "ASK {}"), ("format", "json"), ("format", "word")], "one format a request"),
        ({"default-graph-uri": "a b"}, "not the IRI of a graph"),
        ([("named-graph-uri", f"x:{number}") for number in range(201)], "more graphs than 200"),
    ],
)
def test_a_parameter_that_is_wrong_is_told_though_there_is_no_query(server, parameters, says):
    response = server.get("sparql", params=parameters)
    assert (response.status_code, says in response.text) == (400, True)


def test_a_parameter_can_name_the_format_of_the_description(server):
    assert server.get("sparql", params={"format": "nt"}).headers["content-type"].startswith("application/n-triples")
    assert server.get("sparql", params={"format": "csv"}).status_code == 406
