"""One large file of a corpus, checked as it streams by; what was found is then given its place, from the few lines it stands in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.contribution import FORMATS, Contributed, read
from cvo.engines.fast import Graph, quads_of
from cvo.errors import CvoError, InputError
from cvo.files import base_iri, inner
from cvo.findings import one_per_cause
from cvo.names import curie
from cvo.outcome import Outcome
from cvo.terms import CVO, RDF
from cvo.validation.corpora.batches import Batch, Inspected, Task, named, unopened
from cvo.validation.corpora.excerpts import Excerpt, around, excerpts, shifted, shifted_place
from cvo.validation.corpora.inputs import opened, text_of
from cvo.validation.corpora.mentions import Gathering
from cvo.validation.surroundings import Surroundings
from cvo.validation.validator import FOREIGN, OWN, TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from cvo.contribution import Term
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.stream import Stream
    from cvo.errors import Place
    from cvo.findings import Finding, Slip
    from cvo.outcome import Result
    from cvo.validation.corpora.bench import Bench
    from cvo.validation.corpora.mentions import Mentions

    Placed: TypeAlias = tuple[str, list[Finding], list[Slip]]
    """What is wrong with a node, and its uses of undeclared terms."""

BEYOND = (b"<<", b"--ltr", b"--rtl")  # what RDF 1.2 is written with
FEW = 50  # uses of one undeclared term that are reported
SOURCES = frozenset({f"{CVO}encodes", f"{CVO}citeKey"})
LANGUAGE = f"{RDF}langString"
LOST = 1 << 16  # names that are remembered as fine


def streamed(bench: Bench, task: Task) -> Inspected:  # noqa: PLR0911 - one for each way it may end
    """Return what is wrong with the large file of *task*, the same as if it were read whole.

    One that is not grouped by subject, or in which a value may have been typed otherwise, is read whole.
    """
    from cvo.engines.fast.later import Unstreamable  # noqa: PLC0415 - most files are small

    if bench.shapes is None:
        return _whole(bench, task, bench.note)
    try:
        if _is_beyond(task.name):
            return _whole(bench, task, "")
        large = Large(bench, task)
        try:
            return large.inspected_alone()
        except Unstreamable as reason:
            return _whole(bench, task, f"read whole, which takes more memory: {task.name} ({reason})")
        except SyntaxError as error:
            return large.malformed(error)
    except (OSError, EOFError, ValueError) as error:
        return unopened(task, InputError(f"cannot be read ({error})"))
    except CvoError as error:
        return unopened(task, error)


def _is_beyond(name: str) -> bool:
    """Return whether the file *name* may have what only RDF 1.2 has."""
    with opened(name) as file:
        before = b""
        while data := file.read(1 << 20):
            seen = before + data
            if any(word in seen for word in BEYOND):
                return True
            before = data[-4:]
    return False


def _whole(bench: Bench, task: Task, note: str) -> Inspected:
    text = text_of(task.name)
    file = read(task.path, task.number, text=text)
    if problems := file.problems or tuple(filter(None, [file.taken(bench.keys)])):
        return Inspected(task.number, named(problems, task.name), unread="malformed")
    (found,) = Batch(bench, [file], task.beside).inspected()
    notes = found.notes if not note or note in found.notes else (*found.notes, note)
    return replace(found, number=task.number, findings=named(found.findings, task.name), notes=notes)


class Large(Batch):
    """A run over one file that is not in memory."""

    def __init__(self, bench: Bench, task: Task) -> None:
        """Take the vocabulary and all shipped instances of *bench*, as nobody knows yet which of them the file names."""
        self.task, self.path = task, task.path
        self.head = Contributed(self.path, "", (), {}, None)
        super().__init__(bench, [self.head], task.beside)
        self.hold([*bench.beside(None), *self._borrowing()])
        self.forget()

    def forget(self) -> None:
        """Be as if nothing had been read."""
        self.prefixes: dict[str, str] = {}
        self.uses: dict[str, dict[str, None]] = {}
        self.kinds: Counter[str] = Counter()
        self.claimed = 0
        self.sources: dict[str, None] = {}

    def inspected_alone(self) -> Inspected:
        """Return what is wrong with the file.

        Raises: Unstreamable, if it must be read whole; SyntaxError, if it is none of its kind.
        """
        from cvo.engines.fast.later import Unstreamable  # noqa: PLC0415 - most files are small
        from cvo.engines.fast.stream import Stream, blocks_of, subjects_of  # noqa: PLC0415

        assert self.bench.shapes is not None  # noqa: S101 - else it is read whole
        with_quads = bool(self.bench.shapes.queries)
        with TemporaryDirectory(prefix="cvo-", ignore_cleanup_errors=True) as folder:
            stream = Stream(self.vocabulary(), self.bench.shapes, Path(folder) if with_quads and self.is_roomy() else None)
            gathering = Gathering(self.described - self.borrowed.keys(), stream.is_described)
            watch = self.watched(stream, gathering)
            for subject, block, some in subjects_of(self.quads(), with_quads=with_quads):
                stream.take(subject, block, some)
                watch(subject, block)
            done = stream.finish(lambda wanted: blocks_of(self.quads(), wanted))
            if any(isinstance(result.focus, ox.BlankNode) for result in done.results) and not self.is_roomy():
                raise Unstreamable("there are findings at nodes without a name")
            slips = self.settle(stream.is_described)
        head = self.head_of()
        if head.problems:
            return Inspected(self.task.number, named(head.problems, self.task.name), unread="malformed")
        results: dict[str, list[Result]] = {}
        for result in done.results:
            results.setdefault(result.focus.value if isinstance(result.focus, ox.NamedNode) else "", []).append(result)
        pieces = excerpts(self.task.name, self.path, self.prefixes, {*results, *slips, *self.sources} - {""})
        placed = self.placed(head, pieces, results, slips)
        return self.summed(pieces, placed, done.checked, gathering.all())

    def vocabulary(self) -> list[ox.Quad]:
        """Return what stands beside the file."""
        return [quad for blocks in self.around for quad in quads_of(blocks)]

    def settle(self, is_described: Callable[[str], bool]) -> set[str]:
        """Return the nodes that use what is not declared, now that it is known what the file *is_described* to say."""
        undeclared = {iri for iri in self.uses if not is_described(iri)}
        self.declared = self.described | (self.uses.keys() - undeclared)
        return {subject for iri in undeclared for subject in self.uses[iri]}

    def summed(self, pieces: Mapping[str, Excerpt], placed: Sequence[Placed], checked: int, mentions: Mentions) -> Inspected:
        """Return what came of the file, with its findings as they were *placed*."""
        found = [finding for _, some, _ in placed for finding in some]
        slipped = [slip for _, _, some in placed for slip in some]
        findings = [*one_per_cause(slipped, found), *self._filing(pieces)]
        classes = tuple(sorted((curie(kind, self.head.prefixes), number) for kind, number in self.kinds.items()))
        return Inspected(
            self.task.number,
            named(sorted(findings), self.task.name),
            checked,
            self.claimed,
            classes,
            mentions=mentions,
            notes=self.notes,
        )

    def _borrowing(self) -> list[Surroundings]:
        if not self.task.beside:
            return []
        blocks = Graph(ox.parse(self.task.beside, format=ox.RdfFormat.N_TRIPLES)).of
        return [Surroundings(frozenset(self.borrowed), frozenset(), blocks)]

    def is_roomy(self) -> bool:
        """Return whether the file is so large that what queries read of it lies on disk."""
        size = 0
        with opened(self.task.name) as file:
            while size <= self.bench.setting.roomy and (data := file.read(1 << 20)):
                size += len(data)
        return size > self.bench.setting.roomy

    def quads(self) -> Iterator[ox.Quad]:
        """Return the triples of the file as they come."""
        kind = FORMATS[inner(self.path).suffix.lower()]
        base = base_iri(inner(self.path)) if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
        with opened(self.task.name) as file:
            parser = ox.parse(input=file, format=kind, base_iri=base)
            yield from parser
            self.prefixes = dict(parser.prefixes)

    def watched(self, stream: Stream, gathering: Gathering) -> Callable[[Node, Mapping[str, Sequence[Node]]], None]:  # noqa: C901 - a function that is called for each subject
        """Return the function to which each subject is told, once it is checked."""
        claims = self._below(f"{CVO}Claim")
        fine = dict.fromkeys((*self.described, *self.known, *OWN))
        spaces = (*OWN, *FOREIGN)
        uses, kinds, literal = self.uses, self.kinds, ox.Literal
        fixed = len(fine)

        def used(iri: str, subject: str) -> None:
            if iri.startswith(spaces):
                users = uses.setdefault(iri, {})
                if len(users) < FEW:
                    users[subject] = None
                    return
            if len(fine) < fixed + LOST:
                fine[iri] = None

        def watch(subject: Node, block: Mapping[str, Sequence[Node]]) -> None:
            assert type(subject) is str  # noqa: S101 - no literal is a subject
            gathering.take(subject, block)
            if hash(subject) in stream.targets:
                names = [kind for kind in block.get(TYPE, ()) if type(kind) is str and not kind.startswith("_:")]
                kinds.update(names)
                self.claimed += not claims.isdisjoint(names)
            for predicate, values in block.items():
                if predicate not in fine:
                    used(predicate, subject)
                for value in values:
                    if type(value) is literal:
                        iri = LANGUAGE if value.language else value.datatype.value
                        if iri not in fine:
                            used(iri, subject)
                    elif value not in fine and not value.startswith("_:"):  # type: ignore[union-attr]
                        used(value, subject)  # type: ignore[arg-type]
            if not SOURCES.isdisjoint(block) or f"{CVO}Source" in block.get(TYPE, ()):
                self.sources[subject] = None

        return watch

    # -- places

    def head_of(self) -> Contributed:
        """Return the file without its triples; it has the problem, if a prefix is wrong."""
        return Contributed(self.path, self._beginning(), (), self.prefixes, None)

    def placed(
        self, head: Contributed, pieces: Mapping[str, Excerpt], results: Mapping[str, Sequence[Result]], slips: Collection[str]
    ) -> list[Placed]:
        """Return the findings of the *results* at each node, and the uses of undeclared terms where there are *slips*."""
        has_own = any(iri.startswith(OWN) for iri in self.declared)
        placed: list[Placed] = []
        for focus in sorted({*results, *slips}):
            piece = pieces.get(focus, head)
            self.files, self.where = [piece], {result.focus: [piece] for result in results.get(focus, ())}
            self.named = {}
            found = [shifted(each, piece) for each in self._results(Outcome(tuple(results.get(focus, ())), frozenset()))]
            slipped: list[Slip] = []
            if has_own and focus in slips:
                slipped = [replace(each, finding=shifted(each.finding, piece)) for each in self._slips()]
            placed.append((focus, found, slipped))
            if isinstance(piece, Excerpt):
                piece.forget()
        self.files = [head]
        return placed

    def _beginning(self) -> str:
        """Return the lines at the top that declare prefixes."""
        with opened(self.task.name) as file:
            return file.read(1 << 16).decode("utf-8", "replace")

    def _filing(self, pieces: Mapping[str, Excerpt]) -> list[Finding]:
        """Return what is wrong with the sources of the file."""
        some = [pieces[source] for source in self.sources if source in pieces]
        quads = [quad for piece in some for quad in piece.quads if quad.predicate.value in SOURCES or quad.predicate.value == f"{RDF}type"]
        homes: dict[object, Excerpt] = {quad.subject: piece for piece in some for quad in piece.quads}
        together = _Sources(self.path, "", quads, self.prefixes, None)
        together.homes = homes
        return list(together.filing())

    def malformed(self, error: SyntaxError) -> Inspected:
        """Return that the file is none of its kind, with the place of *error*."""
        piece = around(self.task.name, self.path, error)
        return Inspected(
            self.task.number, named([replace(shifted(piece.problems[0], piece), fix=None)], self.task.name), unread="malformed"
        )


class _Sources(Contributed):
    """What a large file says of its sources, each with its place in its excerpt."""

    homes: Mapping[object, Excerpt] = MappingProxyType({})

    def line(self, number: int) -> str:
        """Return the line *number* of the file."""
        for home in self.homes.values():
            if found := home.line(number - home.first + 1 + home.header) if number >= home.first else "":
                return found
        return ""

    def place_of_node(self, focus: Term) -> Place | None:
        """Return where *focus* is described."""
        home = self.homes.get(focus)
        place = home.place_of_node(focus) if home else None
        return shifted_place(place, home) if home and place else None

    def place(self, index: int, role: int) -> Place:
        """Return the place of a part of a triple."""
        quad = self.quads[index]
        home = self.homes.get(quad.subject)
        return shifted_place(home.place(list(home.quads).index(quad), role), home) if home else self.top
