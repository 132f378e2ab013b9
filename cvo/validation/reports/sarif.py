"""A report as SARIF 2.1.0, which code scanning services and editors read; a fix is a replacement that they can apply."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cvo import __version__
from cvo.findings import path_text, text_in
from cvo.validation.explain import explanations
from cvo.validation.reports.json import bare
from cvo.validation.reports.words import escaped, helped, local, said, uri

if TYPE_CHECKING:
    from cvo.errors import Place
    from cvo.findings import Finding, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def write(report: Report, lang: str = "en") -> str:
    """Return *report* as SARIF, its messages in *lang*; both languages stand in the property bag of each result."""
    codes = list(dict.fromkeys(finding.code for finding in report.findings))
    driver = {"name": "cvo", "version": __version__, "semanticVersion": __version__, "rules": [_rule(code, lang) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "language": {"zh": "zh-CN", "en": "en-US"}.get(lang, "en-US"),
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri(file)}, "encoding": "UTF-8"} for file in report.files],
        "results": [_result(finding, codes.index(finding.code), lang) for finding in report.findings],
        "properties": {"checked": report.checked, "claims": report.claims, "rules": report.rules, "unread": report.unread},
    }
    return escaped(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)) + "\n"


def _rule(code: str, lang: str) -> dict[str, Any]:
    """Return what SARIF is told of the rule *code*; of a code of other people's shapes nothing but the code is known."""
    found = explanations().get(code)
    if found is None:
        return {"id": code}
    asks = text_in(lang, found.asks)
    wrong, right = {"zh": ("错误写法", "正确写法")}.get(lang, ("wrong", "right"))
    text = f"{asks}\n\n{wrong}:\n{found.wrong}\n\n{right}:\n{found.right}"
    markdown = f"{asks}\n\n{wrong}:\n\n```turtle\n{found.wrong}\n```\n\n{right}:\n\n```turtle\n{found.right}\n```"
    return {
        "id": code,
        "shortDescription": {"text": asks},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": LEVELS[found.severity]},
    }


def _result(finding: Finding, index: int, lang: str) -> dict[str, Any]:
    to_do = helped(finding, lang)
    message = "\n".join(part for part in (said(finding, lang), to_do) if part)
    where: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.place.file)}}
    if finding.place.line:
        where["region"] = {**_region(finding.place), "snippet": {"text": finding.line}}
    location: dict[str, Any] = {"physicalLocation": where}
    if finding.name:
        location["logicalLocations"] = [{"name": finding.name, "fullyQualifiedName": bare(finding.focus)}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"cvo/v1": _fingerprint(finding)},
        "properties": {"messages": dict(finding.messages), "help": dict(finding.help)},
    }
    if finding.fix:
        change = {"deletedRegion": _region(finding.fix.place), "insertedContent": {"text": finding.fix.text}}
        changes = [{"artifactLocation": {"uri": uri(finding.fix.place.file)}, "replacements": [change]}]
        result["fixes"] = [{"description": {"text": to_do}, "artifactChanges": changes}]
    return result


def _region(place: Place) -> dict[str, int]:
    """Return *place* as a region: the columns begin at 1, the last one is that after the end; of a cell only the line is told."""
    if place.cell:
        return {"startLine": place.line}
    column = place.column or 1
    end_line = place.end_line or place.line
    return {"startLine": place.line, "startColumn": column, "endLine": end_line, "endColumn": place.end_column or column}


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same when lines are added above *finding*."""
    parts = (finding.code, local(finding.place.file), finding.focus, path_text(finding.path), finding.value, finding.line.strip())
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
