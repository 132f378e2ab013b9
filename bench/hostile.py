"""Ten thousand malformed or hostile requests, and what they do to `cvo serve`: nothing.

Run it with an environment that has ``cvo[serve]``: ``python bench/hostile.py [NUMBER] [SEED]``. It starts a server over a small
site with tight limits, sends the requests over raw sockets from four threads, and ends with 1 if one was answered as it should not
be, if the server opened a connection, if a worker is missing or left over, or if the memory grows. The tests send a few hundred.
"""

import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, quote_plus

WORDS = [
    *(
        "SELECT",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "*",
        "{",
        "}",
        "?x",
        "a",
        "cvo:Risk",
        "FILTER(",
        ")",
        "'",
        '"',
        "<x:>",
        "UNION",
        "GRAPH ?g {",
    ),
    *(
        "#",
        "\n",
        "风险",
        "😀",
        "(",
        "LIMIT 1",
        "VALUES",
        "OPTIONAL {",
        "ORDER BY",
        "\\u0053ERVICE",
        "BIND(",
        "^^",
        "@en",
        "<<",
        ">>",
        "/",
        "|",
    ),
    *(
        "!",
        "+",
        "1e999",
        "-0",
        "\x00",
        "\ufeff",
        "\u202e",
        "PREFIX",
        "BASE <a>",
        "MINUS {",
        "EXISTS {",
        "GROUP BY",
        "HAVING(",
        ";",
        ",",
        ".",
    ),
]
UPDATES = [
    "INSERT DATA { <x:a> <x:b> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "LOAD <file:///etc/passwd>",
    "DROP ALL",
    "CREATE GRAPH <x:>",
]
SERVICES = [
    "SERVICE {}",
    "SERVICE SILENT {}",
    "\\u0053ERVICE {}",
    "service/**/{}",
    "SERVICE\n#x\n{}",
    "{{ SERVICE {} }} UNION",
    "OPTIONAL {{ SERVICE {} }}",
]
METHODS = ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "GET\t", "get", "X" * 50, "PRI"]
SECRET = "the-secret-outside"
CLIMBS = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "....//",
    "%252e%252e/",
    "..%c0%af",
    "%c0%ae%c0%ae/",
    ".%00./",
    "..;/",
    "/../",
    "//",
]
BROWSER = b"Host: x\r\nConnection: close\r\n"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(CONCAT(STR(?a), STR(?e))) = 7) }"
HEAVY = 0.004  # of the requests; each takes a worker until the deadline
ANSWERED = {200, 400, 403, 406, 414, 500, 503, 504, 507}
REFUSED = {0, *range(400, 418), 431, 501, 505}
"""What a request that is none may get; 0: the connection is closed."""


def attack(dice, canary):
    """Return what kind of request is made, the pieces that are sent, what it may be answered with, and whether the answer is awaited."""
    kind = "heavy" if dice.random() < HEAVY else dice.choice([name for name in KINDS if name != "heavy"])
    pieces, allowed = KINDS[kind](dice, canary)
    return kind, [pieces] if isinstance(pieces, bytes) else pieces, allowed, kind != "gone"


def noise(dice, most=60):
    return "".join(
        dice.choice(("a", " ", "%", "é", "界", "\U0001f600", "\x7f", "\u0000", "<", '"', "&", "=")) for _ in range(dice.randrange(most))
    )


def posted(body, kind="application/x-www-form-urlencoded", more=b""):
    return (
        b"POST /sparql HTTP/1.1\r\n" + BROWSER + f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n".encode() + more + b"\r\n" + body
    )


def got(query, more=b""):
    return b"GET /sparql?query=" + quote_plus(query, errors="replace").encode() + b" HTTP/1.1\r\n" + BROWSER + more + b"\r\n"


def asked(dice, query):
    way = dice.randrange(3)
    if way == 0:
        return got(query)
    if way == 1:
        return posted(b"query=" + quote_plus(query).encode())
    return posted(query.encode("utf-8", "replace"), "application/sparql-query")


def nonsense(dice, _):
    return asked(dice, " ".join(dice.choice(WORDS) for _ in range(dice.randrange(40))) + noise(dice, 20)), ANSWERED


def nested(dice, _):
    depth = dice.choice((10, 100, 450, 2_000))
    opening, closing = dice.choice(
        (("{", "}"), ("OPTIONAL {", "}"), ("FILTER(" + "(" * depth + "1", ")" * depth + ")"), ("[", "]"), ("GRAPH ?g {", "}"))
    )
    return posted(f"SELECT * {{ {opening * depth} {closing * depth} }}"[:900_000].encode(), "application/sparql-query"), ANSWERED


