"""The shapes find what they must find, and nothing else.

Run as a program it writes the findings of every invalid case anew: ``python -m tests.test_shapes``. Read what changed before approving it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from cvo.engines import fast, shacl
from cvo.files import base_iri
from cvo.findings import path_text
from cvo.terms import CVO, PREFIXES, RDF, RDFS, SH, SHAPE
from cvo.validation.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    from cvo.outcome import Outcome, Result

HERE = Path(__file__).parent / "shapes"
TOP = Path(__file__).parents[1]
SHAPES = sorted((TOP / "shapes").glob("*.ttl"))
VOCABULARY = HERE / "vocabulary.ttl"
VALID = [VOCABULARY, *sorted(HERE.glob("*/valid*.ttl"))]
INVALID = sorted(HERE.glob("*/invalid.*.ttl"))
CONSTRAINTS = {
    f"{SH}{name}"
    for name in [
        *["class", "closed", "datatype", "disjoint", "equals", "in", "languageIn", "lessThan", "maxCount", "maxLength", "minCount"],
        *[
            "minInclusive",
            "minLength",
            "nodeKind",
            "not",
            "or",
            "pattern",
            "qualifiedMaxCount",
            "qualifiedMinCount",
            "sparql",
            "uniqueLang",
        ],
    ]
}
TARGETS = {f"{SH}{name}" for name in ["targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"]}
OTHER = {
    f"{SH}{name}"
    for name in [
        *["alternativePath", "inversePath", "path", "zeroOrMorePath", "property", "ignoredProperties", "qualifiedValueShape"],
        *["message", "select", "declare", "prefix", "prefixes", "namespace"],
    ]
}
UNREAD = {f"{RDFS}label", f"{RDFS}isDefinedBy", f"{PREFIXES['skos']}definition", f"{PREFIXES['vs']}term_status"}
MANY = 5  # alternatives of a path that a line of an approved file still shows
NAMES = sorted(
    {**PREFIXES, "": "https://w3id.org/cvo/source/li-2020#", "wang": "https://w3id.org/cvo/source/wang-2021#"}.items(),
    key=lambda p: -len(p[1]),
)


@cache
def read(path: Path) -> tuple[ox.Quad, ...]:
    """Return the triples of *path* as typed."""
    return tuple(ox.parse(path.read_text(encoding="utf-8"), format=ox.RdfFormat.TURTLE, base_iri=base_iri(path)))


@cache
def shapes() -> tuple[ox.Quad, ...]:
    """Return the triples of all shapes; blank nodes of different files stay apart."""
    return tuple(
        quad for path in SHAPES for quad in ox.parse(path.read_text(encoding="utf-8"), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )


@cache
def beside(case: Path) -> tuple[ox.Quad, ...]:
    """Return what is loaded beside *case*: the ontology without its words, and the vocabulary of the cases."""
    ontology = [
        quad for folder in ("modules", "imports") for path in sorted((TOP / "ontology" / folder).glob("*.ttl")) for quad in read(path)
    ]
    return tuple(
        quad
        for quad in [*ontology, *(read(VOCABULARY) if case != VOCABULARY else ())]
        if case == VOCABULARY or quad.predicate.value not in UNREAD
    )


def short(text: str) -> str:
    """Return *text* with its IRIs as CURIEs where a prefix is known."""

    def curie(found: re.Match[str]) -> str:
        for prefix, namespace in NAMES:
            local = found[1].removeprefix(namespace)
            if local != found[1] and re.fullmatch(r"[\w-]*", local):
                return f"{prefix}:{local}"
        return found[0]

    return re.sub(r"<([^<>]*)>", curie, text)


def line(result: Result, rules: Rules) -> str:
    """Return *result* as a line of an approved file: code, focus, path, value."""
    path = path_text(result.path)
    if path.count("|") > MANY:
        path = path.partition("|")[0] + "|…"
    parts = (str(result.focus), path, "" if result.value is None or (not path and result.value == result.focus) else str(result.value))
    return " · ".join([rules.code(result.constraint, result.shape), *(short(part) or "–" for part in parts)])


@cache
def compiled() -> fast.Shapes:
    """Return all shapes, compiled by the fast engine."""
    return fast.Shapes(shapes())


def outcome(case: Path, engine: ModuleType, of: Sequence[ox.Quad] | fast.Shapes) -> Outcome:
    """Return what *engine* makes of *case* with the shapes *of*."""
    data = read(case)
    nodes = {quad.subject for quad in data} | {quad.object for quad in data if isinstance(quad.object, ox.BlankNode)}
    found: Outcome = engine.check([*data, *beside(case)], of, nodes)
    return found


def findings(case: Path, of: Sequence[ox.Quad]) -> frozenset[str]:
    """Return what the shapes *of* find in *case*."""
    rules = Rules(of)
    return frozenset(line(result, rules) for result in outcome(case, fast, compiled() if of is shapes() else of).results)


def by_referee(case: Path, of: Sequence[ox.Quad]) -> frozenset[str]:
    """Return what the shapes *of* find in *case* with pySHACL."""
    return frozenset(line(result, Rules(of)) for result in outcome(case, shacl, of).results)


def everything(outcome: Outcome) -> set[tuple[object, ...]]:
    """Return all that *outcome* says; the languages of messages, which pySHACL forgets in part, are left out."""
    return {
        (r.focus, r.path, r.value, r.component, r.severity, r.shape, r.constraint, frozenset(text for _, text in r.texts))
        for r in outcome.results
    }


def approved(case: Path) -> frozenset[str]:
    """Return the findings that were approved for *case*."""
    path = case.with_suffix(".findings")
    return frozenset(path.read_text(encoding="utf-8").splitlines()) if path.exists() else frozenset()


def name(case: Path) -> str:
    """Return the name of *case* for people."""
    return str(case.relative_to(HERE).with_suffix(""))


@pytest.mark.parametrize("case", [*VALID, *INVALID], ids=name)
def test_a_case_has_exactly_its_approved_findings(case: Path) -> None:
    assert findings(case, shapes()) == approved(case)
    assert (case in INVALID) == bool(approved(case))


@pytest.mark.parametrize("case", [*VALID, *INVALID], ids=name)
def test_both_engines_find_the_same_in_a_case(case: Path) -> None:
    ours, theirs = outcome(case, fast, compiled()), outcome(case, shacl, shapes())
    assert everything(ours) == everything(theirs)
    assert ours.targeted == theirs.targeted


# ---- what the shapes say of themselves


@cache
def about(predicate: str) -> dict[object, list[object]]:
    """Return the values of *predicate* for each node of the shapes."""
    found: dict[object, list[object]] = defaultdict(list)
    for quad in shapes():
        if quad.predicate.value == predicate:
            found[quad.subject].append(quad.object)
    return found


def literals(values: Iterable[object]) -> list[str]:
    """Return the texts of the literals among *values*."""
    return [value.value for value in values if isinstance(value, ox.Literal)]


def members(head: object, graph: Sequence[ox.Quad]) -> set[object]:
    """Return the members of the RDF list *head*."""
    first, rest = ({q.subject: q.object for q in graph if q.predicate.value == RDF + name} for name in ("first", "rest"))
    found: set[object] = set()
    while head in first:
        found.add(first[head])
        head = rest[head]
    return found


def ontology() -> list[ox.Quad]:
    """Return the triples of the ontology."""
    return [quad for folder in ("modules", "imports") for path in sorted((TOP / "ontology" / folder).glob("*.ttl")) for quad in read(path)]


def test_every_rule_has_a_code_of_its_own() -> None:
    codes = Counter(code for values in about(f"{CVO}code").values() for code in literals(values))
    assert {code: number for code, number in codes.items() if number > 1} == {}
    assert [code for code in codes if not re.fullmatch(r"CVO(-[A-Z]+)+", code)] == []
    uncoded = {child for children in about(f"{SH}property").values() for child in children} - about(f"{CVO}code").keys()
    assert uncoded == set()


def test_every_rule_speaks_chinese_and_english() -> None:
    messages = about(f"{SH}message")
    said = {
        literals(codes)[0]: sorted(m.language or "" for m in messages[shape] if isinstance(m, ox.Literal))
        for shape, codes in about(f"{CVO}code").items()
    }
    assert {code: languages for code, languages in said.items() if languages != ["en", "zh"]} == {}


def test_every_rule_is_provoked_by_some_case() -> None:
    provoked = {found.partition(" ")[0] for case in INVALID for found in approved(case)}
    assert {code for codes in about(f"{CVO}code").values() for code in literals(codes)} - provoked == set()


def test_every_shape_has_a_name() -> None:
    kinds = {f"{SH}NodeShape", f"{SH}PropertyShape", f"{SH}SPARQLConstraint"}
    typed = [
        q.subject for q in shapes() if q.predicate.value == f"{RDF}type" and isinstance(q.object, ox.NamedNode) and q.object.value in kinds
    ]
    assert [node for node in typed if not (isinstance(node, ox.NamedNode) and node.value.startswith(SHAPE))] == []


def test_the_mutations_know_every_kind_of_constraint() -> None:
    used = {quad.predicate.value for quad in shapes() if quad.predicate.value.startswith(SH)}
    assert used - CONSTRAINTS - TARGETS - OTHER == set()


def test_the_shapes_name_only_what_the_ontology_declares() -> None:
    declared = {q.subject.value for q in ontology() if isinstance(q.subject, ox.NamedNode)}
    named = {
        q.object.value
        for q in shapes()
        if isinstance(q.object, ox.NamedNode) and q.object.value.startswith((CVO, PREFIXES["qudt"], PREFIXES["skos"]))
    }
    texts = [text for values in about(f"{SH}select").values() for text in literals(values)]
    named |= {CVO + local for text in texts for local in re.findall(r"\bcvo:(\w+)", text)}
    assert named - declared == set()


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("Claim-attribution", "AttributionMode"),
        ("Claim-basis", "Basis"),
        ("Claim-certainty", "Certainty"),
        ("Claim-modality", "ClaimModality"),
        ("Claim-polarity", "Polarity"),
        ("Omission-reason", "OmissionReason"),
        ("StatisticClaim-approximation", "Approximation"),
    ],
)
def test_a_value_list_is_that_of_the_ontology(shape: str, kind: str) -> None:
    (head,) = about(f"{SH}in")[ox.NamedNode(SHAPE + shape)]
    values = {q.subject for q in ontology() if q.predicate.value == f"{RDF}type" and q.object == ox.NamedNode(CVO + kind)}
    assert members(head, shapes()) == values


def test_the_kinds_are_those_of_the_ontology() -> None:
    (head,) = about(f"{SH}in")[ox.NamedNode(f"{SHAPE}Kind")]
    groupings = {ox.NamedNode(CVO + name) for name in ("Term", "Means", "Party")}
    below = {q.subject for q in ontology() if q.predicate.value == f"{RDFS}subClassOf" and q.object in groupings}
    assert members(head, shapes()) == below - groupings


def test_every_domain_relation_that_the_vocabulary_does_not_use_may_not_be_asserted() -> None:
    relations = {q.subject for q in ontology() if q.predicate.value == f"{RDF}type" and q.object == ox.NamedNode(f"{CVO}DomainRelation")}
    used = {q.predicate for path in sorted((TOP / "ontology" / "vocabulary").glob("*.ttl")) for q in read(path)}
    assert set(about(f"{SH}targetSubjectsOf")[ox.NamedNode(f"{SHAPE}Asserted")]) == relations - used


# ---- taking away each constraint and each target in turn


@cache
def described() -> dict[object, list[ox.Quad]]:
    """Return the triples of each node of the shapes."""
    found: dict[object, list[ox.Quad]] = defaultdict(list)
    for quad in shapes():
        found[quad.subject].append(quad)
    return found


def rules_of(node: object) -> set[object]:
    """Return the shapes with a code that *node* belongs to: itself, those that use it, or those that it has as properties."""
    coded = about(f"{CVO}code").keys()
    if node in coded:
        return {node}
    users = [quad.subject for quad in shapes() if quad.object == node]
    if children := about(f"{SH}property").get(node):
        return set(children)
    return {rule for user in users for rule in rules_of(user)}


def alone(rule: object) -> list[ox.Quad]:
    """Return the triples of the shape *rule*, of all it uses, and of the targets it is asked of."""
    found, todo = [], [rule]
    while todo:
        node = todo.pop()
        if quads := [quad for quad in described().get(node, ()) if quad not in found]:
            found += quads
            todo += [quad.object for quad in quads]
    owners = [owner for owner, children in about(f"{SH}property").items() if rule in children]
    return found + [
        quad for owner in owners for quad in described()[owner] if quad.predicate.value != f"{SH}property" or quad.object == rule
    ]


def mutations() -> list[ox.Quad]:
    """Return every constraint and target of the shapes."""
    return [quad for quad in shapes() if quad.predicate.value in CONSTRAINTS | TARGETS]


def mutation_name(quad: ox.Quad) -> str:
    """Return the name of the constraint *quad* for people."""
    what = quad.object.value.removeprefix(SHAPE) if isinstance(quad.object, ox.NamedNode) else ""
    return " ".join(
        [str(quad.subject.value).removeprefix(SHAPE), quad.predicate.value.removeprefix(SH), *filter(None, [re.sub(r".*[/#]", "", what)])]
    )


@pytest.mark.parametrize("constraint", mutations(), ids=mutation_name)
def test_some_case_notices_when_a_constraint_is_taken_away(constraint: ox.Quad) -> None:
    closed = constraint.predicate.value == f"{SH}closed"
    for rule in rules_of(constraint.subject):
        (code,) = literals(about(f"{CVO}code")[rule])
        mutated = [quad for quad in alone(rule) if quad != constraint and not (closed and quad.predicate.value == f"{SH}ignoredProperties")]
        for case in INVALID:
            expected = {found for found in approved(case) if found.partition(" ")[0] == code}
            if expected and findings(case, mutated) != expected:
                return
            if expected and by_referee(case, mutated) != expected:  # some constraints are there for engines that know less
                return
    pytest.fail("no case notices: delete the constraint, or add a case")


def filters() -> list[tuple[ox.Quad, str]]:
    """Return every FILTER of the SPARQL texts that stands on a line of its own."""
    texts = [quad for quad in shapes() if quad.predicate.value == f"{SH}select"]
    return [
        (q, row)
        for q in texts
        for row in q.object.value.splitlines()
        if row.strip().startswith("FILTER") and row.count("(") == row.count(")") and row.count("{") == row.count("}")
    ]


@pytest.mark.parametrize(
    ("text", "row"), filters(), ids=lambda part: part.strip() if isinstance(part, str) else str(part.subject.value).removeprefix(SHAPE)
)
def test_some_case_notices_when_a_filter_is_taken_away(text: ox.Quad, row: str) -> None:
    changed = ox.Quad(text.subject, text.predicate, ox.Literal(text.object.value.replace(row, "", 1)))
    (rule,) = rules_of(text.subject)
    (code,) = literals(about(f"{CVO}code")[rule])
    mutated = [changed if quad == text else quad for quad in alone(rule)]
    kinds = {case.parent for case in INVALID if any(found.startswith(f"{code} ") for found in approved(case))}
    cases = sorted([*VALID, *INVALID], key=lambda case: case.parent not in kinds)
    noticed = (findings(case, mutated) != {found for found in approved(case) if found.partition(" ")[0] == code} for case in cases)
    by_other = (by_referee(case, mutated) != {found for found in approved(case) if found.partition(" ")[0] == code} for case in cases)
    assert any(noticed) or any(by_other), "no case notices: delete the filter, or add a case"


if __name__ == "__main__":
    for each in INVALID:
        each.with_suffix(".findings").write_text("".join(f"{found}\n" for found in sorted(findings(each, shapes()))), encoding="utf-8")
