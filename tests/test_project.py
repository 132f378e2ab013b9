"""The project's own files agree with one another."""

import re
import tomllib

import pyoxigraph as ox
import pytest
from conftest import ROOT, SHARED

import cvo
from cvo.contribute.locate import locate
from cvo.errors import CvoError
from cvo.files import shipped
from cvo.terms import COMPARISONS, CVO, PREFIXES, SOURCE

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_one_version_everywhere():
    version = PROJECT["version"]
    assert cvo.__version__ == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'owl:versionInfo "{version}"' in (ROOT / "ontology/cvo.ttl").read_text(encoding="utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_both_licences_are_stated():
    assert PROJECT["license"] == "Apache-2.0 AND CC-BY-4.0 AND MIT"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "CC BY 4.0" in (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")


def test_no_python_file_grows_past_what_one_reads():
    long = {p.name: n for p in (ROOT / "cvo").rglob("*.py") if (n := p.read_text(encoding="utf-8").count("\n")) > 350}
    assert long == {}


SOURCES = [path for path in shipped("instances") if path.stem != "comparisons"]
COMPARED = shipped("instances", "comparisons.ttl")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_an_instance_file_is_named_after_its_one_source(path):
    quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    sources = {q.subject.value for q in quads if q.object == ox.NamedNode(f"{CVO}Source")}
    keys = {q.object.value for q in quads if q.predicate.value == f"{CVO}citeKey"}
    assert (sources, keys) == ({SOURCE + path.stem}, {path.stem})
    assert not any(isinstance(term, ox.BlankNode) for q in quads for term in (q.subject, q.object))


@pytest.mark.parametrize("path", [*shipped("instances"), *shipped("ontology/vocabulary")], ids=lambda p: p.name)
def test_terms_and_claims_stand_in_order(path):
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"^cvt:(\S+) a ", text, re.MULTILINE)
    assert names == sorted(names)
    claims = re.findall(r"^:c(\d+) a ", text, re.MULTILINE)
    assert [int(n) for n in claims] == list(range(1, len(claims) + 1))


def test_comparisons_across_sources_stand_in_order_and_relate_each_pair_once():
    text = COMPARED[0].read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"^:k(\d+) a cvo:Comparison", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    told = re.findall(r"^(\S+:c\d+) (cvo:\w+) (\S+:c\d+) \.$", text, re.MULTILINE)
    judged = re.findall(r"cvo:firstClaim (\S+) ;\n  cvo:comparisonRelation (\S+) ;\n  cvo:secondClaim (\S+) ;", text)
    assert told == judged
    assert len({frozenset((first, second)) for first, _, second in told}) == len(numbers)
    assert all(first.partition(":")[0] != second.partition(":")[0] for first, _, second in told)


def test_the_graph_of_the_comparisons_is_that_of_no_source():
    rows = cvo.load().query("SELECT DISTINCT ?graph { GRAPH ?graph { ?comparison a cvo:Comparison } } ORDER BY ?graph")
    graphs = [row["graph"] for row in rows]
    assert graphs == sorted([COMPARISONS, *(SOURCE + path.stem for path in SOURCES)])


def test_the_shipped_data_are_valid():
    report = cvo.validate([*shipped("instances"), *shipped("ontology")])
    assert report.findings == ()


def test_python_can_validate_one_file_by_its_name():
    report = cvo.validate(str(ROOT / "tests" / "readme" / "example-nd.ttl"))
    assert [finding.code for finding in report.findings] == ["CVO-OBJECT", "CVO-POLARITY", "CVO-START-END"]


def test_every_prefix_of_a_shipped_file_means_what_the_project_says():
    for path in (*shipped("ontology"), *shipped("instances")):
        for name, iri in re.findall(r"^@prefix (\S+): <(\S+)> \.$", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert PREFIXES.get(name, iri) == iri, path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the source documents are copyrighted and not part of the project")
@pytest.mark.parametrize(("key", "numbers"), [("bi-2019", "01"), ("zhang-2026", "2"), ("sun-nd", "3"), ("cuc-sina-2023", "4")])
def test_every_passage_is_in_its_document(key, numbers):
    documents = [next((SHARED / "sources").glob(f"00{n}_*.txt")) for n in numbers]
    passages = locate(shipped("instances", f"{key}.ttl")[0], documents)
    assert len(passages) > 100
    assert {p.status for p in passages} == {"match"}


def test_every_error_of_ours_ends_with_status_2():
    def below(kind):
        return {kind} | {k for sub in kind.__subclasses__() for k in below(sub)}

    assert {kind.exit_status for kind in below(CvoError)} == {2}
