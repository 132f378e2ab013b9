"""How long a SHACL validation takes, from process start to the results, with the fast engine against pySHACL, as it is and as cvo runs it.

``python bench/validate.py [CLAIMS] [RUNS]`` (1000, 3): the engines run in turn over the same file, A B A B …, each in a process of its
own, and the ratio is taken pair by pair: a machine whose speed drifts treats them alike. The numbers of results must be equal.
``python bench/validate.py CLAIMS 1 stream`` times the streaming reader alone, with its peak of memory; that may be 1,000,000 claims.
"""

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import claims

import cvo

SHAPES = Path(__file__).with_name("claims_shapes.ttl")
START = "import sys, gc; gc.disable(); import pyoxigraph as ox; path, shapes = sys.argv[1:]; rules = list(ox.parse(path=shapes)); "
IN_MEMORY = START + (
    "from cvo.engines import {0}; data = list(ox.parse(path=path)); "
    "nodes = {{q.subject for q in data}} | {{q.object for q in data if q.predicate.value.endswith('/by')}}; "
    "print(len({0}.check(data, rules, nodes).results))"
)
PROGRAMS = {
    "fast": IN_MEMORY.format("fast"),
    "stream": START + "from pathlib import Path; from cvo.engines.fast import Shapes, stream; "
    "print(len(stream.check_file(Path(path), Shapes(rules)).results))",
    "referee": IN_MEMORY.format("shacl"),  # pySHACL as cvo runs it
    "pyshacl": "import sys, pyshacl; from rdflib import SH; graph = pyshacl.validate(sys.argv[1], shacl_graph=sys.argv[2])[1]; "
    "print(len(list(graph.objects(None, SH.result))))",
}
PEAK = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB', file=sys.stderr)"


def once(program, path):
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, str(path), str(SHAPES)], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout.strip(), done.stderr.strip()


def main():
    number, runs, *only = [*sys.argv[1:], "1000", "3"][: max(2, len(sys.argv) - 1)]
    compileall.compile_dir(str(Path(cvo.__file__).parent), quiet=1)
    names = only or list(PROGRAMS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.ttl"
        claims.write(int(number), path)
        times = {name: [] for name in names}
        found = set()
        for _ in range(int(runs)):
            for name in names:
                seconds, results, said = once(PROGRAMS[name] + (PEAK if sys.platform != "win32" else ""), path)
                times[name].append(seconds)
                found.update({results} if name != "pyshacl" else ())  # it reports some causes twice
                print(f"{name:8} {seconds:8.2f} s  {said.splitlines()[-1] if said else ''}")
        assert len(found) == 1, f"the engines do not agree: {found}"
        print(f"{number} claims, {found.pop()} results")
        for name in names:
            ratio = statistics.median(theirs / ours for theirs, ours in zip(times[name], times[names[0]], strict=True))
            print(f"{name:8} median {statistics.median(times[name]):8.2f} s, {ratio:7.2f} × {names[0]}")


if __name__ == "__main__":
    main()
