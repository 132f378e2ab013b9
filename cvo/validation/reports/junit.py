"""A report as JUnit XML: a file is a suite, a finding a case; only a violation is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from cvo.validation.reports.concise import underline
from cvo.validation.reports.words import helped, local, plain, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.findings import Finding, Report


def write(report: Report, lang: str = "en") -> str:
    """Return *report* as JUnit XML; a file without findings is one case that passes."""
    suites = {file: [finding for finding in report.findings if finding.place.file == file] for file in report.files}
    for finding in report.findings:
        suites.setdefault(finding.place.file, [finding])
    tests, failures = sum(max(len(found), 1) for found in suites.values()), report.count("violation")
    head = f'<testsuites name="cvo validate" time="{report.seconds:.3f}" tests="{tests}" failures="{failures}" errors="0">'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        head,
        *(line for file, found in suites.items() for line in _suite(file, found, lang)),
    ]
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(file: str, findings: list[Finding], lang: str) -> Iterator[str]:
    failures = sum(finding.severity == "violation" for finding in findings)
    name = _attribute(plain(local(file)))
    yield f'  <testsuite name={name} file={name} tests="{max(len(findings), 1)}" failures="{failures}" errors="0" skipped="0">'
    if not findings:
        yield f"    <testcase name={_attribute('cvo validate')} classname={name}/>"
    for finding in findings:
        where = finding.place.cell or f"{finding.place.line}:{finding.place.column}"
        yield f"    <testcase name={_attribute(f'{finding.code} {where}')} classname={name}>"
        message, body = said(finding, lang), _body(finding, lang)
        if finding.severity == "violation":
            yield f"      <failure type={_attribute(finding.code)} message={_attribute(message)}>{_text(body)}</failure>"
        else:
            text = _text(f"{finding.severity}: {message}\n{body}")
            yield f"      <system-out>{text}</system-out>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _body(finding: Finding, lang: str) -> str:
    shown = underline(finding) if finding.line else ()
    return "\n".join(part for part in (plain(str(finding.place)), *shown, helped(finding, lang)) if part)


def _text(text: str) -> str:
    r"""Return *text* for an element; characters that XML cannot have become spaces.

    >>> _text("a < b & \x0c\ud800")
    'a &lt; b &amp; \ufffd\ufffd'
    """
    safe = "".join(character if _permitted(character) else "\ufffd" for character in text)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _permitted(character: str) -> bool:
    return character in "\t\n" or " " <= character < "\ud800" or "\ue000" <= character < "\ufffe" or character >= "\U00010000"


def _attribute(text: str) -> str:
    return quoteattr("".join(character if _permitted(character) else "\ufffd" for character in text), {"\n": "&#10;"})
