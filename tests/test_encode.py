"""A table becomes an instance file and the other way round; nothing is lost, and what is wrong is told at its cell."""

import ast
import codecs
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cvo as package
from cvo.contribute.locate import Document
from cvo.dataset import load
from cvo.errors import CvoError, InputError, Place
from cvo.files import shipped
from cvo.tables import csvtable, encoding, instance, tabulation, xlsxtable, yamltable
from cvo.tables.cells import Book, Cell, Row
from cvo.tables.columns import CLAIMS, SHEETS, folded, headers
from cvo.tables.tablefile import read
from cvo.tables.values import typed
from cvo.tables.vocabulary import Vocabulary, expand
from cvo.terms import CVO

PAPER = ROOT / "tests/tables/paper.txt"
EXAMPLE = re.search(r"```yaml\n(.*?)```", (ROOT / "instances/TABLE.md").read_text(encoding="utf-8"), re.DOTALL)[1]
TODAY = dt.date(2026, 11, 24)
SOURCES = [path for path in shipped("instances") if path.stem != "comparisons"]
SOURCE = """\
source:
  cite-key: example-2024
  title-zh: 示例
  title-en: An example
  creator: cvo-curators
  issued: 2024
  language: zh
"""
CLAIM = """\
  - statement-zh: 流媒体平台使用人工智能。
    statement-en: Streaming platforms use AI.
    subject: 流媒体平台
    relation: employs
    object: artificial-intelligence
    passage: line 7
    section: "2"
"""


@pytest.fixture(scope="session")
def vocabulary():
    return Vocabulary(load())


@pytest.fixture
def encode(tmp_path, vocabulary):
    """Return a function that encodes a YAML text and returns the Turtle and the notes."""

    def run(text, existing="", **options):
        table = tmp_path / "t.yaml"
        table.write_text(text, encoding="utf-8")
        old = None
        if existing:
            (tmp_path / "old.ttl").write_text(existing, encoding="utf-8")
            old = instance.read(tmp_path / "old.ttl")
        document = Document(PAPER.read_bytes())
        done = encoding.encode(read(table), vocabulary, [("", document)], old, today=TODAY, **options)
        return instance.write(done.instance), [note.en for note in done.notes]

    return run


# ---- there and back


@pytest.mark.parametrize(
    ("path", "lang"),
    [*((path, "") for path in SOURCES), *((path, lang) for path in SOURCES if path.stem == "sun-nd" for lang in ("zh", "en"))],
    ids=lambda value: getattr(value, "stem", value),
)
def test_a_shipped_file_comes_back_from_every_kind_of_table_byte_for_byte(path, lang, tmp_path, vocabulary):
    book, left = tabulation.tabulate(instance.read(path), vocabulary, lang=lang, short=not lang)
    assert left == []
    table = tmp_path / "claims.yaml"
    table.write_text(yamltable.write(book), encoding="utf-8")
    for sheet in SHEETS:
        csvtable.beside(tmp_path / "claims.csv", sheet).write_text(csvtable.write(book, sheet, lang=lang), encoding="utf-8", newline="")
    (tmp_path / "claims.xlsx").write_bytes(xlsxtable.write(book, lang=lang))
    for ending in (".yaml", ".csv", ".xlsx"):
        done = encoding.encode(read(table.with_suffix(ending)), vocabulary)
        assert instance.write(done.instance).encode() == path.read_bytes(), ending
        assert done.notes == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_a_file_is_written_as_it_was_without_its_own_words_at_hand(path):
    read_again = instance.read(path)
    for node in read_again.nodes.values():
        node.raw = ""
    assert instance.write(read_again) == path.read_text(encoding="utf-8")


def test_the_commands_are_inverse(cvo, tmp_path):
    file = shipped("instances", "sun-nd.ttl")[0]
    assert cvo("table", file, "-o", tmp_path / "claims.xlsx", "--lang", "zh").status == 0
    assert cvo("encode", tmp_path / "claims.xlsx", "-o", tmp_path / "sun-nd.ttl").status == 0
    assert (tmp_path / "sun-nd.ttl").read_bytes() == file.read_bytes()


def test_a_workbook_is_the_same_on_each_run(vocabulary):
    book, _ = tabulation.tabulate(instance.read(shipped("instances", "sun-nd.ttl")[0]), vocabulary)
    assert xlsxtable.write(book) == xlsxtable.write(book)


def test_every_permitted_property_of_a_claim_has_a_column():
    shape = (ROOT / "shapes/claim.ttl").read_text(encoding="utf-8")
    permitted = re.search(r"shape:Claim-closed.*?ignoredProperties \((.*?)\)", shape, re.DOTALL)[1].split()
    columns = {column.iri for column in CLAIMS.columns}
    assert set(permitted) - columns == {"cvo:statedIn"}


