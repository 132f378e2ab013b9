"""What a worker holds from one file to the next: the compiled shapes and the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import read
from cvo.files import shipped
from cvo.outcome import Uncompiled
from cvo.terms import SOURCE
from cvo.validation.reading import no_shapes
from cvo.validation.rules import Rules
from cvo.validation.surroundings import Surroundings, read_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cvo.engines.fast import Shapes


@dataclass(frozen=True, slots=True)
class Setting:
    """How files are checked: against which *shapes* (none: the shipped ones), with which *engine*; which shipped files are among them.

    The passages of tables are found in *documents*. A file with more than *large* bytes is checked as it streams by; with more than
    *roomy*, what queries read of it lies on disk. Several processes share one in parts of at most *part* bytes.
    """

    shapes: tuple[str, ...] = ()
    engine: str = "fast"
    own: frozenset[str] = frozenset()
    large: int = 4 << 20
    roomy: int = 64 << 20
    documents: tuple[str, ...] = ()
    part: int = 4 << 20


class Bench:
    """The shapes and the vocabulary of one setting."""

    def __init__(self, setting: Setting) -> None:
        """Read the shapes and the vocabulary.

        Raises: SyntaxProblem or InputError, if one of the shapes cannot be read, or there are none.
        """
        self.setting = setting
        self.rules = Rules([quad for path in [Path(name) for name in setting.shapes] or shipped("shapes") for quad in _triples(path)])
        if not self.rules.count:
            raise no_shapes()
        self.note, self.shapes = "", None
        if setting.engine == "fast":
            self.shapes = self._compiled()
        self.vocabulary = [path for path in shipped("ontology") if path.parent.name != "alignments" and path.name not in setting.own]
        self.instances = {SOURCE + path.stem: path for path in shipped("instances") if path.name not in setting.own}
        self.keys = {path.stem for path in self.instances.values()}
        self._held: dict[tuple[Path, ...], Surroundings] = {}

    def _compiled(self) -> Shapes | None:
        from cvo.engines.fast import Shapes  # noqa: PLC0415 - not if pySHACL is asked for

        try:
            return Shapes(self.rules.quads)
        except Uncompiled as reason:
            self.note = f"checked by pySHACL, which takes longer: {reason}"
            return None

    def beside(self, named: Iterable[str] | None, subjects: Collection[object] = ()) -> list[Surroundings]:
        """Return the vocabulary, and the shipped instances whose source or claims are *named* (None: all of them).

        Of what *subjects* describe as well, all that the vocabulary says counts.
        """
        sources = None if named is None else {name.partition("#")[0] for name in named if name.startswith(SOURCE)}
        others = [path for source, path in self.instances.items() if sources is None or source in sources]
        return [self._read(tuple(group), subjects) for group in (self.vocabulary, *([path] for path in others))]

    def _read(self, paths: tuple[Path, ...], subjects: Collection[object]) -> Surroundings:
        held = self._held.get(paths)
        if held is None:
            held = self._held[paths] = read_all(paths, self.rules.reads, (), keep=True)
        if any(isinstance(node, ox.NamedNode) and node.value in held.described for node in subjects):
            return read_all(paths, self.rules.reads, subjects, keep=True)
        return held


@lru_cache(1)
def bench(setting: Setting) -> Bench:
    """Return the bench for *setting*; a worker makes it once."""
    return Bench(setting)


def _triples(path: Path) -> Iterable[ox.Quad]:
    file = read(path, contributed=False)
    if file.error:
        raise file.syntax_problem()
    return file.quads
