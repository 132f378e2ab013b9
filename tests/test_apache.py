"""Apache gives a built site by its own `.htaccess`, at the root and below it, and w3id.org's folder leads there."""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from servers import free_port, running

from cvo.live import checking, findings
from cvo.site import apache

PROGRAM = shutil.which("apache2") or shutil.which("httpd") or shutil.which("apache2", path="/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authz_core", "alias", "dir", "mime", "headers", "rewrite", "negotiation", "autoindex")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
pytestmark = [
    pytest.mark.xdist_group("live"),
    pytest.mark.skipif(not (PROGRAM and MODULES.is_dir()), reason="Apache is not installed (Debian apache2)"),
]


@contextlib.contextmanager
def apache2(folder, port, document_root, aliases=()):
    """Serve *document_root*, and each folder of *aliases* below its path, with all that an `.htaccess` may say."""
    folder.mkdir()
    allowed = "Options FollowSymLinks MultiViews Indexes\nAllowOverride All\nRequire all granted"
    lines = [
        f"ServerRoot {folder}",
        f"PidFile {folder}/pid",
        f"Listen 127.0.0.1:{port}",
        "ServerName 127.0.0.1",
        *(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
        *(["User nobody", "Group nogroup"] if os.geteuid() == 0 else []),
        *([f"LoadModule unixd_module {MODULES}/mod_unixd.so"] if (MODULES / "mod_unixd.so").is_file() else []),
        f"ErrorLog {folder}/error.log",
        "TypesConfig /etc/mime.types" if Path("/etc/mime.types").is_file() else "AddType text/html .html",
        "AddLanguage en .en",
        "AddEncoding x-gzip .gz",
        f"DocumentRoot {document_root}",
        f"<Directory {document_root}>\n{allowed}\n</Directory>",
        *(f"Alias {path} {target}\n<Directory {target}>\n{allowed}\n</Directory>" for path, target in aliases),
        '<FilesMatch "^\\.ht">\nRequire all denied\n</FilesMatch>',
    ]
    # What loads Apache needs User last, after mod_unixd
    lines.sort(key=lambda line: not line.startswith(("ServerRoot", "LoadModule")))
    (folder / "httpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = subprocess.run([PROGRAM, "-f", folder / "httpd.conf", "-t"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    with running([PROGRAM, "-f", folder / "httpd.conf", "-DFOREGROUND"], f"http://127.0.0.1:{port}/", folder):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def reached(site):
    """Serve the site at the root and at /pub/culture/, and the folder of w3id.org at /cvo/, which leads to the latter."""
    folder = Path("/tmp") / f"cvo-apache-{os.getpid()}"  # pytest's own folder may not be read by the user that Apache becomes
    folder.mkdir(mode=0o755)
    port = free_port()
    try:
        shutil.copytree(site, folder / "site", copy_function=_linked)
        rules = folder / "w3id"
        rules.mkdir()
        (rules / ".htaccess").write_bytes(apache.for_w3id(f"http://127.0.0.1:{port}/pub/culture/", "0.1.0"))
        with apache2(folder / "run", port, folder / "site", [("/pub/culture", folder / "site"), ("/cvo", rules)]) as url:
            yield url
    finally:
        shutil.rmtree(folder)


def _linked(file, target):
    try:
        os.link(file, target)
    except OSError:  # on another disk
        shutil.copy2(file, target)


def where(response, url):
    return response.headers.get("location", "").removeprefix(url)


@pytest.mark.parametrize("below", ["/", "/pub/culture/"])
def test_a_site_under_apache_is_as_linked_data_should_be(reached, below):
    tested = checking.check(reached + below, checking.Options(sample=4, strict=True, timeout=30))
    told = findings.concise(tested)
    assert {one.code for one in tested.found} == {"LIVE-ENDPOINT"}, told  # which needs `cvo serve`


CASES = [
    ("text/turtle", "", ".ttl"),
    ("application/ld+json", "", ".jsonld"),
    ("application/n-triples", "", ".nt"),
    ("application/rdf+xml", "", ".rdf"),
    ("text/html;q=0.5, text/turtle", "", ".ttl"),
    ("text/turtle, text/html;q=0.5", "en", ".ttl"),
    (BROWSER, "zh-CN,zh;q=0.9", ".zh.html"),
    (BROWSER, "en-GB", ".en.html"),
    (BROWSER, "fr", ".html"),
    ("*/*", "", ".html"),
    ("", "", ".html"),
    ("*/*", "zh", ".zh.html"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("below", ["/", "/pub/culture/", "/cvo/"])
@pytest.mark.parametrize("path", ["term/portrait-right", "source/bi-2019", "vocabulary", "0.1.0/ns"])
def test_an_iri_leads_to_the_file_that_the_client_prefers(reached, below, path, case):
    accept, lang, ending = case
    if path == "vocabulary" and not ending.endswith("html"):
        pytest.skip("it has pages alone")
    headers = {"Accept": accept, **({"Accept-Language": lang} if lang else {})}
    response = httpx.get(f"{reached}{below}{path}", headers=headers)
    assert response.status_code == 303
    there = "/pub/culture/" if below == "/cvo/" else below
    assert where(response, reached) == f"{there}{path}{ending}"
    assert {"Accept", "Accept-Language"} <= set(re.split(r",\s*", response.headers["vary"]))
    assert httpx.get(f"{reached}{there}{path}{ending}").status_code == 200


@pytest.mark.parametrize("below", ["/", "/pub/culture/", "/cvo/"])
def test_what_is_not_there_and_what_cannot_be_written_are_refused(reached, below):
    assert httpx.get(f"{reached}{below}term/portrait-right", headers={"Accept": "image/png"}).status_code == 406
    gone = httpx.get(f"{reached}{below}term/no-such-term", headers={"Accept": "text/html"}, follow_redirects=True)
    assert gone.status_code == 404
    assert httpx.get(f"{reached}{below}.htaccess", headers={"Accept": "image/png"}).status_code in (403, 406)


@pytest.mark.parametrize(
    ("path", "media"),
    [
        (".well-known/void", "text/turtle"),
        ("linkset.json", "application/linkset+json"),
        ("data/SHA256SUMS", "text/plain"),
        ("data/cvo.nq.gz", "application/gzip"),
        ("", "text/html"),
        ("index.zh.html", "text/html"),
        ("assets/site.css", "text/css"),
        ("query.json", "application/json"),
        ("sitemap.xml", "application/xml"),
    ],
)
def test_a_file_is_given_as_what_it_is(reached, site, path, media):
    for below in ("/pub/culture/", "/", "/cvo/"):
        response = httpx.get(f"{reached}{below}{path}", follow_redirects=True)
        assert response.status_code == 200, below
        assert response.headers["content-type"].partition(";")[0] == media
        assert "content-encoding" not in response.headers
        assert response.content == (site / (path or "index.html")).read_bytes()


def test_w3id_sends_a_query_on_as_it_came(reached):
    response = httpx.post(f"{reached}/cvo/sparql?default-graph-uri=a:b", data={"query": "ASK {}"})
    assert (response.status_code, where(response, reached)) == (307, "/pub/culture/sparql?default-graph-uri=a:b")


def test_an_address_with_escapes_stays_what_it_is():
    port = free_port()
    folder = Path("/tmp") / f"cvo-apache-{os.getpid()}-2"
    folder.mkdir(mode=0o755)
    try:
        (folder / "w3id").mkdir()
        (folder / "w3id" / ".htaccess").write_bytes(apache.for_w3id("https://example.org/%E6%96%87%20a/$1/", "0.1.0"))
        with apache2(folder / "run", port, folder, [("/cvo", folder / "w3id")]) as url:
            found = httpx.get(f"{url}/cvo/term/x", headers={"Accept": "text/turtle"}).headers["location"]
    finally:
        shutil.rmtree(folder)
    assert found == "https://example.org/%E6%96%87%20a/$1/term/x.ttl"


def test_no_rules_for_w3id_are_written_that_would_send_it_to_itself(site):
    assert not (site / "w3id").exists()
    assert (site / ".htaccess").is_file()
