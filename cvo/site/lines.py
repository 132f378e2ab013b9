"""Statements as the lines of N-Triples that say them: cut, not parsed again, for there are very many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Said = dict[str, dict[str, list[str]]]
"""What lines say: by subject and relation the values, each written as in N-Triples."""
ENDING = " .\n"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ONE = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def said_by(lines: Iterable[str]) -> Said:
    r"""Return what *lines* say, in their order.

    >>> said_by(['<a:s> <a:p> "x y"@en .\n', "<a:s> <a:p> <a:o> .\n"])
    {'<a:s>': {'<a:p>': ['"x y"@en', '<a:o>']}}
    """
    found: Said = {}
    last, said = "", {}
    for line in lines:
        subject, relation, value = line.split(" ", 2)
        if subject != last:
            said = found.setdefault(subject, {})
            last = subject
        if relation in said:
            said[relation].append(value[: value.rindex(" .")])
        else:
            said[relation] = [value[: value.rindex(" .")]]
    return found


def text_of(token: str) -> str:
    r"""Return the text of a literal, or the IRI.

    >>> text_of('"a \\"b\\""@en'), text_of("<a:b>")
    ('a "b"', 'a:b')
    """
    if token[0] == "<":
        return token[1:-1]
    if token[0] != '"':
        return token
    text = token[1 : token.rindex('"')]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    short, long, one = found.groups()
    return _ONE.get(one, one) if one else chr(int(short or long, 16))


def language_of(token: str) -> str:
    """Return the language of a literal, or nothing.

    >>> language_of('"a"@en'), language_of('"a@b"'), language_of("<a:b>")
    ('en', '', '')
    """
    return token[token.rindex('"') + 2 :] if token[0] == '"' and token[-1] not in '">' else ""


def text_in(values: Sequence[str] | None, lang: str) -> str:
    """Return the last of *values* that is in *lang*, else in no language, else nothing."""
    found = {language_of(value): value for value in values or () if value[0] == '"'}
    token = found.get(lang) or found.get("")
    return text_of(token) if token else ""


def texts_in(values: Sequence[str] | None, lang: str) -> list[str]:
    """Return those of *values* that are in *lang* or in no language."""
    return [text_of(value) for value in values or () if value[0] == '"' and (language_of(value) or lang) == lang]
