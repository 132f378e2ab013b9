"""The command that contributors run: its options, alone and together."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from cvo.errors import InputError
from cvo.validation import changes, selection
from cvo.validation.validating import Run
from cvo.validation.validator import validate

PAPER = (ROOT / "tests/data/validation/li-2024.ttl").read_text(encoding="utf-8")
SLIP = PAPER.replace("cvt:face-recognition", "cvt:face-recogniton")
LATE = "oa:start 400"
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix cvo: <https://w3id.org/cvo/ns#> .
[] a sh:NodeShape ; sh:targetClass cvo:Claim ; sh:property
  [ sh:path cvo:polarity ; sh:in ( cvo:denied ) ; cvo:code "MINE-POLARITY" ; sh:severity sh:Warning ; sh:message "mine"@en , "我的"@zh ] ,
  [ sh:path cvo:basis ; sh:maxCount 0 ; sh:severity sh:Info ] .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "li-2024.ttl").write_text(SLIP.replace("oa:start 40", LATE), encoding="utf-8")
    return tmp_path


def test_fix_repairs_what_is_clear_and_reports_the_rest(cvo, folder: Path) -> None:
    ran = cvo("validate", "li-2024.ttl", "--fix", cwd=folder)
    assert ran.status == 1
    assert ran.err.splitlines() == [
        "li-2024.ttl:20:19 CVO-OBJECT: cvt:face-recogniton → cvt:face-recognition",
        "Fixed 1 finding in 1 file",
    ]
    assert ran.out.startswith("error[CVO-START-END]")
    assert (folder / "li-2024.ttl").read_text(encoding="utf-8") == PAPER.replace("oa:start 40", LATE)
    ran = cvo("validate", "li-2024.ttl", "--fix", "--lang", "zh", cwd=folder)
    assert ran.err == "没有可自动修正之处\n"


def test_diff_shows_what_fix_would_do_and_writes_nothing(cvo, folder: Path) -> None:
    before = (folder / "li-2024.ttl").read_bytes()
    ran = cvo("validate", "li-2024.ttl", "--diff", "--lang", "zh", cwd=folder)
    assert ran.status == 1
    assert "-  cvo:claimObject cvt:face-recogniton ;\n+  cvo:claimObject cvt:face-recognition ;\n" in ran.out
    assert ran.err.endswith("可修正 1 个文件中的 1 处\n")
    assert cvo("validate", "li-2024.ttl", "--diff", "--fix", cwd=folder).out == ran.out
    assert (folder / "li-2024.ttl").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["li-2024.ttl"]


def test_codes_are_selected_and_ignored_by_how_they_begin(cvo, folder: Path) -> None:
    def codes(*options: str) -> list[str]:
        return [each["code"] for each in json.loads(cvo("validate", "li-2024.ttl", "-f", "json", *options, cwd=folder).out)["findings"]]

    assert codes() == ["CVO-OBJECT", "CVO-START-END"]
    assert codes("--select", "CVO-START") == ["CVO-START-END"]
    assert codes("--select", "CVO-START,object") == ["CVO-OBJECT", "CVO-START-END"]
    assert codes("--select", "CVO-", "--ignore", "CVO-START") == ["CVO-OBJECT"]
    assert codes("--ignore", "CVO-") == []


@pytest.mark.parametrize(("option", "code", "hint"), [("--select", "CVO-STRAT", "CVO-START"), ("--ignore", "CVO-POLARTY", "CVO-POLARITY")])
def test_an_unknown_code_is_an_error_with_the_one_that_was_meant(cvo, folder: Path, option: str, code: str, hint: str) -> None:
    ran = cvo("validate", "li-2024.ttl", option, code, cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert f"no such code: {code}" in ran.err
    assert f"did you mean {hint}" in ran.err


def test_fix_repairs_selected_findings_only(cvo, folder: Path) -> None:
    cvo("validate", "li-2024.ttl", "--fix", "--select", "CVO-START", cwd=folder)
    assert "cvt:face-recogniton" in (folder / "li-2024.ttl").read_text(encoding="utf-8")


def test_other_shapes_judge_with_codes_of_their_own(cvo, tmp_path: Path) -> None:
    (tmp_path / "li-2024.ttl").write_text(PAPER, encoding="utf-8")
    (tmp_path / "mine.ttl").write_text(SHAPES, encoding="utf-8")
    ran = cvo("validate", "li-2024.ttl", "--against", "mine.ttl", "--lang", "zh", cwd=tmp_path)
    assert ran.status == 0
    assert "警告[MINE-POLARITY] 我的" in ran.out
    assert "提示[CVO-MAXCOUNT]" in ran.out
    for level, status in (("violation", 0), ("warning", 1), ("info", 1), ("never", 0)):
        assert cvo("validate", "li-2024.ttl", "--against", "mine.ttl", "--fail-on", level, cwd=tmp_path).status == status
    only = cvo("validate", "li-2024.ttl", "--against", "mine.ttl", "--select", "MINE", "--fail-on", "info", cwd=tmp_path)
    assert (only.status, only.out.count("[")) == (1, 1)
    assert cvo("validate", "li-2024.ttl", "--against", "nothing.ttl", cwd=tmp_path).status == 2


def test_one_run_writes_several_reports(cvo, folder: Path) -> None:
    ran = cvo("validate", "li-2024.ttl", "-f", "github", "--also", "a.sarif", "--also", "b.md", cwd=folder)
    assert (ran.status, ran.out.count("::error ")) == (1, 2)
    assert json.loads((folder / "a.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (folder / "b.md").read_text(encoding="utf-8").startswith("# Validation report")
    assert cvo("validate", "li-2024.ttl", "--also", "a.pdf", cwd=folder).status == 2


def test_never_fails_on_findings_but_still_on_what_cannot_be_read(cvo, folder: Path) -> None:
    assert cvo("validate", "li-2024.ttl", "--fail-on", "never", cwd=folder).status == 0
    assert cvo("validate", "missing.ttl", "--fail-on", "never", cwd=folder).status == 2


@pytest.mark.parametrize("options", [["--base", "main", "x.ttl"], ["--watch", "--diff", "x.ttl"], ["--fail-on", "bad", "x.ttl"], []])
def test_options_that_do_not_go_together_are_an_error(cvo, tmp_path: Path, options: list[str]) -> None:
    ran = cvo("validate", *options, cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")


# ---- what has changed


@pytest.fixture
def repository(tmp_path: Path):
    """Return a function that runs git in a new repository with one good file."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run([program, *who, *arguments], cwd=tmp_path, check=True, capture_output=True, env=quiet)

    git("init")
    (tmp_path / "old-2020.ttl").write_text(PAPER.replace("li-2024", "old-2020"), encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "one")
    return git


