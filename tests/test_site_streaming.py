"""A site is made source by source; nothing of it differs from one that is made of everything at once."""

import gzip
import json
import re
from array import array

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo.site import building, corpus
from cvo.site.claims import FromModel
from cvo.site.links import further, page_of
from cvo.site.model import files_of, read, sources, statements
from cvo.site.searchindex import shards, tokens

pytestmark = pytest.mark.xdist_group("site")
DATA = ROOT / "tests/site"
SIZES = (
    "data/SHA256SUMS",
    "dcat.ttl",
    "about.en.html",
    "about.zh.html",
    "query.en.html",
    "query.zh.html",
    "site.json",
)  # they tell how large dumps are
DUMPS = {"data/cvo.nq.gz", "data/cvo.trig", "data/cvo.jsonld"}


def gathered():
    files = files_of([str(DATA)])
    return corpus.gathered(files, [corpus.scan(f, corpus.lines_of(f)) for f in files if corpus.may_be_streamed(f)])


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return the site of the shipped data and of made-up sources, as it is made, and as it is made if nothing is streamed."""
    folder = tmp_path_factory.mktemp("both")
    names = sorted(iri.rpartition("/")[2] for iri in gathered().sources)
    assert names == ["bi-2019", "cuc-sina-2023", "first", "zhang-2026"], "what is streamed"
    building.build(folder / "streamed", data=[str(DATA)], parallel=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "scan", lambda *_: None)
        building.build(folder / "whole", data=[str(DATA)], parallel=False)
    return folder / "streamed", folder / "whole"


def test_every_page_and_document_is_the_same(both):
    one, other = ({p.relative_to(f).as_posix(): p for p in f.rglob("*") if p.is_file()} for f in both)
    assert one.keys() == other.keys()
    assert {name for name, path in one.items() if path.read_bytes() != other[name].read_bytes()} - {*SIZES, *DUMPS} == set()


def test_the_dumps_say_the_same(both):
    texts = [gzip.decompress((site / "data/cvo.nq.gz").read_bytes()) for site in both]
    assert texts[0] == texts[1]
    quads = {str(q) for q in ox.parse(texts[0], format=ox.RdfFormat.N_QUADS)}
    counted = sum(1 for _ in texts[0].splitlines())
    assert counted == len(quads)
    for site in both:
        void = (site / "void.ttl").read_text(encoding="utf-8")
        assert int(re.search(r"void:triples (\d+) ;", void)[1]) == counted
        assert canonical((site / "data/cvo.trig").read_bytes(), ox.RdfFormat.TRIG) == quads
        document = json.loads((site / "data/cvo.jsonld").read_text(encoding="utf-8"))
        document["@context"] = json.loads((site / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        assert canonical(json.dumps(document).encode(), ox.RdfFormat.JSON_LD) == quads


def canonical(text, form):
    found = ox.Dataset(ox.parse(text, format=form))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(q) for q in found}


def test_a_claim_shows_what_other_files_say_of_it_and_only_text(both):
    page = (both[0] / "source/first.en.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page
    second = page[page.index('id="c002"') :]
    assert "elsewhere" in second[: second.index("</article>")]
    assert '<a href="../source/first.en.html#c010">c010</a>' in second[: second.index("</article>")]
    contested = "".join(path.read_text(encoding="utf-8") for path in both[0].glob("claim/contested*.en.html"))
    assert contested.count("they pull apart") == 1


def test_what_lines_say_is_what_the_model_says():
    """Two ways lead to the statements of a claim: the lines of its file, and the model, which an engine has parsed."""
    for path in (ROOT / "instances/sun-nd.ttl", DATA / "first.ttl"):
        file = next(f for f in files_of([str(DATA)]) if f.path == path)
        model = read([file])
        told = FromModel(model)
        said = corpus.said_by(corpus.lines_of(file))
        assert len(said) > 5
        for subject, about in said.items():
            assert {relation: sorted(values) for relation, values in (told.get(subject) or {}).items()} == {
                r: sorted(v) for r, v in about.items()
            }
        assert len(statements(file)) == sum(len(values) for about in said.values() for values in about.values())


def test_a_long_source_goes_on_over_pages_that_name_each_other(site):
    for lang in ("zh", "en"):
        pages = [(site / f"{further('source/cuc-sina-2023', n)}.{lang}.html").read_text(encoding="utf-8") for n in (1, 2)]
        ids = [re.findall(r'<article class="claim" id="(c\d+)">', page) for page in pages]
        assert (len(ids[0]), ids[0][0]) == (500, "c001")
        assert set(ids[0]).isdisjoint(ids[1])
        assert len(ids[1]) > 100
        assert f'<link rel="next" href="../claims/cuc-sina-2023.in-order.2.{lang}.html">' in pages[0]
        assert f'<link rel="prev" href="../source/cuc-sina-2023.{lang}.html">' in pages[1]
        assert 'rel="prev"' not in pages[0]
        assert 'rel="next"' not in pages[1]
        assert f'data-first="{ids[1][0]}"' in pages[0]
        iri = f"https://w3id.org/cvo/source/cuc-sina-2023#{ids[1][0]}"
        assert page_of(iri, [f"https://w3id.org/cvo/source/cuc-sina-2023#{some[0]}" for some in ids]) == 2


def test_contested_claims_go_on_over_pages(site):
    for lang in ("zh", "en"):
        first, second = ((site / f"claim/contested{n}.{lang}.html").read_text(encoding="utf-8") for n in ("", ".2"))
        assert first.count('<section class="pair">') == 100
        assert '<span class="count">101</span>' in second
        assert f'<link rel="next" href="../claim/contested.2.{lang}.html">' in first
        assert f'<link rel="prev" href="../claim/contested.{lang}.html">' in second


def test_the_index_of_the_search_finds_every_claim_by_every_token(site):
    index = json.loads((site / "search.json").read_text(encoding="utf-8"))
    assert index["tokens"] == sorted(index["tokens"], key=lambda token: token.encode("utf-16-be"))
    found = {}
    for place, first in enumerate(index["tokens"]):
        shard = json.loads((site / f"search/tokens-{place}.json").read_text(encoding="utf-8"))
        assert next(iter(shard)) == first
        for token, steps in shard.items():
            number, numbers = 0, set()
            for step in steps:
                number += step
                numbers.add(number)
            assert token not in found
            found[token] = numbers
    files = {begin: json.loads((site / f"search/{begin}.json").read_text(encoding="utf-8")) for begin in index["begins"]}
    things = {number: thing for begin, file in files.items() for number, thing in enumerate(file, begin)}
    assert sorted(things) == list(range(len(things)))
    claims = {number: thing for number, thing in things.items() if thing[1]}
    dump = gzip.decompress((site / "data/cvo.nq.gz").read_bytes()).decode()
    assert len(claims) == dump.count(" <https://w3id.org/cvo/ns#statedIn> ")
    for number, (_, _, zh, en) in claims.items():
        assert all(number in found[token] for token in tokens(f"{zh}\n{en}"))
    assert max(p.stat().st_size for p in (site / "search").iterdir()) < 150_000


def test_shards_are_cut_by_their_size():
    many = {f"t{number:04}": array("I", range(0, 3000, 3)) for number in range(100)}
    parts = list(shards(many))
    assert len(parts) > 5
    assert [first for first, _ in parts] == [next(iter(json.loads(text))) for _, text in parts]
    assert {token for _, text in parts for token in json.loads(text)} == many.keys()


def test_the_sources_of_the_model_are_those_of_the_corpus():
    made, whole = gathered(), read(files_of([str(DATA)]))
    assert sources(made.model) == sources(whole)
    assert made.kinds() == whole.kinds
