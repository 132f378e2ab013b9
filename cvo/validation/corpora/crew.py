"""Who does the work on the files: this process, processes on all cores, or the workers of a Dask cluster.

Each gives back every task once, with what came of it; a worker that dies takes nothing with it.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cvo.errors import CvoError, EngineError
from cvo.validation.corpora.inputs import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    T = TypeVar("T")
    R = TypeVar("R")

AHEAD = 3  # tasks for each worker that are under way or wait
TRIES = 2  # times that a worker may die at one task before the task is given up
PATIENCE = 30  # seconds for a scheduler to answer


class Died(CvoError):  # noqa: N818 - it says what happened to a worker
    """The process that worked on something ended: most likely the memory did."""


class Crew(Protocol):
    """Who does work."""

    def map(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[tuple[T, R | Died]]:
        """Return each of *tasks* with what *work* made of it, as it comes."""
        ...


class Here:
    """This process."""

    def map(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[tuple[T, R | Died]]:
        """Return each of *tasks* with what *work* made of it, in their order."""
        for task in tasks:
            yield task, work(task)


class Cores:
    """Processes on this machine."""

    def __init__(self, jobs: int) -> None:
        """Work in *jobs* processes."""
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def map(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[tuple[T, R | Died]]:
        """Return each of *tasks* with what *work* made of it, as it comes.

        When a process dies, whatever was under way is done again, one task at a time, to see which of them it was.
        """
        queue = iter(tasks)
        suspects: deque[T] = deque()
        tries: dict[int, int] = {}
        running: dict[Future[R], T] = {}
        while True:
            careful = bool(suspects)
            while len(running) < (1 if careful else self.jobs * AHEAD):
                task = suspects.popleft() if careful and suspects else next(queue, None)
                if task is None:
                    break
                running[self._pool().submit(work, task)] = task
            if not running:
                return
            done = wait(running, return_when=FIRST_COMPLETED).done
            if not any(isinstance(each.exception(), BrokenProcessPool) for each in done):
                for each in done:
                    yield running.pop(each), each.result()
                continue
            under_way = list(running.values())
            running.clear()
            self.close()
            number = id(under_way[0])
            tries[number] = tries.get(number, 0) + (len(under_way) == 1)
            if tries[number] >= TRIES:
                yield under_way[0], Died("the process that checked it ended, most likely for want of memory")
            else:
                suspects.extendleft(reversed(under_way))

    def _pool(self) -> ProcessPoolExecutor:
        if self.pool is None:
            # never a fork of a process that has threads; a fresh one takes 0.2 s once
            method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
            context = get_context(method)
            self.pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_quiet)
        return self.pool

    def close(self) -> None:
        """End the processes."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None
            gc.collect()  # gives the locks of the pool back, which the system would miss: the command ends without looking back


def abandon() -> None:
    """Give the locks of all pools back to the system, for a process that ends at once; the workers follow it."""
    from multiprocessing.util import _run_finalizers  # type: ignore[attr-defined]  # noqa: PLC0415 - the public way waits for the workers

    _run_finalizers(0)


def _quiet() -> None:
    """Leave an interrupt to the process that everybody watches, and end when that one does, however it ends."""
    import signal  # noqa: PLC0415 - only in workers

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Ask the scheduler at *address*.

        Raises: EngineError, if Dask is missing or nothing answers there.
        """
        try:
            from distributed import Client  # noqa: PLC0415 - an extra
        except ImportError:
            raise EngineError("--scheduler needs a package that is missing: distributed", hint=f"install it: {CLUSTER}") from None
        try:
            self.client: Any = Client(  # type: ignore[no-untyped-call]
                address, timeout=PATIENCE, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as error:
            hint = "start one with: dask scheduler, and workers with: dask worker ADDRESS"
            raise EngineError(f"no scheduler answers at: {address}", hint=hint) from error

    def map(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[tuple[T, R | Died]]:
        """Return each of *tasks* with what *work* made of it, as it comes; the scheduler gives what a dead worker had to another."""
        from distributed import KilledWorker, as_completed  # noqa: PLC0415 - an extra

        queue = iter(tasks)
        running: dict[Any, T] = {}
        ready: Any = as_completed(loop=self.client.loop)  # type: ignore[no-untyped-call]

        def more() -> None:
            ahead = max(2, AHEAD * sum(self.client.ncores().values()))
            while len(running) < ahead and (task := next(queue, None)) is not None:
                future = self.client.submit(work, task, pure=False)
                running[future] = task
                ready.add(future)

        more()
        for future in ready:
            task = running.pop(future)
            try:
                result: R | Died = future.result()
            except KilledWorker:
                result = Died("the workers that checked it ended, most likely for want of memory")
            except ModuleNotFoundError as error:
                raise EngineError(f"the workers have no package: {error.name}", hint="install the same cvo[cluster] on them") from None
            future.release()
            yield task, result
            more()

    def close(self) -> None:
        """Leave the scheduler, which goes on."""
        self.client.close()


@contextmanager
def crew(jobs: int, scheduler: str = "") -> Iterator[Crew]:
    """Give who does the work: at the *scheduler* if there is one, else in *jobs* processes; with one job, this process."""
    if not scheduler and jobs == 1:
        yield Here()
        return
    some = Cluster(scheduler) if scheduler else Cores(jobs)
    try:
        yield some
    finally:
        some.close()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
