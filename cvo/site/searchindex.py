"""The index of a site's search, cut so that a reader loads only what is typed: tokens in shards, and the things found in others."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from cvo.site.model import BASE

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUNS = re.compile(f"([{_HAN}]+)|(?:(?![{_HAN}])[^\\W_])+")
FOUND = 200  # things in a file of those that can be found
SHARD = 30_000  # characters, more or less, of a file of tokens


def tokens(text: str) -> Iterator[str]:
    """Give what *text* is found by, which is what ``assets/tokens.js`` looks for: Chinese characters and pairs of them, and words.

    >>> sorted({*tokens("用 AI 生成的肖像")})
    ['ai', '像', '成', '成的', '生', '生成', '用', '的', '的肖', '肖', '肖像']
    """
    for run in _RUNS.finditer(unicodedata.normalize("NFKC", text).lower()):
        characters = run[1]
        if not characters:
            yield run[0]
        else:
            yield from characters
            yield from map("".join, pairwise(characters))


def entries(things: Iterable[Sequence[object]]) -> bytes:
    """Return *things* that can be found, each an IRI, 1 if it is a claim, its names and its kind, as a shard has them; each on a line."""
    lines = [json.dumps([str(iri).removeprefix(BASE), *rest], ensure_ascii=False, separators=(",", ":")) for iri, *rest in things]
    return ("[" + ",\n".join(lines) + "]\n").encode()


def shards(found: Mapping[str, array[int]]) -> Iterator[tuple[str, bytes]]:
    r"""Give the first token of each shard, and the shard: for each of its tokens the numbers of the things, as steps from one to the next.

    Tokens are sorted as a browser compares them, by UTF-16.

    >>> from array import array
    >>> list(shards({"肖像": array("I", [0, 7]), "像": array("I", [3])}))
    [('像', b'{"\xe5\x83\x8f":[3],\n"\xe8\x82\x96\xe5\x83\x8f":[0,7]}\n')]
    """
    lines: list[str] = []
    first, size = "", 0
    for token in sorted(found, key=lambda token: token.encode("utf-16-be", "surrogatepass")):
        numbers = found[token]
        steps = [numbers[0], *(after - before for before, after in pairwise(numbers))]
        line = f"{json.dumps(token, ensure_ascii=False)}:[{','.join(map(str, steps))}]"
        if lines and size + len(line) > SHARD:
            yield first, ("{" + ",\n".join(lines) + "}\n").encode()
            lines, size = [], 0
        first = first if lines else token
        lines.append(line)
        size += len(line)
    if lines:
        yield first, ("{" + ",\n".join(lines) + "}\n").encode()
