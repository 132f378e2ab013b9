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


def main() -> None:
    """Read what to hold from the first frame, say what it is, then answer jobs."""
    sys.stdin.reconfigure(errors="strict")  # type: ignore[union-attr]
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever else prints must not end up between the frames
    first = unpack(sys.stdin.buffer)
    if first is None:
        return
    confinement.end_with_parent()
    network = confinement.close_network()
    watch = _Watch()
    threading.stack_size(STACK)
    thread = threading.Thread(target=_serve, args=(first[0], out, network, watch), daemon=True)
    thread.start()
    thread.join()


def _serve(start: dict[str, Any], out: BinaryIO, network: str, watch: _Watch) -> None:
    limits = Limits(**start["limits"])
    data = Dataset((), _opened(Path(start["path"])), named=True)
    documented = documents.Documents(data, start["base"])
    if not network and Path(start["path"]).is_file():
        answering.prepare()
        network = confinement.close_files()
    bounded = confinement.limit_memory(limits.memory)
    graphs = [graph.value for _, graph in zip(range(GRAPHS), data.store.named_graphs(), strict=False) if isinstance(graph, ox.NamedNode)]
    about = {"triples": sum(1 for _ in data.store.quads_for_pattern(None, None, None, ox.DefaultGraph())), "graphs": sorted(graphs)}
    _write(out, pack({**about, "network": network, "memory": bounded, "pid": os.getpid()}))
    kinds: dict[str, Callable[[dict[str, Any]], Reply]] = {
        "query": partial(answering.query, data, limits.result, start["digest"]),
        "document": partial(documents.document, documented, start["digest"]),
        "find": partial(documents.find, documented),
    }
    while (job := unpack(sys.stdin.buffer)) is not None:
        watch.until = time.monotonic() + limits.seconds + GRACE
        try:
            head, body = kinds[job[0]["kind"]](job[0])
        except MemoryError:
            head, body = answering.error(507, "the query needs more memory than it may have", hint="narrow the pattern, or add LIMIT"), b""
        except Exception as error:  # noqa: BLE001 - told to the asker, and the next job is a new one
            head, body = answering.error(500, f"this is a bug in cvo: {type(error).__name__}: {error}"), b""
        _write(out, pack(head, body))
        watch.until = math.inf


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
