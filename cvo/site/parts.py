"""The tasks of which a site is made, in the order in which they can be done."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from functools import cached_property
from typing import TYPE_CHECKING

from cvo.site import corpus, dumps
from cvo.site.asked import Asked, ask, has_parquet
from cvo.site.board import WORK, Board, Found
from cvo.site.data import compactor
from cvo.site.data import documents as documents_of_terms
from cvo.site.folder import Folder
from cvo.site.model import LANGUAGES, files_of, path_of, sources
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cvo.jsonld import Compactor
    from cvo.site.corpus import Corpus, Source
    from cvo.site.data import Named
    from cvo.site.model import File
    from cvo.site.spoken import Spoken
    from cvo.site.streamed import Maker, Share

    Task = Callable[[], Iterator[Named | Found]]

ASKED = "asked"
DUMPS = ("sorted", "trig", "linked", "tables")
"""The tasks that make dumps, in the order in which these are told of."""


class Parts:
    """The parts of the site of *data* for *address* in the folder *site*, as one of the processes that make it knows them."""

    def __init__(self, site: Path, address: str, data: Sequence[str], watch: Callable[[], None] = lambda: None) -> None:
        """Read nothing yet; *watch* is called while other processes are waited for."""
        self.site, self.address, self.data = site, address, list(data)
        self.board = Board(site, watch)

    def asked(self) -> Iterator[Named | Found]:
        """Give the answers of the questions."""
        asked = Asked()
        yield from ask(self.data, asked)
        yield Found(asked)

    @cached_property
    def files(self) -> list[File]:
        """Return the files that the site is made of."""
        return files_of(self.data)

    def scans(self) -> dict[str, Task]:
        """Return the tasks of reading what may be streamed, the longest first."""
        candidates = [file for file in self.files if corpus.may_be_streamed(file)]
        sizes = {file.path: file.path.stat().st_size if file.path.is_file() else 0 for file in candidates}
        candidates.sort(key=lambda file: -sizes[file.path])
        return {f"scan-{number}": lambda file=file: self._scan(file) for number, file in enumerate(candidates)}  # type: ignore[misc]  # the default binds it

    def _scan(self, file: File) -> Iterator[Named | Found]:
        lines = corpus.lines_of(file)
        source = corpus.scan(file, lines)
        yield Found(source)
        if source is not None:
            yield f"{path_of(source.iri)}.nt", "".join(lines).encode()

    @cached_property
    def corpus(self) -> Corpus:
        """Return what the site is made of, when all has been read."""
        return corpus.gathered(self.files, [done.found for done in self.board.all(self.scans())])

    @cached_property
    def compact(self) -> tuple[Compactor, bytes]:
        """Return what writes JSON-LD, and its context."""
        return compactor(self.corpus.kinds(), self.address)

    def shares(self) -> dict[str, Task]:
        """Return the tasks of making what needs no more than a source each, and the documents of the files that are none."""
        from cvo.site.searching import bases  # noqa: PLC0415 - after it has been asked
        from cvo.site.sourcepages import SourcePages  # noqa: PLC0415
        from cvo.site.streamed import Maker  # noqa: PLC0415

        maker = Maker(self.corpus, {lang: SourcePages(self.corpus, self.address, lang) for lang in LANGUAGES}, self.compact[0])
        numbers = bases(self.corpus)
        tasks: dict[str, Task] = {"documents": self._documents}
        for number, source in sorted(enumerate(self.corpus.sources.values()), key=lambda each: -each[1].claims):
            tasks[f"share-{number}"] = lambda source=source: self._share(source, maker, numbers[source.iri])  # type: ignore[misc]  # as above
        return tasks

    def _share(self, source: Source, maker: Maker, base: int) -> Iterator[Named | Found]:
        from cvo.site.streamed import Share, share  # noqa: PLC0415

        text = (self.site / f"{path_of(source.iri)}.nt").read_bytes().decode()
        lines = [line + "\n" for line in text.split("\n")[:-1]]
        for each in share(maker, source, lines, base):
            yield Found(each) if isinstance(each, Share) else each

    def _documents(self) -> Iterator[Named]:
        yield "context.jsonld", self.compact[1]
        yield from dumps.documents(self.corpus, self.compact[0])

    def joined(self) -> dict[str, Task]:
        """Return the tasks that need all shares, the longest first."""
        tasks: dict[str, Task] = {f"pages-{lang}": lambda lang=lang: self._pages(lang) for lang in LANGUAGES}  # type: ignore[misc]  # as above
        return tasks | {
            "terms": lambda: documents_of_terms(self.spoken, self.address, self.compact[0]),
            "sorted": self._sorted,
            "linked": lambda: iter(
                [("data/cvo.jsonld", dumps.linked(self.site, self._rest(), self.corpus, self._shares, self.compact[0]))]
            ),
            "trig": lambda: iter([("data/cvo.trig", dumps.trig(self.site, self._rest(), self._shares))]),
            "search": self._search,
            "tables": self._tables,
            "assets": self._assets,
        }

    @cached_property
    def _shares(self) -> list[Share]:
        return [done.found for done in self.board.all([f"share-{number}" for number in range(len(self.corpus.sources))])]

    @cached_property
    def spoken(self) -> Spoken:
        """Return which claims speak of what."""
        from cvo.site.spoken import Spoken  # noqa: PLC0415 - after it has been asked

        return Spoken(self.corpus, [share.index for share in self._shares], self.site)

    def _rest(self) -> dict[str, list[str]]:
        self.board.done("documents")
        with (self.site / dumps.REST).open("rb") as file:
            rest: dict[str, list[str]] = pickle.load(file)  # noqa: S301 - our own process wrote it
        return rest

    def _pages(self, lang: str) -> Iterator[Named | Found]:
        from cvo.site.pages import Pages  # noqa: PLC0415

        titles = []
        for path, title, description, described, page in Pages(self.corpus, self.address, lang, self.spoken).pages():
            titles.append((lang, path, title, description, described))
            yield f"{path}.{lang}.html", page
        yield Found(titles)

    def _sorted(self) -> Iterator[Named | Found]:
        lines = dumps.Sorted(self.site, self._rest(), self.corpus, self._shares)
        yield "data/cvo.nq.gz", lines.given()
        yield Found(lines.graphs)

    def _search(self) -> Iterator[Named]:
        from cvo.site.searching import search  # noqa: PLC0415

        return search(self.corpus, self.site)

    def _assets(self) -> Iterator[Named]:
        from cvo.site.assets import assets  # noqa: PLC0415

        return assets(self.corpus.model)

    def _tables(self) -> Iterator[Named]:
        from cvo.site import table  # noqa: PLC0415

        yield "data/claims.csv", table.csv(self._rows())
        if has_parquet():
            yield "data/claims.parquet", table.parquet(self._rows())

    def _rows(self) -> Iterator[bytes]:
        """Give the rows of each source, by the key that it is cited by."""
        from cvo.site.claims import FromModel  # noqa: PLC0415
        from cvo.site.streamed import work  # noqa: PLC0415
        from cvo.site.table import rows_of  # noqa: PLC0415

        model = self.corpus.model
        for iri in sorted(sources(model), key=lambda iri: (model.one(iri, f"{CVO}citeKey"), iri)):
            if iri in self.corpus.sources:
                yield (self.site / f"{work(iri)}.table").read_bytes()
            else:
                yield rows_of(model, iri, sorted(model.subjects(f"{CVO}statedIn", iri)), FromModel(model))

    def work(self, *, asking: bool) -> None:
        """Do what nobody else does; first ask the questions, if it is *asking*."""
        if asking:
            self.board.run(ASKED, self.asked)
        for tasks in (self.scans, self.shares, self.joined):
            todo = tasks()
            for name, task in todo.items():
                self.board.run(name, task)
            for name in todo:
                self.board.done(name)
        self.board.run(ASKED, self.asked)

    def finish(self, kept: Sequence[str] = ()) -> dict[str, int]:
        """Write what needs everything else; return the sizes of all files of the site. *kept* are pages that it has besides."""
        from cvo.site.answered import Answered  # noqa: PLC0415
        from cvo.site.descriptions import descriptions, sitemap  # noqa: PLC0415
        from cvo.site.landings import landings  # noqa: PLC0415

        names = [ASKED, *self.scans(), "documents", *(f"share-{n}" for n in range(len(self.corpus.sources))), *self.joined()]
        results = dict(zip(names, self.board.all(names), strict=True))
        sizes = {name: size for done in results.values() for name, size in done.sizes.items() if not name.startswith(WORK)}
        digests = {name: digest for task in DUMPS for name, digest in results[task].digests.items()}
        asked: Asked = results[ASKED].found
        asked.graphs, asked.parts = results["sorted"].found, sum(share.index.subjects for share in self._shares)
        asked.files = [(name, sizes[name]) for name in digests]
        titles: list[tuple[str, str, str, str, bool]] = [page for share in self._shares for page in share.pages]
        titles += [page for lang in LANGUAGES for page in results[f"pages-{lang}"].found]
        here = Folder(self.site)
        here.write([("data/SHA256SUMS", "".join(f"{d}  {name.removeprefix('data/')}\n" for name, d in digests.items()).encode())])
        for lang in LANGUAGES:
            for path, title, description, described, page in Answered(self.corpus, self.address, lang, asked).answered():
                titles.append((lang, path, title, description, described))
                here.write([(f"{path}.{lang}.html", page)])
        here.write(landings(titles))
        here.write(descriptions(self.corpus, self.address, asked))
        here.write([("sitemap.xml", sitemap(self.address, sorted({*kept, *(path for _, path, *_ in titles)})))])
        with contextlib.suppress(OSError):
            shutil.rmtree(self.site / WORK)
        return sizes | here.sizes
