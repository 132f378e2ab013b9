"""A file of any size checked as it streams by: what is local to a subject at once, what joins when the rest is known.

A lookup that cannot be answered yet raises `Unknown`, and the shape is asked again at the end. Of the subjects that went by,
those are kept that are like ones which were looked up before, as many as there is room for; should one be wanted that was not
kept, the file is read once more for it. So what is kept decides how long a run takes, never what it finds.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.engines.fast.graph import NOTHING, SUBCLASS, TYPE, Graph
from cvo.engines.fast.later import Later, Unknown, Unstreamable
from cvo.engines.fast.nodes import node_of
from cvo.engines.fast.run import Run, run
from cvo.files import base_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.queries import Query
    from cvo.engines.fast.shapes import Shapes
    from cvo.outcome import Result

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS}
FEW = 200  # values of one property of one subject that are compared one by one
KEPT = 200_000  # triples that are kept before only those of subjects like wanted ones are
DELAYED = 200_000  # questions that wait for the end


@dataclass(frozen=True, slots=True)
class Streamed:
    """The results, sorted; how many nodes some shape targets, and how many triples and subjects there are."""

    results: tuple[Result, ...]
    checked: int
    triples: int
    subjects: int


class Stream(Run):
    """A run over subjects that come one after another, beside a vocabulary that is held."""

    answering = Later

    def __init__(self, vocabulary: Sequence[ox.Quad], shapes: Shapes, room: Path | None = None) -> None:
        """Hold the *vocabulary*, to check what comes against *shapes*; what queries read goes into the folder *room*, if there is one."""
        super().__init__(vocabulary, shapes)
        self.held = frozenset(self.of)
        self._asked: set[Node] = set()
        self.answers: Later = self.answering(self, vocabulary, shapes.queries if self.is_asking else [], shapes.graph.of)
        self.answers.room = room
        self.answers.start()
        self.here: Node = ""
        self.now: Block = {}
        self.is_over = False
        self.seen: set[int] = set()  # the hashes of subjects that no shape targets
        self.targets: set[int] = set()  # and of those that some shape does
        self.wanted: set[tuple[Node, ...]] = set()
        self.missing: set[Node] = set()
        self.delayed: list[tuple[Node, Block, Shape]] = []
        self.objects_of: dict[str, dict[Node, None]] = {predicate: {} for predicate in shapes.of_objects}
        self.users = {
            predicate: {node: list(users) for node, users in Graph.inverse(self, predicate).items()} for predicate in shapes.inverse
        }
        self._inverse.clear()
        self.kept = 0
        self.is_sparing = False
        self.triples = 0

    # -- lookups

    def block(self, node: Node) -> Mapping[str, Sequence[Node]]:
        """Return what is said of *node*.

        Raises: Unknown, if that is not known yet.
        """
        if node == self.here:
            return self.now
        found = self.of.get(node)
        if found is not None:
            if not self.is_sparing:
                self.wanted.add(tuple(found.get(TYPE, ())))
            return found
        if type(node) is not str or (self.is_over and not self.is_described(node)):
            return NOTHING
        raise Unknown(node)

    def objects(self, node: Node, predicate: str) -> Sequence[Node]:
        """Return the values of *predicate* at *node*."""
        return self.block(node).get(predicate, ())

    def inverse(self, predicate: str) -> Mapping[Node, Sequence[Node]]:
        """Return the subjects of each object of *predicate*, which only the whole file tells."""
        if not self.is_over:
            raise Unknown(None)
        return self.users[predicate]

    def above(self, kind: Node) -> frozenset[Node]:
        """Return the class *kind* and its superclasses, from what was said of classes so far."""
        found = self._above.get(kind)
        if found is None:
            seen, todo = {kind}, [kind]
            while todo:
                for upper in self.of.get(todo.pop(), NOTHING).get(SUBCLASS, ()):
                    if upper not in seen:
                        seen.add(upper)
                        todo.append(upper)
            found = self._above[kind] = frozenset(seen)
            self._asked |= found
        return found

    def found(self, shape: Shape, focus: Node, *args: object, **more: object) -> None:
        """Take a result at a node that the file describes, or that it alone names."""
        if self.is_ours(focus):
            super().found(shape, focus, *args, **more)  # type: ignore[arg-type]

    def is_ours(self, focus: Node) -> bool:
        """Return whether the file describes *focus*, or it alone names it."""
        if focus == self.here or self.is_described(focus):
            return True
        return focus not in self.held and any(focus in nodes for nodes in self.objects_of.values())

    def is_described(self, node: Node) -> bool:
        """Return whether the file described *node* so far."""
        mark = hash(node)
        return mark in self.seen or mark in self.targets

    # -- the stream

    def take(self, subject: Node, block: Block, quads: Sequence[ox.Quad]) -> None:  # noqa: C901 - in the order of what it costs
        """Check *subject*, of which *block* and *quads* say everything."""
        mark = hash(subject)
        if mark in self.seen or mark in self.targets or subject in self.held:
            raise Unstreamable(f"it is described in two places: {subject}")
        if SUBCLASS in block and subject in self._asked:
            raise Unstreamable(f"a class is described after it was used: {subject}")
        self.triples += sum(map(len, block.values()))
        self.here, self.now = subject, block
        for predicate, nodes in self.objects_of.items():
            if values := block.get(predicate):
                nodes.update(dict.fromkeys(values))
        for predicate, users in self.users.items():
            limit = self.shapes.inverse[predicate]
            for value in block.get(predicate, ()):
                known = users.setdefault(value, [])
                if limit is None or len(known) < limit:
                    known.append(subject)
        kinds = block.get(TYPE, ())
        classes = self.classes(kinds) if kinds else frozenset()
        if self.answers.reads:
            self.answers.take(quads, subject, classes)
        shapes = self.shapes.for_block(block, classes)
        (self.targets if shapes else self.seen).add(mark)
        if shapes:
            for shape in shapes:
                self._ask(shape, subject, block)
        if SUBCLASS in block or not self.is_sparing or tuple(kinds) in self.wanted:
            self.of[subject] = block
            self.kept += sum(map(len, block.values()))
            if self.kept > KEPT and not self.is_sparing:
                self._spare()
        self.here = ""

    def _spare(self) -> None:
        """Keep from now on only what is like something that was wanted."""
        self.is_sparing = True
        for node in list(self.of):
            if node not in self.held and tuple(self.of[node].get(TYPE, ())) not in self.wanted and SUBCLASS not in self.of[node]:
                del self.of[node]

    def look(self, shape: Shape, focus: Node) -> None:
        """Take what *shape* finds at *focus*."""
        shape.report(self, focus)

    def _ask(self, shape: Shape, subject: Node, block: Block) -> None:
        try:
            self.look(shape, subject)
        except Unknown as unknown:
            if unknown.node is not None:
                self.missing.add(unknown.node)
            self.delayed.append((subject, block, shape))
            if len(self.delayed) > DELAYED:
                raise Unstreamable("too much of it refers to what comes later") from None

    def later(self, query: Query, shape: Shape, focus: Node) -> None:
        """Note that *query* is to be asked of *focus*."""
        super().later(query, shape, focus)
        if query.reads_focus:
            self.answers._add_all_of(query, [focus])  # noqa: SLF001 - while it is here

    def finish(self, again: Callable[[set[Node]], Iterable[tuple[Node, Block]]]) -> Streamed:
        """Answer what had to wait; *again* reads the file once more for some nodes."""
        self.answers.finish()
        others: dict[Node, None] = {}  # what is targeted from elsewhere
        for node in dict.fromkeys(node for nodes in self.objects_of.values() for node in nodes):
            if node in self.held:
                continue  # the vocabulary's own
            block: Block = self.of.get(node, {})
            others[node] = None
            if node not in self.of:
                self.missing.add(node)
            self.delayed += [
                (node, block, shape)
                for predicate, found in self.objects_of.items()
                if node in found
                for shape in self.shapes.of_objects[predicate]
            ]
        for node, shapes in self.shapes.of_node.items():
            if self.is_described(node):
                self.missing.add(node)
                others[node] = None
                self.delayed += [(node, self.of.get(node, {}), shape) for shape in shapes]
        self.is_over = True
        while self.delayed:
            wanted = {node for node in self.missing if node not in self.of and self.is_described(node)}
            if wanted:
                self.of.update(again(wanted))
                if not wanted <= self.of.keys():
                    raise Unstreamable("a blank node has another name each time the file is read")
            waiting, self.delayed, self.missing = self.delayed, [], set()
            for node, block, shape in waiting:
                self.here, self.now = node, self.of.get(node) or block
                self._ask(shape, node, self.now)
            self.here = ""
        self.check(())
        results = tuple(sorted(self.results.values(), key=lambda result: result.order))
        return Streamed(results, self.checked(others), self.triples, len(self.seen) + len(self.targets))

    def checked(self, others: Collection[Node]) -> int:
        """Return how many nodes are targeted: those that were when they were taken, and *others*."""
        return len(self.targets) + sum(hash(node) not in self.targets for node in others)


def check_file(path: Path, shapes: Shapes, vocabulary: Sequence[ox.Quad] = ()) -> Streamed:
    """Return what *shapes* find in the file *path* beside *vocabulary*, whose triples are held while the file's pass by.

    One that is not grouped by subject is read whole.

    Raises: SyntaxError, if the file is none of its kind; OSError, if it cannot be read; KeyError, if its kind is unknown.
    """
    stream = Stream(vocabulary, shapes)
    with_quads = bool(shapes.queries)
    collecting = gc.isenabled()
    gc.disable()  # nothing here refers to itself, and there are many small objects
    try:
        for subject, block, quads in subjects_of(_parsed(path), with_quads=with_quads):
            stream.take(subject, block, quads)
        return stream.finish(lambda wanted: blocks_of(_parsed(path), wanted))
    except Unstreamable:
        return _whole(path, shapes, vocabulary)
    finally:
        if collecting:
            gc.enable()


def subjects_of(parsed: Iterable[ox.Quad], *, with_quads: bool) -> Iterator[tuple[Node, Block, list[ox.Quad]]]:
    """Return the subjects of the triples *parsed* as they come: what is said of each until another one comes."""
    named, literal = ox.NamedNode, ox.Literal
    current: object = None
    block: Block = {}
    quads: list[ox.Quad] = []
    for quad in parsed:
        subject, predicate, value, _ = quad
        if subject != current:
            if current is not None:
                yield node_of(current), block, quads  # type: ignore[arg-type]
            current, block, quads = subject, {}, []
        if with_quads:
            quads.append(quad)
        kind = type(value)
        node = value.value if kind is named else value if kind is literal else node_of(value)
        name = predicate.value
        values = block.get(name)
        if values is None:
            block[name] = [node]
        elif len(values) > FEW:
            raise Unstreamable(f"it has very many values of {name}")
        elif node not in values:
            values.append(node)
    if current is not None:
        yield node_of(current), block, quads  # type: ignore[arg-type]


def blocks_of(parsed: Iterable[ox.Quad], wanted: Collection[Node]) -> Iterator[tuple[Node, Block]]:
    """Return what the triples *parsed* say of the nodes *wanted*."""
    return ((node, block) for node, block, _ in subjects_of(parsed, with_quads=False) if node in wanted)


def _parsed(path: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=str(path), format=FORMATS[path.suffix.lower()], base_iri=base_iri(path))


def _whole(path: Path, shapes: Shapes, vocabulary: Sequence[ox.Quad]) -> Streamed:
    """Return what *shapes* find in *path*, with all of it in memory."""
    data = list(_parsed(path))
    described = {quad.subject for quad in vocabulary}
    subjects = {quad.subject for quad in data}
    named = {quad.object for quad in data if quad.predicate.value in shapes.of_objects} - described
    outcome = run([*data, *vocabulary], shapes, subjects | named)
    return Streamed(outcome.results, len(outcome.targeted), len(data), len(subjects))