def test_headers_are_distinct_in_each_sheet():
    for sheet in SHEETS:
        assert len(headers(sheet)) == len({folded(n) for c in sheet.columns for n in (c.name, c.zh)})
        assert len({folded(c.zh) for c in sheet.columns}) == len(sheet.columns)


# ---- the example of the documentation


@pytest.mark.parametrize("name", ["TABLE.md", "TABLE.zh.md"])
def test_the_example_of_the_documentation_is_valid_and_stays_as_it_is(cvo, tmp_path, name):
    text = re.search(r"```yaml\n(.*?)```", (ROOT / "instances" / name).read_text(encoding="utf-8"), re.DOTALL)[1]
    (tmp_path / "claims.yaml").write_text(text, encoding="utf-8")
    out = tmp_path / "example-2024.ttl"
    first = cvo("encode", tmp_path / "claims.yaml", "--text", PAPER, "-o", out)
    assert (first.status, first.out, first.err) == (0, "", "")
    turtle = out.read_text(encoding="utf-8")
    assert package.validate(out).findings == ()
    assert cvo("locate", out, "--text", PAPER).status == 0
    again = cvo("encode", tmp_path / "claims.yaml", "--text", PAPER, "-o", out)
    assert (again.err, out.read_text(encoding="utf-8")) == ("", turtle)


