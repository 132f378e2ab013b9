"""Every sentence is covered, or explained, or reported; and nothing of the document is written down."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvo.contribute.coverage import coverage
from cvo.contribute.locate import Document, omission_reasons, passage
from cvo.contribute.sentences import units, words
from cvo.dataset import load
from cvo.errors import InputError
from tests.conftest import ROOT, SHARED

TEXT = "# 风险\n\n机器写诗。诗人失业！\n\n- 一项\n"
HEAD = """@prefix : <https://w3id.org/cvo/source/li-2020#> .
@prefix cvo: <https://w3id.org/cvo/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:text-state cvo:textDigest "STATE"^^xsd:anyURI .
"""
SOURCES = [("bi-2019", ["000", "001"]), ("zhang-2026", ["002"]), ("sun-nd", ["003"]), ("cuc-sina-2023", ["004"])]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a document, and an instance file with passages of it: (first, last, reason or nothing)."""

    def write(passages, text=TEXT, encoding="utf-8"):
        document = tmp_path / "paper.txt"
        document.write_bytes(text.encode(encoding))
        parts = [HEAD.replace("STATE", Document(document.read_bytes()).digest)]
        for number, (first, last, reason) in enumerate(passages, 1):
            name = f"p{number:03}"
            parts += [passage(document, first, last, name, reason), "" if reason else f":c{number:03} cvo:locator :{name} .\n"]
        file = tmp_path / "li-2020.ttl"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file, document

    return write


def shown(text):
    return [text[unit.start : unit.end] for unit in units(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t\n", []),
        ("一句。两句？三句！", ["一句。", "两句？", "三句！"]),
        ("他说：“好。”走了。", ["他说：“好。”", "走了。"]),
        (
            "It grew by 3.5 percent. Then e.g. it fell. J. Smith et al. agree.",
            ["It grew by 3.5 percent.", "Then e.g. it fell.", "J. Smith et al. agree."],
        ),
        ("## 1. A title\n\nText.", ["1. A title", "Text."]),
        ("- first item\r\n- second item\r\n", ["first item", "second item"]),
        ("| 一 | 二 |\n|---|---|\n", ["一", "二"]),
        ("<b>含义</b>\t用户生产\n", ["含义", "用户生产"]),
        ("● 报告 ●", ["报告"]),
        ("😀 表情。🎬\n", ["😀 表情。"]),
    ],
)
def test_a_text_falls_into_its_units(text, expected):
    assert shown(text) == expected


def test_a_sentence_goes_on_over_the_lines_of_a_narrow_page():
    first = "这里一行写满了整整十八个字然后换到下 一行继续写下去直到这一句话说完为止。"
    second = "下面又是一行写满了字的另外一句话它也 换行。 短题目 再有一行写满了整整十八个汉字的句子啊"
    page = f"{first} {second}".replace(" ", "\n\n")
    assert [unit.kind for unit in units(page)] == ["sentence", "sentence", "line", "line"]


