"""A corpus loaded once into a store on disk, so that it opens in milliseconds however large it is.

The folder of a store holds one folder for each version and a list, ``store.json``, that names the one in force. A load fills a
folder of its own and then replaces the list, which the file system does at once: whoever reads sees the old store or the new
one. After every few files it keeps a checkpoint (hard links, no copy); the same load, started again after it was killed, goes
on from there. The version before is kept until the next load, for those who still read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.dataset import Dataset, expand, kind_of, shipped_files, syntax_problem
from cvo.errors import CvoError, InputError
from cvo.files import base_iri, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import BufferedReader
    from pathlib import Path

LIST, PARTIAL = "store.json", "partial"
CHECKPOINT = 256 << 20  # bytes of input after which a checkpoint is worth its hard links and its flush
BUSY = "lock"  # what the engine says of a store that another process writes to
TELL, READS = 50_000, 500  # triples; reads of a file


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load has done: the folder, its number of files and triples, and the files that could not be read, with the reason."""

    folder: Path
    files: int
    quads: int
    skipped: tuple[tuple[str, str], ...] = ()


def load(
    paths: Sequence[str | Path],
    folder: Path,
    *,
    with_shipped: bool = True,
    keep_going: bool = False,
    told: Callable[[int, int, str], None] = lambda _done, _all, _name: None,
) -> Loaded:
    """Load *paths* (files, folders, globs; gzip too) into the store in *folder*, in place of what it held.

    The shipped ontology and claims are loaded as well if *with_shipped*. A file that is not readable ends the load, or with
    *keep_going* is left out whole. *told* is called with the bytes read, all bytes, and the name of the file at work.

    Raises: InputError or SyntaxProblem, if a file cannot be read; InputError, if *folder* cannot be written, is no store, or
    another load is at work there.
    """
    files = [*(shipped_files() if with_shipped else ()), *((path, None) for path in expand(paths))]
    if not folder.is_dir():
        foreign = folder.exists()
    else:
        foreign = any(folder.iterdir()) and not any((folder / name).exists() for name in (LIST, PARTIAL))
    if foreign:
        raise InputError(f"is no store, and not empty: {folder}", hint="name a new folder")
    try:
        return _Load(folder, files, keep_going=keep_going, told=told).run()
    except OSError as error:
        if BUSY in str(error).lower():
            raise InputError(f"another load is at work in: {folder}") from None
        raise InputError(f"the store cannot be written ({getattr(error, 'strerror', None) or error}): {folder}") from None


def open_(folder: Path) -> Dataset:
    """Return what was loaded into *folder*, read-only; any number of processes may have it open.

    Raises: InputError, if it is no store of ours or damaged.
    """
    try:
        manifest = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return Dataset((), ox.Store.read_only(str(folder / manifest["version"])), named=True)
    except FileNotFoundError:
        unfinished = (folder / PARTIAL).exists()
        hint = "the load was not finished: start it again, it goes on" if unfinished else f"make one: cvo load … --store {folder}"
        raise InputError(f"there is no store in: {folder}", hint=hint) from None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(f"the store is damaged ({error}): {folder}", hint="load it again") from None


