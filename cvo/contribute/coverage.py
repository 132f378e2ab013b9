"""Whether every sentence of a document is covered by a claim or left out for a recorded reason."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cvo.contribute.locate import Document, Passage, locate, omission_reasons
from cvo.contribute.sentences import units, words
from cvo.dataset import Dataset, load
from cvo.errors import InputError, NothingChecked, Place, printable
from cvo.files import read_bytes
from cvo.names import short
from cvo.table import lay_out
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STATES: Final = ("covered", "explained", "partly", "open")
SHARE: Final = 0.5  # of the words of a sentence that passages must hold
GAP: Final = 20  # words in a row that no passage of a covered sentence may leave out
_TEXTS: Final = {
    "zh": {
        "section": "章节",
        "units": "句",
        "covered": "有论断",
        "explained": "有理由",
        "partly": "不完整",
        "open": "未处理",
        "all": "合计",
        "reasons": "理由：",
        "both": "既有论断又有不编码理由，请删去其一：",
        "missing": "定位在文档中找不到：先运行 cvo locate：",
        "done": "{whole} 句中有 {good} 句有论断或有理由（{percent}%）；覆盖字词 {share}%",
        "none": "文档中没有句子",
    },
    "en": {
        "section": "section",
        "units": "sentences",
        "covered": "covered",
        "explained": "explained",
        "partly": "partly",
        "open": "open",
        "all": "all",
        "reasons": "reasons: ",
        "both": "both claimed and omitted: remove one of the two: ",
        "missing": "passages are not in the document: run cvo locate first: ",
        "done": "{percent} % ({good}/{whole}) covered or explained; {share} % of the words",
        "none": "the document has no sentence",
    },
}
_PASSAGES: Final = """
SELECT ?locator ?section ?reason ?claim {
  ?locator oa:hasSelector ?position . OPTIONAL { ?locator cvo:section ?section } OPTIONAL { ?locator cvo:omissionReason ?reason }
  BIND(EXISTS { ?c cvo:locator ?locator } AS ?claim)
}"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit of the document with what became of it: *status* is one of `STATES`.

    *claimed* and *explained* are the numbers of its *words* that lie in passages of claims and of omissions,
    *gap* the longest run of words in neither, *reasons* those of the omissions.
    """

    start: int
    end: int
    kind: str
    section: str
    line: int
    column: int
    words: int
    claimed: int
    explained: int
    gap: int
    reasons: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The *sentences* of one *document* against the passages of an instance file.

    *both* are the omissions that overlap a claim's passage, *missing* the passages that the document does not hold.
    """

    file: str
    document: str
    expression: str
    sentences: tuple[Sentence, ...]
    both: tuple[str, ...]
    missing: tuple[str, ...]
    text: str

    @property
    def complete(self) -> bool:
        """Return whether every sentence is covered or explained, and nothing contradicts itself."""
        return not (self.both or self.missing or any(s.status in ("partly", "open") for s in self.sentences))


def coverage(file: str | Path, texts: Sequence[str | Path], *, share: float = SHARE, gap: int = GAP) -> list[Coverage]:
    """Return for each document of *texts* how far the claims and omissions of the instance *file* cover it.

    A sentence is covered (or explained, if no claim has a part in it) when passages hold at least *share* of its words and
    leave out no run of *gap* words; else it is partly covered, or open if no passage touches it. A passage that has
    moved counts where it is now. Raises: InputError or SyntaxProblem, if a file cannot be read or belongs to another source.
    """
    data = load([file], with_shipped=False)
    about = {row["locator"]: row for row in data.query(_PASSAGES)}
    return [_cover(str(file), Path(text), data, about, (share, gap)) for text in texts]


def _cover(file: str, path: Path, data: Dataset, about: dict[str, dict[str, str]], least: tuple[float, int]) -> Coverage:
    document = Document(read_bytes(path), str(path))
    passages = _passages(file, path, data, document)
    claims, omissions, sections = [], [], []
    for passage in passages:
        row = about.get(passage.locator, {})
        if passage.status != "missing":
            span = passage.found or (passage.start, passage.end)
            sections.append((*span, row.get("section", "")))
            if row.get("reason"):
                omissions.append((*span, row["reason"], passage.locator))
            elif row.get("claim") == "true":
                claims.append(span)
    return Coverage(
        file,
        str(path),
        next((passage.expression for passage in passages), ""),
        tuple(_sentences(document.text, claims, omissions, sorted(sections), least)),
        tuple(sorted(name for start, end, _, name in omissions if any(s < end and start < e for s, e in claims))),
        tuple(sorted(passage.locator for passage in passages if passage.status == "missing")),
        document.text,
    )


def _passages(file: str, path: Path, data: Dataset, document: Document) -> list[Passage]:
    """Return the passages that *file* points to in the *document*; none if it is a text of the file without passages."""
    known = {row["state"] for row in data.query("SELECT ?state { ?text cvo:textDigest ?state }")}
    try:
        return [passage for passage in locate(file, [path]) if passage.status != "unchecked"]
    except NothingChecked:
        if document.digest not in known:
            raise InputError(
                f"is no text of this file: {path}", hint="write its cvo:textDigest into the file; cvo passage shows it"
            ) from None
        return []


