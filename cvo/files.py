"""Where things are: the shipped data, and the files that a path, a folder or a glob names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cvo.errors import InputError

FORMATS = {".ttl": "text/turtle", ".trig": "application/trig", ".nt": "application/n-triples", ".nq": "application/n-quads"}


@cache
def data_root() -> Path:
    """Return the folder that holds ontology/, shapes/ and instances/.

    In an installed wheel that is ``cvo/_data``; in a checkout it is the top of the project.
    """
    package = Path(__file__).parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent


def shipped(folder: str, pattern: str = "*.ttl") -> list[Path]:
    """Return the shipped files of *folder* that match *pattern*, sorted by path."""
    return sorted((data_root() / folder).rglob(pattern))


def read_text(path: Path) -> str:
    """Return the text of *path*, UTF-8 with or without a byte-order mark, line ends kept.

    Raises: InputError, if the file is missing, not readable, a folder, or not UTF-8.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of *path*.

    Raises: InputError, if the file is missing, not readable or a folder.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except IsADirectoryError:
        raise InputError(f"is a folder, not a file: {path}") from None
    except PermissionError:
        raise InputError(f"no permission to read: {path}") from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error}): {path}") from None


def decode(data: bytes, name: str) -> str:
    r"""Return *data* as text; *name* says whose bytes they are when they are not UTF-8.

    >>> decode(b"\xef\xbb\xbf@prefix", "x.ttl")
    '@prefix'
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8"
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            hint = "this looks like UTF-16; save the file as UTF-8"
        raise InputError(f"not UTF-8 at line {line}, byte {error.start}: {name}", hint=hint) from None


def base_iri(path: Path) -> str:
    """Return the IRI against which the relative IRIs of *path* are resolved; it says nothing about the machine.

    >>> base_iri(Path("/home/me/liu-2024.ttl"))
    'https://w3id.org/cvo/contribution/liu-2024'
    """
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-._~") else "-" for c in path.stem)
    return f"https://w3id.org/cvo/contribution/{safe}"
