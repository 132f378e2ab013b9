"""What a site is made of: files that are read one after another, since each has the claims of one source, and a model of the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.dataset import syntax_problem
from cvo.files import base_iri, unpacked
from cvo.site.lines import said_by
from cvo.site.model import BASE, Model, claims_of, path_of, read, reading_order, sources
from cvo.site.words import LONG
from cvo.terms import CVO, OA, OWL, RDF, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cvo.site.lines import Said
    from cvo.site.model import File

ROLES = ("claimSubject", "claimObject", "inStage", "inSector", "opinionHolder", "addressee", "claimPredicate")
"""The parts that a thing can play in a claim."""
COMPARED = ("contradicts", "inTensionWith", "agreesWith")
_SOURCE = f"<{BASE}source/"
_A, _STATED = f"<{RDF}type>", f"<{CVO}statedIn>"
_ROLES = {f"<{CVO}{name}>" for name in ROLES}
_COMPARED = [f"<{CVO}{name}>" for name in COMPARED]
_INNER = {f"<{OA}TextPositionSelector>", f"<{OA}SpecificResource>", *(f"<{CVO}{n}>" for n in ("DigestSelector", "Comparison", "Omission"))}
"""Kinds of things that only the pages and files of their own source speak of, like the claims."""


@dataclass(slots=True)
class Source:
    """What others need to know of a *file* with the claims of one source; the rest of it is read again when its turn comes.

    *outside* are the lines about other things than parts of the source, *known* those about parts that any page may speak of. *claims*
    is their number, *firsts* are those that a page begins with, *compared* the claims that a comparison makes neighbours, *named* what is
    no term but plays a part in a claim, such as another claim; *kinds* and *matches* are counted like those of a `Model`.
    """

    file: File
    outside: list[str]
    known: list[str] = field(default_factory=list)
    claims: int = 0
    firsts: list[str] = field(default_factory=list)
    compared: list[tuple[str, str, str]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    matches: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """Return the IRI of the source."""
        return self.file.iri


@dataclass(slots=True)
class Corpus:
    """The *sources* that are read one after another, by their IRIs, and the *model* of everything else, which is in *files*.

    *parts* are the parts of sources of which the model says something.
    """

    sources: dict[str, Source]
    model: Model
    files: list[File]
    parts: dict[str, list[str]] = field(default_factory=dict)

    def claims_of(self, source: str) -> int:
        """Return how many claims *source* has."""
        known = self.sources.get(source)
        return known.claims if known else len(self.model.subjects(f"{CVO}statedIn", source))

    def firsts(self) -> dict[str, list[str]]:
        """Return the claims with which the pages of each source begin."""
        found = {iri: claims_of(self.model, iri)[::LONG] for iri in sources(self.model) if iri not in self.sources}
        return found | {iri: source.firsts for iri, source in self.sources.items()}

    def kinds(self) -> dict[str, set[str]]:
        """Return the kinds of values of each relation, for the JSON-LD context."""
        found = {relation: set(kinds) for relation, kinds in self.model.kinds.items()}
        for source in self.sources.values():
            for relation, kinds in source.kinds.items():
                found.setdefault(relation, set()).update(kinds)
        return found


def lines_of(file: File) -> list[str]:
    """Return the lines of *file*, sorted, blank nodes as they are. Raises: SyntaxProblem; InputError, if it cannot be read."""
    try:
        with unpacked(file.path) as (opened, _):
            quads = ox.parse(input=opened, format=ox.RdfFormat.TURTLE, base_iri=base_iri(file.path))
            text = ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b""
    except SyntaxError as error:
        raise syntax_problem(error, file.path) from None
    return [line + "\n" for line in sorted({*text.decode().split("\n")[:-1]})]  # other ends of lines, such as U+2028, are inside literals


def may_be_streamed(file: File) -> bool:
    """Return whether *file* is of the form in which sources come."""
    return file.path.suffix == ".ttl" and not file.is_shapes and file.path.parent.name not in ("alignments", "ontology")


def scan(file: File, lines: Sequence[str]) -> Source | None:
    """Return what others need to know of *file*, of which *lines* are the statements; nothing, if it is not the claims of one source."""
    said = said_by(lines)
    homes = [subject for subject, about in said.items() if f"<{CVO}Source>" in about.get(_A, ())]
    if len(homes) != 1 or any(f"<{OWL}Ontology>" in about.get(_A, ()) for about in said.values()):
        return None
    home = homes[0]
    iri = home[1:-1]
    if path_of(iri).count("/") != 1 or "#" in iri or file.graph not in ("", iri) or _has_unnamed(lines):
        return None
    inside = f"<{iri}#"
    claims = []
    known: set[str] = set()
    named: set[str] = set()
    for subject, about in said.items():
        own = subject.startswith(inside)
        if stated := about.get(_STATED):
            if stated != [home] or not own:
                return None
            claims.append(subject[1:-1])
            named.update(value for role in _ROLES.intersection(about) for value in about[role] if value.startswith(_SOURCE))
        elif not _ROLES.isdisjoint(about):
            return None
        elif own and not _INNER.issuperset(about.get(_A, ("",))):
            known.add(subject)
    claims.sort(key=reading_order)
    source = Source(
        type(file)(file.path, file.graph, iri),
        [line for line in lines if not line.startswith(inside)],
        claims=len(claims),
        firsts=claims[::LONG],
    )
    source.named = named
    if known:
        source.known = [line for line in lines if line.split(" ", 1)[0] in known]
    _count(source, {subject: about for subject, about in said.items() if subject.startswith(inside)})
    return source


def _has_unnamed(lines: Sequence[str]) -> bool:
    text = "".join(lines)  # to look through all at once is faster, and mostly enough
    return ("_:" in text or "<<(" in text) and any(map(_is_unnamed, lines))


def _is_unnamed(line: str) -> bool:
    """Return whether *line* has a blank node, or speaks of a statement."""
    return line.startswith("_:") or " _:" in line[: line.find('"')] or " <<(" in line[: line.find('"')]


def _count(source: Source, said: Said) -> None:
    """Count what *source* has by what its own parts *said*."""
    kinds: set[tuple[str, str]] = set()
    for subject, about in said.items():
        for relation, values in about.items():
            kinds.update([(relation, "id" if value[0] == "<" else value[value.rindex('"') + 1 :]) for value in values])
        for relation in _COMPARED:
            if relation in about:
                source.compared += [(subject[1:-1], relation[1:-1], value[1:-1]) for value in about[relation]]
    for relation, kind in kinds:
        named = kind if kind == "id" else "lang" if kind[:1] == "@" else kind[3:-1] or f"{XSD}string"
        source.kinds.setdefault(relation[1:-1], set()).add(named)
    for relation in sorted(source.kinds):
        if relation.startswith(SKOS) and relation.endswith("Match"):
            _count_matches(source, relation, said)


def _count_matches(source: Source, relation: str, said: Said) -> None:
    for about in said.values():
        for value in about.get(f"<{relation}>", ()):
            target = value[1:-1]
            if value[0] == "<" and not target.startswith(BASE):
                place = target[: max(target.rfind("#"), target.rfind("/")) + 1], relation
                source.matches[place] = source.matches.get(place, 0) + 1


def gathered(files: Iterable[File], found: Sequence[Source | None]) -> Corpus:
    """Return what a site is made of: those of *files* that were *found* to be sources, and the rest read into a model.

    A source of which another file says something that its own pages must count is read into the model as well.
    """
    files = list(files)
    streamed = {source.file.path: source for source in found if source is not None}
    while True:
        several = [source.iri for source in streamed.values()]
        streamed = {path: source for path, source in streamed.items() if several.count(source.iri) == 1}
        model = read(
            [file for file in files if file.path not in streamed],
            [(source.file, source.outside + source.known) for source in streamed.values()],
        )
        stray = _stray(model, {source.iri for source in streamed.values()})
        if not stray:
            break
        streamed = {path: source for path, source in streamed.items() if source.iri not in stray}
    for source in streamed.values():
        for claim, relation, other in source.compared:
            model.into.setdefault(other, []).append((relation, claim))
    _tell(model, streamed.values())
    in_order = sorted(streamed.values(), key=lambda source: source.iri)
    documents = {file.path: file for file in (*model.files, *(source.file for source in in_order))}
    model.files = tuple(documents[file.path] for file in files if file.path in documents)
    corpus = Corpus({source.iri: source for source in in_order}, model, [file for file in files if file.path not in streamed])
    for iri in model.out:
        home, mark, _ = iri.partition("#")
        if mark and home in corpus.sources:
            corpus.parts.setdefault(home, []).append(iri)
    return corpus


def _tell(model: Model, streamed: Iterable[Source]) -> None:
    """Tell *model* the statements of those claims that other claims speak of, for these show them."""
    homes = {source.iri: source for source in streamed}
    named: dict[str, set[str]] = {}
    for claim in (token for source in homes.values() for token in source.named):
        named.setdefault(claim[1:].partition("#")[0], set()).add(claim)
    for value, into in model.into.items():
        if value.partition("#")[0] in homes and any(f"<{relation}>" in _ROLES for relation, _ in into):
            named.setdefault(value.partition("#")[0], set()).add(f"<{value}>")
    for home in sorted(named.keys() & homes.keys()):
        said = [line for line in lines_of(homes[home].file) if line.split(" ", 1)[0] in named[home] and f" <{CVO}statement> " in line]
        for quad in ox.parse("".join(said).encode(), format=ox.RdfFormat.N_TRIPLES):
            about = model.out.setdefault(quad.subject.value, {})
            about.setdefault(quad.predicate.value, []).append(quad.object)


def _stray(model: Model, homes: set[str]) -> set[str]:
    """Return those of *homes* of which *model* has a claim, or a part that something plays in one."""
    found = set()
    relations = {f"{CVO}{name}" for name in (*ROLES, "statedIn", "comparisonRelation")}
    for value, into in model.into.items():
        for relation, subject in into:
            if relation in relations:
                found |= {home for home in (subject.partition("#")[0], value if relation.endswith("statedIn") else "") if home in homes}
    return found
