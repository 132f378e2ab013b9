"""The files of a site that was built, as a server gives them."""

from __future__ import annotations

import hashlib
import re
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
    ".cff": "application/yaml",
    ".parquet": "application/vnd.apache.parquet",
}
NAMED = {".well-known/void": "text/turtle", "linkset.json": "application/linkset+json", "data/SHA256SUMS": "text/plain"}
"""What its ending does not tell."""
HEAD = 2_000  # bytes of a page in which it states its policy
_POLICY = re.compile(rb"""<meta http-equiv="Content-Security-Policy" content="([^"\r\n]*)">""")
LARGEST = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is given: its bytes, its entity tag and its content type."""

    body: bytes
    tag: str
    kind: str

    @property
    def policy(self) -> str:
        """Return the Content-Security-Policy that a page states, which a header says before the page is read."""
        stated = _POLICY.search(self.body, 0, HEAD) if self.kind.startswith("text/html") else None
        return stated[1].decode("ascii", "ignore") if stated else ""


def read(site: Path, path: str) -> File | None:
    """Return the file at *path* of the folder *site*: the file itself, or the ``index.html`` of a folder; None if there is none.

    Whatever *path* says, only files below *site* are given, and none that is hidden but what stands in ``.well-known``.
    """
    try:
        target = _target(site, path)
        if target is None:
            return None
        stat = target.stat()
        if stat.st_size > LARGEST:
            return None
        state = f"{stat.st_mtime_ns} {stat.st_size} {path}".encode()
        tag = f'W/"{hashlib.blake2b(state, digest_size=12).hexdigest()}"'
        kind = NAMED.get(path) or KINDS.get(target.suffix.lower(), "application/octet-stream")
        return File(target.read_bytes(), tag, content_type(kind))
    except (OSError, ValueError):
        return None


def _target(site: Path, path: str) -> Path | None:
    parts = path.split("/")
    if any(part.startswith(".") or "\\" in part or ":" in part or "\0" in part for part in parts[parts[0] == ".well-known" :]):
        return None
    root = site.resolve()
    target = root.joinpath(*filter(None, parts)).resolve()
    if target.is_dir() and (path.endswith("/") or path == ""):
        target /= "index.html"
    return target if target.is_relative_to(root) and target.is_file() else None


def _holds(site: Path, path: str) -> bool:
    """Return whether `read` finds a file there."""
    try:
        return _target(site, path) is not None
    except (OSError, ValueError):
        return False


def forms(site: Path, name: str) -> dict[str, str]:
    """Return the endings that tell the formats in which *site* has the document *name*, each with what its address ends with."""
    found = {ending: ending for ending in ENDINGS if _holds(site, name + ending)}
    if ".html" not in found and _holds(site, f"{name}/"):
        found[".html"] = "/"
    return found


def page(site: Path, name: str, lang: str) -> str:
    """Return what the address of the page about *name* in *lang* ends with; nothing if *site* has none of its own for *lang*."""
    ending = f".{lang}.html"
    return ending if _holds(site, name + ending) else ""


def described(site: Path, path: str) -> str:
    """Return the name of the document of which the file at *path* is one format; nothing if it is none."""
    name = next((path.removesuffix(ending) for ending in ENDINGS if path.endswith(ending)), "")
    if path.endswith(".html"):
        name = name.removesuffix(".zh").removesuffix(".en")
    return name if name and _holds(site, f"{name}.ttl") else ""
