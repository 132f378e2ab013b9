"""How long a SHACL validation takes, from process start to the results: the fast engine against others, paired in one run.

``python bench/validate.py [CLAIMS] [RUNS]`` (1000, 3): the engines run in turn over the same file, A B A B …, each in a process of its
own, and the ratio is taken pair by pair: a machine whose speed drifts treats them alike. What they find, pairs of focus node and
component, is compared with what the fast engine finds. An engine that is not installed is left out: pyshifty and pyrudof come from
PyPI, shacl-engine (which looks for subclasses among the shapes, so that it is given those of the data there too) and rdf-validate-shacl
from npm, and `peers.py` tells how to get these and Jena.
``python bench/validate.py CLAIMS RUNS NAME …`` times the named ones, such as ``stream`` alone; that may be 1,000,000 claims. With
``core`` among the names the shapes are without their SPARQL constraints, which pyrudof and rdf-validate-shacl cannot read.
"""

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import claims
import peers
import pyoxigraph as ox

import cvo

SHAPES = Path(__file__).with_name("claims_shapes.ttl")
START = "import sys, gc; gc.disable(); import pyoxigraph as ox; path, shapes = sys.argv[1:]; rules = list(ox.parse(path=shapes))\n"
IN_MEMORY = START + (
    "from cvo.engines import {0}; data = list(ox.parse(path=path))\n"
    "nodes = {{q.subject for q in data}} | {{q.object for q in data if q.predicate.value.endswith('/by')}}\n"
    "for r in {0}.check(data, rules, nodes).results: print(r.focus.value, r.component)"
)
REPORT = (
    "\nfrom rdflib import SH\nfor r in graph.objects(None, SH.result):"
    " print(graph.value(r, SH.focusNode), graph.value(r, SH.sourceConstraintComponent))"
)
RUDOF = """
import sys, pyrudof, rdflib
rudof = pyrudof.Rudof(pyrudof.RudofConfig())
rudof.read_data(sys.argv[1])
rudof.read_shacl(sys.argv[2])
rudof.validate_shacl()
graph = rdflib.Graph().parse(data=rudof.serialize_shacl_validation_results(pyrudof.ResultShaclValidationFormat.Turtle))
"""
NODE = """
import fs from 'node:fs'
import rdf from 'rdf-ext'
import { Parser } from 'n3'
import { Validator } from 'shacl-engine'
import { targetResolvers, validations } from 'shacl-engine/sparql.js'
const read = file => rdf.dataset(new Parser().parse(fs.readFileSync(file, 'utf8')))
const [path, shapes] = process.argv.slice(-2)
const [data, rules] = [read(path), read(shapes)]
for (const quad of data.match(null, rdf.namedNode('http://www.w3.org/2000/01/rdf-schema#subClassOf'))) rules.add(quad)
const report = await new Validator(rules, { factory: rdf, targetResolvers, validations }).validate({ dataset: data })
for (const r of report.results) console.log(r.focusNode.term.value, r.constraintComponent.value)
"""
VALIDATE = """
import fs from 'node:fs'
import rdf from '@zazuko/env-node'
import { Parser } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'
const read = file => rdf.dataset(new Parser().parse(fs.readFileSync(file, 'utf8')))
const [path, shapes] = process.argv.slice(-2)
const report = await new SHACLValidator(read(shapes), { factory: rdf }).validate(read(path))
for (const r of report.results) console.log(r.focusNode.value, r.sourceConstraintComponent.value)
"""
PROGRAMS = {
    "fast": IN_MEMORY.format("fast"),
    "stream": START + "from pathlib import Path; from cvo.engines.fast import Shapes, stream\n"
    "for r in stream.check_file(Path(path), Shapes(rules)).results: print(r.focus.value, r.component)",
    "pyshifty": "import sys, shifty; graph = shifty.validate(sys.argv[1], sys.argv[2], infer=False)[1]" + REPORT,
    "pyrudof": RUDOF + REPORT,
    "shacl-engine": NODE,
    "rdf-validate-shacl": VALIDATE,
    "Jena shacl": "",  # its own program
    "referee": IN_MEMORY.format("shacl"),  # pySHACL as cvo runs it
    "pyshacl": "import sys, pyshacl; graph = pyshacl.validate(sys.argv[1], shacl_graph=sys.argv[2])[1]" + REPORT,
}
NPM = ("shacl-engine", "rdf-validate-shacl")
OURS = ("fast", "stream", "referee")
PEAK = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB', file=sys.stderr)"


