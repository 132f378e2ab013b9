"""What people type at `cvo query`, and what they see."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

from cvo import load
from cvo.table import cells

STAGES = "SELECT ?stage ?label { ?stage a cvo:CanonicalStage ; rdfs:label ?label FILTER(LANG(?label) = 'zh') } ORDER BY ?label"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_shipped_question_is_found_with_and_without_its_ending(cvo):
    assert cvo("query", "risks.rq").out == cvo("query", "risks").out != ""


def test_risks_are_answered_in_both_languages_with_who_says_so_and_where(cvo):
    found = rows(cvo("query", "risks.rq").out)
    assert {row["risk_zh"] for row in found} >= {"法律风险"}
    assert {row["risk_en"] for row in found} >= {"legal risk"}
    assert all(
        row[column] for row in found for column in ("holder_zh", "holder_en", "source", "section", "statement_zh", "statement_en", "claim")
    )


def test_a_question_works_from_any_directory(cvo, tmp_path):
    assert cvo("query", "risks", cwd=tmp_path).status == 0


def test_a_file_comes_before_a_shipped_question(cvo, tmp_path):
    (tmp_path / "risks.rq").write_text(STAGES, encoding="utf-8")
    assert len(rows(cvo("query", "risks.rq", cwd=tmp_path).out)) == 5


def test_a_query_can_be_given_as_an_option_or_on_stdin(cvo):
    assert cvo("query", "-e", STAGES).out == cvo("query", "-", stdin=STAGES).out
    assert len(rows(cvo("query", "-", stdin=STAGES).out)) == 5


def test_one_language_can_be_chosen(cvo):
    header = cvo("query", "risks", "--lang", "zh").out.splitlines()[0]
    assert "risk_zh" in header
    assert "_en" not in header


@pytest.mark.parametrize("value", ["product-marketing", "cvt:product-marketing", "https://w3id.org/cvo/term/product-marketing", "产品营销"])
def test_a_parameter_takes_a_name_an_iri_or_a_label(cvo, value):
    found = rows(cvo("query", "technologies-by-stage", f"stage={value}").out)
    assert found
    assert {row["stage"] for row in found} == {"https://w3id.org/cvo/term/product-marketing"}


def test_a_parameter_is_a_term_and_never_text(cvo):
    ran = cvo("query", "risks-by-stage", "stage=x> } DELETE { ?s ?p ?o } #")
    assert ran.status == 2
    assert "no Stage for stage" in ran.err


def test_a_question_with_one_parameter_takes_its_value_alone(cvo):
    assert cvo("query", "risks-by-stage", "产品营销").out == cvo("query", "risks-by-stage", "stage=product-marketing").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["risk"], "did you mean risks?"),
        (["risks", "stage=x"], "has no parameter: stage"),
        (["risks-by-stage", "stge=product-marketing"], "did you mean stage?"),
        (["risks-by-stage", "stage=product-marketnig"], "did you mean product-marketing?"),
        (["risks", "product-marketing"], "risks takes no parameters"),
        (["risks-by-stage", "stage=哲学"], "product-distribution 产品发行"),
        ([], "no question given"),
        (["/"], "is a folder, not a question"),
        (["-e", "SELECT ?x { ?x a ("], "is never closed"),
        (["-e", "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }"], "SERVICE is refused"),
        (["-e", "SELECT * { ?s ?p ?o }", "-f", "turtle"], "the answer is rows, not a graph"),
        (["-e", "CONSTRUCT WHERE { ?s a cvo:Risk }", "-f", "xml"], "the answer is a graph"),
        (["-e", "SELECT * { ?s ?p ?o }", "--data", "nowhere.ttl"], "no such file: nowhere.ttl"),
        (["-e", "SELECT * { ?s ?p ?o }", "--data", "nowhere*.ttl"], "no RDF file matches"),
        (["SELECT * { ?s ?p ?o }"], "put -e before it"),
        (["--nonsense"], "No such option"),
        (["risks", "-o", "x.docx"], "the ending tells no format"),
    ],
)
def test_what_cannot_be_asked_is_said_clearly_with_status_2(cvo, arguments, says):
    ran = cvo("query", *arguments)
    assert ran.status == 2
    assert says in ran.err
    assert ran.out == ""


def test_a_wrong_query_in_a_file_is_placed(cvo, tmp_path):
    (tmp_path / "bad.rq").write_text("SELECT ?x\nWHERE {\n  # 风险\n  ?x a cvo:Risk .\n  FILTER(STR(?x) = '风险'\n}\n", encoding="utf-8")
    ran = cvo("query", "bad.rq", cwd=tmp_path)
    assert ran.status == 2
    assert "error: bad.rq:6:1: found '}' but '(' opened at 5:9 is still open" in ran.err


def test_a_term_that_no_data_knows_is_warned_about(cvo):
    ran = cvo("query", "-e", "SELECT ?x { ?x a cvo:Clam }")
    assert ran.status == 0
    assert "cvo:Clam is not in the ontology, did you mean cvo:Claim?" in ran.err


def test_own_data_is_asked_beside_the_shipped_or_alone(cvo, tmp_path):
    (tmp_path / "mine.ttl").write_text(
        "@prefix cvt: <https://w3id.org/cvo/term/> . cvt:mine a <https://w3id.org/cvo/ns#Risk> .", encoding="utf-8"
    )
    beside = rows(cvo("query", "-e", "SELECT ?r { ?r a cvo:Risk }", "--data", tmp_path / "mine.ttl").out)
    alone = rows(cvo("query", "-e", "SELECT ?r { ?r a cvo:Risk }", "--data", tmp_path, "--only-data").out)
    by_glob = rows(cvo("query", "-e", "SELECT ?r { ?r a cvo:Risk }", "--data", tmp_path / "*.ttl", "--only-data").out)
    assert len(beside) > 1
    assert alone == by_glob == [{"r": "https://w3id.org/cvo/term/mine"}]


def test_each_source_is_a_named_graph(cvo):
    found = rows(cvo("query", "-e", "SELECT DISTINCT ?g { GRAPH ?g { ?claim cvo:statement ?text } }").out)
    assert {"g": "https://w3id.org/cvo/source/bi-2019"} in found


def test_the_list_shows_every_question_in_both_languages_with_its_parameters(cvo):
    listed = cvo("query", "--list").out
    assert "risks-by-stage" in listed
    assert "价值链各环节的风险" in listed
    assert "stage=product-production" in listed


def test_show_prints_sparql_that_gives_the_same_answer(cvo):
    shown = cvo("query", "technologies-by-stage", "stage=产品营销", "--show").out
    assert "VALUES ?stage { <https://w3id.org/cvo/term/product-marketing> }" in shown
    assert cvo("query", "-", stdin=shown).out == cvo("query", "technologies-by-stage", "stage=产品营销").out


def test_an_output_file_is_written_whole_in_the_format_of_its_ending(cvo, tmp_path):
    assert cvo("query", "risks", "-o", tmp_path / "risks.json").out == ""
    assert json.loads((tmp_path / "risks.json").read_text(encoding="utf-8"))["results"]["bindings"]
    assert [p.name for p in tmp_path.iterdir()] == ["risks.json"]


def test_an_output_that_cannot_be_written_is_an_error(cvo, tmp_path):
    ran = cvo("query", "risks", "-o", tmp_path / "no" / "risks.csv")
    assert ran.status == 2
    assert "cannot be written" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes of this kind")
def test_a_closed_pipe_ends_the_command_quietly():
    command = f"'{sys.executable}' -m cvo query -e 'SELECT * {{ ?s ?p ?o }}' | head -1; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == ["s,p,o", "0"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_gets_a_table_that_fits_it():
    import pty  # noqa: PLC0415 - not on Windows

    parent, child = pty.openpty()
    env = {**os.environ, "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(
        [sys.executable, "-m", "cvo", "query", "stages", "--lang", "zh"], stdout=child, stderr=subprocess.PIPE, env=env
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        assert process.wait() == 0
        said = process.stderr.read().decode()
    lines = shown.decode().replace("\r\n", "\n").splitlines()
    assert max(map(cells, lines)) <= 100
    assert "产品营销" in shown.decode()
    assert re.search(r"\d+ 行", said)


def test_python_can_ask_too():
    found = load().query(STAGES)
    assert [row["label"] for row in found] == sorted(row["label"] for row in found)
    assert found.variables == ("stage", "label")


def test_python_can_load_one_file_by_its_name(tmp_path):
    (tmp_path / "mine.ttl").write_text("<http://e/a> <http://e/b> <http://e/c> .", encoding="utf-8")
    assert len(load(str(tmp_path / "mine.ttl"), with_shipped=False).query("SELECT * { ?s ?p ?o }")) == 1