def test_no_word_of_the_document_comes_into_the_file(encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    lines = [line for line in PAPER.read_text(encoding="utf-8").splitlines() if len(line) > 8]
    assert lines
    assert not any(line in turtle for line in lines)


@pytest.mark.parametrize("name", ["TABLE.md", "TABLE.zh.md"])
def test_every_column_is_documented(name):
    text = (ROOT / "instances" / name).read_text(encoding="utf-8")
    words = {re.sub("-(zh|en)$", "", word) for word in re.findall(r"`([\w-]+)`", text)}
    assert {re.sub("-(zh|en)$", "", c.name) for sheet in SHEETS for c in sheet.columns} - words == set()


# ---- passages

WHERE = {
    "近年来，许多 … 影视配音": "近年来，许多工作室把语音合成\n用于影视配音",
    "近年来，许多...影视配音": "近年来，许多工作室把语音合成\n用于影视配音",
    "合成用于影视": "合成\n用于影视",
    "line 7": "一些从业者对此表示担忧。",
    "第12-13行": "二〇二三年五月，某平台首次启用 AI 合成主播播报新闻。\n约七成的受访者听不出差别。",
    "lines 12-13": "二〇二三年五月，某平台首次启用 AI 合成主播播报新闻。\n约七成的受访者听不出差别。",
    "line 16: 近年来 … 认为": "近年来的讨论也这样认为",
    "第16行：近年来 … 认为": "近年来的讨论也这样认为",
    "ＡＩ合成主播": "AI 合成主播",
    "0-9": "配音演员与合成语音",
}


@pytest.mark.parametrize("cell", WHERE)
def test_a_passage_is_found(cell, encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM.replace("line 7", f'"{cell}"'))
    start, end = (int(re.search(rf"oa:{side} (\d+)", turtle)[1]) for side in ("start", "end"))
    assert PAPER.read_text(encoding="utf-8")[start:end] == WHERE[cell]


def test_two_claims_share_a_passage_and_one_claim_has_several(encode):
    claims = CLAIM.replace("line 7", "[line 12, line 13]") + CLAIM.replace("流媒体平台使用", "流媒体平台采用").replace(
        "use", "employ"
    ).replace("line 7", "line 13")
    turtle, _ = encode(SOURCE + "claims:\n" + claims)
    assert re.findall(r"cvo:locator (.*?) [;.]", turtle) == [":p001 , :p002", ":p002"]


def test_the_second_text_has_its_own_document(cvo, tmp_path):
    (tmp_path / "en.txt").write_text("A short text.\nIt says little.\n", encoding="utf-8")
    texts = "texts:\n  - id: text-zh\n    language: zh\n  - id: text-en\n    language: en\n"
    claim = CLAIM.replace("line 7", "It says … little").replace('section: "2"', 'section: "2"\n    text: text-en')
    (tmp_path / "t.yaml").write_text(SOURCE + texts + "claims:\n" + claim, encoding="utf-8")
    ran = cvo("encode", tmp_path / "t.yaml", "--text", f"text-en={tmp_path / 'en.txt'}", "--text", f"text-zh={PAPER}")
    assert ran.status == 0, ran.err
    assert "oa:hasSource :text-en ;" in ran.out
    unclear = cvo("encode", tmp_path / "t.yaml", "--text", PAPER)
    assert (unclear.status, "text-en=FILE" in unclear.err) == (2, True)


def test_a_document_that_has_changed_is_told(encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    moved = turtle.replace("oa:start 6", "oa:start 7")
    assert moved != turtle
    with pytest.raises(CvoError, match=r"not at .* of the document: p001"):
        encode(SOURCE + "claims:\n" + CLAIM.replace("line 7", "p001"), moved)


# ---- numbers, and what the file held


def test_new_claims_get_the_next_number_and_old_ones_keep_theirs(encode):
    first, _ = encode(SOURCE + "claims:\n" + CLAIM)
    other = CLAIM.replace("使用", "采用").replace("use", "adopt")
    second, notes = encode(SOURCE + "claims:\n" + other + CLAIM, first)
    assert notes == []
    assert re.search(r":c001 a cvo:RelationClaim ;\n  cvo:statement \"流媒体平台使用", second)
    assert re.search(r":c002 a cvo:RelationClaim ;\n  cvo:statement \"流媒体平台采用", second)
    assert encode(SOURCE + "claims:\n" + other + CLAIM, second) == (second, [])


def test_what_is_written_by_hand_stays(encode):
    table = SOURCE + "claims:\n" + CLAIM.replace("  - statement", "  - id: c001\n    statement", 1)
    turtle, _ = encode(table)
    note = '  skos:editorialNote "存疑"@zh ,\n    "doubtful"@en .\n'
    byhand = turtle.replace("  cvo:locator :p001 .\n", "  cvo:locator :p001 ;  # see the figure\n" + note, 1)
    byhand = byhand.replace(":c001 a", "# look again\n:c001 a", 1)
    byhand = byhand.replace(
        ":p001 a oa:",
        ":k001 a cvo:Comparison ; cvo:firstClaim :c001 ; cvo:comparisonRelation cvo:refines ; cvo:secondClaim :c001 .\n\n:p001 a oa:",
        1,
    )
    byhand = byhand.replace(":k001 a", ':c009 a cvo:RelationClaim ; cvo:statement "手写"@zh , "by hand"@en .\n\n:k001 a', 1)
    byhand += "\ncvt:new-risk a cvo:Risk .\n# the end\n"
    kept, notes = encode(table, byhand)
    for piece in (
        "# see the figure",
        "# look again",
        '"doubtful"@en',
        ":k001 a cvo:Comparison",
        '"手写"@zh',
        "cvt:new-risk a cvo:Risk",
        "# the end",
    ):
        assert piece in kept, piece
    assert [n for n in notes if n.startswith("kept 1 claims")] == ["kept 1 claims that are not in the table: c009"]
    assert any("c001 skos:editorialNote@zh" in n for n in notes)
    assert encode(table, kept)[0] == kept
    changed, notes = encode(table.replace("Streaming platforms use AI.", "AI is used by streaming platforms."), kept)
    assert "changed: c001 cvo:statement@en" in notes
    assert all(piece in changed for piece in ("# see the figure", "# look again", '"doubtful"@en'))


def test_prune_drops_what_the_table_does_not_say_and_tells(encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM + CLAIM.replace("使用", "采用").replace("use", "adopt").replace("line 7", "line 12"))
    pruned, notes = encode(SOURCE + "claims:\n" + CLAIM, turtle, prune=True)
    assert notes == ["dropped: c002", "dropped: p002"]
    assert ":c002" not in pruned
    assert ":p002" not in pruned


def test_a_changed_passage_keeps_its_name_if_it_is_nobody_elses(encode):
    table = SOURCE + "claims:\n" + CLAIM
    turtle, _ = encode(table)
    moved, _ = encode(table.replace("line 7", "line 12"), turtle)
    assert "cvo:locator :p001 ." in moved
    assert ":p002" not in moved
    assert re.search(r"oa:start (\d+)", moved)[1] != re.search(r"oa:start (\d+)", turtle)[1]


def test_a_relation_that_a_comparison_took_back_leaves_the_claim(encode):
    two = CLAIM + CLAIM.replace("使用", "采用").replace("use", "adopt")
    pair = "comparisons:\n  - id: k001\n    first: c002\n    relation: restates\n    second: c001\n    reason-zh: 同\n    reason-en: same\n"
    turtle, _ = encode(SOURCE + "claims:\n" + two + pair)
    assert "cvo:restates :c001" in turtle
    changed, _ = encode(SOURCE + "claims:\n" + two + pair.replace("restates", "refines"), turtle)
    assert "cvo:restates :c001" not in changed
    assert "cvo:refines :c001" in changed


def test_decimals_and_dates_stay_as_typed(encode):
    figure = CLAIM + "    value: 0.70\n    unit: PERCENT\n    raw-value: 约七成\n    approximation: 约\n    period: 2015/2018\n"
    turtle, _ = encode(SOURCE.replace("issued: 2024", "issued: 2024-01-30") + "claims:\n" + figure)
    assert 'qudt:numericValue "0.70"^^xsd:decimal' in turtle
    assert 'dcterms:issued "2024-01-30"^^xsd:date' in turtle
    assert 'cvo:period "2015/2018"' in turtle
    assert ":c001 a cvo:StatisticClaim" in turtle
    assert "cvo:approximation cvo:about" in turtle


DEFAULTS = {
    "": ("Relation", "general"),
    "    event-date: 2020\n": ("Event", "historical"),
    "    modality: required\n": ("Normative", "required"),
    "    kind: normative\n": ("Normative", "recommended"),
    "    condition-zh: 若\n    condition-en: if\n": ("Relation", "conditional"),
    "    value: 5\n": ("Statistic", "general"),
    "    kind: 定义论断\n": ("Definition", "general"),
}


@pytest.mark.parametrize("more", DEFAULTS)
def test_what_goes_without_saying(more, encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM + more)
    kind, modality = DEFAULTS[more]
    assert f":c001 a cvo:{kind}Claim" in turtle
    for name, value in {
        "modality": modality,
        "polarity": "affirmed",
        "certainty": "asserted",
        "basis": "noBasis",
        "attributionMode": "authorOwn",
    }.items():
        assert f"cvo:{name} cvo:{value} ;" in turtle
    assert "cvo:opinionHolder cvt:cvo-curators" in turtle


# ---- what is wrong is told at its cell

WRONG = {
    "no such term": (
        CLAIM.replace("流媒体平台\n", "流煤体平台\n"),
        "t.yaml:11:14: subject: no term is called so: 流煤体平台",
        "did you mean 流媒体平台?",
    ),
    "a relation for a term": (CLAIM.replace("subject: 流媒体平台", "subject: employs"), "is a", "cannot stand in this column"),
    "an unknown column": (CLAIM + "    polarty: denied\n", "no column of claims: polarty", "did you mean polarity?"),
    "a choice": (CLAIM + "    polarity: positive\n", "no polarity is called so: positive", "write one of affirmed, denied"),
    "a figure": (CLAIM + "    value: 1,200\n", "value: not a figure: 1,200", "digits alone"),
    "a number": (CLAIM + "    id: c1\n", "not the number of a claim: c1", "write c001"),
    "a number twice": (CLAIM + "    id: c001\n" + CLAIM + "    id: c001\n", "two rows have the number: c001", "give this one another"),
    "characters that are not there": (CLAIM.replace("line 7", "没有的话 … 配音"), "not in the document: 没有的话", "is it the right one?"),
    "an end that is not there": (CLAIM.replace("line 7", "一些从业 … 没有的话"), "does not follow '一些从业'", "from the end"),
    "characters that are there twice": (
        CLAIM.replace("line 7", "近年来 … 配音"),
        "stands 2 times in the document (lines 4, 16): 近年来",
        "line 4: 近年来 … 配音",
    ),
    "a line that is not there": (CLAIM.replace("line 7", "line 99"), "no such lines: 99-99", "has 16 lines"),
    "an empty line": (CLAIM.replace("line 7", "line 2"), "nothing but white space in lines: 2-2", ""),
    "offsets beyond": (CLAIM.replace("line 7", "5-5000"), "no such offsets: 5-5000", "the document has"),
    "no passage of that name": (CLAIM.replace("line 7", "p077"), "no such passage: p077", ""),
    "no section": (CLAIM.replace('    section: "2"\n', ""), "no section for a passage", "the column section"),
    "two subjects": (CLAIM.replace("subject: 流媒体平台", "subject: [流媒体平台, gan]"), "one value only: subject", "several claims"),
    "no statement": ("  - subject: gan\n", "a claim without a statement", "or delete the row"),
    "a list of lists": (CLAIM + "    sector: [[a]]\n", "expected a value for: sector", ""),
    "an alias": (CLAIM.replace("subject: 流", "subject: &x 流"), "anchors and aliases are not read: &x", "write the value out"),
    "a tag": (CLAIM.replace("subject: 流", "subject: !!python/name:os.system 流"), "tags are not read", ""),
    "a key twice": (CLAIM + "    subject: gan\n", "the key stands twice: subject", "keep one"),
    "a tab": (CLAIM + "\tstage: x\n", "t.yaml:", "tab"),
    "a full-width colon": (CLAIM + "    stage：产品生产\n", "not YAML", "half-width colon"),
    "a text": (CLAIM + "    text: text-fr\n", "no such text: text-fr", "text-zh"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_at_its_cell(what, encode):
    text, said, hint = WRONG[what]
    with pytest.raises(CvoError) as caught:
        encode(SOURCE + "claims:\n" + text)
    assert said in str(caught.value)
    assert hint in str(caught.value)
    assert "t.yaml:" in str(caught.value)
    for problem in getattr(caught.value, "problems", (caught.value,)):
        for message in filter(str, (problem.message, problem.advice)):
            assert re.search("[一-鿿]", message.zh), message
            assert not re.search(r"\b[a-z]{2,} [a-z]{2,}\b", message.zh), message


def test_whatever_is_wrong_with_a_contribution_is_said_in_both_languages():
    """Look at the code: a message in English alone would be one that no test provokes."""
    single = ("contribute/passages", "files", "output", "commands/validate", "commands/encode")
    files = [*(ROOT / "cvo/tables").glob("*.py"), *(ROOT / "cvo/validation").glob("*.py"), *(ROOT / f"cvo/{name}.py" for name in single)]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    raised = [
        call
        for call in calls
        if getattr(call.func, "id", "") in {"CvoError", "InputError", "EngineError", "NothingChecked", "TableProblem"}
    ]
    assert len(raised) > 80
    for call in raised:
        said = [call.args[0], *(keyword.value for keyword in call.keywords if keyword.arg == "hint")]
        assert not any(isinstance(text, (ast.Constant, ast.JoinedStr)) for text in said), ast.unparse(call)
    for call in calls:
        if getattr(call.func, "id", "") == "Message" and len(call.args) == 1:
            assert not isinstance(call.args[0], (ast.Constant, ast.JoinedStr)), ast.unparse(call)


def test_errors_and_notes_of_encode_are_told_in_chinese(cvo, tmp_path):
    (tmp_path / "t.yaml").write_text(SOURCE + "claims:\n" + CLAIM.replace("employs", "employes"), encoding="utf-8")
    ran = cvo("encode", tmp_path / "t.yaml", "--text", PAPER, "--lang", "zh")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"错误[CVO-PREDICATE]：{tmp_path}/t.yaml:12:15：关系：没有这样的领域关系：employes\n  = 建议：是否想写 employs？\n"


def test_two_terms_of_one_label_are_both_named(vocabulary):
    counts = {}
    for (iri, lang), label in vocabulary.labels.items():
        if lang == "zh" and f"{CVO}Term" in vocabulary.kinds.get(iri, ()):
            counts.setdefault(label, set()).add(iri)
    label, iris = next((label, iris) for label, iris in sorted(counts.items()) if len(iris) > 1)
    with pytest.raises(CvoError, match="more than one term is called so") as caught:
        vocabulary.find(label, "cvo:Term")
    assert all(iri.rpartition("/")[2] in str(caught.value) for iri in iris)


def test_a_word_without_end_is_told_by_its_beginning(encode):
    for text in (
        CLAIM.replace("流媒体平台\n", "甲" * 9999 + "\n"),
        CLAIM + "    value: " + "x" * 9999 + "\n",
        CLAIM + f"    {'x' * 999}: a\n",
    ):
        with pytest.raises(CvoError, match="…") as caught:
            encode(SOURCE + "claims:\n" + text)
        assert len(caught.value.message.zh + caught.value.message.en) < 200


def test_all_that_is_wrong_is_told_at_once(encode):
    with pytest.raises(CvoError) as caught:
        encode(SOURCE + "claims:\n" + CLAIM.replace("流媒体平台\n", "甲\n").replace("artificial-intelligence", "乙乙"))
    assert str(caught.value).count("error[CVO-") == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"- a\n", "expected sheets at the top"),
        (b"claims: 3\n", "expected a row of claims"),
        (b"clams: []\n", "did you mean claims?"),
        (b"claims: []\n---\nclaims: []\n", "a second document"),
        (b"claims: [" + b"[" * 5000, "nest"),
        (b"claims: {{" * 100, "t.yaml"),
        (b"a: &a [1]\nb: [*a, *a]\n", "anchors and aliases"),
        ("来源: 流媒体平台使用人工智能\n".encode("gb18030"), "not UTF-8"),
        (b"claims: [\x00]\n", "not YAML"),
        (b"claims:\n  - id: c001\n", "no source in the table"),
    ],
)
def test_a_broken_yaml_file_gives_one_clear_error(cvo, tmp_path, content, said):
    (tmp_path / "t.yaml").write_bytes(content)
    ran = cvo("encode", tmp_path / "t.yaml")
    assert (ran.status, ran.out, said in ran.err) == (2, "", True), ran.err


def test_a_missing_file_a_folder_and_a_foreign_kind_are_told(cvo, tmp_path):
    (tmp_path / "t.ods").write_text("x")
    for name, said in (("no.yaml", "no such file"), (".", "is a folder"), ("t.ods", ".yaml .yml .csv .xlsx"), ("no.ods", "no such file")):
        ran = cvo("encode", tmp_path / name)
        assert (ran.status, said in ran.err) == (2, True), ran.err


def test_a_missing_document_is_told_with_the_option(cvo, tmp_path):
    (tmp_path / "t.yaml").write_text(SOURCE + "claims:\n" + CLAIM, encoding="utf-8")
    ran = cvo("encode", tmp_path / "t.yaml")
    assert (ran.status, "give it with --text DOC" in ran.err) == (2, True)


# ---- CSV

HEAD = "statement-zh,statement-en,subject,relation,object,passage,section"
LINE = "流媒体平台使用人工智能。,Streaming platforms use AI.,流媒体平台,employs,人工智能,line 7,2"


@pytest.fixture
def csv_files(tmp_path):
    def make(text, encoding="utf-8"):
        (tmp_path / "t.csv").write_bytes(text.encode(encoding))
        (tmp_path / "t.source.csv").write_text(
            "cite-key,title-zh,title-en,creator,issued,language\nexample-2024,示例,An example,cvo-curators,2024,zh\n", encoding="utf-8"
        )
        return tmp_path / "t.csv"

    return make


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{LINE}\n",
        f"\ufeff{HEAD}\r\n{LINE}\r\n",
        f"{HEAD}\n{LINE}\n".replace(",", ";"),
        f"{HEAD}\n{LINE}\n".replace(",", "\t"),
        f"sep=;\r\n{HEAD}\r\n{LINE}\r\n".replace(",", ";"),
        f"\n{HEAD}\n".lstrip() + f"{LINE}\n,,,,,,\n\n",
        f"陈述（中文）,陈述(英文),主词,关系,宾词,段落,章节\n{LINE}\n",
        f"# mine,{HEAD}\nremark,{LINE}\n",
        f"STATEMENT ZH,Statement_EN,Subject,Relation,Object,Passage,Section\n{LINE}\n",
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(cvo, csv_files, text):
    ran = cvo("encode", csv_files(text), "--text", PAPER)
    assert ran.status == 0, ran.err
    assert "cvo:claimSubject cvt:streaming-platform" in ran.out
    assert ran.out.count("a cvo:RelationClaim") == 1


def test_csv_as_unicode_text_is_read(cvo, csv_files):
    assert cvo("encode", csv_files(f"{HEAD}\n{LINE}\n".replace(",", "\t"), "utf-16"), "--text", PAPER).status == 0


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        (f"{HEAD}\n{LINE}\n", "gb18030", "in Excel choose Save As, CSV UTF-8"),
        (f"{HEAD}\n{LINE}\n".replace("流媒体平台,", "流煤体平台,"), "utf-8", "t.csv:C2: subject: no term is called so"),
        (f"{HEAD}\n\n{LINE}\n".replace("流媒体平台,", "流煤体平台,"), "utf-8", "t.csv:C3: subject: no term is called so"),
        (f"{HEAD}\n{LINE},stray\n", "utf-8", "t.csv:H2: a cell stands under no header: stray"),
        (f"{HEAD},Subject\n{LINE},x\n", "utf-8", "t.csv:H1: two columns are called so: Subject"),
        (f'{HEAD}\n"{LINE}\n', "utf-8", "not CSV"),
        (f"{HEAD}x\n{LINE}\n", "utf-8", "did you mean section?"),
        ("", "utf-8", "is empty"),
    ],
)
def test_csv_that_is_wrong_is_told_at_its_cell(cvo, csv_files, text, encoding, said):
    ran = cvo("encode", csv_files(text, encoding), "--text", PAPER)
    assert (ran.status, said in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("value", ["=1+1", "+1", "-0.5", "@x", "'=x", "''=x", "\t=x", "a\nb", 'say "x"', "a;b", "甲，乙", "😀"])
def test_nothing_is_a_formula_in_a_spreadsheet(value, tmp_path):
    row = Row(Place(""), {"statement-zh": (Cell(value, Place("")),)})
    book = Book("", {"claims": [row]})
    text = csvtable.write(book, CLAIMS)
    cell = next(line for line in __import__("csv").reader(io.StringIO(text.removeprefix("\ufeff"))) if line[0] != "id")[2]
    assert cell[0] not in "=+-@\t"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8", newline="")
    (tmp_path / "t.xlsx").write_bytes(xlsxtable.write(book))
    stored = openpyxl.load_workbook(tmp_path / "t.xlsx")["claims"]["C2"]
    assert (stored.data_type, stored.number_format) == ("s", "@")
    for name in ("t.csv", "t.xlsx"):
        assert read(tmp_path / name).rows("claims")[0].text("statement-zh") == value.strip()


# ---- XLSX


@pytest.fixture
def workbook(tmp_path):
    def make(rows, sheets=("claims",), formats=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title in sheets:
            book.create_sheet(title)
        for row in rows:
            book.worksheets[0].append(row)
        for cell, form in formats:
            book.worksheets[0][cell].number_format = form
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return make


def test_what_excel_made_of_a_value_is_read_as_it_was_typed(workbook):
    values = [2019, 0.7, 12.0, dt.datetime(2023, 5, 1), dt.datetime(2023, 5, 7), 1e-7, True, "2015/2018"]  # noqa: DTZ001
    names = ["period", "value", "event-date", "raw-value", "condition-zh", "condition-en", "qualifier-zh", "qualifier-en"]
    path = workbook([names, values], formats=[("D2", "mmm\\-yy"), ("E2", "yyyy/m/d")])
    row = read(path).rows("claims")[0]
    assert [row.text(name) for name in names] == ["2019", "0.7", "12", "2023-05", "2023-05-07", "0.0000001", "TRUE", "2015/2018"]
    assert str(row.where("value")) == f"{path}:claims!B2"


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        ("=1+1", "General", "claims!A2: is a formula"),
        ("#N/A", "General", "is an error of Excel"),
        (0.7, "0%", "is a percentage to Excel"),
        (1e300, "General", "too large a number"),
        (dt.time(3, 4), "hh:mm", "is a time to Excel"),
    ],
)
def test_what_excel_spoilt_is_told(workbook, value, form, said):
    with pytest.raises(CvoError, match=re.escape(said)):
        read(workbook([["value"], [value]], formats=[("A2", form)]))


