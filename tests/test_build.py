"""`cvo build` makes a whole site: every IRI has its files, no link is dead, and two builds are the same."""

import functools
import gzip
import hashlib
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from conftest import ROOT, run_cvo

from cvo.dataset import graph_of
from cvo.errors import InputError
from cvo.site import building, corpus, versions
from cvo.site import data as sitedata
from cvo.site import model as sitemodel
from cvo.site.corpus import Corpus
from cvo.site.spoken import Spoken

BASE = "https://w3id.org/cvo/"
ENDINGS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML}

pytestmark = pytest.mark.xdist_group("site")


# Pages are written so plainly that their tags can be told by these; html.parser takes ten times as long.
TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s+[^\s=<>\"'/]+(?:=\"[^\"]*\")?)*)\s*/?>")
ATTRIBUTE = re.compile(r"\s([^\s=\"]+)(?:=\"([^\"]*)\")?")


class Page:
    """What *text* has of links, of ids, and of style and scripts that should not stand in it."""

    def __init__(self, text):
        self.links, self.ids, self.inline = [], set(), []
        tags = TAG.findall(text)
        assert len(tags) == len(re.findall(r"<[A-Za-z]", text))
        for tag, attributes in tags:
            if attributes or tag in {"style", "script"}:
                self.take(tag, {name: html.unescape(value) for name, value in ATTRIBUTE.findall(attributes)})

    def take(self, tag, given):
        if "id" in given:
            assert given["id"] not in self.ids, f"twice: {given['id']}"
            self.ids.add(given["id"])
        if tag in ("a", "script", "link", "form") and given.get("rel") not in ("canonical", "cite-as"):
            self.links += [given[name] for name in ("href", "src", "action") if name in given]
        if "style" in given or tag == "style" or any(name.startswith("on") for name in given):
            self.inline.append(tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.inline.append(tag)


@functools.cache
def read(path):
    return Page(path.read_text(encoding="utf-8"))


def triples(data, form):
    return {str(t.triple) for t in ox.parse(data, format=form)}


def test_no_internal_link_is_dead_and_nothing_is_inline(site):
    dead, files = set(), {str(path) for path in site.rglob("*") if path.is_file()}
    for path in sorted(site.rglob("*.html")):
        page = read(path)
        assert page.inline == [], path
        for link in set(page.links):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("https", "http"), (path, link)
                continue
            target = os.path.normpath(path.parent / unquote(parts.path)) if parts.path else str(path)
            if target not in files or (
                parts.fragment and target.endswith(".html") and unquote(parts.fragment) not in read(Path(target)).ids
            ):
                dead.add((str(path.relative_to(site)), link))
    assert sorted(dead)[:10] == []


def test_every_iri_of_ours_has_its_pages_and_files(site):
    quads = ox.parse(publishing_dump(site), format=ox.RdfFormat.N_QUADS)
    iris = {n.value for q in quads for n in (q.subject, q.predicate, q.object) if isinstance(n, ox.NamedNode) and n.value.startswith(BASE)}
    paths = {sitemodel.path_of(iri) for iri in iris} - {""}
    assert len(paths) > 1500
    missing = [
        p + e
        for p in sorted(paths)
        for e in (".html", ".zh.html", ".en.html", ".ttl", ".nt", ".rdf", ".jsonld")
        if not (site / (p + e)).is_file()
    ]
    assert missing == []
    claims = {iri for iri in iris if re.search(r"source/[^#]+#c\d+$", iri)}
    for lang in ("zh", "en"):
        pages = [*site.glob(f"source/*.{lang}.html"), *site.glob(f"claims/*.in-order.*.{lang}.html")]
        ids = {f"{BASE}source/{p.name.partition('.')[0]}#{i}" for p in pages for i in read(p).ids}
        assert claims - ids == set()


def publishing_dump(site):
    return gzip.decompress((site / "data/cvo.nq.gz").read_bytes())


def test_the_dump_is_canonical_and_holds_just_the_shipped_statements(site):
    lines = publishing_dump(site).decode().splitlines(keepends=True)
    assert lines == sorted(lines)
    dumped = ox.Dataset(ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS))
    again = ox.Dataset(dumped)
    again.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert {str(q) for q in again} == {str(q) for q in dumped}
    raw = ox.Dataset()
    for path in [*sorted((ROOT / "ontology").rglob("*.ttl")), *sorted((ROOT / "instances").glob("*.ttl"))]:
        if path.parent.name == "targets":
            continue
        home = ox.NamedNode(graph_of(path)) if path.parent.name == "instances" else ox.DefaultGraph()
        for t in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            raw.add(ox.Quad(t.subject, t.predicate, t.object, home))
    raw.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert {str(q) for q in raw} == {str(q) for q in dumped}


