"""The programs of others that cvo is measured against: where they are found, and how they are called.

- rdflib and pySHACL (PyPI): in the environment that runs the benchmark.
- Comunica, rdf-validate-shacl and shacl-engine (npm): ``npm install @comunica/query-sparql-file rdf-validate-shacl shacl-engine
  rdf-ext @zazuko/env-node n3`` in a folder of its own, which ``BENCH_NODE`` names; Node.js is ``node``, or what ``BENCH_NODE_PROGRAM``
  names (Comunica 5.3 wants version 22).
- Apache Jena: ``BENCH_JENA`` names its class path, such as ``apache-jena-5.6.0/lib/*``, of Jena's own archive; Debian has version 4.5
  (libapache-jena-java), whose jena-core.jar keeps the messages of Xerces where its classes do not look: copy
  ``org/apache/jena/ext/xerces`` of it to ``xerces`` in a folder, and that folder to the class path. Java is ``java`` on the path.
"""

import os
import shutil
import sys
from pathlib import Path

NODE = Path(os.environ.get("BENCH_NODE", "."))
PROGRAM = os.environ.get("BENCH_NODE_PROGRAM", "node")
JENA = os.environ.get("BENCH_JENA", "")
BIN = Path(sys.executable).parent


def has_node(package):
    """Return whether *package* of npm can be run."""
    return bool(shutil.which(PROGRAM)) and (NODE / "node_modules" / package).is_dir()


def has_jena():
    """Return whether Jena can be run."""
    return bool(JENA and shutil.which("java"))


def jena(program, *arguments):
    """Return the command that calls *program*, a class of Jena's, as its own scripts do."""
    return ["java", "-cp", JENA, program, *arguments]


def program(name):
    """Return where the Python program *name* is; None if it is not installed."""
    return shutil.which(name, path=str(BIN)) or shutil.which(name)


def queries(files, question):
    """Return the commands of the peers that are there, each of which asks *question* of *files*."""
    found = {}
    if rdflib := program("sparqlquery"):
        found["rdflib sparqlquery"] = [rdflib, *files, "-qf", str(question)]
    if has_node("@comunica/query-sparql-file"):
        comunica = NODE / "node_modules" / ".bin" / "comunica-sparql-file"
        found["Comunica"] = [PROGRAM, str(comunica), *files, "-f", str(question), "-t", "text/csv"]
    if has_jena():
        data = [word for file in files for word in ("--data", file)]
        found["Jena arq"] = jena("arq.arq", *data, "--query", str(question), "--results", "csv")
    return found
