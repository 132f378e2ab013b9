"""Every format of an answer says the same as the engine's own writer and can be read back."""

import csv
import io
import json
import os
import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvo.answers import Answer, lexical
from cvo.engines.sparql import ask
from cvo.render import GRAPH_FORMATS, ROWS, only, write

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\"'\\,|风险🎬"), max_size=20)
iris = st.integers(0, 99).map(lambda n: ox.NamedNode(f"https://w3id.org/cvo/term/t{n}"))
literals = (
    texts.map(ox.Literal)
    | texts.map(lambda t: ox.Literal(t, language="zh"))
    | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(
        lambda d: ox.Literal(str(d), datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    )
)
terms = st.none() | iris | literals
answers = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.tuples(*[terms] * n), max_size=5).map(lambda rows: Answer(tuple(f"v{i}" for i in range(n)), tuple(rows)))
)


def read_back(text, form):
    solutions = ox.parse_query_results(text.encode(), format=form)
    return tuple(v.value for v in solutions.variables), tuple(tuple(s) for s in solutions)


@given(answers)
def test_json_and_tsv_read_back_as_the_same_terms(answer):
    for name, form in (("json", ox.QueryResultsFormat.JSON), ("tsv", ox.QueryResultsFormat.TSV)):
        assert read_back(write(answer, name), form) == (answer.variables, answer.rows)


@given(answers)
def test_xml_reads_back_as_the_same_terms_but_for_space_at_the_edges(answer):
    names, rows = read_back(write(answer, "xml"), ox.QueryResultsFormat.XML)
    assert names == answer.variables
    assert [list(map(trimmed, row)) for row in rows] == [list(map(trimmed, row)) for row in answer.rows]


def trimmed(term):
    """Return *term* without space at the edges of a literal, which the reader drops."""
    return (term.value.strip(), term.language, term.datatype) if isinstance(term, ox.Literal) else term


@given(answers)
def test_csv_reads_back_as_the_same_texts(answer):
    header, *rows = csv.reader(io.StringIO(write(answer, "csv"), newline=""))
    assert tuple(header) == answer.variables
    expected = [["" if t is None else lexical(t) for t in row] for row in answer.rows]
    assert rows == [row for row in expected if row != [""]] or rows == [row if row != [""] else [] for row in expected] or rows == expected


@given(answers)
def test_json_lines_hold_one_object_a_row(answer):
    lines = [json.loads(line) for line in write(answer, "jsonl").split("\n") if line]
    assert lines == list(answer)


@given(answers, st.sampled_from(["md", "html"]))
def test_tables_for_pages_never_let_data_break_out(answer, form):
    text = write(answer, form, title="<b>")
    assert "<b>" not in text
    if form == "md":
        assert len(text.split("\n")) == len(answer.rows) + 3
    else:
        assert text.count("<tr>") == len(answer.rows) + 1


@given(answers, st.integers(20, 200))
def test_a_terminal_is_sent_no_control_characters(answer, width):
    text = write(answer, "table", width=width)
    assert all(c == "\n" or c.isprintable() for c in text)


@pytest.mark.parametrize("form", GRAPH_FORMATS)
def test_a_graph_reads_back_as_the_same_triples(form):
    store = ox.Store()
    store.load(
        b'@prefix cvt: <https://w3id.org/cvo/term/> . cvt:a cvt:b "\xe9\xa3\x8e\xe9\x99\xa9"@zh , 1.50 , cvt:c .',
        format=ox.RdfFormat.TURTLE,
    )
    answer = ask(store, "CONSTRUCT WHERE { ?s ?p ?o }")
    read = {quad.triple for quad in ox.parse(write(answer, form).encode(), format=GRAPH_FORMATS[form])}
    assert read == set(answer.triples)
    assert len(read) == 3


def test_a_yes_or_no_has_a_form_in_every_format():
    for form in (*ROWS, "html"):
        assert write(Answer(truth=True), form)
    assert write(Answer(truth=False), "table") == "no\n"
    assert json.loads(write(Answer(truth=True), "json"))["boolean"] is True


def test_a_column_without_a_language_is_always_kept():
    answer = only(Answer(("risk", "risk_zh", "risk_en"), ((None, None, None),)), "zh")
    assert answer.variables == ("risk", "risk_zh")


def test_output_is_utf_8_whatever_the_locale():
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PATH": "", "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), "CVO_CACHE": ""}
    ran = subprocess.run(
        [sys.executable, "-m", "cvo", "query", "-e", "SELECT ?l { cvo:Risk rdfs:label ?l } ORDER BY ?l"],
        capture_output=True,
        env=env,
        timeout=60,
        check=True,
    )
    assert "风险" in ran.stdout.decode("utf-8")
