"""The terms of a vocabulary found in a document: longest match, whole words, full width and case folded, offsets of the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cvo.contribute.sentences import HAN

if TYPE_CHECKING:
    from collections.abc import Mapping

_HAN: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True, order=True, slots=True)
class Match:
    """A label of *terms* (several, if they share it) from *start* to *end*, in code points of the document."""

    start: int
    end: int
    terms: tuple[str, ...]


class Matcher:
    r"""The labels of a vocabulary, ready to be looked for all at once.

    >>> labels = {"deep learning": ("deep-learning",), "学习": ("learning",), "深度学习": ("deep-learning",), "AI": ("ai",)}
    >>> [(m.start, m.end, m.terms) for m in Matcher(labels).find("Ｄeep Learning，深度\n\n学习；ai, said")]
    [(0, 13, ('deep-learning',)), (14, 20, ('deep-learning',)), (21, 23, ('ai',))]
    """

    def __init__(self, labels: Mapping[str, tuple[str, ...]]) -> None:
        """Take *labels*, each with the terms that bear it."""
        from ahocorasick_rs import AhoCorasick  # noqa: PLC0415 - only who looks for terms loads it

        forms: dict[str, list[str]] = {}
        for label, terms in labels.items():
            for form in _forms(fold(label)[0]):
                known = forms.setdefault(form, [])
                known += [term for term in terms if term not in known]
        self._forms = list(forms)
        self._terms = [tuple(forms[form]) for form in self._forms]
        self._automaton = AhoCorasick(self._forms, store_patterns=False)

    def find(self, text: str) -> list[Match]:
        """Return the labels in *text*, from left to right, the longest where several begin; none inside another or inside a word."""
        folded, spans = fold(text)
        found = sorted(
            (start, -end, form)
            for form, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            if _is_whole(folded, start, end)
        )
        matches, last = [], 0
        for start, end, form in found:
            if start >= last:
                last = -end
                matches.append(Match(spans[start][0], spans[last - 1][1], self._terms[form]))
        return matches


def fold(text: str) -> tuple[str, list[tuple[int, int]]]:
    r"""Return *text* in NFKC and lower case, and for each of its characters the span of *text* that it comes from.

    White space beside a Chinese character is dropped, as a line break there is none of the word; other runs of it are one space.

    >>> fold("ＡＩ 合成\n主播")[0], fold("Straße  ﬁ")
    ('ai合成主播', ('strasse fi', [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (4, 5), (5, 6), (6, 8), (8, 9), (8, 9)]))
    """
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    i = 0
    while i < len(text):
        j = i + 1
        if text[i].isspace():
            while j < len(text) and text[j].isspace():
                j += 1
            if characters and j < len(text) and not (_HAN.match(characters[-1]) or _HAN.match(unicodedata.normalize("NFKC", text[j]))):
                characters.append(" ")
                spans.append((i, j))
        else:
            while j < len(text) and unicodedata.combining(text[j]):
                j += 1
            folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[i:j]).casefold())
            characters += folded
            spans += [(i, j)] * len(folded)
        i = j
    return "".join(characters), spans


def _forms(label: str) -> set[str]:
    """Return *label* and, in Latin script, its plural; nothing if it is too short to tell anything."""
    if len(label) < 2:  # noqa: PLR2004
        return set()
    if not label.isascii() or not label[-1].isalpha():
        return {label}
    return {label, label + "s", label[:-1] + "ies"} if label[-1] == "y" else {label, label + "s"}


def _is_whole(text: str, start: int, end: int) -> bool:
    """Return whether no Latin word of *text* goes on beyond *start* or *end*."""
    return not (start > 0 and _in_word(text[start - 1], text[start])) and not (end < len(text) and _in_word(text[end - 1], text[end]))


def _in_word(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and not _HAN.match(left) and not _HAN.match(right)
