"""The quality checks find what they must find, at its place, and nothing else; no part of a query is superfluous.

Run as a program it writes the findings of every invalid case anew: ``python -m tests.test_check``. Read what changed before approving it.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from cvo.engines import owl, sparql
from cvo.errors import EngineError, InputError, NothingChecked
from cvo.files import shipped
from cvo.names import shorten
from cvo.quality import checking
from cvo.quality.checks import Check, catalogue, chosen, parse
from cvo.quality.numbers import chinese_number, named
from cvo.terms import PREFIXES
from cvo.validation import report
from cvo.validation.rules import Rules

HERE = Path(__file__).parent / "checks"
DOCUMENT = HERE / "copied-text.document.txt"
CHECKS = {check.code.removeprefix("CVO-").lower(): check for check in catalogue()}
CASED = [stem for stem in CHECKS if stem != "owl-skipped"]
QUERIES = [stem for stem, check in CHECKS.items() if check.query]
LIST = shipped("ontology", "checks/*.rq")


def case(stem: str, kind: str) -> Path:
    return HERE / f"{stem}.{kind}.ttl"


def found(path: Path, check: Check):
    """Return the findings of *check* alone in *path* alone."""
    texts = [DOCUMENT] if check.engine == "documents" else []
    return checking.check([path], checks=[check], beside=[], texts=texts).findings


def lines(path: Path, check: Check) -> str:
    """Return what *check* finds in *path* as the lines of an approved file."""
    told = []
    for finding in found(path, check):
        place = finding.place
        about = [finding.name or finding.focus, f"<{finding.path}>" if finding.path else "–", finding.value or "–"]
        short = " · ".join(shorten(re.sub(r"<(https?:[^>]*)>", r"\1", part), PREFIXES) for part in about)
        message = dict(finding.messages)["en"].replace(str(DOCUMENT), DOCUMENT.name)
        told.append(f"{place.line}:{place.column} {finding.code} {short}\n    {message}\n")
    return "".join(told)


# ---- every check has its cases


@pytest.mark.parametrize("stem", CASED)
def test_a_check_finds_what_was_approved_and_nothing_in_the_valid_case(stem):
    check = CHECKS[stem]
    approved = (HERE / f"{stem}.findings").read_text(encoding="utf-8")
    assert approved
    assert lines(case(stem, "invalid"), check) == approved
    assert lines(case(stem, "valid"), check) == ""


def test_every_case_belongs_to_a_check():
    assert {path.name.split(".")[0] for path in HERE.iterdir()} == set(CASED)


def test_a_file_is_called_after_its_code():
    assert [path.stem for path in LIST] == sorted(CHECKS)


@cache
def store(path: Path) -> ox.Store:
    full = ox.Store()
    full.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(path=path))
    return full


def parts(query: str):
    """Return *query* with each of its conditions (FILTER, MINUS) and each name of its lists taken away in turn."""
    for start in re.finditer(r"FILTER NOT EXISTS|FILTER|MINUS", query):
        end = start.end()
        depth = 0
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda text: '"' * len(text[0]), query)
        for end in range(start.end(), len(query)):
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(bare[end], 0)
            if depth == 0 and bare[end] in ")}":
                break
        yield query[start.start() : end + 1], query[: start.start()] + query[end + 1 :]


MUTANTS = [
    pytest.param(stem, gone, rest, id=f"{stem}-{number}")
    for stem in QUERIES
    for number, (gone, rest) in enumerate(parts(CHECKS[stem].query))
]
# Conditions that change no answer of a whole ontology's but keep apart what could never meet, or say only how to count.
KEPT: set[str] = set()


@pytest.mark.parametrize(("stem", "gone", "rest"), MUTANTS)
def test_without_a_condition_some_case_has_another_answer(stem, gone, rest):
    check = CHECKS[stem]
    mutant = replace(check, query=rest)
    texts = [lines(case(stem, kind), each) for each in (check, mutant) for kind in ("invalid", "valid")]
    assert texts[:2] != texts[2:], gone


# ---- the catalogue


def test_no_code_is_also_a_code_of_the_shapes():
    quads = [quad for path in shipped("shapes") for quad in ox.parse(path=path, rename_blank_nodes=True)]
    codes = {quad.object.value for quad in quads if quad.predicate.value.endswith("ns#code")}
    assert Rules(quads).count
    assert not codes & {check.code for check in catalogue()}


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.code)
def test_a_check_speaks_both_languages_and_fills_its_holes(check):
    texts = [*check.messages, *check.help]
    assert [bool(re.search(r"[\u3400-\u9fff]", re.sub("“[^”]*”", "", text))) for _, text in texts] == [lang == "zh" for lang, _ in texts]
    holes = {hole for _, text in texts for hole in re.findall(r"\{(\w+)\}", text)}
    columns = set(re.findall(r"\?(\w+)", check.query)) | {"what", "focus", "property", "document", "length", "length_zh"}
    assert holes <= columns


def test_a_query_without_focus_or_text_is_refused():
    with pytest.raises(InputError, match="message-en, help-zh, help-en"):
        parse("x.rq", "#+ code: X\n#+ group: words\n#+ severity: info\n#+ message-zh: 无\nSELECT ?focus {}")
    head = "".join(f"#+ {key}: x\n" for key in ("code", "message-zh", "message-en", "help-zh", "help-en"))
    with pytest.raises(InputError, match="group, severity"):
        parse("x.rq", f"{head}#+ group: x\n#+ severity: x\nSELECT ?focus {{}}")
    with pytest.raises(InputError, match="query"):
        parse("x.rq", f"{head}#+ group: words\n#+ severity: info\n")


def test_checks_are_chosen_by_code_beginning_and_group():
    codes = [check.code for check in chosen(catalogue(), ["skos,cvo-owl-dl"], ["CVO-SKOS-TOP"])]
    assert "CVO-OWL-DL" in codes
    assert "CVO-SKOS-CYCLE" in codes
    assert not [code for code in codes if code.startswith("CVO-SKOS-TOP") or code == "CVO-OWL-RL"]
    with pytest.raises(InputError, match="no such check or group of checks: CVO-SKS"):
        chosen(catalogue(), ["CVO-SKS"])


# ---- our own data


def test_the_shipped_data_have_no_error():
    result = checking.check()
    assert [finding for finding in result.findings if finding.severity == "violation"] == []
    assert result.claims > 1000
    assert result.rules == len(catalogue())


def test_a_contributed_file_is_checked_beside_the_shipped_data_and_only_itself(tmp_path):
    path = tmp_path / "mine.ttl"
    path.write_text(
        "@prefix cvt: <https://w3id.org/cvo/term/> . @prefix cvo: <https://w3id.org/cvo/ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'cvt:mine a cvo:Right ; rdfs:label "肖像权"@zh , "right of mine"@en ;\n  cvo:carriesRisk cvt:portrait-right .\n',
        encoding="utf-8",
    )
    result = checking.check([path], select=["CVO-LABEL-SHARED", "CVO-OWL-RANGE"])
    assert [(f.code, f.place.line) for f in result.findings] == [("CVO-LABEL-SHARED", 3), ("CVO-OWL-RANGE", 4)]
    assert result.files == (str(path),)


# ---- engines


def test_without_java_the_gate_says_that_it_was_skipped(monkeypatch):
    def missing(*_: object) -> None:
        raise EngineError("reasoning needs a library that is not installed: jpype", hint=owl.HINT)

    monkeypatch.setattr(owl, "profiles", missing)
    (finding,) = checking.check([case("owl-dl", "invalid")], beside=[], select=["owl"], ignore=["CVO-OWL-DISJOINT"]).findings[-1:]
    assert (finding.code, finding.severity) == ("CVO-OWL-SKIPPED", "info")
    assert "jpype" in dict(finding.messages)["zh"]


def test_a_reasoner_that_fails_is_an_error_and_no_skipped_gate(monkeypatch):
    def late(*_: object) -> None:
        raise EngineError("no answer from HermiT after 120 s", hint="reason over less")

    monkeypatch.setattr(owl, "classify", late)
    with pytest.raises(EngineError, match="no answer"):
        checking.check([case("owl-dl", "valid")], beside=[], select=["owl"])


def test_java_is_not_started_for_checks_that_do_not_need_it(monkeypatch):
    monkeypatch.setattr(owl, "_java", lambda: pytest.fail("started"))
    assert checking.check([case("owl-dl", "valid")], beside=[], select=["skos"]).findings == ()


def test_query_and_reasoner_agree_on_who_is_of_two_kinds():
    """Two engines, one answer: what the queries call a mix-up HermiT calls inconsistent, and the other way round."""
    codes = ("owl-two-kinds", "owl-range", "owl-domain", "owl-irreflexive", "owl-disjoint-properties")
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix cvo: <https://w3id.org/cvo/ns#> .\n"
    declared = {
        "owl-irreflexive": "cvo:refines a owl:ObjectProperty . cvo:agreesWith a owl:ObjectProperty .",
        "owl-disjoint-properties": "".join(
            f"cvo:{p} a owl:ObjectProperty . " for p in ("agreesWith", "contradicts", "restates", "refines")
        ),
    }
    for stem, kind in itertools.product(codes, ("invalid", "valid")):
        more = list(ox.parse((head + declared.get(stem, "")).encode(), format=ox.RdfFormat.TURTLE))
        assert owl.classify(case(stem, kind), more).consistent == (kind == "valid"), (stem, kind)


# ---- numbers


@pytest.mark.parametrize(
    ("lang", "text", "numbers"),
    [
        ("zh", "2.3亿人", [230000000]),
        ("zh", "1.5万亿元", [1500000000000]),
        ("zh", "三千五百万", [35000000]),
        ("zh", "百分之三十五点五", [0.355]),
        ("zh", "六成半", [0.65]),
        ("zh", "8成以上", [0.8]),
        ("zh", "提高5个百分点", [0.05]),
        ("zh", "五分之三", [0.6]),
        ("zh", "1,200家", [1200]),
        ("zh", "20世纪90年代", [1990]),
        ("zh", "二十世纪五十年代", [1950]),
        ("zh", "一般统一，万物有成果", []),
        ("en", "2.3 hundred million", [230000000]),
        ("en", "1.5 trillion yuan", [1500000000000]),
        ("en", "thirty-five million", [35000000]),
        ("en", "two hundred and fifty thousand", [250000]),
        ("en", "one million two hundred thousand", [1200000]),
        ("en", "35.5 per cent and 35.5%", [0.355]),
        ("en", "thirty percent", [0.3]),
        ("en", "1,200 firms in the 1990s", [1200, 1990]),
        ("en", "the 21st century", [21]),
        ("en", "one of many, first of all", []),
    ],
)
def test_a_text_names_its_numbers(lang, text, numbers):
    assert sorted(map(float, named(text, lang).firm)) == pytest.approx(numbers)


@pytest.mark.parametrize("text", ["", "点", "十万百亿千", "万万", "百百", "点五", "亿亿亿亿"])
def test_what_is_no_numeral_ends_no_run(text):
    assert chinese_number(text) is None or chinese_number(text) >= 0


# ---- the command


def test_the_command_says_place_and_remedy_and_fails(cvo):
    ran = cvo("check", case("skos-cycle", "invalid"), "--select", "CVO-SKOS-CYCLE")
    assert ran.status == 1
    assert "error[CVO-SKOS-CYCLE] cvt:a is broader than itself" in ran.out
    assert "skos-cycle.invalid.ttl:4:20" in ran.out
    assert "= help: remove one skos:broader of the circle" in ran.out


def test_the_command_speaks_chinese_json_and_turtle(cvo):
    path = case("skos-cycle", "invalid")
    assert "错误[CVO-SKOS-CYCLE] cvt:a 成了自己的上位词" in cvo("check", path, "--select", "skos", "--lang", "zh").out
    told = json.loads(cvo("check", path, "--select", "CVO-SKOS-CYCLE", "-f", "json").out)
    assert [finding["code"] for finding in told["findings"]] == ["CVO-SKOS-CYCLE"] * 3
    graph = cvo("check", path, "--select", "CVO-SKOS-CYCLE", "-f", "turtle").out
    assert len({quad.subject for quad in ox.parse(graph, format=ox.RdfFormat.TURTLE)}) == 4


def test_the_list_names_every_check_in_both_languages(cvo):
    for lang in ("zh", "en"):
        ran = cvo("check", "--list", "--lang", lang)
        assert ran.status == 0
        assert [check.code for check in catalogue()] == re.findall(r"^  (CVO-\S+)", ran.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        (b"", 2, "nothing was checked"),
        (b"\xef\xbb\xbf<urn:a> <urn:b> '\xe9\xa3\x8e\xf0\x9f\x98\x80'@zh .\r\n", 0, "no findings"),
        (b"<urn:a> <urn:b>", 1, "CVO-SYNTAX"),
        (b"\xff\xfe<\x00", 2, "UTF-16"),
    ],
    ids=["empty", "bom-crlf-emoji", "broken", "utf-16"],
)
def test_odd_files_get_one_clear_answer(cvo, tmp_path, text, status, says):
    path = tmp_path / "odd.ttl"
    path.write_bytes(text)
    ran = cvo("check", path, "--select", "skos")
    assert ran.status == status
    assert says in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.ttl"], "no such file"),
        ([".", "--select", "CVO-NOTHING"], "no such check"),
        (["x.csv"], "no such file"),
        (["--text", "nowhere.txt", "--select", "text"], "no such file"),
    ],
)
def test_a_wrong_argument_is_named(cvo, tmp_path, arguments, says):
    ran = cvo("check", *arguments, cwd=tmp_path)
    assert ran.status == 2
    assert says in ran.err or "no RDF file" in ran.err


def test_a_report_can_be_written_again_and_again_the_same():
    path = case("label-shared", "invalid")
    once, again = (replace(checking.check([path], select=["words"]), seconds=0.0) for _ in range(2))
    assert report.write(once, "json") == report.write(again, "json")
    assert sparql.ask(store(path), "ASK { ?a ?b ?c }").truth
    with pytest.raises(NothingChecked):
        checking.check([_empty(path)], beside=[], select=["words"])


def _empty(path: Path) -> Path:
    return path.with_name("none") / "nowhere.ttl" if not path.exists() else _written(path)


@cache
def _written(path: Path) -> Path:
    import tempfile  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp())
    (folder / path.name).write_text("# nothing\n", encoding="utf-8")
    return folder / path.name


def _approve() -> None:
    for stem in CASED:
        (HERE / f"{stem}.findings").write_text(lines(case(stem, "invalid"), CHECKS[stem]), encoding="utf-8")


if __name__ == "__main__":
    _approve()
