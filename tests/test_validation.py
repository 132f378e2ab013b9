"""Validation: every mistake is one finding at its place, and nothing that people may hand in gives a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cvo.contribution import Contributed
from cvo.engines.fast import queries
from cvo.errors import CvoError, EngineError, InputError, Message, NothingChecked
from cvo.validation import validator as validation
from cvo.validation.validator import validate

if TYPE_CHECKING:
    from cvo.findings import Finding, Report

DATA = Path(__file__).parent / "data" / "validation"
SHAPES, ONTOLOGY = [DATA / "shapes.ttl"], [DATA / "ontology.ttl"]
PREFIXES = (
    "@prefix cvo: <https://w3id.org/cvo/ns#> . @prefix cvt: <https://w3id.org/cvo/term/> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://w3id.org/cvo/source/x#> .\n"
)
CLEAN = ":c a cvo:RelationClaim ; cvo:claimObject cvt:script-work ; cvo:polarity cvt:denied ."


def check(*paths: Path | str, shapes: list[Path] = SHAPES, ontology: list[Path] = ONTOLOGY) -> Report:
    return validate(paths, shapes=shapes, ontology=ontology)


@pytest.fixture
def found(tmp_path: Path):
    def found(text: str, name: str = "x.ttl", **options: list[Path]) -> tuple[Finding, ...]:
        path = tmp_path / name
        path.write_bytes((PREFIXES + text).encode())
        return check(path, **options).findings

    return found


def told(findings: tuple[Finding, ...]) -> list[tuple[int, int, str]]:
    return [(finding.place.line, finding.place.column, finding.code) for finding in findings]


def test_five_mistakes_in_three_claims_are_five_findings_at_their_places() -> None:
    report = check(DATA / "contributed.ttl")
    assert told(report.findings) == [
        (13, 44, "CVO-CLASS"),
        (14, 31, "CVO-POLARITY"),
        (15, 17, "CVO-DATE"),
        (18, 3, "CVO-TERM"),
        (20, 18, "CVO-SELF"),
    ]
    assert (report.claims, report.checked, len(report.files), report.rules, report.status) == (3, 3, 1, 7, 1)
    assert report.classes == (("cvo:RelationClaim", 2), ("cvo:StatisticClaim", 1))


def test_the_same_input_gives_the_same_report() -> None:
    assert check(DATA / "contributed.ttl") == check(DATA / "contributed.ttl")


def test_a_clean_file_has_status_0(found) -> None:
    assert found(CLEAN) == ()


def test_only_violations_make_the_status_1(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(PREFIXES + CLEAN[:-1] + '; cvo:published "x" .', encoding="utf-8")
    report = check(path)
    assert [finding.severity for finding in report.findings] == ["warning"]
    assert report.status == 0


def test_messages_come_in_both_languages_also_where_variables_are_filled_in(found) -> None:
    (finding,) = found(CLEAN[:-1] + "; cvo:agreesWith :c .")
    assert finding.messages == (("en", ":c agrees with itself"), ("zh", ":c 与自身一致"))


def test_a_misspelt_value_is_one_finding_with_the_rule_and_the_help(found) -> None:
    (finding,) = found(CLEAN.replace("script-work", "script-wrok"))
    assert finding.code == "CVO-CLASS"
    assert dict(finding.help)["en"] == "cvt:script-wrok is not a term of the ontology; did you mean cvt:script-work?"


def test_a_misspelt_property_is_one_finding_although_the_right_one_is_missing(found) -> None:
    (finding,) = found(CLEAN.replace("claimObject", "claimObjet"))
    assert (finding.code, dict(finding.help)["zh"]) == ("CVO-TERM", "是否想写 cvo:claimObject？")


def test_a_misspelt_class_is_found_although_no_shape_looks(found) -> None:
    (finding,) = found(":c a cvo:RelatonClaim .")
    assert (finding.code, finding.place.column, dict(finding.help)["en"]) == ("CVO-TERM", 6, "did you mean cvo:RelationClaim?")


def test_a_misspelt_datatype_is_found(found) -> None:
    assert [finding.value for finding in found(CLEAN[:-1] + '; cvo:note "x"^^cvo:nite .')] == ["<https://w3id.org/cvo/ns#nite>"]


def test_a_term_that_the_contribution_itself_describes_is_known(found) -> None:
    assert found("cvt:new a cvo:Application . " + CLEAN.replace("script-work", "new")) == ()


def test_a_term_like_no_other_has_no_suggestion(found) -> None:
    (finding,) = found(CLEAN.replace("script-work", "zzzzqqqq"))
    assert dict(finding.help)["en"] == "cvt:zzzzqqqq is not a term of the ontology"


def test_one_ill_typed_value_is_one_finding_although_three_constraints_fail(found) -> None:
    (finding,) = found(CLEAN[:-1] + '; cvo:published "2024-13-01"^^xsd:date .')
    assert finding.value == '"2024-13-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert finding.component.endswith("DatatypeConstraintComponent")


def test_a_value_is_shown_as_it_was_typed(found) -> None:
    assert '"1.50"' in found(CLEAN[:-1] + "; cvo:published 1.50 .")[0].value


def test_a_missing_property_stands_at_the_subject(found) -> None:
    assert told(found("# x\n  :c a cvo:Claim ; cvo:claimObject cvt:script-work .")) == [(3, 3, "CVO-POLARITY")]


def test_one_value_too_many_stands_at_the_last_one(found) -> None:
    assert told(found(CLEAN.replace("cvt:denied", "cvt:denied , cvt:affirmed"))) == [(2, len(CLEAN) + 2, "CVO-POLARITY")]


def test_codes_come_from_the_constraint_else_the_shape_else_the_one_above_else_the_component(found, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> ."
    rules = """
      cvo:S sh:targetClass cvo:Claim ; cvo:code "UP" ;
        sh:property [ sh:path cvo:p ; sh:minCount 1 ] , [ sh:path cvo:q ; sh:minCount 1 ; cvo:code "OWN" ] .
      cvo:T sh:targetClass cvo:Claim ;
        sh:property [ sh:path cvo:r ; sh:minCount 1 ] ; sh:sparql [ cvo:code "QUERY" ; sh:select "SELECT $this { }" ] ."""
    shapes.write_text(PREFIXES + head + rules, encoding="utf-8")
    assert {finding.code for finding in found(":c a cvo:Claim .", shapes=[shapes])} == {"UP", "OWN", "CVO-MINCOUNT", "QUERY"}


def test_a_finding_on_a_longer_path_stands_at_its_first_step(found, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    text = "cvo:S sh:targetClass cvo:Claim ; sh:property [ sh:path ( cvo:agreesWith cvo:polarity ) ; sh:minCount 1 ] ."
    shapes.write_text(PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> ." + text, encoding="utf-8")
    (finding,) = found(":c a cvo:Claim ;\n  cvo:agreesWith :d .", shapes=[shapes])
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (3, 3, 17)
    assert finding.path == ("sequence", "https://w3id.org/cvo/ns#agreesWith", "https://w3id.org/cvo/ns#polarity")


def test_what_only_the_contribution_names_is_judged_where_it_is_named(found, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    text = "cvo:S sh:targetObjectsOf cvo:agreesWith ; sh:class cvo:Claim ."
    shapes.write_text(PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> ." + text, encoding="utf-8")
    assert told(found(":c a cvo:Claim ; cvo:agreesWith :d .", shapes=[shapes])) == [(2, 33, "CVO-CLASS")]


def test_nodes_of_the_ontology_are_not_reported(found, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    text = "cvo:S sh:targetClass cvo:Application , cvo:Claim ; sh:property [ sh:path cvo:note ; sh:minCount 1 ] ."
    shapes.write_text(PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> ." + text, encoding="utf-8")
    assert [finding.name for finding in found(CLEAN, shapes=[shapes])] == [":c"]


def test_the_ontology_itself_can_be_checked() -> None:
    with pytest.raises(NothingChecked):
        check(ONTOLOGY[0])


def test_the_classes_of_the_ontology_are_known_beside_the_contribution(found) -> None:
    assert told(found(CLEAN.replace("cvt:script-work", "cvt:denied"))) == [(2, 42, "CVO-CLASS")]


def test_several_files_know_one_another(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(PREFIXES + CLEAN, encoding="utf-8")
    (tmp_path / "b.ttl").write_text(PREFIXES + CLEAN.replace(":c a", ":d a")[:-1] + "; cvo:agreesWith :c .", encoding="utf-8")
    assert check(tmp_path).findings == ()
    assert [finding.code for finding in check(tmp_path / "b.ttl").findings] == ["CVO-AGREES"]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(PREFIXES + CLEAN, encoding="utf-8")
    assert check(path, path, tmp_path).files == (str(path),)


def test_a_folder_is_read_at_any_depth_without_hidden_folders_and_other_kinds(tmp_path: Path) -> None:
    for name in ("a.ttl", "deep/er/b.trig", ".git/c.ttl", "d.txt", "e.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + CLEAN, encoding="utf-8")
    assert [Path(name).name for name in check(tmp_path).files] == ["a.ttl", "b.trig"]


def test_a_syntax_error_is_a_finding_and_the_other_files_are_still_checked(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(PREFIXES + CLEAN, encoding="utf-8")
    (tmp_path / "b.ttl").write_text(PREFIXES + ':c cvo:note "剧本😀" ; ; } .', encoding="utf-8")
    report = check(tmp_path)
    assert told(report.findings) == [(2, 23, "CVO-SYNTAX")]
    assert (report.claims, report.status) == (1, 1)


def test_a_syntax_error_does_not_load_the_engine(found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "_Check", None)
    assert [finding.code for finding in found(":c cvo:note }")] == ["CVO-SYNTAX"]


@pytest.mark.parametrize(
    ("text", "column", "help_"),
    [
        ("cvo:c a skso:Concept .", 9, "did you mean skos:? else write: @prefix skso: <…> ."),
        ("cvo:c a prov:Agent .", 9, "write at the top: @prefix prov: <http://www.w3.org/ns/prov#> ."),
        ('cvo:c cvo:note "x .', 16, "a quote, a bracket or the last full stop is missing"),
    ],
)
def test_a_syntax_error_comes_with_help(found, text: str, column: int, help_: str) -> None:
    (finding,) = found(text)
    assert (finding.place.line, finding.place.column, dict(finding.help)["en"]) == (2, column, help_)


LINES = ':c a cvo:Claim ;\n  cvo:note "中文，x"@zh , "y"@en ;\n  cvo:p cvo:x .\n:d a cvo:Claim .'


@pytest.mark.parametrize(
    ("wrong", "place", "zh", "en"),
    [
        (("@en ;", "@en ；"), (3, 31), "全角标点 ；，请改为半角 ;", "full-width ；: write ;"),
        (("cvo:x .", "cvo:x。"), (4, 14), "全角标点 。，请改为半角 .", "full-width 。: write ."),
        (("@zh ,", "@zh，"), (3, 21), "全角标点 ，，请改为半角 ,", "full-width ，: write ,"),
        (('"y"', "“y”"), (3, 24), '全角标点 “，请改为半角 "', 'full-width “: write "'),
        (('"中文，x"', '"中文，x”'), (3, 17), '全角标点 ”，请改为半角 "', 'full-width ”: write "'),
        (("cvo:p", "cvo：p"), (4, 6), "全角标点 ：，请改为半角 :", "full-width ：: write :"),
        (("cvo:x", "（ cvo:x ）"), (4, 9), "全角标点 （，请改为半角 (", "full-width （: write ("),
        (("cvo:x", "＜urn:x＞"), (4, 9), "全角标点 ＜，请改为半角 <", "full-width ＜: write <"),
        (("cvo:p cvo", "cvo:p\u3000cvo"), (4, 8), "全角空格，请改为半角空格", "write an ordinary space"),
        (("cvo:x .", "cvo:x\u200b ."), (4, 14), "请删去这个看不见的字符", "remove it; it cannot be seen"),
        (
            ("@en ;", "@en"),
            (4, 3),
            "属性之间请写 ;，上一段的末尾请写 .",
            "write ; between properties or . at the end of the block before this",
        ),
        (
            ("cvo:x .", "cvo:x"),
            (5, 1),
            "属性之间请写 ;，上一段的末尾请写 .",
            "write ; between properties or . at the end of the block before this",
        ),
        (("cvo:x .", "cvo:x ;"), (4, 15), "此处请写 .", "write . here"),
        ((":d a cvo:Claim .", ":d a cvo:Claim ;"), (5, 16), "此处请写 .", "write . here"),
        (('"y"', '"y'), (3, 24), "缺少引号、括号或最后的句点", "a quote, a bracket or the last full stop is missing"),
    ],
)
def test_the_commonest_slips_of_the_pen_come_with_help_in_both_languages(found, wrong, place, zh: str, en: str) -> None:
    (finding,) = found(LINES.replace(*wrong))
    assert finding.code == "CVO-SYNTAX"
    assert ((finding.place.line, finding.place.column), dict(finding.help)) == (place, {"zh": zh, "en": en})
    assert dict(finding.messages)["zh"].startswith("语法错误：")


def test_what_was_typed_is_told_as_it_was_typed_and_a_rare_message_is_quoted(found) -> None:
    (finding,) = found(":c cvo:note True .")
    assert dict(finding.messages) == {"en": "True is not a valid RDF object", "zh": "语法错误：True 不能作属性的值（宾语）"}
    (finding,) = found(":c cvo:note 1e .")
    assert dict(finding.messages)["zh"] == "语法错误：“a double exponent cannot be empty”"


@pytest.mark.parametrize("text", [":c a cvo:Claim {| cvo:note 1 |} .", ":c cvo:note <<( :a :b :c )>> .", ':c cvo:note "x"@ar--rtl .'])
def test_rdf_1_2_is_refused_with_its_place(found, text: str) -> None:
    (finding,) = found(text)
    assert (finding.code, finding.place.line) == ("CVO-SYNTAX", 2)
    assert "RDF 1.1" in dict(finding.messages)["en"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "<urn:a> <urn:b> <urn:c> ."])
def test_nothing_checked_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NothingChecked, match="nothing was checked"):
        check(path)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("x.ttl", None, "no such file"),
        ("x.html", b"{}", "not a kind of file"),
        ("x.ttl", "é".encode("latin-1"), "not UTF-8"),
        ("x.ttl", ":x".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_with_status_2(tmp_path: Path, name: str, content: bytes | None, what: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=what) as error:
        check(tmp_path / name)
    assert error.value.exit_status == 2


def test_a_folder_without_rdf_files_and_no_path_at_all_are_errors(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    for paths in ([tmp_path], []):
        with pytest.raises(InputError):
            check(*paths)


def test_shapes_that_are_none_or_wrong_are_errors(tmp_path: Path) -> None:
    path, bad = tmp_path / "x.ttl", tmp_path / "bad.ttl"
    path.write_text(PREFIXES + CLEAN, encoding="utf-8")
    with pytest.raises(InputError, match="no shapes"):
        check(path, shapes=[path])
    bad.write_text("not turtle", encoding="utf-8")
    with pytest.raises(CvoError, match="not a valid subject"):
        check(path, shapes=[bad])
    shape = 'cvo:S sh:targetClass cvo:Claim ; sh:sparql [ sh:select "SELECT" ] .'
    bad.write_text(PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> ." + shape, encoding="utf-8")
    with pytest.raises(EngineError, match="SPARQL text of the shapes"):
        check(path, shapes=[bad])


@pytest.mark.parametrize(
    "text", ["\ufeff" + PREFIXES + CLEAN, PREFIXES + CLEAN.replace(";", "\r\n;"), PREFIXES + CLEAN.replace(";", "\r;")]
)
def test_a_byte_order_mark_and_any_line_end_are_fine(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(text.encode())
    assert check(path).findings == ()


def test_relative_iris_never_carry_a_path_of_the_machine(found, tmp_path: Path) -> None:
    findings = found("<#c> a cvo:Claim . @base <../up/> . <d> a cvo:Claim ; cvo:agreesWith <e> .")
    assert findings
    assert not any(
        str(tmp_path) in text or "file:" in text for finding in findings for text in (finding.focus, finding.value, str(finding.messages))
    )
    assert {finding.focus for finding in findings} == {"<https://w3id.org/cvo/contribution/x#c>", "<https://w3id.org/cvo/up/d>"}


def test_blank_nodes_are_told_by_their_place_and_named_the_same_each_time(found) -> None:
    text = "[] a cvo:Claim ; cvo:claimObject cvt:script-work . _:x a cvo:Claim ; cvo:claimObject [ a cvo:Risk ] ."
    assert found(text) == found(text)
    assert [finding.name for finding in found(text)] == ["[…] 2:1", "[…] 2:52", "[…] 2:52"]


def test_graphs_of_a_trig_file_are_checked_as_one(found) -> None:
    text = "<urn:g> { :c a cvo:Claim ; cvo:polarity cvt:denied ; cvo:claimObject cvt:script-work } <urn:h> { :c cvo:polarity cvt:affirmed }"
    assert told(found(text, "x.trig")) == [(2, 114, "CVO-POLARITY")]


def test_n_triples_and_n_quads_have_places_too(tmp_path: Path) -> None:
    line = "<urn:c> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/cvo/ns#Clam> {} ."
    for name, graph in (("x.nt", ""), ("x.nq", "<urn:g>")):
        (tmp_path / name).write_text(line.format(graph), encoding="utf-8")
        assert told(check(tmp_path / name).findings) == [(1, 59, "CVO-TERM")]


def test_brackets_within_reason_and_huge_literals_give_findings_and_no_traceback(found) -> None:
    deep = CLEAN.replace("cvt:script-work", "[ cvo:note " * 500 + "1" + " ]" * 500)
    assert told(found(deep)) == [(2, 42, "CVO-CLASS")]
    assert told(found(f'{CLEAN[:-1]} ; cvo:published "{"剧" * 1_000_000}" .'))[0][2] == "CVO-DATE"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (":c cvo:note " + "[ cvo:note " * 20_000 + "1" + " ]" * 20_000 + " .", "x.ttl"),
        (":c cvo:note " + "( " * 20_000 + ") " * 20_000 + " .", "x.trig"),
        (":c cvo:note " + "<<( :a :b " * 20_000 + ":c" + ")>> " * 20_000 + " .", "x.ttl"),
        (":c cvo:note 1 " + "{| cvo:note 1 " * 20_000 + "|}" * 20_000 + " .", "x.ttl"),
    ],
)
def test_what_is_nested_too_deep_for_the_parser_is_a_finding(found, text: str, name: str) -> None:
    (finding,) = found(text, name)
    assert (finding.code, finding.place.line, dict(finding.messages)["zh"]) == ("CVO-SYNTAX", 2, "语法错误：嵌套超过 500 层")


def test_a_thousand_findings_are_a_thousand_findings(found) -> None:
    text = "\n".join(f":c{n} a cvo:Claim ; cvo:claimObject cvt:nope-{n} ; cvo:polarity cvt:denied ." for n in range(1000))
    assert told(found(text)) == [(n + 2, len(f":c{n} a cvo:Claim ; cvo:claimObject ") + 1, "CVO-CLASS") for n in range(1000)]


def test_an_import_is_never_followed(found, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket  # noqa: PLC0415

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was touched"))
    assert (
        found(f"<> a <http://www.w3.org/2002/07/owl#Ontology> ; <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/x> . {CLEAN}")
        == ()
    )


def test_the_shipped_shapes_and_ontology_are_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, name in (("shapes", "shapes"), ("ontology", "ontology"), ("instances", "contributed")):
        (tmp_path / folder).mkdir()
        shipped_as = "liu-2024" if folder == "instances" else name  # an instance file is named after its source
        (tmp_path / folder / f"{shipped_as}.ttl").write_bytes((DATA / f"{name}.ttl").read_bytes())
    monkeypatch.setattr("cvo.files.data_root", lambda: tmp_path)
    other = tmp_path / "x.ttl"
    other.write_text(PREFIXES + CLEAN[:-1] + "; cvo:agreesWith <https://w3id.org/cvo/source/liu-2024#c001> .", encoding="utf-8")
    assert validate([other]).findings == ()  # a claim of a shipped source is known
    assert len(validate([tmp_path / "instances"]).findings) == 5  # and is not loaded beside itself


# ---- whole contributions, against the shipped shapes

PAPER = (DATA / "li-2024.ttl").read_text(encoding="utf-8")
CLAIM = PAPER[PAPER.index(":c001 a") : PAPER.index(":p001 a")]
SOURCE = PAPER[PAPER.index("<https://w3id.org/cvo/source/li-2024> a") : PAPER.index(":c001 a")]


@pytest.fixture
def handed_in(tmp_path: Path):
    def handed_in(*changes: tuple[str, str], more: str = "", name: str = "li-2024.ttl") -> tuple[Finding, ...]:
        text = PAPER + more
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return validate([tmp_path / name]).findings

    return handed_in


def test_a_whole_contribution_is_clean(handed_in) -> None:
    assert handed_in() == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("a cvo:RelationClaim", "a cvo:RelationClam", "CVO-TERM", "cvo:RelationClam"),
        ('citeKey "li-2024"', 'citeKey "li_2024"', "CVO-CITE-KEY", '"li_2024"'),
        ("Holder cvt:bi-qiuling", "Holder cvt:legal-risk", "CVO-HOLDER", "cvt:legal-risk"),
        ("Holder cvt:bi-qiuling", "Holder cvt:bi-qiulin", "CVO-HOLDER", "cvt:bi-qiulin"),
        ("oa:start 40", 'oa:start "100"', "CVO-START", '"100"'),
        ("hasExpression :text", "hasExpression :txt", "CVO-EXPRESSION", ":txt"),
        ("encodes <https://w3id.org/cvo/source/li-2024>", "encodes cvt:ai", "CVO-ENCODES", "cvt:ai"),
        ("oa:hasSelector", "oa:hasSelecter", "CVO-TERM", "oa:hasSelecter"),
        ("a oa:SpecificResource", "a oa:SpecificResorce", "CVO-TERM", "oa:SpecificResorce"),
        ('cvo:citeKey "', 'dcterms:bibliograficCitation "x" ; cvo:citeKey "', "CVO-TERM", "dcterms:bibliograficCitation"),
        ("cvo:polarity", 'cvo:citeKey "x" , "y" ; cvo:polarity', "CVO-CLAIM-PROPERTY", "cvo:citeKey"),
        (":c001", ":claim1", "CVO-CLAIM-NUMBER", ":claim1"),
        ("/by/4.0/", "/by-nc/4.0/", "CVO-LICENSE", "<https://creativecommons.org/licenses/by-nc/4.0/>"),
        ('"虚拟主播用到人脸识别。"', '""', "CVO-STATEMENT", '""@zh'),
        ('"2024"^^xsd:gYear', '"2024-13-01"^^xsd:date', "CVO-ISSUED-DATE", '"2024-13-01"^^xsd:date'),
    ],
)
def test_one_slip_is_one_finding_under_what_is_wrong(handed_in, old: str, new: str, code: str, at: str) -> None:
    (finding,) = handed_in((old, new))
    assert (finding.code, finding.line[finding.place.column - 1 : finding.place.end_column - 1]) == (code, at)


@pytest.mark.parametrize(
    ("new", "meant"),
    [
        ("dcterms:bibliograficCitation", "dcterms:bibliographicCitation"),
        ("<http://purl.org/dc/elements/1.1/publisher>", "dcterms:publisher"),
    ],
)
def test_a_foreign_property_that_is_misspelt_or_of_another_vocabulary_comes_with_the_right_one(handed_in, new: str, meant: str) -> None:
    (finding,) = handed_in(('cvo:citeKey "', f'{new} "x" ; cvo:citeKey "'))
    assert dict(finding.help) == {"en": f"did you mean {meant}?", "zh": f"是否想写 {meant}？"}


def test_a_term_of_a_foreign_vocabulary_that_is_like_no_known_one_is_nobodys_business(handed_in) -> None:
    assert handed_in(("a oa:SpecificResource", "a oa:SpecificResource , oa:TextualBody ; dcterms:audience 1")) == ()


@pytest.mark.parametrize("subject", ["cvt:technology", ":c001", "<urn:x>"])
def test_a_claim_is_quoted_and_never_asserted(handed_in, subject: str) -> None:
    (finding,) = handed_in(more=f"{subject} cvo:carriesRisk cvt:legal-risk .\n")
    assert (finding.code, finding.path) == ("CVO-ASSERTED", "https://w3id.org/cvo/ns#carriesRisk")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("cvo", "https://w3id.org/cvo/ns#", "http://w3id.org/cvo/ns#"),
        ("cvo", "https://w3id.org/cvo/ns#", "https://w3id.org/cvo/ns/"),
        ("cvt", "https://w3id.org/cvo/term/", "https://w3id.org/cvo/terms/"),
        ("oa", "http://www.w3.org/ns/oa#", "http://www.w3.org/ns/oa/"),
    ],
)
def test_a_prefix_that_means_something_else_is_the_only_finding(handed_in, name: str, right: str, wrong: str) -> None:
    (finding,) = handed_in((f"<{right}>", f"<{wrong}>"))
    assert (finding.code, finding.line) == ("CVO-PREFIX", f"@prefix {name}: <{wrong}> .")
    assert dict(finding.messages)["en"] == f"{name}: is <{right}>, not <{wrong}>"


@pytest.mark.parametrize("old", ["@prefix : <https://w3id.org/cvo/source/li-2024#>", "li-2024"])
def test_the_iris_of_a_shipped_source_are_taken(handed_in, old: str) -> None:
    (finding,) = handed_in((old, old.replace("li-2024", "bi-2019")))
    assert (finding.code, finding.place.line) == ("CVO-TAKEN", 1)
    assert "another source, bi-2019" in dict(finding.messages)["en"]


def test_a_relation_to_a_claim_of_a_shipped_source_takes_nothing(handed_in) -> None:
    relation = "<https://w3id.org/cvo/source/bi-2019#c001> cvo:agreesWith :c001 .\n"
    comparison = """<https://w3id.org/cvo/comparisons#k900> a cvo:Comparison ;
  cvo:firstClaim <https://w3id.org/cvo/source/bi-2019#c001> ; cvo:secondClaim :c001 ; cvo:comparisonRelation cvo:agreesWith ;
  cvo:reason "说法相同"@zh , "they say the same"@en ; <http://www.w3.org/ns/prov#wasAttributedTo> cvt:cvo-curators .
