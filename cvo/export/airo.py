"""What can be said of the claims in AIRO, the AI Risk Ontology, by the matches in ``ontology/alignments``; no IRI stands here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.export.reading import known, parsed
from cvo.files import shipped
from cvo.terms import DCTERMS, OWL, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cvo.dataset import Dataset

AIRO = "https://w3id.org/airo#"
NAMES = {**{name: PREFIXES[name] for name in ("cvt", "dcterms", "owl", "rdf", "rdfs")}, "airo": AIRO}
_WIDER = ("exactMatch", "closeMatch", "broadMatch")
"""By these a thing of ours is one of theirs; a narrower or related concept says nothing about it."""
_MADE = frozenset({"AISystem", "AIModel", "GPAIModel"})
_ENDS: Mapping[str, tuple[frozenset[str] | None, frozenset[str] | None]] = {
    "hasRisk": (None, frozenset({"Risk", "Misuse"})),
    "isRiskSourceFor": (None, frozenset({"Risk", "Misuse"})),
    "mitigatesRiskConcept": (frozenset({"RiskControl"}), frozenset({"Risk", "Misuse", "Consequence"})),
    "usesTechnique": (_MADE, frozenset({"AITechnique"})),
    "isDevelopedBy": (_MADE, frozenset({"AIDeveloper", "Stakeholder"})),
    "isAppliedWithinDomain": (_MADE, frozenset({"Domain"})),
    "hasCapability": (_MADE, frozenset({"AICapability"})),
    "hasImpactOnStakeholder": (frozenset({"Impact"}), frozenset({"Stakeholder", "AISubject", "AIUser", "AIDeveloper"})),
}
"""What AIRO infers of the two ends of a relation (``rdfs:domain`` and ``rdfs:range`` in its file, at the commit that
``ontology/alignments/targets/airo.tsv`` names), so that nothing is said from which AIRO would infer what no claim holds. None: anything
can stand there. A domain of components and systems is met by what is matched with an AI system or model, a kind of component."""


@dataclass(slots=True)
class Airo:
    """The claims of *data* that a view takes at their word, with the *sources* wanted, in AIRO's words; *left* counts what has none."""

    data: Dataset
    sources: Sequence[str] = ()
    left: Counter[str] = field(default_factory=Counter)
    _kinds: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    _matches: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def triples(self, views: Sequence[str]) -> list[ox.Triple]:
        """Return the statements of *views* in AIRO's words: what each term is, its labels, the relations, and which claims make them.

        Raises: QuestionError, if there is no such view or source.
        """
        from cvo.reason.views import find_all, sources  # noqa: PLC0415 - it is no part of the other exports

        facts: dict[tuple[str, str, str], set[str]] = {}
        for view in find_all(views, self.data):
            for fact, claims in view.project(self.data).items():
                facts.setdefault(fact, set()).update(claims)
        if self.sources:
            wanted = {known(key, sources(self.data)) for key in self.sources}
            facts = {fact: mine for fact, claims in facts.items() if (mine := {c for c in claims if _key(c) in wanted})}
        self._look_up()
        said = {}
        for fact in sorted(facts):
            relations = self._relations(fact)
            for relation in relations:
                said[fact[0], relation, fact[2]] = sorted(facts[fact])
        self._count_others(views, facts)
        return [*self._terms(facts, said), *_relations(said)]

    def _look_up(self) -> None:
        for quad in (quad for path in shipped("ontology/alignments", "to-airo.ttl") for quad in parsed(path)):
            name = quad.predicate.value.removeprefix(SKOS)
            if name.endswith("Match") and quad.object.value.startswith(AIRO):  # type: ignore[union-attr]  # a match is a thing
                self._matches.setdefault(quad.subject.value, {}).setdefault(name, set()).add(quad.object.value.removeprefix(AIRO))  # type: ignore[union-attr]  # the same
        for row in self.data.query(
            "SELECT ?x ?kind ?wider { ?x a ?kind . ?kind rdfs:subClassOf* ?wider FILTER(STRSTARTS(STR(?kind), STR(cvo:))) }"
        ):
            self._kinds.setdefault(row["x"], {}).setdefault(row["wider"], set())

    def _is(self, iri: str, matches: Sequence[str] = _WIDER) -> set[str]:
        """Return which classes of AIRO the term *iri* belongs to, by its own match and by those of its kinds."""
        about = [iri, *self._kinds.get(iri, ())]
        return {name for thing in about for match in matches for name in self._matches.get(thing, {}).get(match, ())}

    def _relations(self, fact: tuple[str, str, str]) -> list[str]:
        """Return the relations of AIRO that say *fact*; count it, with the reason, if there are none."""
        subject, relation, other = fact
        found = sorted({name for match in _WIDER for name in self._matches.get(relation, {}).get(match, ())})
        if not found:
            self.left["statements whose relation has no match in AIRO"] += 1
            return []
        fitting = []
        for name in found:
            domain, range_ = _ENDS.get(name, (frozenset[str](), None))
            ends = ((subject, domain, "subject"), (other, range_, "object"))
            wrong = next(
                (end for iri, allowed, end in ends if allowed is not None and not self._is(iri, (*_WIDER, "narrowMatch")) & allowed), ""
            )
            if wrong:
                self.left[f"statements that airo:{name} cannot say: AIRO would infer of the {wrong} what it is not"] += 1
            else:
                fitting.append(f"{AIRO}{name}")
        return fitting

    def _terms(self, facts: Mapping[tuple[str, str, str], object], said: Mapping[tuple[str, str, str], object]) -> Iterator[ox.Triple]:
        """Give what each term is that a fact speaks of, if AIRO has a class for it, or if a relation needs its name."""
        named = {iri for subject, _, other in said for iri in (subject, other)}
        spoken = {iri for subject, _, other in facts for iri in (subject, other)}
        labels: dict[str, list[ox.Literal]] = {}
        for row in self.data.query("SELECT ?x ?label { ?x skos:inScheme ?s ; rdfs:label ?label } ORDER BY ?x DESC(LANG(?label))").rows:
            labels.setdefault(row[0].value, []).append(row[1])  # type: ignore[union-attr,arg-type]  # an IRI and a literal
        for iri in sorted(spoken):
            classes = sorted(self._is(iri))
            if not classes and iri not in named:
                self.left["terms whose kind has no match in AIRO"] += 1
                continue
            node = ox.NamedNode(iri)
            yield from (ox.Triple(node, ox.NamedNode(f"{RDF}type"), ox.NamedNode(AIRO + name)) for name in classes)
            yield from (ox.Triple(node, ox.NamedNode(f"{RDFS}label"), label) for label in labels.get(iri, ()))

    def _count_others(self, views: Sequence[str], facts: Mapping[tuple[str, str, str], set[str]]) -> None:
        counted = {claim for claims in facts.values() for claim in claims}
        every = {row["claim"] for row in self.data.query("SELECT ?claim { ?claim cvo:claimPredicate ?p }")}
        if self.sources:
            every = {claim for claim in every if _key(claim) in set(self.sources)}
        self.left[f"claims that the view does not take at their word: {', '.join(views)}"] += len(every - counted)


def _key(claim: str) -> str:
    return claim.partition("#")[0].rpartition("/")[2]


def _relations(said: Mapping[tuple[str, str, str], Sequence[str]]) -> Iterator[ox.Triple]:
    """Give the statements, each annotated, as OWL 2 does it, with the claims that make it."""
    for subject, relation, other in said:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(relation), ox.NamedNode(other))
    for number, ((subject, relation, other), claims) in enumerate(said.items(), start=1):
        axiom = ox.BlankNode(f"a{number}")
        yield ox.Triple(axiom, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{OWL}Axiom"))
        for name, iri in (("annotatedSource", subject), ("annotatedProperty", relation), ("annotatedTarget", other)):
            yield ox.Triple(axiom, ox.NamedNode(OWL + name), ox.NamedNode(iri))
        yield from (ox.Triple(axiom, ox.NamedNode(f"{DCTERMS}source"), ox.NamedNode(claim)) for claim in claims)
