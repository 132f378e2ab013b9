"""What follows from views: the statements that claims make, with the vocabulary and the axioms, closed by one of four engines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import __version__
from cvo.dataset import Derived
from cvo.errors import EngineError
from cvo.files import shipped
from cvo.reason import views
from cvo.reason.axioms import TYPE, Axioms, Fact, read
from cvo.reason.entailment import Closure, Step, clashes, close, smallest
from cvo.terms import CVO, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cvo.dataset import Dataset

VIEW = "https://w3id.org/cvo/view/"
ENGINES = ("rules", "hermit", "pellet", "owlrl")
SHOWN = 10  # clashes; more of them have few causes


@dataclass(frozen=True, slots=True)
class Premises:
    """What is reasoned from: *stated* by the vocabulary, *projected* from claims (with the claims), and the *axioms*."""

    views: tuple[views.View, ...]
    axioms: Axioms
    stated: frozenset[Fact]
    projected: dict[Fact, tuple[str, ...]]

    @property
    def facts(self) -> frozenset[Fact]:
        """Return all given facts that can be reasoned from; a relation that the ontology does not know leads nowhere."""
        return self.stated | {fact for fact in self.projected if fact[1] in self.axioms.relations}

    @property
    def nearby(self) -> frozenset[Fact]:
        """Return the given facts without what the vocabulary says of terms that no claim leads to: slow engines are spared it.

        From a term the way leads to what it is related to, and back, but not from a wider term down to all its kinds.
        """
        beside: dict[str, set[str]] = {}
        for subject, relation, other in self.stated:
            if relation != TYPE:
                beside.setdefault(subject, set()).add(other)
                if relation != f"{SKOS}broader":
                    beside.setdefault(other, set()).add(subject)
        made = self.facts - self.stated
        terms = {name for subject, _, other in made for name in (subject, other)}
        left = list(terms)
        while left:
            new = beside.get(left.pop(), set()) - terms
            terms |= new
            left += new
        return made | {fact for fact in self.stated if fact[0] in terms}

    def closure(self) -> Closure:
        """Return what follows by the rules of this program."""
        return close(self.facts, self.axioms.rules)

    def clashes(self, closure: Closure) -> list[tuple[Step, tuple[Fact, ...]]]:
        """Return what cannot be true together, each with a smallest set of given facts that it follows from."""
        found: dict[tuple[Fact, ...], Step] = {}
        for step in clashes(closure, self.axioms):
            found.setdefault(smallest(step, closure, self.axioms), step)
            if len(found) == SHOWN:
                break
        return [(step, facts) for facts, step in found.items()]

    def news(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return those of *facts* that hang on a claim: neither given, nor following from the vocabulary alone; sorted."""
        alone = close(self.stated, self.axioms.rules)
        return sorted(fact for fact in set(facts) - self.facts if fact not in alone)


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What *engine* concluded of views: the inferred *facts* that hang on a claim, or the clashes of an inconsistent view.

    *why* are axioms in the words of the engine, where it saw a clash that the rules of this program do not see. *unproved* is
    what the engine says and the rules do not: Pellet follows a chain inside a chain where none is.
    """

    engine: str
    premises: Premises
    consistent: bool
    facts: tuple[Fact, ...] = ()
    clashes: tuple[tuple[Step, tuple[Fact, ...]], ...] = ()
    why: tuple[str, ...] = ()
    unproved: tuple[Fact, ...] = ()


@cache
def tbox() -> tuple[ox.Quad, ...]:
    """Return the statements of the modules of the ontology and of what they import."""
    paths = [path for path in shipped("ontology") if path.parent.name in {"modules", "imports"}]
    return tuple(quad for path in paths for quad in ox.parse(path=path, rename_blank_nodes=True))


@cache
def axioms() -> Axioms:
    """Return the axioms of the ontology."""
    return read(tbox())


def premises(names: Sequence[str], data: Dataset) -> Premises:
    """Return what the views *names* of *data* are reasoned from.

    Raises: QuestionError, if there is no such view; what reading it raises.
    """
    chosen = views.find_all(names, data)
    projected: dict[Fact, set[str]] = {}
    for view in chosen:
        for fact, claims in view.project(data).items():
            projected.setdefault(fact, set()).update(claims)
    made = {fact: tuple(sorted(projected[fact])) for fact in sorted(projected)}
    return Premises(chosen, axioms(), frozenset(_stated(data)), made)


def _stated(data: Dataset) -> Iterator[Fact]:
    """Return what the vocabulary itself says: the kinds of its terms, and the relations between them."""
    known = axioms()
    below = {name for name in known.classes if _is_term(name)}
    terms = set()
    for kind in sorted(below):
        for quad in data.store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(kind), ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode):
                terms.add(quad.subject.value)
                yield quad.subject.value, TYPE, kind
    for name, said, other in _named(tbox()):  # the values of closed lists, such as cvo:quotedPerson
        if said == TYPE and other in known.classes:
            yield name, said, other
    yield from _related(data, terms, sorted(known.relations - {f"{SKOS}inScheme"}))


def _related(data: Dataset, terms: set[str], relations: Sequence[str]) -> Iterator[Fact]:
    """Return how *terms* are related; what they match in other vocabularies is no stage or risk of ours."""
    wanted = {relation for relation in relations if relation.startswith((CVO, SKOS))}  # a scheme says nothing of what is in it
    for term in sorted(terms):  # of which there are fewer than of what else these relations say
        for quad in data.store.quads_for_pattern(ox.NamedNode(term), None, None, ox.DefaultGraph()):
            if quad.predicate.value in wanted and isinstance(quad.object, ox.NamedNode) and quad.object.value in terms:
                yield term, quad.predicate.value, quad.object.value


def _named(quads: Iterable[ox.Quad]) -> Iterator[Fact]:
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            yield quad.subject.value, quad.predicate.value, quad.object.value


@cache
def _is_term(name: str) -> bool:
    """Return whether the class *name* is one of the kinds of terms."""
    wider = [rule.head[2] for rule in axioms().rules if rule.head and rule.kind == "subclass" and rule.body == (("?x", TYPE, name),)]
    return name == f"{CVO}Term" or any(_is_term(each) for each in wider)


def reason(given: Premises, engine: str) -> Conclusions:
    """Return what *engine* concludes from *given*.

    Raises: EngineError, if the engine is not installed, fails or takes too long.
    """
    closure = given.closure()
    clashing = given.clashes(closure)
    why: tuple[str, ...] = ()
    found: set[Fact] = set()
    if engine == "rules":
        found = set(closure.steps)
        consistent = not clashing
    elif clashing and engine == "owlrl":  # it goes on and only notes the error
        consistent = False
    else:
        consistent, why, found = _ask(engine, given)
    if not consistent:
        return Conclusions(engine, given, consistent=False, clashes=tuple(clashing), why=() if clashing else why)
    news = given.news(found)
    proved = tuple(fact for fact in news if fact in closure)
    return Conclusions(engine, given, consistent=True, facts=proved, unproved=tuple(fact for fact in news if fact not in closure))


def _ask(engine: str, given: Premises) -> tuple[bool, tuple[str, ...], set[Fact]]:
    facts = [ox.Triple(*map(ox.NamedNode, fact)) for fact in sorted(given.nearby)]
    if engine == "owlrl":
        from cvo.engines import owlrl  # noqa: PLC0415 - it imports rdflib

        names = {name for s, _, o in given.nearby for name in (s, o)} - given.axioms.classes
        found = {
            (s, p, o)
            for s, p, o in owlrl.infer((*(quad.triple for quad in tbox()), *facts))
            if s in names and (p in given.axioms.relations or (p == TYPE and o in given.axioms.classes))
        }
        return True, (), found
    from cvo.engines import owl  # noqa: PLC0415 - only who asks for it

    answer = owl.infer(tbox(), facts, reasoner=engine, seconds=600)
    memberships = {(thing, TYPE, kind) for thing, kind in answer.memberships if kind in given.axioms.classes}
    return answer.consistent, answer.why, memberships | {fact for fact in answer.relations if fact[1] in given.axioms.relations}


def default_engine() -> str:
    """Return the name of the engine that needs nothing that is not installed: HermiT, else owlrl, else the rules of this program."""
    from cvo.engines import owl, owlrl  # noqa: PLC0415 - only here

    return "hermit" if owl.is_installed() else "owlrl" if owlrl.is_installed() else "rules"


def quads(given: Premises) -> list[ox.Quad]:
    """Return what *given* projects and what follows from it, for the default graph and for the graph of the view.

    Raises: EngineError, if it is inconsistent, for then anything would follow.
    """
    closure = given.closure()
    if given.clashes(closure):
        names = " ".join(f"--view {view.name}" for view in given.views)
        raise EngineError("the view is inconsistent, so nothing can be asked of it", hint=f"`cvo reason {names}` explains why")
    graph = ox.NamedNode(VIEW + "+".join(view.file.stem if view.name.endswith(".rq") else view.name for view in given.views))
    graphs = (ox.DefaultGraph(), graph)
    named = [(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o)) for s, p, o in (*given.projected, *closure.steps)]
    return [ox.Quad(*parts, g) for parts in named for g in graphs]


def derived(names: Sequence[str]) -> Derived | None:
    """Return the closure of the views *names* as something that a dataset can hold; None if there are none."""
    if not names:
        return None
    own = [Path(name) for name in names if name.endswith(".rq") and Path(name).is_file()]
    files = (*shipped("ontology/views", "*.rq"), Path(__file__), *own)
    return Derived(f"{VIEW}{__version__} {'+'.join(names)}", tuple(files), lambda data: quads(premises(names, data)))


def labels(data: Dataset, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of *iris* by language."""
    wanted = set(iris)
    found: dict[str, dict[str, str]] = {}
    for iri in sorted(wanted):
        for quad in data.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(f"{RDFS}label"), None, ox.DefaultGraph()):
            if isinstance(quad.object, ox.Literal) and quad.object.language:
                found.setdefault(iri, {})[quad.object.language] = quad.object.value
    if TYPE in wanted:
        found[TYPE] = {"zh": "是", "en": "is a"}
    return found
