"""The values of literals: whether the text of one is in its datatype's lexical space, and which of two values is less."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from cvo.terms import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyoxigraph as ox

LONGEST = 4000  # digits: a longer number has no value for Python, and nobody means one
_ZONE = r"(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_DATE = r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-4]):([0-5]\d):([0-5]\d(?:\.\d+)?)"
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN", re.ASCII)
_DATE_ONLY, _DATE_TIME, _TIME_ONLY = (re.compile(text + _ZONE, re.ASCII) for text in (_DATE, f"{_DATE}T{_TIME}", _TIME))
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{name: (-(1 << bits), (1 << bits) - 1) for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))},
    **{
        name: (0, (1 << bits) - 1) for name, bits in (("unsignedLong", 64), ("unsignedInt", 32), ("unsignedShort", 16), ("unsignedByte", 8))
    },
}
NUMERIC = frozenset(XSD + name for name in (*RANGES, "decimal", "double", "float"))
_PATTERNS = {
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "boolean": r"true|false|1|0",
    "duration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "dayTimeDuration": r"-?P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "yearMonthDuration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?",
    "gYear": r"-?(?:[1-9]\d{3,}|0\d{3})" + _ZONE,
    "gYearMonth": r"-?(?:[1-9]\d{3,}|0\d{3})-(?:0[1-9]|1[0-2])" + _ZONE,
    "gMonth": r"--(?:0[1-9]|1[0-2])" + _ZONE,
    "gDay": r"---(?:0[1-9]|[12]\d|3[01])" + _ZONE,
    "gMonthDay": r"--(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))" + _ZONE,
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*(?:(?:[A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?="
    r"|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
}


def _matching(pattern: str) -> Callable[[str], bool]:
    full = re.compile(pattern, re.ASCII).fullmatch
    return lambda text: full(text) is not None


def _within(least: int | None, most: int | None) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        if _INTEGER.fullmatch(text) is None:
            return False
        if least is None and most is None:
            return True
        if len(text) > LONGEST:
            return (most is None) if text[0] != "-" else (least is None)
        number = int(text)
        return (least is None or number >= least) and (most is None or number <= most)

    return fits


def _is_day(year: str, month: str, day: str) -> bool:
    number = int(day)
    if month == "02" and number == 29:  # noqa: PLR2004
        past = abs(int(year[-4:]))
        return past % 4 == 0 and (past % 100 != 0 or int(year[-4:]) % 400 == 0 or int(year) % 400 == 0)
    return number <= _DAYS[int(month) - 1]


def _is_date(text: str) -> bool:
    found = _DATE_ONLY.fullmatch(text)
    return found is not None and _is_day(found[1], found[2], found[3])


def _is_time(hour: str, minute: str, second: str) -> bool:
    return hour != "24" or (minute == "00" and Decimal(second) == 0)


def _is_date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    return found is not None and _is_day(found[1], found[2], found[3]) and _is_time(found[4], found[5], found[6])


def _is_time_of_day(text: str) -> bool:
    found = _TIME_ONLY.fullmatch(text)
    return found is not None and _is_time(found[1], found[2], found[3])


_FITS: dict[str, Callable[[str], bool]] = {
    **{XSD + name: _within(*limits) for name, limits in RANGES.items()},
    **{XSD + name: _matching(pattern) for name, pattern in _PATTERNS.items()},
    **{XSD + name: lambda text: _DOUBLE.fullmatch(text) is not None for name in ("double", "float")},
    f"{XSD}date": _is_date,
    f"{XSD}dateTime": _is_date_time,
    f"{XSD}dateTimeStamp": lambda text: _is_date_time(text) and (text[-1] == "Z" or text[-6] in "+-"),
    f"{XSD}time": _is_time_of_day,
    f"{RDF}langString": lambda _: True,
}


def lexical_test(datatype: str) -> Callable[[str], bool] | None:
    """Return the test whether a text is in the lexical space of *datatype*; None if every text is, or nobody knows.

    >>> fits = lexical_test("http://www.w3.org/2001/XMLSchema#date")
    >>> [fits(text) for text in ("2024-02-29", "2023-02-29", "2024-13-01", "last spring")]
    [True, False, False, False]
    """
    return _FITS.get(datatype)


Value = tuple[str, object]
"""The kind of a value (only values of one kind can be compared) and what Python compares."""


@lru_cache(16_384)
def value_of(literal: ox.Literal) -> Value | None:
    """Return the value of *literal*, or None if it has none that SPARQL could order."""
    return None if literal.language else _value(literal.value, literal.datatype.value)


def _value(text: str, datatype: str) -> Value | None:  # noqa: PLR0911 - one return for each kind
    kind = datatype.removeprefix(XSD)
    if kind == "string":
        return ("string", text)
    fits = _FITS.get(datatype)
    if fits is None or not fits(text):
        return None
    if datatype in NUMERIC:
        return _number(text, kind)
    match kind:
        case "boolean":
            return ("boolean", text in ("true", "1"))
        case "date" if found := _DATE_ONLY.fullmatch(text):
            return _instant("date", _day(found[1], found[2], found[3]), "00", "00", "0", found[4])
        case "dateTime" | "dateTimeStamp" if found := _DATE_TIME.fullmatch(text):
            return _instant("dateTime", _day(found[1], found[2], found[3]), found[4], found[5], found[6], found[7])
        case "time" if found := _TIME_ONLY.fullmatch(text):
            return _instant("time", 0, found[1], found[2], found[3], found[4])
        case _:
            return None


def _number(text: str, kind: str) -> Value | None:
    if kind in ("double", "float"):
        number = float(text.replace("INF", "inf"))
        return None if number != number else ("number", number)  # noqa: PLR0124 - NaN is less than nothing
    try:
        return ("number", Decimal(text))
    except InvalidOperation:
        return None


def _day(year: str, month: str, day: str) -> int:
    """Return the number of the day, counted from 0000-03-01 of the Gregorian calendar that always was."""
    y, m = int(year), int(month)
    y -= m <= 2  # noqa: PLR2004
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * ((m + 9) % 12) + 2) // 5 + int(day) - 1


def _instant(  # noqa: PLR0913, PLR0917
    kind: str, day: int, hour: str, minute: str, second: str, zone: str | None
) -> Value:
    """Return an instant; one without a time zone cannot be compared with one that has it."""
    seconds = Decimal(day * 86400 + int(hour) * 3600 + int(minute) * 60) + Decimal(second)
    if not zone:
        return (f"{kind} somewhere", seconds)
    if zone != "Z":
        away = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= away if zone[0] == "+" else -away
    return (kind, seconds)


def order(left: ox.Literal, right: ox.Literal) -> int | None:
    """Return -1, 0 or 1 as *left* is less than, equal to or greater than *right*; None if SPARQL cannot say.

    >>> import pyoxigraph as ox
    >>> order(ox.Literal(1), ox.Literal("1.50", datatype=ox.NamedNode(f"{XSD}decimal"))), order(ox.Literal("a"), ox.Literal(1))
    (-1, None)
    """
    one, other = value_of(left), value_of(right)
    if one is None or other is None or one[0] != other[0]:
        return None
    a, b = cast("Any", one[1]), cast("Any", other[1])
    return int(a > b) - int(a < b)
