"""How fast a large corpus is loaded and asked, against Oxigraph's own program, pyoxigraph and rdflib.

``python bench/million.py [CLAIMS] [PART]``
The corpus is the shipped claims again and again, each time as those of other sources, up to CLAIMS (100000), one N-Triples file. PART
is ``load``, ``ask`` or ``memory``; without it, all three. What is compared runs in turn in one run, and the ratio is taken pair by pair.
- load: ``cvo load`` against ``oxigraph load`` (PyPI oxigraph), both on the same file, process start to end.
- ask: twelve shipped questions on that store, through cvo (text checked, rows as cvo gives them) and through pyoxigraph alone; and
  three of them through rdflib, on the shipped data only, where it still finishes.
- memory: the peak of ``cvo query -f csv`` at two sizes of the answer (Linux).
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
import rdflib

from cvo.ask import corpus
from cvo.dataset import load, shipped_files
from cvo.questions import bind, catalogue
from cvo.terms import CVO, PREFIXES, SOURCE

ASKED = (
    *("risks", "contested-claims", "sources", "stages", "statistics", "technologies-by-stage"),
    *("applications-by-stage", "hedged-claims", "predictions", "recommendations", "third-party-opinions", "rights-at-stake"),
)
RDFLIB = ("stages", "rights-at-stake", "risks")  # of the others the second one had no answer after a minute
RUNS = 5
LARGE = 10_000_000  # triples; so many are loaded and asked once
CSV = "SELECT ?claim ?text { ?claim cvo:statement ?text }"
QUERY = (  # VmHWM is that of the process itself; what getrusage tells is at least that of its parent
    "import sys; from pathlib import Path; from cvo.cli import app; app(sys.argv[1:], standalone_mode=False); sys.stdout.flush(); "
    "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0], file=sys.stderr)"
)


def write(number, path):
    """Write *number* claims to *path*, or a few more; return how many claims and triples there are."""
    files = [name for name, graph in shipped_files() if graph is not None and name.stem != "comparisons"]
    parts = []
    for name in files:
        quads = list(ox.parse(path=str(name), base_iri=SOURCE))
        claims = len({quad.subject for quad in quads if quad.predicate.value == f"{CVO}statement"})
        text = ox.serialize([quad.triple for quad in quads], format=ox.RdfFormat.N_TRIPLES).decode()
        parts.append((f"<{SOURCE}{name.stem}", text, claims, len(quads)))
    claims = triples = copy = 0
    with path.open("w", encoding="utf-8") as file:
        for name, graph in shipped_files():
            if graph is None:
                file.write(
                    ox.serialize([q.triple for q in ox.parse(path=str(name), base_iri=SOURCE)], format=ox.RdfFormat.N_TRIPLES).decode()
                )
        while claims < number:
            for source, text, has, of in parts:
                file.write(text.replace("_:", f"_:c{copy}x").replace(source, f"{source}-{copy}"))
                claims, triples = claims + has, triples + of
            copy += 1
    return claims, triples


def timed(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def pairs(first, second, runs=RUNS):
    """Return the medians of both, and of their ratio pair by pair."""
    times = [(timed(first), timed(second)) for _ in range(runs)]
    ours, theirs = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in times)


def loaded(path, folder, triples):
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")

    def ours():
        shutil.rmtree(folder / "store", ignore_errors=True)
        command = [sys.executable, "-m", "cvo", "load", str(path), "--only-data", "--store", str(folder / "store")]
        subprocess.run(command, check=True, capture_output=True)

    def theirs():
        shutil.rmtree(folder / "plain", ignore_errors=True)
        subprocess.run([program, "load", "--location", str(folder / "plain"), "--file", str(path)], check=True, capture_output=True)

    if not program:
        print("oxigraph: not installed (PyPI oxigraph)")
        print(f"cvo load       {timed(ours):8.1f} s")
        return
    mine, other, ratio = pairs(ours, theirs, 3 if triples < LARGE else 1)
    print(f"cvo load       {mine:8.1f} s {triples / mine:10,.0f} triples/s", flush=True)
    print(f"oxigraph load  {other:8.1f} s {triples / other:10,.0f} triples/s   cvo takes {ratio:.2f} of its time")


def texts(known):
    """Return the texts of the questions, with the examples of their parameters."""
    found = {question.name: question for question in catalogue()}
    return {name: bind(found[name], {each.name: each.example for each in found[name].parameters}, known) for name in ASKED}


def asked(folder):
    data = corpus.open_(folder / "store")
    here = load()
    queries = texts(here)

    def alone(store, text):
        return [tuple(row) for row in store.query(text, prefixes=PREFIXES)]

    ratios = []
    runs = 3 if len(data.store) < LARGE else 1
    for name, text in queries.items():
        rows = len(data.query(text))
        assert rows == len(alone(data.store, text))
        ours, theirs, ratio = pairs(lambda text=text: data.query(text), lambda text=text: alone(data.store, text), runs)
        ratios.append(ratio)
        print(f"{name:24} {rows:8,} rows  cvo {ours * 1000:9.1f} ms  pyoxigraph {theirs * 1000:9.1f} ms  {ratio:5.2f} ×", flush=True)
    print(f"cvo takes {statistics.median(ratios):.2f} × pyoxigraph (median), {max(ratios):.2f} × at most")
    graph = rdflib.Graph()
    for name, _ in shipped_files():
        graph.parse(name)
    ratios = []
    for name in RDFLIB:
        text = queries[name]
        ours, theirs, ratio = pairs(lambda text=text: list(graph.query(text, initNs=PREFIXES)), lambda text=text: here.query(text), 1)
        ratios.append(ratio)
        print(f"{name:24} shipped data  rdflib {ours * 1000:9.1f} ms  cvo {theirs * 1000:9.1f} ms  {ratio:7.1f} ×")
    print(f"cvo is {statistics.median(ratios):.0f} × faster than rdflib on the shipped data (median), {min(ratios):.0f} × at least")


def peaks(folder, claims):
    for rows in (max(1, claims // 10), claims):
        command = [sys.executable, "-c", QUERY, "query", "-e", f"{CSV} LIMIT {rows}"]
        with (folder / "rows.csv").open("wb") as file:
            done = subprocess.run(
                [*command, "-f", "csv", "--store", str(folder / "store")], stdout=file, stderr=subprocess.PIPE, text=True, check=True
            )
        size = (folder / "rows.csv").stat().st_size
        print(f"a CSV answer of {rows:9,} rows, {size / 1e6:7.1f} MB: peak {int(done.stderr.split()[-1]) / 1024:.0f} MB")


def main():
    number, part = [*sys.argv[1:], "100000", ""][0], (sys.argv[2] if len(sys.argv) > 2 else "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claims, triples = write(int(number), folder / "corpus.nt")
        print(f"{claims:,} claims, {triples:,} triples, {(folder / 'corpus.nt').stat().st_size / 1e6:,.0f} MB of N-Triples", flush=True)
        if part in ("", "load"):
            loaded(folder / "corpus.nt", folder, triples)
        else:
            corpus.load([folder / "corpus.nt"], folder / "store", with_shipped=False)
        if part in ("", "ask"):
            asked(folder)
        if part in ("", "memory"):
            peaks(folder, claims)


if __name__ == "__main__":
    main()
