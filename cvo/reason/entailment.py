"""What follows from facts by rules, with the rule and the premises of each conclusion: forward chaining to a fixpoint.

Each fact is joined once with what was taken up before it (semi-naive evaluation), in the order in which it was found, so that
the proof that is kept of a conclusion is one of the shallowest.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cvo.reason.axioms import TYPE, Axioms, Fact, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, order=True, slots=True)
class Step:
    """How a conclusion follows: *rule* on *premises*, in the order of the rule's body."""

    rule: Rule
    premises: tuple[Fact, ...]


@dataclass(slots=True)
class Closure:
    """All facts that hold; *steps* has the conclusions, the others are given."""

    given: frozenset[Fact]
    steps: dict[Fact, Step] = field(default_factory=dict)
    by_subject: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    by_object: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __contains__(self, fact: Fact) -> bool:
        """Return whether *fact* holds."""
        return fact in self.given or fact in self.steps

    def proof(self, fact: Fact) -> set[Fact]:
        """Return the given facts from which *fact* was concluded."""
        found: set[Fact] = set()
        left, seen = [fact], {fact}
        while left:
            step = self.steps.get(left.pop())
            for premise in step.premises if step else ():
                if premise not in seen:
                    seen.add(premise)
                    left.append(premise)
        found |= seen & self.given
        return found


def close(facts: Iterable[Fact], rules: Iterable[Rule]) -> Closure:
    """Return the closure of *facts* under *rules*.

    >>> broader = Rule("transitive", (("?x", "broader", "?y"), ("?y", "broader", "?z")), ("?x", "broader", "?z"))
    >>> found = close([("a", "broader", "b"), ("b", "broader", "c")], [broader])
    >>> found.steps[("a", "broader", "c")].premises
    (('a', 'broader', 'b'), ('b', 'broader', 'c'))
    """
    given = frozenset(facts)
    closure = Closure(given)
    triggers: dict[tuple[str, str], list[tuple[Rule, int]]] = {}
    for rule in rules:
        for i, (_, relation, other) in enumerate(rule.body):
            triggers.setdefault((relation, other if relation == TYPE and other[0] != "?" else ""), []).append((rule, i))
    waiting = deque(sorted(given))
    while waiting:
        fact = waiting.popleft()
        subject, relation, other = fact
        closure.by_subject.setdefault((relation, subject), []).append(other)
        closure.by_object.setdefault((relation, other), []).append(subject)
        keys = ((relation, ""), (relation, other)) if relation == TYPE else ((relation, ""),)
        for key in keys:
            for rule, i in triggers.get(key, ()):
                for bound in _matches(rule.body, i, fact, closure):
                    head = _filled(rule.head, bound)  # type: ignore[arg-type]  # rules have a head, clashes are judged after
                    if head not in given and head not in closure.steps:
                        closure.steps[head] = Step(rule, tuple(_filled(atom, bound) for atom in rule.body))
                        waiting.append(head)
    return closure


def clashes(closure: Closure, axioms: Axioms) -> list[Step]:
    """Return what cannot be true together in *closure*, sorted: each a rule without a head, and the facts that break it."""
    found = {
        Step(rule, tuple(_filled(atom, bound) for atom in rule.body)) for rule in axioms.clashes for bound in _breaches(rule.body, closure)
    }
    for relation in axioms.functional:
        for (name, subject), values in closure.by_subject.items():
            if name == relation:
                body = [(subject, relation, value) for value in sorted(values)]
                pairs = ((a, b) for i, a in enumerate(body) for b in body[i + 1 :])
                found |= {Step(Rule("functional", (a, b)), (a, b)) for a, b in pairs if (a[2], b[2]) in axioms.different}
    return sorted(found, key=lambda step: (step.premises, step.rule.kind))


def smallest(step: Step, closure: Closure, axioms: Axioms) -> tuple[Fact, ...]:
    """Return a smallest set of given facts from which the clash *step* follows: none of them can be left out."""

    def clashing(facts: set[Fact]) -> bool:
        return bool(clashes(close(facts, axioms.rules), axioms))

    needed = set().union(*(closure.proof(premise) for premise in step.premises))
    for fact in sorted(needed):
        if clashing(needed - {fact}):
            needed.discard(fact)
    return tuple(sorted(needed))


def _breaches(body: tuple[Fact, ...], closure: Closure) -> Iterable[dict[str, str]]:
    """Return the bindings under which *body* holds; of two classes, the most usual case, by their common members."""
    if len(body) == 2 and all(atom[0] == "?x" and atom[1] == TYPE for atom in body):  # noqa: PLR2004 - two classes
        first, second = (closure.by_object.get((TYPE, atom[2]), ()) for atom in body)
        return [{"?x": thing} for thing in set(first).intersection(second)] if first and second else ()
    return _join(body, {}, closure)


def _matches(body: tuple[Fact, ...], i: int, fact: Fact, closure: Closure) -> Iterator[dict[str, str]]:
    """Return the bindings under which *body* holds with *fact* as its part *i*."""
    bound = _bind(body[i], fact, {})
    if bound is not None:
        yield from _join((*body[:i], *body[i + 1 :]), bound, closure)


def _join(atoms: tuple[Fact, ...], bound: dict[str, str], closure: Closure) -> Iterator[dict[str, str]]:
    """Return the bindings that extend *bound* and under which all *atoms* hold."""
    if not atoms:
        yield bound
        return
    # the atom that is bound best comes next: a chain is followed from where it was entered
    n = max(range(len(atoms)), key=lambda k: sum(bound.get(part, part)[0] != "?" for part in atoms[k]))
    atom, rest = atoms[n], (*atoms[:n], *atoms[n + 1 :])
    for fact in _found(_filled(atom, bound), closure):
        more = _bind(atom, fact, bound)
        if more is not None:
            yield from _join(rest, more, closure)


def _found(pattern: Fact, closure: Closure) -> Iterator[Fact]:
    """Return the facts taken up so far that *pattern* may match."""
    subject, relation, other = pattern
    if subject[0] != "?":
        yield from ((subject, relation, value) for value in tuple(closure.by_subject.get((relation, subject), ())))
    elif other[0] != "?":
        yield from ((value, relation, other) for value in tuple(closure.by_object.get((relation, other), ())))
    else:
        pairs = [(s, values) for (name, s), values in closure.by_subject.items() if name == relation]
        yield from ((s, relation, value) for s, values in pairs for value in values)


def _bind(atom: Fact, fact: Fact, bound: dict[str, str]) -> dict[str, str] | None:
    """Return *bound* with what makes *atom* the same as *fact*; None if nothing does."""
    more = dict(bound)
    for part, value in zip(atom, fact, strict=True):
        if part[0] != "?":
            if part != value:
                return None
        elif more.setdefault(part, value) != value:
            return None
    return more


def _filled(atom: Fact, bound: dict[str, str]) -> Fact:
    """Return *atom* with the variables that are *bound* replaced."""
    subject, relation, other = atom
    return bound.get(subject, subject), relation, bound.get(other, other)
