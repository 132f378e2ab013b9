"""Cells and RDF terms: what is typed into a column means which term, and how a term is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import CvoError, Message, brief
from cvo.names import parsed, short
from cvo.tables.instance import TYPE, turtle
from cvo.tables.vocabulary import expand
from cvo.terms import CVO, PREFIXES, SOURCE, XSD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cvo.tables.columns import Column
    from cvo.tables.instance import Term
    from cvo.tables.vocabulary import Vocabulary

CLAIM = re.compile(r"(?:([a-z]+(?:-[a-z0-9]+)*))?[:#]?(c[0-9]{3,})")
_DATES = (("gYear", r"[0-9]{4}"), ("gYearMonth", r"[0-9]{4}-[0-9]{2}"), ("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"))
_TURTLE = re.compile(r'"(?:[^"\\]|\\.)*"(?:@[A-Za-z-]+|\^\^\S+)|<[^<>"{}|^`\\\s]+>')
_DEFAULTS = {
    f"{CVO}polarity": f"{CVO}affirmed",
    f"{CVO}certainty": f"{CVO}asserted",
    f"{CVO}basis": f"{CVO}noBasis",
    f"{CVO}attributionMode": f"{CVO}authorOwn",
}
_MODALITIES = {f"{CVO}NormativeClaim": f"{CVO}recommended", f"{CVO}EventClaim": f"{CVO}historical"}


def term(text: str, column: Column, vocabulary: Vocabulary, source: str, *, near: tuple[str, str] | None = None) -> Term:  # noqa: C901, PLR0911
    """Return the RDF term that *text* in *column* means, in a table of the source with the IRI *source*.

    *near* is as in `Vocabulary.find`. Raises: CvoError, if it means none.
    """
    if column.form == "text":
        return ox.Literal(text, language=column.lang)
    if _TURTLE.fullmatch(text):
        return _as_turtle(text)
    match column.form:
        case "term" | "choice":
            return vocabulary.find(text, column.kind, near=near)
        case "claim":
            return claim(text, source)
        case "string":
            return ox.Literal(text)
        case "date" | "day":
            return _date(text, _DATES if column.form == "date" else _DATES[-1:])
        case "decimal":
            if not re.fullmatch(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", text):
                raise CvoError(
                    Message(f"not a figure: {brief(text)}", f"不是数字：{brief(text)}"),
                    hint=Message(
                        "write digits alone, such as 1200000 or 0.70; unit and words go into unit and raw-value",
                        "只写数字，如 1200000 或 0.70；单位写入“单位”列，原文写法写入“原始数值”列",
                    ),
                )
            return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}decimal"))
        case "uri":
            if not re.fullmatch(r"ni:///sha-256;[A-Za-z0-9_-]{43}", text):
                hint = Message("leave it empty; --text works it out", "请留空，由 --text 算出")
                raise CvoError(Message(f"not a digest: {brief(text)}", f"不是摘要值：{brief(text)}"), hint=hint)
            return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}anyURI"))
        case _:
            if not re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text):
                iri = "https://creativecommons.org/licenses/by/4.0/"
                raise CvoError(
                    Message(f"not an IRI: {brief(text)}", f"不是 IRI：{brief(text)}"),
                    hint=Message(f"write the whole of it, such as {iri}", f"请写完整，如 {iri}"),
                )
            return ox.NamedNode(text)


def claim(text: str, source: str) -> ox.NamedNode:
    """Return the claim that *text* names. Raises: CvoError, if it names none.

    >>> claim("c007", "https://w3id.org/cvo/source/sun-nd").value, claim("bi-2019:c001", "").value
    ('https://w3id.org/cvo/source/sun-nd#c007', 'https://w3id.org/cvo/source/bi-2019#c001')
    """
    found = CLAIM.fullmatch(text.removeprefix(SOURCE).strip())
    if not found:
        raise CvoError(
            Message(f"not the number of a claim: {brief(text)}", f"不是论断编号：{brief(text)}"),
            hint=Message("write c007, or bi-2019:c007 for a claim of another source", "请写 c007；其他来源的论断写 bi-2019:c007"),
        )
    return ox.NamedNode(f"{SOURCE + found[1] if found[1] else source}#{found[2]}")


def _date(text: str, kinds: Sequence[tuple[str, str]]) -> ox.Literal:
    for name, pattern in kinds:
        if re.fullmatch(pattern, text):
            return ox.Literal(text, datatype=ox.NamedNode(XSD + name))
    hint = Message("write 2019, 2019-05 or 2019-05-20", "请写成 2019、2019-05 或 2019-05-20")
    day = Message("write 2019-05-20", "请写成 2019-05-20")
    raise CvoError(Message(f"not a date: {brief(text)}", f"不是日期：{brief(text)}"), hint=hint if len(kinds) > 1 else day)


def _as_turtle(text: str) -> Term:
    head = "".join(f"@prefix {name}: <{iri}> . " for name, iri in PREFIXES.items())
    try:
        quad = next(iter(ox.parse(f"{head}<urn:s> <urn:p> {text} .", format=ox.RdfFormat.TURTLE)))
    except (SyntaxError, StopIteration) as error:
        said = dict(parsed(str(error))[0])
        raise CvoError(
            Message(f"not a term of Turtle: {brief(text)}", f"不是 Turtle 的写法：{brief(text)}"), hint=Message(said["en"], said["zh"])
        ) from None
    value: Term = quad.object
    return value


def typed(value: Term, column: Column, vocabulary: Vocabulary, source: str, lang: str = "") -> str | None:  # noqa: PLR0911
    """Return how *value* is typed into *column*, in the language *lang*; None if the column cannot hold it."""
    if column.form == "text":
        if not isinstance(value, ox.Literal) or value.language != column.lang or value.value != value.value.strip() or not value.value:
            return None
        return value.value
    if isinstance(value, ox.NamedNode):
        if column.form in {"term", "choice"}:
            name = vocabulary.name(value.value, column.kind, lang or ("en" if column.form == "choice" else ""))
            return name if _means(name, value, column, vocabulary, source) else f"<{value.value}>"
        if column.form == "claim":
            return value.value.removeprefix(f"{source}#") if value.value.startswith(f"{source}#") else short(value.value)
        return value.value if column.form == "iri" else f"<{value.value}>"
    if not isinstance(value, ox.Literal):
        return None
    if _means(value.value, value, column, vocabulary, source):
        return value.value
    text = turtle(value, PREFIXES)
    return text if _means(text, value, column, vocabulary, source) else None


def _means(text: str, value: Term, column: Column, vocabulary: Vocabulary, source: str) -> bool:
    try:
        return text == text.strip() and "\n" not in text and term(text, column, vocabulary, source) == value
    except CvoError:
        return False


def defaults(said: Mapping[str, Sequence[Term]], creators: Sequence[Term]) -> dict[str, list[Term]]:
    """Return what a claim says that only *said* was written of; *creators* are those of its source."""
    found: dict[str, list[Term]] = {iri: [ox.NamedNode(value)] for iri, value in _DEFAULTS.items()}
    modality = next(iter(said.get(f"{CVO}modality", ())), None)
    kind = next(iter(said.get(TYPE, ())), None)
    if kind is None:
        name = "Relation"
        if said.get(expand("qudt:numericValue")):
            name = "Statistic"
        elif said.get(f"{CVO}eventDate"):
            name = "Event"
        elif modality in (ox.NamedNode(f"{CVO}recommended"), ox.NamedNode(f"{CVO}required")):
            name = "Normative"
        kind = ox.NamedNode(f"{CVO}{name}Claim")
        found[TYPE] = [kind]
    general = f"{CVO}conditional" if said.get(f"{CVO}condition") else f"{CVO}general"
    found[f"{CVO}modality"] = [ox.NamedNode(_MODALITIES.get(kind.value if isinstance(kind, ox.NamedNode) else "", general))]
    if said.get(f"{CVO}attributionMode", found[f"{CVO}attributionMode"])[0] == ox.NamedNode(f"{CVO}authorOwn"):
        found[f"{CVO}opinionHolder"] = list(creators)
    return {iri: values for iri, values in found.items() if iri not in said}


def spare(said: Mapping[str, Sequence[Term]], creators: Sequence[Term]) -> set[str]:
    """Return the properties that need not be written, because they are what goes without saying."""
    left = {iri: list(values) for iri, values in said.items()}
    spared: set[str] = set()
    for iri in (*_DEFAULTS, f"{CVO}opinionHolder", f"{CVO}modality", TYPE):
        if iri in left:
            trial = {other: values for other, values in left.items() if other != iri}
            assumed = defaults(trial, creators)
            if all(assumed.get(name) == list(said[name]) for name in (*spared, iri)):
                spared.add(iri)
                left = trial
    return spared
