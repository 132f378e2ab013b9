"""Worker processes that take turns: each answers one job at a time, is killed at the deadline, and is replaced when it is gone.

A job that takes long steps back: other work goes before it, and its worker no longer counts as one, so that another is started.
"""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cvo.serve.answering import error
from cvo.serve.processes import LOST
from cvo.serve.worker import pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from cvo.serve.processes import Forking, Spawning, Worker
    from cvo.serve.worker import Reply

STARTING = 120.0  # seconds that a worker may take to read the data
AGAIN = 1.0  # seconds before a worker that did not start is started again
LONG = 0.02  # seconds after which another worker stands in
BACK = ((0.02, 10), (0.1, 19))  # after so many seconds of processor time a job steps back so far
SPARE = 60.0  # seconds after the last long job in which workers are kept that stood in


@dataclass(slots=True)
class Pool:
    """*size* workers from *source*; a job may take *seconds* once it has a worker, and as long again to get one.

    At most *waiting* jobs wait for a worker. As many workers again stand in for those that are busy for long. *told* is called
    with what happens to the workers.
    """

    source: Forking | Spawning
    size: int = 2
    seconds: float = 10.0
    waiting: int = 64
    told: Callable[..., None] = lambda *_a, **_k: None
    about: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    queued: int = 0
    _all: set[Worker] = field(default_factory=set)
    _long: set[Worker] = field(default_factory=set)
    _busy: set[Worker] = field(default_factory=set)
    _clocks: dict[Worker, asyncio.TimerHandle] = field(default_factory=dict)
    _starting: int = 0
    _idle: asyncio.Queue[Worker] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _ending: set[asyncio.Task[None]] = field(default_factory=set)
    _fewer: asyncio.TimerHandle | None = None
    _closing: bool = False

    async def open(self) -> None:
        """Start the workers and return when all are ready. Raises: OSError, if one does not start."""
        workers = await asyncio.gather(*(self._started() for _ in range(self.size)))
        self.about = workers[0].about
        self.source.start["triples"] = self.about["triples"]  # counted once

    @property
    def start(self) -> dict[str, Any]:
        """Return what the workers are told."""
        return self.source.start

    @property
    def alive(self) -> int:
        """Return the number of workers that run."""
        return sum(worker.lives for worker in self._all)

    @property
    def idle(self) -> int:
        """Return the number of workers that have nothing to do."""
        return self.alive - len(self._busy)

    async def run(self, job: dict[str, Any]) -> Reply:
        """Return the reply to *job*, or one that says why there is none: 503 busy, 504 too slow, 500 or 507 the worker died."""
        worker = await self._taken()
        if worker is None:
            hint = "ask again in a moment"
            return {**error(503, "all workers are busy", hint=hint), "retry": max(1, round(self.seconds))}, b""
        reply = None
        self._busy.add(worker)
        self._clocks[worker] = asyncio.get_running_loop().call_later(LONG, self._is_long, worker, worker.spent())
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
            self._clocks.pop(worker).cancel()
            self._busy.discard(worker)
            self._long.discard(worker)
            if reply is not None:
                self._idle.put_nowait(worker)
            elif worker in self._all:  # the asker is gone, or we are about to be
                self._replace(worker, "abandoned")
        return reply

    async def _taken(self) -> Worker | None:
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
            if worker in self._all and worker.lives:
                return worker

    def _is_long(self, worker: Worker, before: float, step: int = 0) -> None:
        """Have another worker stand in for *worker*, and let other work go before its own, the more the longer it worked since *before*."""
        spent = worker.spent() - before
        while step < len(BACK) and spent >= BACK[step][0]:
            worker.step_back(BACK[step][1])
            step += 1
        if step < len(BACK):
            wait = max(BACK[step][0] - spent, LONG / 5)
            self._clocks[worker] = asyncio.get_running_loop().call_later(wait, self._is_long, worker, before, step)
        if worker in self._long:
            return
        self._long.add(worker)
        self._fill()
        if self._fewer is not None:
            self._fewer.cancel()
        self._fewer = asyncio.get_running_loop().call_later(self.seconds + SPARE, self._dismiss)

    def _fill(self) -> None:
        """Start workers, until there are as many as there should be that are not busy for long."""
        while not self._closing:
            number = len(self._all) + self._starting
            if number - len(self._long) >= self.size or number >= 2 * self.size:
                return
            self._starting += 1
            self._background(self._another(), self._tasks)

    def _dismiss(self) -> None:
        """End workers that stood in and have nothing to do."""
        while len(self._all) > self.size and not self._idle.empty():
            worker = self._idle.get_nowait()
            self._all.discard(worker)
            self._background(self._ended(worker), self._ending)

    def _replace(self, worker: Worker, why: str, status: int | None = None) -> None:
        """Kill *worker* and start another in its place, without waiting for either."""
        self._all.discard(worker)
        self._long.discard(worker)
        self.replaced[why] = self.replaced.get(why, 0) + 1
        self.told("worker replaced", reason=why, pid=worker.pid, **({} if status is None else {"status": status}))
        worker.kill()
        self._background(self._ended(worker), self._ending)

    async def _watched(self, worker: Worker) -> None:
        """Start another if *worker* ends while it has nothing to do."""
        status = await worker.ended()
        if worker in self._all and worker not in self._busy:
            self._replace(worker, "died", status)

    async def _ended(self, worker: Worker) -> None:
        """End *worker*, then start another if one is missing."""
        await worker.end()
        self._fill()

    def _background(self, work: Any, tasks: set[asyncio.Task[None]]) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _another(self) -> None:
        try:
            while not self._closing:
                try:
                    await self._started()
                except (OSError, *LOST, TimeoutError) as problem:
                    self.told("worker did not start", error=str(problem))
                    await asyncio.sleep(AGAIN)
                else:
                    return
        finally:
            self._starting -= 1

    async def _started(self) -> Worker:
        worker = await self.source.worker()
        try:
            async with asyncio.timeout(STARTING):
                await worker.ready()
        except BaseException:
            await worker.end()
            raise
        self._all.add(worker)
        self._background(self._watched(worker), self._tasks)
        self._idle.put_nowait(worker)
        self.told("worker ready", **worker.about)
        return worker

    async def close(self) -> None:
        """End all workers."""
        self._closing = True
        if self._fewer is not None:
            self._fewer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN):
                await asyncio.gather(*(worker.end() for worker in self._all), *self._ending)
        self._all.clear()
        await self.source.close()
