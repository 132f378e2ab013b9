"""Which files have changed: those that differ in git, and those that differ from a moment ago."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from cvo.errors import EngineError, InputError, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # that of SHA-1 repositories; git knows it without being told
Signature = dict[Path, tuple[int, int]]


def changed(paths: Sequence[str | Path], base: str = "HEAD", endings: Sequence[str] = ()) -> list[Path]:
    """Return the files below *paths* that differ from the commit *base*, staged or not, and those that git does not know yet.

    With another *base* than HEAD the comparison is with the commit at which the two parted, as in a pull request. Deleted and
    ignored files are none of them; with *endings*, only files that end so.

    Raises: InputError, if a path is in no repository or there is no such commit; EngineError, if there is no git.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise InputError(Message(f"no such file: {path}", f"没有这个文件：{path}"))
        folder = path if path.is_dir() else path.parent
        top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
        since = _since(folder, base)
        tracked = _git(folder, "diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", since, "--", str(path.resolve()))
        untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", str(path.resolve()))
        for name in f"{tracked}\0{untracked}".split("\0"):
            if name and (not endings or name.lower().endswith(tuple(endings))):
                found[_shown(top / name)] = None
    return sorted(path for path in found if path.is_file())


def _since(folder: Path, base: str) -> str:
    if not _succeeds(folder, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"):
        if base == "HEAD":
            return EMPTY_TREE  # a repository without a commit
        hint = Message("fetch it first; a shallow clone has only the newest commits", "请先取回（git fetch）；浅克隆只有最近的提交")
        raise InputError(Message(f"no such commit: {base}", f"没有这个提交：{base}"), hint=hint)
    return base if base == "HEAD" else _git(folder, "merge-base", base, "HEAD").strip()


def _shown(path: Path) -> Path:
    here = Path.cwd().resolve()
    resolved = path.resolve()
    return resolved.relative_to(here) if resolved.is_relative_to(here) else path


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = which("git")
    if git is None:
        hint = Message("--changed needs it; name the files instead", "--changed 需要 git；也可直接写明文件")
        raise EngineError(Message("git is not installed", "没有安装 git"), hint=hint)
    return subprocess.run([git, "-c", "core.quotePath=false", *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603


def _succeeds(folder: Path, *arguments: str) -> bool:
    return _run(folder, *arguments).returncode == 0


def _git(folder: Path, *arguments: str) -> str:
    ran = _run(folder, *arguments)
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        what = Message(f"git says: {said[-1] if said else 'nothing'}", f"git 报告：{said[-1] if said else '（无）'}")
        raise InputError(what, hint=Message("--changed works in a git repository", "--changed 只能在 git 仓库中使用"))
    return ran.stdout.decode("utf-8", "surrogateescape")


def rounds(files: Callable[[], Sequence[Path]], pause: Callable[[float], object] = time.sleep, interval: float = 0.5) -> Iterator[None]:
    """Yield once at first, and then each time when one of *files* has changed, was added or went away.

    It asks for the times of the files twice a second, which works in every file system; what is written in several steps is waited
    for until it rests. *pause* is for tests.
    """
    seen = signature(files())
    yield
    while True:
        pause(interval)
        now = signature(files())
        if now == seen:
            continue
        while (later := _after(files, pause, interval)) != now:
            now = later
        seen = now  # from before the run: what changes while it runs is seen the next time
        yield


def _after(files: Callable[[], Sequence[Path]], pause: Callable[[float], object], interval: float) -> Signature:
    pause(interval / 5)
    return signature(files())


def signature(files: Sequence[Path]) -> Signature:
    """Return the time and the size of each of *files* that is there."""
    found = {}
    for path in files:
        try:
            about = path.stat()
        except OSError:
            continue
        found[path] = (about.st_mtime_ns, about.st_size)
    return found
