"""How long a question and a validation take, the question against the query commands of rdflib, Comunica and Jena on the same files.

All is from process start to the last row.

Run it with the interpreter of an environment that has cvo installed, byte-compiled: ``python bench/cold.py [RUNS]``.
The commands run in turn, A B A B …, so that a machine whose speed drifts treats them alike; the ratio is taken pair by
pair. A bare interpreter and Typer alone are timed in the same run, to split what is ours from what is not. A peer that is
not there is left out; each is first asked once, and must give as many rows (`peers.py` tells how to get them).
"""

import compileall
import csv
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import peers

import cvo
from cvo.files import data_root

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
CONTRIBUTED = Path(__file__).parent.parent / "tests" / "readme" / "example-nd.ttl"


def once(command):
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - started) * 1000


def rows(command):
    """Return how many rows *command* gives, as CSV or JSON."""
    text = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    if text.startswith("{"):
        return len(json.loads(text)["results"]["bindings"])
    return sum(1 for _ in csv.reader(io.StringIO(text))) - 1


def main():
    compileall.compile_dir(str(Path(cvo.__file__).parent), quiet=1)
    question = data_root() / "ontology" / "questions" / "risks.rq"
    files = [str(p) for folder in ("ontology", "instances") for p in sorted((data_root() / folder).rglob("*.ttl"))]
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / "broken.ttl"
        broken.write_text("@prefix cvt: <https://w3id.org/cvo/term/> .\ncvt:a cvt:b , ; .\n", encoding="utf-8")
        commands = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "import typer": [sys.executable, "-c", "import typer"],
            "cvo --help": [sys.executable, "-m", "cvo", "--help"],
            "cvo query risks.rq": [sys.executable, "-m", "cvo", "query", "risks.rq"],
            "cvo validate, 3 errors": [sys.executable, "-m", "cvo", "validate", str(CONTRIBUTED)],
            "cvo validate, syntax": [sys.executable, "-m", "cvo", "validate", str(broken)],
        }
        asked = {"cvo query risks.rq": [*commands["cvo query risks.rq"], "-f", "csv"]}
        asked |= peers.queries(files, question)
        wanted = rows(asked["cvo query risks.rq"])
        for name, command in asked.items():
            found = rows(command)
            assert found == wanted, f"{name}: {found} rows, not {wanted}"
        print(f"{wanted} rows from each of {', '.join(asked)}")
        commands |= asked
        times = {name: [] for name in commands}
        for run in range(RUNS + 1):
            for name, command in commands.items():
                spent = once(command)
                if run:  # the first is a warm-up
                    times[name].append(spent)
    for name, spent in times.items():
        if spent:
            print(f"{name:<22} {min(spent):7.1f} {statistics.median(spent):7.1f} {max(spent):7.1f} ms (min, median, max of {RUNS})")
    ours = times["cvo query risks.rq"]
    for peer in list(asked)[1:]:
        ratios = [b / a for a, b in zip(ours, times[peer], strict=True)]
        print(f"{peer} takes {statistics.median(ratios):.1f} x cvo query risks.rq (median of the pairs; {min(ratios):.1f} at least)")


if __name__ == "__main__":
    main()
