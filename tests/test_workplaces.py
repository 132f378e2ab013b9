"""Where contributors work: editors, hooks and services get what they read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from cvo.errors import Place
from cvo.findings import Finding, Report
from cvo.validation import report
from cvo.validation.validator import validate

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ROOT / "tests/readme/example-nd.ttl"
TASKS = json.loads((ROOT / ".vscode/tasks.json").read_text(encoding="utf-8"))["tasks"]
MATCHERS = [task["problemMatcher"] for task in TASKS if task["problemMatcher"]]


def matched(text: str, matcher: dict) -> list[dict[str, str]]:
    """Return what VS Code reads with *matcher*, whose patterns match lines that follow one another."""
    patterns = [(re.compile(pattern["regexp"]), pattern) for pattern in matcher["pattern"]]
    lines, found = text.split("\n"), []
    for start in range(len(lines)):
        problem: dict[str, str] = {}
        for (regexp, pattern), line in zip(patterns, lines[start:], strict=False):
            hit = regexp.search(line)
            if not hit:
                break
            problem |= {name: hit[group] for name, group in pattern.items() if name != "regexp"}
        else:
            found.append(problem)
    return found


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda m: m["owner"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_vs_code_finds_every_finding_with_its_place(matcher: dict, lang: str) -> None:
    checked = validate([EXAMPLE])
    places = [(f["file"], int(f["line"]), int(f["column"]), f["code"]) for f in matched(report.write(checked, lang=lang), matcher)]
    assert places == [(f.place.file, f.place.line, f.place.column, f.code) for f in checked.findings]


def test_vs_code_understands_severities_and_hard_file_names() -> None:
    for severity, word in (("violation", "error"), ("warning", "warning"), ("info", "note")):
        finding = Finding(Place("C:\\a folder\\李 (1):2.ttl", 3, 4), "CVO-X", severity, (("en", "a --> b:1:2"),), name="[…] 3:4")
        (problem,) = matched(report.write(Report((finding,), ("x",))), MATCHERS[0])
        assert problem == {
            "severity": word,
            "code": "CVO-X",
            "message": "a --> b:1:2",
            "file": "C:\\a folder\\李 (1):2.ttl",
            "line": "3",
            "column": "4",
        }


def test_a_watch_begins_and_ends_as_vs_code_expects() -> None:
    background = next(matcher["background"] for matcher in MATCHERS if "background" in matcher)
    for lang in ("zh", "en"):
        for each in (validate([EXAMPLE]), Report((), ()), Report((), ("x",), unread=1), Report((), ("x", "y"), unread=2)):
            assert re.search(background["endsPattern"], report.write(each, lang=lang).splitlines()[-1])
    source = (ROOT / "cvo/commands/validate.py").read_text(encoding="utf-8")
    for line in ("Checking …", "正在检查……"):
        assert re.search(background["beginsPattern"], line)
        assert f'"{line}"' in source


def test_the_hooks_run_commands_that_exist(cvo, tmp_path: Path) -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"^  entry: cvo (.+)$", text, re.MULTILINE)
    assert entries == ["validate", "validate --fix"]
    (files,), (exclude,) = (set(re.findall(rf"^  {name}: (.+)$", text, re.MULTILINE)) for name in ("files", "exclude"))
    assert re.search(files, "instances/li-2024.ttl")
    assert re.search(exclude, "shapes/claim.ttl")
    for entry in entries:
        path = tmp_path / "example-nd.ttl"
        shutil.copy(EXAMPLE, path)
        assert cvo(*entry.split(), path).status == 1


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", ".github/workflows/validate.yml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-workflows", ".github/workflows/release.yml"),
    ],
)
def test_the_action_and_the_workflows_are_what_github_reads(schema: str, path: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def _action(folder: Path, **settings: str) -> tuple[int, str]:
    bash = shutil.which("bash")
    if bash is None or sys.platform == "win32":
        pytest.skip("the action runs in bash")
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "cvo").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cvo "$@"\n', encoding="utf-8")
    (programs / "cvo").chmod(0o755)
    about = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(folder / "summary.md"), **settings}
    ran = subprocess.run([bash, ROOT / ".github/validate.sh"], cwd=folder, env=about, capture_output=True, check=False)
    return ran.returncode, (ran.stdout + ran.stderr).decode()


def test_the_action_annotates_sums_up_and_fails(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "a folder")
    status, said = _action(tmp_path, CVO_PATHS="a folder\n", CVO_LANG="zh", CVO_SARIF="cvo.sarif")
    assert (status, said.count("::error file=a folder/example-nd.ttl,line=")) == (1, 3)
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("# 校验报告")
    assert len(json.loads((tmp_path / "cvo.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == 3
    assert _action(tmp_path, CVO_PATHS="a folder", CVO_FAIL_ON="never")[0] == 0
    assert _action(tmp_path, CVO_PATHS="missing.ttl")[0] == 2
    assert "$(" not in said


def test_what_the_caller_of_the_action_writes_is_never_run(tmp_path: Path) -> None:
    status, _ = _action(tmp_path, CVO_PATHS='$(touch "hacked"); touch hacked', CVO_LANG="$(touch hacked)")
    assert status == 2
    assert not (tmp_path / "hacked").exists()
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert "${{" not in "".join(re.findall(r"^ +run: .*$", text, re.MULTILINE))


def test_the_action_checks_what_a_pull_request_changes(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    origin, mine = tmp_path / "origin", tmp_path / "mine"

    def run(folder: Path, *arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run([git, *who, *arguments], cwd=folder, check=True, capture_output=True)

    origin.mkdir()
    run(origin, "init", "-b", "main")
    (origin / "bad-nd.ttl").write_text("x", encoding="utf-8")
    run(origin, "add", ".")
    run(origin, "commit", "-m", "one")
    run(tmp_path, "clone", str(origin), str(mine))
    run(mine, "checkout", "-b", "mine")
    shutil.copy(EXAMPLE, mine)
    run(mine, "add", ".")
    run(mine, "commit", "-m", "mine")
    status, said = _action(mine, CVO_CHANGED="true", CVO_BASE="main")
    assert status == 1
    assert "example-nd.ttl" in said
    assert "bad-nd.ttl" not in said
