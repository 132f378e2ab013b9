"""A site of linked data: built beside the old one, put in its place whole, and not built again while nothing changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo import __version__, dataset, questions
from cvo.errors import InputError
from cvo.files import data_root, read_bytes, shipped
from cvo.site import versions
from cvo.site.model import BASE
from cvo.site.processes import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

STAMP = "site.json"
MADE_BY = "cvo build"
_ADDRESS = re.compile(r"https?://[^\s/?#\"<>]+(?:/[^\s?#\"<>]*)?")
_STALE = 3600  # seconds; what a killed build left is removed after that by the next


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` did: the number of *files* and of *bytes* in the site, and whether it was *new*."""

    files: int
    bytes: int
    new: bool


def build(out: Path, address: str = BASE, data: Sequence[str] = (), *, frozen: Sequence[str] = (), parallel: bool | None = None) -> Built:
    """Build the site of the shipped data and of *data* in the folder *out*, to be found at *address*; return what was done.

    The versions of the ontology that the *frozen* folders have, earlier sites, stay part of it, and so do those in *out*.
    Several processes work at it if it is *parallel*, which it is by default where there are two processors; the files are the same.

    Raises: InputError, if *out* is something else than a site of ours or cannot be written, or *address* is none; whatever reading
    *data* raises.
    """
    if not _ADDRESS.fullmatch(address):
        raise InputError(f"not an address that a site can have: {address}", hint="write it like https://example.org/culture/")
    address = address.rstrip("/") + "/"
    target = out.resolve()
    stamp = _stamp_of(target, out)
    published = versions.given(frozen)
    wanted = _digest(address, data, published)
    if stamp.get("digest") == wanted and (listing := _listing(target)) and stamp.get("listing") == _hash(listing):
        return Built(len(listing), sum(size for _, size in listing), new=False)
    partial = _beside(target)
    try:
        partial.mkdir(parents=True)
        kept = versions.kept(target, published)
        sizes = whole(partial, address, data, versions.pages(folder for folder, _ in kept.values()), parallel=parallel)
        listing = sorted({**sizes, **versions.keep(kept, partial)}.items())
        made = {"made-by": MADE_BY, "version": __version__, "address": address, "digest": wanted, "listing": _hash(listing)}
        (partial / STAMP).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        _swap(partial, target)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}): {error.filename or out}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Built(len(listing), sum(size for _, size in listing), new=True)


def _stamp_of(target: Path, shown: Path) -> dict[str, Any]:
    """Return what the site in *target* says of itself; nothing if there is none yet.

    Raises: InputError, if something else is there.
    """
    if not target.exists():
        return {}
    if not target.is_dir():
        raise InputError(f"is a file, not a folder: {shown}", hint="name a folder with --out")
    try:
        stamp = json.loads((target / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stamp = None
    if isinstance(stamp, dict) and stamp.get("made-by") == MADE_BY:
        return stamp
    if any(target.iterdir()):
        raise InputError(f"is not a site that `cvo build` made: {shown}", hint="name an empty or a new folder with --out")
    return {}


def _digest(address: str, data: Sequence[str], published: Sequence[Path]) -> str:
    """Return a digest of all that the site depends on: the data, the program, what it is built with, the address, and what is *published*."""
    import jinja2  # noqa: PLC0415

    from cvo.site import guides  # noqa: PLC0415
    from cvo.site.asked import has_parquet  # noqa: PLC0415

    package = Path(__file__).parent
    code = [
        p
        for p in sorted(package.rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts and "_data" not in p.relative_to(package).parts
    ]
    files = [*code, *guides.files(), *shipped("ontology", "*"), *shipped("shapes"), *shipped("instances"), data_root() / "CITATION.cff"]
    total = hashlib.sha256(f"{__version__}\0{ox.__version__}\0{jinja2.__version__}\0{has_parquet()}\0{address}".encode())
    for path in files:
        if path.is_file():
            total.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for question in questions.catalogue():
        total.update(f"\0{question.name}\0{question.text}".encode())
    for path in dataset.expand(list(data)):
        total.update(f"\0{path.name}\0".encode() + hashlib.sha256(read_bytes(path)).digest())
    for folder in published:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                total.update(f"\0{folder.name}/{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _listing(folder: Path) -> list[tuple[str, int]]:
    """Return the names of all files below *folder* but the stamp, with their sizes."""
    found = []
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = os.path.join(top, name)  # noqa: PTH118 - ten thousand times
            found.append((os.path.relpath(path, folder).replace(os.sep, "/"), os.stat(path).st_size))  # noqa: PTH116
    return sorted(entry for entry in found if entry[0] != STAMP)


def _hash(listing: list[tuple[str, int]]) -> str:
    return hashlib.sha256(json.dumps(listing).encode()).hexdigest()


def _beside(target: Path) -> Path:
    """Return a new name beside *target*, on the same disk, and remove what builds that were killed have left there."""
    if target.parent.is_dir():
        for left in target.parent.glob(f".{target.name}.building-*"):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
    return target.with_name(f".{target.name}.building-{os.getpid()}")


def _swap(new: Path, target: Path) -> None:
    """Put *new* in the place of *target*, whose files are then below *new*'s name or gone."""
    if not target.exists():
        new.rename(target)
        return
    if _exchange(new, target):
        return
    old = new.with_name(f"{new.name}.old")
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in a single step, where Linux can; return whether it did."""
    import ctypes  # noqa: PLC0415

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)
