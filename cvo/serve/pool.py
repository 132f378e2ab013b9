"""Worker processes that take turns: each answers one job at a time, is killed at the deadline, and is replaced when it is gone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvo.serve.answering import error
from cvo.serve.worker import LENGTHS, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from cvo.serve.worker import Reply

BUFFER = 4 << 20  # bytes of an answer that are read at once
STARTING = 120.0  # seconds that a worker may take to read the data
AGAIN = 1.0  # seconds before a worker that did not start is started again
LOST = (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError, RuntimeError)


class _Worker:
    """One process, with what it said of itself when it was ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - asked for as a pipe
        assert process.stdout is not None  # noqa: S101
        self.process, self.into, self.out = process, process.stdin, process.stdout
        self.about: dict[str, Any] = {}

    @property
    def lives(self) -> bool:
        return self.process.returncode is None and not self.out.at_eof()

    async def ask(self, frame: bytes) -> Reply:
        self.into.write(frame)
        await self.into.drain()
        return await self.reply()

    async def reply(self) -> Reply:
        head, body = LENGTHS.unpack(await self.out.readexactly(LENGTHS.size))
        text = await self.out.readexactly(head)
        return json.loads(text), await self.out.readexactly(body) if body else b""

    async def end(self) -> int:
        """Kill the process and return its status."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.into.close()
        return await self.process.wait()


@dataclass(slots=True)
class Pool:
    """*size* workers that are told *start*; a job may take *seconds* once it has a worker, and as long again to get one.

    At most *waiting* jobs wait for a worker. *told* is called with what happens to the workers.
    """

    start: dict[str, Any]
    size: int = 2
    seconds: float = 10.0
    waiting: int = 64
    told: Callable[..., None] = lambda *_a, **_k: None
    about: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    queued: int = 0
    _all: set[_Worker] = field(default_factory=set)
    _idle: asyncio.Queue[_Worker] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False

    async def open(self) -> None:
        """Start the workers and return when all are ready. Raises: OSError, if one does not start."""
        workers = await asyncio.gather(*(self._started() for _ in range(self.size)))
        self.about = workers[0].about

    @property
    def alive(self) -> int:
        """Return the number of workers that run."""
        return sum(worker.lives for worker in self._all)

    @property
    def idle(self) -> int:
        """Return the number of workers that have nothing to do."""
        return self._idle.qsize()

    async def run(self, job: dict[str, Any]) -> Reply:
        """Return the reply to *job*, or one that says why there is none: 503 busy, 504 too slow, 500 or 507 the worker died."""
        worker = await self._taken()
        if worker is None:
            hint = "ask again in a moment"
            return {**error(503, "all workers are busy", hint=hint), "retry": max(1, round(self.seconds))}, b""
        reply = None
        try:
            async with asyncio.timeout(self.seconds):
                reply = await worker.ask(pack(job))
        except TimeoutError:
            self._replace(worker, "deadline")
            return error(504, f"no whole answer within {self.seconds:g} s", hint="add LIMIT, or narrow the pattern"), b""
        except LOST:
            status = await worker.end()
            self._replace(worker, "died", status)
            if status == -signal.SIGABRT:  # what the engine does when it gets no memory
                return error(507, "the query needs more memory than it may have", hint="narrow the pattern, or add LIMIT"), b""
            return error(500, "the process that worked on this was ended", hint="ask again"), b""
        finally:
            if reply is not None:
                self._idle.put_nowait(worker)
            elif worker in self._all:  # the asker is gone, or we are about to be
                self._replace(worker, "abandoned")
        return reply

    async def _taken(self) -> _Worker | None:
        """Return a worker that lives, or None if there is none in time."""
        until = time.monotonic() + self.seconds
        while True:
            if self._idle.empty():
                if self.queued >= self.waiting:
                    return None
                self.queued += 1
                try:
                    async with asyncio.timeout(until - time.monotonic()):
                        worker = await self._idle.get()
                except TimeoutError:
                    return None
                finally:
                    self.queued -= 1
            else:
                worker = self._idle.get_nowait()
            if worker.lives:
                return worker
            self._replace(worker, "died")

    def _replace(self, worker: _Worker, why: str, status: int | None = None) -> None:
        """Kill *worker* and start another in its place, without waiting for either."""
        self._all.discard(worker)
        with suppress(ProcessLookupError):
            worker.process.kill()
        self.replaced[why] = self.replaced.get(why, 0) + 1
        self.told("worker replaced", reason=why, pid=worker.process.pid, **({} if status is None else {"status": status}))
        if not self._closing:
            self._background(self._again(worker))

    def _background(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self, gone: _Worker) -> None:
        await gone.end()
        while not self._closing:
            try:
                await self._started()
            except (OSError, *LOST, TimeoutError) as problem:
                self.told("worker did not start", error=str(problem))
                await asyncio.sleep(AGAIN)
            else:
                return

    async def _started(self) -> _Worker:
        here = str(Path(__file__).parents[2])
        path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-c", "from cvo.serve.worker import main; main()"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            limit=BUFFER,
            start_new_session=sys.platform != "win32",  # Ctrl-C is for the parent, which lets them finish
        )
        worker = _Worker(process)
        self._all.add(worker)
        try:
            async with asyncio.timeout(STARTING):
                worker.about, _ = await worker.ask(pack(self.start))
        except BaseException:
            self._all.discard(worker)
            await worker.end()
            raise
        self._idle.put_nowait(worker)
        self.told("worker ready", **worker.about)
        return worker

    async def close(self) -> None:
        """End all workers."""
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._all))
        self._all.clear()
