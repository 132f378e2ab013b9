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

import pyoxigraph as ox

from cvo import snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.nodes import Node

    Packed = dict[str, dict[str, list[str | tuple[str, str, str]]]]

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


def write(place: Path | None, value: Any) -> None:  # noqa: ANN401
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


def packed(blocks: Mapping[Node, Block]) -> Packed:
    """Return *blocks* with their literals as tuples, which can be kept."""
    return {
        str(subject): {
            predicate: [v if isinstance(v, str) else (v.value, v.datatype.value, v.language or "") for v in values]
            for predicate, values in block.items()
        }
        for subject, block in blocks.items()
    }


def unpacked(blocks: Any) -> dict[Node, Block]:  # noqa: ANN401 - what `packed` gave, and becomes what it was given
    """Return *blocks*, changed in place, with literals again.

    >>> block = {"urn:p": ["urn:o", ox.Literal("文", language="zh"), ox.Literal("1", datatype=ox.NamedNode("urn:d"))]}
    >>> unpacked(packed({"urn:s": block})) == {"urn:s": block}
    True
    """
    types: dict[str, ox.NamedNode] = {}
    for block in blocks.values():
        for values in block.values():
            for index, value in enumerate(values):
                if type(value) is tuple:
                    text, datatype, language = value
                    if not language and datatype not in types:
                        types[datatype] = ox.NamedNode(datatype)
                    values[index] = ox.Literal(text, language=language) if language else ox.Literal(text, datatype=types[datatype])
    return blocks  # type: ignore[no-any-return]
