"""The two halves of a site, each in a process of its own where the machine has two processors; the files are the same either way."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from cvo.errors import CvoError
from cvo.site.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cvo.site.asked import Asked

_START = "from cvo.site.halves import serve; serve()"


def both(partial: Path, address: str, data: Sequence[str], processes: int = 0) -> dict[str, int]:
    """Write the site of *data* for *address* into the folder *partial*, by so many *processes*; return the sizes of its files.

    Without a number there are two if there are two processors.

    Raises: OSError, if something cannot be written; whatever reading *data* raises.
    """
    from cvo.site import pages  # noqa: PLC0415 - one half needs it

    here = Folder(partial)
    if (processes or min(2, _processors())) < 2 or not sys.executable:  # noqa: PLR2004 - halves
        asked, sizes = _machine(partial, address, data)
        here.write(pages.half(address, data, lambda: asked))
        return sizes | here.sizes
    with _Other(partial, address, list(data)) as other:
        here.write(pages.half(address, data, lambda: other.result[0]))
        return other.result[1] | here.sizes


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _machine(partial: Path, address: str, data: Sequence[str]) -> tuple[Asked, dict[str, int]]:
    """Write the half that machines read; return what the pages show of it, and the sizes of its files."""
    from cvo.site import machine  # noqa: PLC0415 - the other half does without
    from cvo.site.asked import Asked  # noqa: PLC0415

    asked = Asked()
    folder = Folder(partial)
    folder.write(machine.half(address, data, asked))
    sums = "".join(f"{digest}  {name.removeprefix('data/')}\n" for name, digest in sorted(folder.digests.items()))
    asked.files = [(name, folder.sizes[name]) for name in sorted(folder.digests)]
    folder.write([("data/SHA256SUMS", sums.encode())])
    return asked, folder.sizes


class _Other:
    """The other process. It is a new one, not a copy of this, since that is the same on each system and safe beside threads."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - what `_machine` takes
        self._given = given
        self._result: Any = None

    def __enter__(self) -> _Other:  # noqa: PYI034 - private
        start = f"import sys; sys.path[:] = {sys.path!r}; {_START}"  # isolated (-I), so that no file of the folder it is in is taken for a module
        self._process = subprocess.Popen([sys.executable, "-I", "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - this program
        assert self._process.stdin is not None  # noqa: S101 - there is a pipe
        pickle.dump(self._given, self._process.stdin)
        self._process.stdin.flush()  # and left open: its end tells the other that this process is gone
        return self

    @property
    def result(self) -> tuple[Asked, dict[str, int]]:
        """Return what the other process returns, when it is done. Raises: what it raised."""
        if self._result is None:
            assert self._process.stdout is not None  # noqa: S101 - there is a pipe
            try:
                self._result = pickle.load(self._process.stdout)  # noqa: S301 - our own process wrote it
            except EOFError:
                raise OSError(None, f"the process that writes the dumps has ended with {self._process.wait()}", None) from None
        if isinstance(self._result, BaseException):
            raise self._result
        return self._result  # type: ignore[no-any-return]

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None and self._result is None:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()


def serve() -> None:
    """Be the other process: read from stdin what to do, write what came of it to stdout, and end when nobody waits any more."""
    given = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
    threading.Thread(target=_leave, daemon=True).start()
    result: Any
    try:
        result = _machine(*given)
    except (CvoError, OSError) as error:
        result = error
    with contextlib.suppress(BrokenPipeError):
        pickle.dump(result, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    os._exit(0)


def _leave() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
