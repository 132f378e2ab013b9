"""Where a result goes: to stdout, or whole or not at all to a file whose ending tells the format."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from cvo.errors import InputError

if TYPE_CHECKING:
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
    endings = {".ttl": "turtle", ".txt": "table", ".rdf": "rdfxml", ".htm": "html"}
    if output is None or not output.suffix:
        return ""
    form = endings.get(output.suffix.lower(), output.suffix.lower().lstrip("."))
    form = "concise" if form == "table" and "table" not in set(formats) else form
    if form not in set(formats):
        raise InputError(f"the ending tells no format: {output}", hint="name it with -f")
    return form


def deliver(text: str, output: Path | None) -> None:
    """Write *text* to stdout, or whole or not at all to the file *output*."""
    if output is None:
        sys.stdout.write(text)
        return
    if output.is_dir():
        raise InputError(f"is a folder, not a file: {output}")
    target = output.resolve()  # what a link points to is written, not the link
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe stays what it is
            target.write_text(text, encoding="utf-8", newline="\n")
            return
        partial.write_text(text, encoding="utf-8", newline="\n")
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}): {output}") from None
    finally:
        partial.unlink(missing_ok=True)
