"""The pages of a site that show answers: heat maps, questions, the query page, the start page and what the site is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from markupsafe import Markup, escape

from cvo import questions
from cvo.site.chain import picture
from cvo.site.descriptions import LICENCE, version
from cvo.site.guides import guides
from cvo.site.links import top
from cvo.site.model import BASE, sources
from cvo.site.rendering import HOME, Rendering, schema_of
from cvo.site.words import column
from cvo.terms import CVO, DCTERMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.answers import Answer
    from cvo.ask.matrix import Matrix
    from cvo.site.asked import Asked
    from cvo.site.corpus import Corpus
    from cvo.site.rendering import Page


def _heat(number: int, most: int) -> int:
    """Return the shade of *number*, 0 to 6, of which *most* has the darkest.

    >>> [_heat(n, 60) for n in (0, 1, 20, 60)]
    [0, 1, 3, 6]
    """
    return 0 if not number else min(6, 1 + int(5.99 * (number - 1) / max(most - 1, 1) * 1.2)) if most > 1 else 6


class Answered(Rendering):
    """Pages in one language that show answers, which *asked* has."""

    def __init__(self, corpus: Corpus, address: str, lang: str, asked: Asked) -> None:
        """Get ready to show them."""
        super().__init__(corpus, address, lang)
        self.asked = asked

    def answered(self) -> Iterator[Page]:
        """Give the pages that show answers."""
        for path, counted in self.asked.matrices.items():
            yield self._matrix(path, counted)
        yield from self._questions()
        loaded = sum(path.stat().st_size for path in (HOME / "oxigraph").iterdir() if path.suffix in {".js", ".wasm"})
        loaded += sum(size for name, size in self.asked.files if name == "data/cvo.nq.gz")
        yield self._render(
            "query", self.words["query"], "query.html", scripts=("query.js",), wasm=True, catalogue=self._catalogue(),
            description=self.words["query-lead"].format(-(-loaded // 1_000_000)),
        )  # fmt: skip
        yield self._about()
        yield self._index()

    def _matrix(self, path: str, counted: Matrix) -> Page:
        most = max((n for row in counted.cells for n in row), default=0)
        lines = [
            (self.views.link(thing.iri), [(row[i], _heat(row[i], most)) for row in counted.cells])
            for i, thing in enumerate(counted.columns)
        ]
        return self._render(
            path, self.words[path.partition("/")[2]], "matrix.html", stages=[self.views.link(s.iri) for s in counted.rows], lines=lines,
            left=counted.left[1], description=self.words["matrix-lead"],
        )  # fmt: skip

    def _questions(self) -> Iterator[Page]:
        entries = []
        asked = self.asked
        for question in questions.catalogue():
            summary = question.summary.get(self.lang, question.name)
            answer, number = asked.answers[question.name], asked.numbers[question.name]
            columns, rows = self._table(answer)
            yield self._render(
                f"question/{question.name}", summary, "question.html", name=question.name, parameters=question.parameters, columns=columns,
                rows=rows, total=number, text=question.text, description=summary,
            )  # fmt: skip
            link = Markup('<a href="question/{}.{}.html">{}</a>').format(question.name, self.lang, summary)
            entries.append((link, question.name, number))
        yield self._list("question", self.words["questions"], self.words["questions-lead"], entries)

    def _catalogue(self) -> list[tuple[str, str]]:
        return [(question.name, question.summary.get(self.lang, question.name)) for question in questions.catalogue()]

    def _table(self, answer: Answer) -> tuple[list[str], list[list[Markup]]]:
        """Return the columns and the first rows of *answer*: of a thing and its names the name in this language, as a link."""
        names = answer.variables
        other = "_en" if self.lang == "zh" else "_zh"
        kept = [i for i, name in enumerate(names) if not name.endswith(other) and f"{name}_{self.lang}" not in names]
        partner = {i: names.index(names[i][:-3]) for i in kept if names[i].endswith(f"_{self.lang}") and names[i][:-3] in names}
        keys = {self.model.one(s, f"{CVO}citeKey"): s for s in sources(self.model)}
        rows = []
        for row in answer.rows:
            line = []
            for i in kept:
                thing, value = row[partner[i]] if i in partner else None, row[i]
                if isinstance(thing, ox.NamedNode) and value is not None and (url := self.views.url(thing.value)):
                    line.append(Markup('<a href="{}">{}</a>').format(url, value.value if not isinstance(value, ox.Triple) else ""))
                elif isinstance(value, ox.NamedNode) and "#c" in value.value:
                    line.append(
                        Markup('<a href="{}" class="number">{}</a>').format(self.views.url(value.value), value.value.rpartition("#")[2])
                    )
                elif names[i] == "source" and isinstance(value, ox.Literal) and value.value in keys:
                    line.append(Markup('<a href="{}">{}</a>').format(self.views.url(keys[value.value]), value.value))
                else:
                    line.append(escape("") if value is None else self.views.value(value))
            rows.append(line)
        return [column(names[i], self.lang) for i in kept], rows

    def _about(self) -> Page:
        iri = f"{BASE}ns"
        creator = next(iter(self.model.iris(iri, f"{DCTERMS}creator")), "")
        return self._render(
            "about", self.words["about"], "about.html", files=self.asked.files, citation=self.model.one(iri, f"{DCTERMS}bibliographicCitation"),
            publisher=top(self.views.link(creator)) if creator else "cvo", description=self.model.text(iri, f"{DCTERMS}description", self.lang),
        )  # fmt: skip

    def _index(self) -> Page:
        """Give the start page."""
        chain = picture(self.asked, self.views)
        listed = [self._entry(iri, self.corpus.claims_of(iri)) for iri in sources(self.model)]
        listed = [
            (link, self.model.text(iri, f"{DCTERMS}bibliographicCitation", self.lang), n)
            for (link, _, n), iri in zip(listed, sources(self.model), strict=True)
        ]
        schema = schema_of(
            {"@type": "Dataset", "@id": f"{BASE}#dataset", "name": self.words["site"], "description": self.words["tagline"], "license": LICENCE, "inLanguage": self.lang,
             "url": self.address, "version": version(self.model),
             "distribution": [{"@type": "DataDownload", "contentUrl": self.address + name} for name, _ in self.asked.files]}
        )  # fmt: skip
        return self._render(
            "index", self.words["site"], "index.html", guides=guides(self.lang), chain=chain, sources=listed,
            description=self.words["tagline"], schema=schema,
        )  # fmt: skip
