"""Passages are verified against a document, also one that has changed since."""

import pytest

from cvo.contribute.locate import Document, fold, locate, named_information
from cvo.errors import CvoError

TEXT = "第一节　技术\n\n人工智能降低\n成本，但也带来 风险。\nAI lowers cost 🎬 and brings risk.\n"


def instance(tmp_path, text=TEXT, passages=("降低\n成本", "带来 风险", "🎬 and")):
    """Write an instance file whose locators point to *passages* of *text*."""
    source = "https://w3id.org/cvo/source/test-2026"
    lines = [
        "@prefix cvo: <https://w3id.org/cvo/ns#> . @prefix oa: <http://www.w3.org/ns/oa#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        f"@prefix : <{source}#> .",
        f':state cvo:textDigest "{named_information(text.encode())}"^^xsd:anyURI .',
    ]
    for i, passage in enumerate(passages):
        start = text.index(passage)
        digest, length = Document(text.encode()).passage_digest(start, start + len(passage))
        lines.append(f":p{i} a oa:SpecificResource ; oa:hasSource :text ; oa:hasState :state ; oa:hasSelector :p{i}-position .")
        lines.append(f":p{i}-position oa:start {start} ; oa:end {start + len(passage)} ; oa:refinedBy :p{i}-digest .")
        lines.append(f':p{i}-digest cvo:passageDigest "{digest}"^^xsd:anyURI ; cvo:passageLength {length} .')
    path = tmp_path / "test-2026.ttl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def document(tmp_path, text, name="paper.txt", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_every_passage_of_the_encoded_document_matches(tmp_path):
    found = locate(instance(tmp_path), [document(tmp_path, TEXT)])
    assert [p.status for p in found] == ["match"] * 3


def test_a_passage_that_moved_is_found_where_it_is_now(tmp_path):
    found = locate(instance(tmp_path), [document(tmp_path, "前言。\n" + TEXT)])
    assert [(p.status, p.found[0] - p.start, p.found[1] - p.end) for p in found] == [("moved", 4, 4)] * 3


def test_line_ends_and_spaces_do_not_matter_to_a_passage(tmp_path):
    found = locate(instance(tmp_path), [document(tmp_path, TEXT.replace("\n", "\r\n").replace(" ", ""))])
    assert {p.status for p in found} <= {"moved", "match"}


def test_a_passage_that_was_rewritten_is_missing(tmp_path):
    found = locate(instance(tmp_path), [document(tmp_path, TEXT.replace("风险", "危险"))])
    assert [p.status for p in found] == ["match", "missing", "match"]


def test_of_several_equal_passages_the_nearest_is_meant(tmp_path):
    text = "AI 风险。" * 20
    path = instance(tmp_path, text, ["风险"])
    (passage,) = locate(path, [document(tmp_path, "x" + text)])
    assert passage.found == (passage.start + 1, passage.end + 1)


def test_a_byte_order_mark_does_not_move_a_passage(tmp_path):
    found = locate(instance(tmp_path), [document(tmp_path, "\ufeff" + TEXT)])
    assert [p.status for p in found] == ["match"] * 3


@pytest.mark.parametrize(
    ("text", "says"),
    [("something else", "holds none of the passages"), ("", "holds none of the passages")],
)
def test_a_document_that_is_not_the_encoded_one_is_an_error(tmp_path, text, says):
    with pytest.raises(CvoError, match=says):
        locate(instance(tmp_path), [document(tmp_path, text)])


def test_a_file_without_passages_checks_nothing(tmp_path):
    path = tmp_path / "empty.ttl"
    path.write_text("", encoding="utf-8")
    with pytest.raises(CvoError, match="points to no passage"):
        locate(path, [])


def test_the_command_says_what_moved_and_exits_with_1(cvo, tmp_path):
    ran = cvo("locate", instance(tmp_path), "--text", document(tmp_path, "x" + TEXT))
    assert ran.status == 1
    assert ran.err == "3 moved\n"
    assert "moved: test-2026:p0 at" in ran.out


def test_the_command_is_quiet_about_what_matches(cvo, tmp_path):
    ran = cvo("locate", instance(tmp_path), "--text", document(tmp_path, TEXT))
    assert (ran.status, ran.out, ran.err) == (0, "", "3 match\n")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("utf16.txt", TEXT.encode("utf-16"), "looks like UTF-16"), ("gbk.txt", "风险".encode("gbk"), "not UTF-8 at line 1")],
)
def test_a_document_in_another_encoding_is_an_error_with_a_remedy(cvo, tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    ran = cvo("locate", instance(tmp_path), "--text", tmp_path / name)
    assert ran.status == 2
    assert says in ran.err


def test_a_missing_document_is_an_error(cvo, tmp_path):
    ran = cvo("locate", instance(tmp_path), "--text", tmp_path / "no.txt")
    assert (ran.status, "no such file" in ran.err) == (2, True)


def test_a_passage_is_pointed_to_without_copying_its_words(cvo, tmp_path):
    doc = document(tmp_path, TEXT)
    ran = cvo("passage", "人工智能降低", "风险。", "--text", doc, "--name", "p007")
    assert ran.status == 0
    assert "成本" not in ran.out
    prefixes = "\n".join(instance(tmp_path).read_text(encoding="utf-8").splitlines()[:3])
    path = tmp_path / "test-2026.ttl"
    path.write_text(f"{prefixes}\n{ran.out.replace('# :text', ':text')}", encoding="utf-8")
    assert [(p.status, TEXT[p.start : p.end]) for p in locate(path, [doc])] == [("match", "人工智能降低\n成本，但也带来 风险。")]


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [("没有", "风险", "occurs 0 times"), ("AI", "风险", "does not follow"), ("risk", "risk", ""), ("o", "s", "occurs 2 times")],
)
def test_a_passage_that_cannot_be_found_is_an_error(cvo, tmp_path, first, last, says):
    ran = cvo("passage", first, last, "--text", document(tmp_path, TEXT))
    assert says in ran.err
    assert ran.status == (2 if says else 0)


def test_folding_is_nfkc_without_white_space():
    assert fold("ＡＩ\u3000①\t合成") == "AI1合成"
