"""How a page of a site is made in one language: a template, with what is around it on every page."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cvo.site.descriptions import TYPES, version
from cvo.site.frames import Frame, slot
from cvo.site.links import top
from cvo.site.model import BASE
from cvo.site.views import Views
from cvo.site.words import words
from cvo.terms import DCTERMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment, Template

    from cvo.site.corpus import Corpus

HOME = Path(__file__).parent / "_site"
FORMATS = tuple(TYPES.items())
_SLOTS = ("title", "description", "path", "leaf", "iri", "schema", "content")

Page = tuple[str, str, str, bool, bytes]
"""A page: its path, title and description, whether there are files for machines beside it, and its text."""


@cache
def environment() -> Environment:
    """Return what reads the templates, in which every text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - some parts of a site do without

    return Environment(
        loader=FileSystemLoader(HOME / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


class Rendering:
    """What makes pages in one language."""

    def __init__(self, corpus: Corpus, address: str, lang: str) -> None:
        """Get ready for the pages of *corpus* at *address* in *lang*."""
        self.corpus, self.model, self.address, self.lang = corpus, corpus.model, address, lang
        self.words = words(lang)
        self.views = Views(corpus.model, lang, self.words, corpus.firsts())
        self.separator = self.views.separator
        self._around: Template | None = None
        self._frames: dict[tuple[Any, ...], Frame] = {}

    def _given(self, path: str, title: str, *, described: bool, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - handed through
        up = path.count("/")
        w = self.words
        return {
            "lang": self.lang, "other": "en" if self.lang == "zh" else "zh", "w": w, "sep": self.separator, "path": path,
            "leaf": path.rpartition("/")[2], "root": "../" * up, "title": title, "description": "", "address": self.address,
            "iri": BASE + path if described else "", "formats": FORMATS if described else (), "schema": "", "scripts": (), "wasm": False,
            "version": version(self.model), "turn": ("", ""), "pages": (),
            "nav": {"guides": w["guides"], "vocabulary": w["vocabulary"], "source": w["sources"], "ns": w["ontology"], "question": w["questions"], "query": w["query"],
                    "search": w["search"], "about": w["about"]},
        } | more  # fmt: skip

    def _render(self, path: str, title: str, template: str, *, described: bool = False, **more: Any) -> Page:  # noqa: ANN401 - handed through
        given = self._given(path, title, described=described, **more)
        return path, title, given["description"], described, environment().get_template(template).render(given).encode()

    def _framed(self, path: str, title: str, template: str, *, described: bool = False, **more: Any) -> Page:  # noqa: ANN401 - handed through
        """Return a page of which there are many: what is around its content is rendered once for all that are alike."""
        description, schema = more.get("description", ""), more.get("schema", "")
        before, after = more.get("turn", ("", ""))
        up, scripts = path.count("/"), more.get("scripts", ())
        if up > 1:
            before, after = (address.replace("../", "../" * up, 1) for address in (before, after))
        key = (up, described, scripts, bool(description), bool(schema), bool(before), bool(after))
        if key not in self._frames:
            if self._around is None:
                self._around = environment().from_string(
                    f'{{% extends "base.html" %}}{{% block content %}}{slot("content")}{{% endblock %}}'
                )
            empty = {name: "" for name, there in (("iri", described), ("description", description), ("schema", schema)) if not there}
            given = self._given("/" * up, "", described=described, scripts=scripts)
            given["turn"] = (slot("before") if before else "", slot("after") if after else "")
            self._frames[key] = Frame(self._around, _SLOTS, **{k: v for k, v in given.items() if k not in _SLOTS}, **empty)
        content = environment().get_template(template)
        given = {"w": self.words, "sep": self.separator, "lang": self.lang, "title": title, **more}
        shown = "".join(content.blocks["content"](content.new_context(given)))
        if up > 1:  # links are those of a page one folder below the top
            shown = shown.replace('href="../', f'href="{"../" * up}')
        page = self._frames[key].filled(
            title=title, description=description, path=path, leaf=path.rpartition("/")[2], iri=BASE + path, schema=Markup(schema),  # noqa: S704 - `_schema` made it
            before=before, after=after, content=Markup(shown),  # noqa: S704 - a template with escapes made it
        )  # fmt: skip
        return path, title, description, described, page.encode()

    def _entry(self, iri: str, number: int | None) -> tuple[Markup, str, int | None]:
        return top(self.views.link(iri)), self.model.text(iri, f"{DCTERMS}description", self.lang), number

    def _list(self, path: str, title: str, lead: str, entries: Sequence[tuple[Any, str, int | None]], *, described: bool = False) -> Page:
        return self._render(path, title, "list.html", entries=entries, lead=lead, description=lead, described=described)


def schema_of(thing: dict[str, Any]) -> Markup:
    """Return *thing* as JSON-LD of schema.org that may stand in a page: no less-than sign can end the script."""
    said = {"@context": "https://schema.org", **{key: value for key, value in thing.items() if value}}
    return Markup(json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - see above
