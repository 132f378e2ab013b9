"""The wheel alone, in an empty environment, answers a question from anywhere."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

PYTHON = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_just_the_data_that_git_tracks(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "ontology", "shapes", "instances", "docs"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so there is nothing to compare with")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name.removeprefix("cvo/_data/") for name in archive.namelist() if name.startswith("cvo/_data/")}
        for name in shipped:
            assert archive.read(f"cvo/_data/{name}") == (ROOT / name).read_bytes()
        assert any(name.endswith("licenses/LICENSE-DATA") for name in archive.namelist())
        assert "cvo/py.typed" in archive.namelist()
    assert shipped == set(listed.stdout.splitlines())


def test_the_wheel_alone_answers_from_the_root_of_the_disk(wheel, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / PYTHON
    installed = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
            str(wheel),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    if installed.returncode and "No matching distribution" in installed.stderr:
        pytest.skip("the package index cannot be reached, so the wheel's dependencies cannot be installed")
    assert installed.returncode == 0, installed.stderr
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "CVO"))}

    def cvo(*arguments):
        return subprocess.run(
            [python, "-I", "-m", "cvo", *arguments], cwd=Path("/"), capture_output=True, env=environment, timeout=60, check=True
        )

    assert "legal risk" in cvo("query", "risks.rq").stdout.decode()
    assert "no findings" in cvo("validate", str(ROOT / "instances" / "bi-2019.ttl")).stdout.decode()
