"""From an instance to a table, the inverse of `cvo.tables.encoding`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import Place
from cvo.tables.cells import Book, Cell, Row
from cvo.tables.columns import CLAIMS, COMPARISONS, RELATIONS, SHEETS, SOURCE, TEXTS
from cvo.tables.instance import LAST, TYPE, Instance, Node, compared, inside
from cvo.tables.passage_nodes import passages_of
from cvo.tables.sourcing import ATTRIBUTED, LICENSE
from cvo.tables.values import spare, typed
from cvo.tables.vocabulary import expand
from cvo.terms import CVO, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cvo.tables.columns import Sheet
    from cvo.tables.instance import Term
    from cvo.tables.passage_nodes import Passage
    from cvo.tables.vocabulary import Vocabulary

CHOICES = ("kind", "polarity", "modality", "certainty", "basis", "approximation", "attribution", "relation", "unit")
NOWHERE = Place("")
Cells = dict[str, tuple[Cell, ...]]
DC = PREFIXES["dcterms"]


def tabulate(instance: Instance, vocabulary: Vocabulary, *, lang: str = "", short: bool = False) -> tuple[Book, list[str]]:
    """Return *instance* as a table, and what of it no table can hold.

    Terms are written by their names, with *lang* by their labels in that language; with *short* what goes without saying is left out.
    """
    return _Tabulation(instance, vocabulary, lang, short=short).book()


class _Tabulation:
    def __init__(self, instance: Instance, vocabulary: Vocabulary, lang: str, *, short: bool) -> None:
        self.instance, self.vocabulary, self.lang, self.short = instance, vocabulary, lang, short
        self.left: list[str] = []
        self.told: set[str] = set()

    def book(self) -> tuple[Book, list[str]]:
        """Return the table, and what of the instance it cannot hold."""
        instance, book = self.instance, Book("")
        source = instance.nodes.get(instance.source) or Node(instance.source)
        encoding = instance.nodes.get(f"{instance.base}encoding") or Node(f"{instance.base}encoding")
        texts = [value.value for value in source.values(f"{CVO}hasExpression") if isinstance(value, ox.NamedNode)]
        goes_without = {TYPE: f"{CVO}Source", f"{CVO}hasExpression": ""}
        cells = self._cells(source, SOURCE, known=goes_without)
        cells |= self._cells(encoding, SOURCE, "encoding", {TYPE: f"{CVO}Encoding", f"{CVO}encodes": source.iri, f"{DC}license": LICENSE})
        book.sheets["source"] = [Row(NOWHERE, self._commented(cells, source))]
        book.sheets["texts"] = [self._text(iri) for iri in texts if iri in instance.nodes]
        comparisons = instance.of_kind(f"{CVO}Comparison")
        said = compared({node.iri: node for node in comparisons})
        creators = source.values(f"{DC}creator")
        claims = sorted(
            (n for n in instance.nodes.values() if f"{CVO}statement" in n.said or n.iri.startswith(f"{instance.base}c")), key=_number
        )
        book.sheets["claims"] = [self._claim(node, said.get(node.iri, {}), creators) for node in claims]
        passages = passages_of(instance)
        book.sheets["passages"] = [
            self._passage(name, passages[name], texts) for name in sorted(passages, key=lambda n: (n[0] == "o", len(n), n))
        ]
        encoders = encoding.values(ATTRIBUTED)
        book.sheets["comparisons"] = [self._comparison(node, encoders) for node in sorted(comparisons, key=_number)]
        untold = [iri for iri in instance.nodes if iri not in self.told]
        self.left += [f"no sheet of a table holds: {iri}" for iri in untold]
        self.left += [f"no sheet of a table holds: {text.splitlines()[-1][:60]}" for text in instance.verbatim]
        self.left += [f"no sheet of a table holds the comment: {line}" for line in [*instance.head, *instance.tail]]
        parts = [
            node
            for node in instance.nodes.values()
            if node.iri in self.told and node.iri.endswith(("encoding", "-state", "-position", "-digest"))
        ]
        self.left += [f"no sheet of a table holds the comment: {line}" for node in parts for line in [*node.comment, *inside(node)]]
        return book, self.left

    def _cells(self, node: Node, sheet: Sheet, which: str = "", known: dict[str, str] | None = None, skip: Iterable[str] = ()) -> Cells:
        """Return the cells of *node*; *known* are properties that need no cell if they have this value, or any."""
        self.told.add(node.iri)
        cells: Cells = {}
        held: dict[str, list[object]] = {}
        for column in sheet.columns:
            if not column.iri or column.node != which:
                continue
            predicate = expand(column.iri)
            for value in node.values(predicate):
                if predicate in skip:
                    held.setdefault(predicate, []).append(value)
                    continue
                lang = self.lang
                if (text := typed(value, column, self.vocabulary, self.instance.source, lang)) is not None:
                    cells[column.name] = (*cells.get(column.name, ()), Cell(text, NOWHERE))
                    held.setdefault(predicate, []).append(value)
        for predicate, values in node.said.items():
            for value in values:
                if value in held.get(predicate, ()) or (
                    known and predicate in known and known[predicate] in ("", getattr(value, "value", None))
                ):
                    continue
                name = node.iri.partition("#")[2] or "source"
                self.left.append(f"no column of {sheet.name} holds: {name} <{predicate}> {value}")
        return cells

    def _commented(self, cells: Cells, node: Node) -> Cells:
        lines = [*node.comment, *inside(node)]
        if lines:
            text = "\n".join(
                line.removeprefix("# ") if line.startswith("# ") and line[2:3].strip() and line[2] != "#" else line for line in lines
            )
            cells["comment"] = (Cell(text, NOWHERE),)
        return cells

    def _text(self, iri: str) -> Row:
        cells: Cells = {"id": (Cell(iri.removeprefix(self.instance.base), NOWHERE),)}
        cells |= self._cells(self.instance.nodes[iri], TEXTS, known={TYPE: f"{CVO}Expression"})
        if state := self.instance.nodes.get(f"{iri}-state"):
            cells |= self._cells(state, TEXTS, "state", {TYPE: f"{CVO}TextState"})
        return Row(NOWHERE, self._commented(cells, self.instance.nodes[iri]))

    def _claim(self, node: Node, compared_to: dict[tuple[str, Term], None], creators: list[Term]) -> Row:
        derived: dict[str, list[Term]] = {}
        for relation, value in compared_to:
            derived.setdefault(relation, []).append(value)
        skip = {expand(c.iri) for c in RELATIONS if set(node.values(expand(c.iri))) == set(derived.get(expand(c.iri), []))}
        skip |= spare({k: v for k, v in node.said.items() if k != f"{CVO}statedIn"}, creators) if self.short else set()
        cells: Cells = {"id": (Cell(node.iri.removeprefix(self.instance.base), NOWHERE),)}
        cells |= self._cells(node, CLAIMS, known={f"{CVO}statedIn": self.instance.source, f"{CVO}locator": ""}, skip=skip)
        if locators := node.values(f"{CVO}locator"):
            cells["passage"] = tuple(
                Cell(str(v.value).removeprefix(self.instance.base), NOWHERE) for v in locators if isinstance(v, ox.NamedNode)
            )
        return Row(NOWHERE, self._commented(cells, node))

    def _passage(self, name: str, passage: Passage, texts: list[str]) -> Row:
        iri = self.instance.base + name
        self.told |= {iri, f"{iri}-position", f"{iri}-digest"}
        values = {
            "id": name,
            "text": "" if self.short and texts[:1] == [passage.text] else passage.text.removeprefix(self.instance.base),
            "section": passage.section,
            "start": str(passage.start),
            "end": str(passage.end),
            "length": str(passage.length),
            "digest": passage.digest,
        }
        if passage.reason:
            values["reason"] = self.vocabulary.name(passage.reason, "cvo:OmissionReason", self.lang or "en")
        for note in self.instance.nodes[iri].values(LAST):
            if isinstance(note, ox.Literal):
                values[f"note-{note.language}"] = note.value
        cells: Cells = {key: (Cell(value, NOWHERE),) for key, value in values.items() if value}
        return Row(NOWHERE, self._commented(cells, self.instance.nodes[iri]))

    def _comparison(self, node: Node, encoders: list[Term]) -> Row:
        skip = {ATTRIBUTED} if self.short and node.values(ATTRIBUTED) == encoders else set()
        cells: Cells = {"id": (Cell(node.iri.removeprefix(self.instance.base), NOWHERE),)}
        cells |= self._cells(node, COMPARISONS, known={TYPE: f"{CVO}Comparison"}, skip=skip)
        return Row(NOWHERE, self._commented(cells, node))


def _number(node: Node) -> tuple[int, str]:
    return len(node.iri), node.iri


def table_of(
    file: Path, form: str, output: Path | None, *, lang: str = "", data: Sequence[str] = ()
) -> tuple[list[tuple[Path | None, str | bytes]], list[str]]:
    """Return the instance *file* as a table in *form* (yaml, csv or xlsx): what is to be written where, and what no table can hold.

    Raises: CvoError, as `cvo.tables.instance.read` does, or if a form cannot hold the table.
    """
    from cvo import dataset  # noqa: PLC0415
    from cvo.tables import instance  # noqa: PLC0415
    from cvo.tables.vocabulary import Vocabulary  # noqa: PLC0415

    read = instance.read(file)
    vocabulary = Vocabulary(dataset.load(data) if data else dataset.load_shipped(), instance.quads(read))
    book, left = tabulate(read, vocabulary, lang=lang, short=form == "yaml")
    if form == "yaml":
        from cvo.tables import yamltable  # noqa: PLC0415

        return [(output, yamltable.write(book, lang=lang))], left
    if form == "csv":
        from cvo.tables import csvtable  # noqa: PLC0415

        if output is None:
            return [(None, csvtable.write(book, CLAIMS, lang=lang))], [
                *left,
                "stdout has the claims alone; -o claims.csv writes the other sheets, too",
            ]
        return [(csvtable.beside(output, sheet), csvtable.write(book, sheet, lang=lang)) for sheet in SHEETS], left
    from cvo.tables import xlsxtable  # noqa: PLC0415

    return [(output, xlsxtable.write(book, lang=lang, choices=choices(vocabulary, lang)))], left


def choices(vocabulary: Vocabulary, lang: str) -> dict[tuple[str, str], list[str]]:
    """Return the values of the columns that have few, in their order: the commonest first."""
    found = {}
    for sheet in (CLAIMS, COMPARISONS):
        for column in sheet.columns:
            if column.name in CHOICES and column.kind:
                wanted = lang or ("en" if column.form == "choice" else "")
                found[sheet.name, column.name] = [vocabulary.name(iri, column.kind, wanted) for iri in vocabulary.of_kind(column.kind)]
    return found
