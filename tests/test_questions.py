"""Every shipped question has a header in both languages, an approved answer on small data, and the same rows in two engines."""

import os
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from cvo import dataset, questions
from cvo.files import shipped
from cvo.reason import reasoning
from cvo.render import write
from cvo.terms import PREFIXES

SMALL = Path(__file__).parent / "questions" / "small.ttl"
QUESTIONS = questions.catalogue()
VALUES = {"provenance": {"claim": "test-2026:c001"}}


def small_files():
    return [*(p for folder in ("modules", "imports") for p in shipped(f"ontology/{folder}")), SMALL]


@cache
def loaded(files, views):
    """Return what a question that needs *views* is asked of: *files*, or the shipped data if there are none."""
    return dataset.load(files, with_shipped=not files, derived=reasoning.derived(views))


@pytest.fixture
def small(question):
    return loaded(tuple(small_files()), question.views)


@cache
def in_rdflib(views):
    graph = Graph()
    for path in small_files():
        graph.parse(path, format="turtle")
    if views:
        data = dataset.load(small_files(), with_shipped=False)
        derived = {quad.triple for quad in reasoning.quads(reasoning.premises(views, data))}
        graph.parse(data=ox.serialize(derived, format=ox.RdfFormat.N_TRIPLES), format="nt")
    return graph


@pytest.fixture
def small_in_rdflib(question):
    return in_rdflib(question.views)


@pytest.fixture
def whole(question):
    return loaded((), question.views)


def test_there_are_at_least_fifteen_questions():
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_header_says_in_both_languages_what_is_answered(question):
    assert set(question.summary) == {"en", "zh"}
    assert all(question.summary.values())
    assert all(p.kind and p.example and f"VALUES ?{p.name} {{" in question.text for p in question.parameters)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_shipped_data_answers_it_in_both_languages(question, whole):
    answer = whole.query(question.text)
    assert len(answer) > 0
    assert any(name.endswith("_zh") for name in answer.variables)
    assert [n.removesuffix("_zh") for n in answer.variables if n.endswith("_zh")] == [
        n.removesuffix("_en") for n in answer.variables if n.endswith("_en")
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_example_of_each_parameter_has_an_answer(question, whole):
    for parameter in question.parameters:
        assert len(whole.query(questions.bind(question, {parameter.name: parameter.example}, whole))) > 0


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_the_small_data_give_the_approved_answer(question, small):
    text = write(small.query(questions.bind(question, VALUES.get(question.name, {}), small)), "tsv")
    approved = SMALL.parent / f"{question.name}.tsv"
    if os.environ.get("CVO_APPROVE"):
        approved.write_text(text, encoding="utf-8", newline="\n")
    assert text == approved.read_text(encoding="utf-8")
    assert text.count("\n") > 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_rdflib_gives_the_same_rows(question, small, small_in_rdflib):
    text = questions.bind(question, VALUES.get(question.name, {}), small)
    ours = small.query(text)
    theirs = small_in_rdflib.query(text, initNs=PREFIXES)
    assert [str(v) for v in theirs.vars] == list(ours.variables)
    expected = [tuple("" if t is None else str(t) for t in row) for row in theirs]
    found = [tuple("" if t is None else t.value for t in row) for row in ours.rows]
    assert sorted(found) == sorted(expected)