def heavy(dice, _):
    text = dice.choice(
        (RUNAWAY, "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f", "SELECT * { ?s (<x:>|!<x:>)* ?o . ?o (<x:>|!<x:>)* ?p }")
    )
    return asked(dice, text), {200, 500, 503, 504, 507}


def update(dice, _):
    text = dice.choice(UPDATES)
    way = dice.randrange(4)
    if way == 0:
        return posted(text.encode(), "application/sparql-update"), {403}
    if way == 1:
        return posted(b"update=" + quote_plus(text).encode()), {403}
    return asked(dice, f"PREFIX a: <x:> # SELECT\n{text}"), {403}


def service(dice, canary):
    inner = dice.choice(SERVICES).format(f"<http://127.0.0.1:{canary}/sparql> {{ ?s ?p ?o }}")
    tail = " {}" if inner.endswith("UNION") else ""
    return asked(dice, f"SELECT * {{ {inner}{tail} }}"), {400, 403}


def reach(dice, canary):
    iri = f"http://127.0.0.1:{canary}/"
    text = dice.choice((f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}", f"DESCRIBE <{iri}>", f"SELECT * {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"))
    more = b"&default-graph-uri=" + quote_plus(iri).encode() if dice.random() < 0.5 else b""
    return posted(b"query=" + quote_plus(text).encode() + more), ANSWERED


def huge(dice, _):
    if dice.random() < 0.5:
        head = b"POST /sparql HTTP/1.1\r\n" + BROWSER + b"Content-Type: application/sparql-query\r\nContent-Length: 9999999999\r\n\r\n"
        return [head, b"a" * 70_000], {413}
    head = b"POST /sparql HTTP/1.1\r\n" + BROWSER + b"Content-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head, *[b"10000\r\n" + b"a" * 65_536 + b"\r\n"] * 18, b"0\r\n\r\n"], {413}


def long(dice, _):
    address = b"/sparql?" + dice.choice((b"query=", b"x", b"&" * 300)) + b"a" * dice.choice((33_000, 60_000, 200_000))
    return b"GET " + address + b" HTTP/1.1\r\n" + BROWSER + b"\r\n", {0, 400, 414, 431}


def many(dice, _):
    lines = b"".join(b"X-%d: %s\r\n" % (n, b"b" * 100) for n in range(dice.choice((50, 300, 3_000))))
    return b"GET /health HTTP/1.1\r\n" + BROWSER + lines + b"\r\n", {0, 200, 400, 431}


INNER = b"GET /metrics HTTP/1.1\r\nHost: smuggled\r\n\r\n"


def smuggled(dice, _):
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    lines, body = dice.choice((
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"ASK{}" + INNER),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + INNER),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n" + INNER),
        (b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", b"ASK{}" + INNER),
        (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + INNER),
        (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + INNER),
        (b"Content-Length: +5\r\n", b"ASK{}" + INNER),
        (b"Content-Length: 0x5\r\n", b"ASK{}" + INNER),
        (b"Content-Length: 5 5\r\n", b"ASK{}" + INNER),
        (b"X: a\nContent-Length: 5\r\n", b"ASK{}" + INNER),
        (b" Content-Length: 5\r\n", b"ASK{}" + INNER),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + INNER),
        (b"Transfer-Encoding: chunked\r\n", b"-1\r\n" + INNER),
        (b"Transfer-Encoding: chunked\r\n", b"fffffffffffffffff\r\n" + INNER),
    ))  # fmt: skip
    return head + lines + b"\r\n" + body, REFUSED


def climbing(dice, _):
    path = dice.choice(("", "term/", "data/", ".well-known/", "a/b/")) + dice.choice(CLIMBS) * dice.randrange(1, 9)
    target = dice.choice(
        ("outside.txt", "etc/passwd", "..", ".htaccess", ".git/config", "%2e%2e/outside.txt", "C:%5cwindows%5cwin.ini", "link.txt")
    )
    return b"GET /" + (path + target).encode() + b" HTTP/1.1\r\n" + BROWSER + b"\r\n", {0, 400, 404, 414}