"""
    assert handed_in(more=relation + comparison) == ()
    (finding,) = handed_in(more=relation + comparison.replace("comparisons#k900", "source/li-2024#k900"))
    assert finding.code == "CVO-COMPARISON-HOME"


def test_a_file_with_the_name_of_a_shipped_one_is_another_version_of_it(handed_in) -> None:
    assert handed_in(("li-2024", "bi-2019"), name="bi-2019.ttl") == ()


def test_a_claim_with_a_number_that_is_taken_is_one_finding_with_the_place_of_the_first(handed_in) -> None:
    (finding,) = handed_in(more=CLAIM.replace("人脸", "物体").replace("by face", "by object"))
    assert (finding.code, finding.line) == ("CVO-TWICE", ":c001 a cvo:RelationClaim ;")
    assert dict(finding.messages) == {"en": ":c001 is described twice, first at 17:1", "zh": ":c001 写了两次，第一次在 17:1"}


def test_a_file_has_one_source_and_its_name(handed_in) -> None:
    (finding,) = handed_in(name="foo.ttl")
    assert (finding.code, finding.severity) == ("CVO-FILE-NAME", "warning")
    assert dict(finding.messages)["en"] == "the file is called foo.ttl and its source li-2024: call it li-2024.ttl"
    other = (
        SOURCE.replace("li-2024", "li-2025")
        .replace(":text ", ":text-2 ")
        .replace(":encoding", ":encoding-2")
        .replace(":text-state", ":state-2")
    )
    (finding,) = handed_in(more=other)
    assert (finding.code, finding.name) == ("CVO-ONE-SOURCE", "cvs:li-2025")


def test_findings_of_many_files_stand_in_their_files(tmp_path: Path) -> None:
    for key in ("li-2024", "li-2025"):
        text = PAPER.replace("li-2024", key).replace("cvo:affirmed", "cvo:positive")
        (tmp_path / f"{key}.ttl").write_text(text, encoding="utf-8")
    findings = validate([tmp_path]).findings
    assert [(Path(f.place.file).stem, f.focus) for f in findings] == [
        (key, f"<https://w3id.org/cvo/source/{key}#c001>") for key in ("li-2024", "li-2025")
    ]


def test_placing_a_finding_looks_only_into_the_files_that_describe_its_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        text = PREFIXES + f":c{number} a cvo:Claim ; cvo:claimObject cvt:nope ; cvo:polarity cvt:denied ."
        (tmp_path / f"x{number:02}.ttl").write_text(text, encoding="utf-8")
    looked = []
    whole = Contributed.place_of_value
    monkeypatch.setattr(Contributed, "place_of_value", lambda *args: looked.append(1) or whole(*args))
    assert len(check(tmp_path).findings) == 20
    assert len(looked) < 100


def test_a_file_of_a_folder_that_cannot_be_read_is_a_finding_and_the_others_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.ttl").write_text(PREFIXES + CLEAN, encoding="utf-8")
    (tmp_path / "b.ttl").write_bytes(b"# x\n# \xe9")
    (tmp_path / "c.ttl").write_text(PREFIXES + CLEAN, encoding="utf-8")
    whole = validation.read

    def read(path: Path, *numbers: int, **options: bool) -> object:
        if path.name == "c.ttl":
            raise InputError(Message(f"no permission to read: {path}", f"没有读取权限：{path}"))
        return whole(path, *numbers, **options)

    monkeypatch.setattr(validation, "read", read)
    report = check(tmp_path)
    found = [(Path(f.place.file).name, f.place.line, f.code) for f in report.findings]
    assert found == [("b.ttl", 2, "CVO-UNREADABLE"), ("c.ttl", 0, "CVO-UNREADABLE")]
    assert dict(report.findings[0].messages)["zh"] == "第 2 行不是 UTF-8：请将文件另存为 UTF-8"
    assert dict(report.findings[1].messages) == {"en": "no permission to read", "zh": "没有读取权限"}
    assert (report.claims, report.unread, report.status) == (1, 2, 1)
    with pytest.raises(InputError, match="not UTF-8"):
        check(tmp_path, tmp_path / "b.ttl")


# ---- engines


def test_both_engines_report_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(PREFIXES + CLEAN[:-1] + "; cvo:published 1.50 ; cvo:agreesWith :c . :d a cvo:Claim .", encoding="utf-8")
    for file in (DATA / "contributed.ttl", path):
        assert validate(file, shapes=SHAPES, ontology=ONTOLOGY) == validate(file, shapes=SHAPES, ontology=ONTOLOGY, engine="pyshacl")


def test_a_shape_that_says_nothing_is_told_in_the_same_words_by_both_engines(tmp_path: Path) -> None:
    shapes, path = tmp_path / "shapes.ttl", tmp_path / "x.ttl"
    head = PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> . "
    shapes.write_text(head + "cvo:S sh:targetClass cvo:Claim ; sh:property [ sh:path cvo:polarity ; sh:minCount 2 ] .", encoding="utf-8")
    path.write_text(PREFIXES + CLEAN, encoding="utf-8")
    ours, theirs = (validate(path, shapes=[shapes], ontology=ONTOLOGY, engine=engine) for engine in ("fast", "pyshacl"))
    assert ours == theirs
    assert "2" in dict(ours.findings[0].messages)["zh"]


def test_what_the_fast_engine_cannot_compile_is_checked_by_the_referee_with_a_note(tmp_path: Path) -> None:
    shapes, path = tmp_path / "shapes.ttl", tmp_path / "x.ttl"
    head = PREFIXES + "@prefix sh: <http://www.w3.org/ns/shacl#> . "
    rule = r"cvo:S sh:targetClass cvo:Claim ; sh:property [ sh:path cvo:polarity ; sh:minCount 2 ] ; sh:minCuont 1 ."
    shapes.write_text(head + rule, encoding="utf-8")
    path.write_text(PREFIXES + CLEAN, encoding="utf-8")
    report = validate(path, shapes=[shapes], ontology=ONTOLOGY)
    assert [finding.component[-24:] for finding in report.findings] == ["CountConstraintComponent"]
    assert "sh:minCuont" in report.notes[0]


def test_the_vocabulary_that_is_kept_gives_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVO_CACHE", "")
    file = Path(__file__).parent / "readme" / "example-nd.ttl"
    plain = validate(file)
    cache = tmp_path / "cache"
    monkeypatch.setenv("CVO_CACHE", str(cache))
    assert validate(file) == plain
    (kept,) = cache.glob("vocabulary-*")
    assert validate(file) == plain
    kept.write_bytes(kept.read_bytes()[:-7])
    assert validate(file) == plain
    kept.write_bytes(b"")
    assert validate(file) == plain
    assert len(kept.read_bytes()) > 1000  # made anew


def test_the_rules_that_are_kept_give_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVO_CACHE", "")
    file = Path(__file__).parent / "readme" / "example-nd.ttl"
    plain = validate(file)
    by_referee = validate(file, engine="pyshacl")
    cache = tmp_path / "cache"
    monkeypatch.setenv("CVO_CACHE", str(cache))
    assert validate(file) == plain
    (kept,) = cache.glob("rules-*")
    whole = kept.read_bytes()
    queries.PREPARED.clear()
    assert validate(file) == plain
    assert validate(file, engine="pyshacl") == by_referee
    for damaged in (whole[:-7], b"", whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        kept.write_bytes(damaged)
        assert validate(file) == plain
        assert len(kept.read_bytes()) > 100_000  # made anew


def test_rules_that_were_made_from_other_shapes_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVO_CACHE", str(tmp_path / "cache"))
    path, shape = tmp_path / "x.ttl", tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + "cvt:x a cvo:Odd .", encoding="utf-8")
    monkeypatch.setattr("cvo.validation.validator.shipped", lambda folder: [shape] if folder == "shapes" else [])
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix cvo: <https://w3id.org/cvo/ns#> .\n"
    for number in (1, 12):
        shape.write_text(
            f"{head}cvo:S sh:targetClass cvo:Odd ; sh:property [ sh:path cvo:x ; sh:minCount {number} ; sh:message 'm{number}' ] .",
            encoding="utf-8",
        )
        for _ in range(2):
            assert f"m{number}" in [text for finding in validate(path).findings for _, text in finding.messages]


def test_a_contribution_that_says_more_of_a_term_sees_all_that_is_said_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVO_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIXES + "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . cvt:deepfake skos:altLabel 'x'@fr .", encoding="utf-8"
    )
    first = validate(path)
    assert validate(path) == first
