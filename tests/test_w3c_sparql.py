"""The W3C's SPARQL 1.1 query tests through our layers: what the engine answers rightly alone is not lost on the way."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pyoxigraph as ox
import pytest
from conftest import SHARED

from cvo.answers import Answer
from cvo.dataset import Dataset
from cvo.errors import SyntaxProblem
from cvo.render import write

SUITE = SHARED / "suites" / "sparql11"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
DAWGT = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#"

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C test suites are not part of the project")


def cases():
    for manifest in sorted(SUITE.rglob("manifest.ttl")) if SUITE.is_dir() else ():
        store = ox.Store()
        store.load(path=str(manifest), format=ox.RdfFormat.TURTLE, base_iri=manifest.as_uri())
        rows = store.query(
            f"""SELECT ?test ?query (GROUP_CONCAT(DISTINCT ?d) AS ?data) (GROUP_CONCAT(DISTINCT ?g) AS ?graphs) {{
              ?test a <{MF}QueryEvaluationTest> ; <{MF}action> ?action . ?action <{QT}query> ?query .
              OPTIONAL {{ ?action <{QT}data> ?d }} OPTIONAL {{ ?action <{QT}graphData> ?g FILTER(ISIRI(?g)) }}
            }} GROUP BY ?test ?query ORDER BY ?test"""
        )
        for row in rows:
            name = row["test"].value.rpartition("/sparql11/")[2]
            yield pytest.param(*(row[key].value if row[key] else "" for key in ("query", "data", "graphs")), id=name)


def path_of(iri):
    return unquote(urlparse(iri).path)


def filled(data, graphs):
    store = ox.Store()
    for iri in data.split():
        store.load(path=path_of(iri), base_iri=iri)
    for iri in graphs.split():
        store.load(path=path_of(iri), base_iri=iri, to_graph=ox.NamedNode(iri))
    return store


def alone(store, text, base):
    result = store.query(text, base_iri=base)
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    if isinstance(result, ox.QueryTriples):
        return canonical(result)
    names = [variable.value for variable in result.variables]
    return multiset([dict(zip(names, row, strict=True)) for row in result])


def multiset(rows):
    """Return *rows* in a form in which blank nodes are alike and the order does not matter."""
    return sorted(
        sorted((name, "_:" if isinstance(term, ox.BlankNode) else str(term)) for name, term in row.items() if term) for row in rows
    )


def canonical(triples):
    data = ox.Dataset(ox.Quad(*triple) for triple in triples)
    data.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sorted(map(str, data))


@pytest.mark.parametrize(("query", "data", "graphs"), [*cases()])
def test_the_answer_is_that_of_the_engine_alone(query, data, graphs):
    text = Path(path_of(query)).read_text(encoding="utf-8")
    if "SERVICE" in text.upper():
        pytest.skip("SERVICE leaves this machine, and is refused")
    if "NOW()" in text.upper() or "RAND()" in text.upper() or "UUID()" in text.upper():
        pytest.skip("the answer differs each time")
    store = filled(data, graphs)
    try:
        expected = alone(store, text, query)
    except SyntaxError:
        with pytest.raises(SyntaxProblem):
            Dataset((), store, named=True).query(text)
        return
    based = text if "base" in text.lower() else f"BASE <{query}>\n{text}"  # a query of the suite is read at its address
    answer = Dataset((), store, named=True).query(based)
    assert told(answer) == expected


def told(answer: Answer):
    """Return what is read back from the formats in which *answer* is written."""
    if answer.truth is not None:
        return bool(ox.parse_query_results(write(answer, "json"), format=ox.QueryResultsFormat.JSON))
    if answer.triples is not None:
        return canonical(quad.triple for quad in ox.parse(write(answer, "nt"), format=ox.RdfFormat.N_TRIPLES))
    read = []
    for form, kind in (("json", ox.QueryResultsFormat.JSON), ("xml", ox.QueryResultsFormat.XML), ("tsv", ox.QueryResultsFormat.TSV)):
        result = ox.parse_query_results(write(answer, form), format=kind)
        names = [variable.value for variable in result.variables]
        assert tuple(names) == answer.variables
        read.append(multiset([dict(zip(names, row, strict=True)) for row in result]))
    assert read[0] == read[2]
    return read[0]
