"""The processes that make a site: this one, and as many more as the machine has processors; the files are the same either way."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvo.errors import CvoError

if TYPE_CHECKING:
    from collections.abc import Sequence

_START = "from cvo.site.processes import serve; serve()"
MOST = 8  # processes
_YOUNG = 500_000  # objects that are made before Python looks for those that only know each other, of which a build makes few


def whole(partial: Path, address: str, data: Sequence[str], kept: Sequence[str] = (), *, parallel: bool | None = None) -> dict[str, int]:
    """Write the site of *data* for *address* into the folder *partial*; return the sizes of its files. *kept* are pages that it has besides.

    Several processes do it if it is *parallel*, which it is by default where there are two processors: they take tasks from one another.

    Raises: OSError, if something cannot be written; whatever reading *data* raises.
    """
    from cvo.site.board import WORK  # noqa: PLC0415 - an unchanged site is known without

    processors = _processors()
    number = max(processors, 2) if parallel else 1 if parallel is False else processors
    (partial / WORK).mkdir()
    with contextlib.ExitStack() as stack:
        stack.callback(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(_YOUNG)
        others = [stack.enter_context(_Other(partial, address, list(data), n == 0)) for n in range(min(number, MOST) - 1)]
        from cvo.site.parts import Parts  # noqa: PLC0415 - while the others start

        def watch() -> None:
            for other in others:
                other.watch()

        parts = Parts(partial, address, data, watch)
        parts.work(asking=False)
        return parts.finish(kept)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class _Other:
    """Another process. It is a new one, not a copy of this, since that is the same on each system and safe beside threads."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - what `serve` reads
        self._given = given

    def __enter__(self) -> _Other:  # noqa: PYI034 - private
        start = f"import sys; sys.path[:] = {sys.path!r}; {_START}"  # isolated (-I), so that no file of the folder it is in is taken for a module
        self._process = subprocess.Popen([sys.executable, "-I", "-c", start], stdin=subprocess.PIPE)  # noqa: S603 - this program
        assert self._process.stdin is not None  # noqa: S101 - there is a pipe
        pickle.dump(self._given, self._process.stdin)
        self._process.stdin.flush()  # and left open: its end tells the other that this process is gone
        return self

    def watch(self) -> None:
        """Raise an OSError if it has failed."""
        if self._process.poll():
            raise OSError(None, f"a process of the build has ended with {self._process.returncode}", None)

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()


def serve() -> None:
    """Be another process: read from stdin what to do, do of it what nobody else does, and end when nobody waits any more."""
    from cvo.site.parts import Parts  # noqa: PLC0415 - only here

    partial, address, data, asking = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
    threading.Thread(target=_leave, daemon=True).start()
    gc.set_threshold(_YOUNG)
    with contextlib.suppress(CvoError, OSError):  # what comes of a task is told where the task is waited for
        Parts(Path(partial), address, data).work(asking=asking)
    os._exit(0)


def _leave() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
