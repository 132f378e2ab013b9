"""Whatever is handed in: one clear error at its place, in bounded time and memory, and never a traceback."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, SHARED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_contribution_formats import CONVERT, LINKED, STRIPED, TABLE, XML

from cvo.errors import CvoError, EngineError, InputError
from cvo.validation import bounded, reading
from cvo.validation.validating import Run
from cvo.validation.validator import validate

SUITES = SHARED / "suites" / "rdf11"
DEEP = 20_000
TEXTS = (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf", ".yaml", ".csv")
PREFIXED = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix cvo: <https://w3id.org/cvo/ns#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . <urn:s> a sh:NodeShape ; sh:targetNode <urn:x> ; "
)
VALUE = "<rdf:Description><rdf:value>{}</rdf:value></rdf:Description></rdf:RDF>"


def one_error(path: Path, content: str | bytes) -> str:
    """Return the one thing that is wrong with a file of *content*, which can be placed in it."""
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    try:
        (finding,) = validate(path).findings
    except InputError as error:
        return error.what if str(path) in error.what else ""
    assert finding.code in {"CVO-SYNTAX", "CVO-COLUMN"}
    assert finding.place.line >= 1 or finding.place.cell
    return dict(finding.messages)["en"]


# ---- the suites of the W3C


def suite(name: str) -> list[tuple[str, Path]]:
    """Return the kind and the file of each test of a suite."""
    manifest = SUITES / name / "manifest.ttl"
    quads = list(ox.parse(manifest.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=manifest.as_uri()))
    kinds = {q.subject: q.object.value for q in quads if q.predicate.value.endswith("#type") and isinstance(q.object, ox.NamedNode)}
    actions = [(q.subject, q.object.value) for q in quads if q.predicate.value.endswith("#action") and isinstance(q.object, ox.NamedNode)]
    return [(kinds[test], manifest.parent / action.removeprefix(manifest.parent.as_uri() + "/")) for test, action in actions]


@pytest.mark.skipif(not SUITES.exists(), reason="the suites of the W3C are not part of the project")
@pytest.mark.parametrize(
    ("name", "least"), [("rdf-turtle", 300), ("rdf-trig", 350), ("rdf-n-triples", 70), ("rdf-n-quads", 85), ("rdf-xml", 160)]
)
def test_every_file_of_a_suite_is_read_or_has_one_error(name: str, least: int) -> None:
    tests = suite(name)
    assert len(tests) >= least
    wrong = []
    for kind, path in tests:
        file = reading.read(path)
        refused = len(file.problems) == 1 and file.problems[0].code == "CVO-SYNTAX" and file.problems[0].place.line > 0
        mapped = not file.error and len(file.map.triples) == len(file.quads)
        if not (refused if "Negative" in kind else mapped):
            wrong.append(path.name)
    assert wrong == []


@pytest.mark.skipif(not SUITES.exists(), reason="the suites of the W3C are not part of the project")
def test_all_files_that_a_suite_calls_wrong_are_findings_of_one_run() -> None:
    wrong = sorted({path for name in ("rdf-turtle", "rdf-xml") for kind, path in suite(name) if "Negative" in kind})
    report = validate(wrong)
    assert [Path(finding.place.file) for finding in report.findings if finding.code == "CVO-SYNTAX"] == wrong
    assert (report.unread, report.status) == (len(wrong), 1)


# ---- depth, length, growth


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "<urn:a> <urn:b> " + "[ <urn:p> " * DEEP),
        ("x.ttl", "<urn:a> <urn:b> " + "( " * DEEP),
        ("x.trig", "{ <urn:a> <urn:b> " + "[ <urn:p> " * DEEP),
        ("x.jsonld", "[" * DEEP + "]" * DEEP),
        ("x.jsonld", '{"urn:p":' * DEEP + "1" + "}" * DEEP),
        ("x.jsonld", '{"@context":' * DEEP),
        ("x.jsonld", '{"@id":"urn:x","urn:p":{"@list":' + "[" * DEEP),
        ("x.yaml", '"@graph": ' + "[" * DEEP + "]" * DEEP),
        ("x.yaml", "claims: " + "[" * DEEP + "]" * DEEP),
        ("x.yaml", "{" * DEEP),
        ("x.yaml", '"@id": x\n' + "\n".join(" " * level + "k:" for level in range(1500))),
        ("x.yaml", "\n".join(" " * level + "k:" for level in range(1500))),
        ("x.rdf", XML + "<rdf:Description><rdf:value>" * DEEP),
    ],
    ids=lambda value: value if len(value) < 20 else value[:12],
)
def test_nesting_without_end_is_refused(tmp_path: Path, name: str, text: str) -> None:
    assert re.search("nested|nesting", one_error(tmp_path / name, text))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("x.ttl", '<urn:a> <urn:b> "', '" .'), ("x.nt", '<urn:a> <urn:b> "', '" .'), ("x.jsonld", '{"@id":"urn:a","urn:b":"', '"}')],
)
def test_a_literal_without_end_is_refused(tmp_path: Path, name: str, before: str, after: str) -> None:
    assert one_error(tmp_path / name, before + "x" * (17 << 20) + after) == "a term of more than 16 MiB is not read"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", '"' * 200_000),
        ("x.jsonld", '"\\' * 200_000),
        ("x.jsonld", '{"' * 200_000),
        ("x.yaml", '"@id": "' * 50_000),
        ("x.yaml", '"@id": x\n' + (" " * 3000 + "\n") * 300 + "{"),
        ("x.yaml", "- " * 50_000 + '"@id": {'),
        ("x.rdf", "<" * 500_000),
        ("x.rdf", XML + '<a b="' * 100_000),
        ("x.rdf", XML + "<!--" * 100_000),
        ("x.rdf", "<!DOCTYPE r [" + "<!-- x -->" * 10_000 + "<"),
        ("x.csv", 'statement-zh\n"' + "x" * 2_000_000),
    ],
    ids=lambda value: value if len(value) < 20 else value[:12],
)
def test_what_looks_at_every_character_looks_at_it_once(tmp_path: Path, name: str, text: str) -> None:
    assert one_error(tmp_path / name, text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.rdf", '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + XML + "</rdf:RDF>", "made of entities"),
        ("x.rdf", f'<!DOCTYPE r [<!ENTITY a "{"h" * 10_000}">]>{XML}{VALUE.format("&a;" * 5_000)}', "the entities come to more than"),
        ("x.rdf", '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + XML + "</rdf:RDF>", "from outside"),
        ("x.rdf", '<!DOCTYPE r SYSTEM "file:///etc/passwd">' + XML + VALUE.format("&a;"), "entity `a`"),
        ("x.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nclaims: [*b, *b]\n", "anchors and aliases"),
        ("x.yaml", '"@graph": &a [x, x]\n"urn:b": [*a, *a]\n', "anchors and aliases"),
        ("x.jsonld", '{"@context": "file:///etc/passwd"}', "no context is ever fetched"),
        ("x.jsonld", '{"@context": "../../../etc/passwd"}', "no context is ever fetched"),
        ("x.jsonld", '{"@context": {"a": "b:x", "b": "a:y"}, "a": 1}', "cyclic"),
    ],
)  # fmt: skip
def test_what_grows_or_reaches_out_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert said in one_error(tmp_path / name, text)


def workbook(change: tuple[bytes, bytes] = (b"", b""), part: bytes = b"") -> bytes:
    """Return a workbook in whose first sheet something is changed, or which has another *part*."""
    openpyxl = pytest.importorskip("openpyxl")
    whole = openpyxl.Workbook()
    whole.active.title = "claims"
    whole.active.append(["statement-zh"])
    whole.active.append(["甲"])
    plain, out = io.BytesIO(), io.BytesIO()
    whole.save(plain)
    with zipfile.ZipFile(plain) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for info in packed.infolist():
            content = packed.read(info)
            again.writestr(info.filename, content.replace(*change) if info.filename.endswith("sheet1.xml") else content)
        if part:
            again.writestr("../../xl/more.xml", part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "part", "said"),
    [
        (
            (b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
            b"",
            "too many merged cells",
        ),
        ((b"</sheetData>", b"<row>" + b"<c/>" * 2_100_000 + b"</row></sheetData>"), b"", "too many cells"),
        ((b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), b"", "too many rows or columns"),
        ((b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), b"", "document type"),
        ((b"", b""), b" " * (201 << 20), "too large when unpacked"),
        ((b"<row", b"<wor"), b"", "not an Excel workbook"),
    ],
    ids=["merged", "cells", "far", "entity", "bomb", "broken"],
)
def test_a_workbook_that_is_huge_in_memory_is_refused(tmp_path: Path, change: tuple[bytes, bytes], part: bytes, said: str) -> None:
    assert said in one_error(tmp_path / "x.xlsx", workbook(change, part))
    assert not (tmp_path.parent.parent / "xl").exists()


@pytest.mark.parametrize("name", ["x.ttl", "x.jsonld", "x.rdf", "x.yaml", "x.csv", "x.xlsx"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, bytes(range(256)), b"\xff\xfe{\0}\0", "剧本".encode("gb18030"), b"PK\x03\x04" + b"\0" * 50, b"\xef\xbb\xbf"],
)
def test_bytes_that_are_no_text_of_the_kind_have_one_error(tmp_path: Path, name: str, content: bytes) -> None:
    if name == "x.ttl" and content in (b"", b"\xef\xbb\xbf"):
        pytest.skip("nothing at all is Turtle")
    assert one_error(tmp_path / name, content)


# ---- shapes of strangers


@pytest.mark.parametrize(
    "shapes",
    [
        "sh:sparql [ sh:select 'SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }' ] .",
        "sh:property [ sh:path cvo:note ; sh:pattern '^(a+)+$' ] .",
    ],
    ids=["query", "pattern"],
)
def test_shapes_that_never_end_are_broken_off(tmp_path: Path, shapes: str) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXED + shapes, encoding="utf-8")
    (tmp_path / "x.ttl").write_text(f"<urn:x> <https://w3id.org/cvo/ns#note> '{'a' * 60}!' .", encoding="utf-8")
    run = Run((str(tmp_path / "x.ttl"),), against=(str(tmp_path / "shapes.ttl"),), timeout=1.5)
    with pytest.raises(EngineError, match=r"the check takes longer than 1\.5 s") as raised:
        run.outcome()
    assert "--timeout" in raised.value.hint


@pytest.mark.parametrize(
    "shapes",
    [
        "sh:not <urn:s> .",
        "sh:node <urn:t> . <urn:t> sh:node <urn:s> .",
        "sh:property [ sh:path <urn:p> ; sh:maxCount 1 ] . <urn:p> sh:zeroOrMorePath <urn:p> .",
        "sh:in <urn:l> . <urn:l> rdf:first cvo:x ; rdf:rest <urn:l> .",
        "sh:not " + "[ sh:not " * 450 + "[ sh:nodeKind sh:IRI ]" + "]" * 450 + " .",
        "sh:sparql [ sh:select 'SELECT $this { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }' ] .",
    ],
    ids=["not", "node", "path", "list", "deep", "service"],
)
def test_shapes_that_turn_in_circles_end_in_a_report_or_one_error(tmp_path: Path, shapes: str) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXED + shapes, encoding="utf-8")
    (tmp_path / "x.ttl").write_text("<urn:x> <urn:p> <urn:y> . <urn:y> <urn:p> <urn:x> .", encoding="utf-8")
    try:
        assert validate(tmp_path / "x.ttl", shapes=[tmp_path / "shapes.ttl"]).checked == 1
    except EngineError as error:
        assert error.hint or "SERVICE" in error.what  # noqa: PT017


def test_a_check_with_a_deadline_reports_what_one_without_reports(tmp_path: Path) -> None:
    case = ROOT / "tests" / "data" / "validation"
    run = Run((str(case / "contributed.ttl"),), against=(str(case / "shapes.ttl"),))
    assert run.outcome()[0] == Run(run.paths, against=run.against, timeout=0).outcome()[0]
    (tmp_path / "shapes.ttl").write_text("x", encoding="utf-8")
    with pytest.raises(CvoError, match=r"x is not|invalid|expected|unexpected"):
        Run(run.paths, against=(str(tmp_path / "shapes.ttl"),)).outcome()
    with pytest.raises(EngineError, match="the check broke off"):
        bounded.run(_ends_itself, 10)


def _ends_itself() -> None:
    import os  # noqa: PLC0415

    os._exit(9)


# ---- at random


def read_or_refused(path: Path, content: bytes) -> None:
    """Read *content*: either there is one error within it, or every triple has a place within it."""
    path.write_bytes(content)
    try:
        file = reading.read(path)
    except CvoError:
        return
    if file.error:
        assert file.problems
        for problem in file.problems:
            assert 0 <= problem.place.line <= len(file.lines) or problem.place.cell or not file.text
        return
    end = len(file.text)
    if path.suffix in (".yaml", ".csv") and not file.map.triples:
        return
    assert all(0 <= span.start <= span.end <= end for spans in file.map.triples for span in spans)
    assert [place for index in range(len(file.quads)) for role in range(3) if not (place := file.place(index, role)).file] == []
    list(file.filing())


def seeds() -> dict[str, bytes]:
    """Return a real file of each kind."""
    turtle = (ROOT / "tests" / "data" / "validation" / "contributed.ttl").read_bytes()
    found = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
    return {
        ".ttl": turtle,
        ".trig": ox.serialize([ox.Quad(*triple, ox.NamedNode("urn:g")) for triple in found], format=ox.RdfFormat.TRIG),
        ".nt": ox.serialize(found, format=ox.RdfFormat.N_TRIPLES),
        ".nq": ox.serialize([ox.Quad(*triple, ox.NamedNode("urn:g")) for triple in found], format=ox.RdfFormat.N_QUADS),
        ".jsonld": LINKED.encode(),
        ".rdf": STRIPED.encode(),
        ".yaml": CONVERT[".yaml"](found).encode(),
        ".csv": "id,statement-zh,subject\n,甲,gan\n".encode(),
    }


def test_the_real_files_that_are_mutated_can_be_read(tmp_path: Path) -> None:
    for ending, content in seeds().items():
        path = tmp_path / f"x{ending}"
        path.write_bytes(content)
        if ending != ".csv":
            assert reading.read(path).quads


MARKS = [
    *(
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b"<",
        b">",
        b"&",
        b";",
        b":",
        b",",
        b".",
        b"\\",
        b"@",
        b"#",
        b"\n",
        b"\r",
        b"\0",
        b"\t",
    ),
    *(b"\xe5", b"--", b"'''", b"]]>", b"@id", b"_:", b"rdf:", b"\xef\xbb\xbf", "，".encode()),
]


def mutated(content: bytes, seed: int) -> bytes:
    """Return *content* with a few pieces taken out, doubled, moved or put in."""
    chance = random.Random(seed)
    found = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(found) + 1)
        end = min(len(found), start + chance.choice([0, 1, 1, 2, 5, 40]))
        piece = bytes(found[start:end])
        found[start:end] = chance.choice([b"", piece * 2, chance.choice(MARKS), chance.choice(MARKS) + piece, piece[::-1]])
    return bytes(found)


@pytest.mark.parametrize("ending", TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32))
def test_a_file_with_slips_is_read_or_has_one_error(tmp_path: Path, ending: str, seed: int) -> None:
    read_or_refused(tmp_path / f"x{ending}", mutated(seeds()[ending], seed))


@pytest.mark.parametrize("ending", [*TEXTS, ".xlsx"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_have_one_error(tmp_path: Path, ending: str, content: bytes) -> None:
    read_or_refused(tmp_path / f"x{ending}", content)


def test_a_table_with_slips_is_read_or_has_its_errors(tmp_path: Path) -> None:
    for seed in range(30):
        read_or_refused(tmp_path / "x.yaml", mutated(TABLE.encode(), seed))
