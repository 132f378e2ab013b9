"""Files of every kind become one dataset; what cannot be read is said with its place."""

import pyoxigraph as ox
import pytest

from cvo.dataset import load
from cvo.errors import InputError, SyntaxProblem

TURTLE = '@prefix cvt: <https://w3id.org/cvo/term/> .\ncvt:风险 cvt:b "法律风险🎬"@zh , <relative> .\n'
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def count(paths, query=COUNT):
    return int(next(iter(load(paths, with_shipped=False).query(query)))["n"])


@pytest.mark.parametrize("ending", [".ttl", ".trig", ".nt", ".nq", ".rdf", ".jsonld"])
def test_every_kind_of_file_is_read(tmp_path, ending):
    path = tmp_path / f"data{ending}"
    triples = list(ox.parse(TURTLE, format=ox.RdfFormat.TURTLE, base_iri="https://example.org/"))
    ascii_only = [ox.Quad(ox.NamedNode("https://example.org/s"), q.predicate, q.object) for q in triples]
    path.write_bytes(ox.serialize(ascii_only, format=ox.RdfFormat.from_extension(ending[1:])))
    assert count([path]) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "# 注释 🎬\n" + text,
    ],
    ids=["byte-order mark", "CRLF", "CR", "comment"],
)
def test_what_editors_do_to_a_file_does_not_matter(tmp_path, change):
    path = tmp_path / "data.ttl"
    path.write_bytes(change(TURTLE).encode())
    assert count([path]) == 2


def test_a_relative_iri_says_nothing_about_the_machine(tmp_path):
    path = tmp_path / "liu 2024.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    answer = load([path], with_shipped=False).query("SELECT ?o { ?s ?p ?o FILTER(ISIRI(?o)) }")
    assert [row["o"] for row in answer] == ["https://w3id.org/cvo/contribution/relative"]


def test_named_graphs_are_kept_and_merged(tmp_path):
    path = tmp_path / "data.trig"
    path.write_text("@prefix e: <http://e/> . e:g { e:a e:b e:c } e:h { e:a e:b e:c , e:d }", encoding="utf-8")
    assert count([path]) == 2
    assert count([path], "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 3


def test_a_triple_that_stands_in_two_files_is_one_triple(tmp_path):
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("<http://e/a> <http://e/b> <http://e/c> .", encoding="utf-8")
    assert count([tmp_path]) == 1


def test_hidden_files_of_a_folder_are_left_alone(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.ttl").write_text("broken", encoding="utf-8")
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> <http://e/c> .", encoding="utf-8")
    assert count([tmp_path]) == 1


@pytest.mark.parametrize(
    ("name", "content", "place", "says"),
    [
        ("a.ttl", '@prefix e: <http://e/> .\ne:a e:b "风险风险" , ; .', ":2:", ""),
        ("a.ttl", "@prefix e: <http://e/> .\ne:a e:b \xff".encode("latin-1"), ":2:", "UTF-8"),
        ("a.ttl", TURTLE.encode("utf-16"), ":1:", "UTF-8"),
        ("a.rdf", "<rdf", "", ""),
        ("a.jsonld", "{", "", ""),
        ("a.jsonld", '{"@context": "https://example.org/context", "name": "x"}', "", ""),
        ("a.rdf", '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>', "", ""),
    ],
)
def test_a_broken_file_is_a_syntax_problem_at_its_place(tmp_path, name, content, place, says):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises((SyntaxProblem, InputError)) as caught:
        load([path], with_shipped=False)
    assert f"{path}{place}" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["a.txt", "no.ttl", "folder.ttl"])
def test_what_is_no_readable_rdf_file_is_an_input_error(tmp_path, name):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(InputError):
        load([tmp_path / name], with_shipped=False)


def test_an_update_is_refused():
    with pytest.raises(SyntaxProblem):
        load().query("DELETE WHERE { ?s ?p ?o }")