def test_the_dumps_say_the_same(site):
    quads = {str(q) for q in ox.parse(publishing_dump(site), format=ox.RdfFormat.N_QUADS)}
    assert {str(q) for q in ox.parse((site / "data/cvo.trig").read_bytes(), format=ox.RdfFormat.TRIG)} == quads or canonical(
        site / "data/cvo.trig", ox.RdfFormat.TRIG
    ) == quads
    document = json.loads((site / "data/cvo.jsonld").read_text(encoding="utf-8"))
    document["@context"] = json.loads((site / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    found = ox.Dataset(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert {str(q) for q in found} == quads
    for line in (site / "data/SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((site / "data" / name).read_bytes()).hexdigest() == digest


def canonical(path, form):
    found = ox.Dataset(ox.parse(path.read_bytes(), format=form))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(q) for q in found}


@pytest.mark.parametrize(
    "path", ["ns", "term/artificial-intelligence", "term/portrait-right", "source/sun-nd", "module/chain", "shapes", "vocabulary/risk"]
)
def test_the_four_formats_of_a_document_say_the_same(site, path):
    said = {e: canonical(site / (path + e), form) for e, form in ENDINGS.items()}
    document = json.loads((site / f"{path}.jsonld").read_text(encoding="utf-8"))
    assert document["@context"] == f"{BASE}context.jsonld"
    document["@context"] = json.loads((site / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    found = ox.Dataset(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    said[".jsonld"] = {str(q) for q in found}
    assert len(said[".nt"]) > 3
    assert all(one == said[".nt"] for one in said.values())


def test_a_file_of_ours_keeps_its_own_turtle(site):
    assert (site / "source/bi-2019.ttl").read_bytes() == (ROOT / "instances/bi-2019.ttl").read_bytes()


def test_the_version_is_the_ontology(site):
    for ending in (".ttl", ".nt", ".rdf", ".jsonld"):
        assert (site / f"0.1.0/ns{ending}").read_bytes() == (site / f"ns{ending}").read_bytes()


@pytest.mark.parametrize("name", ["void.ttl", "dcat.ttl", "service.ttl", ".well-known/void"])
def test_the_descriptions_are_turtle_and_name_files_that_exist(site, name):
    named = set()
    for t in ox.parse((site / name).read_bytes(), format=ox.RdfFormat.TURTLE):
        if t.predicate.value.endswith(("dataDump", "downloadURL", "endpointDescription")):
            named.add(t.object.value)
    assert name == "service.ttl" or named
    for iri in named:
        assert (site / iri.removeprefix(BASE)).is_file()


def test_sitemap_and_linkset_name_files_that_exist(site):
    tree = ET.parse(site / "sitemap.xml")
    addresses = [e.text for e in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(addresses) == len(set(addresses)) == len(list(site.rglob("*.zh.html"))) * 2
    links = json.loads((site / "linkset.json").read_text(encoding="utf-8"))["linkset"]
    assert {entry["anchor"] for entry in links} >= {f"{BASE}ns", *(BASE + iri for iri in ("source/bi-2019", "term/portrait-right"))}
    addresses += [target["href"] for entry in links for rel in ("describedby", "alternate") for target in entry[rel]]
    assert [a for a in addresses if not (site / a.removeprefix(BASE)).is_file()] == []


def test_two_builds_are_the_same_and_an_unchanged_one_writes_nothing(site, tmp_path):
    """The first was made by a command, by several processes where there are two processors; this one by a single process elsewhere in the world."""
    program = "import sys; from pathlib import Path; from cvo.site import building; building.build(Path(sys.argv[1]), parallel=False)"
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "CVO_CACHE": "", "TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C"}
    shutil.copytree(site, tmp_path / "again", copy_function=os.link)
    (tmp_path / "again/term/portrait-right.ttl").unlink()  # for want of it, all is made again
    subprocess.run([sys.executable, "-c", program, tmp_path / "again"], env=elsewhere, check=True)
    assert not (tmp_path / "again/index.html").samefile(site / "index.html")
    one, other = (
        {str(p.relative_to(f)): hashlib.sha256(p.read_bytes()).hexdigest() for p in f.rglob("*") if p.is_file()}
        for f in (site, tmp_path / "again")
    )
    assert {n for n in one.keys() | other.keys() if one.get(n) != other.get(n)} == set()
    before = (site / "site.json").stat().st_mtime_ns
    assert not building.build(site).new
    assert (site / "site.json").stat().st_mtime_ns == before


def test_what_is_no_site_of_ours_is_not_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    ran = run_cvo("build", "-o", tmp_path)
    assert ran.status == 2
    assert "is not a site that `cvo build` made" in ran.err
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "kept"
    assert run_cvo("build", "-o", tmp_path / "mine.txt").status == 2
    (tmp_path / "site.json").write_text("[]", encoding="utf-8")
    assert run_cvo("build", "-o", tmp_path).status == 2


@pytest.mark.parametrize(
    "address", ["", "example.org", "ftp://example.org/", "https://example.org/?q", 'https://e.org/"x', "https://e.org/#a"]
)
def test_what_is_no_address_is_refused(tmp_path, address):
    with pytest.raises(InputError, match="not an address"):
        building.build(tmp_path / "site", address)
    assert not (tmp_path / "site").exists()


def test_a_build_that_is_killed_leaves_the_old_site_whole_and_own_files_get_pages_too(tmp_path):
    mine, site = tmp_path / "自己 的.ttl", tmp_path / "site"
    mine.write_text(
        "\ufeff<https://w3id.org/cvo/term/emoji-🎬> a <https://w3id.org/cvo/ns#Topic> .\n"
        "<https://w3id.org/cvo/term/ours> a <https://w3id.org/cvo/ns#Topic> ;\r\n"
        ' <http://www.w3.org/2000/01/rdf-schema#label> "</script><script>alert(1)</script>"@en , "我们的<b>"@zh .\n'
        "<https://w3id.org/cvo/../../etc/passwd> a <https://w3id.org/cvo/ns#Topic> .\n",
        encoding="utf-8",
    )
    site.mkdir()
    (site / "site.json").write_text('{"made-by": "cvo build"}', encoding="utf-8")
    (site / "old.html").write_text("old", encoding="utf-8")
    (site / "0.0.9").mkdir()
    (site / "0.0.9/ns.ttl").write_text("# frozen\n", encoding="utf-8")
    command = ("build", "-o", site, "--data", mine, "--base", "https://example.org/x")
    process = subprocess.Popen([sys.executable, "-m", "cvo", *map(str, command)])
    while process.poll() is None and not list(tmp_path.glob(".site.building-*")):
        time.sleep(0.01)
    assert process.poll() is None, "it was done before it could be killed"
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    assert sorted(p.name for p in site.iterdir()) == ["0.0.9", "old.html", "site.json"]
    old = tmp_path / "earlier"
    (old / "0.0.8").mkdir(parents=True)
    for name, text in (("ns.ttl", "# frozen\n"), ("ns.nt", ""), ("ns.zh.html", "旧版"), ("ns.en.html", "old")):
        (old / "0.0.8" / name).write_text(text, encoding="utf-8")
    ran = run_cvo(*command, "--versions", old)
    assert ran.status == 0, ran.err
    for path in (old / "0.0.8").iterdir():
        assert (site / "0.0.8" / path.name).read_bytes() == path.read_bytes()
    assert "<loc>https://example.org/x/0.0.8/ns.zh.html</loc>" in (site / "sitemap.xml").read_text(encoding="utf-8")
    assert not (site / "old.html").exists()
    assert (site / "0.0.9/ns.ttl").read_text(encoding="utf-8") == "# frozen\n", "an earlier version stays what it was"
    page = (tmp_path / "site/term/ours.en.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert 'href="https://example.org/x/term/ours.en.html"' in page
    assert not (tmp_path / "etc").exists()
    (left,) = tmp_path.glob(".site.building-*")
    os.utime(left, (0, 0))  # what a killed build left is removed when it is old
    mine.write_text("<a> <b> .", encoding="utf-8")
    broken = run_cvo("build", "-o", tmp_path / "site", "--data", mine)
    assert broken.status == 2
    assert "自己 的.ttl:1:" in broken.err
    assert (tmp_path / "site/term/ours.en.html").read_text(encoding="utf-8") == page
    assert [p.name for p in tmp_path.glob(".site*")] == []


def versions_of(folder, *names, said="<a:b> <a:c> <a:d> .\n"):
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "ns.nt").write_text(said, encoding="utf-8")
        (folder / name / "ns.zh.html").write_text(f"{folder.name} {name}", encoding="utf-8")
    return folder


def test_frozen_versions_come_from_every_site_that_is_given_and_stay_what_they_were(tmp_path):
    one, other = versions_of(tmp_path / "one", "0.1.0", "assets"), versions_of(tmp_path / "other", "0.1.0", "0.2.0")
    given = versions.given([str(one), str(other)])
    assert [folder.relative_to(tmp_path).as_posix() for folder in given] == ["one/0.1.0", "other/0.2.0"]
    new = versions_of(tmp_path / "new", "0.2.0")
    sizes = versions.keep(versions.kept(versions_of(tmp_path / "old", "0.0.1", "0.2.0"), given), new)
    assert sorted({name.partition("/")[0] for name in sizes}) == ["0.0.1", "0.1.0", "0.2.0"]
    assert (new / "0.2.0/ns.zh.html").read_text(encoding="utf-8") == "other 0.2.0", "what is given is published, what is made is not yet"
    assert (new / "0.0.1/ns.zh.html").read_text(encoding="utf-8") == "old 0.0.1"
    assert sizes["0.1.0/ns.nt"] == (one / "0.1.0/ns.nt").stat().st_size


def test_a_frozen_version_that_would_change_stops_the_build(tmp_path):
    frozen = versions.given([str(versions_of(tmp_path / "site", "0.1.0"))])
    changed = versions_of(tmp_path / "new", "0.1.0", said="<a:b> <a:c> <a:other> .\n")
    with pytest.raises(InputError, match=r"no longer that of the version 0\.1\.0"):
        versions.keep(versions.kept(tmp_path / "none", frozen), changed)
    with pytest.raises(InputError, match="not the same in two folders"):
        versions.given([str(tmp_path / "site"), str(changed)])


@pytest.mark.parametrize(
    ("name", "what"), [("missing", "no such folder"), ("file", "is not a folder"), ("empty", "no version in the folder")]
)
def test_a_folder_without_versions_is_refused(tmp_path, name, what):
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=what):
        building.build(tmp_path / "site", frozen=[str(tmp_path / name)])
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("term", "relation", "role"), [("product-production", "inStage", "as-stage"), ("bi-qiuling", "opinionHolder", "as-holder")]
)
def test_a_long_list_of_claims_goes_on_over_pages(site, term, relation, role):
    wanted = [
        t.subject.value.removeprefix(f"{BASE}source/")
        for t in ox.parse((site / f"term/{term}.nt").read_bytes(), format=ox.RdfFormat.N_TRIPLES)
        if t.predicate.value == f"{BASE}ns#{relation}" and t.object.value == f"{BASE}term/{term}"
    ]
    assert len(wanted) > 200
    for lang in ("zh", "en"):
        text = (site / f"term/{term}.{lang}.html").read_text(encoding="utf-8")
        section = text[: text.index(f"../claims/{term}.{role}.2.{lang}.html")].rpartition("<h3>")[2]
        rest = (site / f"claims/{term}.{role}.2.{lang}.html").read_text(encoding="utf-8")
        shown = [re.findall(r'class="number" href="../(?:source|claims)/([^".]+)[^"#]+#([^"]+)"', part) for part in (section, rest)]
        assert len(shown[0]) == 200
        assert sorted(map("#".join, shown[0] + shown[1])) == sorted(wanted)


def test_every_claim_says_the_address_to_cite_it_by(site):
    text = (site / "source/sun-nd.en.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<article class="claim" id="(c\d+)">', text)
    assert len(anchors) > 100
    assert re.findall(r"<code>(https://w3id.org/cvo/source/sun-nd#c\d+)</code>\n?</p>\n</article>", text) == [
        f"{BASE}source/sun-nd#{a}" for a in anchors
    ]


def test_a_term_that_very_many_claims_name_leaves_them_to_the_dump(tmp_path):
    relation, term = f"{BASE}ns#claimSubject", f"{BASE}term/much"
    for number, shown in ((sitedata.MANY, sitedata.MANY), (sitedata.MANY + 1, 1)):
        model = sitemodel.Model(
            out={term: {}}, into={term: [(relation, f"{BASE}source/a#c{n}") for n in range(number)]}, kinds={relation: {"id"}}
        )
        spoken = Spoken(Corpus({}, model, []), [], tmp_path)
        compact, _ = sitedata.compactor(model.kinds, "https://example.org/")
        files = dict(sitedata.documents(spoken, "https://example.org/", compact))
        found = {str(t.triple) for t in ox.parse(files["term/much.nt"], format=ox.RdfFormat.N_TRIPLES)}
        assert len(found) == shown
        assert any("https://example.org/data/cvo.nq.gz" in line for line in found) == (number > sitedata.MANY)


def test_a_corpus_that_is_streamed_has_the_kinds_of_values_and_the_claims_of_one_that_is_not():
    files = sitemodel.files_of()
    whole = sitemodel.read(files)
    streamed = corpus.gathered(files, [corpus.scan(f, corpus.lines_of(f)) for f in files if corpus.may_be_streamed(f)])
    assert len(streamed.sources) == 4
    assert streamed.kinds() == whole.kinds
    assert streamed.model.documents() == whole.documents()
    for source in sitemodel.sources(whole):
        claims = sitemodel.claims_of(whole, source)
        assert (streamed.claims_of(source), streamed.sources[source].firsts[0]) == (len(claims), claims[0])


def test_the_first_view_of_every_page_is_small(site):
    style = len(gzip.compress((site / "assets/site.css").read_bytes()))
    large = {
        str(p.relative_to(site)): n
        for p in site.rglob("*.html")
        if p.stat().st_size > 90_000 and (n := style + len(gzip.compress(p.read_bytes()))) > 100_000
    }
    assert large == {}


@pytest.mark.parametrize("name", ["oxigraph", "libraries"])
def test_what_others_wrote_for_the_query_page_is_what_its_readme_says(name):
    folder = ROOT / "cvo/site/_site" / name
    said = dict(re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert said == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file() and p.name != "README.md"}


def test_the_recipe_of_the_libraries_makes_the_same_bytes_again(tmp_path):
    npm, folder = shutil.which("npm"), ROOT / "cvo/site/_site/libraries"
    if npm is None:
        pytest.skip("there is no npm to make the libraries with")
    shutil.copytree(folder / "recipe", tmp_path / "recipe")
    ran = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=tmp_path / "recipe",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if ran.returncode:
        pytest.skip("npm cannot reach its registry")
    subprocess.run([npm, "run", "bundle"], cwd=tmp_path / "recipe", capture_output=True, timeout=60, check=True)
    for name in ("codemirror.js", "chart.js", "LICENSES.txt"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
