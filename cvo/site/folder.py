"""The folder that a site is written into: each file once, with its size, and the digests of the dumps."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cvo.site.data import Named

DUMPS = ("data/cvo.", "data/claims.")
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class Folder:
    """The folder at *path*; *sizes* are those of the files written so far, *digests* the SHA-256 of the dumps among them."""

    path: Path
    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def write(self, files: Iterable[Named]) -> None:
        """Write *files*, as they come. Raises: OSError."""
        top = f"{self.path}{os.sep}"
        for name, content in files:
            place = top + name.replace("/", os.sep)
            try:
                number = os.open(place, _FLAGS, 0o666)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120 - paths as texts, ten thousand times
                number = os.open(place, _FLAGS, 0o666)
            digest = hashlib.sha256() if name.startswith(DUMPS) else None
            size = 0
            with open(number, "wb", buffering=0) as file:  # noqa: PTH123 - a number
                for piece in (content,) if isinstance(content, bytes) else content:
                    rest = memoryview(piece)
                    size += len(rest)
                    if digest:
                        digest.update(rest)
                    while rest:
                        rest = rest[file.write(rest) :]
            self.sizes[name] = size
            if digest:
                self.digests[name] = digest.hexdigest()
