"""What an engine inferred from a view, as rows with labels and as RDF, and what there is to reason over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import Answer
from cvo.names import short
from cvo.reason import reasoning, views
from cvo.render import GRAPH_FORMATS
from cvo.table import lay_out

if TYPE_CHECKING:
    from cvo.dataset import Dataset

PARTS = ("subject", "relation", "object")


def answer(found: reasoning.Conclusions, data: Dataset, form: str) -> Answer:
    """Return the inferred statements as triples for the format *form* if that is one of a graph, else as rows with labels."""
    if form in GRAPH_FORMATS:
        return Answer(triples=tuple(ox.Triple(*map(ox.NamedNode, fact)) for fact in found.facts))
    labels = reasoning.labels(data, {part for fact in found.facts for part in fact})
    columns = tuple(name for part in PARTS for name in (part, f"{part}_zh", f"{part}_en"))
    rows = []
    for fact in found.facts:
        cells: list[ox.NamedNode | ox.Literal] = []
        for iri in fact:
            said = labels.get(iri, {})
            cells += [ox.NamedNode(iri), *(ox.Literal(said.get(language, short(iri)), language=language) for language in ("zh", "en"))]
        rows.append(tuple(cells))
    return Answer(columns, tuple(rows))


def summary(found: reasoning.Conclusions, lang: str, seconds: float) -> str:
    """Return one line for each language on what was done."""
    names, claimed = "+".join(view.name for view in found.premises.views), len(found.premises.projected)
    number, extra = len(found.facts), len(found.unproved)
    said = {
        "zh": f"{names}（{found.engine}）：由论断投影 {claimed} 条，推出 {number} 条，{seconds:.2f} 秒"
        if found.consistent
        else f"{names}（{found.engine}）：不一致，{seconds:.2f} 秒",
        "en": f"{names} ({found.engine}): {claimed} statements projected from claims, {number} inferred, {seconds:.2f} s"
        if found.consistent
        else f"{names} ({found.engine}): inconsistent, {seconds:.2f} s",
    }
    if extra:
        said["zh"] += f"；另有 {extra} 条引擎所得而按公理推不出，未列"
        said["en"] += f"; {extra} more of the engine do not follow by the axioms and are left out"
    return "\n".join(said[language] for language in ((lang,) if lang else ("en", "zh")))


def listing(data: Dataset, lang: str, width: int) -> str:
    """Return the views as a table, those of the sources of *data* included."""
    languages = [lang] if lang else ["zh", "en"]
    rows = []
    for view in views.catalogue():
        name = view.name if view.name != views.OF_SOURCES else " ".join(views.sources(data))
        rows.append([name, *(view.question.summary.get(language, "") for language in languages)])
    return lay_out(["view", *(f"summary_{language}" for language in languages)], rows, width)
