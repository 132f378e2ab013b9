"""The OWL 2 RL axioms of the ontology read as rules: when these statements hold, so does that one.

Which axioms are read, and with which names, follows the tables of OWL 2 RL/RDF (W3C, OWL 2 Profiles, 4.3). An axiom that this
file cannot read is reported in *unread*, never passed over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.terms import PREFIXES, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Fact: TypeAlias = tuple[str, str, str]
"""A statement about named things, or a pattern of one: what begins with ``?`` is a variable."""

OWL = PREFIXES["owl"]
TYPE = f"{RDF}type"
THING, NOTHING = f"{OWL}Thing", f"{OWL}Nothing"


@dataclass(frozen=True, order=True, slots=True)
class Rule:
    """Where all of *body* holds, *head* does, by an axiom of the *kind*; without a head, *body* is a clash."""

    kind: str
    body: tuple[Fact, ...]
    head: Fact | None = None


@dataclass(frozen=True, slots=True)
class Axioms:
    """What an ontology says of its classes and relations, as rules; *different* are pairs of names for two things.

    *relations* are the object properties and *classes* the named classes, for they are what facts are made of.
    """

    rules: tuple[Rule, ...]
    clashes: tuple[Rule, ...]
    different: frozenset[tuple[str, str]]
    functional: frozenset[str]
    relations: frozenset[str]
    classes: frozenset[str]
    unread: tuple[str, ...]


@dataclass(slots=True)
class _Reader:
    """The statements of an ontology by subject, and the rules read from them so far."""

    about: dict[str, dict[str, list[str]]]
    rules: list[Rule] = field(default_factory=list)
    clashes: list[Rule] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def items(self, head: str) -> list[str]:
        """Return the members of the RDF list that starts at *head*."""
        found = []
        while head != f"{RDF}nil":
            node = self.about[head]
            found += node[f"{RDF}first"]
            (head,) = node[f"{RDF}rest"]
        return found

    def one(self, node: str, name: str) -> str | None:
        """Return what *node* has as its OWL property *name*."""
        values = self.about.get(node, {}).get(OWL + name)
        return values[0] if values else None

    def below(self, node: str, thing: str, depth: int = 0) -> list[tuple[Fact, ...]]:
        """Return the ways in which *thing* can be known to be in the class *node*: each a list of patterns."""
        if (members := self.one(node, "intersectionOf")) is not None:
            ways: list[tuple[Fact, ...]] = [()]
            for member in self.items(members):
                ways = [(*way, *more) for way in ways for more in self.below(member, thing, depth)]
            return ways
        if (members := self.one(node, "unionOf")) is not None:
            return [way for member in self.items(members) for way in self.below(member, thing, depth)]
        relation = self.one(node, "onProperty")
        if relation is not None and (value := self.one(node, "hasValue")) is not None:
            return [((thing, relation, value),)]
        if relation is not None and (kind := self.one(node, "someValuesFrom")) is not None:
            other = f"?y{depth}"
            inner = [()] if kind == THING else self.below(kind, other, depth + 1)
            return [((thing, relation, other), *way) for way in inner]
        if _is_name(node):
            return [((thing, TYPE, node),)]
        self.unread.append(f"class expression below: {node}")
        return []

    def above(self, kind: str, body: tuple[Fact, ...], node: str, thing: str = "?x") -> None:
        """Add the rules by which *thing* is in the class *node* wherever *body* holds."""
        if (members := self.one(node, "intersectionOf")) is not None:
            for member in self.items(members):
                self.above(kind, body, member, thing)
            return
        relation = self.one(node, "onProperty")
        if relation is not None and (value := self.one(node, "hasValue")) is not None:
            self.rules.append(Rule(kind, body, (thing, relation, value)))
        elif relation is not None and (every := self.one(node, "allValuesFrom")) is not None:
            self.above(kind, (*body, (thing, relation, "?v")), every, "?v")
        elif (other := self.one(node, "complementOf")) is not None:
            self.clashes += [Rule("disjoint", (*body, *way)) for way in self.below(other, thing)]
        elif node == NOTHING:
            self.clashes.append(Rule("nothing", body))
        elif node == THING:
            pass
        elif _is_name(node):
            self.rules.append(Rule(kind, body, (thing, TYPE, node)))
        else:
            self.unread.append(f"class expression above: {node}")


def read(triples: Iterable[ox.Triple | ox.Quad]) -> Axioms:
    """Return the axioms in *triples*, an ontology's.

    >>> text = "@prefix owl: <http://www.w3.org/2002/07/owl#> . <urn:p> a owl:SymmetricProperty ."
    >>> read(ox.parse(text, format=ox.RdfFormat.TURTLE)).rules
    (Rule(kind='symmetric', body=(('?x', 'urn:p', '?y'),), head=('?y', 'urn:p', '?x')),)
    """
    about: dict[str, dict[str, list[str]]] = {}
    for triple in triples:
        if not isinstance(triple.object, (ox.NamedNode, ox.BlankNode)) or isinstance(triple.subject, ox.Triple):
            continue
        node = about.setdefault(_text(triple.subject), {})
        node.setdefault(triple.predicate.value, []).append(_text(triple.object))
    reader = _Reader(about)
    different: set[tuple[str, str]] = set()
    functional, relations, classes = set(), set(), set()
    for subject, said in about.items():
        types = set(said.get(TYPE, ()))
        if f"{OWL}FunctionalProperty" in types:
            functional.add(subject)
        if types & _PROPERTIES:
            relations.add(subject)
        if f"{OWL}Class" in types and _is_name(subject):
            classes.add(subject)
        for pair in _different(reader, types, said):
            different |= {pair, pair[::-1]}
        reader.unread += [f"{_short(kind)}: {subject}" for kind in types & _UNREAD]
        if f"{OWL}DatatypeProperty" not in types:
            _relation(reader, subject, said)
            _characteristics(reader, subject, types)
        _class(reader, subject, types, said)
    functional &= relations
    return Axioms(
        _sorted(reader.rules),
        _sorted(reader.clashes),
        frozenset(different),
        frozenset(functional),
        frozenset(relations),
        frozenset(classes),
        tuple(sorted(reader.unread)),
    )


_PROPERTIES = {OWL + name for name in ("ObjectProperty", "SymmetricProperty", "TransitiveProperty", "InverseFunctionalProperty")}
_UNREAD = {OWL + name for name in ("InverseFunctionalProperty", "AsymmetricProperty", "ReflexiveProperty", "NegativePropertyAssertion")}


def _different(reader: _Reader, types: set[str], said: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    if f"{OWL}AllDifferent" in types:
        for head in (*said.get(f"{OWL}distinctMembers", ()), *said.get(f"{OWL}members", ())):
            yield from combinations(reader.items(head), 2)


def _relation(reader: _Reader, name: str, said: dict[str, list[str]]) -> None:
    """Add what is said of the relation *name*."""
    forth, back = ("?x", name, "?y"), ("?y", name, "?x")
    add = reader.rules.append
    for wider in said.get(f"{RDFS}subPropertyOf", ()):
        add(Rule("subproperty", (forth,), ("?x", wider, "?y")))
    for other in said.get(f"{OWL}equivalentProperty", ()):
        add(Rule("subproperty", (forth,), ("?x", other, "?y")))
        add(Rule("subproperty", (("?x", other, "?y"),), forth))
    for other in said.get(f"{OWL}inverseOf", ()):
        add(Rule("inverse", (forth,), ("?y", other, "?x")))
        add(Rule("inverse", (("?x", other, "?y"),), back))
    for head in said.get(f"{OWL}propertyChainAxiom", ()):
        links = reader.items(head)
        body = tuple((f"?c{i}", link, f"?c{i + 1}") for i, link in enumerate(links))
        add(Rule("chain", body, ("?c0", name, f"?c{len(links)}")))
    for kind in said.get(f"{RDFS}domain", ()):
        reader.above("domain", (forth,), kind)
    for kind in said.get(f"{RDFS}range", ()):
        if not kind.startswith(PREFIXES["xsd"]):
            reader.above("range", (forth,), kind, "?y")
    for other in said.get(f"{OWL}propertyDisjointWith", ()):
        reader.clashes.append(Rule("disjoint-relations", (forth, ("?x", other, "?y"))))


def _characteristics(reader: _Reader, name: str, types: set[str]) -> None:
    """Add what follows from the relation *name* being symmetric, transitive or irreflexive."""
    forth = ("?x", name, "?y")
    if f"{OWL}SymmetricProperty" in types:
        reader.rules.append(Rule("symmetric", (forth,), ("?y", name, "?x")))
    if f"{OWL}TransitiveProperty" in types:
        reader.rules.append(Rule("transitive", (forth, ("?y", name, "?z")), ("?x", name, "?z")))
    if f"{OWL}IrreflexiveProperty" in types:
        reader.clashes.append(Rule("irreflexive", (("?x", name, "?x"),)))


def _class(reader: _Reader, name: str, types: set[str], said: dict[str, list[str]]) -> None:
    """Add what is said of the class *name*, which may be an expression."""
    for wider in said.get(f"{RDFS}subClassOf", ()):
        for way in reader.below(name, "?x"):
            reader.above("subclass", way, wider)
    for same in said.get(f"{OWL}equivalentClass", ()):
        for one, other in ((name, same), (same, name)):
            for way in reader.below(one, "?x"):
                reader.above("definition", way, other)
    apart = [(name, other) for other in said.get(f"{OWL}disjointWith", ())]
    if f"{OWL}AllDisjointClasses" in types:
        apart += [pair for head in said[f"{OWL}members"] for pair in combinations(reader.items(head), 2)]
    for one, other in apart:
        reader.clashes += [
            Rule("disjoint", (*way, *rest)) for way in reader.below(one, "?x") for rest in reader.below(other, "?x", depth=10)
        ]


def _is_name(node: str) -> bool:
    return not node.startswith("_:")


def _text(node: ox.NamedNode | ox.BlankNode) -> str:
    return node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"


def _short(iri: str) -> str:
    return iri.rpartition("#")[2]


def _sorted(rules: list[Rule]) -> tuple[Rule, ...]:
    """Return *rules* once each, in an order that the order of the statements does not change; none that only repeats its body."""
    return tuple(sorted({rule for rule in rules if rule.head not in rule.body}, key=lambda rule: (rule.kind, rule.body, rule.head or ())))
