"""What was found at a site, each cause once with all the addresses at which it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cvo.errors import printable
from cvo.findings import text_in
from cvo.live.wording import SOFT, told

if TYPE_CHECKING:
    from cvo.findings import Texts

ERROR, NOTE = "error", "note"
WORDS = {
    "en": ("error", "note", "help", "and {} more", "{} errors, {} notes; {} requests about {} things ({:.1f} s)"),
    "zh": ("错误", "说明", "处理", "另有 {} 处", "{} 个错误，{} 个说明；就 {} 个事物发出 {} 次请求（{:.1f} 秒）"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One cause, with the *urls* at which it shows."""

    code: str
    severity: str
    messages: Texts
    help: Texts
    urls: tuple[str, ...]


@dataclass(slots=True)
class Findings:
    """What is found as the site is tested; *static* is a host that only gives files, *strict* lets nobody off."""

    strict: bool = False
    static: bool = False
    _found: dict[tuple[str, tuple[object, ...], bool], list[str]] = field(default_factory=dict)

    def add(self, code: str, url: str, *values: object, note: bool = False) -> None:
        """Find fault with *url* under the rule *code*; with *note*, only if all is asked."""
        urls = self._found.setdefault((code, values, note), [])
        if url not in urls:
            urls.append(url)

    def all(self) -> tuple[Found, ...]:
        """Return what was found, errors first."""
        found = []
        for (code, values, note), urls in self._found.items():
            let_off = not self.strict and (note or (self.static and code in SOFT))
            found.append(Found(code, NOTE if let_off else ERROR, *told(code, values), tuple(urls)))
        return tuple(sorted(found, key=lambda one: (one.severity, one.code, one.messages, one.urls)))


@dataclass(frozen=True, slots=True)
class Tested:
    """What was tested: the site at *url*, by *requests* about the *things*, and what was *found*."""

    url: str
    things: tuple[str, ...]
    requests: int
    found: tuple[Found, ...]
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """Return the exit status: 1 if there is an error."""
        return int(any(one.severity == ERROR for one in self.found))


def concise(tested: Tested, lang: str = "en") -> str:
    """Return *tested* for people, in *lang*."""
    error, note, to_do, more, total = WORDS[lang]
    lines = []
    for one in tested.found:
        others = f"  ({more.format(len(one.urls) - 1)})" if len(one.urls) > 1 else ""
        lines += [
            f"{error if one.severity == ERROR else note}[{one.code}] {printable(text_in(lang, one.messages))}",
            f"  --> {printable(one.urls[0])}{others}",
            f"   = {to_do}: {text_in(lang, one.help)}",
            "",
        ]
    errors = sum(one.severity == ERROR for one in tested.found)
    numbers = (tested.requests, len(tested.things)) if lang == "en" else (len(tested.things), tested.requests)
    return "\n".join([*lines, total.format(errors, len(tested.found) - errors, *numbers, tested.seconds), ""])


def as_json(tested: Tested) -> str:
    """Return *tested* as JSON, with both languages and all addresses."""
    found = [
        {"code": one.code, "severity": one.severity, "messages": dict(one.messages), "help": dict(one.help), "urls": list(one.urls)}
        for one in tested.found
    ]
    about = {"url": tested.url, "things": list(tested.things), "requests": tested.requests, "seconds": round(tested.seconds, 3)}
    return (
        json.dumps({**about, "errors": sum(one["severity"] == ERROR for one in found), "findings": found}, ensure_ascii=False, indent=2)
        + "\n"
    )
