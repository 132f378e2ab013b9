"""Compact JSON-LD with the project's own context, in which a relation is called what it is called in the ontology."""

from __future__ import annotations

import re
from functools import lru_cache
from json.encoder import encode_basestring as _text
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.terms import CVO, PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TYPE = f"{RDF}type"
_LOCAL = re.compile(r"[A-Za-z]\w*")
SOURCES = {"cvs", "bi-2019"}
"""Prefixes that are left out: they are of some sources only."""
_KNOWN = 100_000  # nodes whose text is kept
_KEYWORD_LIKE = {"id", "type", "graph", "context"}


def kind_of(value: Any) -> str:  # noqa: ANN401 - any term
    """Return what kind of value *value* is: ``id``, ``lang`` for a text in a language, else its datatype."""
    return "id" if not isinstance(value, ox.Literal) else "lang" if value.language else value.datatype.value


def kinds_of(quads: Iterable[ox.Quad]) -> dict[str, set[str]]:
    """Return the kinds of values that each relation has in *quads*, of which a context is made."""
    found: dict[str, set[str]] = {}
    for quad in quads:
        found.setdefault(quad.predicate.value, set()).add(kind_of(quad.object))
    return found


def context(kinds: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return the context for relations with values of *kinds*.

    It has the prefixes, and a name for each relation, with what its values are if they are all alike. A name is the last part of the
    relation's IRI; where two relations share it, one of ours has it, and no name that is a prefix is taken.

    >>> context({f"{CVO}statedIn": {"id"}})["statedIn"]
    {'@id': 'cvo:statedIn', '@type': '@id'}
    """
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


_NAMESPACES = {iri: prefix for prefix, iri in reversed(PREFIXES.items()) if prefix not in SOURCES}
_KNOWN_NAMESPACE = re.compile("|".join(f"{re.escape(iri)}(?=.)" for iri in reversed(_NAMESPACES)), re.DOTALL)


def _split(iri: str) -> tuple[str, str]:
    found = _KNOWN_NAMESPACE.match(iri)
    return (_NAMESPACES[found[0]], iri[found.end() :]) if found else ("", iri)


@lru_cache(_KNOWN)
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
        self._nodes: dict[Any, str] = {}
        self._names: dict[str, str] = {}
        self._plans_of_lines: dict[str, tuple[str, str, str, str]] = {}
        self._plans: dict[ox.NamedNode, tuple[str, str, str, str]] = {}

    def document(self, triples: Iterable[ox.Triple]) -> str:
        """Return *triples* as a JSON-LD document, things in the order in which they are first spoken of."""
        return self.document_of(self.things(triples))

    def document_of(self, things: Iterable[str]) -> str:
        """Return the document of *things*, which are JSON already; each stands on a line."""
        lines = ",\n".join(things)  # indented it takes five times as long
        return f'{{"@context": {_text(self.address)}, "@graph": [\n{lines}\n]}}\n'

    def things(self, triples: Iterable[ox.Triple | ox.Quad]) -> list[str]:
        """Return *triples* as JSON, one object for each subject."""
        found: dict[Any, dict[ox.NamedNode, list[Any]]] = {}
        last: Any = None
        said: dict[ox.NamedNode, list[Any]] = {}
        for triple in triples:
            subject, relation = triple.subject, triple.predicate
            if subject != last:
                said = found.setdefault(subject, {})
                last = subject
            if relation in said:
                said[relation].append(triple.object)
            else:
                said[relation] = [triple.object]
        return [f'{{"@id": {self._name(subject)}, {", ".join(self._entries(relations))}}}' for subject, relations in found.items()]

    def written(self, said: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
        r"""Return what is *said* by subject and relation, each value as N-Triples has it, as JSON: a text is escaped alike in both.

        >>> Compactor(context({f"{CVO}statement": {"lang"}}), "x").written({"<a:b>": {f"<{CVO}statement>": [r'"a \"b\""@en']}})
        ['{"@id": "a:b", "statement": {"en": "a \\"b\\""}}']
        """
        return [
            f'{{"@id": {self._named(subject)}, {", ".join([self._said(relation, values) for relation, values in relations.items()])}}}'
            for subject, relations in said.items()
        ]

    def _said(self, relation: str, values: list[str]) -> str:
        how, key, other, kind = self._plans_of_lines.get(relation) or self._planned(relation)
        if len(values) == 1:
            value = values[0]
            if how == "id" and value[0] != '"':
                return key + (self._names.get(value) or self._named(value))
            if how == "lang" and value[0] == '"' and value[-1] not in '">':
                end = value.rindex('"')
                return f'{key}{{"{value[end + 2 :]}": {value[: end + 1]}}}'
        elif how == "lang" and all(value[0] == '"' and value[-1] not in '">' for value in values):
            texts: dict[str, list[str]] = {}
            for value in values:
                end = value.rindex('"')
                texts.setdefault(value[end + 2 :], []).append(value[: end + 1])
            return f"{key}{{{', '.join([f'{_text(language)}: {_single(those)}' for language, those in texts.items()])}}}"
        elif how == "id" and all(value[0] != '"' for value in values):
            return key + _single([self._named(value) for value in values])
        if how == "typed" and all(value.endswith(kind) for value in values):
            return key + _single([value[: value.rindex('"') + 1] for value in values])
        return other + _single([self._told(value) for value in values])

    def _planned(self, relation: str) -> tuple[str, str, str, str]:
        """Return the plan for *relation* as lines have it; a datatype as the end of a literal of it."""
        how, key, other, kind = self._plan(ox.NamedNode(relation[1:-1]))
        kinds = self.terms.get(relation[1:-1], ("", {}))[1].get("@type", "") if how == "typed" else ""
        prefix, _, local = kinds.partition(":")
        found = how, key, other, f'"^^<{PREFIXES.get(prefix, f"{prefix}:")}{local}>' if how == "typed" else kind
        return self._plans_of_lines.setdefault(relation, found)

    def _named(self, token: str) -> str:
        """Return the IRI or blank node *token* of a line as JSON."""
        text = self._names.get(token)
        if text is None:
            text = _text(_curie(token[1:-1]) if token[0] == "<" else token)
            if len(self._names) < _KNOWN:
                self._names[token] = text
        return text

    def _told(self, value: str) -> str:
        """Return *value* of a line as JSON that says what it is."""
        if value[0] != '"':
            return f'{{"@id": {self._named(value)}}}'
        end = value.rindex('"') + 1
        text, tail = value[:end], value[end:]
        if not tail:
            return text
        if tail[0] == "@":
            return f'{{"@value": {text}, "@language": {_text(tail[1:])}}}'
        return f'{{"@value": {text}, "@type": {_text(_curie(tail[3:-1]))}}}'

    def _entries(self, relations: dict[ox.NamedNode, list[Any]]) -> list[str]:
        """Return what *relations* say as entries of an object; the most usual ones, with one value, without further calls."""
        entries = []
        for relation, values in relations.items():
            how, key, _, _ = self._plans.get(relation) or self._plans.setdefault(relation, self._plan(relation))
            value = values[0]
            if len(values) > 1:
                entries.append(self._entry(relation, values))
            elif not isinstance(value, ox.Literal):
                entries.append(key + (self._nodes.get(value) or self._name(value)) if how == "id" else self._entry(relation, values))
            elif how == "lang" and (language := value.language):
                entries.append(f'{key}{{"{language}": {_text(value.value)}}}')
            else:
                entries.append(self._entry(relation, values))
        return entries

    def _name(self, node: Any) -> str:  # noqa: ANN401 - an IRI or a blank node
        text = self._nodes.get(node)
        if text is None:
            text = _text(_curie(node.value) if isinstance(node, ox.NamedNode) else f"_:{node.value}")
            if len(self._nodes) < _KNOWN:
                self._nodes[node] = text
        return text

    def _plan(self, relation: ox.NamedNode) -> tuple[str, str, str, str]:
        """Return how values of *relation* are told, the key for those that are told so, the key for others, and their datatype."""
        iri = relation.value
        if iri == TYPE:
            return "id", '"@type": ', f"{_text(iri)}: ", ""
        name, entry = self.terms.get(iri, ("", {}))
        if not entry:
            return "", "", f"{_text(iri)}: ", ""
        kind = entry.get("@type", "")
        how = "id" if kind == "@id" else "lang" if "@container" in entry else "typed" if kind else "plain"
        return how, f"{_text(name)}: ", f"{_text(name if how == 'plain' else entry['@id'])}: ", kind

    def _entry(self, relation: ox.NamedNode, values: list[Any]) -> str:
        how, key, other, kind = self._plans[relation]
        if how == "id":
            if not any(isinstance(value, ox.Literal) for value in values):
                return key + _single([self._name(value) for value in values])
        elif how == "lang":
            texts: dict[str, list[str]] = {}
            for value in values:
                language = value.language if isinstance(value, ox.Literal) else None
                if not language:
                    break
                texts.setdefault(language, []).append(_text(value.value))
            else:
                return f"{key}{{{', '.join([f'{_text(language)}: {_single(said)}' for language, said in texts.items()])}}}"
        elif how == "typed" and all(isinstance(v, ox.Literal) and not v.language and _curie(v.datatype.value) == kind for v in values):
            return key + _single([_text(value.value) for value in values])
        return other + _single([self._value(value) for value in values])

    def _value(self, value: Any) -> str:  # noqa: ANN401 - any term
        if not isinstance(value, ox.Literal):
            return f'{{"@id": {self._name(value)}}}'
        if value.language:
            return f'{{"@value": {_text(value.value)}, "@language": {_text(value.language)}}}'
        kind = value.datatype.value
        text = _text(value.value)
        return text if kind == f"{XSD}string" else f'{{"@value": {text}, "@type": {_text(_curie(kind))}}}'


def _single(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]"
