"""A claim as every page of a site shows it, in one language: what it says, then how. Written by hand, for there are very many."""

from __future__ import annotations

from html import escape as escaped
from typing import TYPE_CHECKING

from cvo.site.corpus import COMPARED
from cvo.site.lines import text_in, text_of, texts_in
from cvo.terms import CVO, OA, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cvo.site.links import Links
    from cvo.site.model import Model

    Told = Mapping[str, Mapping[str, list[str]]]

_RELATIONS = (*COMPARED, "refines", "restates")
_PARTIES = tuple(
    (word, f"<{CVO}{name}>")
    for word, name in (("holder", "opinionHolder"), ("addressee", "addressee"), ("stage", "inStage"), ("sector", "inSector"))
)
_TEXTS = tuple(
    (word, f"<{CVO}{name}>")
    for word, name in (("value", "rawValue"), ("population", "population"), ("period", "period"), ("event-date", "eventDate"),
                       ("condition", "condition"), ("qualifier", "qualifier"))
)  # fmt: skip
_COMPARED = tuple((f"{CVO}{name}", f"<{CVO}{name}>", name in COMPARED) for name in _RELATIONS)
_MARKS = tuple((name, f"<{CVO}{name}>") for name in ("polarity", "modality", "certainty", "basis", "attributionMode"))
_TRIPLE = tuple(f"<{CVO}{name}>" for name in ("claimSubject", "claimPredicate", "claimObject"))
_ARROW = '<span class="arrow"> → </span>'
_STATED, _STATEMENT, _NOTE, _LOCATOR = f"<{CVO}statedIn>", f"<{CVO}statement>", f"<{SKOS}editorialNote>", f"<{CVO}locator>"
_SECTION, _SELECTOR, _START, _END = f"<{CVO}section>", f"<{OA}hasSelector>", f"<{OA}start>", f"<{OA}end>"
OPEN = '<p class="statement">'


class FromModel(dict[str, "Mapping[str, list[str]]"]):
    """What a *model* says, as lines say it: each thing is written when it is asked for."""

    def __init__(self, model: Model) -> None:
        """Write nothing yet."""
        super().__init__()
        self._model = model

    def get(self, key: str, default: Mapping[str, list[str]] | None = None) -> Mapping[str, list[str]]:  # type: ignore[override]  # never nothing
        """Return what is said of *key*."""
        found = self._model.out.get(key[1:-1] if key[0] == "<" else key)
        return {f"<{relation}>": [str(value) for value in values] for relation, values in found.items()} if found else default or {}


