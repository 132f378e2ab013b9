"""A process that holds the data and is copied for each worker, so that one more takes milliseconds and hardly any memory. Linux only.

Its stdin is a socket of its parent: what a worker is told, with two file descriptors, asks for one that reads and writes them. The
server never runs a second thread, so that a copy of it is whole.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
from contextlib import suppress
from pathlib import Path

from cvo import confinement
from cvo.serve import answering, worker

LARGEST = 1 << 16  # bytes of a message


def main() -> None:
    """Open the data that the first message tells of, then start workers until the parent is gone."""
    worker.separate()
    os.dup2(2, 1)
    control = socket.socket(fileno=os.dup(0))
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    start = json.loads(control.recv(LARGEST))
    held = None  # a store in a folder has threads, which no copy has
    if Path(start["path"]).is_file():
        held = worker.hold(start)
        held.documented.names()
    answering.prepare()
    gc.freeze()
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_the_dead(control)
        if control.fileno() in ready:
            message, files, _, _ = socket.recv_fds(control, LARGEST, 2)
            if not message:
                return
            if not os.fork():
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for file in (control.detach(), woken, wake):
                    os.close(file)
                _work(json.loads(message), held, *files)
            for file in files:
                os.close(file)


def _work(start: dict[str, object], held: worker.Held | None, into: int, out: int) -> None:
    """Be a worker, and end."""
    status = 1
    try:
        confinement.end_with_parent()
        with os.fdopen(into, "rb") as asked, os.fdopen(out, "wb", buffering=0) as told:
            worker.answer(lambda: held or worker.hold(start), asked, told)
        status = 0
    finally:
        os._exit(status)


def _tell_of_the_dead(control: socket.socket) -> None:
    """Tell the parent which workers have ended, and how."""
    with suppress(ChildProcessError):
        while (gone := os.waitpid(-1, os.WNOHANG))[0]:
            control.send(json.dumps({"pid": gone[0], "status": os.waitstatus_to_exitcode(gone[1])}).encode())
