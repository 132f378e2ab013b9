"""A card shows what the data say of one thing, and nothing else."""

import json

import pyoxigraph as ox
import pytest

from cvo import load, lookup
from cvo.ask import card
from cvo.errors import QuestionError
from cvo.terms import CVT, SOURCE


@pytest.fixture(scope="module")
def data():
    return load()


@pytest.mark.parametrize(
    ("typed", "iri"),
    [
        ("肖像权", f"{CVT}portrait-right"),
        ("Portrait Right", f"{CVT}portrait-right"),
        ("ｐｏｒｔｒａｉｔ-right", f"{CVT}portrait-right"),
        ("cvt:portrait-right", f"{CVT}portrait-right"),
        (f"<{CVT}portrait-right>", f"{CVT}portrait-right"),
        ("bi-2019:c001", f"{SOURCE}bi-2019#c001"),
        ("zhang-2026", f"{SOURCE}zhang-2026"),
        ("GAN", f"{CVT}generative-adversarial-network"),
    ],
)
def test_a_thing_is_found_by_label_synonym_name_or_iri(data, typed, iri):
    assert lookup.find(typed, data).value == iri


def test_what_is_called_nothing_is_answered_with_what_was_meant(data):
    with pytest.raises(QuestionError, match="no term: portrait rihgt") as caught:
        lookup.find("portrait rihgt", data)
    assert caught.value.hint == "did you mean portrait right?"


def test_a_label_of_two_things_is_answered_with_both(tmp_path):
    (tmp_path / "x.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix cvt: <https://w3id.org/cvo/term/> .\n"
        'cvt:a rdfs:label "same"@en . cvt:b rdfs:label "Same"@en .\n'
    )
    with pytest.raises(QuestionError, match="more than one term is called so: same") as caught:
        lookup.find("same", load(tmp_path / "x.ttl", with_shipped=False))
    assert caught.value.hint == "write one of cvt:a, cvt:b"


def test_a_search_puts_the_whole_word_before_parts_and_definitions(data):
    found = [row["term"].removeprefix(CVT) for row in lookup.search("版权", data)]
    assert found[0] == "copyright"
    assert len(found) > 3


def test_a_search_counts_the_claims_that_the_data_have(data):
    row = next(iter(lookup.search("肖像权", data)))
    query = "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c cvo:claimSubject|cvo:claimObject cvt:portrait-right }"
    assert row["claims"] == next(iter(data.query(query)))["n"] != "0"


@pytest.mark.parametrize("kind", ["CanonicalStage", "Risk", "Right", "Source", "RelationClaim", "DomainRelation"])
def test_every_card_says_all_that_the_graph_says_of_its_thing(data, kind):
    for row in [*data.query(f"SELECT ?x {{ ?x a cvo:{kind} }} ORDER BY ?x")][:40]:
        iri = ox.NamedNode(row["x"])
        shown = card.of(iri, data)
        told = {line.name for line in shown.lines if not line.inverse}
        said = {card.short(quad.predicate.value) for quad in data.store.quads_for_pattern(iri, None, None, ox.DefaultGraph())}
        assert said - told <= {card.short(name) for name in card.APART}
        assert {value.name for value in shown.kinds} == {
            card.short(q.object.value) for q in data.store.quads_for_pattern(iri, ox.NamedNode(f"{card.RDF}type"), None, ox.DefaultGraph())
        }
        assert all(dict(shown.labels).values())


def test_a_card_in_one_language_has_no_text_in_the_other(data):
    text = card.as_text(card.of(lookup.find("人格权", data), data), "zh")
    assert "人格权" in text
    assert "personality right" not in text
    assert "claims" not in text


def test_the_lines_of_a_card_keep_within_the_terminal(data):
    body = card.as_text(card.of(lookup.find("人格权", data), data, 5), "zh", 60).splitlines()[2:]
    assert max(map(card.cells, body)) <= 60


def test_json_and_turtle_are_for_programs(cvo):
    told = json.loads(cvo("show", "肖像权", "-f", "json").out)
    assert told["iri"] == f"{CVT}portrait-right"
    assert told["claims_total"] == len(told["claims"]) > 0
    turtle = cvo("show", "bi-2019:c001", "-f", "turtle").out
    triples = set(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    assert any(quad.predicate.value.endswith("passageDigest") for quad in triples)


def test_terms_narrows_to_a_kind_named_in_chinese(cvo):
    ran = cvo("terms", "深度伪造", "--kind", "风险", "--lang", "en", "-f", "json")
    rows = json.loads(ran.out)["results"]["bindings"]
    assert {row["kind_en"]["value"] for row in rows} == {"risk"}


def test_terms_that_finds_nothing_says_so(cvo):
    ran = cvo("terms", "qqqqq")
    assert (ran.status, ran.out.count("\n")) == (0, 1)
    assert "nothing" in ran.err
