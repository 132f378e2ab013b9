"""The pages of a site, in Chinese and English, and the files that their scripts read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cvo.site.answered import Answered
from cvo.site.assets import assets
from cvo.site.data import documents
from cvo.site.descriptions import LICENCE, descriptions, sitemap, version
from cvo.site.frames import Frame, slot
from cvo.site.guides import guides
from cvo.site.model import BASE, LANGUAGES, files_of, href, path_of, read, sources, statements
from cvo.site.rendering import FORMATS, HOME, schema_of
from cvo.terms import CVO, DCTERMS, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cvo.site.asked import Asked
    from cvo.site.data import Named
    from cvo.site.model import Model
    from cvo.site.rendering import Page

SHOWN = 200  # claims in full on a term's page by the part that it plays in them; the others have pages of lines
LINES = 1000  # claims on such a page


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


class _Language(Answered):
    """The pages in one language."""

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

    def _term(self, path: str) -> Iterator[Page]:
        term = self.views.term(BASE + path)
        schema = schema_of(
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
        schema = schema_of(
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

    def _vocabulary(self, iri: str) -> Page:
        other = "en" if self.lang == "zh" else "zh"
        counts = {
            term: len({s for r, s in self.model.into.get(term, ()) if r.startswith(CVO) and r[len(CVO) :] in _ABOUT})
            for _, term in self.views.tree(iri)
        }
        terms = [(depth, self.views.link(term), self.model.label(term, other), counts[term]) for depth, term in self.views.tree(iri)]
        text = self.model.text(iri, f"{DCTERMS}description", self.lang)
        schema = schema_of(
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


_ABOUT = {"claimSubject", "claimObject", "inStage", "inSector", "opinionHolder", "addressee"}
