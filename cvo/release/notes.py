"""A comparison of two states as text for a terminal, as release notes in Chinese or English, and as JSON."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cvo.names import short
from cvo.release.comparing import LEVELS, STATUSES
from cvo.release.states import GROUPS
from cvo.terms import CVO, DCTERMS, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.release.comparing import Change, Comparison
    from cvo.release.states import State

_SIGNS = {"added": "+", "changed": "~", "deprecated": "!", "removed": "-"}
_IN_SUM = ("passage", "document", "other")
"""What only a count is given of in release notes: nobody looks for them by name."""
_LISTED = 20
"""As many added claims of a source are listed in release notes; of more than these the number is told."""
_REASONS = 12
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "today": "the working data",
        "class": "Classes",
        "property": "Relations",
        "value": "Values",
        "term": "Terms",
        "source": "Sources",
        "claim": "Claims",
        "comparison": "Comparisons",
        "passage": "Passages",
        "document": "Documents",
        "other": "Other things",
        "axiom": "Axioms without a name",
        "added": "added",
        "changed": "changed",
        "deprecated": "deprecated",
        "removed": "removed",
        "none": "no change",
        "patch": "patch",
        "minor": "minor",
        "major": "major",
        "verdict": "Version",
        "next": "the version after {old} is {new}",
        "low": "the data say {has}, which is too low",
        "same": "Nothing has changed.",
        "title": "Changes from {old} to {new}",
        "reasons": "Because of",
        "stricter": "data that were consistent may be so no more",
        "lost": "what followed from it follows no more",
        "another-claim": "it claims something else now",
        "removed-undeprecated": "removed without having been deprecated",
        "more": "and {n} more",
        "claims": "{n} claims",
        "nothing": "nothing",
        ":": ": ",
        ",": ", ",
        "(": " (",
        ")": ")",
    },
    "zh": {
        "today": "当前数据",
        "class": "类",
        "property": "关系",
        "value": "取值",
        "term": "词条",
        "source": "来源",
        "claim": "论断",
        "comparison": "比较",
        "passage": "段落",
        "document": "文件",
        "other": "其他",
        "axiom": "无名公理",
        "added": "新增",
        "changed": "修改",
        "deprecated": "弃用",
        "removed": "删除",
        "none": "无变化",
        "patch": "修订",
        "minor": "次要版本",
        "major": "主要版本",
        "verdict": "版本",
        "next": "{old} 之后应为 {new}",
        "low": "数据标明为 {has}，偏低",
        "same": "没有变化。",
        "title": "从 {old} 到 {new} 的变化",
        "reasons": "理由",
        "stricter": "原本一致的数据可能不再一致",
        "lost": "由它推出的结论不再成立",
        "another-claim": "论断的内容已经不同",
        "removed-undeprecated": "未经弃用即被删除",
        "more": "另有 {n} 项",
        "claims": "{n} 条论断",
        "nothing": "无",
        ":": "：",
        ",": "，",
        "(": "（",
        ")": "）",
    },
}


def write(comparison: Comparison, form: str, lang: str = "en") -> str:
    """Return *comparison* in the format *form*: table, md or json; words in *lang*."""
    if form == "json":
        return json.dumps(_as_json(comparison), ensure_ascii=False, indent=1) + "\n"
    return "".join(f"{line}\n" for line in (_md if form == "md" else _text)(comparison, WORDS[lang], lang))


def _names(comparison: Comparison, words: dict[str, str]) -> tuple[str, str]:
    return comparison.old.name or words["today"], comparison.new.name or words["today"]


def _verdict(comparison: Comparison, words: dict[str, str]) -> str:
    said = words[comparison.level]
    if comparison.level != "none" and comparison.wanted:
        said += words[","] + words["next"].format(old=comparison.old.version, new=comparison.wanted)
        if not comparison.suffices:
            said += words[","] + words["low"].format(has=comparison.new.version)
    return said


def _reasons(comparison: Comparison, words: dict[str, str], lang: str) -> list[str]:
    """Return why the verdict is no lower, at most `_REASONS` of the reasons, if it is more than a patch."""
    if LEVELS.index(comparison.level) < LEVELS.index("minor"):
        return []
    told = []
    for change in comparison.changes:
        if change.level == comparison.level:
            why = [f"{short(relation) + ' ' if relation else ''}{words.get(reason, '')}".strip() for reason, relation in change.reasons]
            why = [reason for reason in why if reason] or [words[change.status]]
            told.append(f"{_name(comparison, change, lang)}{words[':']}{words[','].join(why)}")
    return [*told[:_REASONS], *([words["more"].format(n=len(told) - _REASONS)] if len(told) > _REASONS else [])]


def _state(comparison: Comparison, change: Change) -> State:
    return comparison.old if change.status == "removed" else comparison.new


def _name(comparison: Comparison, change: Change, lang: str) -> str:
    label = _label(_state(comparison, change), change.iri, lang)
    name = _shown(change.iri)
    return f"{name} {label}" if label else name


def _label(state: State, iri: str, lang: str) -> str:
    for relation in (f"{RDFS}label", f"{SKOS}prefLabel", f"{CVO}statement", f"{DCTERMS}title", f"{CVO}reason"):
        for value in sorted(state.things[iri].get(relation, ())):
            if value.endswith(f'"@{lang}'):
                return _literal(value)
    return ""


def _literal(value: str) -> str:
    r"""Return the text of a literal in N-Triples.

    >>> _literal('"a \\"b\\""@en'), _literal('"1"^^<http://www.w3.org/2001/XMLSchema#integer>')
    ('a "b"', '1')
    """
    text = re.sub(r'"(?:@[\w-]+|\^\^<[^>]*>)?$', "", value[1:])
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t", "r": "\r"}.get(escape[1], escape[1]), text)


def _shown(value: str) -> str:
    """Return *value*, an IRI, a value in N-Triples or what has no name, as people read it on one line.

    >>> _shown("<https://w3id.org/cvo/term/gan>"), _shown('"甲"@zh'), _shown("https://w3id.org/cvo/source/bi-2019#c001")
    ('cvt:gan', '“甲”@zh', 'bi-2019:c001')
    """
    if value.startswith("["):
        return re.sub(r"<([^>]*)>", lambda iri: short(iri[1]), value)
    if value.startswith('"'):
        tag = value.rpartition('"')[2]
        return f"“{' '.join(_literal(value).split())}”{tag if tag.startswith('@') else ''}"
    iri = value.removeprefix("<").removesuffix(">")
    part = re.fullmatch(r"https://w3id\.org/cvo/source/([\w-]+)#([\w-]+)", iri)
    return f"{part[1]}:{part[2]}" if part else short(iri)


def _values(values: Sequence[str], words: dict[str, str]) -> str:
    return words[","].join(map(_shown, values)) or words["nothing"]


def _text(comparison: Comparison, words: dict[str, str], lang: str) -> Iterator[str]:
    old, new = _names(comparison, words)
    yield f"{old} → {new}"
    for group in GROUPS:
        changes = [change for change in comparison.changes if change.group == group]
        if changes:
            counts = words[","].join(f"{n} {words[status]}" for status in STATUSES if (n := len(comparison.of(group, status))))
            yield ""
            yield f"{words[group]}{words[':']}{counts}"
        for change in changes if group != "passage" else ():
            yield f"  {_SIGNS[change.status]} {_name(comparison, change, lang)}"
            for one in change.differences:
                yield f"      {short(one.relation)}{words[':']}{_values(one.before, words)} → {_values(one.after, words)}"
    if comparison.changes:
        yield ""
    yield f"{words['verdict']}{words[':']}{_verdict(comparison, words)}"
    yield from (f"  {reason}" for reason in _reasons(comparison, words, lang))


def _plain(text: str) -> str:
    r"""Return *text* so that Markdown shows it as it is.

    >>> print(_plain("a_b <c> *d*"))
    a\_b \<c> \*d\*
    """
    return re.sub(r"([\\`*_\[\]<#|])", r"\\\1", text)


def _md(comparison: Comparison, words: dict[str, str], lang: str) -> Iterator[str]:
    old, new = _names(comparison, words)
    yield f"## {_plain(words['title'].format(old=old, new=new))}"
    yield ""
    if not comparison.changes:
        yield words["same"]
        return
    yield f"**{words['verdict']}**{words[':']}{_plain(_verdict(comparison, words))}"
    if reasons := _reasons(comparison, words, lang):
        yield ""
        yield f"{words['reasons']}{words[':'].rstrip()}"
        yield ""
        yield from (f"- {_plain(reason)}" for reason in reasons)
    for group in GROUPS:
        changes = [change for change in comparison.changes if change.group == group]
        if not changes:
            continue
        yield ""
        yield f"### {words[group]}"
        for status in STATUSES:
            mine = comparison.of(group, status)
            if mine:
                yield ""
                yield f"**{words[status]}**{words['(']}{len(mine)}{words[')']}"
                lines = [line for change in mine for line in _item(comparison, change, words, lang)]
                if group in _IN_SUM:
                    lines = []
                elif (group, status) == ("claim", "added"):
                    lines = list(_claims(comparison, mine, words, lang))
                if lines:
                    yield ""
                    yield from lines


def _item(comparison: Comparison, change: Change, words: dict[str, str], lang: str) -> Iterator[str]:
    label = _label(_state(comparison, change), change.iri, lang)
    yield f"- `{_shown(change.iri)}`{' ' + _plain(' '.join(label.split())) if label else ''}"
    for one in change.differences:
        yield f"  - `{short(one.relation)}`{words[':']}{_plain(_values(one.before, words))} → {_plain(_values(one.after, words))}"


def _claims(comparison: Comparison, added: list[Change], words: dict[str, str], lang: str) -> Iterator[str]:
    """Give the added claims by their source: each, or the number of them if they are many."""
    for source, claims in groupby(added, key=lambda change: change.iri.partition("#")[0]):
        mine = list(claims)
        if len(mine) > _LISTED:
            yield f"- `{short(source)}`{words[':']}{words['claims'].format(n=len(mine))}"
        else:
            yield from (line for change in mine for line in _item(comparison, change, words, lang))


def _as_json(comparison: Comparison) -> dict[str, Any]:
    def named(state: State) -> dict[str, str]:
        return {"name": state.name, "version": state.version}

    counts = {group: found for group in GROUPS if (found := {status: n for status in STATUSES if (n := len(comparison.of(group, status)))})}
    return {
        "old": named(comparison.old),
        "new": named(comparison.new),
        "level": comparison.level,
        "version": comparison.wanted,
        "version-suffices": comparison.suffices,
        "counts": counts,
        "changes": [
            {
                "iri": change.iri,
                "group": change.group,
                "status": change.status,
                "level": change.level,
                "reasons": [f"{relation} {reason}".strip() for reason, relation in change.reasons],
                "values": [
                    {"relation": one.relation, "before": list(one.before), "after": list(one.after), "level": one.level}
                    for one in change.differences
                ],
            }
            for change in comparison.changes
        ],
    }
