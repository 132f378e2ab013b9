"""The pages of a site, in Chinese and English, and the files that their scripts read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape as escaped
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cvo import questions
from cvo.site.assets import assets
from cvo.site.chain import picture
from cvo.site.data import documents
from cvo.site.descriptions import LICENCE, TYPES, descriptions, sitemap, version
from cvo.site.frames import Frame, slot
from cvo.site.guides import guides
from cvo.site.model import BASE, LANGUAGES, files_of, href, path_of, read, sources, statements
from cvo.site.views import Views, top
from cvo.site.words import column, words
from cvo.terms import CVO, DCTERMS, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cvo.answers import Answer
    from cvo.ask.matrix import Matrix
    from cvo.site.asked import Asked
    from cvo.site.data import Named
    from cvo.site.model import Model

HOME = Path(__file__).parent / "_site"
FORMATS = tuple(TYPES.items())
SHOWN = 200  # claims in full on a term's page by the part that it plays in them; the others have pages of lines
LINES = 1000  # claims on such a page
_SLOTS = ("title", "description", "path", "leaf", "iri", "schema", "content")


def part(address: str, data: Sequence[str], asked: Callable[[], Asked]) -> Iterator[Named]:
    """Give what people read of a site, and the documents of terms; *asked* returns what the other parts have found out."""
    model = read(files_of(data))
    yield from assets(model)
    yield from documents(model, address)
    site = Site(model, address, asked)
    yield from site.pages()
    yield from descriptions(model, address, asked())
    yield "sitemap.xml", sitemap(address, sorted(site.paths))


@dataclass
class Site:
    """The pages of *model* at *address*, in one language after the other; *asked* returns what the pages show of answers."""

    model: Model
    address: str
    asked: Callable[[], Asked]
    paths: dict[str, None] = field(default_factory=dict)

    def pages(self) -> Iterator[Named]:
        """Give every page, those last that wait for an answer."""
        environment = Environment(
            loader=FileSystemLoader(HOME / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        landings: dict[str, list[tuple[str, str, bool]]] = {}
        languages = [_Language(self, environment, lang) for lang in LANGUAGES]
        for language, pages in [*((one, one.pages()) for one in languages), *((one, one.answered()) for one in languages)]:
            for path, title, text, described, page in pages:
                landings.setdefault(path, []).append((title, text, described))
                yield f"{path}.{language.lang}.html", page.encode()
        landing = environment.get_template("landing.html")
        frames: dict[tuple[int, bool, bool, bool, bool], Frame] = {}
        for path, ((zh, zh_text, described), (en, en_text, _)) in landings.items():
            key = (path.count("/"), described, zh == en, bool(zh_text), bool(en_text))
            if key not in frames:
                frames[key] = Frame(
                    landing, ("zh", "en", "zh_text", "en_text", "leaf"), root="../" * key[0], formats=FORMATS if described else (),
                    **{name: "" for name, there in (("zh_text", zh_text), ("en_text", en_text)) if not there},
                    **({"en": slot("zh")} if zh == en else {}),
                )  # fmt: skip
            yield (
                f"{path}.html",
                frames[key].filled(zh=zh, en=en, zh_text=zh_text, en_text=en_text, leaf=path.rpartition("/")[2]).encode(),
            )
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
        self.separator = self.views.separator
        self.around = environment.from_string(f'{{% extends "base.html" %}}{{% block content %}}{slot("content")}{{% endblock %}}')
        self._frames: dict[tuple[int, bool, bool, bool], Frame] = {}

    def pages(self) -> Iterator[Page]:
        """Give the pages that need no answer."""
        for path in self.model.documents():
            if path.startswith("term/"):
                yield from self._term(path)
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
        yield self._contested()
        yield from self._guides()
        yield self._render("search", self.words["search"], "search.html", scripts=["search.js"], description=self.words["search-lead"])

    def answered(self) -> Iterator[Page]:
        """Give the pages that show answers."""
        for path, counted in self.site.asked().matrices.items():
            yield self._matrix(path, counted)
        yield from self._questions()
        loaded = sum(path.stat().st_size for path in (HOME / "oxigraph").iterdir() if path.suffix in {".js", ".wasm"})
        loaded += sum(size for name, size in self.site.asked().files if name == "data/cvo.nq.gz")
        yield self._render(
            "query", self.words["query"], "query.html", scripts=["query.js"], wasm=True, catalogue=self._catalogue(),
            description=self.words["query-lead"].format(-(-loaded // 1_000_000)),
        )  # fmt: skip
        yield self._about()
        yield self._index()

    def _given(self, path: str, title: str, *, described: bool, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - handed through
        up = path.count("/")
        w = self.words
        return {
            "lang": self.lang, "other": "en" if self.lang == "zh" else "zh", "w": w, "sep": self.separator, "path": path,
            "leaf": path.rpartition("/")[2], "root": "../" * up, "title": title, "description": "", "address": self.site.address,
            "iri": BASE + path if described else "", "formats": FORMATS if described else (), "schema": "", "scripts": (), "wasm": False,
            "version": version(self.model), "rendered": lambda iri: Markup(self.views.article(iri)), "articles": self._articles,  # noqa: S704 - it is escaped
            "nav": {"guides": w["guides"], "vocabulary": w["vocabulary"], "source": w["sources"], "ns": w["ontology"], "question": w["questions"], "query": w["query"],
                    "search": w["search"], "about": w["about"]},
        } | more  # fmt: skip

    def _render(self, path: str, title: str, template: str, *, described: bool = False, **more: Any) -> Page:  # noqa: ANN401 - handed through
        given = self._given(path, title, described=described, **more)
        return path, title, given["description"], described, self.templates[template].render(given)

    def _framed(self, path: str, title: str, template: str, *, described: bool = False, **more: Any) -> Page:  # noqa: ANN401 - handed through
        """Return a page of which there are many: what is around its content is rendered once for all that are alike."""
        description, schema = more.get("description", ""), more.get("schema", "")
        up = path.count("/")
        key = (up, described, bool(description), bool(schema))
        if key not in self._frames:
            empty = {name: "" for name, there in (("iri", described), ("description", description), ("schema", schema)) if not there}
            given = self._given("/" * up, "", described=described)
            self._frames[key] = Frame(self.around, _SLOTS, **{k: v for k, v in given.items() if k not in _SLOTS}, **empty)
        content = self.templates[template]
        shown = "".join(content.blocks["content"](content.new_context({"w": self.words, "sep": self.separator, "lang": self.lang, **more})))
        if up > 1:  # links are those of a page one folder below the top
            shown = shown.replace('href="../', f'href="{"../" * up}')
        page = self._frames[key].filled(
            title=title, description=description, path=path, leaf=path.rpartition("/")[2], iri=BASE + path, schema=Markup(schema),  # noqa: S704 - `_schema` made it
            content=Markup(shown),  # noqa: S704 - a template with escapes made it
        )  # fmt: skip
        return path, title, description, described, page

    def _articles(self, claims: Iterable[str]) -> Markup:
        """Return the articles of *claims* on the page of their source, where each has its anchor and the address to cite it by."""
        cite = self.words["cite-claim"]
        return Markup(  # noqa: S704 - it is escaped
            "".join([
                f'<article class="claim" id="{escaped(iri.partition("#")[2])}">{self.views.article(iri)}'
                f'<p class="facts"><b>{cite}</b> <code>{escaped(iri)}</code></p>\n</article>\n'
                for iri in claims
            ])
        )  # fmt: skip

    def _term(self, path: str) -> Iterator[Page]:
        term = self.views.term(BASE + path)
        schema = _schema(
            {"@type": "DefinedTerm", "@id": term["iri"], "name": term["label"], "description": term["definition"], "inLanguage": self.lang,
             "termCode": path.removeprefix("term/"), "inDefinedTermSet": next(iter(self.model.iris(term["iri"], f"{SKOS}inScheme")), BASE + "ns")}
        )  # fmt: skip
        groups = []
        for role, claims in term["groups"]:
            shown = "".join([f'<article class="claim">{self.views.article(iri)}</article>\n' for iri in claims[:SHOWN]])
            name = f"claims/{path.removeprefix('term/')}.{role}"
            more = f"../{href(f'{name}.2', self.lang)}" if len(claims) > SHOWN else ""
            groups.append((role, len(claims), Markup(shown), more))  # noqa: S704 - it is escaped
            if more:
                yield from self._lines(name, role, term, claims)
        yield self._framed(
            path, term["label"], "term.html", described=True, t=term, groups=groups, description=term["definition"], schema=schema
        )

    def _lines(self, name: str, role: str, term: dict[str, Any], claims: Sequence[str]) -> Iterator[Page]:
        """Give the pages of those *claims* that are not on the term's own page, which is the first."""
        starts = range(SHOWN, len(claims), LINES)
        home = path_of(term["iri"])
        for page, start in enumerate(starts, 2):
            lines = "".join([f"<li>{self.views.line(iri)}</li>\n" for iri in claims[start : start + LINES]])
            pages = [("../" + href(home, self.lang, "claims"), f"1–{SHOWN}", False)]
            pages += [
                ("../" + href(f"{name}.{n}", self.lang), f"{other + 1}–{min(other + LINES, len(claims))}", n == page)
                for n, other in enumerate(starts, 2)
            ]
            title = f"{term['label']}: {self.words[role]} {start + 1}–{min(start + LINES, len(claims))}"
            yield self._framed(
                f"{name}.{page}", title, "claims.html", term=self.views.link(term["iri"]), role=role, number=len(claims), page=page,
                last=len(starts) + 1, first=start + 1, lines=Markup(lines), pages=pages,  # noqa: S704 - it is escaped
            )  # fmt: skip

    def _source(self, iri: str) -> Page:
        source = self.views.source(iri)
        schema = _schema(
            {"@type": "Dataset", "@id": iri, "name": f"{self.words['claims']}: {source['label']}", "license": LICENCE, "inLanguage": self.lang,
             "description": self.words["not-copied"], "version": version(self.model),
             "isBasedOn": {"@type": "CreativeWork", "name": source["label"], "datePublished": source["issued"], "identifier": source["number"]}}
        )  # fmt: skip
        return self._framed(
            path_of(iri),
            source["label"],
            "source.html",
            described=True,
            s=source,
            articles=self._articles,
            description=source["citation"],
            schema=schema,
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
        if not file.is_shapes:
            return self.model.text(iri, f"{DCTERMS}title", self.lang) or self.views.label(iri)
        titles = {  # of what is no statement about the vocabulary
            t.object.language: t.object.value
            for t in statements(file)
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
        asked = self.site.asked()
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
            "about", self.words["about"], "about.html", files=self.site.asked().files, citation=self.model.one(iri, f"{DCTERMS}bibliographicCitation"),
            publisher=top(self.views.link(creator)) if creator else "cvo", description=self.model.text(iri, f"{DCTERMS}description", self.lang),
        )  # fmt: skip

    def _index(self) -> Page:
        """Give the start page."""
        chain = picture(self.site.asked(), self.views)
        listed = [self._entry(iri, len(self.model.subjects(f"{CVO}statedIn", iri))) for iri in sources(self.model)]
        listed = [
            (link, self.model.text(iri, f"{DCTERMS}bibliographicCitation", self.lang), n)
            for (link, _, n), iri in zip(listed, sources(self.model), strict=True)
        ]
        schema = _schema(
            {"@type": "Dataset", "@id": f"{BASE}#dataset", "name": self.words["site"], "description": self.words["tagline"], "license": LICENCE, "inLanguage": self.lang,
             "url": self.site.address, "version": version(self.model),
             "distribution": [{"@type": "DataDownload", "contentUrl": self.site.address + name} for name, _ in self.site.asked().files]}
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