def is_there(name):
    if name in NPM:
        return peers.has_node(name)
    if name == "Jena shacl":
        return peers.has_jena()
    return name in OURS or find_spec("shifty" if name == "pyshifty" else name)


def once(name, path, shapes):
    command = [sys.executable, "-c", PROGRAMS[name] + (PEAK if sys.platform != "win32" else ""), str(path), str(shapes)]
    folder = None
    if name in NPM:
        command = [peers.PROGRAM, "--input-type=module", "-e", PROGRAMS[name], str(path), str(shapes)]
        folder = peers.NODE
    elif name == "Jena shacl":
        command = peers.jena("shacl.shacl", "validate", "--shapes", str(shapes), "--data", str(path))
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr.strip().splitlines()[-1:]}")
    rows = reported(done.stdout) if name == "Jena shacl" else done.stdout.splitlines()
    return seconds, frozenset(rows), (done.stderr.strip().splitlines() or [""])[-1]


def reported(turtle):
    """Return the findings of a validation report in Turtle, as the other programs print them."""
    report = ox.Store()
    report.bulk_load(turtle.encode(), format=ox.RdfFormat.TURTLE)
    query = "SELECT ?focus ?component { ?report sh:result ?r . ?r sh:focusNode ?focus ; sh:sourceConstraintComponent ?component }"
    return [f"{focus.value} {kind.value}" for focus, kind in report.query(query, prefixes={"sh": "http://www.w3.org/ns/shacl#"})]


def difference(found, wanted):
    """Return how *found* differs from *wanted*, by component."""
    parts = []
    for sign, rows in (("lacks", wanted - found), ("has besides", found - wanted)):
        kinds = sorted({row.rpartition("#")[2].removesuffix("ConstraintComponent") for row in rows})
        parts += [f"{sign} {len(rows)} ({', '.join(kinds)})"] if rows else []
    return "; ".join(parts) or "finds the same"


def main():
    number, runs, *only = [*sys.argv[1:], "1000", "3"][: max(2, len(sys.argv) - 1)]
    compileall.compile_dir(str(Path(cvo.__file__).parent), quiet=1)
    names, is_core = [], "core" in only
    only = [name for name in only if name != "core"]
    for name in only or PROGRAMS:
        if is_there(name):
            names.append(name)
        else:
            print(f"{name:12} not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.ttl"
        claims.write(int(number), path)
        shapes = SHAPES
        if is_core:
            shapes = Path(folder) / "core.ttl"
            shapes.write_text(SHAPES.read_text(encoding="utf-8").partition(":prefixes sh:declare")[0], encoding="utf-8")
        times = {name: [] for name in names}
        found, peaks = {}, {}
        for run in range(int(runs)):
            for name in list(names):
                try:
                    seconds, rows, peaks[name] = once(name, path, shapes)
                except RuntimeError as error:
                    print(error)
                    names.remove(name)
                    continue
                times[name].append(seconds)
                assert found.setdefault(name, rows) == rows, f"{name} finds something else in run {run}"
        first = names[0]
        print(f"{number} claims, {'SHACL Core, ' if is_core else ''}{len(found[first])} findings by {first}")
        for name in names:
            ratio = statistics.median(theirs / ours for theirs, ours in zip(times[name], times[first], strict=True))
            said = f"median {statistics.median(times[name]):8.2f} s {ratio:8.2f} × {first}  {peaks[name]:>8}"
            print(f"{name:12} {said}  {difference(found[name], found[first])}")
        assert len({found[name] for name in names if name in OURS}) < 2, "our engines do not agree"


if __name__ == "__main__":
    main()
