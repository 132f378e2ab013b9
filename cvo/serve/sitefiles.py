"""The files of a site that was built, as a server gives them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo.serve.negotiation import ENDINGS, content_type

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    **ENDINGS,
    ".trig": "application/trig",
    ".nq": "application/n-quads",
    ".owl": "application/rdf+xml",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".xml": "application/xml",
    ".wasm": "application/wasm",
    ".gz": "application/gzip",
    ".rq": "application/sparql-query",
    ".woff2": "font/woff2",
}
LARGEST = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is given: its bytes, its entity tag and its content type."""

    body: bytes
    tag: str
    kind: str


def read(site: Path, path: str) -> File | None:
    """Return the file at *path* of the folder *site*: the file itself, or the ``index.html`` of a folder; None if there is none.

    Whatever *path* says, only files below *site* are given, and none that is hidden.
    """
    parts = path.split("/")
    if any(part.startswith(".") or "\\" in part or ":" in part or "\0" in part for part in parts):
        return None
    try:
        root = site.resolve()
        target = root.joinpath(*filter(None, parts)).resolve()
        if target.is_dir() and (path.endswith("/") or path == ""):
            target /= "index.html"
        if not (target.is_relative_to(root) and target.is_file()):
            return None
        stat = target.stat()
        if stat.st_size > LARGEST:
            return None
        state = f"{stat.st_mtime_ns} {stat.st_size} {path}".encode()
        tag = f'W/"{hashlib.blake2b(state, digest_size=12).hexdigest()}"'
        return File(target.read_bytes(), tag, content_type(KINDS.get(target.suffix.lower(), "application/octet-stream")))
    except (OSError, ValueError):
        return None


def forms(site: Path, name: str) -> dict[str, str]:
    """Return the endings that tell the formats in which *site* has the document *name*, each with what its address ends with."""
    found = {ending: ending for ending in ENDINGS if read(site, name + ending)}
    if ".html" not in found and read(site, f"{name}/"):
        found[".html"] = "/"
    return found
