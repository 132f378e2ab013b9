"""What the pages of a site show, in one language: links, claims, terms, sources and the ontology, ready for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from cvo.site.links import Links
from cvo.site.model import BASE, kind_of_term, path_of
from cvo.terms import CVO, DCTERMS, OWL, RDF, RDFS, SKOS

ROLES = (
    ("as-subject", "claimSubject"),
    ("as-object", "claimObject"),
    ("as-stage", "inStage"),
    ("as-sector", "inSector"),
    ("as-holder", "opinionHolder"),
    ("as-addressee", "addressee"),
)
CHARACTER = (
    ("symmetric", f"{OWL}SymmetricProperty"),
    ("asymmetric", f"{OWL}AsymmetricProperty"),
    ("transitive", f"{OWL}TransitiveProperty"),
    ("functional", f"{OWL}FunctionalProperty"),
    ("inverse-functional", f"{OWL}InverseFunctionalProperty"),
    ("irreflexive", f"{OWL}IrreflexiveProperty"),
    ("claim-relation", f"{CVO}DomainRelation"),
)
_TERM_LINES = {
    f"{RDFS}label", f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{SKOS}definition", f"{SKOS}broader", f"{SKOS}scopeNote", f"{SKOS}related",
    f"{SKOS}editorialNote", f"{SKOS}inScheme", f"{SKOS}topConceptOf", f"{DCTERMS}source", f"{DCTERMS}created", f"{RDFS}isDefinedBy", f"{RDF}type",
    "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status",
}  # fmt: skip


@dataclass
class Views(Links):
    """The model seen in one language; links lead from a folder of the site, one below its top."""

    def term(self, iri: str) -> dict[str, Any]:
        """Return the term *iri* as its page shows it, without the claims that speak of it."""
        model, other = self.model, "en" if self.lang == "zh" else "zh"
        out = model.out.get(iri, {})
        matches: list[tuple[str, list[Markup]]] = []
        stages: list[tuple[str, list[Markup]]] = []
        more = []
        for relation in sorted(out):
            if relation in _TERM_LINES:
                continue
            if relation.startswith(SKOS) and relation.endswith("Match"):
                found = model.iris(iri, relation)
                ours = [value for value in found if value.startswith(BASE)]
                if ours:
                    stages.append((self.label(relation), self.links(ours)))
                if others := [value for value in found if not value.startswith(BASE)]:
                    matches.append((self.label(relation), [self._outside(value) for value in sorted(others)]))
                continue
            shown = [
                self.value(node) for node in out[relation] if not isinstance(node, ox.Literal) or (node.language or self.lang) == self.lang
            ]
            if shown:
                more.append((self.link(relation), shown))
        back: dict[str, list[str]] = {}
        roles = {CVO + name for _, name in ROLES} | {f"{SKOS}broader", f"{RDF}type", f"{DCTERMS}creator", f"{RDFS}isDefinedBy"}
        for relation, subject in model.into.get(iri, ()):
            if relation not in roles and path_of(subject).startswith("term/"):
                back.setdefault(relation, []).append(subject)
        return {
            "iri": iri,
            "label": self.label(iri),
            "other": model.label(iri, other),
            "other_lang": other,
            "definition": model.text(iri, f"{SKOS}definition", self.lang),
            "scope": model.texts(iri, f"{SKOS}scopeNote", self.lang),
            "note": model.texts(iri, f"{SKOS}editorialNote", self.lang),
            "synonyms": model.texts(iri, f"{SKOS}altLabel", self.lang),
            "synonyms_other": model.texts(iri, f"{SKOS}altLabel", other),
            "kind": self.link(kind) if (kind := kind_of_term(model, iri)) else "",
            "schemes": self.links(model.iris(iri, f"{SKOS}inScheme")),
            "wider": self.links(model.iris(iri, f"{SKOS}broader")),
            "narrower": self.links(model.subjects(f"{SKOS}broader", iri)),
            "related": self.links(model.iris(iri, f"{SKOS}related")),
            "sources": self.links(model.iris(iri, f"{DCTERMS}source")),
            "works": self.links(model.subjects(f"{DCTERMS}creator", iri)),
            "status": model.one(iri, "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"),
            "matches": matches,
            "stages": stages,
            "more": more,
            "back": [(self.link(relation), self.links(found)) for relation, found in sorted(back.items())],
        }

    def _outside(self, iri: str) -> Markup:
        name = self.model.label(iri, self.lang) if iri in self.model.out else iri
        return Markup('<a href="{}" rel="external">{}</a>').format(iri, name)

    def source(self, iri: str) -> dict[str, Any]:
        """Return the source *iri* as its page shows it, without its claims."""
        model = self.model
        chains = [
            (self.link(chain), self.ordered(model.iris(chain, f"{CVO}hasStage")))
            for chain in sorted(model.subjects(f"{DCTERMS}source", iri))
            if f"{CVO}StageChain" in model.iris(chain, f"{RDF}type")
        ]
        return {
            "iri": iri,
            "key": model.one(iri, f"{CVO}citeKey"),
            "label": model.text(iri, f"{DCTERMS}title", self.lang) or self.label(iri),
            "other": model.text(iri, f"{DCTERMS}title", "en" if self.lang == "zh" else "zh"),
            "other_lang": "en" if self.lang == "zh" else "zh",
            "authors": [self.link(value) for value in model.iris(iri, f"{DCTERMS}creator")],
            "issued": model.one(iri, f"{DCTERMS}issued"),
            "number": model.one(iri, f"{DCTERMS}identifier"),
            "citation": model.text(iri, f"{DCTERMS}bibliographicCitation", self.lang),
            "texts": [
                (
                    e.partition("#")[2],
                    " · ".join(filter(None, (self.label(e), model.one(e, f"{DCTERMS}language"), model.one(e, f"{DCTERMS}identifier")))),
                )
                for e in model.iris(iri, f"{CVO}hasExpression")
            ],
            "chains": chains,
        }

    def entity(self, iri: str, used: int) -> dict[str, Any]:
        """Return a class, relation or value of the ontology as the reference shows it; *used* claims use it."""
        model = self.model
        chains = [
            [self.link(step) for step in steps] for node in model.values(iri, f"{OWL}propertyChainAxiom") if (steps := self._items(node))
        ]
        kinds = model.iris(iri, f"{RDF}type")
        return {
            "id": iri.rpartition("#")[2],
            "iri": iri,
            "label": self.label(iri),
            "other": model.label(iri, "en" if self.lang == "zh" else "zh"),
            "other_lang": "en" if self.lang == "zh" else "zh",
            "definition": model.text(iri, f"{SKOS}definition", self.lang),
            "scope": model.texts(iri, f"{SKOS}scopeNote", self.lang),
            "lines": [
                (word, shown)
                for word, shown in (
                    ("super", self.links(x for x in model.iris(iri, f"{RDFS}subClassOf"))),
                    ("sub", self.links(model.subjects(f"{RDFS}subClassOf", iri))),
                    ("super-relation", self.links(model.iris(iri, f"{RDFS}subPropertyOf"))),
                    ("domain", self.links(model.iris(iri, f"{RDFS}domain"))),
                    ("range", self.links(model.iris(iri, f"{RDFS}range"))),
                    ("inverse", self.links({*model.iris(iri, f"{OWL}inverseOf"), *model.subjects(f"{OWL}inverseOf", iri)})),
                    (
                        "disjoint",
                        self.links(
                            {
                                *model.iris(iri, f"{OWL}disjointWith"),
                                *model.subjects(f"{OWL}disjointWith", iri),
                                *model.iris(iri, f"{OWL}propertyDisjointWith"),
                                *model.subjects(f"{OWL}propertyDisjointWith", iri),
                            }
                        ),
                    ),
                    ("kind", [self.link(kind) for kind in kinds if kind.startswith(CVO) and not kind.endswith("#DomainRelation")]),
                    (
                        "matches",
                        [self._outside(v) for r in sorted(model.out.get(iri, {})) if r.endswith("Match") for v in model.iris(iri, r)],
                    ),
                    ("part-of", self.links(model.iris(iri, f"{RDFS}isDefinedBy"))),
                )
                if shown
            ],
            "chains": chains,
            "character": [self.words[word] for word, kind in CHARACTER if kind in kinds],
            "claims": used,
        }

    def _items(self, node: Any) -> list[str]:  # noqa: ANN401 - the head of a list
        items = []
        seen = set()
        while isinstance(node, ox.BlankNode) and node.value not in seen:
            seen.add(node.value)
            key = f"_:{node.value}"
            items += [first.value for first in self.model.values(key, f"{RDF}first") if isinstance(first, ox.NamedNode)]
            node = next(iter(self.model.values(key, f"{RDF}rest")), None)
        return items

    def tree(self, scheme: str) -> list[tuple[int, str]]:
        """Return the terms of *scheme*, each with its depth below the widest; one with several wider terms stands under each."""
        members = set(self.model.subjects(f"{SKOS}inScheme", scheme))
        below: dict[str, list[str]] = {}
        tops = []
        for term in sorted(members, key=lambda iri: (self.label(iri).casefold(), iri)):
            wider = [w for w in self.model.iris(term, f"{SKOS}broader") if w in members]
            for w in wider:
                below.setdefault(w, []).append(term)
            if not wider:
                tops.append(term)
        lines: list[tuple[int, str]] = []

        def walk(term: str, above: tuple[str, ...]) -> None:
            lines.append((len(above), term))
            for narrower in below.get(term, ()):
                if narrower not in above and narrower != term:
                    walk(narrower, (*above, term))

        for top in tops:
            walk(top, ())
        shown = {term for _, term in lines}
        return lines + [(0, term) for term in sorted(members - shown)]  # those of a circle
