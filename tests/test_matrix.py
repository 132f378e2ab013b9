"""A matrix counts what a plain question counts; its pictures hold every number; tables keep what was typed."""

import json
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

from cvo import load, tabular
from cvo.answers import Answer
from cvo.ask import chart, matrix, valuemap
from cvo.errors import EngineError
from cvo.terms import CVT, XSD


@pytest.fixture(scope="module")
def data():
    return load()


@pytest.mark.parametrize(("rows", "columns"), [("source", "polarity"), ("holder", "modality"), ("sector", "Risk"), ("Risk", "Right")])
def test_a_cell_is_the_number_of_claims_that_speak_of_both(data, rows, columns):
    counted = matrix.count(rows, columns, data)
    assert counted.rows
    speaks = {
        "source": "cvo:statedIn",
        "polarity": "cvo:polarity",
        "holder": "cvo:opinionHolder",
        "modality": "cvo:modality",
        "sector": "(cvo:inSector|cvo:claimSubject|cvo:claimObject)",
    }
    for row, cells in [*zip(counted.rows, counted.cells, strict=True)][:6]:
        for column, number in [*zip(counted.columns, cells, strict=True)][:6]:
            paths = [speaks.get(name, "(cvo:claimSubject|cvo:claimObject)") for name in (rows, columns)]
            query = f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ ?c {paths[0]} <{row.iri}> ; {paths[1]} <{column.iri}> }}"
            assert int(next(iter(data.query(query)))["n"]) == number


def test_stages_are_all_there_in_the_order_of_the_chain(data):
    stages = [row.iri.removeprefix(CVT) for row in matrix.count("stage", "风险", data).rows]
    assert stages == ["cultural-introduction", "product-production", "product-distribution", "product-marketing", "product-service"]


def test_only_so_many_are_kept_and_the_rest_is_told(data, cvo):
    whole, some = matrix.count("source", "Technology", data), matrix.count("source", "Technology", data, top=3)
    assert some.columns == whole.columns[:3]
    assert some.left == (len(whole.rows) - 3, len(whole.columns) - 3)
    assert f"left out: {some.left[0]} rows and {some.left[1]} columns" in cvo("matrix", "source", "Technology", "--top", 3).err


def test_what_is_neither_a_dimension_nor_a_class_is_told(cvo):
    ran = cvo("matrix", "stage", "Tecnology")
    assert (ran.status, "did you mean" in ran.err) == (2, True)


@pytest.mark.parametrize("lang", ["zh", "en", ""])
def test_a_heat_map_holds_every_number(data, lang):
    counted = matrix.count("stage", "Right", data)
    spec = chart.heat_map(counted, "t", lang)
    assert [value["claims"] for value in spec["data"]["values"]] == [number for cells in counted.cells for number in cells]
    svg = chart.draw(spec, "svg").decode()
    assert svg.startswith("<svg")
    assert all(row.label(lang) in svg for row in counted.rows)


def test_the_map_shows_each_stage_with_what_is_named_most(data, cvo, tmp_path):
    places = valuemap.places(data, 4)
    assert len({place.stage.iri for place in places}) == 5
    assert all(len(place.things) <= 4 for place in places)
    svg = chart.draw(chart.value_chain(places, "t", "zh"), "svg").decode()
    assert all(place.stage.zh in svg for place in places)
    assert cvo("map", "--lang", "en", "-o", tmp_path / "m.png").status == 0
    assert (tmp_path / "m.png").read_bytes()[:4] == b"\x89PNG"
    assert "artificial intelligence" in cvo("map", "--lang", "en").out


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    with pytest.raises(EngineError) as caught:
        chart.draw({}, "svg")
    assert caught.value.hint == 'python -m pip install "cvo[plot]"'


def literal(text, kind):
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{kind}"))


ROWS = Answer(
    ("name", "n", "d", "b", "none", "mixed"),
    (
        (
            ox.NamedNode(f"{CVT}gan"),
            literal("3", "integer"),
            literal("1.50", "decimal"),
            literal("true", "boolean"),
            None,
            literal("1", "integer"),
        ),
        (ox.Literal("=1+1🎬"), literal("-4", "integer"), None, literal("0", "boolean"), None, ox.Literal("风险", language="zh")),
    ),
)


def test_columns_are_typed_and_a_mixed_one_is_text():
    table = ROWS.to_arrow()
    assert table.to_pylist()[0] == {"name": f"{CVT}gan", "n": 3, "d": Decimal("1.50"), "b": True, "none": None, "mixed": "1"}
    assert ROWS.to_pandas()["n"].sum() == -1
    assert ROWS.to_polars()["mixed"].to_list() == ["1", "风险"]


def test_a_number_that_no_column_holds_stays_text():
    answer = Answer(("n",), ((literal("9" * 40, "integer"),), (literal("x", "integer"),)))
    assert answer.to_arrow().to_pylist()[0]["n"] == "9" * 40


def test_excel_gets_links_and_texts_but_never_a_formula(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(tabular.xlsx(ROWS.variables, ROWS.rows, "a/b"))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert (sheet["A2"].value, sheet["A2"].hyperlink.target) == ("cvt:gan", f"{CVT}gan")
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1🎬", "s")
    assert (sheet["B3"].value, sheet["C2"].value, sheet.freeze_panes) == (-4, 1.5, "A2")


def test_the_command_writes_excel_and_parquet_but_not_to_a_terminal(cvo, tmp_path):
    rows = json.loads(cvo("query", "risks", "-f", "json").out)["results"]["bindings"]
    assert cvo("query", "risks", "-o", tmp_path / "r.parquet").status == 0
    assert pq.read_table(tmp_path / "r.parquet").num_rows == len(rows)
    assert cvo("terms", "风险", "-o", tmp_path / "t.xlsx", "--lang", "zh").status == 0
    assert "label_en" not in [cell.value for cell in openpyxl.load_workbook(tmp_path / "t.xlsx").active[1]]
    assert cvo("matrix", "stage", "Risk", "-o", tmp_path / "m.xlsx").status == 0
    ran = cvo("query", "-e", "ASK {}", "-f", "xlsx")
    assert (ran.status, ran.err.splitlines()[0]) == (2, "error: only rows can be written as: xlsx")


def test_a_notebook_shows_rows_triples_and_truths(data):
    assert "<td" in data.query("SELECT ?x { ?x a cvo:Right }")._repr_html_()
    assert "triples" in data.query("DESCRIBE cvt:portrait-right")._repr_html_()
    assert data.query("ASK {}")._repr_html_() == "<p>yes</p>"
    assert "<script>" not in Answer(("x",), ((ox.Literal("<script>"),),))._repr_html_()


def test_the_first_column_says_what_the_rows_are(cvo):
    assert cvo("matrix", "stage", "risk", "--lang", "zh", "--top", "1", "-f", "csv").out.startswith("环节,")
