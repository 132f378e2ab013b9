"""The pages of a site, in Chinese and English, and the files that their scripts read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cvo import questions
from cvo.ask import matrix
from cvo.site.chain import picture
from cvo.site.descriptions import LICENCE, TYPES, version
from cvo.site.guides import guides
from cvo.site.model import BASE, LANGUAGES, path_of, sources
from cvo.site.views import Views, top
from cvo.site.words import column, words
from cvo.terms import CVO, DCTERMS, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.answers import Answer
    from cvo.site.data import Named
    from cvo.site.model import Model

HOME = Path(__file__).parent / "_site"
FORMATS = tuple(TYPES.items())
ROWS = 100  # of an answer on its page; the whole of it is a file beside
TOP = 40  # rows of a heat map


@dataclass
class Site:
    """The pages of *model* at *address*, in one language after the other; *files* are the dumps with their sizes."""

    model: Model
    address: str
    files: Sequence[tuple[str, int]]
    answers: dict[str, Answer]
    paths: dict[str, None] = field(default_factory=dict)

    def pages(self) -> Iterator[Named]:
        """Give every page."""
        environment = Environment(
            loader=FileSystemLoader(HOME / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        landings: dict[str, list[tuple[str, str, bool]]] = {}
        for lang in LANGUAGES:
            for path, title, text, described, page in _Language(self, environment, lang).pages():
                landings.setdefault(path, []).append((title, text, described))
                yield f"{path}.{lang}.html", page.encode()
        landing = environment.get_template("landing.html")
        for path, ((zh, zh_text, described), (en, en_text, _)) in landings.items():
            page = landing.render(
                zh=zh, en=en, zh_text=zh_text, en_text=en_text, root="../" * path.count("/"), leaf=path.rpartition("/")[2],
                formats=FORMATS if described else (),
            )  # fmt: skip
            yield f"{path}.html", page.encode()
            self.paths[path] = None


Page = tuple[str, str, str, bool, str]
"""A page: its path, title and description, whether there are files for machines beside it, and its text."""


class _Language:
    """The pages in one language."""

    def __init__(self, site: Site, environment: Environment, lang: str) -> None:
        self.site, self.model, self.lang = site, site.model, lang
        self.words = words(lang)
        self.views = Views(site.model, lang, self.words)
        self.templates = {path.name: environment.get_template(path.name) for path in sorted((HOME / "templates").glob("*.html"))}
        self.separator = "、" if lang == "zh" else ", "
        self._claims: dict[str, Markup] = {}

    def pages(self) -> Iterator[Page]:
        """Give every page."""
        for path in self.model.documents():
            if path.startswith("term/"):
                yield self._term(path)
        files = {path_of(file.iri): file for file in self.model.files}
        yield from map(self._source, sources(self.model))
        schemes = [iri for iri in sorted(self.model.subjects(f"{RDF}type", f"{SKOS}ConceptScheme")) if path_of(iri)]
        yield from map(self._vocabulary, schemes)
        yield self._list(
            "vocabulary",
            self.words["vocabulary"],
            "",
            [self._entry(iri, len(self.model.subjects(f"{SKOS}inScheme", iri))) for iri in schemes],
        )
        yield self._list(
            "source",
            self.words["sources"],
            "",
            [self._entry(iri, len(self.model.subjects(f"{CVO}statedIn", iri))) for iri in sources(self.model)],
        )
        done = {"ns", *(path_of(iri) for iri in (*schemes, *sources(self.model)))}
        for path, file in files.items():
            if path not in done:
                yield self._file(file.iri)
        if any(path.startswith("shapes/") for path in files):
            link = Markup('<a href="{}.{}.html">{}</a>')
            named = [
                (link.format(path, self.lang, self._title_of(BASE + path)), path) for path in sorted(files) if path.startswith("shapes/")
            ]
            rules = [(shown, self._entry(BASE + path, None)[1], None) for shown, path in named]
            yield self._list("shapes", self.words["rules"], "", rules, described=True)
        yield from self._ontology()
        yield self._matrix("matrix/stage-technology", "Technology")
        yield self._matrix("matrix/stage-risk", "Risk")
        yield self._contested()
        yield from self._guides()
        yield from self._questions()
        yield self._render("query", self.words["query"], "query.html", scripts=["query.js"], wasm=True, catalogue=self._catalogue(),
                           description=self.words["query-lead"])  # fmt: skip
        yield self._render("search", self.words["search"], "search.html", scripts=["search.js"], description=self.words["search-lead"])
        yield self._about()
        yield self._index()

    def _render(self, path: str, title: str, template: str, *, described: bool = False, **more: Any) -> Page:  # noqa: ANN401 - handed through
        up = path.count("/")
        w = self.words
        given = {
            "lang": self.lang, "other": "en" if self.lang == "zh" else "zh", "w": w, "sep": self.separator, "path": path,
            "leaf": path.rpartition("/")[2], "root": "../" * up, "title": title, "description": "", "address": self.site.address,
            "iri": BASE + path if described else "", "formats": FORMATS if described else (), "schema": "", "scripts": (), "wasm": False,
            "version": version(self.model), "rendered": self._claim,
            "nav": {"guides": w["guides"], "vocabulary": w["vocabulary"], "source": w["sources"], "ns": w["ontology"], "question": w["questions"], "query": w["query"],
                    "search": w["search"], "about": w["about"]},
        } | more  # fmt: skip
        return path, title, given["description"], described, self.templates[template].render(given)

    def _claim(self, iri: str) -> Markup:
        """Return the claim as it stands on every page, all of which lie one folder below the top."""
        if iri not in self._claims:
            shown = self.templates["claim.html"].render(c=self.views.claim(iri), w=self.words, sep=self.separator)
            self._claims[iri] = Markup(shown)  # noqa: S704 - a template with escapes made it
        return self._claims[iri]

    def _term(self, path: str) -> Page:
        term = self.views.term(BASE + path)
        schema = _schema(
            {"@type": "DefinedTerm", "@id": term["iri"], "name": term["label"], "description": term["definition"], "inLanguage": self.lang,
             "termCode": path.removeprefix("term/"), "inDefinedTermSet": next(iter(self.model.iris(term["iri"], f"{SKOS}inScheme")), BASE + "ns")}
        )  # fmt: skip
        return self._render(path, term["label"], "term.html", described=True, t=term, description=term["definition"], schema=schema)

    def _source(self, iri: str) -> Page:
        source = self.views.source(iri)
        schema = _schema(
            {"@type": "Dataset", "@id": iri, "name": f"{self.words['claims']}: {source['label']}", "license": LICENCE, "inLanguage": self.lang,
             "description": self.words["not-copied"], "version": version(self.model),
             "isBasedOn": {"@type": "CreativeWork", "name": source["label"], "datePublished": source["issued"], "identifier": source["number"]}}
        )  # fmt: skip
        return self._render(
            path_of(iri), source["label"], "source.html", described=True, s=source, description=source["citation"], schema=schema
        )

    def _entry(self, iri: str, number: int | None) -> tuple[Markup, str, int | None]:
        return top(self.views.link(iri)), self.model.text(iri, f"{DCTERMS}description", self.lang), number

    def _list(self, path: str, title: str, lead: str, entries: Sequence[tuple[Any, str, int | None]], *, described: bool = False) -> Page:
        return self._render(path, title, "list.html", entries=entries, lead=lead, description=lead, described=described)

    def _vocabulary(self, iri: str) -> Page:
        other = "en" if self.lang == "zh" else "zh"
        counts = {
            term: len({s for r, s in self.model.into.get(term, ()) if r.startswith(CVO) and r[len(CVO) :] in _ABOUT})
            for _, term in self.views.tree(iri)
        }
        terms = [(depth, self.views.link(term), self.model.label(term, other), counts[term]) for depth, term in self.views.tree(iri)]
        text = self.model.text(iri, f"{DCTERMS}description", self.lang)
        schema = _schema(
            {
                "@type": "DefinedTermSet",
                "@id": iri,
                "name": self.views.label(iri),
                "description": text,
                "license": LICENCE,
                "inLanguage": self.lang,
            }
        )
        return self._render(
            path_of(iri),
            self.views.label(iri),
            "vocabulary.html",
            described=True,
            terms=terms,
            other_lang=other,
            description=text,
            schema=schema,
        )

    def _file(self, iri: str) -> Page:
        text = self.model.text(iri, f"{DCTERMS}description", self.lang)
        members = [e for e in sorted(self.model.subjects(f"{RDFS}isDefinedBy", iri)) if path_of(e)]
        entries = [(self.views.link(e), self.model.text(e, f"{SKOS}definition", self.lang), None) for e in members]
        title = self._title_of(iri)
        return self._render(path_of(iri), title, "list.html", described=True, entries=entries, lead=text, description=text)

    def _title_of(self, iri: str) -> str:
        file = next(file for file in self.model.files if file.iri == iri)
        titles = {
            t.object.language: t.object.value
            for t in file.triples
            if t.predicate.value == f"{DCTERMS}title" and isinstance(t.object, ox.Literal) and getattr(t.subject, "value", "") == iri
        }
        return titles.get(self.lang) or self.views.label(iri)

    def _ontology(self) -> Iterator[Page]:
        iri = f"{BASE}ns"
        own = [e for e in self.model.out if e.startswith(CVO)]
        groups: dict[str, list[Any]] = {"classes": [], "relations": [], "values": []}
        for entity in sorted(own, key=lambda e: (self.views.label(e).casefold(), e)):
            kinds = self.model.iris(entity, f"{RDF}type")
            group = "classes" if f"{OWL}Class" in kinds else "relations" if any(k.endswith("Property") for k in kinds) else "values"
            groups[group].append(self.views.entity(entity))
        text = self.model.text(iri, f"{DCTERMS}description", self.lang)
        modules = self.views.links(m for m in self.model.iris(iri, f"{OWL}imports") if path_of(m))
        title = self.model.text(iri, f"{DCTERMS}title", self.lang) or self.words["ontology"]
        frozen = [path for v in self.model.iris(iri, f"{OWL}versionIRI") if (path := path_of(v))]
        for path in ("ns", *frozen):
            page = self._render(
                path, title, "ontology.html", described=True, groups=list(groups.items()), modules=modules, description=text
            )
            yield (*page[:4], page[4] if "/" in path else page[4].replace('href="../', 'href="'))

    def _guides(self) -> Iterator[Page]:
        read = guides(self.lang)
        yield from (self._render(g.path, g.title, "guide.html", body=g.body, description=g.lead) for g in read)
        yield self._render("guides", self.words["guides"], "guides.html", guides=read, description=self.words["guides-lead"])

    def _matrix(self, path: str, kind: str) -> Page:
        counted = matrix.count("stage", kind, self.model.data, top=TOP)
        most = max((n for row in counted.cells for n in row), default=0)
        lines = [
            (self.views.link(thing.iri), [(row[i], _heat(row[i], most)) for row in counted.cells])
            for i, thing in enumerate(counted.columns)
        ]
        return self._render(
            path, self.words[path.partition("/")[2]], "matrix.html", stages=[self.views.link(s.iri) for s in counted.rows], lines=lines,
            left=counted.left[1], description=self.words["matrix-lead"],
        )  # fmt: skip

    def _contested(self) -> Page:
        pairs = [
            {
                "relation": self.views.label(relation),
                "first": first,
                "second": second,
                "reason": self.model.text(iri, f"{CVO}reason", self.lang),
            }
            for relation in (f"{CVO}contradicts", f"{CVO}inTensionWith")
            for iri in sorted(self.model.subjects(f"{CVO}comparisonRelation", relation))
            if (first := self.model.one(iri, f"{CVO}firstClaim")) and (second := self.model.one(iri, f"{CVO}secondClaim"))
        ]
        lead = self.words["contested-lead"]
        return self._render("claim/contested", self.words["contested"], "contested.html", pairs=pairs, description=lead)

    def _questions(self) -> Iterator[Page]:
        entries = []
        for question in questions.catalogue():
            summary = question.summary.get(self.lang, question.name)
            answer = self.site.answers[question.name]
            columns, rows = self._table(answer)
            yield self._render(
                f"question/{question.name}", summary, "question.html", name=question.name, parameters=question.parameters, columns=columns,
                rows=rows, total=len(answer), text=question.text, description=summary,
            )  # fmt: skip
            link = Markup('<a href="question/{}.{}.html">{}</a>').format(question.name, self.lang, summary)
            entries.append((link, question.name, len(answer)))
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
        for row in answer.rows[:ROWS]:
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
            "about", self.words["about"], "about.html", files=self.site.files, citation=self.model.one(iri, f"{DCTERMS}bibliographicCitation"),
            publisher=top(self.views.link(creator)) if creator else "cvo", description=self.model.text(iri, f"{DCTERMS}description", self.lang),
        )  # fmt: skip

    def _index(self) -> Page:
        """Give the start page."""
        chain = picture(self.model, self.views)
        listed = [self._entry(iri, len(self.model.subjects(f"{CVO}statedIn", iri))) for iri in sources(self.model)]
        listed = [
            (link, self.model.text(iri, f"{DCTERMS}bibliographicCitation", self.lang), n)
            for (link, _, n), iri in zip(listed, sources(self.model), strict=True)
        ]
        schema = _schema(
            {"@type": "Dataset", "@id": f"{BASE}#dataset", "name": self.words["site"], "description": self.words["tagline"], "license": LICENCE, "inLanguage": self.lang,
             "url": self.site.address, "version": version(self.model),
             "distribution": [{"@type": "DataDownload", "contentUrl": self.site.address + name} for name, _ in self.site.files]}
        )  # fmt: skip
        return self._render(
            "index", self.words["site"], "index.html", guides=guides(self.lang), chain=chain, sources=listed,
            description=self.words["tagline"], schema=schema,
        )  # fmt: skip


_ABOUT = {"claimSubject", "claimObject", "inStage", "inSector", "opinionHolder", "addressee"}


def _heat(number: int, most: int) -> int:
    """Return the shade of *number*, 0 to 6, of which *most* has the darkest.

    >>> [_heat(n, 60) for n in (0, 1, 20, 60)]
    [0, 1, 3, 6]
    """
    return 0 if not number else min(6, 1 + int(5.99 * (number - 1) / max(most - 1, 1) * 1.2)) if most > 1 else 6


def _schema(thing: dict[str, Any]) -> Markup:
    """Return *thing* as JSON-LD of schema.org that may stand in a page: no less-than sign can end the script."""
    said = {"@context": "https://schema.org", **{key: value for key, value in thing.items() if value}}
    return Markup(json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - see above
