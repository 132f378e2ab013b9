"""The prefixes that the project knows without being told, and the IRIs that Python names."""

from __future__ import annotations

CVO = "https://w3id.org/cvo/ns#"
CVT = "https://w3id.org/cvo/term/"
SOURCE = "https://w3id.org/cvo/source/"
COMPARISONS = "https://w3id.org/cvo/comparisons"  # what compares claims across sources belongs to none of them
SHAPE = "https://w3id.org/cvo/shapes#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OA = "http://www.w3.org/ns/oa#"
DCTERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: dict[str, str] = {
    "cvo": CVO,
    "cvt": CVT,
    "cvs": SOURCE,
    "bi-2019": f"{SOURCE}bi-2019#",
    "dcterms": "http://purl.org/dc/terms/",
    "oa": OA,
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
    "unit": "http://qudt.org/vocab/unit/",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": XSD,
}
