"""From a table to an instance: numbers for what is new, places in the document for passages, and nothing lost that a file held."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import CvoError, Message
from cvo.tables.columns import CLAIMS, COMPARISONS, RELATIONS
from cvo.tables.drafts import listing, merge
from cvo.tables.instance import TYPE, Instance, Node, compared, inside
from cvo.tables.locating import Locating
from cvo.tables.passage_nodes import passages_of
from cvo.tables.sourcing import ATTRIBUTED, Encoded
from cvo.tables.values import claim
from cvo.tables.vocabulary import BETWEEN, expand
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cvo.contribute.locate import Document
    from cvo.tables.cells import Book, Row
    from cvo.tables.columns import Sheet
    from cvo.tables.instance import Term
    from cvo.tables.vocabulary import Vocabulary


def encode(  # noqa: PLR0913
    book: Book,
    vocabulary: Vocabulary,
    documents: Sequence[tuple[str, Document]] = (),
    existing: Instance | None = None,
    *,
    prune: bool = False,
    today: dt.date | None = None,
) -> Encoded:
    """Return what the table *book* and the *existing* instance together say; a cell that is empty says nothing.

    *documents* come with the name of their text (``text-zh``), or with an empty name. With *prune* what the table does not say is
    dropped. *today* is when a new source was encoded.
    Raises: InputError, if the table has no source or needs a document that is not given; TableProblem or Several, at cells.
    """
    return _Encoder(book, vocabulary, existing, prune=prune).encode(documents, today or dt.date.today())  # noqa: DTZ011


class _Encoder(Locating):
    def encode(self, documents: Sequence[tuple[str, Document]], today: dt.date) -> Encoded:
        self._sources(today)
        self._texts()
        self._assign(documents)
        self.passages = passages_of(self.old)
        self._passage_rows()
        self.stop()
        self._claims()
        self._comparisons()
        self.stop()
        self._finish()
        return self.done

    # ---- claims and comparisons

    def _numbered(self, sheet: Sheet, letter: str, kind: tuple[str, str], same: Mapping[object, str]) -> list[tuple[str, Row]]:
        """Return the rows of *sheet* with their numbers; *same* are the numbers of the existing file by what makes a row the same."""
        rows = self.book.rows(sheet.name)
        named: dict[int, str] = {}
        for index, row in enumerate(rows):
            if not row.text("id"):
                continue
            name = row.text("id").removeprefix(":").removeprefix("#").lower()
            if not re.fullmatch(rf"{letter}[0-9]{{3,}}", name):
                what = Message(f"not the number of a {kind[0]}: {row.text('id')}", f"不是{kind[1]}编号：{row.text('id')}")
                hint = Message(f"write {letter}001, or leave it empty for a new one", f"请写 {letter}001 这样的编号；新的一行可留空")
                self._problem("CVO-CLAIM-NUMBER" if sheet is CLAIMS else "CVO-CELL", row.where("id"), what, hint)
            elif name in named.values():
                what = Message(f"two rows have the number: {name}", f"两行的编号相同：{name}")
                hint = Message("give this one another, or leave it empty for a new one", "请换一个编号；新的一行可留空")
                self._problem("CVO-TWICE", row.where("id"), what, hint)
            named[index] = name
        taken = set(named.values())
        for index, row in enumerate(rows):
            if index not in named:
                name = next((same[key] for key in self._marks(row) if same.get(key, "") not in {"", *taken}), "")
                if name:
                    named[index] = name
                    taken.add(name)
        old = {iri.partition("#")[2] for iri in self.old.nodes}
        for index in range(len(rows)):
            if index not in named:
                named[index] = self._next(letter, taken | old)
                taken.add(named[index])
        return [(named[index], row) for index, row in enumerate(rows)]

    def _marks(self, row: Row) -> list[object]:
        """Return what makes *row*, which has no number, the same as one that has."""
        statements: list[object] = [(row.text(f"statement-{lang}"), lang) for lang in ("zh", "en") if row.text(f"statement-{lang}")]
        if row.text("first") and row.text("second"):
            with suppress(CvoError):  # told where the cells are read
                statements.append((claim(row.text("first"), self.source).value, claim(row.text("second"), self.source).value))
        return statements

    def _claims(self) -> None:
        olds = [node for node in self.old.nodes.values() if f"{CVO}statement" in node.said]
        self.old_locators = {
            node.iri: [v.value.partition("#")[2] for v in node.values(f"{CVO}locator") if isinstance(v, ox.NamedNode)] for node in olds
        }
        self.uses = Counter(name for names in self.old_locators.values() for name in names)
        same: dict[object, str] = {}
        for node in olds:
            for value in node.values(f"{CVO}statement"):
                if isinstance(value, ox.Literal):
                    same.setdefault((value.value, value.language), node.iri.partition("#")[2])
        for name, row in self._numbered(CLAIMS, "c", ("claim", "论断"), same):
            iri = self._iri(name)
            if not any(row.text(key) for key in ("id", "statement-zh", "statement-en")):  # it would be a new claim on each run
                what = Message("a claim without a statement", "论断没有陈述")
                hint = Message("write statement-zh and statement-en, or delete the row", "请写中英文陈述，或删去这一行")
                self._problem("CVO-STATEMENT", row.place, what, hint)
                continue
            draft = self._draft(iri, CLAIMS)
            draft.claim, draft.creators = True, self.creators
            self._fill(draft, CLAIMS, row, skip=("passage",))
            self._locators(row, iri)
            draft.assume(f"{CVO}statedIn", ox.NamedNode(self.source))
            self.rows[iri] = row

    def _comparisons(self) -> None:
        same: dict[object, str] = {
            (node.one(f"{CVO}firstClaim"), node.one(f"{CVO}secondClaim")): node.iri.partition("#")[2]
            for node in self.old.of_kind(f"{CVO}Comparison")
        }
        for name, row in self._numbered(COMPARISONS, "k", ("comparison", "比较"), same):
            draft = self._draft(self._iri(name), COMPARISONS)
            self._fill(draft, COMPARISONS, row)
            draft.assume(TYPE, ox.NamedNode(f"{CVO}Comparison"))
            draft.assume(ATTRIBUTED, *self.encoders)

    # ---- the end

    def _finish(self) -> None:
        nodes = self.done.instance.nodes
        merged, changed, kept = self._merged()
        present = {sheet.name for sheet in (CLAIMS, COMPARISONS) if sheet.name in self.book.sheets}
        absent: dict[str, list[str]] = {name: [] for name in present}
        for iri, node in self.old.nodes.items():
            if iri in merged:
                continue
            sheet = "comparisons" if f"{CVO}Comparison" in node.kinds else "claims" if f"{CVO}statement" in node.said else ""
            if sheet in present:
                absent[sheet].append(iri.partition("#")[2])
            if not (self.prune and sheet in present):
                merged[iri] = node
        order = [self.source, *(iri for iri in self.drafts if iri.endswith("#encoding"))]
        order += [name for iri in self.texts for name in (iri, f"{iri}-state")]
        nodes.update({iri: merged[iri] for iri in dict.fromkeys([*order, *merged]) if iri in merged})
        self._relate(nodes)
        dropped = [Message(name) for name in (*(each for names in absent.values() for each in names if self.prune), *self._point(nodes))]
        for name, names in sorted(absent.items()):
            if names and not self.prune:
                zh = next(sheet.zh for sheet in (CLAIMS, COMPARISONS) if sheet.name == name)
                en = f"kept {len(names)} {name} that are not in the table: {listing(names)}"
                self.done.notes.append(Message(en, f"保留表格中没有的 {len(names)} 条{zh}：{listing(names, lang='zh')}"))
        words = (("changed", "改动"), ("kept, though the table does not say it", "保留（表格中没有）"), ("dropped", "删去"))
        for (en, zh), things in zip(words, (changed, kept, dropped), strict=True):
            self.done.notes += [Message(f"{en}: {thing}", f"{zh}：{thing.text('zh')}") for thing in things]

    def _merged(self) -> tuple[dict[str, Node], list[Message], list[Message]]:
        """Return the nodes that the table tells of, together with what the file tells; and what that changes and keeps."""
        merged: dict[str, Node] = {}
        changed, kept = [], []
        for iri, draft in self.drafts.items():
            if not draft.said and not draft.unsaid:
                continue
            node, says, keeps = merge(draft, self.old.nodes.get(iri), prune=self.prune)
            merged[iri] = node
            name = iri.partition("#")[2] or "source"
            changed += [_of(name, says)] if says else []
            kept += [_of(name, keeps)] if keeps else []
        return merged, changed, kept

    def _relate(self, nodes: dict[str, Node]) -> None:
        """Say on the claims what the comparisons say."""
        said, before = compared(nodes), compared(self.old.nodes)
        for iri in {*said, *before, *self.rows}:
            node = nodes.get(iri)
            if node is None:
                continue
            row = self.rows.get(iri)
            own = {
                column: [v for v in node.values(column) if (column, v) not in before.get(iri, {}) or (row and row.cells.get(name))]
                for column, name in ((expand(c.iri), c.name) for c in RELATIONS)
            }
            wanted: dict[str, list[Term]] = {}
            for relation, value in [*said.get(iri, {}), *((column, v) for column, values in own.items() for v in values)]:
                if value not in wanted.setdefault(relation, []):
                    wanted[relation].append(value)
            current = {column: node.said[column] for column in BETWEEN if column in node.said}
            if {k: set(v) for k, v in current.items()} != {k: set(v) for k, v in wanted.items() if v}:
                note = {k: v for k, v in node.said.items() if k not in BETWEEN}
                fresh = Node(iri, {**note, **{k: v for k, v in wanted.items() if v}}, list(node.comment))
                fresh.comment += [line for line in inside(node) if line not in fresh.comment]
                nodes[iri] = fresh


def _of(name: str, properties: Iterable[str]) -> Message:
    """Return the *name* of a node with *properties* of it."""
    properties = list(properties)
    return Message(f"{name} {listing(properties)}", f"{name} {listing(properties, lang='zh')}")


def encode_files(  # noqa: PLR0913
    table: Path, texts: Sequence[str], output: Path | None, existing: Path | None, data: Sequence[str], *, prune: bool = False
) -> tuple[str, list[Message]]:
    """Return the Turtle that the file *table* makes of the instance file *existing*, or of *output* if that is there, and notes.

    *texts* are documents, each with the name of its text before it or not (``text-en=translation.txt``); *data* are files with terms.
    Raises: CvoError, as `cvo.tables.tablefile.read`, `cvo.tables.instance.read` and `encode` do.
    """
    from cvo import dataset  # noqa: PLC0415
    from cvo.tables import instance, tablefile  # noqa: PLC0415
    from cvo.tables.vocabulary import Vocabulary  # noqa: PLC0415

    book = tablefile.read(table)
    begun = existing or (output if output is not None and output.is_file() and output.stat().st_size else None)
    old = instance.read(begun) if begun else None
    documents = opened(texts)
    loaded = dataset.load(data) if data else dataset.load_shipped()
    vocabulary = Vocabulary(loaded, instance.quads(old) if old else ())
    done = encode(book, vocabulary, documents, old, prune=prune)
    return instance.write(done.instance), [*book.notes, *done.notes]


def opened(texts: Iterable[str]) -> list[tuple[str, Document]]:
    """Return the documents that *texts* name, each with the name of its text: ``text-en=translation.txt``, or none.

    Raises: InputError, if one cannot be read.
    """
    from cvo.contribute.locate import Document  # noqa: PLC0415
    from cvo.files import read_bytes  # noqa: PLC0415

    documents = []
    for text in texts:
        name, mark, path = text.partition("=")
        if not mark or Path(text).exists():
            name, path = "", text
        documents.append((name.removeprefix(":"), Document(read_bytes(Path(path)), path)))
    return documents
