"""What the pages of a site show, in one language: links, claims, terms, sources and the ontology, ready for the templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape as escaped
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from markupsafe import Markup

from cvo.site.links import Links
from cvo.site.model import BASE, claims_of, kind_of_term, path_of, reading_order
from cvo.terms import CVO, DCTERMS, OA, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator


COMPARED = ("contradicts", "inTensionWith", "agreesWith", "refines", "restates")
VALUES = ("polarity", "modality", "certainty", "basis", "attributionMode", "approximation")
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
_PARTIES = tuple(
    (word, CVO + name)
    for word, name in (("holder", "opinionHolder"), ("addressee", "addressee"), ("stage", "inStage"), ("sector", "inSector"))
)
_TEXTS = tuple(
    (word, CVO + name)
    for word, name in (("value", "rawValue"), ("population", "population"), ("period", "period"), ("event-date", "eventDate"),
                       ("condition", "condition"), ("qualifier", "qualifier"))
)  # fmt: skip
_COMPARED = tuple((name, CVO + name) for name in COMPARED)
_MARKS = tuple((name, CVO + name) for name in VALUES[:5])
_TRIPLE = tuple(CVO + name for name in ("claimSubject", "claimPredicate", "claimObject"))
_ARROW = '<span class="arrow"> → </span>'
_TERM_LINES = {
    f"{RDFS}label", f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{SKOS}definition", f"{SKOS}broader", f"{SKOS}scopeNote", f"{SKOS}related",
    f"{SKOS}editorialNote", f"{SKOS}inScheme", f"{SKOS}topConceptOf", f"{DCTERMS}source", f"{DCTERMS}created", f"{RDFS}isDefinedBy", f"{RDF}type",
    "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status",
}  # fmt: skip


@dataclass
class Views(Links):
    """The model seen in one language; links lead from a folder of the site, one below its top."""

    _articles: dict[str, str] = field(default_factory=dict)

    def article(self, iri: str) -> str:
        """Return the claim *iri* as every page shows it: what it says, then how. Written by hand, for there are very many."""
        found = self._articles.get(iri)
        if found is None:
            found = self._articles[iri] = self._article(iri)
        return found

    def _article(self, iri: str) -> str:
        words, link, lang, separator = self.words, self.link, self.lang, self.separator
        out = self.model.out.get(iri, {})
        source = self.model.one(iri, f"{CVO}statedIn")
        triple = _ARROW.join([link(part.value) for name in _TRIPLE for part in out.get(name, ())[:1] if isinstance(part, ox.NamedNode)])
        facts = []
        for word, name in _PARTIES:
            if name in out and (things := self.links([node.value for node in out[name] if isinstance(node, ox.NamedNode)])):
                facts.append(f"<span><b>{words[word]}</b> {separator.join(things)}</span> ")
        for word, name in _TEXTS:
            if name in out and (texts := self.model.texts(iri, name, lang)):
                facts.append(f"<span><b>{words[word]}</b> {separator.join(map(escaped, texts))}</span> ")
        for name, relation in _MARKS:
            for node in out.get(relation, ()):
                if isinstance(node, ox.NamedNode):
                    value = node.value
                    facts.append(f'<span class="mark {name} {escaped(value.rpartition("#")[2])}">{link(value)}</span> ')
        facts += self._place(out)
        text = (
            f'<p class="statement">{self._head(iri, source)}</p>\n<p class="triple">{triple}</p>\n<p class="facts">{"".join(facts)}</p>\n'
        )
        if compared := "".join(self._compared(iri, source)):
            text += f'<p class="facts">{compared}</p>\n'
        if note := self.model.text(iri, f"{SKOS}editorialNote", lang):
            text += f'<p class="note"><b>{words["note"]}</b> {escaped(note)}</p>\n'
        return text

    def _place(self, out: dict[str, list[Any]]) -> list[str]:
        """Return the section and the places of the passages of a claim of which *out* is said."""
        model, sections, places = self.model, [], []
        for passage in (node.value for node in out.get(f"{CVO}locator", ()) if isinstance(node, ox.NamedNode)):
            sections += model.texts(passage, f"{CVO}section", self.lang)
            positions = model.iris(passage, f"{OA}hasSelector")
            places += [f"{model.one(position, f'{OA}start')}–{model.one(position, f'{OA}end')}" for position in positions]
        shown = []
        if sections and sections[0]:
            shown.append(f"<span><b>{self.words['section']}</b> {escaped(sections[0])}</span> ")
        if places:
            shown.append(f"<span><b>{self.words['place']}</b> {escaped(', '.join(places))}</span>")
        return shown

    def _head(self, iri: str, source: str) -> str:
        key = self.model.one(source, f"{CVO}citeKey") or self.label(source)
        statement = escaped(self.model.text(iri, f"{CVO}statement", self.lang))
        return f'<a class="number" href="{escaped(self.url(iri))}">{escaped(key)} {escaped(iri.partition("#")[2])}</a> {statement}'

    def line(self, iri: str) -> str:
        """Return the claim *iri* in short: its number, which leads to the rest, and its statement."""
        return self._head(iri, self.model.one(iri, f"{CVO}statedIn"))

    def _compared(self, iri: str, source: str) -> Iterator[str]:
        out, into = self.model.out.get(iri, {}), self.model.into.get(iri, ())
        for name, relation in _COMPARED:
            others = set(self.model.iris(iri, relation)) if relation in out else set()
            if into and name not in COMPARED[3:]:
                others |= {subject for said, subject in into if said == relation}
            if others:
                numbers = self.separator.join([self._number(other, source) for other in sorted(others)])
                yield f"<span><b>{escaped(self.label(relation))}</b> {numbers}</span> "

    def _number(self, iri: str, source: str) -> str:
        home, _, anchor = iri.partition("#")
        name = anchor if home == source else f"{home.rpartition('/')[2]} {anchor}"
        return f'<a href="{escaped(self.url(iri))}">{escaped(name)}</a>'

    def term(self, iri: str) -> dict[str, Any]:
        """Return the term *iri* as its page shows it; its claims as IRIs."""
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
        groups = [(key, sorted(found, key=reading_order)) for key, name in ROLES if (found := model.subjects(CVO + name, iri))]
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
            "groups": groups,
            "total": len({claim for _, found in groups for claim in found}),
        }

    def _outside(self, iri: str) -> Markup:
        name = self.model.label(iri, self.lang) if iri in self.model.out else iri
        return Markup('<a href="{}" rel="external">{}</a>').format(iri, name)

    def source(self, iri: str) -> dict[str, Any]:
        """Return the source *iri* as its page shows it; its claims as IRIs, by section."""
        model = self.model
        sections: list[tuple[str, list[str]]] = []
        claims = claims_of(model, iri)
        for claim in claims:
            section = next((s for p in model.iris(claim, f"{CVO}locator") for s in model.texts(p, f"{CVO}section", self.lang)), "")
            if not sections or sections[-1][0] != section:
                sections.append((section, []))
            sections[-1][1].append(claim)
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
            "sections": sections,
            "claims": claims,
        }

    def entity(self, iri: str) -> dict[str, Any]:
        """Return a class, relation or value of the ontology as the reference shows it."""
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
            "claims": len(model.subjects(f"{CVO}claimPredicate", iri)),
            "members": [] if f"{OWL}Class" not in kinds else sorted(model.subjects(f"{RDF}type", iri)),
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