class Claims:
    """Claims shown with the *links* of a language."""

    def __init__(self, links: Links) -> None:
        """Keep what many claims share."""
        self.links = links
        self._words = {word: f"<span><b>{links.words[word]}</b> " for word, _ in (*_PARTIES, *_TEXTS)}
        self._things: dict[str, str] = {}
        self._marks: dict[tuple[str, str], str] = {}
        self._many: dict[tuple[str, ...], str] = {}
        self._keys: dict[str, str] = {}

    def article(self, iri: str, told: Told) -> tuple[str, str]:
        """Return the head of the claim *iri*, of which *told* knows, and what comes after it."""
        links, lang = self.links, self.links.lang
        out = told.get(f"<{iri}>") or {}
        source = next((value[1:-1] for value in out.get(_STATED, ()) if value[0] == "<"), "")
        triple = _ARROW.join([self._thing(values[0]) for name in _TRIPLE if (values := out.get(name)) and values[0][0] == "<"])
        facts = self._facts(out)
        if _LOCATOR in out:
            facts += self._place(out[_LOCATOR], told)
        text = f'</p>\n<p class="triple">{triple}</p>\n<p class="facts">{"".join(facts)}</p>\n'
        if compared := "".join(self._compared(iri, out, source)):
            text += f'<p class="facts">{compared}</p>\n'
        if (values := out.get(_NOTE)) and (note := text_in(values, lang)):
            text += f'<p class="note"><b>{links.words["note"]}</b> {escaped(note)}</p>\n'
        return self.head(iri, out, source), text

    def _facts(self, out: Mapping[str, list[str]]) -> list[str]:
        """Return who says it, of what, and how."""
        facts = []
        for word, name in _PARTIES:
            if (values := out.get(name)) and (things := self._links([value for value in values if value[0] == "<"])):
                facts.append(f"{self._words[word]}{things}</span> ")
        for word, name in _TEXTS:
            if (values := out.get(name)) and (texts := texts_in(values, self.links.lang)):
                facts.append(f"{self._words[word]}{self.links.separator.join(map(escaped, texts))}</span> ")
        for name, relation in _MARKS:
            if values := out.get(relation):
                facts += [self._marks.get((name, value)) or self._mark(name, value) for value in values if value[0] == "<"]
        return facts

    def head(self, iri: str, out: Mapping[str, list[str]], source: str) -> str:
        """Return the claim *iri* in short: its number, which leads to the rest, and its statement."""
        key = self._keys.get(source) or self._keys.setdefault(
            source, escaped(self.links.model.one(source, f"{CVO}citeKey") or self.links.label(source))
        )
        statement = escaped(text_in(out.get(_STATEMENT), self.links.lang))
        return f'<a class="number" href="{escaped(self.links.url(iri))}">{key} {escaped(iri.partition("#")[2])}</a> {statement}'

    def _thing(self, token: str) -> str:
        return self._things.get(token) or self._things.setdefault(token, str(self.links.link(token[1:-1])))

    def _links(self, tokens: list[str]) -> str:
        if len(tokens) == 1:
            return self._thing(tokens[0])
        key = tuple(tokens)
        found = self._many.get(key)
        if found is None:
            found = self._many[key] = self.links.separator.join(map(str, self.links.links([token[1:-1] for token in tokens])))
        return found

    def _mark(self, name: str, token: str) -> str:
        shown = f'<span class="mark {name} {escaped(token[1:-1].rpartition("#")[2])}">{self._thing(token)}</span> '
        self._marks[name, token] = shown
        return shown

    def _place(self, passages: list[str], told: Told) -> list[str]:
        """Return the section and the places of *passages*."""
        section, places = "", []
        for passage in passages:
            said = told.get(passage) if passage[0] == "<" else None
            if not said:
                continue
            if not section and (texts := texts_in(said.get(_SECTION), self.links.lang)):
                section = texts[0]
            for position in said.get(_SELECTOR, ()):
                if position[0] == "<":
                    where = told.get(position) or {}
                    places.append("–".join([text_of(values[0]) if (values := where.get(name)) else "" for name in (_START, _END)]))
        shown = []
        if section:
            shown.append(f"<span><b>{self.links.words['section']}</b> {escaped(section)}</span> ")
        if places:
            shown.append(f"<span><b>{self.links.words['place']}</b> {escaped(', '.join(places))}</span>")
        return shown

    def _compared(self, iri: str, out: Mapping[str, list[str]], source: str) -> Iterator[str]:
        into = self.links.model.into.get(iri, ())
        for relation, token, both in _COMPARED:
            others = {value[1:-1] for value in out[token] if value[0] == "<"} if token in out else set()
            if into and both:
                others |= {subject for said, subject in into if said == relation}
            if others:
                numbers = self.links.separator.join([self._number(other, source) for other in sorted(others)])
                yield f"<span><b>{escaped(self.links.label(relation))}</b> {numbers}</span> "

    def _number(self, iri: str, source: str) -> str:
        home, _, anchor = iri.partition("#")
        name = anchor if home == source else f"{home.rpartition('/')[2]} {anchor}"
        return f'<a href="{escaped(self.links.url(iri))}">{escaped(name)}</a>'


def section_of(out: Mapping[str, list[str]], told: Told, lang: str) -> str:
    """Return the section that the claim of which *out* is said stands in."""
    for passage in out.get(_LOCATOR, ()):
        if passage[0] == "<" and (said := told.get(passage)) and (texts := texts_in(said.get(_SECTION), lang)):
            return texts[0]
    return ""
