"""Two states of the data side by side: what was added, changed, deprecated, removed, and which version that asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo.release.states import GROUPS
from cvo.terms import CVO, OWL, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.release.states import State

LEVELS = ("none", "patch", "minor", "major")
STATUSES = ("added", "changed", "deprecated", "removed")
_TYPE = f"{RDF}type"
_NAMED = {"class", "property", "value", "term", "source", "claim"}
"""Whose IRIs others may rely on."""
_LOST = {RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")} | {
    OWL + name for name in ("inverseOf", "propertyChainAxiom", "equivalentClass", "equivalentProperty")
}
"""What follows from these does so no more if one is removed."""
_STRICTER = {f"{RDFS}domain", f"{RDFS}range"} | {
    OWL + name for name in ("disjointWith", "propertyDisjointWith", "disjointUnionOf", "hasKey")
}
"""What was consistent may be so no more if one is added."""
_STRICT_TYPES = {OWL + f"{name}Property" for name in ("Functional", "InverseFunctional", "Asymmetric", "Irreflexive")}
_STRICT_PARTS = re.compile(
    re.escape(OWL) + r"(?:max\w*|cardinality|qualifiedCardinality|allValuesFrom|complementOf|AllDisjoint\w*|hasValue|hasSelf)>"
)
_PROPOSITION = {
    CVO + name for name in ("claimSubject", "claimPredicate", "claimObject", "polarity", "modality", "opinionHolder", "statedIn")
} | {PREFIXES["qudt"] + name for name in ("numericValue", "unit")}
"""What a claim claims, and who: another one is another claim."""
_NUANCE = {
    CVO + name for name in ("certainty", "basis", "attributionMode", "inStage", "inSector", "addressee", "eventDate", "approximation")
} | {
    CVO + name
    for name in ("agreesWith", "contradicts", "inTensionWith", "refines", "restates", "firstClaim", "secondClaim", "comparisonRelation")
}
_PLACED = {SKOS + name for name in ("inScheme", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "related")}
_DEPRECATED = f'"true"^^<{PREFIXES["xsd"]}boolean>'


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """What one *relation* of a thing said *before* and says *after*, and the *level* and *reason* (a key of the words) that this has."""

    relation: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    level: str = "patch"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the thing *iri* of a *group*: its *status*, the *differences*, the *level* of it all and the *reason*."""

    iri: str
    group: str
    status: str
    level: str
    reason: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Return why it has its level: keys of the words, each with the relation it is about."""
        mine = [(self.reason, "")] if self.reason else []
        return (*mine, *((d.reason, d.relation) for d in self.differences if d.level == self.level and d.reason))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All *changes* from the state *old* to the state *new*, by group and IRI."""

    old: State
    new: State
    changes: tuple[Change, ...]

    @property
    def level(self) -> str:
        """Return what the changes ask for: none, patch, minor or major."""
        return max((change.level for change in self.changes), key=LEVELS.index, default="none")

    @property
    def wanted(self) -> str:
        """Return the version that the changes ask for; nothing if the old one is unknown.

        Before 1.0.0 a major change raises the second number and any other the third, as is the custom.
        """
        return following(self.old.version, self.level)

    @property
    def suffices(self) -> bool:
        """Return whether the new state already has a version as high as is asked for; true if one of the two is unknown."""
        wanted, has = _numbers(self.wanted), _numbers(self.new.version)
        return not wanted or not has or has >= wanted

    def of(self, group: str, status: str) -> list[Change]:
        """Return the changes of one *group* and *status*."""
        return [change for change in self.changes if (change.group, change.status) == (group, status)]


def following(version: str, level: str) -> str:
    """Return the version that follows *version* by semantic versioning.

    >>> [following("1.2.3", level) for level in LEVELS], [following("0.1.0", level) for level in LEVELS], following("x", "major")
    (['1.2.3', '1.2.4', '1.3.0', '2.0.0'], ['0.1.0', '0.1.1', '0.1.1', '0.2.0'], '')
    """
    numbers = _numbers(version)
    if not numbers or level == "none":
        return version if numbers else ""
    first, second, third = numbers
    steps = {"major": (first + 1, 0, 0), "minor": (first, second + 1, 0), "patch": (first, second, third + 1)}
    if first == 0:
        steps |= {"major": (0, second + 1, 0), "minor": (0, second, third + 1)}
    return ".".join(map(str, steps[level]))


