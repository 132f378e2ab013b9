"""The other exports: nothing is lost that is not counted, nothing is said that our data do not say, and two runs are the same."""

from __future__ import annotations

import re
import warnings
from collections import Counter

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo import dataset
from cvo.errors import CvoError
from cvo.export import rdf12, reading, skos, turtle
from cvo.export.airo import _ENDS, AIRO, NAMES, Airo
from cvo.files import shipped
from cvo.terms import CVO, DCTERMS, OWL, RDF, SKOS

FORMATS = {"turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS}


@pytest.fixture(scope="module")
def statements():
    return reading.read()


@pytest.fixture(scope="module")
def concepts():
    return skos.triples((), Counter())


# ---- RDF 1.2


@pytest.mark.parametrize("form", FORMATS)
def test_rdf12_reads_back_as_what_was_written_and_leads_back_to_the_files(statements, form):
    left = Counter()
    made = list(rdf12.quads(statements, left))
    text = "".join(rdf12.write(made, form, statements.prefixes()))
    assert text == "".join(rdf12.write(rdf12.quads(statements, Counter()), form, statements.prefixes()))
    read = set(ox.parse(text, format=FORMATS[form]))
    graphs = form in ("trig", "nq")
    assert read == ({*made} if graphs else {ox.Quad(q.subject, q.predicate, q.object) for q in made})
    stated = {
        ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(dataset.graph_of(path)) if graphs else ox.DefaultGraph())
        for path in shipped("instances")
        for q in reading.parsed(path)
    }
    restored = set(rdf12.restored(read))
    assert restored <= stated
    omissions = {node.value for node in statements.subjects("Omission")}
    assert {re.sub("-(position|digest)$", "", q.subject.value) for q in stated - restored} == omissions
    assert left["passages from which no claim is made (cvo:Omission)"] == len(omissions)


def test_rdf12_quotes_every_claim_and_asserts_none(statements):
    made = list(rdf12.quads(statements, Counter()))
    quoted = {q.subject: q.object for q in made if q.predicate.value == rdf12.REIFIES}
    assert set(quoted) == set(statements.claims)
    assert not {q.triple for q in made} & set(quoted.values())


def test_a_claim_that_is_not_whole_is_kept_as_it_is_and_counted(tmp_path):
    file = tmp_path / "example-nd.ttl"
    text = (ROOT / "tests/readme/example-nd.ttl").read_text(encoding="utf-8")
    file.write_text(text.replace("cvo:claimPredicate cvo:usesTechnology ;", ""), encoding="utf-8")
    left = Counter()
    made = list(rdf12.quads(reading.read([str(file)]), left))
    assert left["claims without exactly one subject, predicate and object: not reified"] == 1
    assert f"{CVO}claimSubject" in {q.predicate.value for q in made}
    assert rdf12.REIFIES not in {q.predicate.value for q in made}


def test_one_source_gives_its_claims_only():
    made = list(rdf12.quads(reading.read((), ["sun-nd"]), Counter()))
    sources = {q.subject.value.partition("#")[0] for q in made if q.predicate.value == rdf12.REIFIES}
    assert sources == {"https://w3id.org/cvo/source/sun-nd"}
    compared = {q.object.value for q in made if q.predicate.value in (f"{CVO}firstClaim", f"{CVO}secondClaim")}
    assert all(iri.startswith("https://w3id.org/cvo/source/sun-nd#") for iri in compared)


# ---- AIRO


@pytest.fixture(scope="module")
def airo():
    made = Airo(dataset.load_shipped())
    return made, made.triples(["observed"])


def test_airo_has_only_terms_that_were_seen_in_its_file(airo):
    seen = {
        line.split("\t")[0]
        for line in (ROOT / "ontology/alignments/targets/airo.tsv").read_text(encoding="utf-8").splitlines()
        if line.startswith(AIRO)
    }
    used = {term.value for t in airo[1] for term in (t.subject, t.predicate, t.object) if isinstance(term, ox.NamedNode)}
    theirs = {iri for iri in used if iri.startswith(AIRO)}
    assert theirs
    assert theirs <= seen


