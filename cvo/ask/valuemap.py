"""The value chain as a map: at each stage the technologies, the applications and the risks that the claims name most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo.ask.matrix import Thing, count

if TYPE_CHECKING:
    from cvo.dataset import Dataset

KINDS = {
    "Technology": ("技术", "technologies"),
    "Application": ("应用", "applications"),
    "Risk": ("风险", "risks"),
    "Right": ("权利", "rights"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The things of one kind at one stage, those with the most claims first; the *total* of a thing counts its claims there."""

    stage: Thing
    kind: str
    things: tuple[Thing, ...]

    def band(self, lang: str) -> str:
        """Return the name of the kind in *lang*, or both."""
        zh, en = KINDS[self.kind]
        return {"zh": zh, "en": en}.get(lang) or f"{zh} {en}"


def places(dataset: Dataset, top: int) -> list[Place]:
    """Return for each kind and each canonical stage the *top* things that claims name there."""
    found = []
    for kind in KINDS:
        matrix = count("stage", kind, dataset)
        for stage, cells in zip(matrix.rows, matrix.cells, strict=True):
            there = [Thing(t.iri, t.zh, t.en, n) for t, n in zip(matrix.columns, cells, strict=True) if n]
            there.sort(key=lambda thing: (-thing.total, thing.iri))
            found.append(Place(stage, kind, tuple(there[:top])))
    return found
