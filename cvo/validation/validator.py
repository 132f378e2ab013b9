"""Checking contributed files: syntax first, then terms and shapes, with every finding at its place."""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import __version__, fixes
from cvo.contribution import OBJECT, PREDICATE, Contributed
from cvo.dataset import expand
from cvo.errors import InputError, Message, Place
from cvo.files import shipped
from cvo.findings import SEVERITIES, Finding, Report, Slip, first_steps, one_per_cause
from cvo.names import curie, nearest, shorten
from cvo.outcome import Uncompiled
from cvo.terms import CVO, CVT, PREFIXES, RDF, RDFS, SH, SOURCE
from cvo.validation import kept
from cvo.validation.reading import apart, no_shapes, nothing_checked, read, unreadable
from cvo.validation.reading import files as files_of
from cvo.validation.rules import Rules
from cvo.validation.surroundings import beside, named_by, read_all
from cvo.validation.wording import generic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cvo.contribution import Contributed
    from cvo.findings import Texts
    from cvo.outcome import Outcome, Result

__all__ = ["Finding", "Report", "validate"]

TYPE, SUBCLASS = f"{RDF}type", f"{RDFS}subClassOf"
SUGGESTIONS = 50  # more misspelt terms than this are no slips; looking for what was meant would take seconds
OWN = (CVO, CVT)
FOREIGN = tuple(iri for iri in PREFIXES.values() if not iri.startswith((CVO, CVT, SOURCE)))
_CODE = "tokens engines/fast/queries engines/fast/components engines/fast/forward validation/rules validation/kept"
CODE = tuple(Path(__file__).parent.parent / f"{name}.py" for name in _CODE.split())  # on which depends what is worked out from the shapes
LIKE = 0.85  # of other vocabularies we declare a part: only what is very like a term of that part is a slip


def validate(  # noqa: PLR0913 - options, each with a default
    paths: str | Path | Sequence[str | Path],
    *,
    shapes: Sequence[Path] | None = None,
    ontology: Sequence[Path] | None = None,
    texts: Mapping[Path, str] | None = None,
    engine: str = "fast",
    documents: Sequence[str] = (),
) -> Report:
    """Return what is wrong with the files of *paths*: one or several files, folders (all RDF and tables of claims in them) or globs.

    *shapes* and *ontology* are the shipped ones unless they are given; with the shipped ontology go the shipped instances.
    Nothing is fetched, whatever a file imports. *texts* says of some files what they would be, in place of what they are, and
    *documents* are those in which the passages of tables are found.
    The *engine* is ``fast``, which leaves to pySHACL what it cannot compile and says so in the report's notes, or ``pyshacl``.

    Raises: InputError, if a file is missing or not readable; NothingChecked, if nothing is wrong because no shape looked at
    any node; EngineError, if the shapes cannot be used.
    """
    paths = [paths] if isinstance(paths, (str, Path)) else paths
    started = time.perf_counter()
    if not paths:
        raise InputError(Message("nothing to validate", "没有要校验的文件"), hint=Message("name a file or a folder", "请写明文件或文件夹"))
    collecting = gc.isenabled()
    gc.disable()  # a run makes a few hundred thousand objects that live to its end
    try:
        found = files_of(paths)
        named = found.files
        files, findings = [], []
        for number, path in enumerate(named):
            try:
                files.append(read(path, number, text=(texts or {}).get(path), documents=documents))
            except InputError as error:
                if named[path]:
                    raise
                findings.append(unreadable(str(path), error))
        keys = {path.stem for path in beside(files)} if ontology is None else set()
        whole = {file.path: file.problems or (file.taken(keys),) for file in files}
        findings += [problem for problems in whole.values() for problem in problems if problem]
        good = [file for file in files if whole[file.path] == (None,)]
        notes = [note for file in files for note in file.notes]
        report = Report(tuple(sorted(findings)), tuple(map(str, named)), unread=len(named) - len(good), notes=(*found.notes, *notes))
        for group in apart([file for file in good if file.quads]):
            report = _Check(group, shapes, ontology, engine).report(report)
    finally:
        if collecting:
            gc.enable()
    if not report.findings and not report.checked:
        names = ", ".join(report.files[:3]) + (" …" if len(report.files) > 3 else "")  # noqa: PLR2004
        raise nothing_checked(names)
    return replace(report, seconds=time.perf_counter() - started)


