"""Checking contributed files: syntax first, then terms and shapes, with every finding at its place."""

from __future__ import annotations

import gc
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import FORMATS, PREDICATE, Contributed, read
from cvo.dataset import expand
from cvo.errors import InputError, NothingChecked
from cvo.files import shipped
from cvo.findings import SEVERITIES, Finding, Report, first_steps
from cvo.names import curie, nearest, shorten
from cvo.rules import Rules
from cvo.terms import CVO, CVT, RDF, RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cvo.engines.shacl import Outcome, Result
    from cvo.errors import Place
    from cvo.findings import Texts

__all__ = ["Finding", "Report", "validate"]

TYPE, SUBCLASS = f"{RDF}type", f"{RDFS}subClassOf"
SUGGESTIONS = 50  # more misspelt terms than this are no slips; looking for what was meant would take seconds
# Of several components that complain of one value, the one that says most; the others only say it again.
TELLING = ("Closed", "Datatype", "NodeKind", "Class", "In", "HasValue", "LanguageIn", "Pattern")


def validate(paths: Sequence[str | Path], *, shapes: Sequence[Path] | None = None, ontology: Sequence[Path] | None = None) -> Report:
    """Return what is wrong with the files of *paths*: files, folders (with all RDF files in them) or globs.

    *shapes* and *ontology* are the shipped ones unless they are given; with the shipped ontology go the shipped instances.
    Nothing is fetched, whatever a file imports.

    Raises: InputError, if a file is missing or not readable; NothingChecked, if nothing is wrong because no shape looked at
    any node; EngineError, if the shapes cannot be used.
    """
    started = time.perf_counter()
    if not paths:
        raise InputError("nothing to validate", hint="name a file or a folder")
    collecting = gc.isenabled()
    gc.disable()  # a run makes a few hundred thousand objects that live to its end
    try:
        files = [read(path, number) for number, path in enumerate(_files(paths))]
        findings = [problem for file in files if (problem := file.problem)]
        report = Report(tuple(sorted(findings)), tuple(str(file.path) for file in files))
        good = [file for file in files if file.quads]
        if good:
            report = _Check(good, shapes, ontology).report(report)
    finally:
        if collecting:
            gc.enable()
    if not report.findings and not report.checked:
        names = ", ".join(report.files[:3]) + (" …" if len(report.files) > 3 else "")  # noqa: PLR2004
        hint = "no shape looks at what these files describe; give the nodes a class, such as cvo:RelationClaim"
        raise NothingChecked(f"nothing was checked in: {names}", hint=hint)
    return replace(report, seconds=time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class _Slip:
    """A term that nobody declares: its finding, whether it stands as a predicate, and the IRI that was meant, if known."""

    finding: Finding
    predicate: bool
    meant: str


class _Check:
    """One run over the files that are well-formed."""

    def __init__(self, files: Sequence[Contributed], shapes: Sequence[Path] | None, ontology: Sequence[Path] | None) -> None:
        own = {file.path.resolve(): file for file in files}
        self.files = files
        self.rules = Rules([quad for path in (shipped("shapes") if shapes is None else expand(shapes)) for quad in _quads(path, own)])
        if not self.rules.count:
            raise InputError("there are no shapes to check against", hint="give files with SHACL shapes")
        vocabulary = [path for path in shipped("ontology") if path.parent.name != "alignments"] if ontology is None else expand(ontology)
        others = shipped("instances") if ontology is None else []
        self.subjects = {quad.subject for file in files for quad in file.quads}
        reads = self.rules.reads
        self.around: list[ox.Quad] = []
        self.declared = {s.value for s in self.subjects if isinstance(s, ox.NamedNode)}
        self.described: set[object] = set(self.subjects)
        for path in (*vocabulary, *others):
            if path.resolve() in own:
                continue
            for quad in _quads(path, {}):
                self.described.add(quad.subject)
                if reads is None or quad.predicate.value in reads or quad.subject in self.subjects:
                    self.around.append(quad)
        self.declared |= {node.value for node in self.described if isinstance(node, ox.NamedNode)}

    def report(self, report: Report) -> Report:
        """Return *report* with what the shapes and the vocabulary find."""
        outcome = self._outcome()
        findings = _one_per_cause(list(self._slips()), list(self._results(outcome)))
        kinds = self._kinds()
        targeted = {node: {kind.value for kind in kinds.get(node, ()) if isinstance(kind, ox.NamedNode)} for node in outcome.targeted}
        claims = self._below(f"{CVO}Claim")
        classes = Counter(kind for found in targeted.values() for kind in found)
        prefixes = self.files[0].prefixes
        return Report(
            tuple(sorted([*report.findings, *findings])),
            report.files,
            len(targeted),
            sum(not found.isdisjoint(claims) for found in targeted.values()),
            tuple(sorted((curie(kind, prefixes), number) for kind, number in classes.items())),
            self.rules.count,
        )

    def _outcome(self) -> Outcome:
        from cvo.engines import shacl  # noqa: PLC0415  only well-formed files come to pySHACL

        data = [quad for file in self.files for quad in file.quads]
        # what only the contribution names, and nobody describes, is its business too where shapes look at objects
        named = {quad.object for quad in data if quad.predicate.value in self.rules.object_targets}
        focus = self.subjects | (named - self.described)
        return shacl.check([*data, *self.around], self.rules.quads, focus)

    def _kinds(self) -> dict[object, list[object]]:
        kinds: dict[object, list[object]] = {}
        for file in self.files:
            for quad in file.quads:
                if quad.predicate.value == TYPE:
                    kinds.setdefault(quad.subject, []).append(quad.object)
        return kinds

    def _below(self, top: str) -> set[str]:
        """Return *top* and its subclasses."""
        below: dict[str, list[str]] = {}
        for quad in (*self.around, *(quad for file in self.files for quad in file.quads)):
            if quad.predicate.value == SUBCLASS and isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
                below.setdefault(quad.object.value, []).append(quad.subject.value)
        found, todo = {top}, [top]
        while todo:
            new = set(below.get(todo.pop(), [])) - found
            found |= new
            todo += new
        return found

    def _results(self, outcome: Outcome) -> Iterable[Finding]:
        for result in outcome.results:
            file, place = self._locate(result)
            prefixes = file.prefixes
            component = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
            yield Finding(
                place=place,
                code=self.rules.code(result.constraint, result.shape) or f"CVO-{component.upper()}",
                severity=next((s for s in SEVERITIES if result.severity.lower().endswith(s)), "violation"),
                messages=tuple((lang, shorten(text, prefixes)) for lang, text in self._messages(result)),
                focus=str(result.focus),
                name=file.show(result.focus),
                path=result.path,
                value="" if result.value is None else str(result.value),
                component=result.component,
                shape=self.rules.name(result.shape),
                line=file.line(place.line),
            )

    def _messages(self, result: Result) -> Texts:
        """Return the messages in their languages, which pySHACL forgets where it fills in variables."""
        templates = self.rules.messages(result.constraint, result.shape)
        texts = {text for _, text in result.texts}
        filled = []
        for lang, template in templates:
            if "{" not in template:
                filled.append((lang, template))
                continue
            head, tail = template.partition("{")[0], template.rpartition("}")[2]
            filled.append((lang, next((t for t in sorted(texts) if t.startswith(head) and t.endswith(tail)), template)))
        return tuple(filled) or tuple((lang or "en", text) for lang, text in result.texts)

    def _locate(self, result: Result) -> tuple[Contributed, Place]:
        """Return the file and the place of *result*: its value, else its property, else its subject."""
        steps = first_steps(result.path)
        last = result.component.endswith("#MaxCountConstraintComponent")
        for file in self.files:
            if result.value is not None and (place := file.place_of_value(result.focus, steps, result.value)):
                return file, place
        for file in self.files:
            if steps and (place := file.place_of_property(result.focus, steps, last=last)):
                return file, place
        for file in self.files:
            if place := file.place_of_node(result.focus):
                return file, place
        return self.files[0], self.files[0].top

    def _slips(self) -> Iterable[_Slip]:
        """Return every use of a term in the project's namespaces that nobody declares."""
        if not any(iri.startswith((CVO, CVT)) for iri in self.declared):
            return
        locals_of = {ns: [iri.removeprefix(ns) for iri in self.declared if iri.startswith(ns)] for ns in (CVO, CVT)}
        meant: dict[str, str] = {}
        for file in self.files:
            for index, role, iri in file.uses((CVO, CVT)):
                if iri in self.declared or iri in (CVO, CVT):
                    continue
                namespace = CVO if iri.startswith(CVO) else CVT
                if iri not in meant:
                    word = nearest(iri.removeprefix(namespace), sorted(locals_of[namespace])) if len(meant) < SUGGESTIONS else ""
                    meant[iri] = namespace + word if word else ""
                quad = file.quads[index]
                name, place = curie(iri, file.prefixes), file.place(index, role)
                finding = Finding(
                    place=place,
                    code="CVO-TERM",
                    severity="violation",
                    messages=(("en", f"{name} is not a term of the ontology"), ("zh", f"{name} 不是本体中的术语")),
                    help=_did_you_mean(curie(meant[iri], file.prefixes) if meant[iri] else ""),
                    focus=str(quad.subject),
                    name=file.show(quad.subject),
                    path=quad.predicate.value,
                    value=f"<{iri}>",
                    line=file.line(place.line),
                )
                yield _Slip(finding, role == PREDICATE, meant[iri])


def _files(paths: Sequence[str | Path]) -> Iterable[Path]:
    """Return the files that *paths* mean, each once; of a folder or a glob only those of the kinds that are validated."""
    found: dict[Path, None] = {}
    for path in paths:
        files = expand([path])
        if files != [Path(path)]:
            files = [file for file in files if file.suffix.lower() in FORMATS]
            if not files:
                raise InputError(f"no file that cvo validates in: {path}", hint=f"looked for {' '.join(FORMATS)}")
        found |= dict.fromkeys(files)
    return found


def _did_you_mean(name: str) -> Texts:
    return (("en", f"did you mean {name}?"), ("zh", f"是否想写 {name}？")) if name else ()


def _quads(path: Path, own: dict[Path, Contributed]) -> Sequence[ox.Quad]:
    """Return the triples of a file of the project; of one that is being checked, those that were read already."""
    if found := own.get(path.resolve()):
        return found.quads
    file = read(path, contributed=False)
    if file.problem:
        raise file.syntax_problem()
    return file.quads


def _one_per_cause(slips: Sequence[_Slip], results: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those that only say again, or follow from, what another one says.

    A misspelt value also breaks the rule of its property: the rule's own words are kept, with the help. A misspelt property
    also makes the right one missing, or is one too many: that it is misspelt says all.
    """
    by_place = {(slip.finding.place, slip.finding.value): slip.finding for slip in slips}
    instead = {(slip.finding.focus, slip.meant) for slip in slips if slip.predicate}
    wrong = {(slip.finding.focus, slip.finding.path) for slip in slips if slip.predicate}
    kept: dict[tuple[object, ...], Finding] = {}
    for found in sorted(results, key=_telling):
        component = _component(found)
        missing = component in ("MinCount", "QualifiedMinCount", "HasValue") and (found.focus, found.path) in instead
        if missing or (component == "Closed" and (found.focus, found.path) in wrong):
            continue
        slip = by_place.get((found.place, found.value))
        if slip:
            helps = dict(slip.help)
            what = tuple((lang, "; ".join([text, helps[lang]]) if lang in helps else text) for lang, text in slip.messages)
            kept.setdefault((found.place, found.value), replace(found, help=what))
        else:
            kept.setdefault((found.focus, found.value, found.path, found.code, found.messages, found.severity), found)
    # several values at the far end of one path that starts at one place are one cause
    once = {(found.place, found.focus, found.code, found.messages): found for found in reversed(kept.values())}
    return [*once.values(), *(finding for key, finding in by_place.items() if key not in kept)]


def _component(finding: Finding) -> str:
    return finding.component.removeprefix(SH).removesuffix("ConstraintComponent")


def _telling(finding: Finding) -> int:
    component = _component(finding)
    return TELLING.index(component) if component in TELLING else len(TELLING)
