"""What an engine answers when shapes are checked: results with the terms of the data as they were typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from cvo.findings import Path, Texts

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple  # pyoxigraph's types allow a triple; syntax has refused it


class Uncompiled(Exception):  # noqa: N818 - no error of anybody's: another engine is asked
    """The fast engine leaves these shapes to the referee; the text says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result as the engine gives it: the terms of the data are pyoxigraph's, as typed."""

    focus: Term
    path: Path
    value: Term | None
    component: str
    severity: str
    shape: Term = field(compare=False)
    constraint: Term | None = field(compare=False)
    texts: Texts

    @property
    def order(self) -> tuple[str, ...]:
        """Return a key that sorts results the same way on every run."""
        return (str(self.focus), repr(self.path), str(self.value), self.component, self.severity, repr(self.texts))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results, sorted, and the focus nodes that at least one shape targeted."""

    results: tuple[Result, ...]
    targeted: frozenset[Term]
