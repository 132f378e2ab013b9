"""The quality gates over ontology, vocabulary, mappings and claims: every query of the catalogue, OWL 2, figures, copied text."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import lexical
from cvo.engines import owl, sparql
from cvo.errors import EngineError, NothingChecked, Place
from cvo.files import read_text
from cvo.findings import Finding, Report
from cvo.names import curie, shorten
from cvo.quality.checks import catalogue, chosen
from cvo.quality.copied import HAN, WORDS, Documents
from cvo.quality.gathered import Gathered, gather
from cvo.quality.numbers import missing, named, shown
from cvo.terms import CVO, DCTERMS, PREFIXES, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from cvo.contribution import Contributed, Term
    from cvo.findings import Texts
    from cvo.quality.checks import Check

TYPE, CLAIM, SOURCE_CLASS = ox.NamedNode(f"{RDF}type"), f"{CVO}statement", ox.NamedNode(f"{CVO}Source")
TITLE = f"{DCTERMS}title"
PERCENT = 100
MANY = 3  # axioms of a contradiction that its message shows
_NAME = re.compile(r"<([^<>\s]+)>|\b([a-z][\w-]*):([\w-]+)")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')


def check(  # noqa: PLR0913 - each is a choice of the user
    paths: str | Path | Sequence[str | Path] = (),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    texts: Sequence[Path] = (),
    least_han: int = HAN,
    least_words: int = WORDS,
    checks: Sequence[Check] | None = None,
    beside: Sequence[Path] | None = None,
) -> Report:
    """Return what the quality checks find in *paths*, files or folders; without any, in all shipped data.

    The shipped data (or *beside*) are loaded with *paths*, but a shipped file gives way to one of the same name. *select* and
    *ignore* choose among the checks by code or group. *texts* are documents that nothing may copy *least_han* characters or
    *least_words* words from.

    Raises: InputError, if a file cannot be read or no check is so called; SyntaxProblem, if a file beside is broken;
    NothingChecked, if the files hold no triple; EngineError, if Java fails (if it is missing, that is a finding).
    """
    started = time.perf_counter()
    run = chosen(catalogue() if checks is None else checks, select, ignore)
    files, around = gather([paths] if isinstance(paths, (str, Path)) else paths, beside)
    problems = [problem for file in files for problem in file.problems]
    good = [file for file in files if not file.problems]
    findings: list[Finding] = []
    if good:
        data = Gathered(good, around)
        with ThreadPoolExecutor(1) as pool:
            java = pool.submit(_reason, [c for c in run if c.engine in ("profiles", "reasoner")], data)
            documents = {str(path): read_text(path) for path in texts}
            for each in run:
                if each.engine in ("sparql", "numbers"):
                    findings += _asked(each, data)
                elif each.engine == "documents" and documents:
                    findings += _copied(each, data, documents, least_han, least_words)
            findings += _owl_findings(java, run, data)
        if not data.subjects and not problems:
            raise NothingChecked(f"nothing was checked in: {', '.join(str(f.path) for f in files[:3])}", hint="the files hold no triple")
    subjects = data.subjects if good else set()
    claims = {quad.subject for file in good for quad in file.quads if quad.predicate.value == CLAIM}
    return Report(
        tuple(sorted({*problems, *findings})),
        tuple(str(file.path) for file in files),
        checked=len(subjects),
        claims=len(claims),
        rules=len(run),
        unread=len(files) - len(good),
        seconds=time.perf_counter() - started,
    )


def _asked(check: Check, data: Gathered) -> Iterator[Finding]:
    """Return the findings of a query, one for each row at which the figures differ, if *check* is about them."""
    answer = sparql.ask(data.store, check.query)
    for row in answer.rows:
        found = dict(zip(answer.variables, row, strict=True))
        if check.symmetric and found["focus"] not in data.where:  # the pair's other half is what was contributed
            found["focus"], found["other"] = found["other"], found["focus"]
        focus, prop, value = found.get("focus"), found.get("property"), found.get("value")
        if focus is None or focus not in data.where:
            continue
        shower = data.where[focus][0]
        cells = {name: _cell(term, shower) for name, term in found.items() if term is not None}
        if check.engine == "numbers":
            what = _differing({name: lexical(term) for name, term in found.items() if term is not None})
            if not what:
                continue
            cells["what"] = what
        finding = data.finding(check, focus, prop.value if isinstance(prop, ox.NamedNode) else "", value, cells)
        if finding:
            yield finding


def _cell(term: Term, file: Contributed) -> str:
    return term.value if isinstance(term, ox.Literal) else file.show(term)


def _differing(cells: Mapping[str, str]) -> str:
    """Return the numbers at which the texts in *cells* differ, empty if they agree.

    *zh* and *en* must name the same; where there is a *number*, *raw* must come to it, or both texts must name it.

    >>> _differing({"zh": "约2.3亿人", "en": "some 230 million people"}), _differing({"raw": "三成", "number": "30"})
    ('', '')
    >>> _differing({"raw": "2.3亿人", "number": "23000000"}), _differing({"zh": "有 5 个", "en": "there are six", "number": "5"})
    ('23000000', '5')
    """
    if "number" not in cells:
        return ", ".join(shown(number) for number in sorted(missing({lang: cells[lang] for lang in ("zh", "en")})))
    try:
        number = Fraction(Decimal(cells["number"]))
    except InvalidOperation:
        return cells["number"]
    texts = [(cells[key], lang) for key, lang in (("raw", "zh"), ("zh", "zh"), ("en", "en")) if key in cells]
    for text, lang in texts:
        loose = named(text, lang).loose
        if "raw" in cells and not re.search(r"[\u3400-\u9fff]", text):
            loose |= named(text, "en").loose
        if not loose & {number, number / PERCENT, -number, -number / PERCENT}:
            return shown(number)
    return ""


def _copied(check: Check, data: Gathered, texts: Mapping[str, str], least_han: int, least_words: int) -> Iterator[Finding]:
    """Return a finding for each text of the checked files that repeats a run of a document."""
    titles = {q.object.value for file in data.all for q in file.quads if q.predicate.value == TITLE and isinstance(q.object, ox.Literal)}
    documents = Documents(texts, allowed=sorted(titles), least_han=least_han, least_words=least_words)
    for file in data.files:
        for quad in file.quads:
            value = quad.object
            copy = documents.copies(value.value) if isinstance(value, ox.Literal) else None
            if copy:
                cells = {
                    "property": curie(quad.predicate.value, file.prefixes),
                    "document": copy.document,
                    "what": copy.run,
                    "length": f"{copy.units} {'characters' if copy.chinese else 'words'} in a row",
                    "length_zh": f"连续 {copy.units} 个{'字' if copy.chinese else '词'}",
                }
                if finding := data.finding(check, quad.subject, quad.predicate.value, value, cells):
                    yield finding


def _reason(checks: Sequence[Check], data: Gathered) -> tuple[Iterable[owl.Violation], owl.Conclusions | None]:
    """Return what the OWL API and HermiT say; of the profiles files with claims are left out, for they hold dates.

    xsd:date is no datatype of OWL 2, and claims are data for SPARQL and SHACL; HermiT passes over it.
    """
    engines = {check.engine for check in checks if check.code != "CVO-OWL-SKIPPED"}
    words = [file.quads for file in data.all if not any(q.predicate == TYPE and q.object == SOURCE_CLASS for q in file.quads)]
    violations = owl.profiles(*words) if "profiles" in engines else ()
    if "reasoner" not in engines:
        return violations, None
    # the texts outnumber all else and no class depends on them
    found = owl.classify([q for file in data.all for q in file.quads if not (isinstance(q.object, ox.Literal) and q.object.language)])
    if not found.consistent and not found.why:
        alone = owl.classify(*words)
        found = found if alone.consistent else alone
    return violations, found


def _owl_findings(
    java: Future[tuple[Iterable[owl.Violation], owl.Conclusions | None]], run: Sequence[Check], data: Gathered
) -> Iterator[Finding]:
    by_code = {check.code: check for check in run}
    try:
        violations, conclusions = java.result()
    except EngineError as error:
        if error.hint != owl.HINT:
            raise
        if skipped := by_code.get("CVO-OWL-SKIPPED"):
            messages, helps = skipped.told({"what": error.what})
            yield Finding(Place(str(data.files[0].path)), skipped.code, skipped.severity, messages, helps)
        return
    for violation in violations:
        each = by_code.get(violation.profile.upper().replace("OWL 2 ", "CVO-OWL-"))
        if each:
            yield _said(each, data, f"{violation.kind}: {violation.text}", violation.text.partition(" [")[2] or violation.text)
    if conclusions and not conclusions.consistent and (each := by_code.get("CVO-OWL-INCONSISTENT")):
        why = [*conclusions.why[:MANY], *["…"] * (len(conclusions.why) > MANY)]
        yield _said(each, data, "; ".join(why) or "…", " ".join(conclusions.why))
    if conclusions and (each := by_code.get("CVO-OWL-UNSATISFIABLE")):
        for iri in conclusions.unsatisfiable:
            yield _said(each, data, "", f"<{iri}>", {"focus": shorten(iri, data.prefixes)})


def _said(check: Check, data: Gathered, what: str, axioms: str, cells: Mapping[str, str] = {}) -> Finding:
    """Return the finding of a reasoner, at the first node of its *axioms* that a checked file describes, else at the first file."""
    for found in _NAME.finditer(_LITERAL.sub("", axioms)):
        node = ox.NamedNode(found[1] or PREFIXES.get(found[2], f"{found[2]}:") + found[3])
        if finding := data.finding(check, node, cells={"what": what, **cells}):
            return finding
    file = data.files[0]
    messages, helps = check.told({"what": what, "focus": "", **cells})
    return Finding(Place(str(file.path)), check.code, check.severity, messages, helps)


def listing(lang: str) -> str:
    """Return all checks as text: code, severity, what each finds, and which tests of other tools it answers."""
    words: dict[str, str] = (
        {"violation": "错误", "warning": "警告", "info": "提示"} if lang == "zh" else {"violation": "error", "info": "note"}
    )
    lines: list[str] = []
    group = ""
    for each in catalogue():
        if each.group != group:
            group = each.group
            lines += ["", group] if lines else [group]
        like = f"  [{each.like}]" if each.like else ""
        lines.append(f"  {each.code}  {words.get(each.severity, each.severity)}  {_named(each.messages, lang)}{like}")
    return "\n".join([*lines, ""])


def _named(texts: Texts, lang: str) -> str:
    return re.sub(r"\{(\w+)\}", "…", dict(texts)[lang])
