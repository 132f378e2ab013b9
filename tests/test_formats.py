"""The formats for programs and for the places where contributors work: each is what its standard says, and has every finding's place."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from cvo.errors import Place
from cvo.findings import Finding, Fix, Report
from cvo.validation import report
from cvo.validation.validator import validate

DATA = Path(__file__).parent / "data"
SARIF = jsonschema.Draft4Validator(json.loads((DATA / "schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")))
JUNIT = xmlschema.XMLSchema(DATA / "schemas/junit-10.xsd")
HARD = '<&"\x1b\x9b\x00\ufffe]]> -- 风险😀`|*_%,:\r\n'


@pytest.fixture(scope="module")
def checked() -> Report:
    folder = DATA / "validation"
    return validate([folder / "contributed.ttl"], shapes=[folder / "shapes.ttl"], ontology=[folder / "ontology.ttl"])


def made(**more: object) -> Report:
    """Return a report with hard characters in every field."""
    texts = (("en", HARD), ("zh", HARD))
    place = Place(f"a folder/\udc80{HARD}.ttl", 2, 3, 2, 5)
    finding = Finding(place, "CVO-X", "violation", texts, texts, "<urn:a>", HARD, "urn:p", '"x"', line=HARD, fix=Fix(place, HARD))
    unread = Finding(Place("b.ttl"), "CVO-UNREADABLE", "warning", texts)
    return Report((finding, unread), (place.file, "b.ttl", "c.ttl"), checked=1, rules=1, unread=1, **more)  # type: ignore[arg-type]


REPORTS = {"hard": made(), "clean": Report((), ("x.ttl",), checked=1, rules=1), "nothing": Report((), ())}


@pytest.mark.parametrize("name", [*REPORTS, "checked"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sarif_is_valid(name: str, lang: str, checked: Report) -> None:
    about = json.loads(report.write(REPORTS.get(name, checked), "sarif", lang))
    SARIF.validate(about)


def test_the_schema_of_sarif_can_say_no() -> None:
    with pytest.raises(jsonschema.ValidationError):
        SARIF.validate({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]})


@pytest.mark.parametrize("name", [*REPORTS, "checked"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_junit_is_valid(name: str, lang: str, checked: Report) -> None:
    text = report.write(REPORTS.get(name, checked), "junit", lang)
    JUNIT.validate(text)
    suites = ET.fromstring(text)
    assert len(suites) == len(REPORTS.get(name, checked).files)


def test_the_schema_of_junit_can_say_no() -> None:
    assert not JUNIT.is_valid("<testsuites><testsuite/></testsuites>")


def test_sarif_has_place_snippet_rule_and_fix(checked: Report) -> None:
    (run,) = json.loads(report.write(checked, "sarif"))["runs"]
    result = run["results"][0]
    where = result["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"].endswith("tests/data/validation/contributed.ttl")
    assert not where["artifactLocation"]["uri"].startswith("/")
    assert where["region"] == {"startLine": 13, "startColumn": 44, "endLine": 13, "endColumn": 63, "snippet": where["region"]["snippet"]}
    assert "cvt:script-writting" in where["region"]["snippet"]["text"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "CVO-CLASS"
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change == {
        "deletedRegion": {"startLine": 13, "startColumn": 44, "endLine": 13, "endColumn": 63},
        "insertedContent": {"text": "cvt:script-writing"},
    }
    assert sorted(each["level"] for each in run["results"]) == ["error"] * 4 + ["warning"]
    assert len({each["partialFingerprints"]["cvo/v1"] for each in run["results"]}) == 5


def test_a_fingerprint_stays_when_lines_are_added_above() -> None:
    def one(line: int) -> str:
        finding = Finding(Place("x.ttl", line, 3, line, 5), "CVO-X", "violation", (), line="  a b")
        return json.loads(report.write(Report((finding,), ("x.ttl",)), "sarif"))["runs"][0]["results"][0]["partialFingerprints"]

    assert one(1) == one(9)


def test_junit_counts_violations_only_as_failures(checked: Report) -> None:
    suites = ET.fromstring(report.write(checked, "junit", "zh"))
    (suite,) = suites
    assert (suites.get("tests"), suites.get("failures"), suite.get("failures")) == ("5", "4", "4")
    failure = suite[0][0]
    assert (failure.get("type"), failure.get("message")) == ("CVO-CLASS", "cvo:claimObject 必须是词表中的术语")
    assert "contributed.ttl:13:44" in (failure.text or "")
    assert "^^^^" in (failure.text or "")
    assert sum(case.find("system-out") is not None for case in suite) == 1


def test_github_annotates_the_span(checked: Report) -> None:
    first = report.write(checked, "github").splitlines()[0]
    assert first.startswith(
        "::error file=tests/data/validation/contributed.ttl,line=13,endLine=13,col=44,endColumn=63,title=CVO-CLASS::cvo:claimObject must"
    )
    assert "%0A" in first
    assert [line.split()[0] for line in report.write(checked, "github").splitlines()[:-1]].count("::warning") == 1


def test_a_workflow_command_cannot_be_smuggled_in() -> None:
    lines = report.write(made(), "github").splitlines()
    assert len(lines) == 3
    command, _, data = lines[0].partition("::error ")[2].partition("::")
    assert "%3A" in command
    assert "\n" not in data
    assert lines[1].startswith("::warning file=b.ttl,title=CVO-UNREADABLE::")


def test_markdown_shows_what_was_typed(checked: Report) -> None:
    text = report.write(checked, "md", "zh")
    assert text.startswith("# 校验报告\n\n已检查 1 个文件")
    assert "- **错误** `CVO-CLASS` `tests/data/validation/contributed.ttl:13:44` " in text
    assert "[可自动修正]" in text.replace("\\", "")
    lines = [line for line in report.write(made(), "md").splitlines() if line.startswith(("## ", "  help: "))]
    assert len(lines) == 3
    for line in lines:
        assert not re.search(r"(?<!\\)[<&_|~`*]", line)


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.langs: list[str] = []
        self.marks = 0

    def handle_starttag(self, tag, attributes) -> None:
        about = dict(attributes)
        self.outside += [f"{tag}.{name}" for name in ("src", "href", "action") if name in about]
        self.langs += [about["lang"]] if "lang" in about else []
        self.marks += tag == "mark"
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        while self.open[-1] in ("html", "body") and tag not in ("html", "body"):
            pytest.fail(f"closes nothing: {tag}")
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", [*REPORTS, "checked"])
def test_the_page_is_well_formed_bilingual_and_asks_nobody(name: str, checked: Report) -> None:
    text = report.write(REPORTS.get(name, checked), "html", "zh")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.outside == []
    assert page.langs.count("en") == page.langs.count("zh") - 1 > 1
    assert "<script" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    if name == "checked":
        assert page.marks == 5
        assert "<mark>cvt:script-writting</mark>" in text
        assert "是否想写" in text
        assert "did you mean" in text
    if name == "hard":
        assert '<&"' not in text


def test_the_page_opens_in_the_language_that_is_asked_for(checked: Report) -> None:
    for lang in ("zh", "en"):
        text = report.write(checked, "html", lang)
        assert f'id="{lang}" checked' in text
        assert text.count(" checked>") == 1


def test_json_says_what_to_write_and_where(checked: Report) -> None:
    about = json.loads(report.write(checked, "json"))
    assert about["fixable"] == 2
    assert about["findings"][0]["fix"] == {"line": 13, "column": 44, "end_line": 13, "end_column": 63, "text": "cvt:script-writing"}
    assert "cvt:script-writting" in about["findings"][0]["snippet"]


@pytest.mark.parametrize("format_", report.FORMATS)
def test_hard_characters_never_reach_a_terminal(format_: str) -> None:
    text = report.write(made(), format_).encode("utf-8", "backslashreplace").decode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize("format_", report.FORMATS)
def test_every_format_has_the_place_of_every_finding(format_: str, checked: Report) -> None:
    text = report.write(checked, format_)
    for finding in checked.findings:
        line, column = finding.place.line, finding.place.column
        ways = [f":{line}:{column}", f" {line}:{column}", f"line={line},endLine={line},col={column},"]
        ways += [f'"line": {line},\n      "column": {column}', f'"startLine": {line},\n                  "startColumn": {column}']
        ways += [f'"line": {line}, "column": {column}']
        assert any(way in text for way in ways), (format_, finding.place)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("x.json", "{"),
        ("x.sarif", "{"),
        ("x.xml", "<?xml"),
        ("x.md", "# "),
        ("x.html", "<!doctype"),
        ("x.ttl", "@prefix"),
        ("x.txt", "error["),
    ],
)
def test_the_ending_of_the_file_tells_the_format(cvo, tmp_path: Path, name: str, start: str) -> None:
    ran = cvo("validate", Path(__file__).parent / "readme/example-nd.ttl", "-o", tmp_path / name)
    assert (ran.status, ran.out) == (1, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
