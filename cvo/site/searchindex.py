"""The index of a site's search: which documents have which pair of Chinese characters or which word."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUNS = re.compile(f"([{_HAN}]+)|(?:(?![{_HAN}])[^\\W_])+")


def tokens(text: str) -> Iterator[str]:
    """Give what *text* is found by, as ``assets/tokens.js`` does: pairs of Chinese characters, one that stands alone, words.

    >>> list(tokens("用 AI 生成的肖像"))
    ['用', 'ai', '生成', '成的', '的肖', '肖像']
    """
    for run in _RUNS.finditer(unicodedata.normalize("NFKC", text).lower()):
        characters = run[1]
        if not characters:
            yield run[0]
        elif len(characters) == 1:
            yield characters
        else:
            yield from (characters[i : i + 2] for i in range(len(characters) - 1))


def index(texts: Iterable[str]) -> dict[str, list[int]]:
    """Return for each token the numbers of the *texts* that have it, both in order.

    >>> index(["肖像权", "肖像"])
    {'像权': [0], '肖像': [0, 1]}
    """
    found: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        for token in {*tokens(text)}:
            found.setdefault(token, []).append(number)
    return dict(sorted(found.items()))