def encoded(dice, _):
    text = dice.choice(("ASK {}", "SELECT * { ?s ?p '风险' } LIMIT 1"))
    body = dice.choice((
        text.encode("utf-16"),
        text.encode("utf-32"),
        "ASK { ?s ?p 'é' }".encode("latin-1"),
        b"\xef\xbb\xbf" + text.encode(),
        b"ASK { ?s ?p '\xed\xa0\x80' }",
        b"ASK { ?s ?p '\xc0\xaf' }",
        b"\x1f\x8b\x08\x00" + dice.randbytes(40),
        dice.randbytes(200),
    ))  # fmt: skip
    if dice.random() < 0.5:
        return posted(
            body, f"application/sparql-query; charset={dice.choice(('utf-16', 'latin-1', 'x', ''))}", b"Content-Encoding: gzip\r\n"
        ), ANSWERED | {415}
    wild = dice.choice((b"%", b"%zz", b"%ff%fe", b"%u0041", b"%00", b"+%2", b"%ed%a0%80"))
    return b"GET /sparql?query=ASK%7B%7D&default-graph-uri=" + wild + b" HTTP/1.1\r\n" + BROWSER + b"\r\n", ANSWERED


def method(dice, _):
    path = dice.choice((b"/sparql", b"/health", b"/term/portrait-right", b"*", b"http://169.254.169.254/", b""))
    return dice.choice(METHODS).encode() + b" " + path + b" HTTP/1.1\r\n" + BROWSER + b"\r\n", {*REFUSED, 404}


def headed(dice, _):
    name = dice.choice(
        (b"Accept", b"Accept-Language", b"If-None-Match", b"Content-Type", b"Range", b"Expect", b"X-Forwarded-Host", b"Host", b"Upgrade")
    )
    value = dice.choice(
        (
            b"*" * 3_000,
            b"a/b;q=" + b"9" * 500,
            b"\xff\xfe",
            b",," * 2_000,
            b'"',
            b"bytes=0-,-1",
            b"100-continue",
            b"text/html;q=0.1.1",
            b"<script>",
        )
    )
    path = dice.choice((b"/sparql?query=ASK%7B%7D", b"/term/portrait-right", b"/", b"/sparql"))
    return b"GET " + path + b" HTTP/1.1\r\n" + BROWSER + name + b": " + value + b"\r\n\r\n", {0, 200, 303, 304, *REFUSED}


def addressed(dice, _):
    path = quote(noise(dice), safe="/%") if dice.random() < 0.5 else noise(dice).replace(" ", "").replace("\u0000", "")
    return b"GET /" + path.encode() + b" HTTP/1.1\r\n" + BROWSER + b"\r\n", {0, 200, 303, 400, 404, 406, 414}


def garbage(dice, _):
    return dice.randbytes(dice.randrange(1, 400)) + b"\r\n\r\n", REFUSED


def gone(dice, _):
    """Make a request and leave: after half of it, or before the answer."""
    whole = dice.choice((got("ASK {}"), got("SELECT * { ?s ?p ?o }"), posted(b"query=ASK%7B%7D"), b"GET / HT"))
    return whole[: dice.randrange(1, len(whole) + 1)], set()


KINDS = {
    each.__name__: each
    for each in (
        heavy,
        nonsense,
        nested,
        update,
        service,
        reach,
        huge,
        long,
        many,
        smuggled,
        climbing,
        encoded,
        method,
        headed,
        addressed,
        garbage,
        gone,
    )
}


HALF = {"garbage", "smuggled", "method"}
"""What may be no whole request: the client says that nothing follows, or the server would wait for it."""


