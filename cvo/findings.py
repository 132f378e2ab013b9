"""What a validation found, each cause once: frozen values without any library's terms, so that every format writes the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cvo.terms import SH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.errors import Message, Place

Texts = tuple[tuple[str, str], ...]
"""One text per language, as (language, text), sorted; the language may be empty."""

Path = str | tuple["Path | str", ...]
"""A SHACL path: an IRI, or ("sequence" | "alternative" | "inverse" | "zeroOrMore" | "oneOrMore" | "zeroOrOne", path …)."""

SEVERITIES = ("violation", "warning", "info")
# Of several components that complain of one value, the one that says most; the others only say it again.
TELLING = ("Datatype", "NodeKind", "Class", "In", "HasValue", "LanguageIn", "Pattern")


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


@dataclass(frozen=True, slots=True)
class Fix:
    """What to write at *place* in place of what stands there; an empty place is an insertion."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One cause, at one place.

    *focus* and *value* are terms as N-Triples writes them, *component* and *shape* IRIs (empty for what no shape found);
    *line* is the line of the file at which the place begins; *name* is the focus node as people are shown it; *fix* is what
    can safely be written instead, if somebody knows.
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
    fix: Fix | None = field(default=None, compare=False)

    @property
    def constraint(self) -> str:
        """Return the SHACL component in short, such as ``MinCount``."""
        return self.component.removeprefix(SH).removesuffix("ConstraintComponent")


@dataclass(frozen=True, slots=True)
class Slip:
    """A term that nobody declares: its finding, the IRI that was meant, if known, and whether it is a property or a class."""

    finding: Finding
    meant: str
    as_property: bool
    as_class: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked, against how many rules, and what was found.

    *checked* counts the nodes that a shape looked at, *claims* those of them that are claims, *classes* the nodes of each
    class (by CURIE), *unread* the files that no shape looked at because something is wrong with them as a whole, *notes* are
    what to tell beside the report of how it was made.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    checked: int = 0
    claims: int = 0
    classes: tuple[tuple[str, int], ...] = ()
    rules: int = 0
    unread: int = 0
    seconds: float = field(default=0.0, compare=False)
    notes: tuple[str | Message, ...] = field(default=(), compare=False)

    def count(self, severity: str) -> int:
        """Return how many findings have *severity*."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def status(self) -> int:
        """Return the exit status: 1 if there is a violation, else 0; warnings and infos do not fail."""
        return int(any(finding.severity == "violation" for finding in self.findings))


def one_per_cause(slips: Sequence[Slip], results: Sequence[Finding]) -> list[Finding]:
    """Return the *results* of the shapes and the *slips* without what only says again, or follows from, what another one says.

    A misspelt value also breaks the rule of its property: the rule's own words are kept, with the help. A misspelt property
    also makes the right one missing, or is one too many: that it is misspelt says all. A node with a misspelt class is not
    what others expect. A value that names the wrong node leaves the right one without what should have named it.
    """
    by_place = {(slip.finding.place, slip.finding.value): slip.finding for slip in slips}
    instead = {(slip.finding.focus, slip.meant) for slip in slips if slip.as_property}
    wrong = {(slip.finding.focus, slip.finding.path) for slip in slips if slip.as_property}
    unclear = {slip.finding.focus for slip in slips if slip.as_class}
    misdirected = {(found.place.file, found.path) for found in results if found.constraint == "Class"}
    elsewhere = {(found.focus, found.path, found.value) for found in results if found.constraint != "Closed"}

    def follows(found: Finding) -> bool:
        match found.constraint:
            case "MinCount" | "QualifiedMinCount" | "HasValue" | "Closed" if (found.focus, found.path) in instead | wrong:
                return True
            case "MinCount" if isinstance(found.path, tuple) and found.path[0] == "inverse":
                return (found.place.file, found.path[1]) in misdirected
            case "Closed":
                return (found.focus, found.path, found.value) in elsewhere
            case "Class":
                return found.value in unclear
            case _:
                return False

    kept: dict[tuple[object, ...], Finding] = {}
    for found in sorted(results, key=_telling):
        if follows(found):
            continue
        slip = by_place.get((found.place, found.value))
        if slip:
            helps = dict(slip.help)
            joined = {"zh": "；"}
            what = tuple(
                (lang, joined.get(lang, "; ").join([text, helps[lang]]) if lang in helps else text) for lang, text in slip.messages
            )
            kept.setdefault((found.place, found.value), replace(found, help=what, fix=slip.fix))
        else:
            kept.setdefault((found.focus, found.value, found.path, found.code, found.messages, found.severity), found)
    # several values at the far end of one path that starts at one place are one cause
    once = {(found.place, found.focus, found.code, found.messages): found for found in reversed(kept.values())}
    return [*once.values(), *(finding for key, finding in by_place.items() if key not in kept)]


def _telling(finding: Finding) -> int:
    return TELLING.index(finding.constraint) if finding.constraint in TELLING else len(TELLING)
