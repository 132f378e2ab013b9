"""The ontology keeps its profiles, can be true, and lets follow what it should; and the tools that say so do notice faults."""

from __future__ import annotations

import itertools
import re
from functools import cache
from pathlib import Path

import owlrl  # type: ignore[import-untyped]  # it ships no types, and is met in one test
import pyoxigraph as ox
import pytest
import rdflib

from cvo.engines import owl
from cvo.errors import EngineError, InputError, SyntaxProblem
from cvo.files import data_root, shipped
from cvo.terms import CVO, PREFIXES, RDF, RDFS

DATA = Path(__file__).parent / "data" / "owl"
ONTOLOGY = shipped("ontology")
BARE = [path for path in ONTOLOGY if path.parent.name != "vocabulary"]
TBOX = [path for path in BARE if path.parent.name != "alignments"]  # what follows from axioms does not hang on the number of terms
IMPORTED = [path for path in ONTOLOGY if path.parent.name in {"modules", "imports", "vocabulary"}]
OURS = [path for path in IMPORTED if path.parent.name != "imports"] + [data_root() / "ontology" / "cvo.ttl"]
OWL = PREFIXES["owl"]
SUBCLASS = ox.NamedNode(f"{RDFS}subClassOf")
TURTLE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())


def cases(folder: str) -> list[object]:
    """Return the files of *folder* as parameters with readable names."""
    return [pytest.param(path, id=path.stem) for path in sorted((DATA / folder).glob("*.ttl"))]


def notes(case: Path, name: str) -> list[str]:
    """Return what the comments ``# name: …`` of *case* say."""
    return re.findall(rf"^# {name}: (.+)$", case.read_text("utf-8"), re.MULTILINE)


def turtle(*texts: str) -> list[ox.Quad]:
    """Return the statements of Turtle *texts* that may use all prefixes of the project."""
    return list(ox.parse(TURTLE + "\n".join(texts), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))


@cache
def tbox() -> ox.Dataset:
    """Return the statements of all our ontology files but the vocabulary and its alignments."""
    return ox.Dataset(q for path in TBOX for q in ox.parse(path=path, rename_blank_nodes=True))


def shape(node: object, graph: ox.Dataset) -> object:
    """Return *node*, or what *graph* says of it if it is blank."""
    if not isinstance(node, ox.BlankNode):
        return node
    return frozenset((quad.predicate, shape(quad.object, graph)) for quad in graph.quads_for_subject(node))


def shapes(graph: ox.Dataset) -> dict[ox.Quad, tuple[object, ox.NamedNode, object]]:
    """Return each statement of *graph* that is not the inside of another, with its blank nodes spelt out."""
    inside = {quad.object for quad in graph if isinstance(quad.object, ox.BlankNode)}
    return {q: (shape(q.subject, graph), q.predicate, shape(q.object, graph)) for q in graph if q.subject not in inside}


def axioms(case: Path) -> set[tuple[object, ox.NamedNode, object]]:
    """Return the axioms by which the inference of *case* follows."""
    return set(shapes(ox.Dataset(turtle(*notes(case, "because")))).values())


def iri(node: object) -> str:
    """Return the IRI of *node*, which has one."""
    assert isinstance(node, ox.NamedNode)
    return node.value


def triple(quad: ox.Quad) -> tuple[str, str, str]:
    """Return the three IRIs of *quad*."""
    return iri(quad.subject), iri(quad.predicate), iri(quad.object)


def facts(found: owl.Conclusions) -> set[tuple[str, str, str]]:
    """Return all statements in *found*."""
    return {(i, f"{RDF}type", c) for i, c in found.memberships} | set(found.relations)


# ---- the ontology


def test_the_ontology_is_in_owl_2_dl_and_in_owl_2_rl() -> None:
    assert owl.profiles(*ONTOLOGY) == ()


def test_the_ontology_can_be_true_and_each_of_its_classes_can_have_a_member() -> None:
    assert owl.classify(*ONTOLOGY) == owl.Conclusions(consistent=True)


@pytest.mark.parametrize("case", cases("valid"))
def test_vocabulary_and_claims_stay_in_the_profiles_and_can_be_true(case: Path) -> None:
    assert owl.profiles(*BARE, case) == ()
    assert owl.classify(*BARE, case) == owl.Conclusions(consistent=True)