def _numbers(version: str) -> tuple[int, int, int] | None:
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def compare(old: State, new: State) -> Comparison:
    """Return how *new* differs from *old*."""
    changes = sorted(
        _changes(old, new), key=lambda change: (GROUPS.index(change.group), STATUSES.index(change.status), _natural(change.iri))
    )
    return Comparison(old, new, tuple(changes))


def _natural(iri: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", iri)]


def _changes(old: State, new: State) -> Iterator[Change]:
    for iri in sorted({*old.things, *new.things}):
        if iri not in new.things:
            yield _removed(iri, old)
        elif iri not in old.things:
            group = new.group(iri)
            strict = group == "axiom" and _STRICT_PARTS.search(iri)
            level = "major" if strict else "minor" if group in (*_NAMED, "comparison", "axiom") else "patch"
            yield Change(iri, group, "added", level, "stricter" if strict else "")
        elif old.things[iri] != new.things[iri]:
            yield _changed(iri, old, new)


def _removed(iri: str, old: State) -> Change:
    group = old.group(iri)
    if group in _NAMED:
        reason = "removed" if _is_deprecated(old, iri) else "removed-undeprecated"
        return Change(iri, group, "removed", "major", reason)
    if group == "axiom":
        looser = _STRICT_PARTS.search(iri)
        return Change(iri, group, "removed", "minor" if looser else "major", "" if looser else "lost")
    return Change(iri, group, "removed", "minor" if group == "comparison" else "patch")


def _is_deprecated(state: State, iri: str) -> bool:
    return _DEPRECATED in state.things[iri].get(f"{OWL}deprecated", ())


def _changed(iri: str, old: State, new: State) -> Change:
    group, was = new.group(iri), old.group(iri)
    differences = []
    for relation in sorted({*old.things[iri], *new.things[iri]}):
        before, after = old.things[iri].get(relation, frozenset()), new.things[iri].get(relation, frozenset())
        if before != after:
            level, reason = _weighed(was if was != group else group, relation, before - after, after - before)
            differences.append(Difference(relation, tuple(sorted(before - after)), tuple(sorted(after - before)), level, reason))
    level = max((one.level for one in differences), key=LEVELS.index)
    deprecated = _is_deprecated(new, iri) and not _is_deprecated(old, iri)
    if deprecated:
        level = max(level, "minor", key=LEVELS.index)
    return Change(iri, group, "deprecated" if deprecated else "changed", level, "", tuple(differences))


def _weighed(group: str, relation: str, gone: frozenset[str], come: frozenset[str]) -> tuple[str, str]:
    """Return the level and the reason of a change of *relation*: the values *gone* and those that have *come*."""
    if group in ("class", "property", "value") and (found := _axioms(relation, gone, come)):
        return found
    if group == "term" and (relation in (_TYPE, f"{SKOS}broader") or relation.startswith(CVO)):
        return ("major", "lost") if gone else ("minor", "")
    if group == "claim" and (relation in _PROPOSITION or relation == _TYPE):
        return "major", "another-claim"
    nuance = group in ("claim", "comparison") and relation in _NUANCE
    return "minor" if nuance or relation in _PLACED or relation == f"{OWL}deprecated" else "patch", ""


def _axioms(relation: str, gone: frozenset[str], come: frozenset[str]) -> tuple[str, str] | None:
    if relation == _TYPE:
        strict = {f"<{iri}>" for iri in _STRICT_TYPES}
        if gone - strict:
            return "major", "lost"
        return ("major", "stricter") if come & strict else ("minor", "")
    if relation in _STRICTER and come:
        return "major", "stricter"
    if relation in _LOST:
        if any(not _STRICT_PARTS.search(value) for value in gone):
            return "major", "lost"
        return ("major", "stricter") if any(_STRICT_PARTS.search(value) for value in come) else ("minor", "")
    return ("minor", "") if relation in _STRICTER else None
