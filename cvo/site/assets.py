"""The style and scripts of a site, the engine of its query page, and what the scripts read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvo import questions
from cvo.site.model import BASE, path_of, sources
from cvo.site.words import COLUMNS
from cvo.terms import CVO, CVT, PREFIXES, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.site.data import Named
    from cvo.site.model import Model

HOME = Path(__file__).parent / "_site"


def assets(model: Model) -> Iterator[Named]:
    """Give the style, the scripts, the engine of the query page, and what the scripts read."""
    for path in sorted((HOME / "assets").iterdir()):
        yield f"assets/{path.name}", path.read_bytes()
    for folder in ("libraries", "oxigraph"):
        for path in sorted((HOME / folder).iterdir()):
            if path.is_file():
                yield f"assets/{folder}/{path.name}", path.read_bytes()
    yield "query.json", _dense(_query(model))
    yield "terms.json", _dense(_names(model))


def _query(model: Model) -> dict[str, Any]:
    """Return what the query page knows: the questions, and for each kind of parameter the things that it may be."""
    asked = questions.catalogue()
    wanted = sorted({parameter.kind for question in asked for parameter in question.parameters})
    return {
        "base": BASE,
        "prefixes": PREFIXES,
        "sources": [model.one(iri, f"{CVO}citeKey") for iri in sources(model)],
        "columns": {name: {"zh": zh, "en": en} for name, (zh, en) in COLUMNS.items()},
        "questions": {
            q.name: {
                "text": q.text,
                "views": list(q.views),
                "parameters": [{"name": p.name, "kind": p.kind, "example": p.example} for p in q.parameters],
            }
            for q in asked
        },
        "terms": {kind: _members(model, kind) for kind in wanted if kind != "Claim"},
    }


def _names(model: Model) -> list[list[str]]:
    """Return what the editor of queries completes: the prefixed name of each class, relation, value and term, and its labels."""
    names = []
    for iri in sorted(model.out):
        name = f"cvo:{iri.removeprefix(CVO)}" if iri.startswith(CVO) else f"cvt:{iri.removeprefix(CVT)}" if iri.startswith(CVT) else ""
        if name and (zh := model.label(iri, "zh")):
            names.append([name, zh, model.label(iri, "en")])
    return names


def _members(model: Model, kind: str) -> list[list[str]]:
    prefix, _, local = kind.rpartition(":")
    todo, kinds = [PREFIXES[prefix or "cvo"] + local], set()
    while todo:
        found = todo.pop()
        if found not in kinds:
            kinds.add(found)
            todo += model.subjects(f"{RDFS}subClassOf", found)
    members = sorted({iri for found in kinds for iri in model.subjects(f"{RDF}type", found) if path_of(iri)})
    return [[iri, model.label(iri, "zh"), model.label(iri, "en")] for iri in members]


def _dense(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
