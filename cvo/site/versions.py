"""The frozen versions of a site: what was published under the number of a version stays the bytes that it was."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cvo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_SAID = ".nt"  # the file of a document that says what it is, byte by byte


def folders(site: Path) -> list[Path]:
    """Return the folders of versions in *site*, sorted."""
    return [folder for folder in sorted(site.iterdir()) if folder.is_dir() and _VERSION.fullmatch(folder.name)] if site.is_dir() else []


def given(sites: Sequence[str]) -> list[Path]:
    """Return the folders of the versions that *sites* have, earlier sites or folders of versions.

    Raises: InputError, if one of them has none, or two of them a version that is not the same.
    """
    found: dict[str, Path] = {}
    for name in sites:
        site = Path(name)
        if not site.is_dir():
            raise InputError(f"is not a folder: {name}" if site.exists() else f"no such folder: {name}")
        own = folders(site)
        if not own:
            raise InputError(
                f"no version in the folder: {name}", hint="name a site that `cvo build` made, which has a folder such as 0.1.0"
            )
        for folder in own:
            if folder.name in found and _said(folder) != _said(found[folder.name]):
                raise InputError(f"the version {folder.name} is not the same in two folders: {found[folder.name].parent} and {site}")
            found.setdefault(folder.name, folder)
    return [found[name] for name in sorted(found)]


def kept(old: Path, frozen: Iterable[Path]) -> dict[str, tuple[Path, bool]]:
    """Return the folders to keep by their versions, those of the *old* site and the *frozen* ones that were given, and whether each was given."""
    return {folder.name: (folder, False) for folder in folders(old)} | {folder.name: (folder, True) for folder in frozen}


def keep(versions: dict[str, tuple[Path, bool]], new: Path) -> dict[str, int]:
    """Copy *versions* into the site *new*, and return the sizes of their files; one that is made anew is replaced by what was given.

    Raises: InputError, if what was made anew does not say what was given.
    """
    sizes: dict[str, int] = {}
    for name, (folder, was_given) in sorted(versions.items()):
        place = new / name
        if place.exists():
            if not was_given:
                continue
            if _said(folder) != _said(place):
                hint = "set a new version in ontology/cvo.ttl (owl:versionIRI, owl:versionInfo), for a published one stays what it is"
                raise InputError(f"the ontology is no longer that of the version {name}, which is frozen in: {folder.parent}", hint=hint)
            shutil.rmtree(place)
        shutil.copytree(folder, place)
        sizes |= {f"{name}/{p.relative_to(place).as_posix()}": p.stat().st_size for p in sorted(place.rglob("*")) if p.is_file()}
    return sizes


def pages(versions: Iterable[Path]) -> list[str]:
    """Return the paths of the pages of *versions*, for the map of the site."""
    return [f"{folder.name}/{page.name.removesuffix('.zh.html')}" for folder in versions for page in sorted(folder.glob("*.zh.html"))]


def _said(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"*{_SAID}"))}
