"""The vocabulary as plain SKOS: a concept scheme for each kind of terms, its concepts, and the matches with other vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.dataset import expand
from cvo.errors import InputError
from cvo.export.reading import parsed
from cvo.export.turtle import Writer
from cvo.files import shipped
from cvo.terms import DCTERMS, OWL, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from cvo.export.reading import Term

_TYPE = f"{RDF}type"
_CONCEPT, _SCHEME = ox.NamedNode(f"{SKOS}Concept"), ox.NamedNode(f"{SKOS}ConceptScheme")
_OTHER_WAY = {"broader": "narrower", "narrower": "broader", "related": "related"}
_OF_CONCEPTS = (
    *(SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel", "notation", "definition", "scopeNote", "example", "note")),
    *(SKOS + name for name in ("historyNote", "changeNote", "editorialNote", "broader", "narrower", "related")),
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "inScheme")),
    *(DCTERMS + name for name in ("source", "created", "modified", "isReplacedBy")),
    f"{OWL}deprecated",
)
_OF_SCHEMES = tuple(DCTERMS + name for name in ("title", "description", "creator", "license", "source"))
_SAID_OTHERWISE = {_TYPE, f"{RDFS}label", f"{RDFS}isDefinedBy", f"{SKOS}topConceptOf"}
"""What the types, ``skos:prefLabel``, ``skos:inScheme`` and the hierarchy say."""
NAMES = {name: PREFIXES[name] for name in ("cvo", "cvt", "dcterms", "owl", "rdf", "skos", "xsd")}
Said = dict[ox.NamedNode, dict[str, dict["Term", None]]]


def triples(names: Sequence[str], left: Counter[str]) -> list[ox.Triple]:
    """Return the vocabulary of the files *names*, or the shipped one with its matches, as SKOS; *left* counts what SKOS cannot say.

    A kind of ours is kept as a second type of its terms.
    Raises: InputError, if there is no scheme in the files; whatever reading them raises.
    """
    paths = expand(list(names)) if names else [*shipped("ontology/vocabulary"), *shipped("ontology/alignments")]
    said: Said = {}
    for quad in (quad for path in paths for quad in parsed(path)):
        if isinstance(quad.subject, ox.NamedNode):
            said.setdefault(quad.subject, {}).setdefault(quad.predicate.value, {})[quad.object] = None
    schemes = sorted((node for node in said if _SCHEME in said[node].get(_TYPE, {})), key=str)
    if not schemes:
        raise InputError(f"there is no skos:ConceptScheme in: {', '.join(names)}", hint="name a file of the vocabulary")
    return list(_Vocabulary(said, schemes).triples(left))


class _Vocabulary:
    """The concepts of *schemes*, with the hierarchy in both directions."""

    def __init__(self, said: Said, schemes: list[ox.NamedNode]) -> None:
        self.said = said
        self.schemes = schemes
        self.homes: dict[ox.NamedNode, list[ox.NamedNode]] = {}
        for node in sorted(said, key=str):
            if homes := [scheme for scheme in schemes if scheme in said[node].get(f"{SKOS}inScheme", {})]:
                self.homes[node] = homes
        for node in self.homes:
            for name, back in _OTHER_WAY.items():
                for other in [*said[node].get(SKOS + name, {})]:
                    if isinstance(other, ox.NamedNode) and other in self.homes:
                        said[other].setdefault(SKOS + back, {})[node] = None

    def triples(self, left: Counter[str]) -> Iterator[ox.Triple]:
        for scheme in self.schemes:
            yield from self._scheme(scheme)
        for node in self.homes:
            yield from self._concept(node, left)
        apart = set(self.said) - set(self.homes) - set(self.schemes)
        left["statements about what is in none of the schemes: matches of classes, labels of other vocabularies"] += sum(
            len(values) for node in apart for values in self.said[node].values()
        )

    def _scheme(self, scheme: ox.NamedNode) -> Iterator[ox.Triple]:
        mine = self.said[scheme]
        yield ox.Triple(scheme, ox.NamedNode(_TYPE), _SCHEME)
        for label in mine.get(f"{SKOS}prefLabel") or mine.get(f"{DCTERMS}title", {}):
            yield ox.Triple(scheme, ox.NamedNode(f"{SKOS}prefLabel"), label)
        yield from (ox.Triple(scheme, ox.NamedNode(relation), value) for relation in _OF_SCHEMES for value in mine.get(relation, {}))
        for node, homes in self.homes.items():
            if scheme in homes and self._is_top(node, scheme):
                yield ox.Triple(scheme, ox.NamedNode(f"{SKOS}hasTopConcept"), node)

    def _is_top(self, node: ox.NamedNode, scheme: ox.NamedNode) -> bool:
        wider = self.said[node].get(f"{SKOS}broader", {})
        return not any(scheme in self.homes.get(other, ()) for other in wider if isinstance(other, ox.NamedNode))

    def _concept(self, node: ox.NamedNode, left: Counter[str]) -> Iterator[ox.Triple]:
        mine = self.said[node]
        for kind in dict.fromkeys((_CONCEPT, *mine.get(_TYPE, {}))):
            yield ox.Triple(node, ox.NamedNode(_TYPE), kind)
        for relation in _OF_CONCEPTS:
            values = mine.get(relation, {})
            both = relation.removeprefix(SKOS) in _OTHER_WAY
            yield from (ox.Triple(node, ox.NamedNode(relation), value) for value in (sorted(values, key=str) if both else values))
        for scheme in self.homes[node]:
            if self._is_top(node, scheme):
                yield ox.Triple(node, ox.NamedNode(f"{SKOS}topConceptOf"), scheme)
        for relation, values in mine.items():
            if relation not in _SAID_OTHERWISE and relation not in _OF_CONCEPTS:
                left[f"{_short(relation)}, which SKOS has no word for"] += len(values)


def _short(relation: str) -> str:
    return Writer(PREFIXES).term(ox.NamedNode(relation))
