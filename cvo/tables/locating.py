"""The passages of a table, found in their documents and numbered: the second floor of `cvo.tables.encoding`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribute import passages
from cvo.errors import CvoError, InputError, Place
from cvo.tables.columns import PASSAGES
from cvo.tables.drafts import Draft, listing
from cvo.tables.instance import LAST
from cvo.tables.passage_nodes import Passage, nodes_of
from cvo.tables.sourcing import Sourcing
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cvo.contribute.locate import Document
    from cvo.tables.cells import Cell, Row
    from cvo.tables.instance import Node


class Locating(Sourcing):
    """What a table says of passages."""

    def _passage_rows(self) -> None:
        seen: set[str] = set()
        for row in self.book.rows("passages"):
            name = row.text("id").removeprefix(":")
            if not re.fullmatch("[po][0-9]{3,}", name) or name in seen:
                what = "two passages are called so" if name in seen else "not the number of a passage"
                self._problem(row.where("id"), f"{what}: {name or '(nothing)'}", "write p001, p002 and so on, each once")
                continue
            seen.add(name)
            text = self._text(row)
            found = self._of_row(row, text) if text else None
            if found is None:
                continue
            if name[0] == "o":
                found = self._omitted(row, found)
            draft = Draft(self._iri(name))
            for column in PASSAGES.columns:
                if column.form == "text" and (cell := next(iter(row.cells.get(column.name, ())), None)):
                    draft.say(LAST, ox.Literal(cell.text, language=column.lang))
            self.remarks[name] = draft
            self.passages[name] = self.fresh[name] = found
            self.done.places[self._iri(name),] = row.place
            if comment := row.text("comment"):
                self._draft(self._iri(name), None).comment = [line if line.startswith("#") else f"# {line}" for line in comment.split("\n")]
        for name, passage in self.passages.items():
            document = self.documents.get(passage.text)
            if document and document.passage_digest(passage.start, passage.end) != (passage.digest, passage.length):
                place = self.done.places.get((self._iri(name),), Place(self.book.path))
                hint = "the document is not the one it was taken from; `cvo locate` says where the passages are now"
                self._problem(place, f"not at {passage.start}-{passage.end} of the document: {name}", hint)

    def _omitted(self, row: Row, found: Passage) -> Passage:
        """Return the passage *found* with the reason for which no claim is made from it."""
        cell = next(iter(row.cells.get("reason", ())), None)
        if cell is None:
            self._problem(
                row.place, f"no reason: {row.text('id')}", "say in the column reason why no claim is made from it, such as heading"
            )
            return found
        value = self._term(cell, PASSAGES.column("reason"))
        return found._replace(reason=value.value) if isinstance(value, ox.NamedNode) else found

    def _of_row(self, row: Row, text: str) -> Passage | None:
        section = row.text("section")
        if not section:
            self._problem(row.where("section"), f"no section: {row.text('id')}", "write the number or the name of the section")
            return None
        if cell := next(iter(row.cells.get("passage", ())), None):
            return self._found(cell, text, section)
        numbers = [row.text(name) for name in ("start", "end", "length")]
        if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers[:2]):  # noqa: PLR2004
            self._problem(
                row.where("start"), f"neither passage nor start and end: {row.text('id')}", "write its first characters … and its last"
            )
            return None
        start, end = int(numbers[0]), int(numbers[1])
        if row.text("digest") and numbers[2].isdigit():
            return Passage(text, start, end, section, row.text("digest"), int(numbers[2]))
        document = self._document(text)
        return self._at(row.where("start"), document, (start, end), text, section)

    def _text(self, row: Row) -> str:
        name = row.text("text").removeprefix(":")
        if name and self._iri(name) not in self.texts:
            self._problem(
                row.where("text"), f"no such text: {name}", f"the table has {listing(iri.partition('#')[2] for iri in self.texts)}"
            )
            return ""
        return self._iri(name) if name else self.texts[0]

    def _document(self, text: str) -> Document:
        if text not in self.documents:
            name = text.partition("#")[2]
            option = "--text DOC" if len(self.texts) == 1 else f"--text {name}=DOC"
            raise InputError(f"a passage is to be found, and there is no document of: {name}", hint=f"give it with {option}")
        return self.documents[text]

    def _found(self, cell: Cell, text: str, section: str) -> Passage | None:
        try:
            wanted = passages.parse(cell.text)
            document = self._document(text)
            return self._at(cell.place, document, passages.find(document, wanted), text, section)
        except InputError:
            raise
        except CvoError as error:
            self._problem(cell.place, f"passage: {error.what}", error.hint)
            return None

    def _at(self, place: Place, document: Document, span: tuple[int, int], text: str, section: str) -> Passage | None:
        if not 0 <= span[0] < span[1] <= len(document.text):
            self._problem(place, f"no such offsets: {span[0]}-{span[1]}", f"the document has {len(document.text)} characters")
            return None
        return Passage(text, *span, section, *document.passage_digest(*span))

    def _locators(self, row: Row, iri: str) -> None:
        """Find the passages of a claim, give new ones a number, and say them."""
        text = self._text(row)
        cells = row.cells.get("passage", ())
        sections = [cell.text for cell in row.cells.get("section", ())]
        if not text or not cells:
            return
        if len(sections) not in {0, 1, len(cells)}:
            self._problem(
                row.where("section"), f"{len(sections)} sections for {len(cells)} passages", "one for all, or one for each, in their order"
            )
            return
        olds = self.old_locators.get(iri, [])
        for number, cell in enumerate(cells):
            if named := passages.NAME.fullmatch(cell.text):
                name = named[1]
                if name not in self.passages and self._iri(name) not in self.old.nodes:
                    self._problem(cell.place, f"no such passage: {name}", "write its first characters … and its last")
                    continue
            else:
                section = sections[number if len(sections) == len(cells) else 0] if sections else ""
                found = self._found(cell, text, section)
                if found is None:
                    continue
                name = self._named(found, olds[number] if len(olds) == len(cells) else "", row)
                if not name:
                    continue
                self.done.places.setdefault((self._iri(name),), cell.place)
            value = ox.NamedNode(self._iri(name))
            self.drafts[iri].say(f"{CVO}locator", value)
            self.done.places.setdefault((iri, f"{CVO}locator"), cell.place)
            self.done.places[iri, f"{CVO}locator", value] = cell.place

    def _named(self, found: Passage, old: str, row: Row) -> str:
        """Return the name of the passage *found*: that of one just like it, of the one that it replaces, or a new one."""
        same = [
            name
            for name, passage in self.passages.items()
            if not passage.reason and passage[:3] == found[:3] and found.section in ("", passage.section)
        ]
        if same:
            return same[0]
        if not found.section:
            self._problem(
                row.where("passage"), "no section for a passage", "write the number or the name of the section in the column section"
            )
            return ""
        if not (old and self.uses[old] == 1 and old in self.passages and old not in self.fresh):
            old = self._next("p", [*self.passages, *(iri.partition("#")[2] for iri in self.old.nodes)])
        self.passages[old] = self.fresh[old] = found
        return old

    @staticmethod
    def _next(letter: str, taken: Iterable[str]) -> str:
        numbers = [int(name[1:]) for name in taken if re.fullmatch(rf"{letter}[0-9]+", name)]
        return f"{letter}{max(numbers, default=0) + 1:03d}"

    def _point(self, nodes: dict[str, Node]) -> list[str]:
        """Write the new passages, and return the names of those that nothing points to any more."""
        for name, passage in self.fresh.items():
            comment = self.drafts[self._iri(name)].comment if self._iri(name) in self.drafts else []
            for node in nodes_of(self._iri(name), passage):
                old = self.old.nodes.get(node.iri)
                if node.iri == self._iri(name):
                    remarks = self.remarks[name].said if name in self.remarks else {}
                    notes = [v for lang in ("zh", "en") for v in remarks.get((LAST, lang), ())] or (old.values(LAST) if old else [])
                    node.said |= {LAST: notes} if notes else {}
                if old is not None and old.said == node.said:
                    node.raw, node.comment = old.raw, list(old.comment)
                elif old is not None:
                    node.comment = list(old.comment)
                if comment and node.iri == self._iri(name):
                    node.comment = comment
                nodes[node.iri] = node
        pointed = {value.value for node in nodes.values() for value in node.values(f"{CVO}locator") if isinstance(value, ox.NamedNode)}
        dropped = [
            name for name in self.uses if self._iri(name) not in pointed and f"{self._iri(name)}" in nodes and name not in self.fresh
        ]
        for name in dropped:
            for iri in (self._iri(name), f"{self._iri(name)}-position", f"{self._iri(name)}-digest"):
                nodes.pop(iri, None)
        return dropped
