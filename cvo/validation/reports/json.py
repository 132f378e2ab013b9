"""A report as one JSON object with counts and a list of findings; IRIs are whole, literals as N-Triples writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cvo.findings import path_text
from cvo.validation.reports.words import escaped

if TYPE_CHECKING:
    from cvo.errors import Place
    from cvo.findings import Finding, Report


def write(report: Report, lang: str = "en") -> str:  # noqa: ARG001  it has all languages
    """Return *report* as JSON."""
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
        "fixable": sum(finding.fix is not None for finding in report.findings),
        "findings": [fields(finding) for finding in report.findings],
    }
    return escaped(json.dumps(about, ensure_ascii=False, indent=2)) + "\n"


def fields(finding: Finding) -> dict[str, object]:
    """Return *finding* as an object of JSON."""
    return {
        "file": finding.place.file,
        **_span(finding.place),
        "code": finding.code,
        "severity": finding.severity,
        "focus": bare(finding.focus),
        "path": bare(path_text(finding.path)),
        "value": bare(finding.value),
        "component": finding.component,
        "shape": finding.shape,
        "messages": dict(finding.messages),
        "help": dict(finding.help),
        "snippet": finding.line,
        "fix": {**_span(finding.fix.place), "text": finding.fix.text} if finding.fix else None,
    }


def _span(place: Place) -> dict[str, int | str]:
    return {"line": place.line, "column": place.column, "end_line": place.end_line, "end_column": place.end_column} | (
        {"cell": place.cell} if place.cell else {}
    )


def bare(term: str) -> str:
    """Return *term* without the angle brackets, if it is one IRI.

    >>> bare("<urn:a>"), bare("<urn:a>/<urn:b>"), bare('"x"@en')
    ('urn:a', '<urn:a>/<urn:b>', '"x"@en')
    """
    return term[1:-1] if term.startswith("<") and term.find(">") == len(term) - 1 else term
