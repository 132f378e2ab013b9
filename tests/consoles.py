"""Console blocks of the guides: read, typed into a terminal of 100 columns in order, and compared with what the guide shows.

A fence ``console`` holds commands behind ``$ ``, each with the lines that it prints; a line ``…`` stands for any lines. A fence
``console skip=WHY`` is not typed. A fence with ``file=NAME`` is a file that the reader saves. ``python -m tests.consoles FILE …``
writes what is printed into the guides; ``@6 2`` under a command asks for its first six and last two lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

COLUMNS = 100
FENCE = re.compile(r"^```(\S+)[ ]?(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
SIZE = re.compile(r"[\d,]+(?= files, )|\d+(?= MB\b)")  # of a site: grows with every term
TIME = re.compile(r"\d+(?:\.\d+)?(?=\s?(?:ms|s|毫秒|秒)\b)")
DATE = re.compile(r"20\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Typed:
    """A command, the lines that a guide shows under it, and why it is not run, if it is not."""

    line: str
    shown: str
    skip: str


@dataclass(frozen=True)
class Saved:
    """A file that a guide has its reader save."""

    name: str
    text: str


def steps(guide):
    """Return the commands and files of the text *guide* in order."""
    found = []
    for language, marks, content in FENCE.findall(guide):
        skip, name = (re.search(rf"{key}=(\S+)", marks) for key in ("skip", "file"))
        if name:
            found.append(Saved(name[1], content))
        elif language == "console":
            for typed in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                line, _, shown = typed.partition("\n")
                found.append(Typed(line, shown, skip[1] if skip else ""))
    return found


def type_in(line, folder, home, before=0):
    """Return what *line* prints on a terminal and its exit status.

    *home* holds the programs, settings and caches; *before* is the status of the line before.
    """
    import pty  # noqa: PLC0415 - not on Windows
    import termios  # noqa: PLC0415

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, COLUMNS))
    environment = surroundings(home)
    process = subprocess.Popen(
        ["sh", "-c", f"(exit {before})\n{line}"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.PIPE,
    )
    os.close(slave)
    printed = []
    reader = threading.Thread(target=_read, args=(master, printed))
    reader.start()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)
    reader.join()
    os.close(master)
    text = (said + b"".join(printed)).decode().replace("\r\n", "\n")
    return trimmed(text), process.returncode


def trimmed(text):
    """Return *text* without what is blank at the ends of its lines."""
    return "\n".join(part.rstrip() for part in text.split("\n"))


def surroundings(home):
    """Return the environment of what is typed, with the folder *home*."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "CVO_CONFIG", "GIT_"))}
    return kept | {
        "PATH": f"{home}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": str(COLUMNS),
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
    }  # fmt: skip


def words(line):
    """Return the arguments of *line* if it is a run of `cvo` that needs no shell, nor a process to itself; else None."""
    bare = re.sub(r"'[^']*'", "''", line)
    remark = re.search(r"\s#", bare)
    if not re.fullmatch(r"cvo [^|&;<>$`*?\\\"~{}()\[\]#\n]*", bare[: remark.start()] if remark else bare) or line.startswith("cvo build"):
        return None
    return shlex.split(line, comments=bool(remark))[1:]


def _read(master, printed):
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # the other end of a terminal is closed
            return
        if not data:
            return
        printed.append(data)


def prepare(home):
    """Make the folder *home*, where the command `cvo` and `python` are those that run the tests."""
    home.mkdir(parents=True, exist_ok=True)
    for name, call in (("cvo", f'"{sys.executable}" -m cvo'), ("python", f'"{sys.executable}"')):
        (home / name).write_text(f'#!/bin/sh\nexec {call} "$@"\n', encoding="utf-8")
        (home / name).chmod(0o755)


def matches(shown, printed):
    """Return whether *printed* is what a guide shows, whatever the times and days, with any lines for ``…``."""
    wanted = "".join(r"(?:.*\n)*?" if part.strip() == "…" else re.escape(part) + r"\n" for part in plain(shown).splitlines())
    return re.fullmatch(wanted, plain(printed)) is not None


def plain(text):
    return DATE.sub("2026-01-01", TIME.sub("0", SIZE.sub("0", text)))


def rewrite(path):
    """Write what the commands of the guide *path* print into it."""
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as top:
        folder, home = Path(top) / "work", Path(top) / "home"
        folder.mkdir()
        prepare(home)
        status = 0

        def answered(fence):
            nonlocal status
            language, marks, content = fence.groups()
            if name := re.search(r"file=(\S+)", marks):
                save(folder, Saved(name[1], content))
            if language != "console" or name or "skip=" in marks:
                return fence[0]
            written = ""
            for typed in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                line, _, shown = typed.partition("\n")
                printed, status = type_in(line, folder, home, status)
                if status and not shown:
                    print(f"{path.name}: exit status {status}: {line}", file=sys.stderr)  # noqa: T201
                written += f"$ {line}\n{shortened(shown, printed)}"
            return f"```{language}{' ' if marks else ''}{marks}\n{written}```"

        path.write_text(FENCE.sub(answered, text), encoding="utf-8")


def shortened(shown, printed):
    """Return what is to be shown: as before if that is right, ``@6 2`` the first six and the last two lines, else everything."""
    if wanted := re.fullmatch(r"@(\d+)(?: (\d+))?\n?", shown):
        head, tail = int(wanted[1]), int(wanted[2] or 0)
        lines = printed.splitlines()
        kept = lines if len(lines) <= head + tail else [*lines[:head], "…", *lines[len(lines) - tail :]]
        return "".join(f"{line}\n" for line in kept)
    return shown if shown and matches(shown, printed) else printed


def save(folder, saved):
    target = folder / saved.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(saved.text, encoding="utf-8")


if __name__ == "__main__":
    if not shutil.which("sh"):
        sys.exit("needs a POSIX shell")
    for argument in sys.argv[1:]:
        rewrite(Path(argument))
