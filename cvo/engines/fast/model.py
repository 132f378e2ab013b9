"""A compiled shape: what it asks of its value nodes, as functions in the order in which they are cheapest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cvo.engines.fast.components import Validator
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.paths import Walk
    from cvo.engines.fast.queries import Query
    from cvo.engines.fast.run import Run
    from cvo.findings import Path, Texts

    Judge: TypeAlias = Callable[[Run, Node], bool]
    """Whether a value node is as it should be, whoever has it."""

    Complaint: TypeAlias = tuple[Node | None, str]
    """The value that is wrong, if there is one, and the property, if it is not that of the shape."""

    Look: TypeAlias = Callable[[Run, Node, Sequence[Node]], Iterable[Complaint]]
    """What is wrong with the value nodes of a focus node taken together."""

    Step: TypeAlias = tuple["Shape", str | None, int, int, set[Node] | None]
    """A property shape, its property if it asks only about the values of one, how many there may be, and which are known to be right."""

NONE: tuple[Node, ...] = ()
REMEMBERED = 100_000  # value nodes that a shape knows to be right
FEWER = 20_000  # the same, of literals: they take more memory, and few of them are met again
COUNTS = ("#MinCountConstraintComponent", "#MaxCountConstraintComponent")


@dataclass(slots=True, eq=False)
class Shape:
    """A node shape (without a *path*) or a property shape."""

    node: Node
    path: Path = ""
    walk: Walk | None = None
    severity: str = ""
    texts: Texts = ()
    is_active: bool = True
    looks: list[tuple[str, Look]] = field(default_factory=list)
    judges: list[tuple[str, Judge]] = field(default_factory=list)
    properties: list[Shape] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    validators: list[Validator] = field(default_factory=list)
    least: int = 0
    most: int = sys.maxsize
    is_plain: bool = False
    is_counting: bool = False
    is_asking: bool = False
    tests: tuple[Judge, ...] = ()
    comparisons: tuple[Look, ...] = ()

    def settle(self) -> None:
        """Work out, once all is compiled, whether the shape asks only about the values of one property."""
        others = [(component, look) for component, look in self.looks if not component.endswith(COUNTS)]
        self.is_plain = type(self.path) is str and self.path != "" and not (self.properties or self.queries or self.validators)
        self.is_counting = not (self.judges or self.properties or self.queries or self.validators or others)
        self.is_asking = bool(self.queries or self.validators) or any(child.is_asking for child in self.properties)
        self.tests = tuple(judge for _, judge in self.judges)
        self.comparisons = tuple(look for _, look in others)

    def is_fine(self, run: Run, focus: Node, values: Sequence[Node]) -> bool:
        """Return whether nothing is wrong with *values*, which are those of a plain shape at *focus*."""
        if not self.least <= len(values) <= self.most:
            return False
        if self.tests:
            right = run.right_for(self)
            for value in values:
                if value not in right:
                    for test in self.tests:
                        if not test(run, value):
                            return False
                    if len(right) < (REMEMBERED if type(value) is str else FEWER):
                        right.add(value)
        for look in self.comparisons:
            for _ in look(run, focus, values):
                return False
        return True

    def plan(self, run: Run) -> tuple[Step, ...]:
        """Return what *run* looks at first for each of the properties."""
        return tuple(
            (
                child,
                str(child.path) if child.is_plain else None,
                child.least,
                -1 if child.comparisons else child.most,
                run.right_for(child) if child.tests else None,
            )
            for child in self.properties
        )

    def report(self, run: Run, focus: Node) -> None:
        """Tell *run* what is wrong at *focus*."""
        if not self.is_active:
            return
        values: Sequence[Node] = self.walk(run, focus) if self.walk else (focus,)
        for component, look in self.looks:
            for value, where in look(run, focus, values):
                run.found(self, focus, component, value, where or self.path)
        for value in values:
            for component, judge in self.judges:
                if not judge(run, value):
                    run.found(self, focus, component, value, self.path)
        if self.properties:
            self._descend(run, values)
        if run.is_asking:
            self._ask(run, focus, values)

    def _ask(self, run: Run, focus: Node, values: Sequence[Node]) -> None:
        for query in self.queries:
            run.later(query, self, focus)
        for validator in self.validators:
            for value, where, texts in validator.complaints(run, self, focus, values):
                run.found(self, focus, validator.component, value, where or self.path, texts=texts)

    def ask(self, run: Run, focus: Node) -> None:
        """Tell *run* only what is wrong at *focus* by what is written in SPARQL."""
        values: Sequence[Node] = self.walk(run, focus) if self.walk else (focus,)
        self._ask(run, focus, values)
        for child in self.properties:
            if child.is_asking:
                for value in values:
                    child.ask(run, value)

    def _descend(self, run: Run, values: Sequence[Node]) -> None:
        plan = run.plan_for(self)
        for value in values:
            get = run.block(value).get
            for child, path, least, most, right in plan:
                if path is None:
                    child.report(run, value)
                    continue
                found = get(path, NONE)
                if least <= len(found) <= most and (right is None or right.issuperset(found)):
                    continue
                if not child.is_fine(run, value, found):
                    child.report(run, value)

    def _descends(self, run: Run, value: Node) -> bool:
        block = run.block(value)
        for child in self.properties:
            if child.is_plain:
                if not child.is_fine(run, value, block.get(str(child.path), ())):
                    return False
            elif not child.conforms(run, value):
                return False
        return True

    def conforms(self, run: Run, focus: Node) -> bool:
        """Return whether nothing is wrong at *focus*."""
        if not self.is_active:
            return True
        values: Sequence[Node] = self.walk(run, focus) if self.walk else (focus,)
        for _, look in self.looks:
            for _complaint in look(run, focus, values):
                return False
        for value in values:
            for _, judge in self.judges:
                if not judge(run, value):
                    return False
        for value in values:
            if self.properties and not self._descends(run, value):
                return False
        if any(run.answers.rows(query, self, focus) for query in self.queries):
            return False
        return not any(True for validator in self.validators for _ in validator.complaints(run, self, focus, values))