class _Load:
    """One run: from the last checkpoint, if there is one of the same files, to the new list."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[tuple[Path, ox.NamedNode | None]],
        *,
        keep_going: bool,
        told: Callable[[int, int, str], None],
    ) -> None:
        self.folder, self.files, self.keep_going, self.told = folder, files, keep_going, told
        self.sizes = [_size(path) for path, _ in files]
        key = hashlib.sha256(f"{ox.__version__} {keep_going}".encode())
        for (path, graph), size in zip(files, self.sizes, strict=True):
            key.update(f"\0{path.resolve()}\0{size}\0{path.stat().st_mtime_ns}\0{graph}".encode())
        self.work = folder / PARTIAL / key.hexdigest()[:16]
        self.version = f"v-{key.hexdigest()[:16]}-{time.time_ns()}"
        self.read = 0

    def run(self) -> Loaded:
        done, skipped, store = self._resume()
        self.read = since = sum(self.sizes[:done])
        for number in range(done, len(self.files)):
            path, graph = self.files[number]
            try:
                self._add(store, path, graph)
            except CvoError as error:
                if not self.keep_going:
                    raise
                skipped = [*skipped, [str(path), str(error).removeprefix("error: ")]]
            self.read = sum(self.sizes[: number + 1])
            if self.read - since > CHECKPOINT and number + 1 < len(self.files):
                self._checkpoint(store, number + 1, skipped)
                since = self.read
        store.flush()
        quads = len(store)
        del store  # closes its files, which Windows does not rename while they are open
        self._publish(quads, skipped)
        return Loaded(self.folder, len(self.files) - len(skipped), quads, tuple((name, why) for name, why in skipped))

    def _resume(self) -> tuple[int, list[list[str]], ox.Store]:
        """Return how many files are in the store already, which of them were left out, and the store."""
        store = self.work / "store"
        shutil.rmtree(store, ignore_errors=True)
        for other in (self.folder / PARTIAL).glob("*") if (self.folder / PARTIAL).is_dir() else ():
            if other != self.work:
                shutil.rmtree(other, ignore_errors=True)  # of other files, or of another state of them
        self.work.mkdir(parents=True, exist_ok=True)
        for kept in sorted(self.work.glob("checkpoint-*.json"), reverse=True):
            state = json.loads(kept.read_text(encoding="utf-8"))
            shutil.copytree(kept.with_suffix(""), store, copy_function=os.link)
            return state["done"], state["skipped"], ox.Store(str(store))
        return 0, [], ox.Store(str(store))

    def _checkpoint(self, store: ox.Store, done: int, skipped: list[list[str]]) -> None:
        store.flush()
        target = self.work / f"checkpoint-{done:09}"
        shutil.rmtree(target, ignore_errors=True)
        store.backup(str(target))
        partial = self.work / "state"
        partial.write_text(json.dumps({"done": done, "skipped": skipped}), encoding="utf-8")
        partial.replace(target.with_suffix(".json"))
        for old in self.work.glob("checkpoint-*.json"):
            if old != target.with_suffix(".json"):
                old.unlink()
                shutil.rmtree(old.with_suffix(""), ignore_errors=True)

    def _publish(self, quads: int, skipped: list[list[str]]) -> None:
        before = json.loads((self.folder / LIST).read_text(encoding="utf-8"))["version"] if (self.folder / LIST).exists() else ""
        (self.work / "store").rename(self.folder / self.version)
        manifest = {"version": self.version, "engine": ox.__version__, "files": len(self.files) - len(skipped), "quads": quads}
        partial = self.folder / f".{LIST}"
        partial.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        partial.replace(self.folder / LIST)
        shutil.rmtree(self.folder / PARTIAL, ignore_errors=True)
        for old in self.folder.glob("v-*"):
            if old.name not in {before, self.version}:
                shutil.rmtree(old, ignore_errors=True)

    def _add(self, store: ox.Store, path: Path, graph: ox.NamedNode | None) -> None:
        """Add the triples of *path* to the merged default graph, and those of named graphs to these as well; whole or not at all."""
        kind = kind_of(path)
        if graph is None and not kind.supports_datasets and not self.keep_going:
            self._add_plain(store, path, kind)  # what fails ends the load, and nothing of it is kept
            return
        quads = self._quads(path, kind)
        if self.keep_going:
            quads = iter(list(quads))  # what is wrong at its end keeps out its beginning
        both = graph is not None or kind.supports_datasets
        store.bulk_extend(_merged(quads, graph) if both else quads)

    def _add_plain(self, store: ox.Store, path: Path, kind: ox.RdfFormat) -> None:
        """Add the triples of *path* without making Python's terms of them."""
        with unpacked(path) as (file, raw):
            watched = _Watched(file, lambda: self.told(self.read + raw.tell(), sum(self.sizes), path.name))
            try:
                store.bulk_load(input=watched, format=kind, base_iri=base_iri(path))  # type: ignore[arg-type]
            except SyntaxError as error:
                raise syntax_problem(error, path) from None
            except (OSError, ValueError, EOFError) as error:
                raise InputError(f"cannot be read ({error}): {path}") from None

    def _quads(self, path: Path, kind: ox.RdfFormat) -> Iterator[ox.Quad]:
        with unpacked(path) as (file, raw):
            try:
                for number, quad in enumerate(ox.parse(input=file, format=kind, base_iri=base_iri(path))):
                    if number % TELL == 0:
                        self.told(self.read + raw.tell(), sum(self.sizes), path.name)
                    yield quad
            except SyntaxError as error:
                raise syntax_problem(error, path) from None
            except (OSError, ValueError, EOFError) as error:
                raise InputError(f"cannot be read ({error}): {path}") from None


class _Watched:
    """A file that tells, now and then, that it is being read."""

    def __init__(self, file: BufferedReader, told: Callable[[], None]) -> None:
        self.file, self.told = file, told
        self.reads = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next *size* bytes."""
        if self.reads % READS == 0:
            self.told()
        self.reads += 1
        return self.file.read(size)


def _merged(quads: Iterator[ox.Quad], graph: ox.NamedNode | None) -> Iterator[ox.Quad]:
    default = ox.DefaultGraph()
    for quad in quads:
        yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if graph is not None:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        elif quad.graph_name != default:
            yield quad


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}): {path}") from None
