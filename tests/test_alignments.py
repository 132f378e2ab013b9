"""The matches with other vocabularies: table and Turtle say the same, every object was seen in its vocabulary, none contradicts another.

`python -m tests.test_alignments` writes the Turtle anew from the tables.
"""

import csv
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pyoxigraph as ox
import pytest

from cvo import dataset, lookup, questions
from cvo.terms import PREFIXES

FOLDER = Path(__file__).parent.parent / "ontology" / "alignments"
NAMES = sorted(path.name.removeprefix("to-").removesuffix(".sssom.tsv") for path in FOLDER.glob("to-*.sssom.tsv"))
COLUMNS = [
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label"),
    *("mapping_justification", "author_id", "confidence", "comment"),
]
METADATA = {
    *("curie_map", "mapping_set_id", "mapping_set_title", "mapping_set_version", "license", "creator_id", "mapping_date"),
    *("subject_source", "subject_source_version", "object_source", "object_source_version", "see_also", "comment"),
}
MATCHES = {f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")}
SKOS = PREFIXES["skos"]


@dataclass(frozen=True)
class Table:
    """An SSSOM table: its *metadata*, its *prefixes* and its *rows*."""

    metadata: dict
    prefixes: dict
    rows: tuple

    def iri(self, curie):
        prefix, local = curie.split(":", 1)
        return self.prefixes[prefix] + local


@dataclass(frozen=True)
class Targets:
    """The checked list of a vocabulary: what its head says, and the label of each concept by IRI."""

    title_en: str
    title_zh: str
    head: dict
    files: tuple
    labels: dict


@cache
def table(name):
    text = (FOLDER / f"to-{name}.sssom.tsv").read_text(encoding="utf-8")
    head = [line.removeprefix("#") for line in text.splitlines() if line.startswith("#")]
    body = [line for line in text.splitlines() if not line.startswith("#")]
    metadata, prefixes, key = {}, {}, ""
    for line in head:
        if line.startswith("  "):
            prefix, iri = line.strip().split(": ")
            prefixes[prefix] = iri
        elif line.startswith("- "):
            metadata[key] = (*metadata[key], line.removeprefix("- "))
        else:
            key, _, value = line.partition(":")
            metadata[key] = value.strip().strip('"') or ()
    return Table(metadata, prefixes, tuple(csv.DictReader(body, delimiter="\t", quoting=csv.QUOTE_NONE)))


@cache
def targets(name):
    lines = (FOLDER / "targets" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    rows = csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="\t", quoting=csv.QUOTE_NONE)
    title_en, title_zh = head[0].split(" | ")
    said = [line.split(": ", 1) for line in head[1:]]
    files = tuple(value for key, value in said if key == "file")
    return Targets(title_en, title_zh, {k: v for k, v in said if k != "file"}, files, {row["iri"]: row["label"] for row in rows})


def turtle(name):
    """Return the Turtle that says what the table says, with the labels of the concepts."""
    mapping, about = table(name), targets(name)
    source = about.head["source"]
    groups = {}
    for row in mapping.rows:
        groups.setdefault(row["subject_id"], {}).setdefault(row["predicate_id"], []).append(mapping.iri(row["object_id"]))
    lines = [
        f"# Made from to-{name}.sssom.tsv and targets/{name}.tsv by `python -m tests.test_alignments`: change those, not this file.",
        "",
        *(f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in ("cvo", "cvt", "dcterms", "owl", "rdfs", "skos")),
        "",
        f"<https://w3id.org/cvo/alignment/{name}> a owl:Ontology ;",
        f'  dcterms:title "与{about.title_zh}的对应"@zh , "Matches with {about.title_en}"@en ;',
        f"  dcterms:license <{mapping.metadata['license']}> ;",
        "  dcterms:isPartOf <https://w3id.org/cvo/ns> ;",
        f"  dcterms:source <{source}> .",
        "",
        f'<{source}> dcterms:title "{about.title_zh}"@zh , "{about.title_en}"@en .',
    ]
    for subject, said in groups.items():
        statements = [f"  {match} {' , '.join(f'<{iri}>' for iri in iris)}" for match, iris in said.items()]
        lines += ["", subject + " ;\n".join(statements)[1:] + " ."]
    lines += [""]
    lines += [
        f"<{iri}> skos:prefLabel {ox.Literal(label, language='en')} ; rdfs:isDefinedBy <{source}> ." for iri, label in about.labels.items()
    ]
    return "\n".join(lines) + "\n"


def rows():
    return [(name, row) for name in NAMES for row in table(name).rows]


@pytest.fixture(scope="module")
def whole():
    return dataset.load()


@pytest.fixture(scope="module")
def wider(whole):
    """Return all wider terms of each term."""
    found = whole.query("SELECT ?term ?wider { ?term skos:broader+ ?wider }")
    above = {}
    for row in found:
        above.setdefault(row["term"], set()).add(row["wider"])
    return above


def test_there_is_an_alignment_with_each_vocabulary_that_could_be_had():
    assert len(NAMES) == 14
    assert {path.name for path in FOLDER.iterdir()} == {
        "README.md",
        "targets",
        *(f"to-{name}.{ending}" for name in NAMES for ending in ("ttl", "sssom.tsv")),
    }
    assert {path.stem for path in (FOLDER / "targets").iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_turtle_says_what_the_table_says(name):
    assert (FOLDER / f"to-{name}.ttl").read_text(encoding="utf-8") == turtle(name)
    said = {
        (t.subject.value, t.predicate.value, t.object.value)
        for t in ox.parse(path=FOLDER / f"to-{name}.ttl")
        if "Match" in t.predicate.value
    }
    mapping = table(name)
    assert said == {tuple(mapping.iri(row[c]) for c in ("subject_id", "predicate_id", "object_id")) for row in mapping.rows}


@pytest.mark.parametrize("name", NAMES)
def test_the_turtle_makes_nothing_the_same_and_nothing_a_kind(name):
    triples = list(ox.parse(path=FOLDER / f"to-{name}.ttl"))
    matches = {SKOS + match.removeprefix("skos:") for match in MATCHES}
    about = {f"{PREFIXES['dcterms']}{local}" for local in ("title", "license", "isPartOf", "source")}
    a = f"{PREFIXES['rdf']}type"
    assert {t.predicate.value for t in triples} <= matches | about | {f"{SKOS}prefLabel", f"{PREFIXES['rdfs']}isDefinedBy", a}
    assert [t.object.value for t in triples if t.predicate.value == a] == [f"{PREFIXES['owl']}Ontology"]


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_complete_sssom(name):
    mapping = table(name)
    assert set(mapping.metadata) == METADATA
    assert mapping.metadata["mapping_set_id"] == f"https://w3id.org/cvo/alignment/{name}"
    assert mapping.metadata["object_source"] == targets(name).head["source"]
    assert mapping.metadata["object_source_version"] == targets(name).head["version"]
    assert mapping.metadata["subject_source_version"] == mapping.metadata["mapping_set_version"]
    assert list(mapping.rows[0]) == COLUMNS
    for row in mapping.rows:
        assert all(row[column] and row[column] == row[column].strip() for column in COLUMNS), row
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert row["predicate_id"] in MATCHES
        assert row["author_id"] == "cvt:cvo-curators"
        assert 0.3 <= float(row["confidence"]) <= 1
        assert float(row["confidence"]) >= 0.85 or row["predicate_id"] != "skos:exactMatch"
    order = [(row["subject_id"], row["predicate_id"], row["object_id"]) for row in mapping.rows]
    assert order == sorted(set(order))
    prefixes = {row[column].split(":")[0] for row in mapping.rows for column in COLUMNS if column.endswith(("_id", "justification"))}
    assert prefixes | {"cvo", "cvt"} == set(mapping.prefixes)


@pytest.mark.parametrize("name", NAMES)
def test_the_sssom_library_accepts_a_table(name):
    if importlib.util.find_spec("sssom") is None:
        pytest.skip("the sssom library is heavy and not installed: python -m pip install -e '.[alignments]'")
    command = [sys.executable, "-m", "sssom.cli", "validate", str(FOLDER / f"to-{name}.sssom.tsv")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "error" not in (ran.stdout + ran.stderr).lower()


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_in_the_list_that_was_checked_and_the_list_has_no_other(name):
    mapping, about = table(name), targets(name)
    assert {mapping.iri(row["object_id"]): row["object_label"] for row in mapping.rows} == about.labels
    assert list(about.labels) == sorted(about.labels)
    assert all(iri.startswith(("http://", "https://")) and not iri.startswith("https://w3id.org/cvo/") for iri in about.labels)


@pytest.mark.parametrize("name", NAMES)
def test_a_list_says_which_file_was_read_and_under_which_licence(name):
    about = targets(name)
    assert set(about.head) == {"source", "version", "licence"}
    assert re.search("[一-鿿]|^schema.org$", about.title_zh)
    pinned = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/\S+ sha256:[0-9a-f]{64}")
    assert about.files
    if name != "iptc-digital-source-type":  # only the head of the publisher's file could be had
        assert all(pinned.fullmatch(file) for file in about.files)
        assert all(file.split(" sha256:")[1] in table(name).metadata["comment"] for file in about.files)
        assert tuple(file.split(" ")[0] for file in about.files) == table(name).metadata["see_also"]


def test_every_subject_is_a_term_or_a_name_of_the_ontology_with_its_own_label(whole):
    labels = {row["s"]: row["label"] for row in whole.query("SELECT ?s ?label { ?s rdfs:label ?label FILTER(LANG(?label) = 'en') }")}
    wrong = [row for name, row in rows() if labels.get(table(name).iri(row["subject_id"])) != row["subject_label"]]
    assert not wrong


def test_a_subject_and_an_object_are_matched_once():
    pairs = Counter((table(name).iri(row["subject_id"]), table(name).iri(row["object_id"])) for name, row in rows())
    assert [pair for pair, times in pairs.items() if times > 1] == []


def test_an_exact_match_is_one_to_one_in_its_scheme():
    exact = [(table(name), name, row) for name, row in rows() if row["predicate_id"] == "skos:exactMatch"]
    assert len(exact) > 20
    assert [s for s, n in Counter((name, row["subject_id"]) for _, name, row in exact).items() if n > 1] == []
    assert [o for o, n in Counter(mapping.iri(row["object_id"]) for mapping, _, row in exact).items() if n > 1] == []


def contradictions(matches, above):
    """Return the pairs of *matches* (subject, kind, object) that cannot both be right, given the wider terms *above* each term."""
    by_object = {}
    for subject, kind, target in matches:
        by_object.setdefault(target, []).append((subject, kind))
    found = []
    for target, said in by_object.items():
        for (narrower, one), (broader, other) in product(said, said):
            if broader in above.get(narrower, ()) and (one, other) in {
                ("exact", "exact"),
                ("exact", "broad"),  # the wider term cannot be narrower than what the narrower one equals
                ("narrow", "exact"),
                ("narrow", "broad"),
            }:
                found.append((narrower, one, broader, other, target))
    return found


def test_contradictions_are_found():
    above = {"square": {"rectangle"}}
    assert contradictions([("square", "exact", "x"), ("rectangle", "broad", "x")], above)
    assert contradictions([("square", "exact", "x"), ("rectangle", "exact", "x")], above)
    assert not contradictions([("square", "broad", "x"), ("rectangle", "exact", "x")], above)
    assert not contradictions([("square", "exact", "x"), ("rectangle", "narrow", "x")], above)


def test_no_match_contradicts_the_hierarchy(wider):
    matches = [(table(n).iri(r["subject_id"]), r["predicate_id"][5:-5], table(n).iri(r["object_id"])) for n, r in rows()]
    assert contradictions(matches, wider) == []


def test_a_name_is_still_the_name_of_our_term_alone(whole):
    """Labels of other vocabularies are preferred labels only, so that looking up a label finds our term."""
    labelled = {row["s"] for row in whole.query("SELECT ?s { ?s rdfs:label|skos:altLabel ?label }")}
    assert not labelled & {iri for name in NAMES for iri in targets(name).labels}
    assert lookup.find("Deep Learning", whole).value == "https://w3id.org/cvo/term/deep-learning"


def test_the_question_answers_for_a_term(whole):
    question = next(q for q in questions.catalogue() if q.name == "alignments")
    answer = list(whole.query(questions.bind(question, {"term": "版权"}, whole)))
    assert {row["match_en"] for row in answer} >= {"close", "the other is narrower"}
    assert {row["vocabulary_en"] for row in answer} >= {"Copyright Ontology", "UNESCO Thesaurus"}
    assert len(list(whole.query(question.text))) == len({(row["subject_id"], row["object_id"]) for _, row in rows()})


def test_stages_of_others_are_not_taken_for_stages_of_ours(whole):
    question = next(q for q in questions.catalogue() if q.name == "risks-by-stage")
    assert all(row["stage"].startswith("https://w3id.org/cvo/") for row in whole.query(question.text))


def test_every_source_stage_is_compared_with_the_canonical_chain(whole):
    query = (
        "SELECT ?s { ?s a cvo:SourceStage FILTER NOT EXISTS { ?s ?match ?c . ?c a cvo:CanonicalStage FILTER(?match != cvo:nextStage) } }"
    )
    assert [row["s"] for row in whole.query(query)] == []


KINDS = ("Risk", "Right", "Technology", "Technique", "ModelFamily", "CanonicalStage", "SourceStage", "Sector", "ContentModality")


def coverage(whole):
    """Return for each kind how many of its terms are matched and which are not."""
    matched = {table(name).iri(row["subject_id"]) for name, row in rows()}
    found = {}
    for kind in KINDS:
        terms = [row["t"] for row in whole.query(f"SELECT DISTINCT ?t {{ ?t a cvo:{kind} }} ORDER BY ?t")]
        found[kind] = (len(terms), [term.rsplit("/", 1)[1] for term in terms if term not in matched])
    return found


def test_the_readme_tells_how_far_the_matches_reach(whole):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for kind, (number, missing) in coverage(whole).items():
        listed = "".join(f" `{term}`" for term in missing)
        assert f"| `{kind}` | {number - len(missing)} of {number} |{listed} |" in readme
    for name in NAMES:
        kinds = Counter(row["predicate_id"][5:-5] for row in table(name).rows)
        numbers = " | ".join(str(kinds[kind]) for kind in ("exact", "close", "broad", "narrow", "related"))
        assert f"[`{name}`](to-{name}.sssom.tsv)" in readme
        assert f"| {numbers} |" in next(line for line in readme.splitlines() if f"(to-{name}.sssom.tsv)" in line)


if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / f"to-{each}.ttl").write_text(turtle(each), encoding="utf-8", newline="\n")
