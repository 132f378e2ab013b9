"""A report as lines of JSON, which can be read as they come: one finding a line, with the fields of ``json``; last the counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cvo.findings import SEVERITIES
from cvo.validation.reports.json import fields
from cvo.validation.reports.words import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cvo.findings import Finding, Report


def write(report: Report, lang: str = "en") -> str:  # noqa: ARG001 - it has all languages
    """Return *report* as lines of JSON."""
    counts = {severity: report.count(severity) for severity in SEVERITIES}
    return "".join([*map(one, report.findings), last(report, len(report.files), counts)])


def one(finding: Finding) -> str:
    """Return *finding* as a line."""
    return escaped(json.dumps(fields(finding), ensure_ascii=False)) + "\n"


def last(report: Report, files: int, counts: Mapping[str, int]) -> str:
    """Return the line with what was checked: the numbers of *report*, how many *files*, and the findings of each severity."""
    about = {
        "files": files,
        "unread": report.unread,
        "checked": report.checked,
        "claims": report.claims,
        "classes": dict(report.classes),
        "rules": report.rules,
        "seconds": round(report.seconds, 3),
        "conforms": not any(counts.values()),
        **{f"{name}s": counts.get(severity, 0) for severity, name in zip(SEVERITIES, ("error", "warning", "info"), strict=True)},
    }
    return escaped(json.dumps(about, ensure_ascii=False)) + "\n"
