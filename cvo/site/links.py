"""Links of a site's pages in one language: from an IRI to its name and to where its page is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from html import escape as escaped
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox
from markupsafe import Markup, escape

from cvo.names import short
from cvo.site.model import href, path_of, reading_order
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cvo.site.model import Model


@dataclass
class Links:
    """The *model* seen in one language; links lead from a folder of the site, one below its top.

    *firsts* are the claims with which the pages of a source begin, by the source.
    """

    model: Model
    lang: str
    words: dict[str, str]
    firsts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)
    _links: dict[str, Markup] = field(default_factory=dict)
    _homes: dict[str, str] = field(default_factory=dict)
    separator: str = ", "

    def __post_init__(self) -> None:
        """Learn what stands between things in this language."""
        if self.lang == "zh":
            self.separator = "、"

    @cached_property
    def pages(self) -> set[str]:
        """Return the paths that have pages."""
        return {*self.model.documents(), *(path_of(file.iri) for file in self.model.files), "ns"}

    def label(self, iri: str) -> str:
        """Return the name of *iri*."""
        if iri not in self._labels:
            self._labels[iri] = self.model.label(iri, self.lang)
        return self._labels[iri]

    def url(self, iri: str) -> str:
        """Return the relative reference to the page of *iri*, or *iri* itself if there is none."""
        home, _, anchor = iri.partition("#")
        if home not in self._homes:
            path = path_of(home)
            self._homes[home] = f"../{href(path, self.lang)}" if path in self.pages else ""
        if found := self._homes[home]:
            if anchor and len(self.firsts.get(home, ())) > 1 and (page := page_of(iri, self.firsts[home])) > 1:
                found = f"../{href(further(path_of(home), page), self.lang)}"
            return f"{found}#{quote(anchor)}" if anchor else found
        return iri if iri.startswith(("http://", "https://")) else ""

    def link(self, iri: str) -> Markup:
        """Return a link to *iri* by its name."""
        found = self._links.get(iri)
        if found is None:
            url = self.url(iri)
            name = self.label(iri) if path_of(iri) or iri in self.model.out else short(iri)
            outside = "" if url.startswith("../") else ' rel="external"'
            shown = f'<a href="{escaped(url)}"{outside}>{escaped(name)}</a>' if url else escaped(name)
            found = self._links[iri] = Markup(shown)  # noqa: S704 - both are escaped
        return found

    def links(self, iris: Iterable[str]) -> list[Markup]:
        """Return links to *iris*, by their names in order."""
        iris = list(iris)
        if len(iris) == 1:
            return [self.link(iris[0])]
        return [self.link(iri) for iri in sorted(iris, key=lambda iri: (self.label(iri).casefold(), iri))]

    def value(self, node: Any) -> Markup:  # noqa: ANN401 - any RDF term
        """Return *node* as a page shows it."""
        return self.link(node.value) if isinstance(node, ox.NamedNode) else escape(getattr(node, "value", str(node)))

    def ordered(self, stages: Iterable[str]) -> list[Markup]:
        """Return links to *stages* in the order in which one follows the other."""
        stages = set(stages)
        following = {stage: [s for s in self.model.iris(stage, f"{CVO}nextStage") if s in stages] for stage in stages}
        first = sorted(stages - {s for found in following.values() for s in found}) or sorted(stages)
        done: list[str] = []
        todo = first
        while todo:
            stage = todo.pop(0)
            if stage not in done:
                done.append(stage)
                todo = [*following[stage], *todo]
        return [self.link(stage) for stage in [*done, *sorted(stages - set(done))]]


def further(path: str, page: int) -> str:
    """Return the path of a further *page* of the source of *path*, whose first is its own.

    >>> further("source/bi-2019", 1), further("source/bi-2019", 2)
    ('source/bi-2019', 'claims/bi-2019.in-order.2')
    """
    return path if page == 1 else f"claims/{path.rpartition('/')[2]}.in-order.{page}"


def page_of(iri: str, firsts: Sequence[str]) -> int:
    """Return the page that the claim *iri* is on, of those that begin with *firsts*; the first for what is no claim.

    >>> [page_of(f"s#{part}", ["s#c001", "s#c501"]) for part in ("c500", "c501", "p777")]
    [1, 2, 1]
    """
    if iri.rstrip("0123456789") != firsts[0].rstrip("0123456789"):
        return 1
    return max(1, bisect_right(firsts, reading_order(iri), key=reading_order))


def top(link: Markup) -> Markup:
    """Return *link* as it is for a page at the top of the site."""
    return Markup(str(link).replace('href="../', 'href="'))  # noqa: S704 - it was escaped before
