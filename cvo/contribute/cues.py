"""The words by which a sentence shows how its claim is meant: as possible, recommended, denied, doubtful."""

from __future__ import annotations

import re
from typing import Final

# The first pattern that is found decides. 将 is a cue only where it is not the mark of an object, 不 only where it denies.
_WILL: Final = r"将(?=会|要|在|继续|加速|成为|被|有|对|使|不|更|进一步|逐渐|带来|出现|面临|达到|极大|急剧|涉及)"
_NOT: Final = r"不(?!仅|断|同|可(?:估量|避免|阻挡|或缺|思议|逆)|少|过|但|管|论|只|如|乏|已|得|齐|穷)"
_MODALITY: Final = (
    ("conditional", r"如果|倘若|假如|一旦|只有.{1,30}才|\bif\b|\bonce\b|\bprovided that\b"),
    ("required", r"必须|务必|不得|需要(?!求)|(?<!求)需(?![求要])|\bmust\b|\bshall\b|\brequired to\b|\bneeds? to\b"),
    ("recommended", r"应当|应该|(?<![适相对响反供效])应(?![用对急])|建议|鼓励|\bshould\b|\bought to\b|\brecommend"),
    ("predicted", rf"{_WILL}|未来|预计|有望|\bwill\b|\bexpected to\b"),
    ("possible", r"可能|可以|或许|也许|\bmay\b|\bmight\b|\bcould\b|\bcan\b"),
    ("historical", r"(?:19|20)\d\d\s*年|\b(?:in|since|by) (?:19|20)\d\d\b"),
    ("observed", r"正在|目前|当前|\bcurrently\b|\bat present\b"),
)
_POLARITY: Final = (
    ("questioned", r"是否|[？?]\s*$|\bwhether\b"),
    ("denied", rf"{_NOT}|没有|无法|并非|尚未|未能|毫无|\bnot\b|\bcannot\b|\bnever\b|n't\b|\bno\b"),
)
_CERTAINTY: Final = (
    ("speculative", r"设想|猜测|\bspeculat"),
    ("hedged", r"可能|或许|也许|似乎|大概|一定程度|往往|有望|\bmay\b|\bmight\b|\bperhaps\b|\bprobably\b|\bseems?\b|\blikely\b"),
)


def cues(sentence: str) -> dict[str, str]:
    """Return what the words of *sentence* suggest; what is not said is the table's default.

    >>> cues("人工智能将加速价值链重构"), cues("机器可能无法取代人")
    ({'modality': 'predicted'}, {'polarity': 'denied', 'modality': 'possible', 'certainty': 'hedged'})
    >>> cues("将识别技术应用到视频中，不断改进"), cues("Should machines not write?")
    ({}, {'polarity': 'questioned', 'modality': 'recommended'})
    """
    found = {"polarity": _first(_POLARITY, sentence), "modality": _first(_MODALITY, sentence), "certainty": _first(_CERTAINTY, sentence)}
    return {name: value for name, value in found.items() if value}


def _first(patterns: tuple[tuple[str, str], ...], sentence: str) -> str:
    return next((value for value, pattern in patterns if re.search(pattern, sentence, re.IGNORECASE)), "")
