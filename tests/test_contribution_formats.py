"""Validation reads every format: what it finds is what it finds in Turtle, each at its place in the file that was handed in."""

from __future__ import annotations

import json
import re
import socket
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import yaml

from cvo.commands.validate import validate as command
from cvo.errors import CvoError, InputError
from cvo.files import base_iri
from cvo.formats.jsonld import CONTEXT, _context
from cvo.jsonld import Compactor
from cvo.terms import PREFIXES
from cvo.validation import reading
from cvo.validation.corpora.checking import Checking
from cvo.validation.report import write as written
from cvo.validation.validator import validate

if TYPE_CHECKING:
    from cvo.findings import Finding, Report

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "tests" / "shapes").rglob("*.ttl"))[::5]
INSTANCES = sorted((ROOT / "instances").glob("*.ttl"))
CLAIM = "https://w3id.org/cvo/source/wu-2022#c001"
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cvo="https://w3id.org/cvo/ns#">\n'


def triples(path: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path.read_text(encoding="utf-8"), format=ox.RdfFormat.TURTLE, base_iri=base_iri(path))]


def compact(found: list[ox.Triple]) -> str:
    return Compactor(_context(), CONTEXT).document(found)


CONVERT = {
    ".jsonld": lambda found: ox.serialize(found, format=ox.RdfFormat.JSON_LD).decode(),
    ".json": compact,
    ".yaml": lambda found: yaml.safe_dump(json.loads(compact(found)), allow_unicode=True, sort_keys=False),
    ".rdf": lambda found: ox.serialize(found, format=ox.RdfFormat.RDF_XML, prefixes=PREFIXES).decode(),
}