def test_all_kinds_exclude_one_another() -> None:
    below: dict[str, set[str]] = {}
    pairs = {(iri(q.subject), iri(q.object)) for q in tbox().quads_for_predicate(SUBCLASS) if isinstance(q.subject, ox.NamedNode)}
    for sub, wider in sorted(pairs):
        below.setdefault(sub, {sub})
        below.setdefault(wider, {wider}).add(sub)
    for _, middle, wider in itertools.product(range(3), sorted(below), sorted(below)):
        if middle in below[wider]:
            below[wider] |= below[middle]
    kinds = sorted(below[f"{CVO}Term"] - {f"{CVO}Term"})
    apart = [(a, b) for a, b in itertools.combinations(kinds, 2) if not below[a] & below[b]]
    both = [f"<urn:both:{n}> a owl:Class ; rdfs:subClassOf <{a}> , <{b}> ." for n, (a, b) in enumerate(apart)]
    found = owl.classify(*TBOX, turtle(*both)).unsatisfiable
    assert [pair for n, pair in enumerate(apart) if f"urn:both:{n}" not in found] == []
    assert len(apart) > len(kinds)


@pytest.mark.parametrize("case", cases("inconsistent"))
def test_a_mix_up_cannot_be_true(case: Path) -> None:
    found = owl.infer(*TBOX, case)
    assert not found.consistent
    assert found.why
    assert (found.memberships, found.relations) == ((), ())


def test_the_reason_of_a_mix_up_is_as_small_as_can_be() -> None:
    why = owl.classify(*TBOX, DATA / "inconsistent" / "risk-and-right.ttl").why
    assert [axiom.partition("(")[0] for axiom in why] == ["ClassAssertion", "ClassAssertion", "DisjointClasses"]
    assert why[:2] == ("ClassAssertion(cvo:Right cvt:privacy)", "ClassAssertion(cvo:Risk cvt:privacy)")


@pytest.mark.parametrize("case", cases("inference"))
def test_an_inference_follows_and_without_its_axiom_does_not(case: Path) -> None:
    expected = {triple(quad) for quad in turtle(*notes(case, "expected"))}
    because = axioms(case)
    spelt = shapes(tbox())
    removed = {quad for quad, axiom in spelt.items() if axiom in because}
    assert expected
    assert {spelt[quad] for quad in removed} == because
    assert expected <= facts(owl.infer(tbox(), case))
    assert not expected & facts(owl.infer((quad for quad in tbox() if quad not in removed), case))


def test_each_chain_and_each_defined_class_has_an_inference_case() -> None:
    tested = set().union(*(axioms(path) for path in (DATA / "inference").glob("*.ttl")))
    chain, same = ox.NamedNode(f"{OWL}propertyChainAxiom"), ox.NamedNode(f"{OWL}equivalentClass")
    told = {
        axiom
        for axiom in shapes(tbox()).values()
        if axiom[1] in {chain, same} or (axiom[1] == SUBCLASS and not isinstance(axiom[0], ox.NamedNode))
    }
    assert told
    assert told <= tested


def test_rules_and_tableaux_agree_on_what_follows() -> None:
    abox = [quad for path in sorted((DATA / "inference").glob("*.ttl")) for quad in ox.parse(path=path)]
    graph = rdflib.Graph().parse(data=ox.serialize((q.triple for q in (*tbox(), *abox)), format=ox.RdfFormat.N_TRIPLES), format="nt")
    stated = {tuple(map(str, each)) for each in graph}
    # its "improved" datatypes would change rdflib's own for the rest of the process, and with them what other tests find
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, improved_datatypes=False).expand(graph)
    things = {iri(quad.subject) for quad in abox}
    words = (CVO, PREFIXES["skos"])
    ours = facts(owl.infer(tbox(), abox))
    theirs = {
        (str(s), str(p), str(o))
        for s, p, o in graph
        if str(s) in things and (str(p).startswith(words) or (str(p) == f"{RDF}type" and str(o).startswith(words)))
    }
    assert ours
    assert {fact for fact in ours if fact[0] in things} == theirs - stated


# ---- its files


def test_the_header_imports_all_our_files_and_nothing_else() -> None:
    header = next(iter(ox.parse(path=data_root() / "ontology" / "cvo.ttl"))).subject
    imports = ox.NamedNode(f"{OWL}imports")
    imported = {iri(q.object) for q in tbox().quads_for_predicate(imports) if q.subject == header}
    assert imported == {heading(path) for path in IMPORTED}


def heading(path: Path) -> str:
    """Return the IRI of the only ontology that *path* says it is."""
    quads = ox.Dataset(ox.parse(path=path)).quads_for_object(ox.NamedNode(f"{OWL}Ontology"))
    (only,) = {iri(quad.subject) for quad in quads}
    return only


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in IMPORTED])
def test_a_file_is_named_after_its_ontology(path: Path) -> None:
    assert heading(path) == f"https://w3id.org/cvo/{path.parent.name.replace('modules', 'module')}/{path.stem}"