def test_the_sheets_have_names_in_both_languages_and_a_slip_is_told(workbook):
    assert set(read(workbook([["主词"], ["gan"]], ["论断", "来源", "#备注"])).sheets) == {"claims", "source"}
    assert set(read(workbook([["主词"], ["gan"]], ["Sheet1"])).sheets) == {"claims"}
    book = read(workbook([["主词"], ["gan"]], ["claims", "My own sums"]))
    assert [note.en.rpartition(": ")[2] for note in book.notes] == ["My own sums"]
    with pytest.raises(CvoError, match="comparisons"):
        read(workbook([["主词"], ["gan"]], ["claims", "comparison"]))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\xd0\xcf\x11\xe0 an encrypted or old workbook"])
def test_what_is_no_workbook_is_told(tmp_path, content):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(InputError, match="not an Excel workbook"):
        read(tmp_path / "t.xlsx")


def test_a_workbook_that_unpacks_to_a_flood_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/x", "w", force_zip64=True) as file:
        for _ in range(201):
            file.write(bytes(1 << 20))
    with pytest.raises(InputError, match="too large when unpacked"):
        read(tmp_path / "t.xlsx")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_choices_are_drop_down_lists_whose_every_value_is_understood(lang, tmp_path, vocabulary):
    path = tmp_path / "t.xlsx"
    wanted = tabulation.choices(vocabulary, lang)
    path.write_bytes(xlsxtable.write(Book(""), lang=lang, choices=wanted))
    book = openpyxl.load_workbook(path)
    sheets = {sheet.name: sheet for sheet in SHEETS}
    lists = [(w.title, rule) for w in book.worksheets for rule in w.data_validations.dataValidation]
    assert len(lists) == len(wanted) >= 8
    for (sheet, name), values in wanted.items():
        column = sheets[sheet].column(name)
        assert len(values) >= 3
        assert len({vocabulary.find(value, column.kind).value for value in values}) == len(values)
    polarity = book["论断" if lang == "zh" else "claims"]
    letter = next(c.column_letter for c in polarity[1] if c.value in ("polarity", "极性"))
    assert any(str(rule.sqref).startswith(f"{letter}2:") for _, rule in lists)
    assert wanted["claims", "polarity"] == (
        ["肯定", "否定", "质疑", "兼有肯定与否定"] if lang == "zh" else ["affirmed", "denied", "questioned", "mixed"]
    )