def test_airo_says_a_relation_only_by_a_match_and_names_the_claims_that_make_it(airo):
    matched = {
        (q.subject.value, q.object.value)
        for q in reading.parsed(ROOT / "ontology/alignments/to-airo.ttl")
        if q.predicate.value in {SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch")}
    }
    by = {}
    for t in airo[1]:
        if isinstance(t.subject, ox.BlankNode):
            by.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object.value)
    said = {(t.subject.value, t.predicate.value, t.object.value) for t in airo[1] if t.predicate.value.startswith(AIRO)}
    annotated = {tuple(axiom[f"{OWL}annotated{part}"][0] for part in ("Source", "Property", "Target")): axiom for axiom in by.values()}
    assert said == set(annotated)
    view = airo[0].data
    for (subject, relation, other), axiom in annotated.items():
        for claim in axiom[f"{DCTERMS}source"]:
            rows = view.query(f"SELECT ?p ?polarity {{ <{claim}> cvo:claimPredicate ?p ; cvo:polarity ?polarity }}").rows
            assert {row[1].value for row in rows} == {f"{CVO}affirmed"}
        ours = {relation_ for relation_, theirs in matched if theirs == relation}
        asked = " ".join(f"<{iri}>" for iri in ours)
        claims = " ".join(f"<{claim}>" for claim in axiom[f"{DCTERMS}source"])
        made = f"ASK {{ VALUES ?p {{ {asked} }} VALUES ?c {{ {claims} }} {{ ?c cvo:claimPredicate ?p ; cvo:claimObject <{other}> ; cvo:claimSubject <{subject}> }} UNION {{ ?c cvo:claimPredicate cvo:providesApplication }} UNION {{ ?c cvo:inStage <{subject}> }} }}"
        assert view.query(made).truth, (subject, relation, other)


def test_airo_counts_every_statement_that_it_leaves_out(airo):
    made, triples = airo
    from cvo.reason.views import find

    facts = find("observed", made.data).project(made.data)
    said = sum(t.predicate.value.startswith(AIRO) for t in triples)
    out = sum(count for why, count in made.left.items() if why.startswith("statements"))
    assert said > 50
    assert said + out == len(facts)


def test_airo_knows_the_ends_of_every_relation_that_is_matched():
    matched = {
        q.object.value.removeprefix(AIRO)
        for q in reading.parsed(ROOT / "ontology/alignments/to-airo.ttl")
        if q.object.value.startswith(AIRO)
    }
    assert {name for name in matched if name[0].islower()} == set(_ENDS)


def test_airo_of_an_unknown_source_or_view_is_refused():
    data = dataset.load_shipped()
    with pytest.raises(CvoError, match="no such source: bi-2091"):
        Airo(data, ["bi-2091"]).triples(["observed"])
    with pytest.raises(CvoError, match="no such view: observd"):
        Airo(data).triples(["observd"])


# ---- SKOS

INTEGRITY = {
    "S9: no concept is a scheme": "?x a skos:Concept, skos:ConceptScheme",
    "S13: no label is of two kinds": "?x skos:prefLabel ?l . { ?x skos:altLabel ?l } UNION { ?x skos:hiddenLabel ?l }",
    "S13: no label is a synonym and hidden": "?x skos:altLabel ?l ; skos:hiddenLabel ?l",
    "S14: one preferred label in a language": "?x skos:prefLabel ?a, ?b FILTER(?a != ?b && LANG(?a) = LANG(?b))",
    "S27: what is related is not wider": "?x skos:related ?y . ?x (skos:broader|^skos:narrower)+ ?y",
    "S37: no concept is a collection": "?x a skos:Concept . { ?x a skos:Collection } UNION { ?x a skos:OrderedCollection }",
    "S46: an exact match is neither wider nor related": "?x (skos:exactMatch|^skos:exactMatch)+ ?y . { ?x skos:broadMatch ?y } UNION { ?y skos:broadMatch ?x } UNION { ?x skos:narrowMatch ?y } UNION { ?x skos:relatedMatch ?y }",
    "nothing is wider than itself": "?x (skos:broader|^skos:narrower)+ ?x",
    "S8: a top concept is in its scheme": "?s skos:hasTopConcept ?x FILTER NOT EXISTS { ?x skos:topConceptOf ?s ; skos:inScheme ?s }",
    "a top concept has nothing wider in its scheme": "?x skos:topConceptOf ?s ; skos:broader ?y . ?y skos:inScheme ?s",
    "S25: wider and narrower go together": "{ ?x skos:broader ?y FILTER NOT EXISTS { ?y skos:narrower ?x } } UNION { ?x skos:narrower ?y FILTER NOT EXISTS { ?y skos:broader ?x } }",
    "every concept has both names, a definition and a scheme": "?x a skos:Concept FILTER NOT EXISTS { ?x skos:prefLabel ?z, ?e ; skos:definition ?d ; skos:inScheme ?s FILTER(LANG(?z) = 'zh' && LANG(?e) = 'en') }",
    "every scheme has a name and something on top": "?x a skos:ConceptScheme FILTER NOT EXISTS { ?x skos:prefLabel ?l ; skos:hasTopConcept ?c }",
}


def broken(triples, condition):
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    found = store.query(f"SELECT * WHERE {{ {condition} }} LIMIT 3", prefixes={"skos": SKOS})
    return [str(solution) for solution in found]


