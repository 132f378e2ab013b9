"""A draft finds the vocabulary's terms where they stand, and points to sentences without copying them."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvo.contribute.cues import cues
from cvo.contribute.drafting import as_json, as_yaml, draft, rows
from cvo.contribute.matching import Matcher, fold
from cvo.errors import InputError
from tests.conftest import ROOT, SHARED

LABELS = {
    "深度学习": ("deep-learning",),
    "学习": ("learning",),
    "AI": ("ai",),
    "AI 合成主播": ("anchor",),
    "deep learning": ("deep-learning",),
    "portrait right": ("portrait-right",),
    "technology": ("technology",),
    "平台": ("platform", "stage-platform"),
}
PAPER = "# 1 引言\n\n用户未来将使用深度学习。肖像权不受保护？\n\n一二三四五。\n"


def found(text):
    return [(text[m.start : m.end], m.terms[0]) for m in Matcher(LABELS).find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("深度学习", [("深度学习", "deep-learning")]),
        ("深度\r\n\r\n学习", [("深度\r\n\r\n学习", "deep-learning")]),
        ("深度、学习", [("学习", "learning")]),
        ("AIGC, PAI, ai-made AI。", [("ai", "ai"), ("AI", "ai")]),
        ("用AI写", [("AI", "ai")]),
        ("ＡＩ合成主播", [("ＡＩ合成主播", "anchor")]),
        ("DEEP\n  Learning's", [("DEEP\n  Learning", "deep-learning")]),
        ("portrait rights, technologies", [("portrait rights", "portrait-right"), ("technologies", "technology")]),
        ("biotechnology", []),
        ("😀平台🎬", [("平台", "platform")]),
        ("A\u0301I", []),
        ("學習", []),
    ],
)
def test_a_term_is_found_as_it_stands(text, expected):
    assert found(text) == expected


@given(st.text(alphabet="ＡAIai 深度学习平台e\u0301ﬁß\n\t😀,。", max_size=60))
def test_every_match_is_a_label_of_the_original_text_and_none_overlaps(text):
    folded, spans = fold(text)
    assert len(folded) == len(spans)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))
    matches = Matcher(LABELS).find(text)
    assert all(a.end <= b.start for a, b in pairwise(matches))
    squeezed = {re.sub(r"\s", "", unicodedata.normalize("NFKC", label).casefold()) for label in LABELS}
    for match in matches:
        shown = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[match.start : match.end]).casefold())
        assert shown in squeezed


@given(st.text(alphabet="深度学习AI平台 x，", max_size=40))
def test_the_automaton_finds_what_a_plain_search_finds(text):
    forms = sorted({fold(label)[0] for label in LABELS}, key=len, reverse=True)
    folded, _ = fold(text)
    expected, i = [], 0
    while i < len(folded):
        form = next((f for f in forms if folded.startswith(f, i) and _whole(folded, i, i + len(f))), "")
        expected += [form] if form else []
        i += len(form) or 1
    assert [fold(text[m.start : m.end])[0] for m in Matcher(LABELS).find(text)] == expected


def _whole(text, start, end):
    def latin(c):
        return c.isalnum() and not "\u3400" <= c <= "\u9fff"

    return not (start and latin(text[start - 1]) and latin(text[start])) and not (
        end < len(text) and latin(text[end - 1]) and latin(text[end])
    )


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("平台使用机器学习。", {}),
        ("平台可能使用它。", {"modality": "possible", "certainty": "hedged"}),
        ("未来平台不会使用它。", {"polarity": "denied", "modality": "predicted"}),
        ("平台应公开它。", {"modality": "recommended"}),
        ("它的应用与效应相应。", {}),
        ("平台必须公开它。", {"modality": "required"}),
        ("市场需求不断变化，影响不可估量。", {}),
        ("如果平台公开它，用户会来。", {"modality": "conditional"}),
        ("它是否合法？", {"polarity": "questioned"}),
        ("2019 年平台推出它。", {"modality": "historical"}),
        ("将它用于平台。", {}),
        ("It may not work.", {"polarity": "denied", "modality": "possible", "certainty": "hedged"}),
        ("Notes on Canada and knots.", {}),
    ],
)
def test_cue_words_suggest_how_a_claim_is_meant(sentence, expected):
    assert cues(sentence) == expected


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "paper.txt"
    path.write_text(PAPER, encoding="utf-8")
    return path


def test_the_draft_is_a_table_of_offsets_and_terms(paper, cvo):
    ran = cvo("draft", paper)
    assert ran.status == 0
    drafted = [line for line in ran.out.partition("claims:\n")[2].splitlines() if "relations that join" not in line]
    assert drafted == [
        "  # line 3, sentence",
        '  - statement-zh: ""',
        '    statement-en: ""',
        "    subject: user",
        '    relation: ""',
        "    object: deep-learning",
        "    modality: predicted",
        "    passage: 8-20",
        '    section: "1"',
        "  # line 3, sentence",
        '  - statement-zh: ""',
        '    statement-en: ""',
        "    subject: portrait-right",
        '    relation: ""',
        '    object: ""',
        "    polarity: questioned",
        "    passage: 20-28",
        '    section: "1"',
    ]
    assert ran.err == "4 sentences, 4 of them without a claim; 3 terms found 3 times\n"


def test_every_sentence_is_drafted_when_all_are_asked_for(paper):
    assert as_yaml(draft(paper), every=True).count("- statement-zh") == 4


def test_the_terms_are_told_as_table_csv_and_json(paper, cvo, tmp_path):
    table = cvo("draft", paper, "-f", "table", "--lang", "zh").out.splitlines()
    assert table[0].split() == ["词条", "类别", "中文", "英文", "次数", "未编码", "位置（行:列）"]
    file = tmp_path / "terms.csv"
    assert cvo("draft", paper, "-o", file).status == 0
    records = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert {r["term"]: (r["count"], r["places"]) for r in records} == {
        "deep-learning": ("1", "3:8"),
        "user": ("1", "3:1"),
        "portrait-right": ("1", "3:13"),
    }
    data = json.loads(cvo("draft", paper, "-f", "json").out)
    place = next(t for t in data["terms"] if t["term"] == "portrait-right")["places"]
    assert place == [{"start": 20, "end": 23, "line": 3, "column": 13}]
    assert PAPER[20:23] == "肖像权"
    assert [s["kind"] for s in data["sentences"]] == ["heading", "sentence", "sentence", "sentence"]


@pytest.mark.parametrize("key", ["bi-2019", "instances/bi-2019.ttl"])
def test_what_the_source_claims_already_is_left_out(key):
    if not (SHARED / "sources").is_dir():
        pytest.skip("the documents are not here")
    document = next((SHARED / "sources").glob("000_*.txt"))
    made = draft(document, str(ROOT / key) if "/" in key else key)
    assert "claims: []" in as_yaml(made)
    assert {s.status for s in made.skeletons} == {"covered", "explained"}
    assert {row[5] for row in rows(made)[1]} == {"0"}


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_nothing_of_a_document_is_copied(number):
    if not (SHARED / "sources").is_dir():
        pytest.skip("the documents are not here")
    document = next((SHARED / "sources").glob(f"{number}_*.txt"))
    made = draft(document)
    text = re.sub(r"\W", "", made.text)
    labels = {re.sub(r"\W", "", label) for term in made.terms.values() for label in (term.zh, term.en)}
    for written in (as_yaml(made, every=True), as_json(made)):
        for run in re.findall(r"[\u3400-\u9fff]{6,}", written):
            assert run not in text or any(run in label for label in labels)
    assert len(made.skeletons) > 50


def test_sentences_are_shown_on_a_terminal_only(paper, cvo):
    ran = cvo("draft", paper, "--snippets")
    assert (ran.status, ran.out) == (2, "")
    assert "on a terminal only" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_terminal_shows_each_sentence_with_its_terms(paper):
    import pty  # noqa: PLC0415 - not on Windows

    shown = []

    def read(fd):
        data = os.read(fd, 4096)
        shown.append(data)
        return data

    devnull = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1)
    os.dup2(devnull, 1)
    try:
        status = pty.spawn([sys.executable, "-m", "cvo", "draft", str(paper), "--snippets", "--lang", "zh"], read)
    except OSError as error:
        pytest.skip(f"no pseudo-terminal: {error}")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(devnull)
    text = b"".join(shown).decode()
    assert status == 0
    assert "3: 用户未来将使用深度学习。" in text
    assert "用户, 深度学习 · predicted" in text


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n", "！？".encode()])
def test_a_document_without_words_makes_an_empty_table(tmp_path, cvo, data):
    document = tmp_path / "empty.txt"
    document.write_bytes(data)
    ran = cvo("draft", document)
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "claims: []")
    assert cvo("draft", document, "-f", "table").status == 0


def test_what_cannot_be_read_is_one_clear_error(tmp_path, cvo, paper):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    wrong = [
        [tmp_path],
        [tmp_path / "none.txt"],
        [tmp_path / "latin.txt"],
        [paper, "--source", "bi-2018"],
        [paper, "-o", tmp_path / "x.pdf"],
    ]
    for arguments in wrong:
        ran = cvo("draft", *arguments)
        assert (ran.status, ran.out, ran.err.startswith("error: ")) == (2, "", True)
    with pytest.raises(InputError, match="no such source: bi-2018"):
        draft(paper, "bi-2018")
