"""A report as one HTML page in both languages; it needs no script and asks no other server for anything."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from cvo.findings import SEVERITIES
from cvo.validation.reports.words import WORDS, helped, local, plain, said, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cvo.findings import Finding, Report

LANGS = {"zh": "中文", "en": "English"}
STYLE = """
:root { color-scheme: light dark; --line: #8885; --violation: #c0262d; --warning: #9a6700; --info: #0a6e8a; }
@media (prefers-color-scheme: dark) { :root { --violation: #ff7b72; --warning: #e3b341; --info: #56c8e0; } }
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
#zh:checked ~ main [lang=en], #en:checked ~ main [lang=zh] { display: none; }
label { cursor: pointer; margin-inline-end: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
article { border-inline-start: 4px solid; padding: .1rem 0 .1rem 1rem; margin: 1rem 0; }
.violation { border-color: var(--violation); } .warning { border-color: var(--warning); } .info { border-color: var(--info); }
.violation strong { color: var(--violation); } .warning strong { color: var(--warning); } .info strong { color: var(--info); }
article p { margin: .3rem 0; overflow-wrap: anywhere; }
code, pre { font: .9em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; padding: .5rem .8rem; }
mark { background: none; color: inherit; text-decoration: underline wavy var(--violation); text-underline-offset: .25em; }
.where { opacity: .75; }
@media print { label, input { display: none; } }
"""


def write(report: Report, lang: str = "en") -> str:
    """Return *report* as a page that opens in *lang*."""
    first = lang if lang in LANGS else "en"
    lines = [
        "<!doctype html>",
        f'<html lang="{first}">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        f"<title>cvo: {WORDS[first]['title']}</title>",
        f"<style>{STYLE}</style>",
        "<body>",
        *(
            f'<input type="radio" name="lang" id="{each}"{" checked" * (each == first)}> <label for="{each}">{name}</label>'
            for each, name in LANGS.items()
        ),
        "<main>",
        _both("h1", lambda each: WORDS[each]["title"]),
        _both("p", lambda each: summary(report, each)),
    ]
    for file in dict.fromkeys(finding.place.file for finding in report.findings):
        lines += ["<section>", f"<h2>{_text(local(file))}</h2>"]
        lines += [line for finding in report.findings if finding.place.file == file for line in _article(finding)]
        lines += ["</section>"]
    return "\n".join([*lines, "</main>", "</body>", "</html>", ""])


def _article(finding: Finding) -> Iterator[str]:
    place = finding.place
    where = str(replace(place, file=local(place.file)))
    yield f'<article class="{finding.severity if finding.severity in SEVERITIES else "violation"}">'
    yield _both(
        "p",
        lambda each: said(finding, each),
        lambda each: f"<strong>{WORDS[each][finding.severity]}</strong> <code>{_text(finding.code)}</code> ",
    )
    yield f'<p class="where"><code>{_text(where)}</code>{f" ({_text(finding.name)})" if finding.name else ""}</p>'
    if finding.line:
        start = 0 if place.cell else max(place.column - 1, 0)
        end = place.end_column - 1 if place.end_line == place.line else len(finding.line)
        parts = finding.line[:start], finding.line[start:end], finding.line[end:]
        yield f"<pre>{_text(parts[0])}<mark>{_text(parts[1])}</mark>{_text(parts[2])}</pre>"
    if finding.help or finding.fix:
        yield _both("p", lambda each: WORDS[each]["help"] + helped(finding, each))
    yield "</article>"


def _both(tag: str, text: Callable[[str], str], before: Callable[[str], str] = lambda _: "") -> str:
    """Return an element *tag* in each language: what is *before* as markup, then the *text*."""
    return "".join(f'<{tag} lang="{each}">{before(each)}{_text(text(each))}</{tag}>' for each in LANGS)


def _text(text: str) -> str:
    return escape(plain(text))
