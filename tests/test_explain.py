"""Every code that can be reported is explained, and its examples are true."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo.errors import InputError
from cvo.files import shipped
from cvo.live import wording as live
from cvo.quality import checks
from cvo.tables.columns import SHEETS
from cvo.tables.vocabulary import expand
from cvo.terms import CVO, PREFIXES, SH
from cvo.validation import explain
from cvo.validation.validator import validate

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = (ROOT / "shapes/examples/zhao-2025.ttl").read_text(encoding="utf-8")
EXAMPLES = explain.examples()
OURS = sorted(code for code, fields in EXAMPLES.items() if fields["from"] != explain.COMPONENTS)
ALONE = [code for code in OURS if EXAMPLES[code]["from"] not in {explain.CORPORA, explain.TABLES}]  # what one file alone may break
TABLE = (ROOT / "shapes/examples/zhao-2025.yaml").read_text(encoding="utf-8")
ALL = [*EXAMPLES, *checks.catalogue(), *live.RULES]
DOCUMENTS = [str(ROOT / "shapes/examples/zhao-2025.txt")]
THEIRS = sorted(code for code, fields in EXAMPLES.items() if fields["from"] == explain.COMPONENTS)
HEAD = (
    "@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)


def test_every_code_that_stands_in_the_shapes_or_in_the_program_is_explained() -> None:
    shapes = {
        quad.object.value
        for path in shipped("shapes")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == f"{CVO}code"
    }
    program = {
        code
        for path in (ROOT / "cvo").rglob("*.py")
        if path.name != "explain.py"
        for code in re.findall(r'"(CVO-[A-Z-]+[A-Z])"', path.read_text(encoding="utf-8"))
    }
    assert len(shapes) > 100
    assert {"CVO-SYNTAX", "CVO-TERM", "CVO-UNREADABLE"} <= program
    gates = {check.code for check in checks.catalogue()}
    assert (shapes | program) - gates == set(OURS)
    assert set(explain.explanations()) == set(EXAMPLES) | gates | set(live.RULES)
    assert not gates & set(EXAMPLES)


def test_a_quality_check_is_explained_with_what_to_do() -> None:
    told = explain.told(explain.explain("CVO-CHAIN-SINGLE"), "zh")
    assert "属性链只有一环" in told
    assert "rdfs:subPropertyOf" in told


def test_a_test_of_a_published_site_is_explained_with_what_to_do() -> None:
    told = explain.told(explain.explain("vary"))
    assert told.startswith("LIVE-VARY · 错误 / error · cvo check-live\n")
    assert all(
        said in told for said in ("Vary 没有写 …", "Vary does not name …", "没有它，缓存会混淆各种格式", "caches mix the formats up")
    )
    assert "{" not in explain.listing()


def test_every_constraint_of_shacl_is_explained() -> None:
    known = {code.removeprefix("CVO-") for code in THEIRS}
    core = [
        *["Class", "Datatype", "NodeKind", "MinCount", "MaxCount", "MinExclusive", "MinInclusive", "MaxExclusive", "MaxInclusive"],
        *["MinLength", "MaxLength", "Pattern", "LanguageIn", "UniqueLang", "Equals", "Disjoint", "LessThan", "LessThanOrEquals"],
        *["Not", "And", "Or", "Xone", "Node", "QualifiedMinCount", "QualifiedMaxCount", "Closed", "HasValue", "In", "SPARQL"],
    ]
    assert known == {name.upper() for name in core}


def test_the_whole_example_is_clean() -> None:
    assert validate([ROOT / "shapes/examples/zhao-2025.ttl"]).findings == ()
    assert validate([ROOT / "shapes/examples/zhao-2025.yaml"], documents=DOCUMENTS).findings == ()


@pytest.mark.parametrize("code", ALONE)
def test_the_wrong_example_in_place_of_the_right_one_gives_just_this_code(tmp_path: Path, code: str) -> None:
    fields, found = EXAMPLES[code], explain.explain(code)
    text = WHOLE
    if "name" not in fields and "encoding" not in fields:
        assert found.right in WHOLE
        text = WHOLE.replace(found.right, found.wrong, 1)
        for old, new in fields.get("also", []):
            assert old in text
            text = text.replace(old, new)
    path = tmp_path / fields.get("name", "zhao-2025.ttl")
    path.write_bytes(text.encode(fields.get("encoding", "utf-8")))
    findings = validate([tmp_path]).findings
    assert {finding.code for finding in findings} == {code}
    assert {finding.severity for finding in findings} == {found.severity}


@pytest.mark.parametrize("code", sorted(explain.in_tables()))
def test_the_wrong_example_in_a_table_gives_just_this_code(tmp_path: Path, code: str) -> None:
    fields, found = explain.in_tables()[code], explain.explain(code)
    assert (found.table or (found.wrong, found.right)) == tuple(fields[name].strip("\n") for name in ("wrong", "right"))
    assert fields["right"] in TABLE
    text = TABLE.replace(fields["right"], fields["wrong"], 1)
    for old, new in fields.get("also", []):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "table.yaml"
    path.write_text(text, encoding="utf-8")
    (finding,) = validate([path], documents=DOCUMENTS).findings
    assert (finding.code, finding.severity) == (code, found.severity)
    assert finding.place.line == text[: text.index(fields["wrong"])].count("\n") + 1
    assert all(re.search("[一-鿿]", dict(texts)["zh"]) for texts in (finding.messages, finding.help))


def test_every_rule_that_a_column_names_looks_at_the_property_of_the_column() -> None:
    looked_at: dict[str, set[str]] = {}
    for path in shipped("shapes"):
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
        codes = {quad.subject: quad.object.value for quad in quads if quad.predicate.value == f"{CVO}code"}
        for quad in quads:
            if quad.predicate.value == f"{SH}path" and quad.subject in codes and isinstance(quad.object, ox.NamedNode):
                looked_at.setdefault(codes[quad.subject], set()).add(quad.object.value)
    named = {(column.code, column.iri or "cvo:section") for sheet in SHEETS for column in sheet.columns if column.code}
    assert len(named) > 25
    for code, iri in named - {("CVO-CLAIM-TYPE", "rdf:type")}:
        assert expand(iri) in looked_at[code], (code, iri)
    terms = {column.code for sheet in SHEETS for column in sheet.columns if column.code and column.form in {"term", "choice", "claim"}}
    assert terms <= set(explain.in_tables())


@pytest.mark.parametrize("code", THEIRS)
def test_the_example_of_a_constraint_gives_the_code_of_the_constraint(tmp_path: Path, code: str) -> None:
    found = explain.explain(code)
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(f"{HEAD}[] a sh:NodeShape ; {found.shape} .", encoding="utf-8")
    for text, codes in ((found.wrong, {code}), (found.right, set())):
        (tmp_path / "x.ttl").write_text(HEAD + text, encoding="utf-8")
        report = validate([tmp_path / "x.ttl"], shapes=[shapes], ontology=[])
        assert {finding.code for finding in report.findings} == codes
        assert report.checked


def test_an_explanation_is_told_in_one_language_or_in_both() -> None:
    found = explain.explain("CVO-POLARITY")
    both, chinese, english = explain.told(found), explain.told(found, "zh"), explain.told(found, "en")
    assert "错误写法 / wrong" in both
    assert "须有且只有一个极性" in both
    assert "needs exactly one cvo:polarity" in both
    assert "needs exactly" not in chinese
    assert not re.search("[一-鿿]", english)
    for text in (both, chinese, english):
        assert "cvo:polarity cvo:positive ;" in text


def test_every_rule_asks_in_both_languages() -> None:
    for found in explain.explanations().values():
        assert set(dict(found.asks)) == {"zh", "en"}, found.code


@pytest.mark.parametrize("code", ["CVO-POLARITY", "cvo-polarity", "polarity", " Polarity "])
def test_a_code_may_be_typed_as_one_likes(code: str) -> None:
    assert explain.explain(code).code == "CVO-POLARITY"


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("CVO-POLARTY", "did you mean CVO-POLARITY?"),
        ("syntx", "did you mean CVO-SYNTAX?"),
        ("zzz", "see: cvo explain --list"),
        ("", "see: cvo explain --list"),
    ],
)
def test_an_unknown_code_comes_with_the_one_that_was_meant(code: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        explain.explain(code)
    assert error.value.hint == hint


def test_the_terms_that_messages_give_as_examples_exist() -> None:
    known = {
        quad.subject.value
        for path in shipped("ontology")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    for path in shipped("shapes"):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if quad.predicate.value == f"{SH}message":
                for prefix, name in re.findall(r"\b(cvt|cvo):([A-Za-z][\w-]*)", quad.object.value):
                    assert PREFIXES[prefix] + name in known, quad.object.value


def test_the_command_explains_lists_and_writes_json(cvo, tmp_path: Path) -> None:
    assert cvo("explain", "polarity", "CVO-SYNTAX", "--lang", "zh").out.count("\n错误写法\n") == 2
    listed = cvo("explain", "--list", "--lang", "en").out.splitlines()
    assert len(listed) == len(ALL)
    assert json.loads(cvo("explain", "CVO-TERM", "-f", "json").out)[0]["right"] == "cvo:locator :p001 ;"
    cvo("explain", "--list", "-o", tmp_path / "rules.json")
    assert len(json.loads((tmp_path / "rules.json").read_text(encoding="utf-8"))) == len(EXAMPLES) + len(checks.catalogue()) + len(
        live.RULES
    )
    ran = cvo("explain", "CVO-POLARTY")
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean CVO-POLARITY?" in ran.err
    assert cvo("explain").status == 2