def test_all_terms_of_others_that_we_use_are_declared() -> None:
    declared = {q.subject for path in ONTOLOGY if path.parent.name == "imports" for q in ox.parse(path=path)}
    others = {"http://purl.org/vocab/vann/", *(PREFIXES[p] for p in ("dcterms", "oa", "prov", "qudt", "skos", "unit", "vs"))}
    used = {term for path in OURS for q in ox.parse(path=path) for term in (q.subject, q.predicate, q.object)}
    foreign = {term for term in used if isinstance(term, ox.NamedNode) and term.value.startswith(tuple(others))}
    assert foreign
    assert sorted(term.value for term in foreign - declared) == []


# ---- the tools


@pytest.mark.parametrize("case", cases("invalid"))
def test_a_wrong_ontology_is_noticed_alone_and_within_ours(case: Path) -> None:
    expected = {tuple(note) for profile in ("OWL 2 DL", "OWL 2 RL") for note in ((profile, kind) for kind in notes(case, profile))}
    alone, within = owl.profiles(case), owl.profiles(*TBOX, case)
    assert expected
    assert {(v.profile, v.kind) for v in alone} == expected
    assert {(v.profile, v.kind) for v in within} == expected
    assert not [violation for violation in within if "OntologyID" in violation.text]


def test_a_violation_shows_the_axiom() -> None:
    (violation,) = owl.profiles(turtle("cvo:Risk a owl:Class ; rdfs:subClassOf cvo:Term ."))
    assert str(violation) == "OWL 2 DL: UseOfUndeclaredClass: Use of undeclared class: cvo:Term [SubClassOf(cvo:Risk cvo:Term)]"


def test_a_class_without_possible_members_is_named() -> None:
    both = turtle("cvo:A a owl:Class ; owl:disjointWith cvo:B . cvo:B a owl:Class . cvo:C a owl:Class ; rdfs:subClassOf cvo:A , cvo:B .")
    assert owl.classify(both) == owl.Conclusions(consistent=True, unsatisfiable=(f"{CVO}C",))


def test_dates_do_not_stop_the_reasoner() -> None:
    assert owl.infer(DATA / "invalid" / "date-value.ttl").consistent


def test_the_order_of_the_statements_changes_nothing() -> None:
    case = [*tbox(), *turtle("cvt:x a cvo:Risk , cvo:Right , cvo:Unknown ; cvo:unknown [ a cvo:Stage ] .")]
    assert owl.profiles(case) == owl.profiles(reversed(case))
    assert owl.classify(case) == owl.classify(reversed(case))


def test_a_reasoner_that_takes_too_long_is_stopped_and_the_next_question_is_answered() -> None:
    with pytest.raises(EngineError, match=r"no answer .* after 0\.001 s"):
        owl.classify(*TBOX, seconds=0.001)
    assert owl.classify(*TBOX).consistent


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    owl._java().stop()
    monkeypatch.setattr(owl, "find_spec", lambda name: None if name == "jpype" else name)
    with pytest.raises(EngineError, match="not installed: jpype") as caught:
        owl.classify(*TBOX)
    assert caught.value.hint == "pip install 'cvo[owl]'"


def test_a_machine_without_java_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "jpype.py").write_text("def getDefaultJVMPath():\n    raise OSError('none')\n")
    monkeypatch.syspath_prepend(tmp_path)
    owl._java().stop()
    with pytest.raises(EngineError, match="there is none") as caught:
        owl.classify(*TBOX)
    owl._java().stop()
    assert caught.value.hint == "pip install 'cvo[owl]'"


def test_files_that_are_no_rdf_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.ttl").write_text("<a> <b>\n")
    with pytest.raises(SyntaxProblem, match=r"broken\.ttl:"):
        owl.profiles(tmp_path / "broken.ttl")
    with pytest.raises(InputError, match="not a known kind"):
        owl.profiles(tmp_path / "table.csv")


def test_the_catalogue_leads_from_each_ontology_to_its_file_and_lists_all_of_them() -> None:
    home = data_root() / "ontology"
    entries = re.findall(r'<uri name="([^"]+)" uri="([^"]+)"/>', (home / "catalog-v001.xml").read_text(encoding="utf-8"))
    stated = {
        (triple.subject.value, path.relative_to(home).as_posix())
        for path in shipped("ontology")
        for triple in ox.parse(path=path)
        if triple.predicate.value == f"{RDF}type" and getattr(triple.object, "value", "") == "http://www.w3.org/2002/07/owl#Ontology"
        if isinstance(triple.subject, ox.NamedNode)
    }
    assert len(stated) > 40
    assert set(entries) == stated