@pytest.mark.usefixtures("repository")
def test_only_files_that_differ_from_the_last_commit_are_checked(cvo, tmp_path: Path) -> None:
    ran = cvo("validate", "--changed", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "No file has changed\n")
    assert cvo("validate", "--changed", "--lang", "zh", cwd=tmp_path).out == "没有改动过的文件\n"
    (tmp_path / "deep er").mkdir()
    (tmp_path / "deep er" / "李-2024.ttl").write_text(SLIP, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    about = json.loads(cvo("validate", "--changed", "-f", "json", cwd=tmp_path).out)
    assert [Path(file).as_posix() for file in about["files"]] == ["deep er/李-2024.ttl"]
    inside = json.loads(cvo("validate", "--changed", "-f", "json", cwd=tmp_path / "deep er").out)
    assert inside["files"] == ["李-2024.ttl"]
    assert cvo("validate", "--changed", "old-2020.ttl", cwd=tmp_path).out == "No file has changed\n"


def test_a_base_compares_with_the_commit_where_the_two_parted(cvo, repository, tmp_path: Path) -> None:
    repository("checkout", "-b", "mine")
    (tmp_path / "li-2024.ttl").write_text(PAPER, encoding="utf-8")
    repository("add", ".")
    repository("commit", "-m", "mine")
    repository("checkout", "main")
    (tmp_path / "wu-2023.ttl").write_text(PAPER.replace("li-2024", "wu-2023"), encoding="utf-8")
    repository("add", ".")
    repository("commit", "-m", "theirs")
    repository("checkout", "mine")
    about = json.loads(cvo("validate", "--changed", "--base", "main", "-f", "json", cwd=tmp_path).out)
    assert about["files"] == ["li-2024.ttl"]
    ran = cvo("validate", "--changed", "--base", "mian", cwd=tmp_path)
    assert (ran.status, "no such commit: mian" in ran.err) == (2, True)


@pytest.mark.usefixtures("repository")
def test_deleted_and_ignored_files_are_not_checked(tmp_path: Path) -> None:
    (tmp_path / "old-2020.ttl").unlink()
    (tmp_path / ".gitignore").write_text("skip.ttl\n", encoding="utf-8")
    (tmp_path / "skip.ttl").write_text("x", encoding="utf-8")
    assert changes.changed([tmp_path], endings=[".ttl"]) == []


@pytest.mark.usefixtures("repository")
def test_a_table_that_has_changed_is_checked_whichever_of_its_sheets_it_was(tmp_path: Path) -> None:
    for name, text in (("a.csv", "statement-zh\n"), ("a.passages.csv", "id\n"), ("b.csv", "id,text\n"), ("c.csv", "id\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = Run((str(tmp_path), str(tmp_path / "c.csv")), changed=True)
    assert [Path(name).name for name in run.files()] == ["a.csv", "c.csv"]


def test_outside_a_repository_it_says_so(cvo, tmp_path: Path) -> None:
    ran = cvo("validate", "--changed", cwd=tmp_path, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert ran.status == 2
    assert "git" in ran.err


def test_a_repository_without_a_commit_has_only_new_files(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    subprocess.run([git, "init"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "x.ttl").write_text("", encoding="utf-8")
    assert [path.name for path in changes.changed([tmp_path])] == ["x.ttl"]


# ---- watching


def test_a_watch_wakes_at_changes_additions_and_removals(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("1", encoding="utf-8")
    steps = iter(
        [
            lambda: None,
            lambda: path.write_text("22", encoding="utf-8"),
            lambda: None,
            lambda: None,
            lambda: (tmp_path / "b.ttl").write_text("1", encoding="utf-8"),
            lambda: path.write_text("333", encoding="utf-8"),
            lambda: None,
            path.unlink,
            lambda: None,
        ]
    )
    paused = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        next(steps)()

    runs = changes.rounds(lambda: sorted(tmp_path.glob("*.ttl")), pause)
    counts = []
    for _ in range(4):
        next(runs)
        counts.append(len(paused))
    assert counts == [0, 3, 7, 9]


def test_a_watch_tells_the_new_state_of_a_file(folder: Path) -> None:
    command = [sys.executable, "-u", "-m", "cvo", "validate", "li-2024.ttl", "--watch"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        try:
            assert _until(process.stdout, b"Checked ") > 2
            (folder / "li-2024.ttl").write_text(PAPER, encoding="utf-8")
            assert _until(process.stdout, b"no findings") == 2
        finally:
            process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert b"Traceback" not in err


def _until(stream, words: bytes) -> int:
    for number, line in enumerate(stream, 1):
        if words in line:
            return number
    return 0


# ---- codes


def test_every_word_for_codes_is_understood() -> None:
    finding = validate([ROOT / "tests/readme/example-nd.ttl"]).findings[0]
    for word in ("CVO-OBJECT", "cvo-object", "OBJ", "basis，object", " object , basis "):
        assert selection.wanted([word], [])(finding)
        assert not selection.wanted([], [word])(finding)
    with pytest.raises(InputError, match="no such code: objekt"):
        selection.wanted(["objekt"], [])
