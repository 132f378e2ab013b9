"""Runs of a document that another text repeats: so many Chinese characters, or so many words, in a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HAN, WORDS = 18, 12
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f]+")


@dataclass(frozen=True, slots=True)
class Copy:
    """A run that stands in *document* too: *units* are its characters (Chinese) or words."""

    document: str
    run: str
    units: int
    chinese: bool


def han(text: str) -> tuple[str, ...]:
    r"""Return the Chinese characters of *text*, which white space and punctuation do not part.

    >>> "".join(han("技术，为 产业\\n赋能 AI"))
    '技术为产业赋能'
    """
    return tuple(_HAN.findall(text))


def words(text: str) -> tuple[str, ...]:
    """Return the words of *text* in Latin letters, small.

    >>> words("The AI-driven chain’s 12 links")
    ('the', 'ai', 'driven', 'chain', 's', 'links')
    """
    return tuple(_LATIN.findall(text.lower()))


class Documents:
    """The runs of some documents, to be looked up.

    >>> found = Documents({"a.txt": "技术为文化产业的价值链赋能"}, least_han=5).copies("我们说：为文化产业的发展")
    >>> found.run, found.units, found.document
    ('为文化产业的', 6, 'a.txt')
    """

    def __init__(self, texts: Mapping[str, str], *, allowed: Iterable[str] = (), least_han: int = HAN, least_words: int = WORDS) -> None:
        """Index *texts*, by the name of each; a run that is a part of one of *allowed*, such as a title, is no copy."""
        self._kinds = ((han, least_han, ""), (words, least_words, " "))
        allowed = list(allowed)
        self._allowed = [[f"{glue}{glue.join(split(text))}{glue}" for text in allowed] for split, _, glue in self._kinds]
        self._runs: list[dict[Sequence[str], str]] = []
        for split, least, _ in self._kinds:
            runs: dict[Sequence[str], str] = {}
            for name, text in texts.items():
                units = split(text)
                for start in range(len(units) - least + 1):
                    runs.setdefault(units[start : start + least], name)
            self._runs.append(runs)

    def copies(self, text: str) -> Copy | None:
        """Return the longest run of *text* that a document has too, None if none is long enough."""
        best: Copy | None = None
        for (split, least, glue), runs, allowed in zip(self._kinds, self._runs, self._allowed, strict=True):
            units = split(text)
            start = 0
            while start + least <= len(units):
                name = runs.get(units[start : start + least])
                if name is None:
                    start += 1
                    continue
                end = start + least
                while end < len(units) and units[end - least + 1 : end + 1] in runs:
                    end += 1
                run = glue.join(units[start:end])
                if not any(f"{glue}{run}{glue}" in whole for whole in allowed) and (best is None or end - start > best.units):
                    best = Copy(name, run, end - start, chinese=not glue)
                start = end - least + 1
        return best
