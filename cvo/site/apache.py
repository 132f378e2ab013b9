"""The rules by which Apache answers for the IRIs: for the folder of the site itself, and for the one at w3id.org."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'"
)
"""What any page may load; each page states less in itself where it needs less."""
HTML = r"(?:^\s*$|text/(?:html|\*)|application/xhtml\+xml|\*/\*)"
FIRST = r"^\s*(?:text/html|application/xhtml\+xml)\s*(?:,|$)"
"""What a browser sends: a page, first and without reservation."""
RDF = {"ttl": "text/turtle", "jsonld": "application/ld\\+json", "nt": "application/n-triples", "rdf": "application/rdf\\+xml"}
LANGUAGES = ("zh", "en")


def _pages(accept: str) -> list[tuple[str, str]]:
    """Return the conditions under which somebody who sends *accept* gets a page, each with the ending of the page."""
    sent = f"RewriteCond %{{HTTP_ACCEPT}} {accept}\n"
    return [*((f"{sent}RewriteCond %{{HTTP:Accept-Language}} ^{lang} [NC]\n", f".{lang}.html") for lang in LANGUAGES), (sent, ".html")]


def for_site(address: str) -> bytes:
    """Return the rules for the folder of the site, to be found at *address*: what they need not know, they do not say."""
    liked = [(f"RewriteCond %{{HTTP_ACCEPT}} {media}\n", f".{ending}") for ending, media in RDF.items()]
    rules = [
        f"{wanted}RewriteCond %{{REQUEST_FILENAME}}{ending} -f\nRewriteRule ^ %{{REQUEST_URI}}{ending} [R=303,L,E=NEGOTIATED:1]\n"
        for wanted, ending in (*_pages(FIRST), *liked, *_pages(HTML))
    ]
    return f"""# How Apache gives this site: mod_rewrite, mod_headers and mod_mime; AllowOverride FileInfo Options Indexes. Written by `cvo build`.
Options -MultiViews -Indexes
DirectoryIndex index.html
DirectorySlash Off

AddType text/turtle .ttl
AddType application/ld+json .jsonld
AddType application/n-triples .nt
AddType application/rdf+xml .rdf
AddType application/trig .trig
AddType application/sparql-query .rq
AddType application/wasm .wasm
AddType application/yaml .cff
AddType application/vnd.apache.parquet .parquet
AddType text/csv .csv
AddType application/gzip .gz
RemoveEncoding .gz
RemoveLanguage .en .zh
AddCharset utf-8 .html .ttl .csv .css .js .txt
<Files "linkset.json">
ForceType application/linkset+json
</Files>
<Files "void">
ForceType text/turtle
</Files>
<Files "SHA256SUMS">
ForceType text/plain
</Files>

Header always set Access-Control-Allow-Origin "*"
Header always set Access-Control-Expose-Headers "ETag, Link, Location"
Header always set X-Content-Type-Options "nosniff"
Header always set Vary "Accept, Accept-Language" env=NEGOTIATED
Header always set Vary "Accept, Accept-Language" env=REDIRECT_NEGOTIATED
<FilesMatch "\\.html$">
Header set Content-Security-Policy "{POLICY}"
</FilesMatch>
<FilesMatch "\\.(?:ttl|jsonld|nt|rdf)$">
Header set Link '<{address.replace("%", "%%")}linkset.json>; rel="linkset"; type="application/linkset+json"'
</FilesMatch>

RewriteEngine on
# A file, and the start page, are given as they are
RewriteCond %{{REQUEST_FILENAME}} -f
RewriteRule ^ - [L]
RewriteRule ^$ - [L]

# The IRI of a thing leads to the file that the client prefers
{chr(10).join(rules)}
# A document in none of the formats that the client accepts
RewriteCond %{{REQUEST_FILENAME}}.html -f
RewriteRule ^ - [R=406,L,E=NEGOTIATED:1]
""".encode()


def for_w3id(address: str, version: str) -> bytes:
    """Return the rules for the folder of this project at w3id.org, which sends each IRI on to its file below *address*."""
    there = address.replace("%", "\\%").replace("$", "\\$")
    flags = "R=303,L,NE" if "%" in address else "R=303,L"
    liked = [(f"RewriteCond %{{HTTP_ACCEPT}} {media}\n", f".{ending}") for ending, media in RDF.items()]
    rules = [f"{wanted}RewriteRule ^(.+)$ {there}$1{ending} [{flags}]\n" for wanted, ending in (*_pages(FIRST), *liked, *_pages(HTML))]
    return rf"""# For w3id.org: the folder cvo of https://github.com/perma-id/w3id.org. Written by `cvo build` for version {version}.
Options +FollowSymLinks -MultiViews
Header always set Access-Control-Allow-Origin "*"
Header always set Vary "Accept, Accept-Language"
RewriteEngine on

# The start page, the endpoint (which must stay a POST), and what has an ending already
RewriteRule ^$ {there} [{flags}]
RewriteRule ^sparql$ {there}sparql [{flags.replace("303", "307")}]
RewriteRule ^((?:data|assets|\.well-known)/.+)$ {there}$1 [{flags}]
RewriteRule ^(.+\.(?:html|ttl|jsonld|nt|rdf|gz|trig|csv|parquet|json|xml|txt|rq|cff))$ {there}$1 [{flags}]

# What the client prefers; an IRI with a version, such as {version}/ns, follows the same rules
{chr(10).join(rules)}
RewriteRule ^ - [R=406,L]
""".encode()
