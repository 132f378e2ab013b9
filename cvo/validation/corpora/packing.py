"""Findings as text, to be kept in a journal: JSON, from which nothing but findings can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cvo.errors import Place
from cvo.findings import Finding, Fix

if TYPE_CHECKING:
    from cvo.findings import Path


def packed(finding: Finding) -> str:
    """Return *finding* as JSON.

    >>> fix = Fix(Place("x.ttl"), "y")
    >>> some = Finding(Place("x.ttl", 1, 2), "CVO-TERM", "violation", (("en", "no"),), path=("inverse", "urn:p"), fix=fix)
    >>> again = unpacked(packed(some))
    >>> again == some, again.path, again.fix == fix
    (True, ('inverse', 'urn:p'), True)
    """
    texts = (finding.code, finding.severity, finding.focus, finding.name, finding.value, finding.component, finding.shape, finding.line)
    fix = finding.fix and [_place(finding.fix.place), finding.fix.text]
    return json.dumps([_place(finding.place), texts, finding.messages, finding.help, finding.path, fix], separators=(",", ":"))


def unpacked(text: str) -> Finding:
    """Return the finding of which *text* was made."""
    place, (code, severity, focus, name, value, component, shape, line), messages, help_, path, fix = json.loads(text)
    said, to_do = (tuple((lang, words) for lang, words in texts) for texts in (messages, help_))
    return Finding(
        place=Place(*place),
        code=code,
        severity=severity,
        messages=said,
        help=to_do,
        focus=focus,
        name=name,
        path=_path(path),
        value=value,
        component=component,
        shape=shape,
        line=line,
        fix=Fix(Place(*fix[0]), fix[1]) if fix else None,
    )


def _place(place: Place) -> list[Any]:
    return [place.file, place.line, place.column, place.end_line, place.end_column, place.cell]


def _path(path: Any) -> Path:  # noqa: ANN401 - of JSON
    return path if isinstance(path, str) else tuple(_path(part) for part in path)
