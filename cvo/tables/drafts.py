"""A node as a table tells it, and what it becomes where a file has told of it already: nothing is lost without a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.names import short
from cvo.tables.instance import Node, inside
from cvo.tables.values import defaults
from cvo.tables.vocabulary import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cvo.tables.instance import Term

Key = tuple[str, str]  # a property, and a language or nothing


@dataclass(slots=True)
class Draft:
    """What a table says of the node *iri*, what goes *unsaid*, and the properties that the table could have said (*columns*)."""

    iri: str
    columns: frozenset[str] = frozenset()
    said: dict[Key, list[Term]] = field(default_factory=dict)
    unsaid: dict[Key, list[Term]] = field(default_factory=dict)
    comment: list[str] = field(default_factory=list)
    creators: Sequence[Term] = ()
    claim: bool = False

    def say(self, iri: str, *values: Term) -> None:
        """Add *values* of the property *iri*."""
        for value in values:
            _add(self.said, iri, value)

    def assume(self, iri: str, *values: Term) -> None:
        """Add *values* of the property *iri* that hold unless the table or the file says otherwise."""
        for value in values:
            _add(self.unsaid, iri, value)


def _add(said: dict[Key, list[Term]], iri: str, value: Term) -> None:
    values = said.setdefault((iri, language(value)), [])
    if value not in values:
        values.append(value)


def language(value: Term) -> str:
    """Return the language of a text, else nothing."""
    return (value.language or "") if isinstance(value, ox.Literal) else ""


def keyed(node: Node) -> dict[Key, list[Term]]:
    """Return what is said of *node*, apart by language."""
    found: dict[Key, list[Term]] = {}
    for iri, values in node.said.items():
        for value in values:
            _add(found, iri, value)
    return found


def merge(draft: Draft, old: Node | None, *, prune: bool) -> tuple[Node, list[str], list[str]]:
    """Return the node that *draft* makes of *old*, the properties that it changes, and those that it keeps though it does not say them.

    A cell that is empty says nothing: what the file says stays, unless *prune* is wanted.
    """
    before = keyed(old) if old else {}
    said = dict(draft.said)
    kept = {key: values for key, values in before.items() if key not in said and not (prune and key[0] in draft.columns)}
    said |= kept
    unsaid = dict(draft.unsaid)
    if draft.claim:
        flat: dict[str, list[Term]] = {}
        for (iri, _), values in said.items():
            flat.setdefault(iri, []).extend(values)
        unsaid |= {(iri, ""): values for iri, values in defaults(flat, draft.creators).items()}
    said |= {key: values for key, values in unsaid.items() if key not in said}
    comment = draft.comment or (list(old.comment) if old and not prune else [])
    node = Node(draft.iri, _by_property(said), comment)
    changed = [_named(key) for key in before if set(said.get(key, ())) != set(before[key])]
    if old is not None:
        if {iri: set(values) for iri, values in node.said.items()} == {iri: set(values) for iri, values in old.said.items()}:
            node.said, node.raw = old.said, old.raw
        else:
            hidden = inside(old)
            node.comment = [*node.comment, *(line for line in hidden if line not in node.comment)]
        if draft.comment and draft.comment != old.comment and old.comment:
            changed.append("comment")
    told = draft.columns - set(BETWEEN)  # what the comparisons say of claims is no news
    left = [_named(key) for key in kept if key[0] in told and unsaid.get(key) != kept[key] and not _assumed(draft, key, kept[key])]
    return node, changed, left


def _assumed(draft: Draft, key: Key, values: list[Term]) -> bool:
    """Return whether the table alone would have said *values*, by default."""
    if not draft.claim:
        return False
    flat: dict[str, list[Term]] = {}
    for (iri, _), found in draft.said.items():
        flat.setdefault(iri, []).extend(found)
    return defaults(flat, draft.creators).get(key[0]) == values


def _named(key: Key) -> str:
    return f"{short(key[0])}{f'@{key[1]}' if key[1] else ''}"


def _by_property(said: dict[Key, list[Term]]) -> dict[str, list[Term]]:
    """Return *said* by property; Chinese before English."""
    found: dict[str, list[Term]] = {}
    for (iri, _), values in sorted(said.items(), key=lambda item: {"zh": 0, "en": 1}.get(item[0][1], 2)):
        found.setdefault(iri, []).extend(values)
    return found


def listing(names: Iterable[str], most: int = 5, lang: str = "en") -> str:
    """Return *names* in a row, the first few of them.

    >>> listing(["c001", "c002", "c003"], 2), listing(["c001", "c002", "c003"], 2, "zh")
    ('c001, c002 and 1 more', 'c001、c002 等 3 个')
    """
    names = list(names)
    more = (f" 等 {len(names)} 个" if lang == "zh" else f" and {len(names) - most} more") if len(names) > most else ""
    return ("、" if lang == "zh" else ", ").join(names[:most]) + more
