"""Where things are: the shipped data, and the files that a path, a folder or a glob names."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from io import BufferedReader
from pathlib import Path
from stat import S_ISBLK, S_ISCHR
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from cvo.errors import InputError, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

BUFFER = 1 << 16  # bytes
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
    """Return the shipped files of *folder* that match *pattern*, sorted by path; examples are none of them."""
    return sorted(path for path in (data_root() / folder).rglob(pattern) if path.parent.name != "examples")


def read_text(path: Path) -> str:
    """Return the text of *path*, UTF-8 with or without a byte-order mark, line ends kept.

    Raises: InputError, if the file is missing, not readable, a folder, or not UTF-8.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of *path*.

    Raises: InputError, as `open_binary` does.
    """
    with open_binary(path) as file:
        return file.read()


def open_binary(path: Path) -> BinaryIO:
    """Return *path* opened to read bytes.

    Raises: InputError, if the file is missing, not readable, a folder, or a device that may never end.
    """
    folder = Message(f"is a folder, not a file: {path}", f"是文件夹，不是文件：{path}")
    try:
        mode = path.stat().st_mode
        if S_ISCHR(mode) or S_ISBLK(mode):
            raise InputError(Message(f"is a device, not a file: {path}", f"是设备，不是文件：{path}"))
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(Message(f"no such file: {path}", f"没有这个文件：{path}")) from None
    except IsADirectoryError:
        raise InputError(folder) from None
    except PermissionError:
        # Windows says of a folder, too, that it may not be read
        raise InputError(folder if path.is_dir() else Message(f"no permission to read: {path}", f"没有读取权限：{path}")) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(Message(f"cannot be read ({why}): {path}", f"无法读取（{why}）：{path}")) from None


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[BufferedReader, BinaryIO]]:
    """Give *path* opened to read bytes, unpacked if it is gzip, past a byte-order mark; and the file itself, to see how far it is.

    Raises: InputError, as `open_binary` does.
    """
    with open_binary(path) as raw:
        file: Any = BufferedReader(cast("Any", raw), BUFFER)
        if file.peek(2)[:2] == b"\x1f\x8b":
            from gzip import GzipFile  # noqa: PLC0415 - only packed files need it

            file = BufferedReader(cast("Any", GzipFile(fileobj=file)), BUFFER)
        if file.peek(3)[:3] == b"\xef\xbb\xbf":  # a byte-order mark is no Turtle, but Windows editors write it
            file.read(3)
        yield file, raw


def decode(data: bytes, name: str) -> str:
    r"""Return *data* as text; *name* says whose bytes they are when they are not UTF-8.

    >>> decode(b"\xef\xbb\xbf@prefix", "x.ttl")
    '@prefix'
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = Message("save the file as UTF-8", "请将文件另存为 UTF-8")
        if data[:4] in (b"%PDF", b"PK\x03\x04"):
            hint = Message(
                "this is a PDF, Word or zip file; save its text as UTF-8 first", "这是 PDF、Word 或压缩文件，请先把其中的文字另存为 UTF-8"
            )
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            hint = Message("this looks like UTF-16; save the file as UTF-8", "看来是 UTF-16 编码，请将文件另存为 UTF-8")
        what = Message(f"not UTF-8 at line {line}, byte {error.start}: {name}", f"第 {line} 行不是 UTF-8：{name}")
        raise InputError(what, hint=hint) from None


def base_iri(path: Path) -> str:
    """Return the IRI against which the relative IRIs of *path* are resolved; it says nothing about the machine.

    >>> base_iri(Path("/home/me/liu-2024.ttl"))
    'https://w3id.org/cvo/contribution/liu-2024'
    """
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-._~") else "-" for c in path.stem)
    return f"https://w3id.org/cvo/contribution/{safe}"


def inner(path: Path) -> Path:
    """Return *path* without the ending of gzip.

    >>> from pathlib import Path
    >>> inner(Path("li-2024.ttl.gz")).name, inner(Path("li-2024.ttl")).name
    ('li-2024.ttl', 'li-2024.ttl')
    """
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path
