"""The numbers that a Chinese or English text names, as exact values: 2.3亿, 三成, 百分之二十, 30 per cent, ten thousand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Numeral: TypeAlias = "tuple[Fraction, bool]"
"""A number, and whether it is firm: written to be counted."""

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
MARKS = {"%": 100, "％": 100, "个百分点": 100, "‰": 1000, "成": 10}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
ONES = {
    word: number
    for number, word in enumerate(
        [
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
            *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        ]
    )
}
TENS = {word: 10 * n for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
            *("thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
        ],
        1,
    )
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
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


def _value(text: str) -> Fraction | None:
    return _plain(text) if text[0].isdigit() else chinese_number(text)


def _century(found: re.Match[str]) -> Iterator[Numeral]:
    number, decade = _value(found["century"]), found["decade"]
    if number:
        yield ((number - 1) * 100 + (_value(decade) or 0) if decade else number), True


def _percent(found: re.Match[str]) -> Iterator[Numeral]:
    if (number := _value(found["percent"])) is not None:
        yield number / 100, True


def _fraction(found: re.Match[str]) -> Iterator[Numeral]:
    below, above = chinese_number(found["denominator"]), chinese_number(found["numerator"])
    if below and above:
        yield above / below, True


def _arabic(found: re.Match[str]) -> Iterator[Numeral]:
    number = _plain(found["arabic"]) * _scale(found["scale"] or "")
    yield number / MARKS.get((found["mark"] or "").strip(), 1), True


def _tenths(found: re.Match[str]) -> Iterator[Numeral]:
    yield Fraction(DIGITS[found["tenths"]], 10) + (Fraction(1, 20) if found["half"] else 0), True


def _han(found: re.Match[str]) -> Iterator[Numeral]:
    text = found["han"]
    if (number := chinese_number(text)) is not None:
        counted = not set(text).isdisjoint("百千万亿") and not set(text).isdisjoint(DIGITS)
        yield (number / 100 if found["points"] else number), counted or bool(found["points"])
    yield from (
        (Fraction(DIGITS[c] if c in DIGITS else UNITS[c]), False) for c in text if c in DIGITS or c in UNITS
    )  # 三四个: three or four


def _in_passing(found: re.Match[str]) -> Iterator[Numeral]:
    yield from (
        (number, False) for number in {"半": (Fraction(1, 2),), "单": (Fraction(1),)}.get(found["passing"], (Fraction(2), Fraction(1)))
    )


_KINDS = (
    ("century", _century),
    ("percent", _percent),
    ("denominator", _fraction),
    ("arabic", _arabic),
    ("tenths", _tenths),
    ("han", _han),
    ("passing", _in_passing),
)


def _in_chinese(text: str) -> Iterator[Numeral]:
    """Return each number with whether it is firm."""
    for found in _ZH.finditer(text):
        yield from next(read for kind, read in _KINDS if found[kind])(found)


@dataclass(slots=True)
class _Spoken:
    """A number of which more words may follow: *total* of the thousands and millions that are over, *value* of what is not."""

    value: Fraction
    firm: bool
    total: Fraction = Fraction(0)

    def extend(self, word: str) -> bool:
        """Take *word* as a further part of the number, and return whether it is one."""
        scale = SCALES.get(word) or SCALES.get(word.removesuffix("s"))
        if scale == SCALES["hundred"]:
            self.value *= scale
        elif scale:
            self.total, self.value = self.total + self.value * scale, Fraction(0)
        elif word in ONES and self.value in TENS.values():  # twenty-three
            self.value += ONES[word]
            return True
        elif word in ONES | TENS and self.firm and self.value % 100 == 0:  # two hundred and fifty
            self.value += (ONES | TENS)[word]
        elif word in ("per", "percent"):
            self.value /= 100
        else:
            return False
        self.firm = True
        return True


def _begun(found: re.Match[str]) -> _Spoken | None:
    """Return the number that *found* begins, if it begins one."""
    if found["arabic"]:
        return _Spoken(_plain(found["arabic"]) / (100 if found["mark"] else 1), firm=True)
    word = found["word"].lower()
    number = (ONES | TENS | ORDINALS | SCALES | {f"{word}s": n for word, n in SCALES.items()}).get(word)
    return None if number is None else _Spoken(Fraction(number), firm=False)


def _loose(word: str) -> Iterator[Numeral]:
    """Return what *word* may mean besides: a month, a Roman numeral, half, twice, threefold."""
    low = word.lower()
    root = next((r for r in (low, low.removesuffix("d"), low.removesuffix("s"), low.removesuffix("fold")) if r in PASSING), "")
    numbers = [
        *PASSING.get(root, ()),
        *([ROMAN[word]] if word in ROMAN else ()),
        *([MONTHS.index(low) + 1] if word.istitle() and low in MONTHS else ()),
    ]
    numbers += [ONES[low.removesuffix("fold")]] if low.endswith("fold") and low.removesuffix("fold") in ONES else []
    yield from ((Fraction(number), False) for number in numbers)


def _in_english(text: str) -> Iterator[Numeral]:
    """Return each number with whether it is firm: words that make one number are taken together."""
    spoken: _Spoken | None = None
    end = 0
    for found in _EN.finditer(text):
        between, word = text[end : found.start()], found["word"] or ""
        end = found.end()
        if spoken and word == "and" and between == " ":
            continue
        if spoken and not between.strip(" -\u2011\u00a0") and spoken.extend(word.lower()):
            continue
        if spoken:
            yield spoken.total + spoken.value, spoken.firm
        spoken = _begun(found)
        yield from _loose(word)
    if spoken:
        yield spoken.total + spoken.value, spoken.firm


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
