"""The way in from the command line: runs a command, and turns what goes wrong into one clear line."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STACKS = (64 << 20, 0) if sys.platform == "win32" else (128 << 20, 32 << 20, 0)  # bytes; only what is used is taken


def main() -> None:
    """Run the command line and exit: 0 yes, 1 findings, 2 the caller's input or environment, 3 our bug, 130 interrupted.

    The command runs in a thread of its own, for two reasons: the engine cannot be interrupted while it works, so this
    one waits for Ctrl-C and ends the process; and a deeply nested query needs a deeper stack than a process is given.
    """
    _prepare_streams()
    if sys.argv[1:2] == ["serve"]:  # it heeds signals itself, which only this thread can, and queries nothing in this process
        _leave(_run())
    ended: list[int] = []
    try:
        command = _start(lambda: ended.append(_run()))
        while command.is_alive():
            command.join(0.5)
    except KeyboardInterrupt:
        _leave(_say("interrupted", 130))
    _leave(ended[0] if ended else 3)


def _start(work: Callable[[], None]) -> threading.Thread:
    """Return a thread that does *work*, with the deepest stack that this process may have."""
    for size in STACKS:
        with suppress(RuntimeError, ValueError):  # little memory is allowed, or this system knows no such size
            threading.stack_size(size)
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            return thread
    sys.exit(_say("error: no thread can be started", 2))


def _prepare_streams() -> None:
    """Make the streams UTF-8 whatever the locale says, and give a process that was started without them some."""
    sys.argv = [os.fsencode(argument).decode("utf-8", "replace") for argument in sys.argv]
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
        elif mode == "w":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _leave(status: int) -> None:
    """End the process at once: a thread that still computes would keep it alive."""
    if output := sys.modules.get("cvo.output"):
        output.abandon()
    if crew := sys.modules.get("cvo.validation.corpora.crew"):
        crew.abandon()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _run() -> int:
    """Return the exit status of the command."""
    from cvo.errors import CvoError, printable  # noqa: PLC0415 - Ctrl-C while importing is met above

    try:
        from cvo.cli import app  # noqa: PLC0415

        status = int(app(standalone_mode=False) or 0)
        sys.stdout.flush()
    except CvoError as error:
        status = _say(error.told(_language(sys.argv)), error.exit_status)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except OSError as error:
        status = _say(printable(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}"), 2)
    except MemoryError:
        status = _say("error: out of memory", 2)
    except Exception as error:  # noqa: BLE001 - the last resort: never a traceback by default
        status = _crash(error)
    return status


def _language(arguments: Sequence[str]) -> str:
    """Return the language that *arguments* ask for, which is that of the errors, too.

    >>> _language(["cvo", "encode", "x.csv", "--lang", "zh"]), _language(["cvo", "validate", "--lang=zh"]), _language(["cvo"])
    ('zh', 'zh', 'en')
    """
    return "zh" if "--lang=zh" in arguments or ("--lang", "zh") in pairwise(arguments) else "en"


def _say(text: str, status: int) -> int:
    sys.stderr.write(f"{text}\n")
    return status


def _crash(error: Exception) -> int:
    """Return the status for *error*: a usage error of the command line, or a bug of ours."""
    from typer import Abort, Exit  # noqa: PLC0415

    if isinstance(error, Exit):
        return int(error.exit_code)
    if isinstance(error, Abort):
        return _say("interrupted", 130)
    show = getattr(error, "show", None)
    if show is not None:  # a wrong option or argument, told by the library that read it
        show()
        return int(getattr(error, "exit_code", 2))
    if os.environ.get("CVO_TRACEBACK"):
        import traceback  # noqa: PLC0415

        traceback.print_exception(error)
    return _say(
        f"error: this is a bug in cvo: {type(error).__name__}: {error}\n  = help: set CVO_TRACEBACK=1 to see where, and report it", 3
    )


if __name__ == "__main__":
    main()
