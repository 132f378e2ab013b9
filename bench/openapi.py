"""Requests that schemathesis makes of the server's own description: as it says, and against it.

``python bench/openapi.py [REQUESTS] [SEED]`` starts `cvo serve` on a free port, has schemathesis (PyPI) read ``/openapi.json`` and
send about so many requests (10000), and ends with 1 if an answer is none of those that are described: a status, media type, header
or body that is not, a server error, a request accepted that the description forbids, a method. Of the checks of schemathesis one is left
out, *positive_data_acceptance*: which text is SPARQL, and which format fits its answer, no schema can say.

Of the queries and names that schemathesis makes up, some are replaced by real ones, whole or damaged (`map_query` and those below it,
which schemathesis calls): made up alone, hardly any would be SPARQL.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import schemathesis

QUERIES = (
    "SELECT ?risk ?label { ?risk a cvo:Risk ; rdfs:label ?label } LIMIT 3",
    "SELECT * { ?s ?p ?o } LIMIT 2",
    "ASK { cvt:portrait-right a cvo:RightOrInterest }",
    "CONSTRUCT { ?s a ?c } WHERE { GRAPH ?g { ?s a ?c } } LIMIT 2",
    "DESCRIBE cvt:portrait-right",
    "SELECT (NOW() AS ?n) (RAND() AS ?r) (UUID() AS ?u) {}",
    "SELECT ?x { SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }",
    "DELETE WHERE { ?s ?p ?o }",
)
NAMES = ("portrait-right", "sun-nd", "risks", "portrait-right.ttl", "sun-nd.html", "ns.rdf", "sparql", "%2e%2e")
KINDS = ("term", "source", "question", "shapes")
EACH = 4  # requests of an operation for each example, about


def dice(text):
    """Return chances that are the same for the same *text*, so that a request can be made again."""
    return random.Random(zlib.crc32(repr(text).encode()))


def query(made):
    """Return *made*, or in its place a query, whole or with something of *made* in it."""
    chance = dice(made)
    text = chance.choice(QUERIES)
    place = chance.randrange(len(text))
    return chance.choice((made, text, text, text[:place] + made[:20] + text[place:], text[:place] + text[place + 1 :]))


@schemathesis.hook
def map_query(_context, query_):
    if query_ and isinstance(query_.get("query"), str):
        query_["query"] = query(query_["query"])
    return query_


@schemathesis.hook
def map_body(_context, body):
    if isinstance(body, dict) and isinstance(body.get("query"), str):
        return {**body, "query": query(body["query"])}
    return query(body) if isinstance(body, str) else body


@schemathesis.hook
def map_path_parameters(_context, path_parameters):
    for name, names in (("kind", KINDS), ("name", NAMES)):
        if path_parameters and isinstance(made := path_parameters.get(name), str) and dice(made).random() < 0.5:
            path_parameters[name] = dice(made).choice(names)
    return path_parameters


@schemathesis.serializer("application/sparql-query")
def sparql(_context, value):
    return value.encode() if isinstance(value, str) else str(value).encode()


@contextlib.contextmanager
def serving(log):
    """Run a server that writes its *log*, and give its address."""
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "cvo", "serve", "--port", "0"], stderr=file)
    try:
        while '"listening"' not in log.read_text("utf-8"):
            if process.poll() is not None:
                sys.exit(log.read_text("utf-8"))
            time.sleep(0.1)
        yield next(json.loads(line)["url"] for line in log.read_text("utf-8").splitlines() if '"listening"' in line)
    finally:
        process.terminate()
        process.wait()


def command(url, requests, seed, *more):
    """Return the command that sends about so many *requests* to the server at *url*."""
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}openapi.json", "--seed", str(seed), "--no-color"]
    limits = ["--max-examples", str(max(1, requests // EACH)), "--generation-database", "none", "--continue-on-failure"]
    phases = ["--phases", "examples,coverage,fuzzing"]  # there is no state
    return [
        *program,
        *limits,
        *phases,
        *more,
        "--exclude-checks",
        "positive_data_acceptance",
        "--warnings",
        "off",
        "--request-timeout",
        "30",
    ]


def run(url, requests, seed, *more, **how):
    """Have schemathesis send *requests*, told *more*, and *how* the process is to be run; return what ended."""
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "openapi", "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run(command(url, requests, seed, *more), env=environment, check=False, **how)


def main():
    requests, seed = [int(word) for word in [*sys.argv[1:], *("10000", "0")[len(sys.argv) - 1 :]]]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log") as url:
        ended = run(url, requests, seed, cwd=folder).returncode
        bug = '"bug"' in (Path(folder) / "log").read_text("utf-8")
        print("its log tells of a bug" if bug else "its log tells of no bug")
        return ended or int(bug)


if __name__ == "__main__":
    sys.exit(main())
