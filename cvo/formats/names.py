"""What the keys of a JSON-LD document may mean, by all its contexts together: enough to know a place, and what is lost."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cvo.formats.pieces import string
from cvo.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.formats.pieces import Piece, Value

MAPS = ("@language", "@index", "@id", "@type", "@graph")  # containers whose keys are no relations
UNREAD = ("@id", "@type", "@graph")  # containers that pyoxigraph leaves out without a word


class Names:
    """The terms that the contexts of a document define: *terms* with all their IRIs, *vocabs*, and *maps*, the terms of maps."""

    def __init__(self, pieces: Sequence[Piece], contexts: Sequence[Value]) -> None:
        """Read the *contexts*."""
        self.pieces = pieces
        self.terms: dict[str, set[str]] = {}
        self.vocabs: set[str] = set()
        self.maps: set[str] = set()
        self.reversed: set[str] = set()
        self.declared: list[tuple[str, Value, str]] = []
        self.unread: list[Value] = []
        self.json: set[str] = set()
        for context in contexts:
            for each in context.items or [context]:
                for key, value in each.members:
                    self._define(string(pieces[key]), value)

    def _define(self, name: str, value: Value) -> None:
        if value.kind == "string":
            iri = string(self.pieces[value.piece])
            if name == "@vocab":
                self.vocabs.add(iri)
            elif not name.startswith("@"):
                self.terms.setdefault(name, set()).add(iri)
                self.declared.append((name, value, iri))
        elif value.kind == "{" and not name.startswith("@"):
            self.terms.setdefault(name, set())
            for key, part in value.members:
                match string(self.pieces[key]):
                    case "@id" | "@reverse" as word:
                        self.terms[name].add(string(self.pieces[part.piece]))
                        self.reversed |= {name} if word == "@reverse" else set()
                    case "@container":
                        kinds = {string(self.pieces[each.piece]) for each in part.items or [part]}
                        self.maps |= {name} if not kinds.isdisjoint(MAPS) else set()
                        self.unread += [part] if not kinds.isdisjoint(UNREAD) else []
                    case "@type" if string(self.pieces[part.piece]) == "@json":
                        self.json.add(name)
            if not self.terms[name]:  # its IRI is that of the name: by the vocabulary, or by a prefix in it
                self.terms[name] |= {vocab + name for vocab in self.vocabs} or {name}

    def learn(self, other: Names) -> None:
        """Learn what the context of *other* defines, too; its prefixes are not declared here."""
        for name, iris in other.terms.items():
            self.terms.setdefault(name, set()).update(iris)
        self.maps |= other.maps

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Return the names that are used as prefixes, those whose IRI ends as a namespace does."""
        return {name: iri for name, _, iri in self.declared if iri[-1:] in ("#", "/", ":", "?") and not iri.startswith("@")}

    def keyword(self, key: str) -> str:
        """Return the keyword that *key* is or stands for, or the empty string."""
        if key.startswith("@"):
            return key
        return next((iri for iri in self.terms.get(key, ()) if iri.startswith("@")), "")

    def iris(self, key: str) -> set[str]:
        """Return all that *key* may mean; nothing, if it means nothing."""
        if self.keyword(key):
            return {f"{RDF}type"} if self.keyword(key) == "@type" else set()
        found = set()
        for iri in self.terms.get(key, set()) | ({key} if ":" in key else set()):
            found |= set(self._expanded(iri))
        if key not in self.terms and ":" not in key:
            found |= {vocab + key for each in self.vocabs for vocab in self._expanded(each)} | (
                {key} if self.vocabs and "" in self.vocabs else set()
            )
        return found

    def _expanded(self, iri: str, depth: int = 8) -> Iterator[str]:
        prefix, colon, local = iri.partition(":")
        if depth and (prefix in self.terms and prefix != iri) and not local.startswith("//"):
            for namespace in self.terms[prefix]:
                yield from (each + local for each in self._expanded(namespace, depth - 1) if colon or not local)
        yield iri
