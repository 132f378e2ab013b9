"""How a draft is written: the terms found for a terminal or a spreadsheet, and the sentences with their terms on a terminal only."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from cvo.contribute.drafting import PLACES, as_json, as_yaml, rows
from cvo.errors import InputError, printable
from cvo.table import lay_out

if TYPE_CHECKING:
    from cvo.contribute.drafting import Draft

_HEADINGS: Final = {
    "zh": ["词条", "类别", "中文", "英文", "次数", "未编码", "位置（行:列）"],
    "en": ["term", "kind", "zh", "en", "count", "uncovered", "line:column"],
}
_SUMMARY: Final = {
    "zh": "{sentences} 句，其中 {open} 句尚无论断；{terms} 个词条出现 {matches} 次",
    "en": "{sentences} sentences, {open} of them without a claim; {terms} terms found {matches} times",
}


def write(found: Draft, form: str, *, lang: str, width: int = 0, every: bool = False) -> str:
    """Return *found* in the format *form*: ``yaml``, ``table``, ``csv`` or ``json``."""
    if form == "yaml":
        return as_yaml(found, every=every)
    if form == "json":
        return as_json(found)
    columns, table = rows(found)
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([columns, *table])
        return text.getvalue()
    shortened = [[*row[:-1], _few(row[-1].split())] for row in table]
    return lay_out(_HEADINGS[lang], shortened, width)


def summary(found: Draft, lang: str) -> str:
    """Return what *found* amounts to in one line."""
    fresh = sum(s.status in ("", "partly", "open") for s in found.skeletons)
    counts = {"sentences": len(found.skeletons), "open": fresh, "terms": len(found.found), "matches": sum(map(len, found.found.values()))}
    return _SUMMARY[lang].format(**counts)


def refuse_but_on_terminal(on_terminal: bool) -> None:  # noqa: FBT001 - the only thing it is about
    """Raise an InputError unless *on_terminal*: the words of a document belong into no file of the project."""
    if not on_terminal:
        raise InputError("snippets are shown on a terminal only", hint="leave --snippets out; files get offsets only")


def snippets(found: Draft, lang: str) -> str:
    """Return each sentence with its place and its terms, to be read on a terminal."""
    lines = []
    for s in found.skeletons:
        labels = dict.fromkeys(getattr(found.terms[match.terms[0]], lang) for match in s.matches)
        lines.append(printable(f"{s.line}: {' '.join(found.text[s.unit.start : s.unit.end].split())}"))
        lines.append(
            printable(f"    {s.status or '–'} · {', '.join(labels) or '–'} · {', '.join(value for _, value in s.suggested) or '–'}")
        )
    return "\n".join(lines) + "\n"


def _few(places: list[str]) -> str:
    return " ".join(places[:PLACES]) + (f" +{len(places) - PLACES}" if len(places) > PLACES else "")
