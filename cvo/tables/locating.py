"""The passages of a table, found in their documents and numbered: the second floor of `cvo.tables.encoding`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribute import passages
from cvo.errors import CvoError, InputError, Message, Place
from cvo.tables.columns import PASSAGES
from cvo.tables.drafts import Draft, listing
from cvo.tables.instance import LAST
from cvo.tables.passage_nodes import Passage, nodes_of
from cvo.tables.sourcing import Sourcing, in_column
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cvo.contribute.locate import Document
    from cvo.tables.cells import Cell, Row
    from cvo.tables.instance import Node

FOUND = "CVO-PASSAGE-PLACE"
FIRST_AND_LAST = Message("write its first characters … and its last", "请写开头几个字 … 结尾几个字")


class Locating(Sourcing):
    """What a table says of passages."""

    def _passage_rows(self) -> None:
        seen: set[str] = set()
        for row in self.book.rows("passages"):
            name = row.text("id").removeprefix(":")
            if not re.fullmatch("[po][0-9]{3,}", name) or name in seen:
                self._misnamed(row, name, twice=name in seen)
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
                what = Message(
                    f"not at {passage.start}-{passage.end} of the document: {name}",
                    f"文档的 {passage.start}-{passage.end} 处不是这个段落：{name}",
                )
                hint = Message(
                    "the document is not the one it was taken from; `cvo locate` says where the passages are now",
                    "文档不是当初所用的那一份；可用 `cvo locate` 查看段落现在的位置",
                )
                self._problem(FOUND, place, what, hint)

    def _misnamed(self, row: Row, name: str, *, twice: bool) -> None:
        """Tell that *name* is no number of a passage, or stands *twice*."""
        what = Message(f"not the number of a passage: {name or '(nothing)'}", f"不是段落编号：{name or '（空）'}")
        if twice:
            what = Message(f"two passages are called so: {name}", f"两个段落的编号相同：{name}")
        hint = Message("write p001, p002 and so on, each once", "请写 p001、p002 等，各不相同")
        self._problem("CVO-TWICE" if twice else "CVO-CELL", row.where("id"), what, hint)

    def _omitted(self, row: Row, found: Passage) -> Passage:
        """Return the passage *found* with the reason for which no claim is made from it."""
        cell = next(iter(row.cells.get("reason", ())), None)
        if cell is None:
            what = Message(f"no reason: {row.text('id')}", f"没有写明不取的理由：{row.text('id')}")
            hint = Message(
                "say in the column reason why no claim is made from it, such as heading", "请在“不取理由”列写明为何不取，如 heading（标题）"
            )
            self._problem("CVO-OMISSION-REASON", row.place, what, hint)
            return found
        value = self._term(cell, PASSAGES.column("reason"))
        return found._replace(reason=value.value) if isinstance(value, ox.NamedNode) else found

    def _of_row(self, row: Row, text: str) -> Passage | None:
        section = row.text("section")
        if not section:
            what = Message(f"no section: {row.text('id')}", f"没有写明章节：{row.text('id')}")
            hint = Message("write the number or the name of the section", "请写章节的编号或名称")
            self._problem("CVO-SECTION", row.where("section"), what, hint)
            return None
        if cell := next(iter(row.cells.get("passage", ())), None):
            return self._found(cell, text, section)
        numbers = [row.text(name) for name in ("start", "end", "length")]
        if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers[:2]):  # noqa: PLR2004
            what = Message(f"neither passage nor start and end: {row.text('id')}", f"既没有首尾字句，也没有起点和终点：{row.text('id')}")
            self._problem(FOUND, row.where("start"), what, FIRST_AND_LAST)
            return None
        start, end = int(numbers[0]), int(numbers[1])
        if row.text("digest") and numbers[2].isdigit():
            return Passage(text, start, end, section, row.text("digest"), int(numbers[2]))
        document = self._document(text)
        return self._at(row.where("start"), document, (start, end), text, section)

    def _text(self, row: Row) -> str:
        name = row.text("text").removeprefix(":")
        if name and self._iri(name) not in self.texts:
            texts = [iri.partition("#")[2] for iri in self.texts]
            hint = Message(f"the table has {listing(texts)}", f"表格中有 {listing(texts, lang='zh')}")
            self._problem("CVO-LOCATOR-TEXT", row.where("text"), Message(f"no such text: {name}", f"没有这样的文本：{name}"), hint)
            return ""
        return self._iri(name) if name else self.texts[0]

    def _document(self, text: str) -> Document:
        if text not in self.documents:
            name = text.partition("#")[2]
            option = "--text DOC" if len(self.texts) == 1 else f"--text {name}=DOC"
            what = Message(f"a passage is to be found, and there is no document of: {name}", f"需要查找段落，但没有给出文本的文档：{name}")
            raise InputError(what, hint=Message(f"give it with {option}", f"请用 {option} 给出"))
        return self.documents[text]

    def _found(self, cell: Cell, text: str, section: str) -> Passage | None:
        try:
            wanted = passages.parse(cell.text)
            document = self._document(text)
            return self._at(cell.place, document, passages.find(document, wanted), text, section)
        except InputError:
            raise
        except CvoError as error:
            self._problem(FOUND, cell.place, in_column(PASSAGES.column("passage"), error.message), error.advice)
            return None

    def _at(self, place: Place, document: Document, span: tuple[int, int], text: str, section: str) -> Passage | None:
        if not 0 <= span[0] < span[1] <= len(document.text):
            what = Message(f"no such offsets: {span[0]}-{span[1]}", f"文档中没有这个位置：{span[0]}-{span[1]}")
            hint = Message(f"the document has {len(document.text)} characters", f"文档共 {len(document.text)} 个字符")
            self._problem(FOUND, place, what, hint)
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
            what = Message(f"{len(sections)} sections for {len(cells)} passages", f"{len(cells)} 个段落写了 {len(sections)} 个章节")
            hint = Message("one for all, or one for each, in their order", "请只写一个，或按次序为每个段落各写一个")
            self._problem("CVO-SECTION", row.where("section"), what, hint)
            return
        olds = self.old_locators.get(iri, [])
        for number, cell in enumerate(cells):
            if named := passages.NAME.fullmatch(cell.text):
                name = named[1]
                if name not in self.passages and self._iri(name) not in self.old.nodes:
                    what = Message(f"no such passage: {name}", f"没有这个段落：{name}")
                    self._problem("CVO-LOCATOR", cell.place, what, FIRST_AND_LAST)
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
            what = Message("no section for a passage", "段落没有写明章节")
            hint = Message("write the number or the name of the section in the column section", "请在“章节”列写章节的编号或名称")
            self._problem("CVO-SECTION", row.where("passage"), what, hint)
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
