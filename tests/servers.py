"""Real SPARQL servers on loopback, each started on data of a test and ended after it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


@contextmanager
def running(command, url, folder, **more):
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **more)
        try:
            wait_for(url, process)
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def oxigraph_program():
    return shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")


@contextmanager
def oxigraph(folder, triples, *, writable=False):
    """Serve *triples* (N-Triples) by Oxigraph's own server; give the address of its SPARQL endpoint."""
    location = folder / "oxigraph"
    store = ox.Store(str(location))
    store.bulk_load(input=triples, format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    del store
    port = free_port()
    command = [oxigraph_program(), "serve" if writable else "serve-read-only", "--location", location, "--bind", f"127.0.0.1:{port}"]
    if not writable:
        command = [oxigraph_program(), "serve-read-only", "--location", location, "--bind", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}/", folder):
        yield f"http://127.0.0.1:{port}/query"


@contextmanager
def virtuoso(folder, triples, graph="https://example.org/all"):
    """Serve *triples* (N-Triples) by Virtuoso; give the address of its SPARQL endpoint."""
    (folder / "data.nt").write_bytes(triples)
    port, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(
        f"""
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DirsAllowed = {folder}
NumberOfBuffers = 20000
MaxDirtyBuffers = 12000
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 120
""",
        encoding="utf-8",
    )
    command = ["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with running(command, f"http://127.0.0.1:{http}/sparql", folder, cwd=folder):
        load = f"DB.DBA.TTLP(file_to_string_output('{folder}/data.nt'), '', '{graph}', 0); checkpoint;"
        subprocess.run(["isql-vt", f"127.0.0.1:{port}", "dba", "dba", f"exec={load}"], check=True, capture_output=True, timeout=300)
        yield f"http://127.0.0.1:{http}/sparql"