def test_without_openpyxl_the_command_to_install_it_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (tmp_path / "t.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match="not installed") as caught:
        read(tmp_path / "t.xlsx")
    assert "cvo[excel]" in caught.value.hint


# ---- the seam: every triple knows its cell


def test_every_triple_of_a_claim_that_is_in_the_table_knows_its_cell(tmp_path, vocabulary):
    (tmp_path / "t.yaml").write_text(SOURCE + "claims:\n" + CLAIM, encoding="utf-8")
    done = encoding.encode(read(tmp_path / "t.yaml"), vocabulary, [("", Document(PAPER.read_bytes()))])
    claim = "https://w3id.org/cvo/source/example-2024#c001"
    node = done.instance.nodes[claim]
    lines = (tmp_path / "t.yaml").read_text(encoding="utf-8").splitlines()
    for predicate in ("cvo:claimSubject", "cvo:claimObject", "cvo:locator"):
        place = done.place(claim, expand(predicate), node.values(expand(predicate))[0])
        line = lines[place.line - 1]
        assert line[place.column - 1 :].strip() in ("流媒体平台", "artificial-intelligence", "line 7")
    assert done.place(claim, expand("cvo:polarity")).line == lines.index(CLAIM.splitlines()[0]) + 1
    assert done.place(f"{claim[:-4]}p001").line == place.line
    assert done.place("https://example.org/no") is None


# ---- any text at all

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_comes_back_from_yaml(tmp_path, text):
    path = tmp_path / "t.yaml"
    path.write_text(f"claims:\n  - statement-zh: {yamltable.scalar(text)}\n    id: c001\n", encoding="utf-8", newline="")
    assert read(path).rows("claims")[0].text("statement-zh") == text.strip()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_comes_back_from_csv(tmp_path, text):
    path = tmp_path / "t.csv"
    row = Row(Place(""), {"id": (Cell("c001", Place("")),), "statement-zh": (Cell(text, Place("")),)})
    path.write_text(csvtable.write(Book("", {"claims": [row]}), CLAIMS), encoding="utf-8", newline="")
    assert read(path).rows("claims")[0].text("statement-zh") == text.strip()


@given(TEXTS.filter(lambda t: t.strip() == t and t))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_literal_is_written_so_that_turtle_reads_it(text):
    for literal in (ox.Literal(text, language="zh"), ox.Literal(text), ox.Literal(text, datatype=ox.NamedNode("urn:x"))):
        turtle = f"<urn:s> <urn:p> {instance.turtle(literal, {})} ."
        assert next(iter(ox.parse(turtle, format=ox.RdfFormat.TURTLE))).object == literal


def test_a_term_is_written_by_its_label_only_where_that_means_nothing_else(vocabulary):
    column = CLAIMS.column("subject")
    iris = [iri for iri, kinds in vocabulary.kinds.items() if f"{CVO}Term" in kinds]
    assert len(iris) > 1000
    for iri in iris[::7]:
        for lang in ("", "zh", "en"):
            word = typed(ox.NamedNode(iri), column, vocabulary, "", lang)
            assert vocabulary.find(word, "cvo:Term").value == iri


def test_a_bom_and_windows_line_ends_do_no_harm(encode, tmp_path):
    text = codecs.BOM_UTF8 + (SOURCE + "claims:\n" + CLAIM).replace("\n", "\r\n").encode()
    (tmp_path / "w.yaml").write_bytes(text)
    assert read(tmp_path / "w.yaml").rows("claims")[0].text("subject") == "流媒体平台"
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    windows = turtle.replace("\n", "\r\n")
    assert encode(SOURCE + "claims:\n" + CLAIM, windows)[0] == turtle


def test_a_file_of_another_source_is_not_written_over(encode):
    other = Path(shipped("instances", "sun-nd.ttl")[0]).read_text(encoding="utf-8")
    with pytest.raises(CvoError, match="of another source than the table"):
        encode(SOURCE + "claims:\n" + CLAIM, other)


def test_blank_nodes_and_a_base_are_met(encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    odd = turtle + "\n# mine\n[] a cvo:Remark ; cvo:about :c001 .\n"
    kept, _ = encode(SOURCE + "claims:\n" + CLAIM, odd)
    assert "# mine\n[] a cvo:Remark ; cvo:about :c001 ." in kept
    with pytest.raises(InputError, match="has a base"):
        encode(SOURCE + "claims:\n" + CLAIM, "@base <http://e/> .\n" + turtle)


def test_what_no_table_can_hold_is_told(tmp_path, cvo, encode):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    (tmp_path / "example-2024.ttl").write_text(
        turtle.replace("cvo:locator :p001 .", 'cvo:locator :p001 ; rdfs:seeAlso "x" .') + "cvt:a a cvo:Risk .\n[] a cvo:Risk .\n",
        encoding="utf-8",
    )
    text = (tmp_path / "example-2024.ttl").read_text(encoding="utf-8")
    (tmp_path / "example-2024.ttl").write_text("@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n" + text, encoding="utf-8")
    ran = cvo("table", tmp_path / "example-2024.ttl")
    assert ran.status == 0
    assert ran.err.count("warning: ") == 3, ran.err
    assert "seeAlso" in ran.err


def test_a_file_without_comparisons_comes_back_from_csv(encode, cvo, tmp_path):
    turtle, _ = encode(SOURCE + "claims:\n" + CLAIM)
    (tmp_path / "example-2024.ttl").write_text(turtle, encoding="utf-8")
    assert cvo("table", tmp_path / "example-2024.ttl", "-o", tmp_path / "c.csv").status == 0
    ran = cvo("encode", tmp_path / "c.csv")
    assert (ran.status, ran.out, ran.err) == (0, turtle, "")


def test_a_shipped_source_is_made_a_table_by_its_name(cvo, tmp_path):
    ran = cvo("table", "sun-nd", cwd=tmp_path)
    assert ran.status == 0
    assert "cite-key: sun-nd" in ran.out
    assert "no such file: nothing" in cvo("table", "nothing", cwd=tmp_path).err
