"""A process that answers queries of strangers gives up what it does not need: the network, and more memory than it is allowed."""

from __future__ import annotations

import ctypes
import platform
import sys
from contextlib import suppress
from ctypes import POINTER, Structure, byref, c_ubyte, c_ulong, c_ushort, c_void_p, cast
from ctypes import c_uint as c_uint32

NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # prctl(2)
DIE_WITH_PARENT, KILL = 1, 9
REFUSED = 0x00050000 | 13  # SECCOMP_RET_ERRNO | EACCES
ALLOWED = 0x7FFF0000
# The number of the architecture in a seccomp filter, and of the system calls socket, socketpair, connect and io_uring_setup there.
ARCHITECTURES = {"x86_64": (0xC000003E, (41, 53, 42, 425)), "aarch64": (0xC00000B7, (198, 199, 203, 425))}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF: load a word, jump if equal, return


class _Step(Structure):
    _fields_ = (("code", c_ushort), ("yes", c_ubyte), ("no", c_ubyte), ("value", c_uint32))


class _Program(Structure):
    _fields_ = (("length", c_ushort), ("steps", POINTER(_Step)))


def close_network() -> str:
    """Take from this process, for good, the right to make a socket; return how: ``filter``, ``files`` or nothing.

    Linux filters the system calls, in this thread and all that it starts later: call it before there are others.
    Elsewhere on POSIX no further file can be opened, so that all must be imported and read before. Windows has no such thing;
    there the parser alone refuses SERVICE.
    """
    if sys.platform == "linux" and platform.machine() in ARCHITECTURES and _filter(*ARCHITECTURES[platform.machine()]):
        return "filter"
    return ""


def close_files() -> str:
    """Allow no further open file, so also no socket; for systems without `close_network`."""
    if sys.platform == "win32":
        return ""
    import os  # noqa: PLC0415
    import resource  # noqa: PLC0415 - Windows has none

    probe = os.dup(2)
    os.close(probe)  # the lowest number that is free: the next file would have it
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe, probe))
        return "files"
    return ""


def _filter(architecture: int, refused: tuple[int, ...]) -> bool:
    steps = [_Step(LOAD, 0, 0, 4), _Step(EQUAL, 1, 0, architecture), _Step(RETURN, 0, 0, REFUSED), _Step(LOAD, 0, 0, 0)]
    for number in refused:
        steps += [_Step(EQUAL, 0, 1, number), _Step(RETURN, 0, 0, REFUSED)]
    steps.append(_Step(RETURN, 0, 0, ALLOWED))
    array = (_Step * len(steps))(*steps)
    program = _Program(len(steps), cast(array, POINTER(_Step)))
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    if prctl(NO_NEW_PRIVILEGES, c_ulong(1), c_ulong(0), c_ulong(0), c_ulong(0)):
        return False
    return bool(prctl(SECCOMP, c_ulong(FILTER), cast(byref(program), c_void_p), c_ulong(0), c_ulong(0)) == 0)


def limit_memory(more: int) -> bool:
    """Allow this process *more* bytes of address space than it has now, and no core dump; return whether that is possible here."""
    if sys.platform != "linux":  # macOS takes the limit and does not heed it
        return False
    import resource  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        return True
    return False


def end_with_parent() -> None:
    """Have the system end this process when its parent ends, however that happens; where it can."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, c_ulong(KILL), c_ulong(0), c_ulong(0), c_ulong(0))
