"""A compiled shape: what it asks of its value nodes, as functions in the order in which they are cheapest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from cvo.terms import SH

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

REMEMBERED = 100_000  # value nodes that a shape knows to be right


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
    is_exact: bool = False
    is_counting: bool = False
    tests: tuple[Judge, ...] = ()

    def settle(self) -> None:
        """Work out, once all is compiled, whether the values of the shape can be judged one by one."""
        counts = {f"{SH}{name}ConstraintComponent" for name in ("MinCount", "MaxCount", "UniqueLang")}
        self.is_plain = (
            type(self.path) is str
            and self.path != ""
            and {component for component, _ in self.looks} <= counts
            and not (self.properties or self.queries or self.validators)
        )
        if any(component.startswith(f"{SH}UniqueLang") for component, _ in self.looks):
            self.most = min(self.most, 1)  # of more than one the languages must be looked at
        else:
            self.is_exact = self.is_plain
        self.is_counting = not (self.judges or self.properties or self.queries or self.validators) and len(self.looks) == sum(
            component.endswith(("#MinCountConstraintComponent", "#MaxCountConstraintComponent")) for component, _ in self.looks
        )
        self.tests = tuple(judge for _, judge in self.judges)

    def is_fine(self, run: Run, values: Sequence[Node]) -> bool:
        """Return whether nothing is wrong with *values*, all of which are of a plain shape; False may also mean: not sure."""
        if not self.least <= len(values) <= self.most:
            return False
        tests = self.tests
        if tests:
            right = run.right_for(self)
            for value in values:
                if type(value) is str:
                    if value in right:
                        continue
                    if len(right) < REMEMBERED and all(test(run, value) for test in tests):
                        right.add(value)
                        continue
                for test in tests:
                    if not test(run, value):
                        return False
        return True

    def report(self, run: Run, focus: Node) -> None:  # noqa: C901 - in the order of what it costs
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
        for query in self.queries:
            run.later(query, self, focus)
        for validator in self.validators:
            for value, where, texts in validator.complaints(run, self, focus, values):
                run.found(self, focus, validator.component, value, where or self.path, texts=texts)

    def _descend(self, run: Run, values: Sequence[Node]) -> None:
        for value in values:
            block = run.block(value)
            for child in self.properties:
                if not (child.is_plain and child.is_fine(run, block.get(str(child.path), ()))):
                    child.report(run, value)

    def _descends(self, run: Run, value: Node) -> bool:
        block = run.block(value)
        for child in self.properties:
            fine = child.is_plain and child.is_fine(run, block.get(str(child.path), ()))
            if not fine and (child.is_exact or not child.conforms(run, value)):
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
