"""The tables are what RFC 4180 and CSV on the Web ask for, and RDF again by what their metadata say."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo.commands.export import csvw as command
from cvo.export import csvw, reading
from cvo.files import shipped
from cvo.terms import CVO, DCTERMS, SKOS, XSD


@pytest.fixture(scope="module")
def tables():
    return dict(csvw.tables(reading.read()))


def rows(tables, name):
    return list(csv.DictReader(io.StringIO(tables[name].decode(), newline="")))


def as_rdf(tables):
    """Give the triples of the standard conversion (csv2rdf, minimal mode), as far as our metadata use it."""
    for table in json.loads(tables[csvw.METADATA])["tables"]:
        schema = table["tableSchema"]

        def filled(template, row):
            return re.sub(r"\{\+(\w+)\}", lambda hole: row[hole[1]], template)

        for row in rows(tables, table["url"]):
            subject = ox.NamedNode(filled(schema["aboutUrl"], row))
            for column in schema["columns"]:
                text = row[column["name"]]
                if column.get("suppressOutput") or not text:
                    continue
                relation = ox.NamedNode(column["propertyUrl"])
                for part in text.split(column["separator"]) if "separator" in column else [text]:
                    if "valueUrl" in column:
                        value = ox.NamedNode(filled(column["valueUrl"], row))
                    elif "lang" in column:
                        value = ox.Literal(part, language=column["lang"])
                    else:
                        value = ox.Literal(part, datatype=ox.NamedNode(XSD + column["datatype"]))
                    yield ox.Triple(subject, relation, value)


@pytest.mark.parametrize("own", [False, True])
def test_an_independent_validator_finds_the_tables_valid(tmp_path, own):
    statements = reading.read([str(ROOT / "tests/readme/example-nd.ttl")] if own else (), () if own else ["sun-nd"])
    for name, content in csvw.tables(statements):
        (tmp_path / name).write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from csvw import CSVW

        assert CSVW(str(tmp_path / csvw.METADATA), validate=True).is_valid
        claims = tmp_path / "claims.csv"
        lines = claims.read_bytes()
        claims.write_bytes(lines + lines.split(b"\r\n")[1] + b"\r\n")  # the same claim twice
        with pytest.raises(ValueError, match="duplicate primary key"):
            _ = CSVW(str(tmp_path / csvw.METADATA), validate=True).is_valid


def test_the_triples_of_the_tables_are_those_of_the_files(tables):
    made = set(as_rdf(tables))
    stated = {quad.triple for path in (*shipped("instances"), *shipped("ontology")) for quad in reading.parsed(path)}
    figures = ox.NamedNode("http://qudt.org/schema/qudt/numericValue")
    assert {t for t in made - stated if t.predicate != figures} == set()
    assert {(t.subject, float(t.object.value)) for t in made if t.predicate == figures} == {
        (t.subject, float(t.object.value)) for t in stated if t.predicate == figures
    }
    whole = ("claimSubject", "claimPredicate", "claimObject", "statement", "polarity", "modality", "basis", "opinionHolder", "rawValue")
    told = {row[column] for column in ("claim", "term", "source") for row in rows(tables, f"{column}s.csv")}
    for relation in (*(CVO + name for name in whole), f"{SKOS}definition", f"{SKOS}altLabel", f"{DCTERMS}bibliographicCitation"):
        of_tables = {t for t in made if t.predicate.value == relation}
        of_files = {t for t in stated if t.predicate.value == relation and t.subject.value in told}
        assert of_tables == of_files, relation
        assert of_tables


def test_lists_hold_all_values(tables):
    found = {(row["claim"], stage) for row in rows(tables, "claims.csv") for stage in row["stage"].split()}
    stated = {
        (quad.subject.value, quad.object.value)
        for path in shipped("instances")
        for quad in reading.parsed(path)
        if quad.predicate.value == f"{CVO}inStage"
    }
    assert found == stated


def test_every_passage_has_its_offsets_and_digest_and_no_words(tables):
    for row in rows(tables, "passages.csv"):
        assert int(row["start"]) < int(row["end"])
        assert row["digest"].startswith("ni:///sha-256;")
    assert list(rows(tables, "passages.csv")[0]) == ["passage", "part", "section", "expression", "start", "end", "digest", "length"]


def test_lines_end_as_rfc_4180_has_it_and_each_row_is_as_long_as_the_head(tables):
    for name, content in tables.items():
        if name.endswith(".csv"):
            assert content.endswith(b"\r\n")
            assert not content.startswith(b"\xef\xbb\xbf")
            read = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
            assert {len(row) for row in read} == {len(read[0])}


@pytest.mark.parametrize("text", ["a,b", 'a"b', "a\nb", "a\rb", "𝄞 影", "", " a ", '"'])
def test_a_cell_comes_back_as_it_was(text):
    made = csvw._csv([[text, "x"]]).decode()
    assert next(csv.reader(io.StringIO(made, newline=""), strict=True)) == [text, "x"]


def test_two_zips_are_the_same_and_hold_what_the_folder_holds(tmp_path, tables):
    for name in ("a.zip", "b.zip"):
        command(files=None, source=None, output=tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    command(files=None, source=None, output=tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == tables
    assert {name: (tmp_path / name).read_bytes() for name in tables} == tables
