"""What a file says that concerns the other files of its corpus, as numbers of eight bytes, so that millions fit into little."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from cvo.contribution import RELATIONS
from cvo.engines.fast.nodes import node_of
from cvo.terms import COMPARISONS, CVO, CVT, RDF, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import pyoxigraph as ox

    from cvo.engines.fast.nodes import Node

# What these name stands elsewhere in the world, not in another file.
OUTWARD = frozenset(
    {
        f"{RDF}type",
        "http://purl.org/dc/terms/license",
        "http://purl.org/dc/terms/source",
        "http://www.w3.org/2000/01/rdf-schema#isDefinedBy",
        "http://www.w3.org/2000/01/rdf-schema#seeAlso",
        "http://www.w3.org/2002/07/owl#sameAs",
    }
)
STATEMENT, STATED_IN = f"{CVO}statement", f"{CVO}statedIn"
OPPOSED = f"{CVO}contradicts"
AGREEING = {f"{CVO}{name}": number for number, name in enumerate(("agreesWith", "refines", "restates"), 1)}
PAIRS = {OPPOSED: 0, **AGREEING}
ROOM = 100_000  # names that wait to be described later on in the file


def mark(text: str) -> int:
    """Return the number that stands for *text*, in 64 bits with a sign, as SQLite has them.

    >>> mark("urn:a") == mark("urn:a"), mark("urn:a") == mark("urn:b"), -(2**63) <= mark("风险") < 2**63
    (True, False, True)
    """
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def document(iri: str) -> str:
    """Return the document part of *iri*; nothing, if it has no fragment.

    >>> document("https://e.org/a#c001"), document("https://e.org/a")
    ('https://e.org/a', '')
    """
    before, hash_sign, _ = iri.partition("#")
    return before if hash_sign else ""


@dataclass(frozen=True, slots=True)
class Mentions:
    """What one file says.

    The nodes that it *describes*, the *documents* that these are in, what it only *names* (mark, mark of the document, whether
    it must be described somewhere), the *prints* of its claims, and its *relations* (mark of the pair, which relation).
    """

    describes: array[int]
    documents: array[int]
    names: tuple[tuple[int, int, int], ...]
    prints: array[int]
    relations: tuple[tuple[int, int], ...]


class Gathering:
    """What is gathered from the subjects of a file, each of which comes once."""

    def __init__(self, known: Collection[str], is_described: Callable[[str], bool]) -> None:
        """Leave out what the vocabulary describes already, *known*, and in the end what *is_described* in the file."""
        self.known, self.is_described = known, is_described
        self.described = array("q")
        self.documents: set[int] = set()
        self.named: dict[str, None] = {}
        self.related: dict[str, None] = {}
        self.prints: set[int] = set()
        self.relations: set[tuple[int, int]] = set()
        self.last = 0  # the mark of the subject that came last
        self._document = ""
        self._room = ROOM

    def take(self, subject: str, block: Mapping[str, Sequence[Node]]) -> None:
        """Take what *block* says of *subject*."""
        self.last = mark(subject)
        if not subject.startswith("_:"):
            self._subject(subject, block)
        known, named, text = self.known, self.named, str
        for predicate, values in block.items():
            if predicate not in OUTWARD:
                for value in values:
                    if type(value) is text and value not in named and value not in known:
                        named[value] = None
        if len(named) > self._room:
            self.named = dict.fromkeys(name for name in named if not self.is_described(name))
            self._room = len(self.named) + ROOM

    def _subject(self, subject: str, block: Mapping[str, Sequence[Node]]) -> None:
        if RELATIONS.issuperset(block):  # its own file describes it
            if subject not in self.known:
                self.related[subject] = None
        else:
            self.described.append(self.last)
            home = document(subject)
            if home and home != self._document:
                self._document = home
                self.documents.add(mark(home))
        if STATEMENT in block:
            self.prints.update(fingerprint(source, text) for text in block[STATEMENT] for source in block.get(STATED_IN, ()))
        if not PAIRS.keys().isdisjoint(block):
            self.relations.update(
                (pair(subject, other), number)
                for relation, number in PAIRS.items()
                for other in block.get(relation, ())
                if type(other) is str
            )

    def all(self) -> Mentions:
        """Return what was gathered."""
        own = set(self.described)
        names = sorted(
            (number, mark(document(name)) if "#" in name else 0, int(name.startswith((SOURCE, COMPARISONS))))
            for name in {**self.named, **self.related}
            if not name.startswith(("_:", CVO, CVT)) and (number := mark(name)) not in own
        )
        prints = array("q", sorted(self.prints))
        return Mentions(self.described, array("q", sorted(self.documents)), tuple(names), prints, tuple(sorted(self.relations)))


def fingerprint(source: Node, text: Node) -> int:
    """Return what tells two claims of one *source* with the same *text* from all others."""
    return mark(f"{source}\0{text}")


def pair(one: str, other: str) -> int:
    """Return the mark of two nodes, whichever comes first.

    >>> pair("urn:a", "urn:b") == pair("urn:b", "urn:a")
    True
    """
    return mark("\0".join(sorted((one, other))))


def blocks_of(quads: Iterable[ox.Quad]) -> dict[str, dict[str, list[Node]]]:
    """Return *quads* by subject and property."""
    found: dict[str, dict[str, list[Node]]] = {}
    for subject, predicate, value, _ in quads:
        found.setdefault(node_of(subject), {}).setdefault(predicate.value, []).append(node_of(value))  # type: ignore[arg-type]
    return found
