"""The files under examination with those beside them: one store that holds them all, and where their nodes are described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import FORMATS, Contributed, read
from cvo.dataset import expand
from cvo.errors import InputError
from cvo.files import shipped
from cvo.findings import Finding
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cvo.contribution import Term
    from cvo.quality.checks import Check


def gather(paths: Sequence[str | Path], beside: Sequence[Path] | None) -> tuple[list[Contributed], list[Contributed]]:
    """Return the files that are checked and those that are only loaded beside them."""
    own = [path for path in shipped("ontology") if path.suffix.lower() in FORMATS] + shipped("instances") if beside is None else beside
    if not paths:
        return [read(_near(path), number) for number, path in enumerate(own)], []
    expanded = [(path, Path(name) == path) for name in paths for path in expand([name])]
    checked = list(dict.fromkeys(path for path, itself in expanded if itself or path.suffix.lower() in FORMATS))
    if not checked:
        raise InputError(f"no file that cvo checks in: {', '.join(map(str, paths))}", hint=f"looked for {' '.join(FORMATS)}")
    files = [read(path, number) for number, path in enumerate(checked)]
    names, here = {path.name for path in checked}, {path.resolve() for path in checked}
    others = [path for path in own if path.resolve() not in here and not (path.name in names and path.parent.name == "instances")]
    around = [read(path, len(files) + number) for number, path in enumerate(others)]
    for file in around:
        if file.error:
            raise file.syntax_problem()
    return files, around


def _near(path: Path) -> Path:
    """Return *path* from the folder one is in, if it is below that: what people read and click on."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Gathered:
    """The files, the store that holds them all, and where their nodes are described."""

    def __init__(self, files: Sequence[Contributed], around: Sequence[Contributed]) -> None:
        """Load *files* and those *around* them into one store, and index what *files* describe."""
        self.files = files
        self.all = (*files, *around)
        self.store = ox.Store()
        self.store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for file in self.all for q in file.quads)
        self.where: dict[object, list[Contributed]] = {}
        for file in files:
            for subject in dict.fromkeys(quad.subject for quad in file.quads):
                self.where.setdefault(subject, []).append(file)
        self.prefixes: Mapping[str, str] = {**files[0].prefixes, **PREFIXES}

    @property
    def subjects(self) -> set[object]:
        """Return the nodes that the checked files describe."""
        return set(self.where)

    def finding(
        self, check: Check, focus: Term, prop: str = "", value: Term | None = None, cells: Mapping[str, str] = {}
    ) -> Finding | None:
        """Return the finding that *check* makes at *focus*, placed; None if no checked file describes it."""
        files = self.where.get(focus, ())
        if not files:
            return None
        steps = (prop,) if prop else ()
        file, place = next(
            ((f, p) for f in files if value is not None and (p := f.place_of_value(focus, steps, value))),
            None,
        ) or next(((f, p) for f in files if steps and (p := f.place_of_property(focus, steps, last=False))), (files[0], None))
        place = place or file.place_of_node(focus) or file.top
        messages, helps = check.told({"focus": file.show(focus), **cells})
        return Finding(
            place=place,
            code=check.code,
            severity=check.severity,
            messages=messages,
            help=helps,
            focus=str(focus),
            name=file.show(focus),
            path=prop,
            value="" if value is None else str(value),
            line=file.line(place.line),
        )
