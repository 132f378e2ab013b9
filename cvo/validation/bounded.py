"""A check with a deadline: in a process of its own, which is ended when it takes too long or too much memory.

Neither a SPARQL query nor a regular expression can be stopped from within the process that runs it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

from cvo.errors import CvoError, EngineError, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from cvo.findings import Report

SECONDS = 60.0
MEMORY = 4 << 30  # bytes beyond what the process has when it starts
HINT = Message(
    "give it more time with --timeout SECONDS, or look for a query, a path or a pattern that never ends",
    "请用 --timeout 秒数 放宽时限，或查找不会结束的查询、路径或模式",
)


def run(check: Callable[[], Report], seconds: float) -> Report:
    """Return what *check* returns, a `functools.partial` of a function with plain arguments.

    Raises: EngineError, if it takes longer than *seconds* or the process breaks off; what *check* raises.
    """
    path = os.pathsep.join(each for each in sys.path if each)
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-c", f"from {__name__} import answer; answer()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    with process:
        try:
            out, err = process.communicate(pickle.dumps(check), timeout=seconds)
        except subprocess.TimeoutExpired:
            raise EngineError(Message(f"the check takes longer than {seconds:g} s", f"校验超过了 {seconds:g} 秒"), hint=HINT) from None
        finally:
            process.kill()
    if process.returncode or not out:
        why = (err.decode(errors="replace").strip().splitlines() or [f"status {process.returncode}"])[-1]
        if process.returncode == 1:  # an exception that nobody foresaw
            raise RuntimeError(why)
        hint = Message("the shapes or the data ask for too much memory or depth", "形状或数据占用内存过多，或嵌套过深")
        raise EngineError(Message(f"the check broke off: {why}", f"校验中断：{why}"), hint=hint)
    answered: Report | CvoError = pickle.loads(out)  # noqa: S301 - of our own process
    if isinstance(answered, CvoError):
        raise answered
    return answered


def answer() -> None:
    """Run the check that comes in, and write the report or the error; this is what the process does."""
    from cvo.confinement import end_with_parent, limit_memory  # noqa: PLC0415

    end_with_parent()
    limit_memory(MEMORY)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    check = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own process
    try:
        answered: Report | CvoError = check()
    except CvoError as error:
        answered = error
    except MemoryError:
        answered = EngineError(
            Message("the check takes more memory than it may", "校验占用的内存超过了限度"),
            hint=Message("check fewer files, or simpler shapes", "请减少文件，或简化形状"),
        )
    out.write(pickle.dumps(answered))
    out.close()
