"""A server for one machine: the data frozen into a file that every worker reads, the socket, the log, and an orderly end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import socket
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.ask import corpus
from cvo.dataset import load
from cvo.errors import EngineError, InputError
from cvo.serve.worker import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://w3id.org/cvo/"
CONNECTIONS = 1_000
IDLE = 15  # seconds that a connection may be idle
CANONICAL = 10_000  # blank nodes; to name more of them by their place in the graph may take for ever
DEFAULT = Limits()
QUEUE = 32  # requests that may wait, for each worker


@dataclass(frozen=True, slots=True)
class Options:
    """What is served, and how: the *data* with what follows in *views*, or the *store*; a *site* of files; where; for which *base*.

    Answers are kept in *kept* bytes; a request may have *largest* bytes.
    """

    data: tuple[str, ...] = ()
    with_shipped: bool = True
    views: tuple[str, ...] = ()
    store: Path | None = None
    site: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    base: str = BASE
    limits: Limits = DEFAULT
    kept: int = 64 << 20
    largest: int = 1 << 20


def log(event: str, **details: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """Write one line of JSON to stderr: when, what, and *details*."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{time.time_ns() // 1_000_000 % 1000:03}Z"
    sys.stderr.write(json.dumps({"time": stamp, "event": event, **details}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


class _Told(logging.Handler):
    """What uvicorn has to tell, as one of our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        log("uvicorn", level=record.levelname.lower(), text=record.getMessage())


def serve(options: Options) -> None:
    """Serve until the process is told to end (SIGTERM, Ctrl-C); what is being answered then is answered, within its time.

    Raises: EngineError, if a library is missing; InputError or SyntaxProblem, if the data cannot be read, or nobody can listen there.
    """
    try:
        import uvicorn  # noqa: F401, PLC0415 - optional
    except ImportError:
        raise EngineError("a library is missing: uvicorn", hint='python -m pip install "cvo[serve]"') from None
    if options.site is not None and not options.site.is_dir():
        raise InputError(f"no such folder: {options.site}", hint="a folder of pages")
    if not options.base.startswith(("http://", "https://")) or not options.base.endswith("/"):
        raise InputError(f"not the beginning of IRIs: {options.base}", hint=f"such as {BASE}")
    with (
        tempfile.TemporaryDirectory(prefix="cvo-", ignore_cleanup_errors=True) as folder,
        _listening(options.host, options.port) as listener,
    ):
        path, digest = freeze(options, Path(folder))
        limits = {"seconds": options.limits.seconds, "result": options.limits.result, "memory": options.limits.memory}
        start = {"path": str(path), "digest": digest, "base": options.base, "limits": limits}
        _run(options, start, listener)


def freeze(options: Options, folder: Path) -> tuple[Path, str]:
    """Return the file or store that all workers read, and the digest of its content.

    Data are copied into *folder*, so that a worker which is started later holds the same as those before it.
    """
    if options.store is not None:
        if options.data or options.views or not options.with_shipped:
            raise InputError("what is served is either a --store as it was loaded, or files with --data, --only-data and --view")
        corpus.open_(options.store)
        version = json.loads((options.store / corpus.LIST).read_text(encoding="utf-8"))["version"]
        return options.store.resolve() / version, hashlib.sha256(version.encode()).hexdigest()[:24]
    derived = None
    if options.views:
        from cvo.reason import reasoning  # noqa: PLC0415 - few servers need it

        derived = reasoning.derived(options.views)
    data = load(options.data, with_shipped=options.with_shipped, derived=derived)
    data.holds_graph("https://w3id.org/cvo/")  # fills the named graphs
    quads = list(data.store)
    blank = {term for quad in quads for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)}
    if blank and len(blank) <= CANONICAL:
        named = ox.Dataset(quads)
        named.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        quads = list(named)
    lines = sorted((ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
    path = folder / "data.nq"
    path.write_bytes(b"".join(lines))
    return path, hashlib.sha256(b"".join(lines)).hexdigest()[:24]


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Give a socket that listens at *host* and *port*. Raises: InputError, if that cannot be."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=512)
    except (OSError, UnicodeError, OverflowError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise InputError(
            f"cannot listen ({reason}): {host}:{port}", hint="name another port with --port, or another address with --host"
        ) from None
    with listener:
        yield listener


def _run(options: Options, start: dict[str, Any], listener: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - optional, and 200 ms

    from cvo.serve.connections import HEAD, Patient  # noqa: PLC0415 - as above
    from cvo.serve.pool import Pool  # noqa: PLC0415 - asyncio
    from cvo.serve.processes import LOST, source  # noqa: PLC0415
    from cvo.serve.server import App  # noqa: PLC0415

    seconds = options.limits.seconds
    pool = Pool(source(start), options.workers, seconds, options.workers * QUEUE, log)
    app = App(pool, log, options.site, options.kept, options.largest)

    class Server(uvicorn.Server):
        """One that ends with our status, not by the signal that ended it, so that what is to be cleaned up is."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            import signal  # noqa: PLC0415

            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    voice = logging.getLogger("uvicorn")
    voice.setLevel(logging.WARNING)
    voice.addHandler(_Told())
    voice.propagate = False
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=int(seconds) + 2,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD,
    )

    async def run() -> None:
        await pool.open()
        try:
            host, port = listener.getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            log("listening", url=address, triples=pool.about["triples"], workers=options.workers, dataset=start["digest"])
            await Server(config).serve([listener])
        finally:
            await pool.close()
            log("ended")

    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(run())
    except (*LOST, TimeoutError) as problem:
        raise EngineError(f"a worker did not start: {problem!r}", hint="its own words stand above") from None
