"""A validation report as text: for people, as JSON, as a SHACL validation report."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cvo.errors import InputError
from cvo.findings import SEVERITIES, Finding, Path, Report, path_text, text_in
from cvo.terms import CVO, PREFIXES, RDF, RDFS, SH, SHAPE, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("concise", "json", "turtle")
WIDTH = 160  # columns of a source line that are shown; longer ones are cut around the place
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what a terminal may obey, also in JSON and Turtle
KEPT = "\u3000\u200c\u200d"  # the ideographic space, and what joins letters and emoji
COLOURS = {"violation": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m", "frame": "\x1b[1;34m", "off": "\x1b[0m"}
WORDS = {
    "en": {"violation": "error", "warning": "warning", "info": "note", "help": "help: ", "clean": "no findings"},
    "zh": {"violation": "错误", "warning": "警告", "info": "提示", "help": "建议：", "clean": "未发现问题"},
}


def write(report: Report, format: str = "concise", lang: str = "en", *, colour: bool = False) -> str:  # noqa: A002  the option's name
    """Return *report* in *format*: ``concise``, ``json`` or ``turtle``; *lang* and *colour* matter to the first only.

    Raises: InputError, if there is no such format.
    """
    match format:
        case "concise":
            return concise(report, lang, colour=colour)
        case "json":
            return as_json(report)
        case "turtle":
            return turtle(report)
        case _:
            raise InputError(f"no such format: {format}", hint=f"one of {', '.join(FORMATS)}")


def concise(report: Report, lang: str = "en", *, colour: bool = False) -> str:
    """Return *report* for the terminal: what, where, the source line with a caret line under it, what to do, and a summary."""
    paint = COLOURS if colour else dict.fromkeys(COLOURS, "")
    words = WORDS.get(lang, WORDS["en"])
    lines = [line for finding in report.findings for line in (*_told(finding, lang, words, paint), "")]
    return "\n".join([*lines, summary(report, lang), ""])


def _told(finding: Finding, lang: str, words: dict[str, str], paint: dict[str, str]) -> Iterator[str]:
    place, frame, off = finding.place, paint["frame"], paint["off"]
    margin = " " * len(str(place.line))
    message = _plain(" ".join(text_in(lang, finding.messages).split()))
    yield f"{paint[finding.severity]}{words[finding.severity]}[{_plain(finding.code)}]{off} {message}"
    yield f"{margin}{frame}-->{off} {_plain(str(place))}{f'  ({_plain(finding.name)})' if finding.name else ''}"
    if finding.line:
        shown, carets = underlined(finding.line, place.column, place.end_column if place.end_line == place.line else 0)
        yield f"{margin} {frame}|{off}"
        yield f"{frame}{place.line} |{off} {shown}"
        yield f"{margin} {frame}|{off} {paint[finding.severity]}{carets}{off}"
    if finding.help:
        yield f"{margin} {frame}={off} {words['help']}{_plain(text_in(lang, finding.help))}"


def underlined(line: str, column: int, end: int) -> tuple[str, str]:
    """Return *line* as a terminal may show it, and the line of carets under it from *column* to before *end* (0: its end).

    >>> for text in underlined("rdfs:label '剧本' ;", 12, 16): print(text)
    rdfs:label '剧本' ;
               ^^^^^^
    """
    last = len(line.rstrip()) if end == 0 else end - 1
    first = min(max(column - 1, 0), len(line))
    last = max(first + 1, min(last, len(line)))
    start = 0
    width = WIDTH if line.isascii() else WIDTH // 2
    if len(line) > width:
        start = max(0, min(first - width // 3, len(line) - width))
        last = max(first + 1, min(last, start + width))
        line = line[start : start + width]
    before, inside = "…" * bool(start) + line[: first - start], line[first - start : last - start]
    shown = "…" * bool(start) + line
    return _plain(shown), " " * _width(_plain(before)) + "^" * max(1, _width(_plain(inside)))


def _plain(text: str) -> str:
    """Return *text* with tabs as spaces and without control characters, which would do things to a terminal."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character in KEPT:
        return character
    if character.isspace():
        return " " * 4 if character == "\t" else " "
    return "\ufffd"


