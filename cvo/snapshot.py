"""The shipped data as a store on disk, made once, so that it opens in the same few milliseconds however large it is.

A snapshot is named after the files that it was made from (path, size, time of change) and the version of the engine: one
that is stale is never found. It lives in the user's cache folder, or in ``CVO_CACHE`` (empty: no snapshots), and is made in
a folder of its own and then renamed, so that nobody sees half of it. A list of its files, with size and time of change,
tells one that was touched since: the engine may hang on such. Whatever goes wrong, the RDF files are read instead.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST = 4 << 30  # bytes of address space; the threads of the engine reserve much and take little
KEPT = 12  # views, and other versions and environments of the same user, have theirs
LIST = "files.txt"
DAMAGE = (OSError, RuntimeError)  # what the engine raises on a file that is missing, cut off or changed


def folder_of(files: Iterable[Path], derived: str = "") -> Path | None:
    """Return where the snapshot of *files*, with what is *derived* from them, is or would be; None if there is no place for any."""
    wanted = os.environ.get("CVO_CACHE")
    if wanted == "" or _is_cramped():
        return None
    key = hashlib.sha256(f"{ox.__version__}{derived}".encode())
    try:
        for path in files:
            stat = path.stat()
            key.update(f"\0{path}\0{stat.st_size}\0{stat.st_mtime_ns}".encode())
        if wanted:
            return Path(wanted) / key.hexdigest()[:24]
        from platformdirs import user_cache_path  # noqa: PLC0415 - only where nothing else is said

        return user_cache_path("cvo", appauthor=False) / key.hexdigest()[:24]
    except (OSError, RuntimeError):  # no home folder
        return None


def _is_cramped() -> bool:
    """Return whether the process may take so little address space that the threads of a store on disk could not start."""
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415 - Windows has none

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return limit not in (-1, resource.RLIM_INFINITY) and limit < LEAST


def open_(folder: Path | None) -> ox.Store | None:
    """Return the store in *folder*, read-only; None if there is none that can be read."""
    if folder is None or not folder.is_dir():
        return None
    try:
        if (folder / LIST).read_text(encoding="utf-8") == _listing(folder):
            return ox.Store.read_only(str(folder))
    except DAMAGE:
        pass
    discard(folder)
    return None


def _listing(folder: Path) -> str:
    """Return name, size and time of change of each file of *folder* that holds data."""
    stats = [(path.name, path.stat()) for path in sorted(folder.glob("[!L]*")) if path.name != LIST]  # not LOG and LOCK
    return "".join(f"{name} {stat.st_size} {stat.st_mtime_ns}\n" for name, stat in stats)


def make(folder: Path, data: ox.Store) -> bool:
    """Make a snapshot in *folder* of *data*; return whether that was possible."""
    from tempfile import mkdtemp  # noqa: PLC0415 - only this needs it

    partial = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=".", dir=folder.parent))
        store = ox.Store(str(partial))
        # All at once and past the log: what is written triple by triple leaves a log of ten times its size,
        # which each opening replays (60 ms in place of 8) until it is flushed.
        store.bulk_load(input=data.dump(format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.N_QUADS)
        store.flush()
        del store  # closes its files, which Windows does not rename while they are open
        (partial / LIST).write_text(_listing(partial), encoding="utf-8")
        partial.rename(folder)
        _prune(folder)
    except DAMAGE:  # a full or read-only disk, or another process that was faster
        return False
    finally:
        if partial is not None:
            discard(partial)
    return True


def discard(folder: Path) -> None:
    """Remove *folder*, as far as that is possible."""
    from shutil import rmtree  # noqa: PLC0415 - 2 ms that only this needs

    rmtree(folder, ignore_errors=True)


def _prune(folder: Path) -> None:
    """Remove the oldest snapshots beside *folder*."""
    with suppress(OSError):
        others = sorted(
            (p for p in folder.parent.iterdir() if p.is_dir() and p != folder and p.name[0] != "."), key=lambda p: p.stat().st_mtime
        )
        for old in others[: -(KEPT - 1)]:
            discard(old)
