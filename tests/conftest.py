"""What all tests share: running the command as a user does, and where the documents are."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from cvo import __main__ as entry

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"  # documents and test suites that are not part of the project
IN_PROCESSES = bool(os.environ.get("CVO_TEST_PROCESSES"))  # each run of the command is a process, which takes long
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process of a test compiles the program anew
settings.register_profile("steady", max_examples=60, derandomize=True, deadline=None)  # the same examples on each run
settings.register_profile("search", max_examples=500, deadline=None)  # others on each run: `pytest --hypothesis-profile=search`
settings.load_profile("steady")


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


def run_cvo(*arguments, stdin="", cwd=None, env=None):
    """Run the command in a process of its own: for tests of signals, streams, deadlines and what surrounds a process."""
    ran = subprocess.run(
        [sys.executable, "-m", "cvo", *map(str, arguments)],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        cwd=cwd,
        env=env,
        timeout=120,
        check=False,
    )
    return _ran(ran.returncode, ran.stdout, ran.stderr)


def call_cvo(*arguments, stdin="", cwd=None, env=None, terminal=False):
    """Run the command in this process, which spares its start: same arguments, streams, folder, environment and deep stack."""
    words = ["cvo", *map(str, arguments)]
    if IN_PROCESSES or words[1:2] == ["serve"] or "--timeout" in words:  # a server heeds signals, a deadline ends its process
        return run_cvo(*arguments, stdin=stdin, cwd=cwd, env=env)
    given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n") for _ in range(2))
    out.isatty = lambda: terminal
    ended, stack = [], threading.stack_size()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("argv", words), ("stdin", given), ("stdout", out), ("stderr", err)):
            patch.setattr(sys, name, value)
        if cwd is not None:
            patch.chdir(cwd)
        if env is not None:
            for name in set(os.environ) - set(env):
                patch.delenv(name)
            for name, value in env.items():
                patch.setenv(name, value)
        command = entry._start(lambda: ended.append(entry._run()))
        threading.stack_size(stack)
        command.join(120)
        assert not command.is_alive(), f"no end within 120 s: {words}"
    for stream in (out, err):
        stream.flush()
    return _ran(ended[0] if ended else 3, out.buffer.getvalue(), err.buffer.getvalue())


def _ran(status, out, err):
    ran = Ran(status, out.decode(), err.decode())
    assert "Traceback" not in ran.err, ran.err
    return ran


@pytest.fixture
def cvo():
    """Return a function that runs the command; no run may end in a traceback."""
    return call_cvo


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
