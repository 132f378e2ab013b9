"""What all tests share: running the command as a user does, and where the documents are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"  # documents and test suites that are not part of the project


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


def run_cvo(*arguments, stdin="", cwd=None, env=None):
    ran = subprocess.run(
        [sys.executable, "-m", "cvo", *map(str, arguments)],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        cwd=cwd,
        env=env,
        timeout=120,
        check=False,
    )
    out, err = ran.stdout.decode(), ran.stderr.decode()
    assert "Traceback" not in err, err
    return Ran(ran.returncode, out, err)


@pytest.fixture
def cvo():
    """Return a function that runs the command in a process of its own; no run may end in a traceback."""
    return run_cvo


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return the site of the shipped data, made once for all workers; nobody writes into it."""
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    folder, failed = shared / "site", shared / "site-failed"
    try:
        (shared / "site-begun").mkdir()
    except FileExistsError:  # another worker builds it, or has built it: it appears whole
        for _ in range(3000):
            if folder.is_dir() or failed.is_file():
                break
            time.sleep(0.1)
        assert folder.is_dir(), failed.read_text(encoding="utf-8") if failed.is_file() else "the site is not built"
        return folder
    ran = run_cvo("build", "--out", folder)
    if (ran.status, ran.out) != (0, ""):
        failed.write_text(ran.err, encoding="utf-8")
    assert (ran.status, ran.out) == (0, ""), ran.err
    return folder


@pytest.fixture(scope="session", autouse=True)
def _snapshots(tmp_path_factory):
    """Keep snapshots out of the home folder; all workers share theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CVO_CACHE", str(tmp_path_factory.getbasetemp().parent / "snapshots"))
        yield
