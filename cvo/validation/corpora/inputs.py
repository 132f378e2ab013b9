"""The files of a corpus: found one by one, opened wherever they are, on the disk or at an address."""

from __future__ import annotations

import glob
import os
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cvo.contribution import FORMATS
from cvo.errors import CvoError, EngineError, InputError, Message
from cvo.files import BUFFER, decode, unpacked
from cvo.validation.reading import IN_FOLDERS, TABLES, is_contribution, nothing_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDINGS = (*FORMATS, *(f"{ending}.gz" for ending in FORMATS))
PACKED = 10  # a packed text is taken to be this many times as large
CLUSTER = "pip install 'cvo[cluster]'"


@dataclass(frozen=True, slots=True)
class Input:
    """A file: its *name*, a path or an address; its *size* and a *stamp* that changes with it, both empty if nobody knows."""

    name: str
    size: int
    stamp: str


def is_address(name: str) -> bool:
    """Return whether *name* is an address that fsspec knows, not a path.

    >>> is_address("s3://bucket/x.ttl"), is_address("x.ttl"), is_address("C:/x.ttl")
    (True, False, False)
    """
    return "://" in name


def found(names: Sequence[str | Path], left: list[str] | None = None) -> Iterator[Input]:
    """Return the files that *names* mean, each once, in the order of the names and then of their paths; gzip as well.

    Of tables only those of claims are returned; the names of others are added to *left*.

    A folder's own files are read one folder at a time, so that a folder of any size does. A file that is named but is missing
    is returned too: that it cannot be read is found when it is read.

    Raises: InputError, if a folder or a pattern has no such file; EngineError, if an address needs a package that is missing.
    """
    seen: set[int] = set()
    left = [] if left is None else left
    for name in names:
        some = False
        for each in _of(str(name), left):
            some = True
            number = hash(each.name)
            if number not in seen:
                seen.add(number)
                yield each
        if not some:
            looked = f"{' '.join(FORMATS)}, or .gz of it, and {' '.join((*IN_FOLDERS[len(FORMATS) :], *TABLES))}"
            raise nothing_in(name, looked)


def _of(name: str, left: list[str]) -> Iterator[Input]:
    if is_address(name):
        yield from _remote(name)
    elif not name:
        raise InputError(
            Message("a file name is empty", "文件名是空的"), hint=Message("write . for the folder you are in", "当前文件夹请写 .")
        )
    elif Path(name).is_dir():
        yield from _inside(name, left)
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield _local(name)
    else:
        matches = sorted(glob.iglob(name, recursive=True))  # noqa: PTH207 - absolute patterns too
        yield from (_local(each) for each in matches if _is_wanted(each, left, pattern=True) and Path(each).is_file())


def _is_wanted(path: str, left: list[str], *, pattern: bool = False) -> bool:
    """Return whether the file *path* is a contribution; if it could be, and is not, add it to *left*."""
    ours = path.lower().endswith(ENDINGS) or is_contribution(Path(path), pattern=pattern)
    if ours is False:
        left.append(path)
    return bool(ours)


def _inside(folder: str, left: list[str]) -> Iterator[Input]:
    """Return the files in *folder* at any depth; what is hidden is left out, and so is a folder that may not be read."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted((entry.name, entry.is_dir()) for entry in entries if not entry.name.startswith("."))
    except OSError:
        return
    for name, is_folder in inside:
        path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118 - of the many files one by one
        if is_folder:
            if not os.path.islink(path):  # noqa: PTH114 - a link may lead round in circles
                yield from _inside(path, left)
        elif _is_wanted(path, left):
            yield _local(path)


def _local(name: str) -> Input:
    try:
        about = Path(name).stat()
    except (OSError, ValueError):
        return Input(name, 0, "")
    stamp = f"{about.st_size} {about.st_mtime_ns} {about.st_ino}"
    if name.lower().endswith(".csv"):  # of which the other sheets stand beside it
        others = sorted(Path(name).parent.glob(f"{glob.escape(Path(name).stem)}.*.csv"))
        stamp += "".join(f" {each.stat().st_mtime_ns}" for each in others)
    return Input(name, about.st_size, stamp)


def _remote(name: str) -> Iterator[Input]:
    system, path = _system(name)
    try:
        paths = system.glob(path) if glob.has_magic(path) else system.find(path) if system.isdir(path) else [path]
        for each in sorted(paths):
            hidden = any(part.startswith(".") for part in each.removeprefix(path).split("/"))
            if each == path or (each.lower().endswith(ENDINGS) and not hidden):
                yield _about(system, each)
    except CvoError:
        raise
    except Exception as error:  # each kind of store raises its own
        raise InputError(Message(f"cannot be listed ({error}): {name}", f"无法列出（{error}）：{name}")) from error


def _about(system: Any, path: str) -> Input:  # noqa: ANN401 - a file system of fsspec
    name = system.unstrip_protocol(path)
    try:
        about = system.info(path)
    except OSError:
        return Input(name, 0, "")
    when = next((about[key] for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created") if about.get(key)), "")
    size = int(about.get("size") or 0)
    return Input(name, size, f"{size} {when}")


def _system(name: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra
    except ImportError:
        raise EngineError(
            Message(f"addresses need a package that is missing: {name}", f"读取地址所需的软件包没有安装：{name}"),
            hint=Message(f"install it: {CLUSTER}", f"请安装：{CLUSTER}"),
        ) from None
    try:
        system, path = url_to_fs(name)
    except (ImportError, ValueError) as error:
        raise InputError(Message(f"no such kind of address ({error}): {name}", f"没有这种地址（{error}）：{name}")) from None
    return system, str(path)


@contextmanager
def opened(name: str) -> Iterator[BufferedReader]:
    """Give the file *name* opened to read bytes, unpacked if it is gzip, past a byte-order mark.

    Raises: InputError, if it cannot be opened.
    """
    if not is_address(name):
        with unpacked(Path(name)) as (file, _):
            yield file
        return
    system, path = _system(name)
    try:
        raw = system.open(path, "rb")
    except Exception as error:  # each kind of store raises its own
        raise InputError(Message(f"cannot be read ({error}): {name}", f"无法读取（{error}）：{name}")) from error
    with raw:
        yield _plain(raw)


def _plain(raw: Any) -> BufferedReader:  # noqa: ANN401 - a file of fsspec
    file = BufferedReader(cast("Any", raw), BUFFER)
    if file.peek(2)[:2] == b"\x1f\x8b":
        from gzip import GzipFile  # noqa: PLC0415 - only packed files need it

        file = BufferedReader(cast("Any", GzipFile(fileobj=file)), BUFFER)
    if file.peek(3)[:3] == b"\xef\xbb\xbf":
        file.read(3)
    return file


def text_of(name: str, most: int | None = None) -> str | None:
    """Return the text of the file *name*; None if it has more than *most* bytes.

    Raises: InputError, if it cannot be read or is not UTF-8.
    """
    try:
        with opened(name) as file:
            data = file.read() if most is None else file.read(most + 1)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(Message(f"cannot be read ({error}): {name}", f"无法读取（{error}）：{name}")) from None
    if most is not None and len(data) > most:
        return None
    return decode(data, name)


def weight(each: Input) -> int:
    """Return about how many bytes the text of *each* has.

    >>> weight(Input("x.ttl", 100, "")), weight(Input("x.ttl.gz", 100, ""))
    (100, 1000)
    """
    return each.size * PACKED if each.name.lower().endswith(".gz") else each.size
