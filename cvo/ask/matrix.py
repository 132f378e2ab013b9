"""How many claims bring two kinds of things together, such as stage and technology, or source and risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import Answer
from cvo.lookup import find
from cvo.names import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cvo.dataset import Dataset

NAMES = {
    "stage": ("环节", "stage"),
    "source-stage": ("来源环节", "source stage"),
    "sector": ("行业", "sector"),
    "source": ("来源", "source"),
    "holder": ("持有者", "holder"),
    "polarity": ("极性", "polarity"),
    "modality": ("情态", "modality"),
    "certainty": ("确定程度", "certainty"),
    "basis": ("依据", "basis"),
    "relation": ("关系", "relation"),
}
# What a claim speaks of, by name; any other name is a class, of which a claim speaks as its subject or object.
DIMENSIONS = {
    "stage": "?claim cvo:inStage|cvo:claimSubject|cvo:claimObject ?own . ?own (skos:exactMatch|skos:broadMatch|skos:closeMatch)? ?{x} . "
    "?{x} a cvo:CanonicalStage",
    "source-stage": "?claim cvo:inStage|cvo:claimSubject|cvo:claimObject ?{x} . ?{x} a cvo:SourceStage",
    "sector": "?claim cvo:inSector|cvo:claimSubject|cvo:claimObject ?{x} . ?{x} a cvo:Sector",
    "source": "?claim cvo:statedIn ?{x}",
    "holder": "?claim cvo:opinionHolder ?{x}",
    "polarity": "?claim cvo:polarity ?{x}",
    "modality": "?claim cvo:modality ?{x}",
    "certainty": "?claim cvo:certainty ?{x}",
    "basis": "?claim cvo:basis ?{x}",
    "relation": "?claim cvo:claimPredicate ?{x}",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A row or a column: its IRI, its name in Chinese and in English, and the number of claims in it."""

    iri: str
    zh: str
    en: str
    total: int

    def label(self, lang: str) -> str:
        """Return the name in *lang*, or both."""
        both = self.zh if self.zh == self.en else f"{self.zh} {self.en}"
        return {"zh": self.zh, "en": self.en}.get(lang, both)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The counts: *cells* holds one line for each of *rows*, with one number for each of *columns*.

    *left* says how many rows and columns were left out because others have more claims.
    """

    rows: tuple[Thing, ...]
    columns: tuple[Thing, ...]
    cells: tuple[tuple[int, ...], ...]
    left: tuple[int, int] = (0, 0)


def count(rows: str, columns: str, dataset: Dataset, *, top: int = 0, affirmed: bool = False) -> Matrix:
    """Return how many claims speak both of one of *rows* and one of *columns*, each the name of a dimension or of a class.

    Stages are the canonical ones, all of them in the order of their chain; those of sources count for the canonical stage that they
    match. Other rows and columns come by their number of claims, and those without any are left out; with *top* only so many are
    kept. With *affirmed* only affirmed claims count.

    Raises: QuestionError, if a name is neither a dimension nor a class.
    """
    patterns = [_pattern(name, variable, dataset) for name, variable in ((rows, "r"), (columns, "c"))]
    only = "?claim cvo:polarity cvo:affirmed . " if affirmed else ""
    inner = " ".join(f"{{ SELECT DISTINCT ?claim ?{x} {{ {pattern} }} }}" for x, pattern in zip("rc", patterns, strict=True))
    answer = dataset.query(f"SELECT ?r ?c (COUNT(DISTINCT ?claim) AS ?n) {{ {only}{inner} }} GROUP BY ?r ?c")
    found = {(row["r"], row["c"]): int(row["n"]) for row in answer if "r" in row}
    if rows == columns:
        found = {pair: number for pair, number in found.items() if pair[0] != pair[1]}
    sides, kept = [], []
    for side, pattern in enumerate(patterns):
        stages = _stages(dataset, pattern)
        things = _things(dataset, stages or sorted({pair[side] for pair in found}), found, side)
        sides.append(things if stages else sorted(things, key=lambda thing: -thing.total))
        kept.append(sides[-1] if stages or not top else sides[-1][:top])
    cells = tuple(tuple(found.get((row.iri, column.iri), 0) for column in kept[1]) for row in kept[0])
    left = (len(sides[0]) - len(kept[0]), len(sides[1]) - len(kept[1]))
    return Matrix(tuple(kept[0]), tuple(kept[1]), cells, left)


def _stages(dataset: Dataset, pattern: str) -> list[str]:
    """Return the canonical stages in the order of their chain, if *pattern* is that of stages."""
    if not pattern.endswith("a cvo:CanonicalStage"):
        return []
    chain = "?s a cvo:CanonicalStage OPTIONAL { ?before cvo:nextStage+ ?s }"
    return [row["s"] for row in dataset.query(f"SELECT ?s (COUNT(?before) AS ?n) {{ {chain} }} GROUP BY ?s ORDER BY ?n ?s")]


def named(name: str, dataset: Dataset, lang: str) -> str:
    """Return what the dimension or class *name* is called in *lang*, or in both languages."""
    key = name.strip().casefold()
    if key in NAMES:
        zh, en = NAMES[key]
    else:
        thing = _things(dataset, [find(name, dataset, "owl:Class").value], {}, 0)[0]
        zh, en = thing.zh, thing.en
    return {"zh": zh, "en": en}.get(lang, f"{zh} {en}")


def _pattern(name: str, variable: str, dataset: Dataset) -> str:
    key = name.strip().casefold()
    if key in DIMENSIONS:
        return DIMENSIONS[key].replace("?{x}", f"?{variable}").replace("?own", f"?own_{variable}")
    kind = find(name, dataset, "owl:Class", called="a row or column", example=", ".join([*DIMENSIONS, "Technology", "Risk"]))
    if kind.value.endswith("#Stage"):
        return _pattern("stage", variable, dataset)
    return f"?claim cvo:claimSubject|cvo:claimObject ?{variable} . ?{variable} a/rdfs:subClassOf* {kind}"


def _things(dataset: Dataset, iris: Sequence[str], found: Mapping[tuple[str, str], int], side: int) -> list[Thing]:
    """Return *iris* with their names and numbers of claims, in the order given."""
    labels: dict[tuple[str, str], str] = {}
    values = " ".join(f"<{iri}>" for iri in iris)
    query = f"SELECT ?x ?label (LANG(?label) AS ?lang) {{ VALUES ?x {{ {values} }} ?x rdfs:label|cvo:citeKey ?label }}"
    for row in dataset.query(query) if iris else ():
        for language in [row["lang"]] if row["lang"] else ["zh", "en"]:  # a cite key has none
            labels.setdefault((row["x"], language), row["label"])
    totals: dict[str, int] = {}
    for pair, number in found.items():
        totals[pair[side]] = totals.get(pair[side], 0) + number
    return [Thing(iri, labels.get((iri, "zh"), short(iri)), labels.get((iri, "en"), short(iri)), totals.get(iri, 0)) for iri in iris]


def as_answer(matrix: Matrix, lang: str = "", rows: str = " ") -> Answer:
    """Return *matrix* as rows, so that every format of an answer can hold it; *rows* heads the first column, the names of the rows."""
    names = _unique([column.label(lang) for column in matrix.columns])
    lines = (
        (ox.Literal(row.label(lang)), *(ox.Literal(number) for number in cells))
        for row, cells in zip(matrix.rows, matrix.cells, strict=True)
    )
    return Answer((rows, *names), tuple(lines))


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name if seen[name] == 1 else f"{name} ({number})" for number, name in enumerate(names, 1)]
