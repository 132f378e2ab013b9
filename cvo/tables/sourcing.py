"""The source of a table, its texts and their documents: the first floor of `cvo.tables.encoding`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import CvoError, InputError, Message, Place, Several, TableProblem
from cvo.tables.columns import SOURCE, TEXTS
from cvo.tables.drafts import Draft, listing
from cvo.tables.instance import TYPE, Instance
from cvo.tables.values import term
from cvo.tables.vocabulary import expand
from cvo.terms import CVO, PREFIXES, XSD
from cvo.terms import SOURCE as SOURCES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from cvo.contribute.locate import Document
    from cvo.tables.cells import Book, Cell, Row
    from cvo.tables.columns import Column, Sheet
    from cvo.tables.instance import Term
    from cvo.tables.passage_nodes import Passage
    from cvo.tables.vocabulary import Vocabulary

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
DC = PREFIXES["dcterms"]
ATTRIBUTED = f"{PREFIXES['prov']}wasAttributedTo"
CITE_KEY = re.compile(r"[a-z]+(-[a-z]+)*-([0-9]{4}[a-z]?|nd)")


@dataclass(slots=True)
class Encoded:
    """The *instance* that a table makes, *notes* on what was changed, kept or dropped, and which cell each triple comes from."""

    instance: Instance
    notes: list[Message] = field(default_factory=list)
    places: dict[tuple[object, ...], Place] = field(default_factory=dict)

    def place(self, subject: str, predicate: str = "", value: Term | None = None) -> Place | None:
        """Return the cell of a triple, else of the property, else the row of the *subject*, as far as they are in the table."""
        keys = ((subject, predicate, value), (subject, predicate), (subject,))
        return next((self.places[key] for key in keys if key in self.places), None)


class Sourcing:
    """What a table says of its source, its texts and their documents, put into drafts."""

    def __init__(self, book: Book, vocabulary: Vocabulary, existing: Instance | None, *, prune: bool) -> None:
        """Begin with the table *book*, and what the *existing* file holds; with *prune* what the table does not say is dropped."""
        self.book, self.vocabulary, self.old, self.prune = book, vocabulary, existing or Instance(), prune
        self.problems: list[TableProblem] = []
        self.done = Encoded(Instance(head=self.old.head, tail=self.old.tail, verbatim=self.old.verbatim, prefixes=self.old.prefixes))
        self.drafts: dict[str, Draft] = {}
        self.texts: list[str] = []
        self.documents: dict[str, Document] = {}
        self.passages: dict[str, Passage] = {}
        self.fresh: dict[str, Passage] = {}
        self.remarks: dict[str, Draft] = {}
        self.source = ""
        self.creators: list[Term] = []
        self.encoders: list[Term] = []
        self.rows: dict[str, Row] = {}
        self.old_locators: dict[str, list[str]] = {}
        self.uses: Counter[str] = Counter()

    def stop(self) -> None:
        """Raise what has been found wrong so far, all at once."""
        if self.problems:
            raise Several.of(sorted(self.problems, key=lambda p: _order(p.place)))

    def _problem(self, code: str, place: Place, what: Message, hint: Message) -> None:
        self.problems.append(TableProblem(what, place=place, hint=hint, code=code))

    def _iri(self, name: str) -> str:
        return f"{self.source}#{name}"

    # ---- cells

    def _fill(self, draft: Draft, sheet: Sheet, row: Row, *, node: str = "", skip: Iterable[str] = ()) -> None:
        """Put the cells of *row* that belong to the *node* into *draft*."""
        near = self._relation(row)
        self.done.places[draft.iri,] = row.place
        for column in sheet.columns:
            if not column.iri or column.node != node or column.name in skip or not row.cells.get(column.name):
                continue
            cells = row.cells[column.name]
            if len(cells) > 1 and not column.many:
                what = Message(f"one value only: {column.name}", f"只能有一个值：{column.zh}")
                hint = Message("keep one of them; several things make several claims", "请只留一个；说到几个事物，就写几条论断")
                self._problem(column.rule, cells[1].place, what, hint)
                continue
            predicate = expand(column.iri)
            for cell in cells:
                value = self._term(cell, column, near.get(column.name))
                if value is not None:
                    draft.say(predicate, value)
                    self.done.places.setdefault((draft.iri, predicate), cell.place)
                    self.done.places[draft.iri, predicate, value] = cell.place
        if comment := row.cells.get("comment"):
            lines = [line for cell in comment for line in cell.text.split("\n")]
            draft.comment = draft.comment or [line if line.startswith("#") else f"# {line}" for line in lines]

    def _term(self, cell: Cell, column: Column, near: tuple[str, str] | None = None) -> Term | None:
        try:
            return term(cell.text, column, self.vocabulary, self.source, near=near)
        except CvoError as error:
            self._problem(column.rule, cell.place, in_column(column, error.message), error.advice)
            return None

    def _relation(self, row: Row) -> dict[str, tuple[str, str]]:
        """Return the relation on whose sides subject and object stand."""
        try:
            relation = self.vocabulary.find(row.text("relation"), "cvo:DomainRelation").value if row.text("subject") else ""
        except CvoError:
            relation = ""
        return {"subject": (relation, "domain"), "object": (relation, "range")} if relation else {}

    def _draft(self, name: str, sheet: Sheet | None, node: str = "") -> Draft:
        columns = frozenset(expand(c.iri) for c in sheet.columns if c.iri and c.node == node) if sheet else frozenset()
        return self.drafts.setdefault(name, Draft(name, columns))

    # ---- the source, its encoding and its texts

    def _sources(self, today: dt.date) -> None:
        rows = self.book.rows("source")
        if len(rows) > 1:
            hint = Message("a table has one source; make another table", "一张表只写一个来源，另一个来源另做一张表")
            self._problem("CVO-ONE-SOURCE", rows[1].place, Message("a second source", "有两个来源"), hint)
        key = rows[0].text("cite-key") if rows else ""
        if key and not CITE_KEY.fullmatch(key):
            where = rows[0].where("cite-key")
            raise TableProblem(
                Message(f"not a cite key: {key}", f"不是引用键：{key}"),
                place=where,
                hint=Message(
                    "names in lower case, then the year: bi-2019, or sun-nd without a year",
                    "小写的姓氏拼音和年份，如 bi-2019；没有年份写 nd，如 sun-nd",
                ),
                code="CVO-CITE-KEY",
            )
        self.source = SOURCES + key if key else self.old.source
        if not self.source:
            names = ("cite-key", "title-zh", "title-en", "creator", "issued", "language")
            hint = Message(
                f"add the sheet source with {', '.join(names[:-1])} and {names[-1]}",
                f"请加上“来源”表，写明{'、'.join(SOURCE.column(name).zh for name in names)}",
            )
            raise InputError(Message(f"no source in the table: {self.book.path}", f"表格没有写明来源：{self.book.path}"), hint=hint)
        if self.old.source and self.old.source != self.source:
            begun = self.old.source.removeprefix(SOURCES)
            what = Message(f"the file is of another source than the table: {key}", f"实例文件与表格不是同一来源：{key}")
            hint = Message(f"write {begun}, or encode into a file of its own", f"请写 {begun}，或另存一个文件")
            raise TableProblem(what, place=rows[0].where("cite-key"), hint=hint, code="CVO-ONE-SOURCE")
        self.done.instance.source = self.source
        source = self._draft(self.source, SOURCE)
        encoding = self._draft(next((n.iri for n in self.old.of_kind(f"{CVO}Encoding")), self._iri("encoding")), SOURCE, "encoding")
        for row in rows[:1]:
            self._fill(source, SOURCE, row)
            self._fill(encoding, SOURCE, row, node="encoding")
            encoding.comment = []
        source.assume(TYPE, ox.NamedNode(f"{CVO}Source"))
        encoding.assume(TYPE, ox.NamedNode(f"{CVO}Encoding"))
        encoding.assume(f"{CVO}encodes", ox.NamedNode(self.source))
        encoding.assume(ATTRIBUTED, ox.NamedNode(expand("cvt:cvo-curators")))
        encoding.assume(f"{DC}created", ox.Literal(today.isoformat(), datatype=ox.NamedNode(f"{XSD}date")))
        encoding.assume(f"{DC}license", ox.NamedNode(LICENSE))
        old = self.old.nodes.get(self.source)
        self.creators = source.said.get((f"{DC}creator", ""), []) or (old.values(f"{DC}creator") if old else [])
        old_encoding = self.old.nodes.get(encoding.iri)
        said = encoding.said.get((ATTRIBUTED, "")) or (old_encoding.values(ATTRIBUTED) if old_encoding else [])
        self.encoders = said or encoding.unsaid[ATTRIBUTED, ""]

    def _texts(self) -> None:
        source, old = self.drafts[self.source], self.old.nodes.get(self.source)
        known = [value.value for value in (old.values(f"{CVO}hasExpression") if old else []) if isinstance(value, ox.NamedNode)]
        language = next((str(getattr(v, "value", "")) for v in source.said.get((f"{DC}language", ""), ())), "") or (
            old.one(f"{DC}language") if old else ""
        )
        named: list[str] = []
        for row in self.book.rows("texts"):
            name = row.text("id").removeprefix(":") or f"text-{row.text('language') or language}"
            if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
                what = Message(f"not the name of a text: {name}", f"不是文本的编号：{name}")
                self._problem("CVO-CELL", row.where("id"), what, Message("write text-zh or text-en", "请写 text-zh 或 text-en"))
                continue
            if self._iri(name) in named:
                what = Message(f"two texts are called so: {name}", f"两个文本的编号相同：{name}")
                hint = Message("give each its own id, such as text-zh and text-en", "请各写各的编号，如 text-zh 和 text-en")
                self._problem("CVO-TWICE", row.where("id"), what, hint)
                continue
            named.append(self._iri(name))
            self._fill(self._draft(named[-1], TEXTS), TEXTS, row, skip=("id",))
            self._fill(self._draft(f"{named[-1]}-state", TEXTS, "state"), TEXTS, row, node="state")
            self.drafts[f"{named[-1]}-state"].comment = []
        if not named and not known:
            named = [self._iri(f"text-{language or 'zh'}")]
        self.texts = list(dict.fromkeys([*named, *known])) if named else known
        source.say(f"{CVO}hasExpression", *map(ox.NamedNode, self.texts))
        for iri in named:
            draft, state = self._draft(iri, TEXTS), self._draft(f"{iri}-state", TEXTS, "state")
            draft.assume(TYPE, ox.NamedNode(f"{CVO}Expression"))
            draft.assume(f"{DC}language", ox.Literal(language or "zh"))
            state.assume(TYPE, ox.NamedNode(f"{CVO}TextState"))

    def _assign(self, documents: Sequence[tuple[str, Document]]) -> None:
        """Find the text of each document: the one it is given for, the one with its digest, the only one.

        A document that is given for another source, by its cite key, is none of this table.
        """
        digests = {iri: self._digest(iri) for iri in self.texts}
        key = self.source.removeprefix(SOURCES)
        for given, document in documents:
            if CITE_KEY.fullmatch(given) and given != key:
                continue
            name = "" if given == key else given
            by_digest = [iri for iri, digest in digests.items() if digest == document.digest]
            free = [iri for iri in self.texts if iri not in self.documents]
            if name and self._iri(name) not in self.texts:
                texts = listing(iri.partition("#")[2] for iri in self.texts)
                raise InputError(
                    Message(f"no such text: {name}", f"没有这样的文本：{name}"), hint=Message(f"the table has {texts}", f"表格中有 {texts}")
                )
            chosen = [self._iri(name)] if name else by_digest or (free if len(self.texts) == 1 else [])
            if not chosen:
                raise InputError(
                    Message("it is not clear of which text this is the document", "不清楚这是哪个文本的文档"),
                    hint=Message("write --text text-en=FILE, with the id of the text", "请写 --text text-en=文件，= 前为文本的编号"),
                )
            iri = chosen[0]
            self.documents[iri] = document
            state = self._draft(f"{iri}-state", TEXTS, "state")
            state.said[f"{CVO}textDigest", ""] = [_any_uri(document.digest)]
            state.assume(TYPE, ox.NamedNode(f"{CVO}TextState"))

    def _digest(self, iri: str) -> str:
        draft, old = self.drafts.get(f"{iri}-state"), self.old.nodes.get(f"{iri}-state")
        said = draft.said.get((f"{CVO}textDigest", "")) if draft else None
        return str(said[0].value) if said and isinstance(said[0], ox.Literal) else (old.one(f"{CVO}textDigest") if old else "")


def in_column(column: Column, message: Message) -> Message:
    """Return *message* with the name of the *column* of which it tells."""
    return Message(f"{column.name}: {message.en}", f"{column.zh}：{message.zh}" if message.zh else "")


def _any_uri(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}anyURI"))


def _order(place: Place | None) -> tuple[str, int, int]:
    return (place.file, place.line, place.column) if place else ("", 0, 0)
