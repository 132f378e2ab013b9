"""The site in a real browser: every kind of page in both languages, the search, and SPARQL on the query page."""

import csv
import functools
import gzip
import http.server
import os
import shutil
import subprocess
import tarfile
import threading
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from conftest import run_cvo

pytestmark = pytest.mark.xdist_group("browser")
PAGES = (
    "index", "term/artificial-intelligence", "term/portrait-right", "source/sun-nd", "ns", "vocabulary", "vocabulary/risk", "matrix/stage-risk",
    "matrix/stage-technology", "claim/contested", "claims/cuc-sina-2023.in-order.2", "question", "question/risks", "query", "search", "about", "module/chain", "shapes", "source",
    "guides", "guides/ask", "guides/add-a-paper", "guides/check-in-ci", "docs/publish", "docs/table",
)  # fmt: skip
AXE = "axe-core@4.14.1"  # MPL-2.0; of the tests only
FIRST_VIEW = 100_000  # bytes, of a page with all that it loads by itself, packed with gzip


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site, tmp_path_factory):
    """Serve the site in a sub-path, as any file server might."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "some").mkdir()
    (folder / "some/path").symlink_to(site, target_is_directory=True)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/path/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium is installed, so the pages cannot be opened")
    with playwright.sync_playwright() as run:
        opened = run.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe(pytestconfig):
    """Return the script of axe-core: the file that CVO_AXE names, else what npm has brought once."""
    if named := os.environ.get("CVO_AXE"):
        return Path(named).read_text(encoding="utf-8")
    folder = pytestconfig.cache.mkdir("axe")
    packed = folder / f"{AXE.replace('@', '-')}.tgz"
    if not packed.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("CVO_AXE does not name the axe.min.js of the npm package axe-core, and there is no npm to bring it")
        ran = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if ran.returncode:
            pytest.skip(f"npm cannot bring {AXE}, and CVO_AXE does not name its axe.min.js")
    with tarfile.open(packed) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


@pytest.fixture
def page(browser, address):
    """Return a function that opens a page in a new context; an error of it, or a request to elsewhere, fails the test."""
    faults, contexts = [], []

    def fresh(path, **settings):
        context = browser.new_context(**settings)
        contexts.append(context)
        opened = context.new_page()
        opened.on("console", lambda message: faults.append(message.text))
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("request", lambda request: request.url.startswith((address, "blob:")) or faults.append(f"elsewhere: {request.url}"))
        opened.goto(address + path)
        return opened

    yield fresh
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_of_page_opens_and_fits_a_phone(page, lang):
    opened = page("index.html", viewport={"width": 375, "height": 700})
    home = opened.url.rpartition("/")[0]
    for path in PAGES:
        opened.goto(f"{home}/{path}.{lang}.html")
        assert opened.get_attribute("html", "lang") == lang
        assert opened.inner_text("h1").strip()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 375, path


# A page of sixteen thousand elements is a few hundred kinds of them over and over: a part in which each kind was seen twice is left out.
ALIKE = """() => {
  if (document.querySelectorAll('*').length < 1000) return
  const told = new Set(['class', 'lang', 'role', 'type', 'dir', 'rel', 'scope', 'hidden', 'open'])
  const seen = {}
  const tag = (e) => !e ? '' : `<${e.tagName}${[...e.attributes].map((a) => ` ${a.name}=${told.has(a.name) ? a.value : !!a.value.trim()}`)
    .sort().join('')}>${!!e.textContent.trim()}`
  const kind = (e) => tag(e.parentElement) + tag(e.previousElementSibling) + tag(e)
  const thin = (parent) => {
    for (const child of [...parent.children]) {
      const inside = [...child.querySelectorAll('*')]
      const kinds = new Set([child, ...inside].map(kind))
      if ([...kinds].every((each) => seen[each] > 1)) child.remove()
      else if (inside.length > 200) thin(child)
      else kinds.forEach((each) => { seen[each] = (seen[each] || 0) + 1 })
    }
  }
  thin(document.body)
}"""


def test_axe_finds_nothing_to_improve(page, axe):
    opened = page("index.en.html", bypass_csp=True)
    home = opened.url.rpartition("/")[0]
    found = {}
    for path in PAGES:
        for lang in ("zh", "en"):
            opened.goto(f"{home}/{path}.{lang}.html")
            opened.evaluate(ALIKE)
            opened.evaluate(axe)
            for scheme, only in (("light", ""), ("dark", "runOnly: ['color-contrast'], ")):  # only colours differ in the dark
                opened.emulate_media(color_scheme=scheme)
                run = f"axe.run({{{only}resultTypes: ['violations']}}).then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))"
                if violations := opened.evaluate(run):
                    found[f"{path}.{lang}, {scheme}"] = violations
    assert found == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_view_of_a_page_is_small(page, address, lang):
    opened, asked, sizes = page(f"about.{lang}.html"), [], {}
    opened.on("request", lambda request: asked.append(request.url))
    for path in (*PAGES, "source/cuc-sina-2023"):
        asked.clear()
        opened.goto(f"{address}{path}.{lang}.html", wait_until="load")
        if opened.locator("script[type=module]").count():  # which may ask for more
            opened.wait_for_load_state("networkidle")
        own = [url for url in dict.fromkeys(asked) if "/oxigraph/" not in url and "/data/" not in url]
        assert {f"{address}{path}.{lang}.html", f"{address}assets/site.css"} <= set(own)
        sizes[path] = sum(packed(url) for url in own)
    assert {path: size for path, size in sizes.items() if size > FIRST_VIEW} == {}


@functools.cache
def packed(url):
    """Return how many bytes the file at *url* has in a gzip."""
    with urllib.request.urlopen(url) as answer:
        return len(gzip.compress(answer.read(), 6))


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("en-GB", "en"), ("de-DE", "en")])
def test_an_iri_leads_on_to_the_readers_language_and_the_claim(page, locale, lang):
    opened = page("source/bi-2019.html#c012", locale=locale)
    opened.wait_for_url(f"**/source/bi-2019.{lang}.html#c012")
    assert opened.locator("#c012").is_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_address_of_a_claim_leads_to_the_page_of_a_long_source_that_has_it(page, lang):
    opened = page("source/cuc-sina-2023.html#c612", locale={"zh": "zh-CN", "en": "en-GB"}[lang])
    opened.wait_for_url(f"**/claims/cuc-sina-2023.in-order.2.{lang}.html#c612")
    assert opened.locator("#c612").is_visible()
    opened.click("nav ul.pages a[rel=prev]")
    opened.wait_for_url(f"**/source/cuc-sina-2023.{lang}.html")
    opened.goto(opened.url + "#c012")
    assert opened.locator("#c012").is_visible()


def test_the_search_loads_only_what_is_typed(page):
    opened, asked = page("search.en.html"), []
    opened.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    opened.fill("#q", "肖像")
    opened.wait_for_selector("#found li a")
    assert [name for name in asked if name.startswith("tokens-")] == [name for name in asked if name.startswith("tokens-")][:1]
    opened.locator("#status", has_text="found").wait_for()


@pytest.mark.parametrize(
    ("lang", "asked", "first"),
    [("zh", "肖像权", "肖像权"), ("en", "肖像权", "portrait right"), ("en", "Portrait ri", "portrait right"), ("zh", "像", "")],
)
def test_the_search_finds_in_either_language(page, lang, asked, first):
    opened = page(f"search.{lang}.html")
    opened.fill("#q", asked)
    opened.wait_for_selector("#found li a")
    assert first in opened.inner_text("#found li:first-child a")
    opened.fill("#q", "龘龘龘龘")
    opened.locator("#status", has_text={"zh": "没有找到。", "en": "Nothing found."}[lang]).wait_for()
    assert opened.locator("#found li").count() == 0


def test_a_shipped_question_runs_in_the_browser_and_gives_what_the_command_gives(page, tmp_path):
    opened = page("query.zh.html?question=risks")
    opened.wait_for_load_state("networkidle")
    assert "cvo:Risk" in opened.input_value("#text")
    opened.click("#run")
    opened.wait_for_selector("#answer table", timeout=60_000)
    with opened.expect_download() as download:
        opened.click("#csv")
    download.value.save_as(tmp_path / "risks.csv")
    got = (tmp_path / "risks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sorted(got[1:]) == sorted(run_cvo("query", "risks", "-f", "csv").out.splitlines()[1:])


def test_a_parameter_by_its_chinese_name_and_what_follows_from_a_view(page):
    opened = page("query.zh.html?question=stage-risk-exposure")
    opened.fill("#p-stage", "产品营销")
    opened.click("#run")
    opened.wait_for_selector("#answer table", timeout=60_000)
    wanted = len(run_cvo("query", "stage-risk-exposure", "stage=产品营销", "-f", "csv").out.splitlines()) - 1
    assert opened.inner_text("#status").startswith(f"{wanted} ")


def test_the_editor_completes_by_chinese_labels_marks_what_is_unknown_and_runs(page, axe):
    opened = page("query.zh.html", bypass_csp=True)
    opened.evaluate("document.querySelector('#text').value = ''")
    opened.click("#text")
    opened.wait_for_selector(".cm-content")
    opened.keyboard.type("SELECT ?c { ?c cvo:claimObject 肖像")
    opened.locator(".cm-tooltip-autocomplete li", has_text="肖像权").wait_for()
    opened.keyboard.press("Enter")
    assert opened.input_value("#text") == "SELECT ?c { ?c cvo:claimObject cvt:portrait-right}"
    opened.keyboard.type(" ; cvo:inStag ?stage")
    opened.keyboard.press("Escape")
    opened.wait_for_selector(".cm-lintRange-warning")
    opened.keyboard.press("Control+Enter")
    opened.locator("#status", has_text="是否指 cvo:inStage？").wait_for(timeout=60_000)
    assert "没有结果" in opened.inner_text("#status")
    opened.evaluate(axe)
    assert opened.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))") == []


def test_an_answer_is_drawn_as_bars_that_count_what_the_command_gives(page, axe):
    opened = page("query.en.html?question=risks", bypass_csp=True)
    opened.click("#run")
    opened.wait_for_selector("#answer table", timeout=60_000)
    opened.click("#chart summary")
    opened.locator("#bars[aria-label]").wait_for()
    opened.select_option("#each", label="source")
    opened.locator("#bars[aria-label*=bi-2019]").wait_for()
    rows = list(csv.DictReader(run_cvo("query", "risks", "-f", "csv").out.splitlines()))
    counted = Counter(row["source"] for row in rows).most_common()
    bars = opened.get_attribute("#bars", "aria-label").removeprefix("number of rows: ").split(", ")
    assert sorted(bars) == sorted(f"{name} {number}" for name, number in counted)
    assert opened.get_attribute("#png", "href").startswith("data:image/png")
    opened.evaluate(axe)
    assert opened.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))") == []


def test_the_address_of_the_query_page_keeps_what_was_asked(page):
    opened = page("query.zh.html?question=risks-by-stage&stage=产品营销")
    opened.locator("#p-stage").wait_for()
    assert "VALUES ?stage { <https://w3id.org/cvo/term/product-marketing> }" in opened.input_value("#text")
    assert opened.inner_text("label[for=p-stage]") == "环节"
    opened.select_option("#question", "")
    opened.fill("#text", "ASK { ?s a cvo:Risk }")
    opened.click("#run")
    opened.locator("#status", has_text="是").wait_for(timeout=60_000)
    assert page(f"query.en.html{opened.evaluate('location.search')}").input_value("#text") == "ASK { ?s a cvo:Risk }"


@pytest.mark.parametrize(
    ("lang", "query", "says"),
    [
        ("en", "SELECT * { ?s ?p", "line 1, column 10: '{' is never closed"),
        ("en", "SELECT *\n{ ?s ?p ?o FILTER(?o > ) }", "line 2, column 27: not SPARQL at this point, or just before it"),
        ("en", "SELEC * { ?s ?p ?o }", "a query begins with SELECT, ASK, CONSTRUCT, DESCRIBE, not with 'SELEC'"),
        ("zh", "SELECT * { ?s foo:bar '风险' }", "第 1 行第 15 列：前缀 foo: 没有声明"),
        ("zh", "SELECT * { ?s ?p ?o ) }", "“)”与第 1 行第 10 列的“{”不相配"),
        ("zh", "SELECT * { ?s ?p '没有完 }", "第 1 行第 18 列：这里开始的文本没有结束引号"),
        ("zh", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "不支持 SERVICE"),
    ],
)
def test_a_wrong_query_is_explained_where_it_is_wrong(page, lang, query, says):
    opened = page(f"query.{lang}.html?{urllib.parse.urlencode({'query': query})}")
    opened.click("#run")
    opened.wait_for_selector("#status.problem", timeout=60_000)
    assert says in opened.inner_text("#status")


def test_a_term_that_no_parameter_takes_is_named(page):
    opened = page("query.en.html?question=risks-by-stage")
    opened.fill("#p-stage", "nowhere")
    opened.click("#run")
    opened.locator("#status", has_text="nowhere").wait_for()