@pytest.mark.parametrize("condition", INTEGRITY.values(), ids=INTEGRITY.keys())
def test_the_vocabulary_meets_the_integrity_conditions_of_skos(concepts, condition):
    assert broken(concepts, condition) == []


def test_a_broken_hierarchy_is_noticed_by_the_conditions(tmp_path):
    file = tmp_path / "broken.ttl"
    file.write_text(
        f"""@prefix skos: <{SKOS}> . @prefix : <http://example.org/> . :s a skos:ConceptScheme .
        :a skos:inScheme :s ; skos:prefLabel "x"@en , "y"@en ; skos:altLabel "x"@en ; skos:broader :b ; skos:exactMatch :z ; skos:broadMatch :z .
        :b skos:inScheme :s ; skos:broader :a ; skos:related :a .""",
        encoding="utf-8",
    )
    made = skos.triples([str(file)], Counter())
    caught = {name.partition(":")[0] for name, condition in INTEGRITY.items() if broken(made, condition)}
    assert {"S13", "S14", "S27", "S46", "nothing is wider than itself"} <= caught


def test_another_tool_for_skos_has_nothing_to_mend(concepts, caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import rdflib
        from skosify import check

        graph = rdflib.Graph()
        graph.parse(data="".join(turtle.write(concepts, "nt", {})), format="nt")
        before = len(graph)
        check.preflabel_uniqueness(graph, "shortest")
        check.label_overlap(graph, fix=True)
        check.hierarchy_cycles(graph, fix=True)
        check.disjoint_relations(graph, fix=True)
        check.hierarchical_redundancy(graph, fix=True)
    assert (caplog.messages, len(graph)) == ([], before)


def test_skos_keeps_every_term_with_all_its_words_and_matches(concepts):
    stated = {q.triple for path in (*shipped("ontology/vocabulary"), *shipped("ontology/alignments")) for q in reading.parsed(path)}
    told = {t.subject for t in concepts}
    kept = {
        f"{SKOS}{name}"
        for name in ("prefLabel", "altLabel", "definition", "scopeNote", "broader", "exactMatch", "closeMatch", "relatedMatch")
    }
    assert {t for t in stated if t.predicate.value in kept and t.subject in told} <= set(concepts)
    terms = {t.subject for t in stated if t.predicate.value == f"{SKOS}inScheme"}
    assert {t.subject for t in concepts if t.object == ox.NamedNode(f"{SKOS}Concept") and t.predicate.value == f"{RDF}type"} == terms


@pytest.mark.parametrize(("form", "kind"), [("turtle", "TURTLE"), ("nt", "N_TRIPLES"), ("jsonld", "JSON_LD"), ("rdfxml", "RDF_XML")])
def test_each_format_says_the_same(concepts, airo, form, kind):
    for triples, names in ((concepts, skos.NAMES), (airo[1], NAMES)):
        text = "".join(turtle.write(triples, form, names))
        assert text == "".join(turtle.write(triples, form, names))
        read, made = ox.Dataset(ox.parse(text, format=getattr(ox.RdfFormat, kind))), ox.Dataset(ox.Quad(*t) for t in triples)
        for one in (read, made):
            one.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert read == made


# ---- all of them


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("missing.ttl", None, "no such file"),
        ("empty.ttl", b"", "there is no claim in"),
        ("bom.ttl", "\ufeff# 空\r\n".encode(), "there is no claim in"),
        ("latin.ttl", b'<a> <b> "\xe9" .', "UTF-8"),
        ("claims.docx", b"PK\x03\x04", "not a kind of RDF file"),
        ("star.ttl", b"<http://a> <http://b> <<( <http://c> <http://d> <http://e> )>> .", "a triple term of RDF 1.2 is not read here"),
        ("bad.ttl", "<http://a> <http://b> “你” .".encode(), "bad.ttl:1:2"),
    ],
)
@pytest.mark.parametrize("form", ["nanopub", "rdf12", "csvw"])
def test_a_file_that_cannot_be_exported_is_explained(tmp_path, form, name, content, what):
    from cvo.commands import export

    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CvoError) as error:
        getattr(export, form)([str(path)], output=tmp_path / "out")
    assert what in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_command_writes_what_it_says_and_counts_on_stderr(cvo, tmp_path):
    ran = cvo("export", "nanopub", "--source", "sun-nd", "-o", "np.nq", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("300 nanopublications\nleft out: ")
    assert (tmp_path / "np.nq").read_text(encoding="utf-8").count("#Nanopublication>") == 300
    wrong = cvo("export", "rdf12", "--source", "sun-dn", cwd=tmp_path)
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err == "error: no such source: sun-dn\n  = help: did you mean sun-nd?\n"
