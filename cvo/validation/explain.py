"""What each rule asks, in both languages, with a wrong and a right example; the examples are shipped beside the shapes."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.errors import InputError, Message
from cvo.files import data_root, read_text, shipped
from cvo.findings import SEVERITIES, text_in
from cvo.live import wording as live
from cvo.names import nearest
from cvo.quality import checks
from cvo.terms import CVO, SH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.findings import Texts

CORPORA = "corpora"  # the file about rules that one file alone cannot break
COMPONENTS = "components"  # the file about shapes of other people
TABLES = "tables"  # the file about what stands in a table of claims
WORDS = {
    "en": {"violation": "error", "warning": "warning", "info": "note", "wrong": "wrong", "right": "right", "shape": "shape"},
    "zh": {"violation": "错误", "warning": "警告", "info": "提示", "wrong": "错误写法", "right": "正确写法", "shape": "形状"},
}
WORDS["en"] |= {"table-wrong": "wrong in a table", "table-right": "right in a table"}
WORDS["zh"] |= {"table-wrong": "表格中的错误写法", "table-right": "表格中的正确写法"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the rule with a *code* asks.

    *home* says where the rule is written: a file of shapes, or nowhere if the program itself looks; *shape* is the IRI of the
    shape, or for a constraint of SHACL an example of a shape. A quality check or a test of a site has no examples but says what is *todo*.
    *table* is a wrong and a right example in a table, of a rule that one can break there by a word that means nothing.
    """

    code: str
    severity: str
    asks: Texts
    wrong: str
    right: str
    home: str = ""
    shape: str = ""
    todo: Texts = ()
    table: tuple[str, str] | None = None


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return the shipped examples by their codes, each with the name of its file."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("rules", "files", CORPORA, COMPONENTS):
        found |= {code: {**fields, "from": name} for code, fields in _read(name).items()}
    return found | {code: fields for code, fields in in_tables().items() if "asks" in fields}


@cache
def in_tables() -> dict[str, dict[str, Any]]:
    """Return the shipped examples of tables by their codes; with what it asks is the rule that only a table can break."""
    return {code: {**fields, "from": TABLES} for code, fields in _read(TABLES).items()}


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(read_text(data_root() / "shapes" / "examples" / f"{name}.toml"))


@cache
def explanations() -> dict[str, Explanation]:
    """Return the explanation of every code that a validation against the shipped shapes can report, sorted by code.

    After them come those of the quality checks and of the tests of a published site, and of the constraints of SHACL, which only
    shapes of other people report.
    """
    found = {}
    for path in shipped("shapes"):
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
        codes = {quad.subject: quad.object.value for quad in quads if quad.predicate.value == f"{CVO}code"}
        for shape, code in codes.items():
            about = [quad for quad in quads if quad.subject == shape]
            asks = tuple(sorted((q.object.language or "", q.object.value) for q in about if q.predicate.value == f"{SH}message"))
            level = next((q.object.value for q in about if q.predicate.value == f"{SH}severity"), SEVERITIES[0])
            severity = next(name for name in SEVERITIES if level.lower().endswith(name))
            name = shape.value if isinstance(shape, ox.NamedNode) else ""
            found[code] = Explanation(code, severity, asks, *_pair(code), home=f"shapes/{path.name}", shape=name)
    for code, fields in examples().items():
        if "asks" in fields:
            asks = tuple(sorted(fields["asks"].items()))
            found[code] = Explanation(code, fields.get("severity", SEVERITIES[0]), asks, *_pair(code), shape=fields.get("shape", ""))
    for check in checks.catalogue():
        asks, todo = _open(check.messages), _open(check.help)
        found[check.code] = Explanation(check.code, check.severity, asks, "", "", home=f"cvo check: {check.group}", todo=todo)

    for code, (en, zh, todo_en, todo_zh) in live.RULES.items():
        asks, todo = _open((("en", en), ("zh", zh))), (("en", todo_en), ("zh", todo_zh))
        found[code] = Explanation(code, SEVERITIES[0], asks, "", "", home="cvo check-live", todo=todo)
    for code, fields in in_tables().items():
        if "asks" not in fields:
            found[code] = replace(found[code], table=(fields["wrong"].strip("\n"), fields["right"].strip("\n")))

    def place(code: str) -> tuple[int, str]:
        return (1 if code not in examples() else 2 if examples()[code]["from"] == COMPONENTS else 0, code)

    return {code: found[code] for code in sorted(found, key=place)}


