"""What is suspicious in a query is said once, at its place; what is sound is left alone."""

import pyoxigraph as ox
import pytest
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st

from cvo.ask.lint import suspicions
from cvo.questions import catalogue
from cvo.terms import PREFIXES

NEVER, ONCE, APART, NOTHING = "is never bound", "is used only once", "nothing connects", "MINUS shares no variable"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT ?risk { ?riks a cvo:Risk }", [("?risk", NEVER)]),
        ("SELECT ?a { ?a a cvo:Risk FILTER(?b > 1) }", [("?b", NEVER)]),
        ("SELECT ?a { ?a a cvo:Risk } ORDER BY ?b", [("?b", NEVER)]),
        ("SELECT (COUNT(?b) AS ?n) { ?a a cvo:Risk }", [("?b", NEVER)]),
        ("CONSTRUCT { ?a cvo:affects ?b } WHERE { ?a a cvo:Risk }", [("?b", NEVER)]),
        ("SELECT ?a { ?a a cvo:Risk BIND(STR(?b) AS ?c) }", [("?b", NEVER)]),
        ("SELECT ?a { ?a cvo:opinionHolder ?holder . ?hodler rdfs:label ?l }", [("?hodler", ONCE)]),
        ("SELECT * { ?a a cvo:Risk . ?b a cvo:Right }", [("?b", APART)]),
        ("SELECT * { ?a a cvo:Risk . OPTIONAL { ?b a cvo:Right } }", [("?b", APART)]),
        ("SELECT * { { ?a a cvo:Risk } UNION { ?a a cvo:Right } ?b a cvo:Right }", [("?b", APART)]),
        ("SELECT * { ?a a cvo:Risk { SELECT ?b { ?b cvo:affects ?a } } }", [("?b", APART)]),
        ("SELECT * { ?a a cvo:Risk MINUS { ?b a cvo:Right } }", [("?b", NOTHING)]),
        ("SELECT * { GRAPH ?g { ?a a cvo:Risk . ?b a cvo:Right } }", []),
        ("SELECT * { ?a a cvo:Risk . ?b a cvo:Right FILTER(?a != ?b) }", []),
        ("SELECT ?a { ?a a cvo:Risk . [] cvo:affects ?a ; cvo:inStage _:s . _:s rdfs:label ?l }", []),
        ("SELECT ?s { ?s ?p ?o }", []),
        ("SELECT * { ?a cvo:affects/cvo:affects|^cvo:affects ?b }", []),
        ("SELECT ?a ?n { ?a a cvo:Risk { SELECT ?a (COUNT(?c) AS ?n) { ?c cvo:claimObject ?a } GROUP BY ?a } }", []),
        ("SELECT ?a { VALUES (?a ?k) { (cvt:gan cvo:Risk) } ?a a ?k }", []),
        ("SELECT ?a { ?a a cvo:Risk . OPTIONAL { ?a cvo:affects ?b . ?a rdfs:label ?c } FILTER NOT EXISTS { ?a cvo:affects ?d } }", []),
        ("SELECT (?a AS ?b) (xsd:integer(?n) AS ?m) { ?a cvo:rawValue ?n }", []),
        ("SELECT ?l { ?a (cvo:affects|cvo:affects)+ ?b . ?b rdfs:label ?l }", []),
        ("DESCRIBE ?a { ?a a cvo:Risk }", []),
        ("ASK { ?a cvo:affects ( ?b ?c ) . ?b a cvo:Risk . ?c a cvo:Risk }", []),
        ("ASK {}", []),
    ],
)
def test_each_suspicion_is_said_once_at_its_name(query, found):
    ox.Store().query(query, prefixes=PREFIXES)  # it is SPARQL
    said = suspicions(query)
    assert [token.text for token, _ in said] == [name for name, _ in found]
    for (_, what), (_, expected) in zip(said, found, strict=True):
        assert expected in what


def test_the_shipped_questions_are_above_suspicion():
    assert [(question.name, what) for question in catalogue() for _, what in suspicions(question.text)] == []


@given(
    st.lists(
        st.sampled_from([*"{}()[].;,*?", "?a", "?b", "$a", "_:x", "cvo:Risk", "<http://e/>", "'x'", "SELECT", "AS", "UNION", "VALUES"])
    )
)
def test_no_text_whatever_brings_it_down(words):
    suspicions(" ".join(words))
    suspicions("{" * 5000 + " ".join(words))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the W3C test suites are not part of the project")
def test_hardly_a_query_of_the_w3c_is_suspected():
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted((SHARED / "suites" / "sparql11").rglob("*.rq"))]
    suspected = [text for text in texts if suspicions(text)]
    assert len(texts) > 300
    assert len(suspected) < len(texts) / 8
