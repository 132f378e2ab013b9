"""Where a result goes: to stdout, or whole or not at all to a file whose ending tells the format."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from cvo.errors import InputError, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Lang(StrEnum):
    """The languages of the data."""

    ZH = "zh"
    EN = "en"


def width() -> int:
    """Return the width of the terminal, or 0 when stdout is none."""
    if not sys.stdout.isatty():
        return 0
    from shutil import get_terminal_size  # noqa: PLC0415

    return get_terminal_size().columns


def form_of(form: StrEnum | None, output: Path | None, formats: type[StrEnum], default: str) -> str:
    """Return the format that was asked for: *form*, else what the ending of *output* tells, else *default*."""
    return form.value if form else by_ending(output, formats) or default


def by_ending(output: Path | None, formats: type[StrEnum]) -> str:
    """Return the one of *formats* that the ending of *output* tells; nothing if there is no ending."""
    xml = "xml" if "xml" in set(formats) else "junit"
    endings = {".ttl": "turtle", ".txt": "table", ".rdf": "rdfxml", ".htm": "html", ".yml": "yaml", ".xml": xml}
    if output is None or not output.suffix:
        return ""
    form = endings.get(output.suffix.lower(), output.suffix.lower().lstrip("."))
    form = "concise" if form == "table" and "table" not in set(formats) else form
    if form not in set(formats):
        what = Message(f"the ending tells no format: {output}", f"从扩展名看不出格式：{output}")
        raise InputError(what, hint=Message("name it with -f", "请用 -f 写明"))
    return form


def deliver(text: str | Iterable[str], output: Path | None) -> None:
    """Write *text*, in one piece or in many, to stdout, or whole or not at all to the file *output*."""
    pieces = [text] if isinstance(text, str) else text
    if output is None:
        sys.stdout.writelines(pieces)
    else:
        _replace(output, (piece.encode() for piece in pieces))


def deliver_bytes(data: bytes, output: Path | None) -> None:
    """Write *data* as `deliver` does, but not to a terminal, which it would upset.

    Raises: InputError, if stdout is a terminal.
    """
    if output is not None:
        _replace(output, [data])
        return
    if sys.stdout.isatty():
        what = Message("this format is not for a terminal", "这种格式不能显示在终端上")
        raise InputError(what, hint=Message("name a file with -o", "请用 -o 写明文件"))
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _replace(output: Path, pieces: Iterable[bytes]) -> None:
    if output.is_dir():
        raise InputError(Message(f"is a folder, not a file: {output}", f"是文件夹，不是文件：{output}"))
    target = output.resolve()  # what a link points to is written, not the link
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe stays what it is
            _write(target, pieces)
            return
        _partial.append(partial)
        _write(partial, pieces)
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    except OSError as error:
        raise InputError(Message(f"cannot be written ({error.strerror}): {output}", f"无法写入（{error.strerror}）：{output}")) from None
    finally:
        partial.unlink(missing_ok=True)


_partial: list[Path] = []
"""What is being written; it is removed if the process ends before it is whole."""


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def abandon() -> None:
    """Remove what is half-written; for a process that ends at once."""
    for path in _partial:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End the process with an error if the block takes longer than *seconds* (0: as long as it likes).

    An engine that computes cannot be interrupted, so the process ends, with nothing half-written.
    """

    def end() -> None:
        abandon()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os.write(2, f"error: no whole answer within {seconds:g} s\n  = help: give it longer with --timeout, or ask for less\n".encode())
        os._exit(2)

    if not seconds:
        yield
        return
    import threading  # noqa: PLC0415 - only where there is a deadline

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
