"""The report: what people and machines read."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from wcwidth import wcswidth

from cvo.errors import InputError, Place
from cvo.findings import Finding, Report
from cvo.terms import SH
from cvo.validation import report
from cvo.validation.reports.concise import WIDTH, underlined
from cvo.validation.validator import validate

DATA = Path(__file__).parent / "data" / "validation"


@pytest.fixture(scope="module")
def checked() -> Report:
    return validate([DATA / "contributed.ttl"], shapes=[DATA / "shapes.ttl"], ontology=[DATA / "ontology.ttl"])


def one(line: str, column: int, end: int, **more: object) -> Report:
    place = Place("x.ttl", 1, column, 1, end)
    finding = Finding(place, "CVO-X", "violation", (("en", "wrong"), ("zh", "有误")), line=line, **more)  # type: ignore[arg-type]
    return Report((finding,), ("x.ttl",), checked=1, rules=1)


def test_the_terminal_shows_what_where_the_line_and_the_help(checked: Report) -> None:
    text = report.write(checked)
    assert text.startswith("error[CVO-CLASS] cvo:claimObject must be a term of the vocabulary\n")
    lines = text.splitlines()
    assert lines[1].endswith("contributed.ttl:13:44  (:c002)")
    assert lines[5] == "   = help: cvt:script-writting is not a term of the ontology; did you mean cvt:script-writing? [fixable]"
    assert lines[-1].startswith("Checked 3 claims in 1 file against 7 rules: 4 errors, 1 warning, 2 fixable with --fix (")


def test_the_carets_stand_under_the_object_in_columns_of_a_terminal(checked: Report) -> None:
    lines = report.write(checked).splitlines()
    source, carets = lines[3], lines[4]
    before = source[: source.index("cvt:script-writting")]
    assert carets.index("^") == wcswidth(before)
    assert carets.count("^") == len("cvt:script-writting")


def test_the_terminal_speaks_chinese_when_asked(checked: Report) -> None:
    text = report.write(checked, lang="zh")
    assert text.startswith("错误[CVO-CLASS] cvo:claimObject 必须是词表中的术语\n")
    assert "是否想写 cvt:script-writing？" in text
    assert "已检查 1 个文件中的 3 条论断，共 7 条规则：4 个错误，1 个警告，其中 2 个可用 --fix 修正（" in text


def test_there_is_no_colour_unless_asked(checked: Report) -> None:
    assert "\x1b" not in report.write(checked)
    coloured = report.write(checked, colour=True)
    assert coloured.startswith("\x1b[1;31merror[CVO-CLASS]\x1b[0m ")


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "carets"),
    [
        ("a 'x' .", 3, 6, "a 'x' .", "  ^^^"),
        ("a '剧本' b .", 8, 9, "a '剧本' b .", " " * 9 + "^"),
        ("a 😀 b .", 5, 6, "a 😀 b .", "     ^"),
        ("\ta b", 2, 3, "    a b", "    ^"),
        ("a \x1b[31m b", 3, 4, "a \ufffd[31m b", "  ^"),
        ("a\u3000b", 3, 4, "a\u3000b", "   ^"),
        ("", 1, 1, "", "^"),
        ("abc", 9, 12, "abc", "   ^"),
    ],
)
def test_the_source_line_is_underlined_whatever_stands_in_it(line: str, column: int, end: int, shown: str, carets: str) -> None:
    assert underlined(line, column, end) == (shown, carets)


def test_a_huge_line_is_cut_around_the_place() -> None:
    line = "剧" * 100_000 + " cvt:wrong " + "本" * 100_000
    shown, carets = underlined(line, 100_002, 100_011)
    assert len(shown) <= WIDTH
    assert shown.startswith("…")
    assert wcswidth(shown[: shown.index("cvt:wrong")]) == carets.index("^")


def test_json_has_all_fields(checked: Report) -> None:
    about = json.loads(report.write(checked, "json"))
    assert (about["claims"], about["errors"], about["warnings"], about["conforms"]) == (3, 4, 1, False)
    first = about["findings"][0]
    assert {key: first[key] for key in ("line", "column", "end_line", "end_column", "code", "severity", "focus", "path", "value")} == {
        "line": 13,
        "column": 44,
        "end_line": 13,
        "end_column": 63,
        "code": "CVO-CLASS",
        "severity": "violation",
        "focus": "https://w3id.org/cvo/source/liu-2024#c002",
        "path": "https://w3id.org/cvo/ns#claimObject",
        "value": "https://w3id.org/cvo/term/script-writting",
    }
    assert set(first["messages"]) == set(first["help"]) == {"en", "zh"}


def test_turtle_is_a_shacl_report_and_the_same_each_time(checked: Report) -> None:
    text = report.write(checked, "turtle")
    assert text == report.write(checked, "turtle")
    quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    results = [quad.object for quad in quads if quad.predicate.value == f"{SH}result"]
    assert len(results) == 5
    for name in ("focusNode", "resultSeverity", "sourceConstraintComponent"):
        assert [sum(quad.subject == result and quad.predicate.value == SH + name for quad in quads) for result in results] == [1] * 5
    assert '"2024-13-01"^^xsd:date' in text


def test_turtle_writes_paths_and_values_as_shapes_have_them() -> None:
    path = ("alternative", "urn:p", ("sequence", "urn:q", ("inverse", "urn:r")))
    text = report.write(
        one("x", 1, 2, focus="_:f0b0", value='"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', path=path, component=f"{SH}XComponent"),
        "turtle",
    )
    quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert "1.50" in text
    (start,) = [quad.object for quad in quads if quad.predicate.value == f"{SH}resultPath"]
    assert {quad.predicate.value for quad in quads if quad.subject == start} == {f"{SH}alternativePath"}
    assert sum(quad.predicate.value.endswith("#first") for quad in quads) == 4


def test_a_clean_report_conforms() -> None:
    clean = Report((), ("x.ttl",), checked=2, rules=3, seconds=0.1)
    assert "sh:conforms true" in report.write(clean, "turtle")
    assert json.loads(report.write(clean, "json"))["conforms"] is True
    assert report.write(clean) == "Checked 2 nodes in 1 file against 3 rules: no findings (0.10 s)\n"
    assert report.write(clean, lang="zh") == "已检查 1 个文件中的 2 个节点，共 3 条规则：未发现问题（0.10 秒）\n"


def test_a_file_that_cannot_be_parsed_is_itself_the_focus_in_turtle() -> None:
    text = report.write(one("x", 1, 2), "turtle")
    assert "<https://w3id.org/cvo/contribution/x.ttl>" in text


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(InputError, match="no such format: pdf"):
        report.write(Report((), ()), "pdf")


def test_control_characters_never_reach_a_terminal() -> None:
    place = Place("a\x1b[31m\n.ttl", 1, 1, 1, 2)
    texts = (("en", "not a \x1b[2J term\x9b1m"),)
    bad = Report((Finding(place, "CVO-X", "violation", texts, texts, name="\x1b", line="x\x1b"),), ("a\x1b.ttl",))
    for format_ in report.FORMATS:
        text = report.write(bad, format_)
        assert all(character.isprintable() or character in "\n\t" for character in text), format_
    assert report.write(bad).splitlines()[1] == " --> a\ufffd[31m .ttl:1:1  (\ufffd)"
    assert json.loads(report.write(bad, "json"))["findings"][0]["file"] == place.file


def test_files_that_could_not_be_checked_are_counted_apart() -> None:
    unread = Report((), ("x.ttl",), unread=1)
    assert report.summary(unread) == "1 file could not be checked: no findings (0.00 s)"
    assert report.summary(unread, "zh") == "1 个文件无法检查：未发现问题（0.00 秒）"
    some = Report((), ("x.ttl", "y.ttl"), checked=2, claims=1, rules=3, unread=1)
    assert report.summary(some, "zh") == "已检查 1 个文件中的 1 条论断，共 3 条规则；1 个文件无法检查：未发现问题（0.00 秒）"


def test_chinese_has_chinese_punctuation(checked: Report) -> None:
    lines = report.write(checked, lang="zh").splitlines()
    assert lines[5] == "   = 建议：cvt:script-writting 不是本体中的术语；是否想写 cvt:script-writing？ [可自动修正]"