class _Check:
    """One run over the files that are well-formed."""

    def __init__(self, files: Sequence[Contributed], shapes: Sequence[Path] | None, ontology: Sequence[Path] | None, engine: str) -> None:
        own = {file.path.resolve(): file for file in files}
        self.files = files
        self.engine = engine
        self.notes: tuple[str, ...] = ()
        rules = shipped("shapes") if shapes is None else expand(shapes)
        known = shapes is None and not any(path.resolve() in own for path in rules)
        self.kept = kept.place("rules", [*rules, *CODE], __version__) if known else None
        found = Rules.kept(self.kept)
        self.kept = self.kept if found is None else None
        self.rules = found or Rules([quad for path in rules for quad in _quads(path, own)])
        if not self.rules.count:
            raise no_shapes()
        vocabulary = [path for path in shipped("ontology") if path.parent.name != "alignments"] if ontology is None else expand(ontology)
        others = named_by(beside(files), files) if ontology is None else []
        self.subjects = {quad.subject for file in files for quad in file.quads}
        self.words: dict[str, list[str]] = {}
        groups = [vocabulary, *([path] for path in others)]
        held = [
            read_all([path for path in group if path.resolve() not in own], self.rules.reads, self.subjects, keep=ontology is None)
            for group in groups
        ]
        self.around = [part.blocks for part in held]
        self.described = frozenset[str]().union(*(part.described for part in held))
        self.known = frozenset[str]().union(*(part.predicates for part in held))
        self.declared = self.described | {s.value for s in self.subjects if isinstance(s, ox.NamedNode)}

    def report(self, report: Report) -> Report:
        """Return *report* with what the shapes and the vocabulary find."""
        outcome = self._outcome()
        repeated = [finding for file in self.files for finding in file.repeated()]
        twice = {finding.focus for finding in repeated}
        results = [finding for finding in self._results(outcome) if finding.focus not in twice]
        findings = one_per_cause(list(self._slips()), results)
        findings += [*repeated, *(finding for file in self.files for finding in file.filing())]
        kinds = self._kinds()
        targeted = {node: {kind.value for kind in kinds.get(node, ()) if isinstance(kind, ox.NamedNode)} for node in outcome.targeted}
        claims = self._below(f"{CVO}Claim")
        prefixes = self.files[0].prefixes
        classes = Counter(curie(kind, prefixes) for found in targeted.values() for kind in found)
        return Report(
            tuple(sorted([*report.findings, *findings])),
            report.files,
            report.checked + len(targeted),
            report.claims + sum(not found.isdisjoint(claims) for found in targeted.values()),
            tuple(sorted((Counter(dict(report.classes)) + classes).items())),
            self.rules.count,
            report.unread,
            notes=tuple(dict.fromkeys([*report.notes, *self.notes])),
        )

    def _outcome(self) -> Outcome:
        data = [quad for file in self.files for quad in file.quads]
        # what only the contribution names, and nobody describes, is its business too where shapes look at objects
        named = {quad.object for quad in data if quad.predicate.value in self.rules.object_targets}
        focus = self.subjects | {node for node in named if not (isinstance(node, ox.NamedNode) and node.value in self.described)}
        from cvo.engines import fast  # noqa: PLC0415  only well-formed files come to an engine

        if self.engine == "fast":
            try:
                outcome = fast.check(data, self.rules.graph, focus, self.around)
            except Uncompiled as reason:
                self.notes = (f"checked by pySHACL, which takes longer: {reason}",)
            else:
                self.rules.keep(self.kept)
                return outcome
        from cvo.engines import shacl  # noqa: PLC0415  takes 200 ms

        data += (quad for blocks in self.around for quad in fast.quads_of(blocks))
        return shacl.check(data, self.rules.quads, focus)

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
        for quad in (quad for file in self.files for quad in file.quads):
            if quad.predicate.value == SUBCLASS and isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
                below.setdefault(quad.object.value, []).append(quad.subject.value)
        for blocks in self.around:
            for subject, block in blocks.items():
                for upper in block.get(SUBCLASS, ()):
                    below.setdefault(str(upper), []).append(str(subject))
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
                help=_did_you_mean(self._permitted(result, prefixes) if component == "Closed" else ""),
                focus=str(result.focus),
                name=file.show(result.focus),
                path=result.path,
                value="" if result.value is None else str(result.value),
                component=result.component,
                shape=self.rules.name(result.shape),
                line=file.shown(place),
                fix=fixes.of_result(file, self.rules.code(result.constraint, result.shape), result.focus, result.path, place),
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
        if filled:
            return tuple(filled)
        shape = result.shape  # what the engines say by themselves differs, and is English only
        return generic(
            result.component, lambda name: sorted(str(v) for v in self.rules.values(shape, name) if not isinstance(v, ox.BlankNode))
        )

    def _locate(self, result: Result) -> tuple[Contributed, Place]:
        """Return the file and the place of *result*: its value, else its property, else its subject."""
        steps = first_steps(result.path)
        last = result.component.endswith("#MaxCountConstraintComponent")
        files = self.where.get(result.focus, ())
        closed = result.component.endswith("#ClosedConstraintComponent")
        for file in files:
            if not closed and result.value is not None and (place := file.place_of_value(result.focus, steps, result.value)):
                return file, place
        for file in files:
            if steps and (place := file.place_of_property(result.focus, steps, last=last)):
                return file, place
        file = next(iter(files), None) or self.named.get(result.focus, self.files[0])
        return file, file.place_of_node(result.focus) or file.top

    @cached_property
    def where(self) -> dict[object, list[Contributed]]:
        """Return the files that describe each node."""
        where: dict[object, list[Contributed]] = {}
        for file in self.files:
            for subject in {quad.subject for quad in file.quads}:
                where.setdefault(subject, []).append(file)
        return where

    @cached_property
    def named(self) -> dict[object, Contributed]:
        """Return the first file that names each node as an object."""
        return {quad.object: file for file in reversed(self.files) for quad in file.quads}

    def _permitted(self, result: Result, prefixes: Mapping[str, str]) -> str:
        """Return the permitted property that was most likely meant by the one that *result*, of a closed shape, is about."""
        permitted = {re.split("[/#]", iri)[-1]: iri for iri in self.rules.permitted(result.constraint, result.shape)}
        word = nearest(re.split("[/#]", str(result.path))[-1], permitted)
        return curie(permitted[word], prefixes) if word else ""

    def _slips(self) -> Iterable[Slip]:
        """Return every use of a term that nobody declares: in the project's namespaces any, in foreign ones what is like a known term."""
        if not any(iri.startswith(OWN) for iri in self.declared):
            return
        meant: dict[str, str] = {}
        clear: dict[str, bool] = {}
        for file in self.files:
            for index, role, iri in file.uses((*OWN, *FOREIGN)):
                if iri in self.declared or iri in OWN or iri in self.known:
                    continue
                if iri not in meant:
                    meant[iri] = self._meant(iri) if len(meant) < SUGGESTIONS else ""
                    clear[iri] = self._clear(iri, meant[iri])
                if not meant[iri] and not iri.startswith(OWN):
                    continue
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
                    line=file.shown(place),
                    fix=fixes.renamed(file, index, role, meant[iri]) if clear[iri] else None,
                )
                yield Slip(finding, meant[iri], role == PREDICATE, role == OBJECT and quad.predicate.value == TYPE)

    def _clear(self, iri: str, meant: str) -> bool:
        namespace = next(namespace for namespace in (*OWN, *FOREIGN) if iri.startswith(namespace))
        return bool(meant) and fixes.clear(iri.removeprefix(namespace), meant.removeprefix(namespace), self.words[namespace])

    def _meant(self, iri: str) -> str:
        """Return the term that *iri* was most likely meant to be, or the empty string."""
        namespace = next(namespace for namespace in (*OWN, *FOREIGN) if iri.startswith(namespace))
        if namespace not in self.words:
            known = self.declared if namespace in OWN else self.declared | self.known
            self.words[namespace] = sorted(term.removeprefix(namespace) for term in known if term.startswith(namespace))
        word = nearest(iri.removeprefix(namespace), self.words[namespace], 0.7 if namespace in OWN else LIKE)
        return namespace + word if word else ""


def _did_you_mean(name: str) -> Texts:
    return (("en", f"did you mean {name}?"), ("zh", f"是否想写 {name}？")) if name else ()


def _quads(path: Path, own: dict[Path, Contributed]) -> Sequence[ox.Quad]:
    """Return the triples of a file of the project; of one that is being checked, those that were read already."""
    if found := own.get(path.resolve()):
        return found.quads
    file = read(path, contributed=False)
    if file.error:
        raise file.syntax_problem()
    return file.quads