@given(st.text(alphabet="文化 AI.。！\n\r\t|#-·“”1😀—,，", max_size=80))
def test_units_are_in_order_and_hold_every_word(text):
    found = units(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(unit.start < unit.end and words(text, unit.start, unit.end) for unit in found)
    inside = [span for unit in found for span in words(text, unit.start, unit.end)]
    assert inside == words(text)


@pytest.mark.parametrize(
    ("encoding", "text"), [("utf-8", TEXT), ("utf-8-sig", TEXT), ("utf-8", TEXT.replace("\n", "\r\n"))], ids=["plain", "bom", "crlf"]
)
def test_what_neither_claim_nor_reason_touches_is_reported_with_its_place(write, cvo, encoding, text):
    file, document = write([("机器", "。", ""), ("风险", "险", "heading")], text, encoding)
    ran = cvo("coverage", file, "--text", document)
    assert ran.status == 1
    lines = ran.out.splitlines()
    assert [line.removeprefix(f"{document}:") for line in lines if line.startswith(f"{document}:")] == [
        f"3:6: open {units(text)[2].start}-{units(text)[2].end} (0/4)",
        f"5:3: open {units(text)[3].start}-{units(text)[3].end} (0/2)",
    ]
    assert lines[-1] == "50.0 % (2/4) covered or explained; 50.0 % of the words"


def test_a_document_that_is_covered_and_explained_is_complete_in_both_languages(write, cvo):
    file, document = write([("机器", "！", ""), ("风险", "险", "heading"), ("一项", "项", "exhibit")])
    assert cvo("coverage", file, "--text", document).status == 0
    chinese = cvo("coverage", file, "--text", document, "--lang", "zh")
    assert chinese.status == 0
    assert "4 句中有 4 句有论断或有理由（100%）" in chinese.out
    assert f"{omission_reasons('zh')['exhibit']} 1" in chinese.out


def test_json_holds_numbers_and_no_word_of_the_document(write, cvo):
    file, document = write([("机器", "。", "")])
    ran = cvo("coverage", file, "--text", document, "-f", "json")
    assert ran.status == 1
    (found,) = json.loads(ran.out)
    assert found["counts"] == {"covered": 1, "explained": 0, "partly": 0, "open": 3}
    assert not any(word in ran.out for word in ("机器", "诗人", "一项", "风险"))


def test_a_sentence_of_which_a_small_part_is_claimed_is_covered_in_part_only(write):
    file, document = write([("短", "短", "")], "短这里还有很多没有论断的字。")
    (sentence,) = coverage(file, [document])[0].sentences
    assert (sentence.status, sentence.claimed, sentence.words) == ("partly", 1, 13)
    assert coverage(file, [document], share=0.05)[0].complete
    assert not coverage(file, [document], share=0.05, gap=12)[0].complete


def test_a_passage_that_is_claimed_and_omitted_is_a_finding(write, cvo):
    file, document = write([("机器", "！", ""), ("诗人", "业", "exhibit"), ("风险", "险", "heading"), ("一项", "项", "heading")])
    ran = cvo("coverage", file, "--text", document)
    assert ran.status == 1
    assert "both claimed and omitted: remove one of the two: li-2020:p002" in ran.out


def test_a_passage_that_moved_counts_where_it_is_and_one_that_is_gone_is_reported(write):
    file, document = write([("机器", "。", ""), ("诗人", "！", "")])
    document.write_text("前言。" + TEXT.replace("诗人失业！", "完了。"), encoding="utf-8")
    (found,) = coverage(file, [document])
    assert [sentence.status for sentence in found.sentences] == ["open", "open", "covered", "open", "open"]
    assert [name.rpartition("#")[2] for name in found.missing] == ["p002"]


def test_a_file_without_claims_leaves_its_document_open_and_knows_no_other(write, tmp_path):
    file, document = write([])
    assert {sentence.status for sentence in coverage(file, [document])[0].sentences} == {"open"}
    other = tmp_path / "other.txt"
    other.write_text("另一篇。", encoding="utf-8")
    with pytest.raises(InputError, match="no text of this file"):
        coverage(file, [other])


@pytest.mark.parametrize("text", ["", "\n\n", "---\n"])
def test_a_document_without_a_sentence_is_complete(write, cvo, text):
    file, document = write([], text)
    ran = cvo("coverage", file, "--text", document)
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "the document has no sentence")


def test_what_cannot_be_read_is_one_clear_error(write, cvo, tmp_path):
    file, document = write([("机器", "。", "")])
    document.with_name("latin.txt").write_bytes(b"caf\xe9")
    for arguments in (
        [file, "--text", tmp_path],
        [file, "--text", tmp_path / "none.txt"],
        [file, "--text", tmp_path / "latin.txt"],
        [document, "--text", document],
    ):
        ran = cvo("coverage", *arguments)
        assert (ran.status, ran.out, ran.err.startswith("error: ")) == (2, "", True)


def test_a_reason_that_is_none_is_refused_with_the_list(write, cvo):
    _, document = write([])
    ran = cvo("passage", "风险", "险", "--text", document, "--omit", "boring")
    assert ran.status == 2
    assert "not a reason for an omission: boring" in ran.err
    assert "referenceEntry" in ran.err


@pytest.mark.parametrize(("key", "documents"), SOURCES)
def test_every_sentence_of_a_source_is_covered_or_explained(key, documents):
    if not (SHARED / "sources").is_dir():
        pytest.skip("the documents are not here")
    texts = [next((SHARED / "sources").glob(f"{name}_*.txt")) for name in documents]
    found = coverage(ROOT / "instances" / f"{key}.ttl", texts)
    assert [(one.document, s.start, s.end, s.status) for one in found for s in one.sentences if s.status in ("partly", "open")] == []
    assert all(one.complete and one.sentences for one in found)


def test_every_reason_is_in_use_or_says_what_no_source_has_yet():
    used = {row["reason"] for row in load().query("SELECT DISTINCT ?reason { ?o cvo:omissionReason ?reason }")}
    unused = omission_reasons().keys() - {reason.rpartition("#")[2] for reason in used}
    assert unused == {"contentsList", "navigation", "pictureCaption"}
