"""Repairs: what is clear is written, everything else stays as it was typed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvo import contribution
from cvo.errors import InputError
from cvo.validation import repair
from cvo.validation.validator import validate

DATA = Path(__file__).parent / "data" / "validation"
PAPER = (DATA / "li-2024.ttl").read_text(encoding="utf-8")


def repaired(path: Path, wanted=lambda _: True, **options) -> repair.Repaired:
    return repair.repair(lambda texts: validate([path], texts=texts, **options), wanted)


@pytest.fixture
def mended(tmp_path: Path):
    """Return a function that repairs the paper with changes, and returns the text and what was done."""

    def mended(*changes: tuple[str, str], whole: str = PAPER) -> tuple[str, repair.Repaired]:
        text = whole
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "li-2024.ttl"
        path.write_bytes(text.encode())
        done = repaired(path)
        return (done.texts[0][2] if done.texts else text), done

    return mended


SLIPS = [
    ("cvo:claimObject cvt:face-recognition", "cvo:claimObject cvt:face-recogniton"),
    ("cvo:claimObject cvt:face-recognition", "cvo:claimObjekt cvt:face-recognition"),
    ("a cvo:RelationClaim", "a cvo:RelationClam"),
    ("cvo:claimObject cvt:face-recognition", "cvo:claimObject <https://w3id.org/cvo/term/face-recogniton>"),
    ("cvo:polarity cvo:affirmed", "cvo:polarity cvo:afirmed"),
    ("oa:hasSelector", "oa:hasSelecter"),
    ("cvt:face-recognition ;", "cvt:face-recognition；"),
    ("cvt:face-recognition ;", "cvt:face-recognition， ;"),
    ('"虚拟主播用到人脸识别。"@zh', '"虚拟主播用到人脸识别。”@zh'),
    ('"虚拟主播用到人脸识别。"@zh', "“虚拟主播用到人脸识别。”@zh"),
    ("cvo:polarity", "cvo：polarity"),
    ("cvo:locator :p001 .", "cvo:locator :p001。"),
    ("cvo:locator :p001 .", "cvo:locator :p001 ;"),
    ("cvo:locator :p001 .", "cvo:locator :p001"),
    ("cvo:passageLength 12 .", "cvo:passageLength 12"),
    ("cvo:passageLength 12 .", "cvo:passageLength 12 ;"),
    ("cvo:citeKey", "\u3000cvo:citeKey"),
    ("cvo:modality cvo:observed", "cvo:modality\u00a0cvo:observed"),
    ("cvo:modality cvo:observed", "cvo:modality cvo:observed\u200b"),
    ("<https://w3id.org/cvo/ns#>", "<http://w3id.org/cvo/ns/>"),
    ("<http://www.w3.org/ns/oa#>", "<https://www.w3.org/ns/oa/>"),
    ("@prefix oa: <http://www.w3.org/ns/oa#> .\n", ""),
    ("a oa:SpecificResource", "a oaa:SpecificResource"),
    ('虚拟主播用到人脸识别。"@zh', '虚拟主播用到人脸识别。"@zh-Hans'),
    ('虚拟主播用到人脸识别。"@zh', '虚拟主播用到人脸识别。"@zh-CN'),
    ('recognition."@en', 'recognition."@en-GB'),
]


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_a_slip_with_one_clear_answer_is_repaired(mended, old: str, new: str) -> None:
    text, done = mended((old, new))
    assert done.report.findings == ()
    assert done.repairs
    assert {repair.finding.code for repair in done.repairs} <= {
        "CVO-OBJECT",
        "CVO-TERM",
        "CVO-POLARITY",
        "CVO-SYNTAX",
        "CVO-PREFIX",
        "CVO-LANGUAGE-TAG",
    }
    assert re.sub(r"[ \u3000\u00a0]+", "", text).replace("<https://w3id.org/cvo/term/face-recognition>", "cvt:face-recognition").replace(
        "@prefixoa:<http://www.w3.org/ns/oa#>.\n", ""
    ) == PAPER.replace(" ", "").replace("@prefixoa:<http://www.w3.org/ns/oa#>.\n", "")


def test_several_slips_are_repaired_in_one_run(mended) -> None:
    text, done = mended(SLIPS[1], SLIPS[2], SLIPS[4], SLIPS[11], SLIPS[19], SLIPS[23])
    assert text == PAPER.replace("cvo:locator :p001 .", "cvo:locator :p001.")
    assert done.report.findings == ()
    assert len(done.repairs) == 6


def test_two_languages_swapped_are_turned_round(mended) -> None:
    zh, en = '"虚拟主播用到人脸识别。"', '"A virtual anchor works by face recognition."'
    text, done = mended((f"{zh}@zh , {en}@en", f"{zh}@en , {en}@zh"))
    assert text == PAPER
    assert done.report.findings == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cvt:face-recognition", "cvt:face-something-else"),  # like nothing
        ("<http://www.w3.org/ns/oa#>", "<http://example.org/annotation#>"),  # another vocabulary
        ("cvo:locator :p001 .", "cvo:locator :p001 :p001 ."),  # a comma, or one too many
        ('虚拟主播用到人脸识别。"@zh', '虛擬主播用到人臉識別。"@zh-Hant'),  # another script
        ('虚拟主播用到人脸识别。"@zh', '虚拟主播用到人脸识别。"@zh , "又"@zh-CN'),  # there is one already
        ("oa:start 40", "oa:start 400"),  # nobody knows
        ("cvo:polarity cvo:affirmed", "cvo:polarity cvo:positive"),
        ('cvo:citeKey "li-2024"', 'cvo:citeKey "li-2025"'),
        ("cvo:claimObject cvt:face-recognition", 'cvo:citeKeys "x"'),  # a source's property, on a claim
    ],
)
def test_what_is_not_clear_stays_as_it_was_typed(mended, old: str, new: str) -> None:
    text, done = mended((old, new))
    assert text == PAPER.replace(old, new, 1)
    assert done.texts == ()
    assert done.report.findings


def test_a_repair_reveals_what_it_hid_and_goes_on(mended) -> None:
    _, done = mended(
        ("cvo:passageLength 12 .", "cvo:passageLength 12"), ("face-recognition", "face-recogniton"), ("oa:start 40", "oa:start 400")
    )
    assert [finding.code for finding in done.report.findings] == ["CVO-START-END"]
    assert [repair.finding.code for repair in done.repairs] == ["CVO-SYNTAX", "CVO-OBJECT"]


def test_comments_layout_line_ends_and_the_byte_order_mark_stay(tmp_path: Path) -> None:
    text = "\ufeff# 注释；a comment；\n" + PAPER.replace("cvo:claimObject", "cvo:claimObject\t  # here；\n   ").replace(
        "cvt:face-recognition ;", "cvt:face-recogniton；"
    )
    path = tmp_path / "li-2024.ttl"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    repaired(path).write()
    after = path.read_bytes().decode()
    assert after == text.replace("cvt:face-recogniton；", "cvt:face-recognition;").replace("\n", "\r\n")
    assert validate([path]).findings == ()


def test_what_stands_in_strings_is_never_repaired(mended) -> None:
    text, done = mended(('"A virtual anchor', '"cvt:face-recogniton； A virtual anchor'), ("@en ;", "@en；"))
    assert '"cvt:face-recogniton； A virtual anchor' in text
    assert done.report.findings == ()


def test_findings_that_are_not_wanted_are_not_repaired(tmp_path: Path) -> None:
    path = tmp_path / "li-2024.ttl"
    path.write_text(PAPER.replace("cvt:face-recognition", "cvt:face-recogniton").replace("cvo:affirmed", "cvo:afirmed"), encoding="utf-8")
    done = repaired(path, lambda finding: finding.code == "CVO-POLARITY")
    assert [repair.written for repair in done.repairs] == ["cvo:affirmed"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "li-2024.ttl"
    path.write_text(PAPER.replace("face-recognition", "face-recogniton"), encoding="utf-8")
    done = repaired(path)
    path.write_text("# mine", encoding="utf-8")
    with pytest.raises(InputError, match="changed while"):
        done.write()
    assert path.read_text(encoding="utf-8") == "# mine"


def test_a_repair_after_which_its_place_is_still_wrong_is_taken_back(tmp_path: Path) -> None:
    term = (Path(__file__).parent.parent / "shapes/examples/zhao-2025.ttl").read_text(encoding="utf-8")
    (tmp_path / "zhao-2025.ttl").write_text(term.replace("a cvo:Right ;", "a cvo:Rigth ;"), encoding="utf-8")
    (tmp_path / "li-2024.ttl").write_text(PAPER.replace("cvt:face-recognition", "cvt:example-righ"), encoding="utf-8")
    done = repair.repair(lambda texts: validate([tmp_path], texts=texts))
    assert [repair.written for repair in done.repairs] == ["cvo:Right"]
    assert [(finding.code, finding.fix) for finding in done.report.findings] == [("CVO-OBJECT", None)]  # a right is no technology


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_git_applies_the_diff_and_gets_what_fix_writes(tmp_path: Path, newline: str, end: str) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    text = "\ufeff" + PAPER.rstrip("\n").replace("cvt:face-recognition", "cvt:face-recogniton").replace("12 .", "12 ;") + end
    path = tmp_path / "li-2024.ttl"
    path.write_bytes(text.replace("\n", newline).encode())
    done = repaired(path)
    diff = done.diff().replace(path.as_posix(), path.name)
    subprocess.run([git, "apply", "-p0", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    applied = path.read_bytes()
    path.write_bytes(text.replace("\n", newline).encode())
    done.write()
    assert path.read_bytes() == applied


@pytest.mark.parametrize(("old", "new"), [("@zh ,", "@zh，"), (" ;\n", "；\n"), ('"虚拟主播', "“虚拟主播")])
def test_a_slip_made_in_every_claim_is_repaired_in_one_go(old: str, new: str) -> None:
    start, end = PAPER.index(":c001 a"), PAPER.index(":p001 a")
    whole = PAPER[:start] + "".join(PAPER[start:end].replace(":c001", f":c{n:03}") for n in range(1, 400)) + PAPER[end:]
    text = whole.replace(old, new).replace('。"', "。”" if new[0] == "“" else '。"')
    path = Path("li-2024.ttl")
    mended, made = repair._mend(path, text, lambda _: True)
    assert len(made) >= 399
    assert contribution.read(path, text=mended).error is None
    assert [str(quad) for quad in contribution.read(path, text=mended).quads] == [str(q) for q in contribution.read(path, text=whole).quads]


# ---- properties

PLACES = [
    *((f" {half}", f"{half_not}") for half, half_not in ((";", "；"), (",", "，"), (".", "。"))),
    ("@zh", "@zh-Hans"),
    ("@en", "@en-US"),
    ("cvo:", "cvo："),
    (" a ", "\u3000a "),
]


@st.composite
def slipped(draw) -> str:
    """Return the paper with some slips at random places outside its strings."""
    text = PAPER
    for _ in range(draw(st.integers(1, 4))):
        right, wrong = draw(st.sampled_from(PLACES))
        outside = [m.start() for m in re.finditer(re.escape(right), text) if _outside(text, m.start()) and text.find("\n\n") < m.start()]
        if outside:
            at = draw(st.sampled_from(outside))
            text = text[:at] + wrong + text[at + len(right) :]
    if draw(st.booleans()):
        names = [m for m in re.finditer(r"\b(?:cvo|cvt):[A-Za-z-]{9,}", text) if _outside(text, m.start())]
        if names:
            name = draw(st.sampled_from(names))
            at = draw(st.integers(name.start() + 6, name.end() - 2))
            text = text[:at] + text[at + 1 :]
    return text


def _outside(text: str, at: int) -> bool:
    return text[:at].count('"') % 2 == 0 and text[:at].count("<") == text[:at].count(">")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slipped(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_repairs_only_take_slips_back_and_a_second_run_changes_nothing(tmp_path: Path, text: str, newline: str, bom: bool) -> None:  # noqa: FBT001
    path = tmp_path / "li-2024.ttl"
    path.write_bytes(("\ufeff" * bom + text.replace("\n", newline)).encode())
    done = repaired(path)
    done.write()
    once = path.read_bytes()
    left = {(f.code, f.value) for f in done.report.findings}
    if not left:
        same = {str(quad) for quad in contribution.read(path).quads}
        assert same == {str(quad) for quad in contribution.read(DATA / "li-2024.ttl").quads}
    assert once.startswith(b"\xef\xbb\xbf") == bom
    assert (b"\r\n" in once) == (newline == "\r\n")
    assert not re.search(rb"[^\r]\n", once) or newline == "\n"
    assert sum("#" in line for line in once.decode().splitlines()) == sum("#" in line for line in text.splitlines())
    again = repaired(path)
    assert again.texts == ()
    assert {(f.code, f.value) for f in again.report.findings} == left


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=':abc ;,."“”；，。<>@\n\r[]()\u3000#', max_size=40))
def test_any_text_is_repaired_without_an_error_and_to_an_end(text: str) -> None:
    path = Path("x.ttl")
    new, made = repair._mend(path, text, lambda _: True)
    assert bool(made) == (new != text)
    assert repair._mend(path, new, lambda _: True) == (new, [])
