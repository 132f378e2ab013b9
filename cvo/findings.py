"""What a validation found: frozen values without any library's terms, so that every format writes the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cvo.errors import Place

Texts = tuple[tuple[str, str], ...]
"""One text per language, as (language, text), sorted; the language may be empty."""

Path = str | tuple["Path | str", ...]
"""A SHACL path: an IRI, or ("sequence" | "alternative" | "inverse" | "zeroOrMore" | "oneOrMore" | "zeroOrOne", path …)."""

SEVERITIES = ("violation", "warning", "info")


def text_in(lang: str, texts: Texts) -> str:
    """Return the text in *lang*, else in English, else in whatever language there is.

    >>> text_in("zh", (("en", "a claim"), ("zh", "论断")))
    '论断'
    >>> text_in("zh", (("", "a claim"),))
    'a claim'
    """
    found = dict(texts)
    return found.get(lang) or found.get("en") or next(iter(found.values()), "")


def path_text(path: Path) -> str:
    """Return *path* as a SPARQL property path with IRIs in angle brackets.

    >>> path_text(("sequence", "urn:p", ("inverse", "urn:q")))
    '<urn:p>/^<urn:q>'
    """
    if isinstance(path, str):
        return f"<{path}>" if path else ""
    kind, *parts = path
    texts = [path_text(part) for part in parts]
    texts = [text if isinstance(part, str) or part[0] == "inverse" else f"({text})" for part, text in zip(parts, texts, strict=True)]
    match kind:
        case "sequence":
            return "/".join(texts)
        case "alternative":
            return "|".join(texts)
        case "inverse":
            return "^" + texts[0]
        case _:
            return texts[0] + {"zeroOrMore": "*", "oneOrMore": "+", "zeroOrOne": "?"}[str(kind)]


def first_steps(path: Path) -> tuple[str, ...]:
    """Return the predicates with which *path* can leave the focus node; none if it leaves against the arrow.

    >>> first_steps(("sequence", ("alternative", "urn:p", "urn:q"), "urn:r"))
    ('urn:p', 'urn:q')
    """
    if isinstance(path, str):
        return (path,) if path else ()
    kind, *parts = path
    if kind == "inverse":
        return ()
    if kind == "alternative":
        return tuple(step for part in parts for step in first_steps(part))
    return first_steps(parts[0])


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One cause, at one place.

    *focus* and *value* are terms as N-Triples writes them, *component* and *shape* IRIs (empty for what no shape found);
    *line* is the line of the file at which the place begins; *name* is the focus node as people are shown it.
    """

    place: Place
    code: str
    severity: str
    messages: Texts
    help: Texts = ()
    focus: str = ""
    name: str = ""
    path: Path = field(default="", compare=False)
    value: str = ""
    component: str = ""
    shape: str = ""
    line: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked, against how many rules, and what was found.

    *checked* counts the nodes that a shape looked at, *claims* those of them that are claims, *classes* the nodes of each
    class (by CURIE).
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    checked: int = 0
    claims: int = 0
    classes: tuple[tuple[str, int], ...] = ()
    rules: int = 0
    seconds: float = field(default=0.0, compare=False)

    def count(self, severity: str) -> int:
        """Return how many findings have *severity*."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def status(self) -> int:
        """Return the exit status: 1 if there is a violation, else 0; warnings and infos do not fail."""
        return int(any(finding.severity == "violation" for finding in self.findings))
