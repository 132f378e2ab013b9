"""The catalogue: completion, a user's own questions, their export, and the citations behind an answer."""

import json
import os

import pyoxigraph as ox
import pytest

from cvo import load, questions
from cvo.ask.citing import as_bibtex, csl, sources
from cvo.commands.query import completions
from cvo.lookup import find
from cvo.terms import CVO, CVT, SH


def test_questions_and_the_values_of_their_parameters_are_completed():
    assert "risks" in [name for name, _ in completions("ri")]
    assert ("stage=product-marketing", "产品营销") in completions("stage=product-m")
    assert ("stage=产品营销", "product-marketing") in completions("stage=产品")
    assert completions("nosuch=") == []


def test_a_question_of_the_users_own_is_found_listed_and_goes_before(cvo, tmp_path):
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "mine.rq").write_text(
        "#+ summary: My question\n#+ summary-zh: 我的问题\nSELECT ?x { ?x a cvo:CanonicalStage }", encoding="utf-8"
    )
    (folder / "risks.rq").write_text("SELECT (1 AS ?mine) {}", encoding="utf-8")
    env = {**os.environ, "CVO_CONFIG": str(tmp_path)}
    assert "我的问题" in cvo("query", "--list", "--lang", "zh", env=env).out
    assert cvo("query", "mine", env=env).out.count("\n") == 6
    assert cvo("query", "risks", env=env).out == "mine\n1\n"
    assert cvo("query", "risks").out != "mine\n1\n"


def test_the_catalogue_is_exported_as_shacl_executables(cvo):
    graph = ox.Store()
    graph.load(cvo("query", "--list", "-f", "turtle").out.encode(), format=ox.RdfFormat.TURTLE)
    found = graph.query(
        f"SELECT ?q ?text {{ ?q a <{SH}SPARQLSelectExecutable> ; <{SH}select> ?text ; <{SH}prefixes> ?p . ?p <{SH}declare> ?d }}"
    )
    texts = {row["q"].value: row["text"].value for row in found}
    assert len(texts) == len(questions.catalogue())
    data = load()
    for text in texts.values():
        assert data.query(text).variables
    classes = graph.query(f"SELECT DISTINCT ?c {{ [] <{SH}parameter>/<{SH}class> ?c }}")
    assert all(data.query(f"ASK {{ {row['c']} a owl:Class }}").truth for row in classes if row["c"].value.startswith(CVO))


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("SELECT ?c { ?c a cvo:Claim } LIMIT 0", set()),
        ("SELECT ?s { <https://w3id.org/cvo/source/bi-2019#c001> cvo:statedIn ?s }", {"bi-2019"}),
        ("SELECT ('sun-nd' AS ?source) {}", {"sun-nd"}),
        ("DESCRIBE <https://w3id.org/cvo/source/zhang-2026#c001>", {"zhang-2026"}),
        ("SELECT ?s { ?s a cvo:Source }", {"bi-2019", "zhang-2026", "sun-nd", "cuc-sina-2023"}),
    ],
)
def test_the_sources_behind_an_answer_are_cited(query, keys):
    data = load()
    items = csl(sources(data.query(query), data), data)
    assert {item["id"] for item in items} == keys
    assert as_bibtex(items).count("\n@") + bool(items) == len(items)


def test_what_a_record_does_not_know_is_not_in_the_citation(cvo):
    items = {item["id"]: item for item in json.loads(cvo("query", "sources", "--cite", "csl").out)}
    assert "issued" not in items["sun-nd"]
    assert "DOI" not in items["sun-nd"]
    assert items["bi-2019"]["DOI"] == "10.19483/j.cnki.11-4653/n.2019.06.005"
    assert items["zhang-2026"]["issued"] == {"date-parts": [[2026]]}


@pytest.mark.parametrize(
    ("value", "kind", "example", "meant"),
    [
        ("营销", "cvo:Stage", "product-production", "product-marketing"),  # two source stages have it too; the example is a canonical one
        ("portrait", "cvo:Right", "", "portrait-right"),
        ("产品营销", "cvo:Stage", "", "product-marketing"),
    ],
)
def test_a_part_of_a_label_is_enough_where_it_can_mean_one_term_only(value, kind, example, meant):
    assert find(value, load(), kind, example=example).value == f"{CVT}{meant}"


def test_a_part_of_several_labels_is_refused_with_the_terms_it_could_mean(cvo):
    ran = cvo("query", "risks-by-stage", "stage=电影")
    assert ran.status == 2
    assert "more than one Stage" in ran.err
    assert "film-creation-stage 电影创作, film-production-stage 电影制作" in ran.err


def test_a_term_is_found_by_a_short_form_of_its_chinese_name(cvo):
    assert "deepfake-misuse" in cvo("terms", "深伪", "-f", "csv").out


def test_a_term_typed_where_a_question_belongs_is_shown_the_way(cvo):
    assert "`cvo query claims-about about=版权`" in cvo("query", "版权").err
