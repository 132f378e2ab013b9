"""Compact JSON-LD with the project's own context, in which a relation is called what it is called in the ontology."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.terms import CVO, PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TYPE = f"{RDF}type"
_LOCAL = re.compile(r"[A-Za-z]\w*")
SOURCES = {"cvs", "bi-2019"}
"""Prefixes that are left out: they are of some sources only."""
_KEYWORD_LIKE = {"id", "type", "graph", "context"}


def context(quads: Iterable[ox.Quad]) -> dict[str, Any]:
    """Return the context for *quads*: the prefixes, and a name for each relation, with what its values are if they are all alike.

    A name is the last part of the relation's IRI; where two relations share it, one of ours has it, and no name that is a
    prefix is taken.
    """
    kinds: dict[str, set[str]] = {}
    for quad in quads:
        value = quad.object
        kind = "id" if not isinstance(value, ox.Literal) else "lang" if value.language else value.datatype.value
        kinds.setdefault(quad.predicate.value, set()).add(kind)
    names: dict[str, Any] = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in SOURCES}
    for iri in sorted(kinds.keys() - {TYPE}, key=lambda iri: (not iri.startswith(CVO), iri)):
        prefix, local = _split(iri)
        if not prefix or not _LOCAL.fullmatch(local) or local in names or local in _KEYWORD_LIKE:
            continue
        entry: dict[str, str] = {"@id": f"{prefix}:{local}"}
        if kinds[iri] == {"id"}:
            entry["@type"] = "@id"
        elif kinds[iri] == {"lang"}:
            entry["@container"] = "@language"
        elif len(kinds[iri]) == 1 and (kind := next(iter(kinds[iri]))) != f"{XSD}string":
            entry["@type"] = _curie(kind)
        names[local] = entry
    return names


@cache
def _split(iri: str) -> tuple[str, str]:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri != namespace and prefix not in SOURCES:
            return prefix, iri.removeprefix(namespace)
    return "", iri


@cache
def _curie(iri: str) -> str:
    prefix, local = _split(iri)
    return f"{prefix}:{local}" if prefix and local and not local.startswith("//") else iri


class Compactor:
    """Writes statements as compact JSON-LD under *names*, a context, which the document names by *address*."""

    def __init__(self, names: Mapping[str, Any], address: str) -> None:
        """Learn the names of the relations."""
        self.address = address
        self.terms = {
            PREFIXES[entry["@id"].partition(":")[0]] + entry["@id"].partition(":")[2]: (name, entry)
            for name, entry in names.items()
            if isinstance(entry, dict)
        }

    def document(self, triples: Iterable[ox.Triple]) -> str:
        """Return *triples* as a JSON-LD document, things in the order in which they are first spoken of."""
        lines = ",\n".join(json.dumps(thing, ensure_ascii=False) for thing in self.things(triples))  # indented it takes five times as long
        return f'{{"@context": {json.dumps(self.address)}, "@graph": [\n{lines}\n]}}\n'

    def things(self, triples: Iterable[ox.Triple]) -> list[dict[str, Any]]:
        """Return *triples* as one object for each subject."""
        found: dict[str, dict[str, list[Any]]] = {}
        for triple in triples:
            found.setdefault(self._name(triple.subject), {}).setdefault(triple.predicate.value, []).append(triple.object)
        return [{"@id": name, **dict(self._entry(*said) for said in relations.items())} for name, relations in found.items()]

    def _name(self, node: Any) -> str:  # noqa: ANN401 - an IRI or a blank node
        return _curie(node.value) if isinstance(node, ox.NamedNode) else f"_:{node.value}"

    def _entry(self, relation: str, values: list[Any]) -> tuple[str, Any]:
        if relation == TYPE and not any(isinstance(value, ox.Literal) for value in values):
            return "@type", _single([self._name(value) for value in values])
        name, entry = self.terms.get(relation, ("", {}))
        if entry.get("@type") == "@id" and not any(isinstance(value, ox.Literal) for value in values):
            return name, _single([self._name(value) for value in values])
        if entry.get("@container") == "@language" and all(isinstance(value, ox.Literal) and value.language for value in values):
            texts: dict[str, list[str]] = {}
            for value in values:
                texts.setdefault(value.language, []).append(value.value)
            return name, {language: _single(said) for language, said in texts.items()}
        if entry.keys() == {"@id", "@type"} and all(
            isinstance(v, ox.Literal) and not v.language and _curie(v.datatype.value) == entry["@type"] for v in values
        ):
            return name, _single([value.value for value in values])
        if entry.keys() == {"@id"}:
            return name, _single([self._value(value) for value in values])
        return relation if not name else entry["@id"], _single([self._value(value) for value in values])

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - any term in, any JSON out
        if not isinstance(value, ox.Literal):
            return {"@id": self._name(value)}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        kind = value.datatype.value
        return value.value if kind == f"{XSD}string" else {"@value": value.value, "@type": _curie(kind)}


def _single(values: list[Any]) -> Any:  # noqa: ANN401 - JSON
    return values[0] if len(values) == 1 else values