def known(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is known by, whatever the format; blank nodes have no names."""
    parts = (finding.code, finding.severity, finding.focus, str(finding.path), finding.value)
    return tuple(re.sub(r"_:\w+", "_:", part) for part in parts)


def found(path: Path) -> list[tuple[str, ...]]:
    try:
        return sorted(known(finding) for finding in validate(path).findings)
    except CvoError as error:
        return [(error.what.replace(str(path), "").replace(path.suffix, ""),)]


@cache
def in_turtle(case: Path) -> list[tuple[str, ...]]:
    return found(case)


@pytest.mark.parametrize("ending", CONVERT)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_case_has_the_findings_that_it_has_in_turtle(case: Path, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"{case.stem}{ending}"
    path.write_text(CONVERT[ending](triples(case)), encoding="utf-8")
    assert found(path) == in_turtle(case)


@pytest.mark.parametrize("ending", CONVERT)
def test_the_claims_that_we_ship_are_clean_in_every_format(ending: str, tmp_path: Path) -> None:
    for instance in INSTANCES:
        path = tmp_path / f"{instance.stem}{ending}"
        path.write_text(CONVERT[ending](triples(instance)), encoding="utf-8")
        assert found(path) == in_turtle(instance) == []


@pytest.mark.parametrize("ending", CONVERT)
def test_every_triple_has_a_place_where_its_value_stands(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"sun-nd{ending}"
    path.write_text(CONVERT[ending](triples(ROOT / "instances" / "sun-nd.ttl")), encoding="utf-8")
    file = reading.read(path)
    for quad, (_, predicate, value) in zip(file.quads, file.map.triples, strict=True):
        typed, key = file.text[value.start : value.end], file.text[predicate.start : predicate.end]
        local = re.split("[/#]", quad.predicate.value)[-1]
        assert local in key or key in ('"@type"', "'@type'") or quad.predicate.value.endswith("#type")
        if isinstance(quad.object, ox.Literal):
            assert re.sub(r"\W|n", "", quad.object.value)[:5] in re.sub(r"\W|n|&amp;|&lt;", "", typed)
        elif isinstance(quad.object, ox.NamedNode):
            assert re.split("[/#]", quad.object.value)[-1] in typed


# ---- JSON-LD


LINKED = f"""{{
  "@context": {{"cvo": "https://w3id.org/cvo/ns#", "cvt": "https://w3id.org/cvo/term/", "oa": "http://www.w3.org/ns/oa#", "type": "@type",
    "statement": {{"@id": "cvo:statement", "@container": "@language"}}, "source": {{"@reverse": "cvo:encodes", "@type": "@id"}}}},
  "@graph": [{{
    "@id": "{CLAIM}",
    "type": "cvo:RelationClaim",
    "cvo:claimSubject": {{"@id": "cvt:gann"}},
    "cvo:claimObject": [{{"@id": "cvt:film"}}, {{"@id": "cvt:filmm", "cvo:note": 1}}],
    "cvo:polarity": {{"@id": "cvo:affirmed"}},
    "statement": {{"en": ["x", "y"], "fr": "z"}},
    "cvo:certainty": 5,
    "cvo:hedge": true,
    "cvo:locator": {{"oa:hasSelector": {{"oa:start": "a"}}}},
    "statment": "lost"
  }}]
}}"""


def places(path: Path, text: str) -> dict[str, str]:
    """Return what the file has at the place of each finding, by its code."""
    path.write_text(text, encoding="utf-8")
    lines = text.split("\n")
    return {f.code: lines[f.place.line - 1][f.place.column - 1 : f.place.end_column - 1] for f in validate(path).findings}


def test_a_finding_in_json_ld_is_at_its_key_or_value(tmp_path: Path) -> None:
    told = places(tmp_path / "x.jsonld", LINKED)
    assert told["CVO-SUBJECT"] == '"cvt:gann"'
    assert told["CVO-STATEMENT"] == '"statement"'
    assert told["CVO-LANGUAGE-TAG"] == '"z"'
    assert told["CVO-CERTAINTY"] == "5"
    assert told["CVO-BASIS"] == f'"{CLAIM}"'


def test_what_a_context_does_not_know_is_told_and_not_lost_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonld"
    path.write_text(LINKED, encoding="utf-8")
    (finding,) = [each for each in validate(path).findings if "lost" in dict(each.messages)["en"]]
    assert (finding.code, finding.place.line, dict(finding.help)["en"]) == ("CVO-TERM", 14, "did you mean statement?")
    assert "不会被读取" in dict(finding.messages)["zh"]


def test_keys_of_maps_json_values_and_keywords_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonld"
    terms = {"cvo": "https://w3id.org/cvo/ns#", "id": "@id", "j": {"@id": "urn:j", "@type": "@json"}}
    terms |= {"i": {"@id": "urn:i", "@container": "@index"}, "n": {"@id": "urn:n", "@container": ["@language", "@set"]}, "nest": "@nest"}
    said = {"i": {"a": {"id": "urn:z"}}, "n": {"en": ["x"]}, "j": {"any": {"thing": 1}}, "nest": {"urn:p": 1}}
    path.write_text(json.dumps({"@context": terms, "id": "urn:x", "@type": "cvo:RelationClaim", **said}), encoding="utf-8")
    assert [each for each in validate(path).findings if each.code == "CVO-TERM"] == []


def test_a_prefix_that_stands_for_something_else_is_found_in_every_format(tmp_path: Path) -> None:
    wrong = "http://w3id.org/cvo/ns/"
    texts = {
        "x.jsonld": LINKED.replace("https://w3id.org/cvo/ns#", wrong),
        "x.rdf": XML.replace("https://w3id.org/cvo/ns#", wrong) + '<cvo:RelationClaim rdf:about="urn:x"/></rdf:RDF>',
        "x.ttl": f"@prefix cvo: <{wrong}> . <urn:x> a cvo:RelationClaim .",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (finding,) = validate(tmp_path / name).findings
        assert finding.code == "CVO-PREFIX"
        assert wrong in finding.line[finding.place.column - 1 : finding.place.end_column - 1]
        assert (finding.fix is not None) == name.endswith("ttl")


def test_two_blocks_about_one_claim_are_told_in_json_ld_and_rdf_xml(tmp_path: Path) -> None:
    block = f'<cvo:RelationClaim rdf:about="{CLAIM}"><cvo:statement xml:lang="en">x</cvo:statement></cvo:RelationClaim>\n'
    linked = {"@id": CLAIM, "https://w3id.org/cvo/ns#statement": {"@value": "x", "@language": "en"}}
    (tmp_path / "x.rdf").write_text(f"{XML}{block}{block}</rdf:RDF>", encoding="utf-8")
    (tmp_path / "x.jsonld").write_text(
        json.dumps([linked, {**linked, "@type": "https://w3id.org/cvo/ns#RelationClaim"}], indent=1), encoding="utf-8"
    )
    for name, line in (("x.rdf", 3), ("x.jsonld", 10)):
        assert [f.place.line for f in validate(tmp_path / name).findings if f.code == "CVO-TWICE"] == [line]


@pytest.mark.parametrize(
    ("text", "said", "line", "column"),
    [
        ('{"@context": "URL", "@id": "urn:x"}', "no context is ever fetched: URL", 1, 14),
        ('{"@context":\n ["URL"], "@id": "urn:x"}', "no context is ever fetched: URL", 2, 3),
        ('{"@context": {"@import": "URL"}}', "no context is ever fetched: URL", 1, 26),
        ('{"@context": {"p": {"@id": "urn:p", "@context": "URL"}}}', "no context is ever fetched: URL", 1, 49),
        ('{"@context": {"p": {"@id": "urn:p", "@container": "@graph"}}}', "containers of graphs, ids and types are not read", 1, 51),
        ('{"@id":\n 3}', "@id value must be a string", 2, 2),
        ('{"a": "b"\n "c": 1}', "object values must be followed by a comma", 2, 2),
        ('{"a": "b', "a string is not closed", 1, 7),
        ('{"a": \x01}', "unexpected", 1, 7),
        ("[1, 2", "array values must be followed by a comma", 1, 5),
        ("", "unexpected end of file", 1, 1),
        ('{"@id": "urn:a", "urn:p": {"@value": "x", "@language": "en", "@direction": "ltr"}}', "text directions are RDF 1.2", 1, 62),
    ],
)
def test_json_ld_that_cannot_be_read_has_one_error_at_its_place(tmp_path: Path, text: str, said: str, line: int, column: int) -> None:
    path = tmp_path / "x.jsonld"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        path.write_text(text.replace("URL", f"http://127.0.0.1:{server.getsockname()[1]}/c"), encoding="utf-8")
        (finding,) = validate(path).findings
        with pytest.raises(TimeoutError):
            server.accept()
    assert (finding.code, finding.place.line, finding.place.column) == ("CVO-SYNTAX", line, column)
    assert said.replace("URL", "http://127.0.0.1:") in dict(finding.messages)["en"]


# ---- YAML


def test_json_ld_in_yaml_is_read_as_the_json_that_it_is(tmp_path: Path) -> None:
    plain = tmp_path / "x.jsonld"
    plain.write_text(LINKED, encoding="utf-8")
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(json.loads(LINKED), sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert found(path) == found(plain)
    told = places(path, path.read_text(encoding="utf-8"))
    assert (told["CVO-SUBJECT"], told["CVO-CERTAINTY"], told["CVO-STATEMENT"]) == ("cvt:gann", "5", "statement")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"@graph": &a []\n', "anchors and aliases are not read"),
        ('"@graph": *a\n', "anchors and aliases are not read"),
        ('"@id": !!str x\n', "tags are not read"),
        ('"@id": x\n---\n"@id": y\n', "a second document begins here"),
        ('"@id": "x\n', "not YAML"),
        ('? ["@id"]\n: x\n"@id": y\n', "a key must be one word"),
        ("claims:\n\t- x\n", "not YAML"),
    ],
)
def test_yaml_that_cannot_be_read_has_one_error_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    (finding,) = validate(path).findings
    assert finding.code == "CVO-SYNTAX"
    assert finding.place.line >= 1
    assert said in dict(finding.messages)["en"]


# ---- RDF/XML


STRIPED = (
    '<!DOCTYPE rdf:RDF [ <!-- don\'t ] --> <!ENTITY cvo "https://w3id.org/cvo/ns#"> ]>\n'
    + XML
    + f"""  <cvo:RelationClaim rdf:about="{CLAIM}" cvo:certainty="5">
    <cvo:claimSubject rdf:resource="https://w3id.org/cvo/term/gann"/>
    <cvo:polarity rdf:resource="&cvo;affirmed"/>
    <cvo:statement xml:lang="en">x</cvo:statement><!-- <cvo:statement> -->
    <cvo:statement xml:lang="en">y</cvo:statement>
    <cvo:statement xml:lang="fr"><![CDATA[z>]]></cvo:statement>
  </cvo:RelationClaim>
</rdf:RDF>"""
)


def test_a_finding_in_rdf_xml_is_at_its_element_or_attribute(tmp_path: Path) -> None:
    told = places(tmp_path / "x.rdf", STRIPED)
    assert told["CVO-SUBJECT"] == "https://w3id.org/cvo/term/gann"
    assert told["CVO-CERTAINTY"] == "5"
    assert told["CVO-STATEMENT"] == "cvo:statement"
    assert told["CVO-LANGUAGE-TAG"] == "<![CDATA[z>]]>"
    assert told["CVO-BASIS"] == CLAIM


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ('<!DOCTYPE r [\n<!ENTITY a SYSTEM "URL">]>' + XML + "</rdf:RDF>", "an entity from outside the file is never read: a", 2),
        ('<!DOCTYPE r [<!ENTITY % a SYSTEM "URL"> %a;]>' + XML + "</rdf:RDF>", "an entity from outside the file is never read: a", 1),
        ('<!DOCTYPE r [<!ENTITY a "x">\n<!ENTITY b "&a;&a;">]>' + XML + "</rdf:RDF>", "made of entities are not read: b", 2),
        (XML + "<rdf:Description>\n</rdf:RDF>", "not XML: mismatched tag", 3),
        (XML + '<x:y rdf:about="urn:x"/></rdf:RDF>', "unknown prefix x", 2),
        (XML + '<rdf:Description\n rdf:ID="1 2"/></rdf:RDF>', "", 2),
        ("{}", "not XML", 1),
        ("", "not XML: no element found", 1),
        (XML[:-1].replace("<rdf", '<?xml version="1.0" encoding="GBK"?><rdf', 1) + "</rdf:RDF>", "only UTF-8", 1),
    ],
)
def test_rdf_xml_that_cannot_be_read_has_one_error_at_its_place(tmp_path: Path, text: str, said: str, line: int) -> None:
    path = tmp_path / "x.rdf"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        path.write_text(text.replace("URL", f"http://127.0.0.1:{server.getsockname()[1]}/c"), encoding="utf-8")
        (finding,) = validate(path).findings
        with pytest.raises(TimeoutError):
            server.accept()
    assert (finding.code, finding.place.line) == ("CVO-SYNTAX", line)
    assert said in dict(finding.messages)["en"]


# ---- tables


TABLE = """\
source:
  cite-key: wu-2022
  title-zh: 论人工智能
  title-en: On AI
  creator: sun-yiting
  issued: 2022
  language: zh
claims:
  - statement-zh: 甲
    statement-en: first
    subject: sun-yiting
    relation: affiliatedWith
    object: xian-peihua-university
    sector: film-and-television
    modality: observed
    certainty: asserted
  - statement-zh: 乙
    subject: sun-yiting
    relation: affiliatedWith
    object: xian-peihua-university
"""


@pytest.fixture
def table(tmp_path: Path) -> dict[str, Path]:
    """Return a table in each format, and the Turtle that is made of it."""
    from cvo.tables import csvtable, encoding, tablefile, xlsxtable  # noqa: PLC0415
    from cvo.tables.columns import SHEETS  # noqa: PLC0415

    paths = {ending: tmp_path / f"table{ending}" for ending in (".yaml", ".csv", ".xlsx")}
    paths[".yaml"].write_text(TABLE, encoding="utf-8")
    book = tablefile.read(paths[".yaml"])
    paths[".xlsx"].write_bytes(xlsxtable.write(book))
    for sheet in SHEETS:
        if book.rows(sheet.name):
            csvtable.beside(paths[".csv"], sheet).write_text(csvtable.write(book, sheet), encoding="utf-8")
    paths[".ttl"] = tmp_path / "wu-2022.ttl"
    paths[".ttl"].write_text(encoding.encode_files(paths[".yaml"], [], None, None, [])[0], encoding="utf-8")
    return paths


@pytest.mark.parametrize("ending", [".yaml", ".csv", ".xlsx"])
def test_a_table_has_the_findings_of_the_turtle_that_is_made_of_it(table: dict[str, Path], ending: str) -> None:
    expected = found(table[".ttl"])
    assert len(expected) > 3
    assert found(table[ending]) == expected


def cells(report: Report, path: Path, code: str) -> list[str]:
    return [str(finding.place).removeprefix(f"{path.parent}/") for finding in report.findings if finding.code == code]


def test_a_finding_in_a_table_is_at_its_cell(table: dict[str, Path]) -> None:
    told = {ending: cells(validate(table[ending]), table[ending], "CVO-STATEMENT") for ending in (".yaml", ".csv", ".xlsx")}
    assert told == {".yaml": ["table.yaml:17:19"], ".csv": ["table.csv:C3"], ".xlsx": ["table.xlsx:claims!C3"]}


def test_every_report_tells_the_cell(table: dict[str, Path]) -> None:
    report = validate(table[".xlsx"])
    for form in ("concise", "json", "junit", "md", "html", "turtle", "github", "sarif"):
        text = written(report, form)
        assert "claims!C3" in text or form in ("github", "sarif")
    result = next(r for r in json.loads(written(report, "sarif"))["runs"][0]["results"] if r["ruleId"] == "CVO-STATEMENT")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "snippet": {"text": "乙"}}
    assert "3 | 乙\n  | ^^" in written(report, "concise")


def test_a_cell_that_means_nothing_is_told_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(TABLE.replace("subject: sun-yiting", "subject: no-such-thing", 1).replace("observed", "obsrved"), encoding="utf-8")
    assert [(f.code, f.place.line) for f in validate(path).findings] == [("CVO-SUBJECT", 11), ("CVO-MODALITY", 15)]
    first = validate(path).findings[0]
    assert dict(first.messages)["zh"].endswith("没有这样的词条：no-such-thing")
    assert dict(first.help)["zh"].startswith("是否想写")


def test_a_table_whose_passages_are_to_be_found_needs_its_document(tmp_path: Path) -> None:
    path, document = tmp_path / "table.yaml", tmp_path / "paper.txt"
    path.write_text(TABLE + "    passage: 甲乙 … 丙丁\n    section: '1'\n", encoding="utf-8")
    document.write_text("前言。甲乙，然后丙丁。", encoding="utf-8")
    with pytest.raises(InputError, match="there is no document") as raised:
        validate(path)
    assert "--text DOC" in raised.value.hint
    assert "CVO-SYNTAX" not in [finding.code for finding in validate(path, documents=[str(document)]).findings]


def test_each_table_of_a_folder_has_its_document_by_the_cite_key(tmp_path: Path) -> None:
    given = []
    for key, words in (("wu-2022", "甲乙 … 丙丁"), ("xu-2023", "戊己 … 庚辛")):
        text = TABLE.replace("wu-2022", key) + f"    passage: {words}\n    section: '1'\n"
        (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")
        (tmp_path / f"{key}.txt").write_text(f"前言。{words}。", encoding="utf-8")
        given.append(f"{key}={tmp_path / key}.txt")
    assert "CVO-PASSAGE-PLACE" not in {finding.code for finding in validate(tmp_path, documents=given).findings}
    (finding,) = (f for f in validate(tmp_path, documents=given[:1]).findings if f.code == "CVO-UNREADABLE")
    assert finding.place.file.endswith("xu-2023.yaml")
    assert dict(finding.messages)["zh"] == "需要查找段落，但没有给出文本的文档：text-zh：请用 --text DOC 给出"


# ---- what is meant by a path


def test_a_folder_is_searched_for_rdf_and_tables_of_claims(table: dict[str, Path]) -> None:
    folder = table[".ttl"].parent
    (folder / "package.json").write_text("{}", encoding="utf-8")
    (folder / "figures.csv").write_text("id,text,subject\n1,2,3\n", encoding="utf-8")
    (folder / "ci.yaml").write_text("on: push\nclaims: [read]\n", encoding="utf-8")
    (folder / ".hidden.csv").write_text("statement-zh\n", encoding="utf-8")
    report = validate(folder)
    assert [Path(name).name for name in report.files] == ["table.csv", "table.xlsx", "table.yaml", "wu-2022.ttl"]
    assert [str(note) for note in report.notes] == ["2 files are no tables of claims and were left out"]
    for path in table.values():
        together = [(f.code, str(f.place)) for f in report.findings if Path(f.place.file) == path]
        assert together == [(f.code, str(f.place)) for f in validate(path).findings if Path(f.place.file) == path]
    assert report.claims == sum(validate(path).claims for path in table.values())
    only = validate(f"{folder}/*.csv")
    assert ([Path(name).name for name in only.files], len(only.notes)) == (["table.csv"], 1)
    with pytest.raises(InputError, match="no file that cvo validates in"):
        validate(f"{folder}/fig*.csv")


KNOWN = {
    "a.csv": ("statement-zh,statement-en\n", True),
    "b.csv": ("\ufeff编号;陈述（中文）;主词\r\n", True),
    "c.csv": ('sep=,\n"id","Statement (EN)"\n', True),
    "d.csv": ("id,statment-zh,subject\n", True),
    "e.csv": ("id,text,subject\n", False),
    "f.csv": ("statement,amount,balance\n", False),
    "g.csv": ("", False),
    "h.csv": (b"\xff\xfe\x00\xd8", False),
    "i.csv": ("编号,陈述（中文）\n".encode("gb18030"), True),
    "j.csv": ("编号\t陈述（中文）\n".encode("utf-16"), True),
    "a.claims.csv": ("statement-zh\n", True),
    "a.passages.csv": ("id,section\n", False),
    "a.yaml": ("source:\n  cite-key: x\nclaims:\n  - statement-zh: 甲\n", True),
    "b.yml": ("论断:\n  - 陈述（中文）: 甲\n", True),
    "c.yaml": ("claims:\n  - statement: {zh: 甲, en: a}\n", True),
    "d.yaml": ("claims:\n  - sub\n  - email\n", False),
    "e.yaml": ("claims: [{statement-en: a, subject: gan\n", True),
    "f.yaml": ("name: 论断\nsteps: []\n", False),
    "g.yaml": (b"\0\1\2", False),
    "a.xlsx": (b"PK\x03\x04 no", False),
    "b.xlsx": ("statement-zh", False),
    "~$a.xlsx": (b"", False),
    "a.txt": ("statement-zh\n", False),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_table_of_claims_is_known_by_its_columns(tmp_path: Path, name: str) -> None:
    from cvo.tables import recognising  # noqa: PLC0415

    content, known = KNOWN[name]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert recognising.is_table(tmp_path / name) is known


def test_a_workbook_of_somebody_else_is_no_table_of_claims(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415

    from cvo.tables import recognising  # noqa: PLC0415

    workbook = openpyxl.Workbook()
    workbook.active.append(["id", "text", "subject", "value"])
    workbook.save(tmp_path / "x.xlsx")
    assert not recognising.is_table(tmp_path / "x.xlsx")
    workbook.create_sheet("论断").append(["编号", "陈述（中文）"])
    workbook.save(tmp_path / "x.xlsx")
    assert recognising.is_table(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match="no source in the table"):
        validate(tmp_path / "x.xlsx")


@pytest.mark.usefixtures("table")
def test_a_corpus_has_the_tables_and_formats_that_a_folder_has(tmp_path: Path) -> None:
    (tmp_path / "figures.csv").write_text("id,text\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text("statement-zh,polarty\n甲,x\n", encoding="utf-8")
    (tmp_path / "x.jsonld").write_text("{", encoding="utf-8")
    journal = tmp_path / "journal"
    expected = validate(tmp_path)
    for _ in range(2):  # anew, and from what was kept
        run = Checking((str(tmp_path),), jobs=1, resume=journal)
        assert sorted(f"{f.code} {f.place}" for f in run.findings()) == sorted(f"{f.code} {f.place}" for f in expected.findings)
        assert (run.files, run.report.claims) == (6, expected.claims)
        assert [str(note) for note in run.report.notes] == ["1 file is no table of claims and was left out"]
    assert run.kept == 6
    assert {"CVO-COLUMN", "CVO-SYNTAX", "CVO-STATEMENT"} <= {finding.code for finding in expected.findings}


def test_shapes_may_be_in_any_format(tmp_path: Path) -> None:
    text = "<urn:s> a sh:NodeShape ; sh:targetClass cvo:RelationClaim ; sh:property [ sh:path cvo:note ; sh:minCount 1 ] ."
    turtle = f"@prefix sh: <{PREFIXES['sh']}> . @prefix cvo: <{PREFIXES['cvo']}> . {text}"
    (tmp_path / "x.ttl").write_text("<urn:x> a <https://w3id.org/cvo/ns#RelationClaim> .", encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(turtle, encoding="utf-8")
    (tmp_path / "shapes.rdf").write_text(CONVERT[".rdf"](triples(tmp_path / "shapes.ttl")), encoding="utf-8")
    (tmp_path / "shapes.jsonld").write_text(CONVERT[".jsonld"](triples(tmp_path / "shapes.ttl")), encoding="utf-8")
    told = [
        [known(f) for f in validate(tmp_path / "x.ttl", shapes=[tmp_path / f"shapes{ending}"]).findings]
        for ending in (".ttl", ".rdf", ".jsonld")
    ]
    assert told[0]
    assert told[0] == told[1] == told[2]


def test_only_turtle_and_its_kin_are_repaired(tmp_path: Path) -> None:
    from cvo.validation.validating import Run  # noqa: PLC0415

    path = tmp_path / "x.jsonld"
    path.write_text(LINKED, encoding="utf-8")
    report, repaired = Run((str(path),), fix=True).outcome()
    assert repaired is not None
    assert tuple(map(str, report.notes)) == (f"only Turtle, TriG, N-Triples and N-Quads are repaired, not: {path}",)
    assert (repaired.texts, [finding for finding in report.findings if finding.fix]) == ((), [])
    assert path.read_text(encoding="utf-8") == LINKED
    assert command.__doc__ is not None
    assert "JSON-LD" in command.__doc__


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.jsonld", '{"@context": "urn:c"}'),
        ("x.jsonld", '{"@id": 3}'),
        ("x.jsonld", '{"a'),
        ("x.jsonld", '{"a": [1 2]}'),
        ("x.yaml", '"@id": *a'),
        ("x.yaml", '"@id": "x'),
        ("x.rdf", XML),
        ("x.rdf", "<x></y>"),
        ("x.rdf", XML + "<x:y/></rdf:RDF>"),
        ("x.rdf", '<!DOCTYPE r [<!ENTITY a SYSTEM "b">]>' + XML),
    ],
)
def test_what_cannot_be_read_is_told_in_chinese_too(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (finding,) = validate(tmp_path / name).findings
    assert re.search("[一-鿿]", dict(finding.messages)["zh"].partition("：")[2])
    assert dict(finding.messages)["en"] not in dict(finding.messages)["zh"]
    assert len(finding.help) in {0, 2}
