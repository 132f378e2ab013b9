"""Which claims speak of what, and where in the site each of them stands: numbers and places, no claims, so that very many fit."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cvo.site.claims import OPEN, Claims, FromModel
from cvo.site.corpus import ROLES
from cvo.site.model import reading_order
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cvo.site.corpus import Corpus
    from cvo.site.links import Links

_ROLE_OF = {f"{CVO}{name}": number for number, name in enumerate(ROLES)}
_OPEN = len(OPEN)
_OPENED = 64  # files open at a time


@dataclass(slots=True)
class Index:
    """What the making of the pages of the source *iri* has found out.

    *claims* are the names of its claims, in the order of the text; *places* tell for each of them, by language, the page, where on it
    the claim begins, how long its first part is, and all of it; *roles* by role and thing the numbers of the claims; *contested* are
    pairs of claims with the comparison that says so and its reasons; *subjects* the number of things that are spoken of.
    """

    iri: str
    claims: list[str] = field(default_factory=list)
    pages: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, array[int]] = field(default_factory=dict)
    roles: dict[tuple[int, str], array[int]] = field(default_factory=dict)
    contested: list[Contested] = field(default_factory=list)
    subjects: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Contested:
    """Two claims that do not go together: the *relation* between *first* and *second*, by the comparison *iri*, with *reasons* by language."""

    relation: str
    iri: str
    first: str
    second: str
    reasons: tuple[tuple[str, str], ...] = ()


class Spoken:
    """The claims of a site by what they speak of; a claim is a number in the reading order of all."""

    def __init__(self, corpus: Corpus, indexes: Iterable[Index], site: Path) -> None:
        """Put the *indexes* of the sources of *corpus* together with what its model says; the pages are in the folder *site*."""
        self.corpus, self.site = corpus, site
        self.indexes = {index.iri: index for index in indexes}
        own = self._of_model()
        homes: dict[str, list[str]] = {}
        for claim in sorted({claim for claims in own.values() for claim in claims}, key=reading_order):
            homes.setdefault(claim.partition("#")[0], []).append(claim)
        self._homes = sorted({*homes, *self.indexes})
        self._bases, number = [], 0
        numbers: dict[str, int] = {}
        roles: dict[tuple[int, str], list[tuple[int, array[int]]]] = {}
        for home in self._homes:
            self._bases.append(number)
            if home in self.indexes:
                index = self.indexes[home]
                for key, those in index.roles.items():
                    roles.setdefault(key, []).append((number, those))
                number += len(index.claims)
            else:
                numbers.update((claim, number + i) for i, claim in enumerate(homes[home]))
                number += len(homes[home])
        self._total = number
        self._own = {number: claim for claim, number in numbers.items()}
        for key, claims in own.items():
            for claim in claims:
                roles.setdefault(key, []).append((numbers[claim], _NULL))
        self.by: dict[tuple[int, str], array[int]] = {}
        for key, pieces in roles.items():
            found = self.by[key] = array("I")
            for base, those in sorted(pieces, key=lambda piece: piece[0]):
                found.extend(base + each for each in those)

    def _of_model(self) -> dict[tuple[int, str], list[str]]:
        """Return by role and thing the claims that are in the model; of a source that is not, its index tells."""
        found: dict[tuple[int, str], list[str]] = {}
        for thing, into in self.corpus.model.into.items():
            for relation, claim in into:
                role = _ROLE_OF.get(relation)
                if role is not None and claim.partition("#")[0] not in self.indexes:
                    found.setdefault((role, thing), []).append(claim)
        return found

    def claims(self, role: int, thing: str) -> array[int]:
        """Return the claims in which *thing* plays *role*, a place in `ROLES`, in reading order."""
        return self.by.get((role, thing), _NONE)

    def iri(self, number: int) -> str:
        """Return the IRI of a claim."""
        index, base, _ = self.home(number)
        return self._own[number] if index is None else f"{index.iri}#{index.claims[number - base]}"

    def home(self, number: int) -> tuple[Index | None, int, int]:
        """Return the index of the source that has the claim *number*, if one has, its first number and that after its last."""
        place = bisect_right(self._bases, number) - 1
        end = self._bases[place + 1] if place + 1 < len(self._bases) else self._total
        return self.indexes.get(self._homes[place]), self._bases[place], end

    def contested(self) -> list[Contested]:
        """Return all pairs of claims that do not go together, in their order."""
        model, found = self.corpus.model, [pair for index in self.indexes.values() for pair in index.contested]
        for name in ("contradicts", "inTensionWith"):
            for iri in model.subjects(f"{CVO}comparisonRelation", f"{CVO}{name}"):
                first, second = model.one(iri, f"{CVO}firstClaim"), model.one(iri, f"{CVO}secondClaim")
                if first and second:
                    reasons = tuple((lang, model.text(iri, f"{CVO}reason", lang)) for lang in ("zh", "en"))
                    found.append(Contested(f"{CVO}{name}", iri, first, second, reasons))
        return sorted(found)


_NULL, _NONE = array("I", [0]), array("I")


class Texts:
    """The claims of a site as its pages have them in the language of *links*: read there, not made again."""

    def __init__(self, spoken: Spoken, links: Links) -> None:
        """Read nothing yet."""
        self._spoken, self._links = spoken, links
        self._claims, self._told = Claims(links), FromModel(spoken.corpus.model)
        self._open = lru_cache(_OPENED)(self._opened)
        self._numbers = lru_cache(_OPENED)(self._numbered)
        self._made: dict[str, tuple[str, str]] = {}

    def _opened(self, name: str) -> mmap.mmap:
        with (self._spoken.site / name).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def _numbered(self, home: str) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._spoken.indexes[home].claims)}

    def article(self, iri: str) -> bytes:
        """Return all of the claim *iri*."""
        home, _, name = iri.partition("#")
        index = self._spoken.indexes.get(home)
        if index is None or name not in self._numbers(home):
            head, rest = self._own(iri)
            return f"{OPEN}{head}{rest}".encode()
        return self._cut(index, self._numbers(home)[name], whole=True)

    def _own(self, iri: str) -> tuple[str, str]:
        found = self._made.get(iri)
        if found is None:
            found = self._made[iri] = self._claims.article(iri, self._told)
        return found

    def _cut(self, index: Index, number: int, *, whole: bool) -> bytes:
        lang = self._links.lang
        page, start, head, length = index.places[lang][4 * number : 4 * number + 4]
        text = self._open(index.pages[lang][page])
        return text[start : start + length] if whole else text[start + _OPEN : start + head]

    def articles(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Give all of the claims of *numbers*."""
        return self._each(numbers, whole=True)

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Give the claims of *numbers* in short."""
        return self._each(numbers, whole=False)

    def _each(self, numbers: Iterable[int], *, whole: bool) -> Iterator[bytes]:
        spoken, end, base = self._spoken, -1, 0
        index: Index | None = None
        for number in numbers:
            if not base <= number < end or index is None:
                index, base, end = spoken.home(number)
            if index is None:
                head, rest = self._own(spoken.iri(number))
                yield f"{OPEN}{head}{rest}".encode() if whole else head.encode()
            else:
                yield self._cut(index, number - base, whole=whole)
