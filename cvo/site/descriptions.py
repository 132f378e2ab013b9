"""How a site describes itself: VoID, DCAT, service description, linkset, sitemap, and the rules for w3id.org."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import __version__
from cvo.files import data_root, read_text
from cvo.site import apache
from cvo.site.model import BASE, path_of
from cvo.terms import OWL, RDF, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cvo.site.asked import Asked
    from cvo.site.corpus import Corpus
    from cvo.site.data import Named
    from cvo.site.model import Model

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def descriptions(corpus: Corpus, address: str, asked: Asked) -> Iterator[Named]:
    """Give VoID, DCAT, the service description, the linkset, and what crawlers and citers ask for."""
    model = corpus.model
    void = _void(corpus, address, asked)
    yield "void.ttl", void
    yield ".well-known/void", void
    yield "dcat.ttl", _dcat(model, address, asked.files)
    yield "service.ttl", _service(address)
    yield "linkset.json", _linkset(model, address)
    yield "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n".encode()
    yield "CITATION.cff", _citation(model).encode()
    yield ".htaccess", apache.for_site(address)
    if address != BASE:  # w3id.org would send itself to itself
        yield "w3id/.htaccess", apache.for_w3id(address, version(model))


def _meta(model: Model, relation: str, lang: str) -> str:
    return model.text(f"{BASE}ns", f"http://purl.org/dc/terms/{relation}", lang)


def _titles(model: Model, relation: str) -> str:
    texts = [f"{ox.Literal(text, language=lang)}" for lang in ("zh", "en") if (text := _meta(model, relation, lang))]
    return " , ".join(texts)


def version(model: Model) -> str:
    """Return the version of the ontology."""
    return model.one(f"{BASE}ns", f"{OWL}versionInfo") or __version__


def _void(corpus: Corpus, address: str, asked: Asked) -> bytes:
    model = corpus.model
    classes = len(model.subjects(f"{RDF}type", f"{OWL}Class"))
    relations = corpus.kinds().keys()
    own = [
        iri for iri in model.out if "#" not in iri or iri.partition("#")[0] not in corpus.sources
    ]  # parts of streamed sources are counted there
    entities = sum(1 for iri in own if path_of(iri)) + asked.parts
    vocabularies = sorted({relation[: max(relation.rfind("#"), relation.rfind("/")) + 1] for relation in relations})
    graphs = asked.graphs
    targets: dict[tuple[str, str], int] = {}
    for said in model.out.values():
        for relation, values in said.items():
            if relation.startswith(SKOS) and relation.endswith("Match"):
                for value in values:
                    if isinstance(value, ox.NamedNode) and not (target := value.value).startswith(BASE):
                        home = target[: max(target.rfind("#"), target.rfind("/")) + 1]
                        targets[home, relation] = targets.get((home, relation), 0) + 1
    for source in corpus.sources.values():
        for place, number in source.matches.items():
            targets[place] = targets.get(place, 0) + number
    subsets = [name for name in sorted(graphs) if name]
    lines = [
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .",
        "@prefix void: <http://rdfs.org/ns/void#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        f"<{address}void.ttl> a void:DatasetDescription ; foaf:primaryTopic <{BASE}#dataset> .",
        "",
        f"<{BASE}#dataset> a void:Dataset ;",
        f"  dcterms:title {_titles(model, 'title')} ;",
        f"  dcterms:description {_titles(model, 'description')} ;",
        f"  dcterms:license <{LICENCE}> ;",
        f"  foaf:homepage <{address}> ;",
        f"  void:dataDump <{address}data/cvo.nq.gz> , <{address}data/cvo.trig> , <{address}data/cvo.jsonld> ;",
        f'  void:uriSpace "{BASE}" ;',
        f"  void:exampleResource <{_example(model)}> ;",
        *(f"  void:vocabulary <{name}> ;" for name in vocabularies),
        *(f"  void:subset <{name}> ;" for name in subsets),
        f"  void:triples {sum(graphs.values())} ;",
        f"  void:entities {entities} ;",
        f"  void:classes {classes} ;",
        f"  void:properties {len(relations)} ;",
        f"  void:distinctSubjects {len(own) + asked.parts} .",
        "",
        *(f"<{name}> void:triples {graphs[name]} ; void:inDataset <{BASE}#dataset> ." for name in subsets),
        *(
            f"[] a void:Linkset ; void:subjectsTarget <{BASE}#dataset> ; void:objectsTarget [ void:uriSpace {ox.Literal(home)} ] ;"
            f" void:linkPredicate <{relation}> ; void:triples {number} ."
            for (home, relation), number in sorted(targets.items())
        ),
    ]
    return ("\n".join(lines) + "\n").encode()


def _example(model: Model) -> str:
    return next((iri for iri in sorted(model.out) if path_of(iri).startswith("term/")), f"{BASE}ns")


MEDIA = {
    ".nq.gz": "application/n-quads",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}


def media(name: str) -> str:
    """Return the media type of the dump *name*."""
    return next(kind for ending, kind in MEDIA.items() if name.endswith(ending))


def _dcat(model: Model, address: str, files: Sequence[tuple[str, int]]) -> bytes:
    iana = "https://www.iana.org/assignments/media-types/"
    modified = _meta(model, "modified", "")
    creator = (model.iris(f"{BASE}ns", "http://purl.org/dc/terms/creator") or [f"{BASE}term/cvo-curators"])[0]
    names = [f"{label}" for lang in ("zh", "en") if (label := ox.Literal(model.label(creator, lang), language=lang))]
    lines = [
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        f"<{BASE}#catalogue> a dcat:Catalog ;",
        f"  dcterms:title {_titles(model, 'title')} ;",
        f"  dcterms:publisher <{creator}> ;",
        f"  dcat:dataset <{BASE}#dataset> ; dcat:service <{BASE}#service> .",
        "",
        f"<{creator}> a foaf:Agent ; foaf:name {' , '.join(names)} .",
        "",
        f"<{BASE}#dataset> a dcat:Dataset ;",
        f"  dcterms:title {_titles(model, 'title')} ;",
        f"  dcterms:description {_titles(model, 'description')} ;",
        f"  dcterms:creator <{creator}> ; dcterms:publisher <{creator}> ;",
        f"  dcterms:license <{LICENCE}> ;",
        "  dcterms:language <http://publications.europa.eu/resource/authority/language/ZHO> , <http://publications.europa.eu/resource/authority/language/ENG> ;",
        *([f'  dcterms:modified "{modified}"^^xsd:dateTime ;'] if modified else []),
        f'  dcat:version "{version(model)}" ;',
        f"  dcat:landingPage <{address}> ;",
        f"  dcat:distribution {' , '.join(f'<{address}{name}>' for name, _ in files)} .",
    ]
    for name, size in files:
        lines += [
            "",
            f"<{address}{name}> a dcat:Distribution ;",
            f"  dcat:downloadURL <{address}{name}> ; dcat:accessURL <{address}> ;",
            f"  dcat:mediaType <{iana}{media(name)}> ; dcat:byteSize {size} ;",
            *([f"  dcat:compressFormat <{iana}application/gzip> ;"] if name.endswith(".gz") else []),
            f"  dcterms:license <{LICENCE}> .",
        ]
    lines += [
        "",
        f"<{BASE}#service> a dcat:DataService ;",
        '  dcterms:title "SPARQL 查询"@zh , "SPARQL queries"@en ;',
        f"  dcat:servesDataset <{BASE}#dataset> ;",
        f"  dcat:endpointURL <{address}sparql> ; dcat:endpointDescription <{address}service.ttl> .",
    ]
    return ("\n".join(lines) + "\n").encode()


def _service(address: str) -> bytes:
    forms = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples")
    return f"""@prefix formats: <http://www.w3.org/ns/formats/> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .

# What `cvo serve` offers at /sparql beside these files; a mere file server answers no queries.
<{BASE}#service> a sd:Service ;
  sd:endpoint <{address}sparql> ;
  sd:supportedLanguage sd:SPARQL11Query ;
  sd:resultFormat {" , ".join(f"formats:{form}" for form in forms)} ;
  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
""".encode()


TYPES = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples", "rdf": "application/rdf+xml"}


def _linkset(model: Model, address: str) -> bytes:
    """Return the links of every document to its files, as a linkset of RFC 9264, a line for each."""
    paths = sorted({*model.documents(), *(path_of(file.iri) for file in model.files)})
    lines = [
        json.dumps(
            {
                "anchor": BASE + path,
                "describedby": [{"href": f"{address}{path}.{ending}", "type": kind} for ending, kind in TYPES.items()],
                "alternate": [{"href": f"{address}{path}.{lang}.html", "type": "text/html", "hreflang": [lang]} for lang in ("zh", "en")],
                "license": [{"href": LICENCE}],
            },
            ensure_ascii=False,
        )
        for path in paths
    ]
    return ('{"linkset": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _citation(model: Model) -> str:
    """Return the citation file: the one of the checkout, else the same in short."""
    path = data_root() / "CITATION.cff"
    if path.is_file():
        return read_text(path)
    creator = (model.iris(f"{BASE}ns", "http://purl.org/dc/terms/creator") or [""])[0]
    return (
        f'cff-version: 1.2.0\ntitle: "{_meta(model, "title", "en")}"\nmessage: "If you use cvo, please cite it as below."\n'
        f"type: dataset\nauthors:\n  - name: {model.label(creator, 'en')}\nversion: {version(model)}\nlicense: CC-BY-4.0\nurl: {BASE}\n"
    )


def sitemap(address: str, pages: Iterable[str]) -> bytes:
    """Return the map of *pages*, paths without the ending, each with its other language."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">')
    for path in pages:
        others = "".join(f'<xhtml:link rel="alternate" hreflang="{lang}" href="{address}{path}.{lang}.html"/>' for lang in ("zh", "en"))
        lines += [f"<url><loc>{address}{path}.{lang}.html</loc>{others}</url>" for lang in ("zh", "en")]
    return ("\n".join([*lines, "</urlset>"]) + "\n").encode()
