"""The numbers that a Chinese or English text names, as exact values: 2.3亿, 三成, 百分之二十, 30 per cent, ten thousand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen".split()
    )
}
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
        " seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MONTHS = "january february march april may june july august september october november december".split()
# What names a number in passing: never asked for in the other language, but there if the other language asks.
PASSING = {
    "once": (1,),
    "single": (1,),
    "sole": (1,),
    "twice": (2,),
    "double": (2, 1),
    "both": (2,),
    "pair": (2,),
    "triple": (3, 2),
    "quadruple": (4, 3),
    "dozen": (12,),
    "half": (Fraction(1, 2),),
    "halve": (Fraction(1, 2),),
    "quarter": (Fraction(1, 4),),
    "thirds": (Fraction(1, 3), Fraction(2, 3)),
    "tenth": (Fraction(1, 10),),
    "decade": (10,),
    "century": (100,),
}
ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}  # I, V and X are mostly no numbers
_CHINESE = r"[零〇一二三四五六七八九十百千万亿两]"
_ARABIC = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ZH = re.compile(
    rf"(?P<century>\d{{1,2}}|{_CHINESE}+)世纪(?:(?P<decade>\d0|{_CHINESE}+)年代)?"
    rf"|百分之(?P<percent>{_ARABIC}|{_CHINESE}+(?:点{_CHINESE}+)?)"
    rf"|(?P<denominator>{_CHINESE}+)分之(?P<numerator>{_CHINESE}+)"
    rf"|(?P<arabic>{_ARABIC})\s*(?P<scale>[多余]?[十百千万亿]+)?(?P<mark>\s*[%％‰]|成(?![为了])|个百分点)?"
    rf"|(?P<tenths>[一二三四五六七八九])成(?P<half>半)?(?![为了立熟功就员果本品])"
    rf"|(?P<han>{_CHINESE}+(?:点{_CHINESE}+)?)(?P<points>个百分点)?"
    r"|(?P<passing>半|单|双|翻番|翻一番)"
)
_EN = re.compile(
    rf"(?P<arabic>{_ARABIC})(?P<decade>0s\b)?(?:st|nd|rd|th)?(?P<mark>\s*%|[-\s]*(?:per\s?cent|percentage)(?:\b|age))?|(?P<word>[a-z]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """The numbers of one text: *firm* are written to be counted, *loose* are all that may be meant, the firm ones too."""

    firm: frozenset[Fraction]
    loose: frozenset[Fraction]


def chinese_number(text: str) -> Fraction | None:
    """Return the value of a Chinese numeral, None if it is none.

    >>> [int(chinese_number(t)) for t in ("二十三", "三千五百万", "十二亿", "二〇二三", "一百零五")]
    [23, 35000000, 1200000000, 2023, 105]
    >>> chinese_number("三点五"), chinese_number("千千")
    (Fraction(7, 2), None)
    """
    whole, _, tail = text.partition("点")
    if tail and (not set(tail) <= set(DIGITS) or not whole):
        return None
    fraction = Fraction(int("".join(str(DIGITS[c]) for c in tail)), 10 ** len(tail)) if tail else Fraction(0)
    if whole and set(whole) <= set(DIGITS):
        return int("".join(str(DIGITS[c]) for c in whole)) + fraction
    total = section = digit = 0
    last = 10**13
    for c in whole:
        if c in DIGITS:
            digit = DIGITS[c]
            continue
        unit = UNITS[c]
        if unit >= 10**4:
            total = (total + section + digit) * unit if unit > last and total else total + (section + digit or 1) * unit
            section, last = 0, 10**13
        else:
            if unit >= last:
                return None
            section += (digit or 1) * unit
            last = unit
        digit = 0
    return total + section + digit + fraction


def _scale(text: str) -> int:
    scale = 1
    for c in text:
        scale *= UNITS.get(c, 1)
    return scale


def _plain(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _in_chinese(text: str) -> Iterator[tuple[Fraction, bool]]:
    """Return each number with whether it is firm."""
    for found in _ZH.finditer(text):
        if century := found["century"]:
            number = _plain(century) if century[0].isdigit() else chinese_number(century)
            decade = found["decade"]
            if number and decade:
                tens = _plain(decade) if decade[0].isdigit() else chinese_number(decade)
                yield (number - 1) * 100 + (tens or 0), True
            elif number:
                yield number, True
        elif percent := found["percent"]:
            number = _plain(percent) if percent[0].isdigit() else chinese_number(percent)
            if number is not None:
                yield number / 100, True
        elif found["denominator"]:
            below, above = chinese_number(found["denominator"]), chinese_number(found["numerator"])
            if below and above:
                yield above / below, True
        elif found["arabic"]:
            number = _plain(found["arabic"]) * _scale(found["scale"] or "")
            mark = (found["mark"] or "").strip()
            yield number / {"%": 100, "％": 100, "个百分点": 100, "‰": 1000, "成": 10}.get(mark, 1), True
        elif found["tenths"]:
            yield Fraction(DIGITS[found["tenths"]], 10) + (Fraction(1, 20) if found["half"] else 0), True
        elif found["han"]:
            number = chinese_number(found["han"])
            if number is not None:
                counted = len(found["han"]) > 1 and set(found["han"]) & set("百千万亿") and set(found["han"]) & set(DIGITS)
                yield (number / 100 if found["points"] else number), bool(counted) or bool(found["points"])
            for c in found["han"]:  # 三四个: three or four
                if c in DIGITS or c in UNITS:
                    yield Fraction(DIGITS.get(c, UNITS.get(c, 0))), False
        else:
            yield from ((n, False) for n in {"半": (Fraction(1, 2),), "单": (Fraction(1),)}.get(found["passing"], (Fraction(2), Fraction(1))))


def _in_english(text: str) -> Iterator[tuple[Fraction, bool]]:
    """Return each number with whether it is firm: words that make one number are taken together."""
    value: Fraction | None = None
    total, firm, end = Fraction(0), False, 0
    for found in [*_EN.finditer(text), None]:
        between = "" if found is None else text[end : found.start()]
        word = "" if found is None or found["word"] is None else found["word"].lower()
        joined = found is not None and (between.strip(" -\u2011\u00a0") == "" or word in SCALES)
        if value is not None and word == "and" and between == " ":
            assert found is not None
            end = found.end()
            continue
        scale = SCALES.get(word) or SCALES.get(word.removesuffix("s"))
        if value is not None and joined and scale:
            if scale == 100:  # noqa: PLR2004
                value *= scale
            else:
                total, value = total + value * scale, Fraction(0)
            firm = True
        elif value is not None and joined and word in ONES and value >= 20 and value % 10 == 0:  # noqa: PLR2004  twenty-three
            value += ONES[word]
        elif value is not None and word in ("per", "percent") and joined:
            value /= 100
            firm = True
        else:
            if value is not None:
                yield total + value, firm
            total, value, firm = Fraction(0), None, False
            if found is None:
                return
            if found["arabic"]:
                value = _plain(found["arabic"]) / (100 if found["mark"] else 1)
                firm = True
            elif word in ONES or word in TENS:
                value = Fraction(ONES.get(word, TENS.get(word, 0)))
            elif word in ORDINALS:
                value = Fraction(ORDINALS[word])
            elif scale:
                value = Fraction(scale)
            elif word in MONTHS:
                yield Fraction(MONTHS.index(word) + 1), False
            elif found["word"] in ROMAN:
                yield Fraction(ROMAN[found["word"]]), False
            root = next((r for r in (word, word.removesuffix("d"), word.removesuffix("s"), word.removesuffix("fold")) if r in PASSING), "")
            yield from ((Fraction(n), False) for n in PASSING.get(root, ()))
            if word.endswith("fold") and word[:-4] in ONES:
                yield Fraction(ONES[word[:-4]]), False
        end = found.end()


def named(text: str, lang: str) -> Named:
    """Return the numbers that *text* names in *lang*, ``zh`` or ``en``.

    >>> [sorted(map(float, named(t, "zh").firm)) for t in ("市场达2.3亿元，增长三成", "20世纪80年代", "百分之二十", "三个环节")]
    [[0.3, 230000000.0], [1980.0], [0.2], []]
    >>> [sorted(map(float, named(t, "en").firm)) for t in ("230 million yuan, 30 per cent more", "the 1980s", "two hundred thousand")]
    [[0.3, 230000000.0], [1980.0], [200000.0]]
    >>> sorted(map(int, named("three of twenty-one links", "en").loose))
    [3, 21]
    """
    found = list((_in_chinese if lang == "zh" else _in_english)(text))
    return Named(frozenset(n for n, firm in found if firm), frozenset(n for n, _ in found))


def missing(texts: dict[str, str]) -> frozenset[Fraction]:
    """Return the numbers that one of *texts*, a Chinese and an English one, counts and the other does not name.

    >>> [float(n) for n in missing({"zh": "增长30%。", "en": "It grew by 13 per cent."})]
    [0.13, 0.3]
    >>> missing({"zh": "约有1.2万人。", "en": "Some twelve thousand people."})
    frozenset()
    """
    chinese, english = named(texts.get("zh", ""), "zh"), named(texts.get("en", ""), "en")
    return frozenset(sorted((chinese.firm - english.loose) | (english.firm - chinese.loose)))


def shown(number: Fraction) -> str:
    """Return *number* as people write it.

    >>> shown(Fraction(23, 10)), shown(Fraction(230000000)), shown(Fraction(1, 3))
    ('2.3', '230000000', '1/3')
    """
    if number.denominator == 1:
        return str(number.numerator)
    return f"{float(number):.10g}" if Fraction(f"{float(number):.10g}") == number else str(number)
