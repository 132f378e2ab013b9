"""How worker processes are started, spoken with and ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvo.serve.worker import LENGTHS, pack

if TYPE_CHECKING:
    from cvo.serve.worker import Reply

BUFFER = 4 << 20  # bytes of an answer that are read at once
LARGEST = 1 << 16  # bytes of a message
LOWEST = 19
LOST = (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError, RuntimeError)


class Worker:
    """One process, with what it said of itself when it was ready, and the thread that answers."""

    def __init__(self, into: asyncio.WriteTransport, out: asyncio.StreamReader) -> None:
        """Speak with it over pipes."""
        self.into, self.out = into, out
        self.about: dict[str, Any] = {}
        self.thread = 0
        self.gone: asyncio.Future[int] | None = None

    @property
    def pid(self) -> int:
        """Return the number of the process; 0 if it did not yet say it."""
        return int(self.about.get("pid", 0))

    @property
    def lives(self) -> bool:
        """Return whether it can be asked."""
        return not self.out.at_eof() and not self.into.is_closing()

    async def ask(self, frame: bytes) -> Reply:
        """Return the reply to *frame*. Raises: one of `LOST`, if the process ends instead."""
        self.into.write(frame)
        return await self.reply()

    async def reply(self) -> Reply:
        """Return what it says next."""
        head, body = LENGTHS.unpack(await self.out.readexactly(LENGTHS.size))
        told = json.loads(await self.out.readexactly(head))
        self.thread = told.pop("thread", self.thread)
        return told, await self.out.readexactly(body) if body else b""

    def spent(self) -> float:
        """Return the seconds of processor time that it has taken; where the system does not tell, those of the clock."""
        if sys.platform == "linux" and self.pid:
            with suppress(OSError):
                return time.clock_gettime(~self.pid << 3 | 2)  # what clock_getcpuclockid(3) gives
        return time.monotonic()

    def step_back(self, steps: int) -> None:
        """Have the system prefer other work to what it is working on by so many *steps* of niceness below ours; where it can."""
        if sys.platform == "linux" and self.thread:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.thread, min(LOWEST, os.nice(0) + steps))

    def kill(self) -> None:
        """End the process now."""
        if self.pid and not (self.gone and self.gone.done()):  # by then the number may be that of another
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        if not self.into.is_closing():
            self.into.abort()

    async def ready(self) -> None:
        """Wait until it says what it holds. Raises: as `ask`."""
        self.about, _ = await self.reply()

    async def ended(self) -> int:
        """Return its status once it has ended."""
        return await asyncio.shield(self.gone) if self.gone is not None else 0

    async def end(self) -> int:
        """Kill the process and return its status."""
        self.kill()
        return await self.ended()


class Spawning:
    """Starts each worker anew; it reads the data itself. Each is told *start*."""

    def __init__(self, start: dict[str, Any]) -> None:
        """Hold it."""
        self.start = start

    async def worker(self) -> Worker:
        """Return a worker that is not yet ready. Raises: OSError, if the system starts no more."""
        process = await _python("cvo.serve.worker", asyncio.subprocess.PIPE, asyncio.subprocess.PIPE)
        assert process.stdin is not None  # noqa: S101 - asked for as a pipe
        assert process.stdout is not None  # noqa: S101
        worker = Worker(process.stdin.transport, process.stdout)
        worker.about = {"pid": process.pid}  # until it says more
        worker.gone = asyncio.ensure_future(process.wait())
        worker.into.write(pack(self.start))
        return worker

    async def close(self) -> None:
        """Do nothing: each worker is ended by itself."""


class Forking:
    """Has each worker copied from one process that has read the data. It is told *start*, and started again when it is lost."""

    def __init__(self, start: dict[str, Any]) -> None:
        """Hold it."""
        self.start = start
        self.process: asyncio.subprocess.Process | None = None
        self.control: socket.socket | None = None
        self.gone: dict[int, asyncio.Future[int]] = {}
        self.lock = asyncio.Lock()

    async def worker(self) -> Worker:
        """Return a worker that is not yet ready. Raises: OSError, if there can be none."""
        async with self.lock:
            if self.process is None or self.process.returncode is not None or self.control is None:
                await self._open()
        assert self.control is not None  # noqa: S101 - it was opened
        (jobs, into), (out, replies) = os.pipe(), os.pipe()
        try:
            socket.send_fds(self.control, [json.dumps(self.start).encode()], [jobs, replies])
        except OSError:
            os.close(into)
            os.close(out)
            raise
        finally:
            os.close(jobs)
            os.close(replies)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=BUFFER)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(out, "rb", buffering=0))
        transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(into, "wb", buffering=0))
        return _Copied(transport, reader, self.gone)

    async def _open(self) -> None:
        """Start the process that is copied."""
        await self.close()
        self.control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with end:
            self.process = await _python("cvo.serve.forkserver", end, None)
        self.control.send(json.dumps(self.start).encode())
        self.control.settimeout(0)
        asyncio.get_running_loop().add_reader(self.control, self._heard)

    def _heard(self) -> None:
        """Hear which workers have ended; when the process itself is gone, all have."""
        assert self.control is not None  # noqa: S101 - it is what was heard
        try:
            told = self.control.recv(LARGEST)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        if told:
            gone = json.loads(told)
            _resolve(self.gone.setdefault(gone["pid"], asyncio.get_running_loop().create_future()), gone["status"])
        else:
            self._lost()

    def _lost(self) -> None:
        if self.control is not None:
            asyncio.get_running_loop().remove_reader(self.control)
            self.control.close()
            self.control = None
        for future in self.gone.values():
            _resolve(future, -signal.SIGKILL)
        self.gone.clear()

    async def close(self) -> None:
        """End the process, and with it all its workers."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        self._lost()


def source(start: dict[str, Any]) -> Forking | Spawning:
    """Return what gives workers that are told *start*, the best that this system has."""
    return Forking(start) if sys.platform == "linux" else Spawning(start)


class _Copied(Worker):
    """A worker that is a copy: how it ended is told by the process that it was copied from."""

    def __init__(self, into: asyncio.WriteTransport, out: asyncio.StreamReader, statuses: dict[int, asyncio.Future[int]]) -> None:
        super().__init__(into, out)
        self.statuses = statuses

    async def ready(self) -> None:
        await super().ready()
        self.gone = self.statuses.setdefault(self.pid, asyncio.get_running_loop().create_future())

    async def ended(self) -> int:
        status = await super().ended()
        self.statuses.pop(self.pid, None)
        return status


def _resolve(future: asyncio.Future[int], status: int) -> None:
    if not future.done():
        future.set_result(status)


async def _python(module: str, stdin: Any, stdout: int | None) -> asyncio.subprocess.Process:  # noqa: ANN401 - a number or a socket
    """Start ``main`` of *module*, from where this one is."""
    here = str(Path(__file__).parents[2])
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-c", f"from {module} import main; main()"),
        stdin=stdin,
        stdout=stdout,
        env={**os.environ, "PYTHONPATH": path},
        limit=BUFFER,
    )
