"""What the shapes say of themselves: their codes and messages, how many rules they are, which predicates they read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from cvo.terms import CVO, RDF, RDFS, SH
from cvo.tokens import tokens
from cvo.validation import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Self

    from pyoxigraph import Quad

    from cvo.engines.fast import Graph
    from cvo.findings import Texts
    from cvo.tokens import Token

TARGETS = tuple(SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))
ALWAYS_READ = frozenset({f"{RDF}type", f"{RDFS}subClassOf"})
READING = ("path", "equals", "disjoint", "lessThan", "lessThanOrEquals")
DEPTH, LONGEST = 64, 10_000  # of what may be nested, of a list; beyond it something points to itself
SUBJECTS = frozenset({"variable", "iri", "name", "blank", ";", "]", "^", "|"})  # a variable between two of these is a predicate
OBJECTS = frozenset({"variable", "iri", "name", "blank", "string", "true", "false", "[", "(", "-", "+", *"0123456789"})


class Rules:
    """An index over the triples of the shapes graph."""

    def __init__(self, quads: Iterable[Quad] | Graph) -> None:
        """Take the triples of all shapes files; most of the index is made when there is a finding to explain."""
        self._given = quads

    @cached_property
    def graph(self) -> Graph:
        """Return the triples as the fast engine takes them."""
        from cvo.engines.fast import Graph  # noqa: PLC0415  only well-formed files need it

        return self._given if isinstance(self._given, Graph) else Graph(self.quads)

    @cached_property
    def quads(self) -> Sequence[Quad]:
        """Return the triples."""
        from cvo.engines.fast import Graph, quads_of  # noqa: PLC0415

        return list(quads_of(self._given.of) if isinstance(self._given, Graph) else self._given)

    @cached_property
    def _of(self) -> dict[object, dict[str, list[object]]]:
        index: dict[object, dict[str, list[object]]] = {}
        for subject, predicate, value, _ in self.quads:
            index.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
        return index

    @cached_property
    def _users(self) -> dict[object, list[tuple[object, str]]]:
        users: dict[object, list[tuple[object, str]]] = {}
        for subject, predicate, value, _ in self.quads:
            if not isinstance(value, Literal):
                users.setdefault(value, []).append((subject, predicate.value))
        return users

    @classmethod
    def kept(cls, place: Path | None) -> Self | None:
        """Return the rules that are kept at *place*, with all that was worked out from them; None if there are none."""
        if (held := kept.read(place)) is None:
            return None
        from cvo.engines import fast  # noqa: PLC0415

        blocks, reads, count, object_targets, prepared = held
        graph = fast.Graph()
        graph.join(kept.unpacked(blocks))
        rules = cls(graph)
        rules.__dict__.update(reads=reads, count=count, object_targets=object_targets)
        fast.PREPARED.update(prepared)
        return rules

    def keep(self, place: Path | None) -> None:
        """Keep them at *place*, once the fast engine has compiled them."""
        from cvo.engines import fast  # noqa: PLC0415

        kept.write(place, (kept.packed(self.graph.of), self.reads, self.count, self.object_targets, dict(fast.PREPARED)))

    def values(self, node: object, name: str) -> list[object]:
        """Return the values of the SHACL property *name* of *node*."""
        return self._of.get(node, {}).get(SH + name, [])

    def _upwards(self, node: object) -> Iterable[object]:
        """Return *node*, then the shape that uses it, and so on upwards."""
        for _ in range(DEPTH):
            yield node
            users = self._users.get(node, [])
            if isinstance(node, NamedNode):  # a shared shape belongs to its node shape only
                users = [user for user in users if user[1] == f"{SH}property"]
            if not users:
                return
            node = users[0][0]

    def code(self, *nodes: object) -> str:
        """Return the ``cvo:code`` of the first of *nodes* that has one, itself or above it, or the empty string."""
        for node in nodes:
            for shape in self._upwards(node) if node is not None else ():
                for value in self._of.get(shape, {}).get(f"{CVO}code", []):
                    if isinstance(value, Literal):
                        return value.value
        return ""

    def messages(self, *nodes: object) -> Texts:
        """Return the messages of the first of *nodes* that has some, one per language."""
        for node in nodes:
            found = {m.language or "": m.value for m in self.values(node, "message") if isinstance(m, Literal)}
            if found:
                return tuple(sorted(found.items()))
        return ()

    def permitted(self, *nodes: object) -> tuple[str, ...]:
        """Return the properties that the first closed shape of *nodes*, itself or above it, permits."""
        for node in nodes:
            for shape in self._upwards(node) if node is not None else ():
                for head in self.values(shape, "ignoredProperties"):
                    return tuple(iri.value for iri in self._items(head) if isinstance(iri, NamedNode))
        return ()

    def name(self, node: object) -> str:
        """Return the IRI of the shape *node*, or of the nearest one above it that has an IRI."""
        return next((shape.value for shape in self._upwards(node) if isinstance(shape, NamedNode)), "")

    @cached_property
    def count(self) -> int:
        """Return how many rules there are: what node shapes own, what has a code, and node shapes that are a rule themselves."""
        owned = {value for node in self._of for value in self.values(node, "property")}
        queries = {value for node in self._of if node not in owned for value in self.values(node, "sparql")}
        owners = {node for node in self._of if self.values(node, "property") or self.values(node, "sparql")}
        alone = {node for node, about in self._of.items() if f"{CVO}code" in about or any(target in about for target in TARGETS)}
        return len(owned | queries | (alone - owners))

    @cached_property
    def object_targets(self) -> frozenset[str]:
        """Return the predicates whose objects are focus nodes."""
        of = (value for about in self._of.values() for value in about.get(f"{SH}targetObjectsOf", []))
        return frozenset(value.value for value in of if isinstance(value, NamedNode))

    @cached_property
    def reads(self) -> frozenset[str] | None:
        """Return the predicates that the shapes read beyond the focus nodes' own triples; None means: any.

        What a shape reads of its focus node is in the contribution anyway. Beyond it go complex paths, nested shapes,
        SPARQL texts and targets by a property. Too many predicates cost time, too few would be wrong: when in doubt, more.
        """
        found = set(ALWAYS_READ | self.object_targets)
        prefixes = {"rdf": RDF, "rdfs": RDFS, "owl": "http://www.w3.org/2002/07/owl#"}
        for node in self._of:
            for name, namespace in zip(self.values(node, "prefix"), self.values(node, "namespace"), strict=False):
                if isinstance(name, Literal) and isinstance(namespace, Literal):
                    prefixes[name.value] = namespace.value
            beyond = not self._at_focus(node)
            if beyond and self.values(node, "closed"):
                return None
            texts = [
                text.value for query in self.values(node, "sparql") for text in self.values(query, "select") if isinstance(text, Literal)
            ]
            if beyond or any("PATH" in text for text in texts):  # a query may go along $PATH from any node
                found |= {iri for name in READING for value in self.values(node, name) for iri in self._iris(value)}
            else:
                found |= {iri for value in self.values(node, "path") for iri in self._after_first_step(value)}
        for node in self._of:
            for text in (v.value for name in ("select", "ask") for v in self.values(node, name) if isinstance(v, Literal)):
                names = sparql_names(text, prefixes)
                if names is None:
                    return None
                found |= names
        return frozenset(found)

    def _at_focus(self, node: object) -> bool:
        """Return whether the shape *node* is only ever asked of focus nodes: it has a target, or shapes with one own it."""
        users = [user for user in self._users.get(node, []) if user[1] not in (f"{RDFS}subClassOf", *TARGETS)]
        if any(target in self._of[node] for target in TARGETS):
            return not users
        return bool(users) and all(name == f"{SH}property" and self._is_target(owner) for owner, name in users)

    def _is_target(self, node: object) -> bool:
        """Return whether the shape *node* has a target, and nothing else asks it."""
        return not self._users.get(node) and any(target in self._of[node] for target in TARGETS)

    def _after_first_step(self, path: object) -> Iterable[str]:
        """Return the IRIs along which *path* goes on from a node that is not its first."""
        about = self._of.get(path, {})
        if isinstance(path, NamedNode):
            return ()
        if ways := about.get(f"{SH}alternativePath"):
            return [iri for way in self._items(ways[0]) for iri in self._after_first_step(way)]
        return self._iris(path)

    def _items(self, head: object) -> Iterable[object]:
        for _ in range(LONGEST):
            cell = self._of.get(head)
            if cell is None:
                return
            yield from cell.get(f"{RDF}first", [])
            head = next(iter(cell.get(f"{RDF}rest", [])), None)

    def _iris(self, node: object) -> Iterable[str]:
        """Return every IRI of the path *node*."""
        todo, seen = [node], set()
        while todo:
            node = todo.pop()
            if isinstance(node, NamedNode):
                yield node.value
            elif node not in seen:
                seen.add(node)
                todo += [value for values in self._of.get(node, {}).values() for value in values]


def sparql_names(text: str, prefixes: dict[str, str]) -> set[str] | None:
    """Return the IRIs that the query *text* names, or None if a variable may stand for a predicate.

    >>> sparql_names("SELECT $this { $this e:p/e:q ?value }", {"e": "urn:"}) == {"urn:p", "urn:q"}
    True
    >>> sparql_names("SELECT $this { ?s ?p ?o }", {}) is None
    True

    What ``$this`` is asked directly is not among them: that is in the contribution.

    >>> sparql_names("SELECT $this { $this e:p|e:q ?value ; e:r ?x . ?x e:s ?value }", {"e": "urn:"})
    {'urn:s'}
    >>> sparql_names("SELECT $this { $this ?p ?value . ?p e:q e:C }", {"e": "urn:"}) == {"urn:q", "urn:C"}
    True
    """
    found: set[str] = set()
    prefixes = dict(prefixes)
    query = list(tokens(text))
    direct = set(_asked_directly(query))
    body = next((i for i, token in enumerate(query) if token.text == "{"), 0)
    for i, token in enumerate(query):
        if token.kind == "iri" and i not in direct:
            found.add(token.text[1:-1])
        elif token.kind == "name" and i and query[i - 1].says("PREFIX"):
            prefixes[token.text[:-1]] = query[i + 1].text[1:-1]
        elif token.kind == "name" and i not in direct:
            prefix, _, local = token.text.partition(":")
            found.add(prefixes.get(prefix, "") + local)
        elif token.kind == "variable" and body < i < len(query) - 1 and i not in direct:
            before, after = query[i - 1], query[i + 1]
            if (before.kind in SUBJECTS or before.text in SUBJECTS) and (after.kind in OBJECTS or after.text in OBJECTS):
                return None
    return found


def _asked_directly(query: Sequence[Token]) -> Iterator[int]:
    """Return the indices of the predicates in ``$this p|q ?value ; r ?other ; ?any ?thing .``; any other pattern has none."""
    for start, token in enumerate(query):
        if token.text[1:] != "this" or not start or query[start - 1].text not in ("{", "}", "."):
            continue
        after = ";"
        at = start + 1
        while after == ";" and at + 2 < len(query):
            path = []
            while query[at].kind in ("name", "iri") and query[at + 1].text == "|" and at + 4 < len(query):
                path.append(at)
                at += 2
            after = query[at + 2].text
            if query[at].kind not in ("name", "iri", "variable") or query[at + 1].kind != "variable" or after not in (";", ".", "}"):
                break
            yield from (*path, at)
            at += 3
