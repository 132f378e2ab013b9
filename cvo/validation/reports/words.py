"""What every format says the same way: the words for severities, the summary, and text that nothing obeys."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from cvo.errors import Message
from cvo.findings import SEVERITIES, text_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cvo.findings import Finding, Report

KEPT = "\u3000\u200c\u200d"  # the ideographic space, and what joins letters and emoji
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # what a terminal may obey, and bytes of names that are no text
WORDS = {
    "en": {
        "violation": "error",
        "warning": "warning",
        "info": "note",
        "help": "help: ",
        "clean": "no findings",
        "fixable": "[fixable]",
        "fix": "cvo validate --fix repairs it",
        "title": "Validation report",
    },
    "zh": {
        "violation": "错误",
        "warning": "警告",
        "info": "提示",
        "help": "建议：",
        "clean": "未发现问题",
        "fixable": "[可自动修正]",
        "fix": "cvo validate --fix 可代为修正",
        "title": "校验报告",
    },
}


def said(finding: Finding, lang: str) -> str:
    """Return the message of *finding* in *lang*, on one line."""
    return plain(" ".join(text_in(lang, finding.messages).split()))


def helped(finding: Finding, lang: str) -> str:
    """Return what to do about *finding* in *lang*, and whether that can be done for the writer; nothing if nobody knows."""
    words = WORDS.get(lang, WORDS["en"])
    text = plain(text_in(lang, finding.help)) if finding.help else ""
    return f"{text or words['fix']} {words['fixable']}" if finding.fix else text


def noted(note: str | Message, lang: str) -> str:
    """Return the *note* as the terminal shows it.

    >>> from cvo.errors import Message
    >>> noted(Message("2 files were left out", "2 个文件未检查"), "zh")
    '说明：2 个文件未检查'
    """
    return f"说明：{note.zh}" if lang == "zh" and isinstance(note, Message) and note.zh else f"note: {note}"


def summary(report: Report, lang: str = "en") -> str:
    """Return what was checked and how it went, in one line.

    >>> from cvo.findings import Report
    >>> summary(Report((), ("a.ttl",), checked=4, claims=3, rules=41, seconds=0.21))
    'Checked 3 claims in 1 file against 41 rules: no findings (0.21 s)'
    >>> summary(Report((), ("a.ttl",), checked=4, claims=3, rules=41, seconds=0.21), "zh")
    '已检查 1 个文件中的 3 条论断，共 41 条规则：未发现问题（0.21 秒）'
    >>> summary(Report((), ("a.ttl", "b.ttl"), checked=4, rules=41, unread=1))
    'Checked 4 nodes in 1 file against 41 rules; 1 file could not be checked: no findings (0.00 s)'
    """
    counts = {severity: report.count(severity) for severity in SEVERITIES}
    fixable = sum(finding.fix is not None for finding in report.findings)
    return summed(report, len(report.files), counts, fixable, lang)


def summed(report: Report, files: int, counts: Mapping[str, int], fixable: int, lang: str) -> str:
    """Return the summary of a *report* of which only the numbers are known: how many *files*, and findings of each severity."""
    if not files:
        return "没有改动过的文件" if lang == "zh" else "No file has changed"
    found = [(severity, counts[severity]) for severity in SEVERITIES if counts.get(severity)]
    number, read = report.claims or report.checked, files - report.unread
    if lang == "zh":
        words = WORDS["zh"]
        what = "，".join(f"{count} 个{words[severity]}" for severity, count in found) or words["clean"]
        what += f"，其中 {fixable} 个可用 --fix 修正" if fixable else ""
        unit = "条论断" if report.claims else "个节点"
        parts = [f"已检查 {read} 个文件中的 {number} {unit}，共 {report.rules} 条规则"] if read else []
        parts += [f"{report.unread} 个文件无法检查"] if report.unread else []
        return f"{'；'.join(parts)}：{what}（{report.seconds:.2f} 秒）"
    words = WORDS["en"]
    what = ", ".join(counted(count, words[severity]) for severity, count in found) or words["clean"]
    what += f", {fixable} fixable with --fix" if fixable else ""
    nodes = counted(number, "claim" if report.claims else "node")
    parts = [f"Checked {nodes} in {counted(read, 'file')} against {counted(report.rules, 'rule')}"] if read else []
    parts += [f"{counted(report.unread, 'file')} could not be checked"] if report.unread else []
    return f"{'; '.join(parts)}: {what} ({report.seconds:.2f} s)"


def counted(number: int, word: str) -> str:
    """Return *number* and *word*, in the plural where English wants it.

    >>> counted(1, "file"), counted(0, "file")
    ('1 file', '0 files')
    """
    return f"{number} {word}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Return *text* with tabs as spaces and without control characters, which would do things to a terminal."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character in KEPT:
        return character
    if character.isspace():
        return " " * 4 if character == "\t" else " "
    return "\ufffd"


def escaped(text: str) -> str:
    r"""Return JSON or Turtle *text* with control characters as the escapes that both have; they only stand in strings.

    >>> escaped('"a\x9b1m"')
    '"a\\u009B1m"'
    """
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04X}", text)


def local(file: str) -> str:
    """Return the path *file* as services name it: with slashes, from the current folder if it lies in there.

    >>> local("instances/li-2024.ttl"), local(str(Path("a.ttl").resolve()))
    ('instances/li-2024.ttl', 'a.ttl')
    """
    path: PurePath = PurePath(file)
    if path.is_absolute():
        here = Path.cwd()
        path = path.relative_to(here) if path.is_relative_to(here) else path
    return path.as_posix()


def uri(file: str) -> str:
    """Return the path *file* as a URI reference, relative to the current folder if it lies in there.

    >>> uri("a folder/李-2024.ttl")
    'a%20folder/%E6%9D%8E-2024.ttl'
    """
    name = local(file)
    if PurePath(name).is_absolute():
        return "file://" + quote(name.encode("utf-8", "surrogateescape"), safe="/:") if name[0] == "/" else PurePath(name).as_uri()
    return quote(name.encode("utf-8", "surrogateescape"))
