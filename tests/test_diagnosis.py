"""A query that is wrong is explained in the words of its writer, at the place of the mistake."""

import pyoxigraph as ox
import pytest

from cvo.diagnosis import explain
from cvo.engines.sparql import ask
from cvo.errors import SyntaxProblem
from cvo.tokens import tokens


def problem_of(text):
    try:
        ask(ox.Store(), text)
    except SyntaxProblem as problem:
        return explain(text, "q.rq", problem)
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("text", "place", "says", "hint"),
    [
        ("", "q.rq", "the query is empty", ""),
        ("# only a comment", "q.rq", "the query is empty", ""),
        ("SELECT * { ?s ?p ?o", "q.rq:1:10", "'{' is never closed", "write '}'"),
        ("SELECT * { ?s ?p ?o }}", "q.rq:1:22", "closes nothing: }", ""),
        ("SELECT *\n{ FILTER(1 }", "q.rq:2:12", "found '}' but '(' opened at 2:9 is still open", "write ')'"),
        ('SELECT * { ?s ?p "风险 }', "q.rq:1:18", 'never closed: "', ""),
        ("SELCT * { ?s ?p ?o }", "q.rq:1:1", "not a SPARQL keyword: SELCT", "did you mean SELECT?"),
        ("SELECT * { ?s skoss:prefLabel ?o }", "q.rq:1:15", "the prefix is not declared: skoss:prefLabel", "did you mean 'skos:'?"),
        ("SELECT * { ?s xyzzy:label ?o }", "q.rq:1:15", "the prefix is not declared: xyzzy:label", "write PREFIX xyzzy:"),
        ("SELECT COUNT(*) { ?s ?p ?o }", "q.rq:1:8", "needs brackets and a name: COUNT", "write (COUNT(…) AS ?n)"),
        ("PREFIX foo <http://e/> SELECT * { ?s ?p ?o }", "q.rq:1:8", "a prefix ends with a colon: foo", "write PREFIX foo: <…>"),
        ("SELECT * { ?s ?p “风险” }", "q.rq:1:18", "full-width punctuation: “", 'write "'),
        ("SELECT * { " + "{" * 600 + "}" * 600 + " }", "q.rq", "nested more than 500 deep", ""),
        ("SELECT * { ?s ?p ?o FILTER(" + "1+" * 30_000 + "1) }", "q.rq", "longer than", ""),
        ("INSERT DATA { cvt:a a cvo:Risk }", "q.rq:1:1", "this is an update, not a query: INSERT", "questions only read"),
        ("SELECT (COUNT(?s) AS ?n) ?p { ?s ?p ?o }", "q.rq:1:41", "unbound", ""),
    ],
)
def test_a_mistake_is_named_and_placed(text, place, says, hint):
    found = problem_of(text)
    assert str(found.place) == place
    assert says in found.what
    assert hint in found.hint


@pytest.mark.parametrize(
    "text", ["SELECT * { ?s ?p '}' }", "SELECT * { ?s ?p <http://x/{> }", "SELECT * { ?s ?p ?o # }\n}", 'ASK { ?s ?p """a " { b""" }']
)
def test_brackets_inside_strings_iris_and_comments_do_not_count(text):
    assert not [t for t in tokens(text) if t.kind == "quote"]


def test_tokens_cover_every_text():
    for text in ("\x00", "🎬?", "@", "'''", "<>", "a:b.c.", "?", "cvt:a\\-b"):
        assert "".join(t.text for t in tokens(text)) in text
