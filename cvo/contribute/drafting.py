"""A first draft of a paper's claims: the terms in each sentence, and what its words suggest, as a table that a person completes."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cvo.contribute.coverage import STATES, coverage
from cvo.contribute.cues import cues
from cvo.contribute.locate import named_information
from cvo.contribute.matching import Match, Matcher
from cvo.contribute.sentences import Unit, units
from cvo.dataset import load_shipped
from cvo.errors import InputError
from cvo.files import decode, read_bytes, shipped
from cvo.names import nearest
from cvo.sourcemap import SourceMap
from cvo.terms import CVO, CVT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EMPTY: Final = '""'
PLACES: Final = 8  # of a term that the table on a terminal shows
_NUMBERED: Final = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)[.、\s]|([一二三四五六七八九十]{1,3})、|[（(]([一二三四五六七八九十]{1,3})[）)]")
ASIDE: Final = ("Agent", "Person", "Organisation", "Collective", "Sector", "Metric", "CreativeWork")  # rarely what a claim is about
_LABELS: Final = """SELECT DISTINCT ?term ?kind ?zh ?en ?label {
  ?term skos:inScheme ?scheme ; a ?kind ; skos:prefLabel ?zh , ?en . FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")
  FILTER(STRSTARTS(STR(?kind), STR(cvo:))) { ?term skos:prefLabel ?label } UNION { ?term skos:altLabel ?label }
} ORDER BY ?label ?term ?kind"""
_RELATIONS: Final = """SELECT ?from ?relation ?to (COUNT(*) AS ?n) {
  ?c cvo:claimSubject ?s ; cvo:claimPredicate ?relation ; cvo:claimObject ?o . ?s a ?from . ?o a ?to .
  FILTER(STRSTARTS(STR(?from), STR(cvo:)) && STRSTARTS(STR(?to), STR(cvo:)))
} GROUP BY ?from ?relation ?to"""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the vocabulary: *name*, *kind*, labels in Chinese and English."""

    name: str
    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A sentence that may make a claim: its *unit*, the *matches* in it, what its words suggest, and whether a claim covers it already."""

    unit: Unit
    line: int
    section: str
    matches: tuple[Match, ...]
    suggested: tuple[tuple[str, str], ...]
    status: str


@dataclass(frozen=True)
class Draft:
    """What was found in a *document*: the *skeletons* of all its sentences, the terms by name, and how often relations join their kinds."""

    document: str
    digest: str
    text: str
    source: str
    skeletons: tuple[Skeleton, ...]
    terms: dict[str, Term]
    usual: dict[tuple[str, str], Counter[str]]

    @cached_property
    def found(self) -> dict[str, list[tuple[Match, Skeleton]]]:
        """Return the terms found, the most frequent first, each with its places."""
        places: dict[str, list[tuple[Match, Skeleton]]] = defaultdict(list)
        for skeleton in self.skeletons:
            for match in skeleton.matches:
                places[match.terms[0]].append((match, skeleton))
        return dict(sorted(places.items(), key=lambda item: (-len(item[1]), item[0])))


def draft(text: str | Path, source: str = "") -> Draft:
    """Return the draft of the document *text*; *source* is a shipped cite key or an instance file whose claims count as made.

    Raises: InputError, if the document or the file cannot be read, or there is no such source.
    """
    path = Path(text)
    data = read_bytes(path)
    content = decode(data, str(path))
    shipped_data = load_shipped()
    labels: dict[str, tuple[str, ...]] = {}
    terms: dict[str, Term] = {}
    for row in shipped_data.query(_LABELS):
        name = row["term"].removeprefix(CVT)
        terms.setdefault(name, Term(name, row["kind"].removeprefix(CVO), row["zh"], row["en"]))
        bearers = [n for n in labels.get(row["label"], ()) if n != name]
        mine = row["label"] in (row["zh"], row["en"])
        labels[row["label"]] = (name, *bearers) if mine else (*bearers, name)
    usual: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in shipped_data.query(_RELATIONS):
        usual[row["from"].removeprefix(CVO), row["to"].removeprefix(CVO)][row["relation"].removeprefix(CVO)] += int(row["n"])
    file = _file(source)
    made = {s.start: s for s in coverage(file, [path])[0].sentences} if file else {}
    matches = Matcher(labels).find(content)
    begins = [match.start for match in matches]
    places = SourceMap(content, ())
    skeletons = []
    section = ""
    for unit in units(content):
        inside = tuple(m for m in matches[bisect_left(begins, unit.start) : bisect_left(begins, unit.end)] if m.end <= unit.end)
        suggested = tuple(cues(" ".join(content[unit.start : unit.end].split())).items())
        known = made.get(unit.start)
        numbered = _NUMBERED.match(content, unit.start, unit.end) if unit.kind in ("heading", "line") else None
        section = (known.section if known else "") or (next(filter(None, numbered.groups())) if numbered else section)
        status = known.status if known else ""
        skeletons.append(Skeleton(unit, places.position(unit.start)[0], section, inside, suggested, status))
    key = file.stem if file else ""
    return Draft(str(path), named_information(data), content, key, tuple(skeletons), terms, dict(usual))


def _file(source: str) -> Path | None:
    """Return the instance file that *source* means: a path, or the cite key of a file here or of a shipped source."""
    if not source:
        return None
    known = {path.stem: path for path in shipped("instances")}
    for path in (Path(source), Path("instances") / f"{source}.ttl", Path(f"{source}.ttl"), known.get(source)):
        if path and path.is_file():
            return path
    like = nearest(source, known)
    raise InputError(f"no such source: {source}", hint=f"did you mean {like}?" if like else f"a file, or one of {' '.join(known)}")


def as_yaml(found: Draft, *, every: bool = False) -> str:
    """Return *found* as the table that ``cvo encode`` reads: offsets and terms, none of the document's words.

    A sentence without a known term, or that a claim covers already, is left out unless *every* is asked for.
    """
    lines = [
        "# A draft of claims. Complete each: statement-zh and statement-en in your own words, the relation; delete what is no claim.",
        f"# Sentences {len(found.skeletons)}; in this draft {sum(1 for _ in _drafted(found, every=every))}.",
    ]
    if found.source:
        lines += ["source:", f"  cite-key: {found.source}"]
    lines.append("claims:")
    lines += [line for skeleton in _drafted(found, every=every) for line in _claim(found, skeleton)]
    return "\n".join(lines if lines[-1] != "claims:" else [*lines[:-1], "claims: []"]) + "\n"


def _drafted(found: Draft, *, every: bool) -> Iterator[Skeleton]:
    return (s for s in found.skeletons if every or (s.matches and s.unit.kind != "heading" and s.status in ("", "partly", "open")))


def _claim(found: Draft, skeleton: Skeleton) -> Iterator[str]:
    names = list(dict.fromkeys(match.terms[0] for match in skeleton.matches))
    by_kind = {kind: [n for n in names if found.terms[n].kind == kind] for kind in ("Sector",)}
    stages = [n for n in names if found.terms[n].kind.endswith("Stage")]
    subject, object_ = _pair(found, [n for n in names if n not in by_kind["Sector"]] or names)
    yield f"  # line {skeleton.line}, {skeleton.unit.kind}{f', {skeleton.status}' if skeleton.status else ''}"
    if others := [n for n in names if n not in (subject, object_)]:
        yield f"  # other terms: {' '.join(others)}"
    if relations := found.usual.get((_kind(found, subject), _kind(found, object_))):
        yield f"  # relations that join such terms: {' '.join(name for name, _ in relations.most_common(4))}"
    values = [("statement-zh", ""), ("statement-en", ""), ("subject", subject), ("relation", ""), ("object", object_)]
    values += [("stage", _several([n for n in stages if n not in (subject, object_)])), ("sector", _several(by_kind["Sector"]))]
    values += list(skeleton.suggested)
    values += [("passage", f"{skeleton.unit.start}-{skeleton.unit.end}"), ("section", json.dumps(skeleton.section, ensure_ascii=False))]
    kept = [(name, value) for name, value in values if value or name not in ("stage", "sector")]
    for number, (name, value) in enumerate(kept):
        yield f"  {'- ' if number == 0 else '  '}{name}: {value or EMPTY}"


def _several(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]" if len(names) > 1 else "".join(names)


def _kind(found: Draft, name: str) -> str:
    return found.terms[name].kind if name in found.terms else ""


def _pair(found: Draft, names: Sequence[str]) -> tuple[str, str]:
    """Return those two of *names*, in their order, whose kinds are most often joined in the claims that there are."""
    if len(names) < 2:  # noqa: PLR2004
        return (names[0] if names else ""), ""

    def joined(pair: tuple[int, int]) -> tuple[int, int, int]:
        kinds = _kind(found, names[pair[0]]), _kind(found, names[pair[1]])
        aside = sum(kind in ASIDE for kind in kinds)
        return -aside, sum(found.usual.get(kinds, Counter()).values()), -pair[0]

    first, second = max(((i, j) for i in range(len(names)) for j in range(i + 1, len(names))), key=joined)
    return names[first], names[second]


def rows(found: Draft) -> tuple[list[str], list[list[str]]]:
    """Return the terms found as a table: names of the columns, and rows with how often and where (line:column)."""
    columns = ["term", "kind", "zh", "en", "count", "uncovered", "places"]
    places = SourceMap(found.text, ())
    table = []
    for name, where in found.found.items():
        term = found.terms[name]
        at = [":".join(map(str, places.position(match.start))) for match, _ in where]
        fresh = sum(skeleton.status in ("", "partly", "open") for _, skeleton in where)
        table.append([name, term.kind, term.zh, term.en, str(len(where)), str(fresh), " ".join(at)])
    return columns, table


def as_json(found: Draft) -> str:
    """Return the terms and the sentences of *found* as JSON: offsets, none of the document's words."""
    places = SourceMap(found.text, ())
    terms = [
        {
            "term": name,
            "kind": found.terms[name].kind,
            "zh": found.terms[name].zh,
            "en": found.terms[name].en,
            "count": len(where),
            "places": [_place(match, places) for match, _ in where],
        }
        for name, where in found.found.items()
    ]
    sentences = [
        {
            **{name: getattr(s.unit, name) for name in Unit.__slots__},
            "line": s.line,
            "section": s.section,
            "status": s.status or STATES[-1],
            "terms": list(dict.fromkeys(m.terms[0] for m in s.matches)),
            "suggested": dict(s.suggested),
        }
        for s in found.skeletons
    ]
    whole = {"document": found.document, "digest": found.digest, "source": found.source, "terms": terms, "sentences": sentences}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _place(match: Match, places: SourceMap) -> dict[str, int]:
    line, column = places.position(match.start)
    return {"start": match.start, "end": match.end, "line": line, "column": column}
