"""The parts of a site, each made by a process of its own where the machine has two processors; the files are the same either way."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cvo.errors import CvoError
from cvo.site.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cvo.site.asked import Asked
    from cvo.site.data import Named

_START = "from cvo.site.parts import serve; serve()"


@dataclass(frozen=True, slots=True)
class Made:
    """What a part has made: the *folder* with what is written there, and what it found out on the way."""

    folder: Folder
    found: Any


def whole(partial: Path, address: str, data: Sequence[str], *, parallel: bool | None = None) -> dict[str, int]:
    """Write the site of *data* for *address* into the folder *partial*; return the sizes of its files.

    What is asked of the data and the dumps are made by other processes if it is *parallel*, which it is by default where there are
    two processors: three processes for two, since their work is not even.

    Raises: OSError, if something cannot be written; whatever reading *data* raises.
    """
    from cvo.site import pages  # noqa: PLC0415 - the other parts do without

    here = Folder(partial)
    with contextlib.ExitStack() as others:
        if _processors() > 1 if parallel is None else parallel:
            asking, dumping = (others.enter_context(_Other(name, partial, address, list(data))) for name in ("asked", "dumps"))
            results: Sequence[Callable[[], Made]] = (asking.result, dumping.result)
        else:
            results = [cache(lambda name=name: make(name, partial, address, data)) for name in ("asked", "dumps")]

        @cache
        def asked() -> Asked:
            one, other = (result() for result in results)
            found: Asked = one.found
            found.graphs = other.found
            found.files = [(name, made.folder.sizes[name]) for made in (other, one) for name in made.folder.digests]
            sums = "".join(
                f"{digest}  {name.removeprefix('data/')}\n" for made in (other, one) for name, digest in made.folder.digests.items()
            )
            here.write([("data/SHA256SUMS", sums.encode())])
            return found

        here.write(pages.part(address, data, asked))
        return {name: size for result in results for name, size in result().folder.sizes.items()} | here.sizes


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def make(name: str, partial: Path, address: str, data: Sequence[str]) -> Made:
    """Make the part *name* of a site."""
    folder, found = Folder(partial), _PARTS[name]
    files, result = found(address, data)
    folder.write(files)
    return Made(folder, result)


def _asked(_address: str, data: Sequence[str]) -> tuple[Iterator[Named], Asked]:
    from cvo.site.asked import Asked, ask  # noqa: PLC0415 - only this part needs it

    asked = Asked()
    return ask(data, asked), asked


def _dumps(address: str, data: Sequence[str]) -> tuple[Iterator[Named], dict[str, int]]:
    from cvo.site.dumps import part  # noqa: PLC0415 - only this part needs it

    graphs: dict[str, int] = {}
    return part(address, data, graphs), graphs


_PARTS: dict[str, Callable[[str, Sequence[str]], tuple[Iterator[Named], Any]]] = {"asked": _asked, "dumps": _dumps}


class _Other:
    """The other process. It is a new one, not a copy of this, since that is the same on each system and safe beside threads."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - what `make` takes
        self._given = given
        self._result: Any = None

    def __enter__(self) -> _Other:  # noqa: PYI034 - private
        start = f"import sys; sys.path[:] = {sys.path!r}; {_START}"  # isolated (-I), so that no file of the folder it is in is taken for a module
        self._process = subprocess.Popen([sys.executable, "-I", "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - this program
        assert self._process.stdin is not None  # noqa: S101 - there is a pipe
        pickle.dump(self._given, self._process.stdin)
        self._process.stdin.flush()  # and left open: its end tells the other that this process is gone
        return self

    def result(self) -> Made:
        """Return what the other process returns, when it is done. Raises: what it raised."""
        if self._result is None:
            assert self._process.stdout is not None  # noqa: S101 - there is a pipe
            try:
                self._result = pickle.load(self._process.stdout)  # noqa: S301 - our own process wrote it
            except EOFError:
                raise OSError(None, f"the process that makes {self._given[0]} has ended with {self._process.wait()}", None) from None
        if isinstance(self._result, BaseException):
            raise self._result
        made: Made = self._result
        return made

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
        result = make(*given)
    except (CvoError, OSError) as error:
        result = error
    with contextlib.suppress(BrokenPipeError):
        pickle.dump(result, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    os._exit(0)


def _leave() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