def sent(port, pieces, *, awaited=True, half=False, wait=60):
    """Return what the server answers; nothing, if it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        answer = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            if not awaited:
                return b""
            if half:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was refused before it was whole; the answer may be there already
        try:
            while piece := connection.recv(65_536):
                answer += piece
        except TimeoutError:
            return b"no answer"
        except OSError:
            pass
    return answer


ASKING = {"update", "service", "heavy", "headed", "addressed", "climbing"}


def judged(kind, answer, allowed):
    """Return what is wrong with *answer*; nothing, if nothing is."""
    allowed = allowed | {503} if kind in ASKING else allowed  # a worker that was ended is being replaced
    status = int(answer[9:12]) if re.match(rb"HTTP/1\.1 \d{3}", answer) else 0 if not answer else -1
    if status not in allowed:
        return f"{status} {answer[:200]!r}", status
    if b"this is a bug" in answer or b"Traceback" in answer:
        return f"a bug: {answer[:300]!r}", status
    if SECRET.encode() in answer or b"root:x:0" in answer:
        return "a file outside was given", status
    if kind == "smuggled" and (b"cvo_requests_total" in answer or answer.count(b"HTTP/1.1 ") > 1):
        return f"the inner request was answered: {answer[:300]!r}", status
    return "", status


def children(pid):
    """Return the processes that *pid* started: the one that is copied for each worker, then the workers."""
    try:
        own = [int(name) for name in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*own, *(each for child in own for each in children(child))]


def memory(pid):
    """Return the kilobytes that the process has in memory."""
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    except (OSError, TypeError):
        return 0


def outward(pid, port):
    """Return the connections of the process and its workers that no client of ours made: TCP by its table, others by their kind."""
    table = {}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            fields = line.split()
            table[fields[9]] = (name, int(fields[1].rpartition(":")[2], 16))
    found = []
    for each in (pid, *children(pid)):
        for link in Path(f"/proc/{each}/fd").glob("*"):
            try:
                inode = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
            except OSError:
                continue
            if inode and inode[1] in table and table[inode[1]] != ("tcp", port):
                found.append(f"{each}: {table[inode[1]]}")
    return found


def run(pid, port, number, seed=0, threads=4):
    """Send *number* requests to the server *pid* at *port*; return what was wrong, and how often which kind had which status."""
    dice, wrong, counts, lock = random.Random(seed), [], Counter(), threading.Lock()
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.settimeout(0)
        attacks = [attack(dice, canary.getsockname()[1]) for _ in range(number)]
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]  # they ask slowly: a letter, then nothing
        for connection in idle:
            connection.sendall(b"G")

        def one(each):
            kind, pieces, allowed, awaited = each
            answer = sent(port, pieces, awaited=awaited, half=kind in HALF)
            problem, status = judged(kind, answer, allowed) if awaited else ("", "-")
            with lock:
                counts[kind, status] += 1
                if problem:
                    wrong.append(f"{kind}: {problem}; sent {pieces[0][:200]!r}")
                if sys.platform == "linux" and sum(counts.values()) % 250 == 0:
                    wrong.extend(outward(pid, port))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, attacks))
        for connection in idle:
            connection.close()
        try:
            canary.accept()
            wrong.append("the server connected to an address that a query named")
        except BlockingIOError:
            pass
    return wrong, counts


def small_site(folder):
    """Make a site of three files, with what must not be given beside and in it."""
    site = folder / "site"
    (site / "data").mkdir(parents=True)
    (site / "index.html").write_text("<h1>home</h1>", encoding="utf-8")
    (site / "data" / "a.ttl").write_text("<x:a> <x:b> 1 .\n", encoding="utf-8")
    (site / ".htaccess").write_text(SECRET, encoding="utf-8")
    (folder / "outside.txt").write_text(SECRET, encoding="utf-8")
    (site / "link.txt").symlink_to(folder / "outside.txt")
    return site


def main():
    number, seed = [int(word) for word in [*sys.argv[1:], *("10000", "0")[len(sys.argv) - 1 :]]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "log"
        limits = ("--timeout", "2", "--largest", "4", "--memory", "256", "--workers", "2", "--port", "0", "--kept", "8")
        with log.open("wb") as file:
            process = subprocess.Popen([sys.executable, "-m", "cvo", "serve", str(small_site(folder)), *limits], stderr=file)
        try:
            while '"listening"' not in log.read_text("utf-8"):
                if process.poll() is not None:
                    sys.exit(log.read_text("utf-8"))
                time.sleep(0.1)
            line = next(json.loads(line) for line in log.read_text("utf-8").splitlines() if '"listening"' in line)
            port = int(line["url"].rstrip("/").rpartition(":")[2])
            begun, wrong, counts, held = time.perf_counter(), [], Counter(), []
            for part in range(10):
                found, more = run(process.pid, port, number // 10, seed * 10 + part)
                wrong += found
                counts += more
                held.append(memory(process.pid) / 1024)
                print(f"{(part + 1) * number // 10:>6} requests, {held[-1]:.0f} MB in the server", flush=True)
            time.sleep(12)  # the slow are given up, workers that were ended are replaced
            workers = len(children(process.pid)) - 1
            if not 2 <= workers <= 4:  # as many again may stand in, and stay for a minute
                wrong.append(f"{workers} workers, not 2 to 4")
            if b'"boolean":true' not in sent(port, [got("ASK {}")]).replace(b" ", b""):
                wrong.append("it no longer answers")
            if held[-1] > held[1] * 1.2 + 20:
                wrong.append(f"the memory grew from {held[1]:.0f} to {held[-1]:.0f} MB")
            if '"bug"' in log.read_text("utf-8") or "Traceback" in log.read_text("utf-8"):
                wrong.append("its log tells of a bug")
        finally:
            process.terminate()
            process.wait()
        for kind in sorted({kind for kind, _ in counts}):
            print(f"{kind:<10}", ", ".join(f"{status}: {n}" for (k, status), n in sorted(counts.items(), key=str) if k == kind))
        print(f"{sum(counts.values()):,} requests in {time.perf_counter() - begun:.0f} s, {len(wrong)} wrong")
        print(*wrong[:20], sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
