"""How many requests a second the endpoint answers, and what a runaway query costs the others.

Run it with an environment that has ``cvo[serve]``: ``python bench/serve.py [SECONDS] [QUESTION]``. The server and its client
share this machine; the client is one process that writes bytes and reads them, over connections that stay open.

1. Throughput: a shipped question and a small one over 8 connections to 2 workers, answered anew each time (``--kept 0``), and
   with answers kept, as is the default.
2. Patience: the 99th percentile of a small question asked one by one, answered anew, to 2 workers that are idle, beside one
   query that never ends, and beside as many as there are workers; each is ended at the deadline (4 s) and sent again.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from cvo import load
from cvo.questions import bind, find

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
QUESTION = sys.argv[2] if len(sys.argv) > 2 else "stages"
WORKERS, DEADLINE, ROUNDS = 2, 4, 3
SMALL = "SELECT ?label { cvt:portrait-right rdfs:label ?label }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(CONCAT(STR(?a), STR(?e))) = 7) }"


def started(folder, workers, timeout, kept):
    log = Path(folder) / f"{workers}-{kept}.log"
    command = [
        sys.executable,
        "-m",
        "cvo",
        "serve",
        "--port",
        "0",
        "--workers",
        str(workers),
        "--timeout",
        str(timeout),
        "--kept",
        str(kept),
    ]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stderr=file)
    while '"listening"' not in log.read_text("utf-8"):
        if process.poll() is not None:
            sys.exit(log.read_text("utf-8"))
        time.sleep(0.1)
    line = next(json.loads(line) for line in log.read_text("utf-8").splitlines() if '"listening"' in line)
    return process, int(line["url"].rstrip("/").rpartition(":")[2])


def request(text):
    address = "/sparql?" + urlencode({"query": text})
    return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/sparql-results+json\r\n\r\n".encode()


async def asked(port, sent, until, times, status=b"200"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if head[9:12] != status:
            sys.exit(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - begun)
    writer.close()


async def throughput(port, text):
    times = []
    await asyncio.gather(*(asked(port, request(text), time.perf_counter() + 0.5, []) for _ in range(8)))  # a warm-up
    begun = time.perf_counter()
    await asyncio.gather(*(asked(port, request(text), begun + SECONDS, times) for _ in range(8)))
    return len(times) / (time.perf_counter() - begun), times


async def patience(port, runaways):
    """Return the times of a small question beside so many *runaways*, from the moment they are sent, and those of the runaways."""
    times, ended = [], []
    await asked(port, request(SMALL), time.perf_counter() + 0.5, [])
    until = time.perf_counter() + SECONDS
    running = [asyncio.create_task(asked(port, request(RUNAWAY), until, ended, b"504")) for _ in range(runaways)]
    await asked(port, request(SMALL), until, times)
    await asyncio.gather(*running)
    return times, ended


def percentile(times, part):
    return sorted(times)[min(int(len(times) * part), len(times) - 1)] * 1000


def told(name, times):
    print(f"{name:<34} {statistics.median(times) * 1000:7.2f} {percentile(times, 0.99):7.2f} ms (median, 99th percentile of {len(times)})")


def main():
    text = bind(find(QUESTION), {}, load())
    with tempfile.TemporaryDirectory() as folder:
        for kept, how in ((0, "anew"), (64, "kept")):
            process, port = started(folder, 2, 10, kept)
            try:
                for name, query in ((QUESTION, text), ("one label", SMALL)):
                    rate, times = asyncio.run(throughput(port, query))
                    print(f"{name}, {how}: {rate:,.0f} requests/s over 8 connections to 2 workers")
                    told(f"{name}, {how}", times)
            finally:
                process.terminate()
                process.wait()
        process, port = started(folder, WORKERS, DEADLINE, 0)
        rounds = {runaways: ([], []) for runaways in (0, 1, WORKERS)}
        try:
            for _ in range(ROUNDS):
                for runaways, (times, ended) in rounds.items():
                    for all_, more in zip((times, ended), asyncio.run(patience(port, runaways)), strict=True):
                        all_.append(more)
        finally:
            process.terminate()
            process.wait()
    for runaways, (times, ended) in rounds.items():
        told(f"one label beside {runaways} runaways", [each for part in times for each in part])
        ratios = [percentile(one, 0.99) / percentile(none, 0.99) for one, none in zip(times, rounds[0][0], strict=True)]
        late = [each for part in ended for each in part]
        if late:
            print(f"  99th percentile: {statistics.median(ratios):.1f} x that of an idle server (median of {ROUNDS} rounds)")
            print(f"  {len(late)} runaways, each 504, after {min(late):.2f} to {max(late):.2f} s; the deadline is {DEADLINE} s")


if __name__ == "__main__":
    main()
