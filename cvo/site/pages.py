"""The pages of a site that people read, in one language, but for those of streamed sources and those that show answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from markupsafe import Markup

from cvo.site.claims import FromModel
from cvo.site.corpus import ROLES
from cvo.site.descriptions import LICENCE
from cvo.site.guides import guides
from cvo.site.model import BASE, claims_of, href, path_of, sources, statements
from cvo.site.rendering import schema_of
from cvo.site.sourcepages import SourcePages, turn
from cvo.site.spoken import Texts
from cvo.terms import CVO, DCTERMS, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.site.corpus import Corpus
    from cvo.site.rendering import Page
    from cvo.site.spoken import Spoken

SHOWN = 200  # claims in full on a term's page by the part that it plays in them; the others have pages of lines
LINES = 1000  # claims on such a page
PAIRS = 100  # of contested claims on a page
_WORDS = ("as-subject", "as-object", "as-stage", "as-sector", "as-holder", "as-addressee")  # for `ROLES`
_USED = ROLES.index("claimPredicate")


class Pages(SourcePages):
    """The pages in one language of what is *spoken* of."""

    def __init__(self, corpus: Corpus, address: str, lang: str, spoken: Spoken) -> None:
        """Get ready to read the claims where the pages of their sources have them."""
        super().__init__(corpus, address, lang)
        self.spoken, self.texts = spoken, Texts(spoken, self.views)

    def pages(self) -> Iterator[Page]:
        """Give them."""
        for path in self.model.documents():
            if path.startswith("term/"):
                yield from self._term(path)
        files = {path_of(file.iri): file for file in self.model.files}
        every = sources(self.model)
        told = FromModel(self.model)
        for iri in every:
            if iri not in self.corpus.sources:
                yield from self.source(iri, claims_of(self.model, iri), told)
        schemes = [iri for iri in sorted(self.model.subjects(f"{RDF}type", f"{SKOS}ConceptScheme")) if path_of(iri)]
        yield from map(self._vocabulary, schemes)
        yield self._list(
            "vocabulary",
            self.words["vocabulary"],
            "",
            [self._entry(iri, len(self.model.subjects(f"{SKOS}inScheme", iri))) for iri in schemes],
        )
        yield self._list("source", self.words["sources"], "", [self._entry(iri, self.corpus.claims_of(iri)) for iri in every])
        done = {"ns", *(path_of(iri) for iri in (*schemes, *every))}
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
        yield from self._contested()
        yield from self._guides()
        yield self._render("search", self.words["search"], "search.html", scripts=("search.js",), description=self.words["search-lead"])

    def _term(self, path: str) -> Iterator[Page]:
        term = self.views.term(BASE + path)
        schema = schema_of(
            {"@type": "DefinedTerm", "@id": term["iri"], "name": term["label"], "description": term["definition"], "inLanguage": self.lang,
             "termCode": path.removeprefix("term/"), "inDefinedTermSet": next(iter(self.model.iris(term["iri"], f"{SKOS}inScheme")), BASE + "ns")}
        )  # fmt: skip
        groups = []
        every: set[int] = set()
        for role, word in enumerate(_WORDS):
            claims = self.spoken.claims(role, term["iri"])
            if not claims:
                continue
            every.update(claims)
            shown = b"".join([b'<article class="claim">%b</article>\n' % text for text in self.texts.articles(claims[:SHOWN])]).decode()
            name = f"claims/{path.removeprefix('term/')}.{word}"
            more = f"../{href(f'{name}.2', self.lang)}" if len(claims) > SHOWN else ""
            groups.append((word, len(claims), Markup(shown), more))  # noqa: S704 - it is escaped
            if more:
                yield from self._lines(name, role, term)
        yield self._framed(
            path,
            term["label"],
            "term.html",
            described=True,
            t=term,
            groups=groups,
            total=len(every),
            description=term["definition"],
            schema=schema,
        )

    def _lines(self, name: str, role: int, term: dict[str, Any]) -> Iterator[Page]:
        """Give the pages of those claims that are not on the term's own page, which is the first."""
        claims, word = self.spoken.claims(role, term["iri"]), _WORDS[role]
        starts = range(SHOWN, len(claims), LINES)
        home = path_of(term["iri"])
        every = [("../" + href(home, self.lang, "claims"), f"1–{SHOWN}")]
        every += [
            ("../" + href(f"{name}.{n}", self.lang), f"{start + 1}–{min(start + LINES, len(claims))}") for n, start in enumerate(starts, 2)
        ]
        for page, start in enumerate(starts, 2):
            lines = b"".join([b"<li>%b</li>\n" % line for line in self.texts.lines(claims[start : start + LINES])]).decode()
            pages = [(address, label, n == page, "") for n, (address, label) in enumerate(every, 1)]
            title = f"{term['label']}: {self.words[word]} {every[page - 1][1]}"
            yield self._framed(
                f"{name}.{page}", title, "claims.html", term=self.views.link(term["iri"]), role=word, number=len(claims), page=page,
                last=len(starts) + 1, first=start + 1, lines=Markup(lines), pages=pages, turn=turn(pages, page),  # noqa: S704 - it is escaped
            )  # fmt: skip

    def _vocabulary(self, iri: str) -> Page:
        other = "en" if self.lang == "zh" else "zh"
        counts = {
            term: len({claim for role in range(len(_WORDS)) for claim in self.spoken.claims(role, term)})
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
            groups[group].append(self.views.entity(entity, len(self.spoken.claims(_USED, entity))))
        text = self.model.text(iri, f"{DCTERMS}description", self.lang)
        modules = self.views.links(m for m in self.model.iris(iri, f"{OWL}imports") if path_of(m))
        title = self.model.text(iri, f"{DCTERMS}title", self.lang) or self.words["ontology"]
        frozen = [path for v in self.model.iris(iri, f"{OWL}versionIRI") if (path := path_of(v))]
        for path in ("ns", *frozen):
            page = self._render(
                path, title, "ontology.html", described=True, groups=list(groups.items()), modules=modules, description=text
            )
            yield (*page[:4], page[4] if "/" in path else page[4].replace(b'href="../', b'href="'))

    def _guides(self) -> Iterator[Page]:
        read = guides(self.lang)
        yield from (self._render(g.path, g.title, "guide.html", body=g.body, description=g.lead) for g in read)
        yield self._render("guides", self.words["guides"], "guides.html", guides=read, description=self.words["guides-lead"])

    def _contested(self) -> Iterator[Page]:
        """Give the pages of the claims that do not go together, side by side."""
        found = self.spoken.contested()
        last = max(1, -(-len(found) // PAIRS))
        lead = self.words["contested-lead"]
        for page in range(1, last + 1):
            start = (page - 1) * PAIRS
            pairs = [
                {
                    "relation": self.views.label(pair.relation), "number": number, "reason": dict(pair.reasons).get(self.lang, ""),
                    "first": self._text(pair.first), "second": self._text(pair.second),
                }
                for number, pair in enumerate(found[start : start + PAIRS], start + 1)
            ]  # fmt: skip
            pages = [
                (f"../{href(_contested(n), self.lang)}", f"{(n - 1) * PAIRS + 1}–{min(n * PAIRS, len(found))}", n == page, "")
                for n in range(1, last + 1)
            ]
            title = self.words["contested"] if page == 1 else f"{self.words['contested']} {pages[page - 1][1]}"
            yield self._framed(
                _contested(page), title, "contested.html", pairs=pairs, description=lead if page == 1 else title, page=page, last=last,
                pages=pages if last > 1 else (), turn=turn(pages, page),
            )  # fmt: skip

    def _text(self, claim: str) -> Markup:
        return Markup(self.texts.article(claim).decode())  # noqa: S704 - it is escaped


def _contested(page: int) -> str:
    return "claim/contested" if page == 1 else f"claim/contested.{page}"