def _width(text: str) -> int:
    """Return how many columns of a terminal *text* takes; CJK characters and emoji take two."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415  most lines are ASCII

    return max(0, wcswidth(text))


def summary(report: Report, lang: str = "en") -> str:
    """Return what was checked and how it went, in one line.

    >>> summary(Report((), ("a.ttl",), checked=4, claims=3, rules=41, seconds=0.21))
    'Checked 3 claims in 1 file against 41 rules: no findings (0.21 s)'
    >>> summary(Report((), ("a.ttl",), checked=4, claims=3, rules=41, seconds=0.21), "zh")
    '已检查 1 个文件中的 3 条论断，共 41 条规则：未发现问题（0.21 秒）'
    >>> summary(Report((), ("a.ttl", "b.ttl"), checked=4, rules=41, unread=1))
    'Checked 4 nodes in 1 file against 41 rules; 1 file could not be checked: no findings (0.00 s)'
    """
    found = [(severity, report.count(severity)) for severity in SEVERITIES if report.count(severity)]
    number, read = report.claims or report.checked, len(report.files) - report.unread
    if lang == "zh":
        words = WORDS["zh"]
        what = "，".join(f"{count} 个{words[severity]}" for severity, count in found) or words["clean"]
        unit = "条论断" if report.claims else "个节点"
        parts = [f"已检查 {read} 个文件中的 {number} {unit}，共 {report.rules} 条规则"] if read else []
        parts += [f"{report.unread} 个文件无法检查"] if report.unread else []
        return f"{'；'.join(parts)}：{what}（{report.seconds:.2f} 秒）"
    words = WORDS["en"]
    what = ", ".join(_counted(count, words[severity]) for severity, count in found) or words["clean"]
    nodes = _counted(number, "claim" if report.claims else "node")
    parts = [f"Checked {nodes} in {_counted(read, 'file')} against {_counted(report.rules, 'rule')}"] if read else []
    parts += [f"{_counted(report.unread, 'file')} could not be checked"] if report.unread else []
    return f"{'; '.join(parts)}: {what} ({report.seconds:.2f} s)"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def as_json(report: Report) -> str:
    """Return *report* as one JSON object with counts and a list of findings; IRIs are whole, literals as N-Triples writes them."""
    about = {
        "files": list(report.files),
        "unread": report.unread,
        "checked": report.checked,
        "claims": report.claims,
        "classes": dict(report.classes),
        "rules": report.rules,
        "seconds": round(report.seconds, 3),
        "conforms": not report.findings,
        "errors": report.count("violation"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
        "findings": [_fields(finding) for finding in report.findings],
    }
    return _escaped(json.dumps(about, ensure_ascii=False, indent=2)) + "\n"


def _escaped(text: str) -> str:
    r"""Return JSON or Turtle *text* with control characters as the escapes that both have; they only stand in strings.

    >>> _escaped('"a\x9b1m"')
    '"a\\u009B1m"'
    """
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04X}", text)


def _fields(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "code": finding.code,
        "severity": finding.severity,
        "focus": _bare(finding.focus),
        "path": _bare(path_text(finding.path)),
        "value": _bare(finding.value),
        "component": finding.component,
        "shape": finding.shape,
        "messages": dict(finding.messages),
        "help": dict(finding.help),
    }


def _bare(term: str) -> str:
    """Return *term* without the angle brackets, if it is one IRI.

    >>> _bare("<urn:a>"), _bare("<urn:a>/<urn:b>"), _bare('"x"@en')
    ('urn:a', '<urn:a>/<urn:b>', '"x"@en')
    """
    return term[1:-1] if term.startswith("<") and term.find(">") == len(term) - 1 else term


def turtle(report: Report) -> str:
    """Return *report* as a SHACL validation report in Turtle, in the order of the findings."""
    import pyoxigraph as ox  # noqa: PLC0415  the other formats do without

    names = [f"_:r{number}" for number in range(1, len(report.findings) + 1)]
    lines = [
        f"_:report <{RDF}type> <{SH}ValidationReport> .",
        f'_:report <{SH}conforms> "{str(not report.findings).lower()}"^^<{XSD}boolean> .',
        *(f"_:report <{SH}result> {name} ." for name in names),
        *(line for name, finding in zip(names, report.findings, strict=True) for line in _result(name, finding)),
    ]
    text = "\n".join(lines)
    triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
    prefixes = {name: iri for name, iri in PREFIXES.items() if f"<{iri}" in text}
    written = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode().splitlines(keepends=True)
    head = sorted(line for line in written[: len(prefixes)])  # the library writes the prefixes in another order each time
    return _escaped("".join([*head, *written[len(prefixes) :]]))


def _result(node: str, finding: Finding) -> Iterator[str]:
    from pyoxigraph import Literal  # noqa: PLC0415

    place = finding.place
    focus = finding.focus or f"<https://w3id.org/cvo/contribution/{_safe(place.file)}>"  # a file that cannot be read is itself the focus
    yield f"{node} <{RDF}type> <{SH}ValidationResult> ."
    yield f"{node} <{SH}focusNode> {focus} ."
    yield f"{node} <{SH}resultSeverity> <{SH}{finding.severity.capitalize()}> ."
    yield f"{node} <{SH}sourceConstraintComponent> <{finding.component or SHAPE + finding.code}> ."
    if finding.path:
        start, triples = _path(finding.path, node + "p")
        yield f"{node} <{SH}resultPath> {start} ."
        yield from triples
    if finding.value:
        yield f"{node} <{SH}value> {finding.value} ."
    if finding.shape:
        yield f"{node} <{SH}sourceShape> <{finding.shape}> ."
    for lang, text in finding.messages:
        yield f"{node} <{SH}resultMessage> {Literal(text, language=lang) if lang else Literal(text)} ."
    yield f"{node} <{CVO}code> {Literal(finding.code)} ."
    yield f"{node} <{RDFS}comment> {Literal(str(place))} ."


def _safe(file: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(file.replace("\\", "/").rpartition("/")[2])


def _path(path: Path, node: str) -> tuple[str, list[str]]:
    """Return the node that stands for *path*, and the triples that say what it is; blank nodes begin with *node*."""
    if isinstance(path, str):
        return f"<{path}>", []
    kind, *parts = path
    if kind in ("sequence", "alternative"):
        triples: list[str] = []
        for number, part in enumerate(parts):
            start, more = _path(part, f"{node}{number}x")
            rest = f"{node}c{number + 1}" if number + 1 < len(parts) else f"<{RDF}nil>"
            triples += [f"{node}c{number} <{RDF}first> {start} .", f"{node}c{number} <{RDF}rest> {rest} .", *more]
        if kind == "sequence":
            return f"{node}c0", triples
        return node, [f"{node} <{SH}alternativePath> {node}c0 .", *triples]
    start, triples = _path(parts[0], f"{node}x")
    return node, [f"{node} <{SH}{kind}Path> {start} .", *triples]
