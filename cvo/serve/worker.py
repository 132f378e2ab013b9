"""A process that holds the data, read-only, and answers one job after another until it is told to end, or killed.

It speaks with its parent over stdin and stdout in frames: two lengths, a head in JSON, a body. It never opens a socket.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph as ox

from cvo import confinement
from cvo.dataset import Dataset
from cvo.serve import answering, documents

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = struct.Struct("!II")
GRACE = 5.0  # seconds after the deadline in which the parent should have killed this process
STACK = 128 << 20  # bytes; a deeply nested query needs it
GRAPHS = 1_000  # named graphs that are told to the parent

Reply = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use: *seconds* for one job, *result* bytes in an answer, *memory* bytes on top of the data."""

    seconds: float = 10.0
    result: int = 50 << 20
    memory: int = 2 << 30


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """Return the frame of *head* and *body*.

    >>> pack({"a": 1}, b"xy")[LENGTHS.size :]
    b'{"a": 1}xy'
    """
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return LENGTHS.pack(len(text), len(body)) + text + body


def unpack(file: BinaryIO) -> Reply | None:
    """Return head and body of the next frame of *file*, or None at its end."""
    lengths = file.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    text = file.read(head)
    return json.loads(text), file.read(body) if body else b""


@dataclass(frozen=True, slots=True)
class Held:
    """What a worker is told at its *start*, the data that it holds, and what it says of them."""

    start: dict[str, Any]
    data: Dataset
    documented: documents.Documents
    about: dict[str, Any]

    @property
    def limits(self) -> Limits:
        """Return what one job may use."""
        return Limits(**self.start["limits"])


def hold(start: dict[str, Any]) -> Held:
    """Return what *start* tells, with the data opened."""
    data = Dataset((), _opened(Path(start["path"])), named=True)
    store = data.store
    graphs = [graph.value for _, graph in zip(range(GRAPHS), store.named_graphs(), strict=False) if isinstance(graph, ox.NamedNode)]
    triples = start.get("triples")
    if triples is None:  # no other worker has counted
        triples = sum(1 for _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    documented = documents.Documents(data, start["base"])
    return Held(start, data, documented, {"triples": triples, "graphs": sorted(graphs)})


def main() -> None:
    """Read what to hold from the first frame, then answer jobs."""
    separate()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever else prints must not end up between the frames
    first = unpack(sys.stdin.buffer)
    if first is not None:
        answer(lambda: hold(first[0]), sys.stdin.buffer, out)


def separate() -> None:
    """End with the parent, but not by a Ctrl-C, after which the parent lets its workers finish.

    A group of its own is enough: Linux weighs the priorities of processes only within a session.
    """
    confinement.end_with_parent()
    if sys.platform != "win32":
        with suppress(OSError):
            os.setpgid(0, 0)


def answer(opened: Callable[[], Held], into: BinaryIO, out: BinaryIO) -> None:
    """Give up what a worker does not need, say what is held, then answer the jobs of *into* in *out* until there are no more."""
    network = confinement.close_network()
    watch = _Watch()
    held = opened()
    if not network and Path(held.start["path"]).is_file():
        answering.prepare()
        network = confinement.close_files()
    threading.stack_size(STACK)
    answers = _Answers(held, into, out, watch, network)
    answers.start()
    answers.join()
    while (left := answers.left) is not None:
        answers = _Answers(held, into, out, watch)
        answers.start()
        _write(out, pack({**left[0], "thread": answers.native_id}, left[1]))
        answers.join()


def _about(held: Held, network: str) -> dict[str, Any]:
    """Return what is held and what was given up; from here on memory is bounded, on top of what this thread has."""
    bounded = confinement.limit_memory(held.limits.memory)
    return {**held.about, "network": network, "memory": bounded, "pid": os.getpid()}


class _Answers(threading.Thread):
    """A thread that answers jobs until there are no more, or until it was made to step back in favour of others.

    No process may raise a priority that was lowered, but a new thread has that of the one that starts it. The last answer is *left* then.
    """

    def __init__(self, held: Held, into: BinaryIO, out: BinaryIO, watch: _Watch, network: str | None = None) -> None:
        super().__init__(daemon=True)
        self.held, self.into, self.out, self.watch, self.network = held, into, out, watch, network
        self.left: Reply | None = None
        self.seconds = held.limits.seconds + GRACE
        self.kinds: dict[str, Callable[[dict[str, Any]], Reply]] = {
            "query": partial(answering.query, held.data, held.limits.result, held.start["digest"]),
            "document": partial(documents.document, held.documented, held.start["digest"]),
            "find": partial(documents.find, held.documented),
        }

    def run(self) -> None:
        """Say what is held, if *network* was given up in some way just now; then answer."""
        if self.network is not None:
            _write(self.out, pack({**_about(self.held, self.network), "thread": self.native_id}))
        usual = _niceness()
        while (job := unpack(self.into)) is not None:
            self.watch.until = time.monotonic() + self.seconds
            reply = self.reply(job[0])
            self.watch.until = math.inf
            if _niceness() > usual:
                self.left = reply
                return
            _write(self.out, pack(*reply))

    def reply(self, job: dict[str, Any]) -> Reply:
        """Return the answer to *job*."""
        try:
            return self.kinds[job["kind"]](job)
        except MemoryError:
            return answering.error(507, "the query needs more memory than it may have", hint="narrow the pattern, or add LIMIT"), b""
        except Exception as error:  # noqa: BLE001 - told to the asker, and the next job is a new one
            return answering.error(500, f"this is a bug in cvo: {type(error).__name__}: {error}"), b""


def _niceness() -> int:
    """Return how far this thread stands back."""
    return os.getpriority(os.PRIO_PROCESS, 0) if sys.platform == "linux" else 0


class _Watch:
    """A thread that ends the process after the time of a job, in case there is nobody left who would kill it."""

    def __init__(self) -> None:
        self.until = math.inf
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while time.monotonic() < self.until:
            time.sleep(1)
        os._exit(1)


def _opened(path: Path) -> ox.Store:
    """Return the store in the folder *path*, or one filled from the N-Quads file *path*, blank nodes named as there."""
    if path.is_dir():
        return ox.Store.read_only(str(path))
    store = ox.Store()
    store.bulk_extend(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))
    return store


def _write(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


if __name__ == "__main__":
    main()
