"""The way in from the command line: runs a command, and turns what goes wrong into one clear line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit: 0 yes, 1 findings, 2 the caller's input or environment, 3 our bug."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    from cvo.errors import CvoError  # noqa: PLC0415

    try:
        from cvo.cli import app  # noqa: PLC0415 - a Ctrl-C or a broken installation while importing is met too

        status = app(standalone_mode=False)
        sys.stdout.flush()
    except CvoError as error:
        status = _say(str(error), error.exit_status)
    except KeyboardInterrupt:
        status = _say("interrupted", 130)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except OSError as error:
        status = _say(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", 2)
    except MemoryError:
        status = _say("error: out of memory", 2)
    except Exception as error:  # noqa: BLE001 - the last resort: never a traceback by default
        status = _crash(error)
    sys.exit(status)


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
        raise error
    return _say(
        f"error: this is a bug in cvo: {type(error).__name__}: {error}\n  = help: set CVO_TRACEBACK=1 to see where, and report it", 3
    )


if __name__ == "__main__":
    main()