def _sentences(
    text: str,
    claims: list[tuple[int, int]],
    omissions: list[tuple[int, int, str, str]],
    sections: list[tuple[int, int, str]],
    least: tuple[float, int],
) -> Iterator[Sentence]:
    claimed, explained = bytearray(len(text)), bytearray(len(text))
    for start, end in claims:
        claimed[start:end] = b"\1" * (end - start)
    for start, end, *_ in omissions:
        explained[start:end] = b"\1" * (end - start)
    starts = _line_starts(text)
    section, coming = "", iter([*sections, (len(text), len(text), "")])
    following = next(coming)
    waiting, active = sorted(omissions, reverse=True), []
    for unit in units(text):
        while following[0] < unit.end and following[0] < len(text):
            section = following[2] if following[1] > unit.start and following[2] else section
            following = next(coming)
        while waiting and waiting[-1][0] < unit.end:
            active.append(waiting.pop())
        active = [omission for omission in active if omission[1] > unit.start]
        spans = words(text, unit.start, unit.end)
        marks = "".join("c" if any(claimed[a:b]) else "o" if any(explained[a:b]) else "." for a, b in spans)
        longest = max(map(len, marks.replace("o", "c").split("c")))
        enough = 1 - marks.count(".") / len(marks) >= least[0] and longest < least[1]
        status = "open" if set(marks) == {"."} else "partly" if not enough else "covered" if "c" in marks else "explained"
        reasons = sorted({reason for _, _, reason, _ in active})
        line = bisect_left(starts, unit.start + 1)
        counts = (len(marks), marks.count("c"), marks.count("o"), longest)
        yield Sentence(
            unit.start,
            unit.end,
            unit.kind,
            section,
            line,
            unit.start - starts[line - 1] + 1,
            *counts,
            reasons=tuple(reasons),
            status=status,
        )


def _line_starts(text: str) -> list[int]:
    starts, i = [0], 0
    for line in text.splitlines(keepends=True):
        i += len(line)
        if line.endswith(("\n", "\r")):
            starts.append(i)
    return starts


def as_json(found: Sequence[Coverage]) -> str:
    """Return *found* as JSON: offsets and numbers, none of the document's words."""
    documents = [
        {
            "file": one.file,
            "document": one.document,
            "expression": one.expression,
            "complete": one.complete,
            "counts": _counts(one.sentences),
            "words": {
                "all": sum(s.words for s in one.sentences),
                "claimed": sum(s.claimed for s in one.sentences),
                "explained": sum(s.explained for s in one.sentences),
            },
            "claimedAndOmitted": list(one.both),
            "missing": list(one.missing),
            "sentences": [{name: getattr(s, name) for name in Sentence.__slots__} for s in one.sentences],
        }
        for one in found
    ]
    return json.dumps(documents, ensure_ascii=False, indent=1) + "\n"


def as_text(found: Sequence[Coverage], lang: str, *, width: int = 0, snippets: bool = False) -> str:
    """Return *found* as people read it, in the language *lang*; with *snippets*, the first words of what is not covered."""
    say = _TEXTS[lang]
    labels = omission_reasons(lang)
    parts = []
    for one in found:
        lines = [printable(f"{one.file} · {one.document}")]
        rows = [
            [name or "–", str(len(part)), *(str(_counts(part)[state]) for state in STATES)]
            for name, part in [*_by_section(one.sentences).items(), (say["all"], one.sentences)]
        ]
        lines += ["", lay_out([say["section"], say["units"], *(say[state] for state in STATES)], rows, width).rstrip("\n"), ""]
        reasons = Counter(reason for s in one.sentences for reason in s.reasons)
        if reasons:
            named = (f"{labels.get(reason.removeprefix(CVO), short(reason))} {number}" for reason, number in reasons.most_common())
            lines.append(f"{say['reasons']}{', '.join(named)}")
        for s in one.sentences:
            if s.status in ("partly", "open"):
                shown = f": {' '.join(one.text[s.start : s.end].split())[:60]}" if snippets else ""
                place = Place(one.document, s.line, s.column)
                lines.append(printable(f"{place}: {say[s.status]} {s.start}-{s.end} ({s.claimed + s.explained}/{s.words}){shown}"))
        lines += [f"{say['both']}{short(name)}" for name in one.both]
        if one.missing:
            lines.append(f"{say['missing']}{', '.join(map(short, one.missing))}")
        lines.append(_summary(one, say))
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _summary(one: Coverage, say: dict[str, str]) -> str:
    counts = _counts(one.sentences)
    good, whole = counts["covered"] + counts["explained"], len(one.sentences)
    if not whole:
        return say["none"]
    total = sum(s.words for s in one.sentences)
    share = 100 * sum(s.claimed + s.explained for s in one.sentences) / total
    percent = 100 * good / whole
    shown = f"{percent:.1f}" if good < whole else "100"
    return say["done"].format(percent=shown, good=good, whole=whole, share=f"{share:.1f}")


def _counts(sentences: Sequence[Sentence]) -> dict[str, int]:
    counts = Counter(s.status for s in sentences)
    return {state: counts[state] for state in STATES}


def _by_section(sentences: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        found.setdefault(sentence.section, []).append(sentence)
    return found
