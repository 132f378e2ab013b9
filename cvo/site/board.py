"""Tasks that several processes take from one another: each is done by whoever comes first, and what comes of it is read by all."""

from __future__ import annotations

import os
import pickle
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cvo.errors import CvoError
from cvo.site.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cvo.site.data import Named

WORK = ".work"
_PAUSE = 0.003  # seconds between two looks at what others have done
_ENDING = ".done"


@dataclass(slots=True)
class Done:
    """What came of a task: the *sizes* of its files, the *digests* of the dumps among them, and what it *found* out."""

    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    found: Any = None


@dataclass(slots=True)
class Board:
    """The tasks of the site in the folder *site*; *watch* is called while others are waited for, and raises if they are gone."""

    site: Path
    watch: Callable[[], None] = lambda: None

    def run(self, name: str, task: Callable[[], Iterator[Named | Found]]) -> None:
        """Do the *task*, which gives files and what it has found out, if nobody has begun it; an error is what came of it, too."""
        if not self._takes(name):
            return
        done = Done()
        folder = Folder(self.site)
        result: Done | BaseException = done
        try:
            folder.write(self._files(task(), done))
            done.sizes, done.digests = folder.sizes, folder.digests
        except (CvoError, OSError) as error:
            result = error
        place = self.site / WORK / name
        with place.with_suffix(".writing").open("wb") as file:
            pickle.dump(result, file, pickle.HIGHEST_PROTOCOL)
        place.with_suffix(".writing").replace(place.with_suffix(_ENDING))

    def _files(self, given: Iterator[Named | Found], done: Done) -> Iterator[Named]:
        for each in given:
            if isinstance(each, Found):
                done.found = each.value
            else:
                yield each

    def _takes(self, name: str) -> bool:
        place = self.site / WORK / name
        try:
            os.close(os.open(place.with_suffix(".taken"), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        return True

    def done(self, name: str) -> Done:
        """Return what came of the task *name*, when it is done. Raises: what it raised, OSError or CvoError."""
        place = self.site / WORK / f"{name}{_ENDING}"
        while not place.is_file():
            self.watch()
            time.sleep(_PAUSE)
        with place.open("rb") as file:
            result = pickle.load(file)  # noqa: S301 - our own process wrote it
        if isinstance(result, BaseException):
            raise result
        found: Done = result
        return found

    def all(self, names: Iterable[str]) -> Iterator[Done]:
        """Give what came of the tasks *names*, in their order."""
        return map(self.done, names)


@dataclass(frozen=True, slots=True)
class Found:
    """What a task has found out."""

    value: Any
