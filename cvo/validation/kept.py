"""Values that are worked out from the shipped files, kept in the user's cache folder in a form that is read in a millisecond.

A file's name tells what it was made from (path, size and time of change of each file, version of the engine) and whatever
else matters: a stale one is never found. A digest at its head tells one that is damaged; it is made anew. Whatever goes
wrong, nothing is kept, and nothing else changes.
"""

from __future__ import annotations

import hashlib
import marshal
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cvo import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEPT = 16  # of each kind


def place(kind: str, files: Sequence[Path], says: str) -> Path | None:
    """Return where a value of *kind* is kept that follows from *files* and from what *says* tells; None if there is no place."""
    folder = snapshot.folder_of(files) if files else None
    if folder is None:
        return None
    key = hashlib.sha256(f"{folder.name} {says}".encode()).hexdigest()[:24]
    return folder.parent / f"{kind}-{key}"


def read(place: Path | None) -> Any:  # noqa: ANN401 - whatever was kept
    """Return the value that is kept at *place*; None if there is none that is whole."""
    if place is None:
        return None
    try:
        data = place.read_bytes()
        packed = memoryview(data)[32:]
        if hashlib.sha256(packed).digest() != data[:32]:
            return None
        return marshal.loads(packed)  # noqa: S302 - its digest is right: we wrote it
    except (OSError, ValueError, EOFError, TypeError):
        return None


def write(place: Path | None, value: object) -> None:
    """Keep *value*, of tuples, dictionaries, sets and texts, at *place*, if that is possible, and remove the oldest of its kind."""
    if place is None:
        return
    packed = marshal.dumps(value)
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(hashlib.sha256(packed).digest() + packed)
        partial.replace(place)
        others = sorted(place.parent.glob(f"{place.name.partition('-')[0]}-*"), key=lambda path: path.stat().st_mtime)
        for old in others[:-KEPT]:
            old.unlink()
    except OSError:  # a full or read-only disk, or another process that was faster
        with suppress(OSError):
            partial.unlink()