def _open(texts: Texts) -> Texts:
    """Return *texts* with what is filled in for each finding left open.

    >>> _open((("en", "{focus} has no label"),))
    (('en', '… has no label'),)
    """
    return tuple((lang, re.sub(r"\{\w*\}", "…", text)) for lang, text in texts)


def _pair(code: str) -> tuple[str, str]:
    fields = examples()[code]
    return fields["wrong"].strip("\n"), fields["right"].strip("\n")


def explain(code: str) -> Explanation:
    """Return the explanation of *code*; the ``CVO-`` or ``LIVE-`` before it and its case do not matter.

    >>> explain("polarity").code
    'CVO-POLARITY'

    Raises: InputError, if there is no such code.
    """
    known = explanations()
    word = code.strip().upper()
    found = next((known[name] for name in (word, f"CVO-{word}", f"LIVE-{word}") if name in known), None)
    if found is None:
        raise unknown(code, list(known))
    return found


def unknown(code: str, known: Sequence[str]) -> InputError:
    """Return the error that *code* is none of the codes *known*, with the one that was meant."""
    like = nearest(code.strip().upper().removeprefix("CVO-"), [name.removeprefix("CVO-") for name in known], 0.6)
    like = next((name for name in known if name.removeprefix("CVO-") == like), "") if like else ""
    hint = Message(f"did you mean {like}?", f"是否想写 {like}？") if like else Message("see: cvo explain --list", "见 cvo explain --list")
    return InputError(Message(f"no such code: {code}", f"没有这个代码：{code}"), hint=hint)


def told(found: Explanation, lang: str = "") -> str:
    """Return *found* for people, in *lang*, or in both languages.

    >>> print(told(explain("CVO-START-END"), "en"), end="")
    CVO-START-END · error · shapes/source.ttl
      oa:start must be smaller than oa:end
    <BLANKLINE>
    wrong
      oa:start 150 ;
      oa:end 123 ;
    <BLANKLINE>
    right
      oa:start 123 ;
      oa:end 150 ;
    """
    langs = [lang] if lang else ["zh", "en"]
    head = " · ".join([found.code, _words(found.severity, langs), *([found.home] if found.home else [])])
    lines = [head, *(f"  {text_in(each, found.asks)}" for each in langs), ""]
    if found.shape and not found.home:
        lines += [_words("shape", langs), *_indented(found.shape), ""]
    if found.todo:
        return "\n".join([*lines, *(f"  {text_in(each, found.todo)}" for each in langs), ""])
    for pair, before in ((found.wrong, found.right), ""), (found.table, "table-"):
        for name, text in zip(("wrong", "right"), pair or (), strict=False):
            lines += [_words(f"{before}{name}", langs), *_indented(text), ""]
    return "\n".join(lines)


def _words(name: str, langs: Sequence[str]) -> str:
    return " / ".join(WORDS[each][name] for each in langs)


def _indented(text: str) -> list[str]:
    r"""Return the lines of *text*, the least indented of them by two spaces.

    >>> _indented("    a\n      b")
    ['  a', '    b']
    """
    lines = text.splitlines()
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [f"  {line[least:]}" if line.strip() else "" for line in lines]


def listing(lang: str = "") -> str:
    """Return all codes, each with what it asks, one a line for each language."""
    langs = [lang] if lang else ["zh", "en"]
    width = max(map(len, explanations()))
    lines = []
    for found in explanations().values():
        lines += [f"{code:{width}}  {text_in(each, found.asks)}" for code, each in zip([found.code, ""], langs, strict=False)]
    return "\n".join([*lines, ""])


def as_json(found: Sequence[Explanation]) -> str:
    """Return *found* as a JSON list."""
    about = [
        {
            "code": each.code,
            "severity": each.severity,
            "asks": dict(each.asks),
            "wrong": each.wrong,
            "right": each.right,
            "home": each.home,
            "shape": each.shape,
            "todo": dict(each.todo),
            "table": dict(zip(("wrong", "right"), each.table or (), strict=False)),
        }
        for each in found
    ]
    return json.dumps(about, ensure_ascii=False, indent=2) + "\n"
