"""Graphs go to a real store: only what changed, each whole, and a push that was stopped goes on."""

import shutil

import pyoxigraph as ox
import pytest
import servers

from cvo import load
from cvo.ask.push import DIGESTS, _digest, push
from cvo.dataset import graph_of
from cvo.engines.remote import remote
from cvo.errors import EndpointError, InputError
from cvo.files import shipped


@pytest.fixture
def store(tmp_path):
    if not servers.oxigraph_program():
        pytest.skip("oxigraph is not installed (PyPI)")
    folder = tmp_path / "server"
    folder.mkdir()
    with servers.oxigraph(folder, b"", writable=True) as url:
        yield remote(url.replace("/query", "/store")), remote(url)


@pytest.fixture
def virtuoso(tmp_path, monkeypatch):
    if not (shutil.which("virtuoso-t") and shutil.which("isql-vt")):
        pytest.skip("virtuoso is not installed (Debian virtuoso-opensource)")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login dba password dba\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    folder = tmp_path / "server"
    folder.mkdir()
    with servers.virtuoso(folder, b"") as url:
        yield url.replace("/sparql", "/sparql-graph-crud-auth"), remote(url)


def sent(done):
    return [one.graph for one in done if one.status == "sent"]


def triples(endpoint, graph):
    return int(next(iter(endpoint.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")))["n"])


def test_each_source_and_module_is_a_graph_there_as_here(store):
    graph_store, endpoint = store
    done = push(graph_store, [])
    assert len(sent(done)) == len(done) > len(shipped("instances"))
    here = load()
    for path in shipped("instances"):
        graph = graph_of(path)
        count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        assert triples(endpoint, graph) == int(next(iter(here.query(count)))["n"]) > 0


def test_what_has_not_changed_is_not_sent_again(store, tmp_path):
    graph_store, endpoint = store
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> [ <http://e/q> 1 ] .")
    (tmp_path / "b.trig").write_text("<http://e/g> { <http://e/b> <http://e/p> 1 } <http://e/h> { <http://e/b> <http://e/p> 2 }")
    files = [tmp_path / "a.ttl", tmp_path / "b.trig"]
    assert len(sent(push(graph_store, files, with_shipped=False))) == 3
    assert sent(push(graph_store, files, with_shipped=False)) == []
    assert len(sent(push(graph_store, files, with_shipped=False, every=True))) == 3
    (tmp_path / "b.trig").write_text("<http://e/g> { <http://e/b> <http://e/p> 1 } <http://e/h> { <http://e/b> <http://e/p> 3 }")
    assert sent(push(graph_store, files, with_shipped=False)) == ["http://e/h"]
    assert endpoint.query("ASK { GRAPH <http://e/h> { ?s ?p 3 } }").truth
    assert not endpoint.query("ASK { GRAPH <http://e/h> { ?s ?p 2 } }").truth


def test_virtuoso_takes_graphs_from_who_can_answer_its_challenge(virtuoso, tmp_path, monkeypatch):
    url, endpoint = virtuoso
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> [ <http://e/q> '文'@zh ] .")
    (tmp_path / "b.trig").write_text("<http://e/g> { <http://e/b> <http://e/p> 1 } <http://e/h> { <http://e/b> <http://e/p> 2 }")
    files = [tmp_path / "a.ttl", tmp_path / "b.trig"]
    assert len(sent(push(remote(url), files, with_shipped=False))) == 3
    assert sent(push(remote(url), files, with_shipped=False)) == []
    (tmp_path / "b.trig").write_text("<http://e/g> { <http://e/b> <http://e/p> 1 } <http://e/h> { <http://e/b> <http://e/p> 3 }")
    assert sent(push(remote(url), files, with_shipped=False)) == ["http://e/h"]
    assert [triples(endpoint, graph) for graph in ("http://e/g", "http://e/h")] == [1, 1]
    assert endpoint.query("ASK { GRAPH <http://e/h> { ?s ?p 3 } }").truth
    assert endpoint.query("ASK { ?s <http://e/q> '文'@zh }").truth
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    with pytest.raises(EndpointError, match="answered 401") as caught:
        push(remote(url), files, with_shipped=False)
    assert "netrc" in caught.value.hint


def test_nothing_is_sent_when_that_is_only_tried(store):
    graph_store, endpoint = store
    assert {one.status for one in push(graph_store, [], dry_run=True)} == {"would send"}
    assert not endpoint.query("ASK { GRAPH ?g { ?s ?p ?o } }").truth


def test_everything_can_stand_in_the_default_graph_too(store):
    graph_store, endpoint = store
    push(graph_store, [], merged=True)
    count = "SELECT (COUNT(*) AS ?n) { ?s a cvo:RelationClaim }"
    assert endpoint.query(count).rows == load().query(count).rows


def test_a_push_that_was_stopped_goes_on(store):
    graph_store, endpoint = store
    taken = []

    def told(one):
        taken.append(one.graph)
        if len(taken) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(graph_store, [], told=told)
    rest = push(graph_store, [])
    assert [one.graph for one in rest if one.status == "unchanged"] == taken
    assert len(rest) > len(taken)
    assert triples(endpoint, DIGESTS) == len(rest)


def test_an_address_that_is_no_graph_store_is_told(store, cvo):
    _, endpoint = store
    ran = cvo("push", endpoint.url)
    assert ran.status == 2
    assert "the address must be that of a Graph Store" in ran.err
    with pytest.raises(EndpointError, match="cannot be reached"):
        push(remote("http://127.0.0.1:1/store", timeout=2), [])
    with pytest.raises(InputError, match="nothing to push"):
        push(endpoint, [], with_shipped=False)


def test_blank_nodes_do_not_change_a_digest():
    text = "<http://e/a> <http://e/p> [ <http://e/q> 1 ] , [ <http://e/q> 2 ] ."
    graphs = [{quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)} for _ in range(2)]
    assert graphs[0] != graphs[1]
    assert _digest(graphs[0]) == _digest(graphs[1]) != _digest(set())
