"""The state of a run over a corpus, in one SQLite file: what is done, what was found, and what the files say that concerns others.

All that belongs to a file is written in one transaction, so that a run that is killed has it whole or not at all. The questions
across files are joins over sorted numbers on the disk; memory does not grow with the corpus.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from cvo.errors import InputError, Message
from cvo.validation.corpora.packing import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cvo.findings import Finding
    from cvo.validation.corpora.batches import Inspected
    from cvo.validation.corpora.inputs import Input

FORM = "cvo validation journal 1"
TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER, stamp TEXT, listed INTEGER, place INTEGER,
  done INTEGER DEFAULT 0, unread TEXT DEFAULT '', checked INTEGER DEFAULT 0, claims INTEGER DEFAULT 0, again TEXT DEFAULT '',
  links INTEGER DEFAULT 0);
CREATE TABLE finding (file INTEGER, stage INTEGER, code TEXT, value TEXT, packed TEXT);
CREATE TABLE class (file INTEGER, stage INTEGER, kind TEXT, number INTEGER);
CREATE TABLE note (file INTEGER, stage INTEGER, text TEXT);
CREATE TABLE describes (mark INTEGER, file INTEGER);
CREATE TABLE document (mark INTEGER, file INTEGER);
CREATE TABLE names (mark INTEGER, document INTEGER, must INTEGER, file INTEGER);
CREATE TABLE print (mark INTEGER, file INTEGER);
CREATE TABLE relation (pair INTEGER, kind INTEGER, file INTEGER);
CREATE TABLE block (mark INTEGER, file INTEGER, text TEXT);
"""
OF_FILE = ("finding", "class", "note", "describes", "document", "names", "print", "relation", "block")
INDEXES = {
    "describes_mark": "describes (mark, file)",
    "document_mark": "document (mark, file)",
    "names_mark": "names (mark, file, document, must)",
    "print_mark": "print (mark, file)",
    "relation_pair": "relation (pair, kind, file)",
    "block_mark": "block (mark)",
}
CACHE = 16 << 10  # KiB of the database that are held


@dataclass(frozen=True, slots=True)
class Totals:
    """How many files there are, how many of them are *unread* or could not even be *opened*, what was checked, and what to note."""

    files: int
    unread: int
    opened: int
    checked: int
    claims: int
    classes: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


class Journal:
    """The SQLite file, which is a passing one if no *path* is given."""

    def __init__(self, path: Path | None) -> None:
        """Open *path*, or make it.

        Raises: InputError, if it cannot be written, is something else, or another run is at work with it.
        """
        self.folder = Path(mkdtemp(prefix="cvo-")) if path is None else None
        self.path = path or Path(str(self.folder)) / "journal"
        self.kept = 0
        try:
            if self.path.is_dir() or not self.path.parent.is_dir():
                what = Message(f"is no file that can be written: {self.path}", f"不能写入这个文件：{self.path}")
                raise InputError(what, hint=Message("--resume names a file", "--resume 须写明一个文件"))
            self.data = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            self._open()
        except sqlite3.Error as error:
            self.close()
            locked = "locked" in str(error)
            says = Message(f"is no journal of a validation ({error}): {self.path}", f"不是校验的记录文件（{error}）：{self.path}")
            hint = Message("name another file with --resume", "请用 --resume 另写一个文件")
            if locked:
                says = Message(f"another run is at work with: {self.path}", f"另一次运行正在使用：{self.path}")
                hint = Message("wait for it", "请等它结束")
            raise InputError(says, hint=hint) from None

    def _open(self) -> None:
        passing = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        lasting = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL;"
        settings = f"PRAGMA cache_size=-{CACHE}; PRAGMA temp_store=FILE; PRAGMA locking_mode=EXCLUSIVE;"
        self.data.executescript(settings + (passing if self.folder else lasting))
        self.data.execute("BEGIN EXCLUSIVE")
        tables = {name for (name,) in self.data.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "about" not in tables:
            raise sqlite3.DatabaseError("it is another database")
        if tables and self._about("form") != FORM:
            raise sqlite3.DatabaseError("it is another database")
        if not tables:
            for statement in filter(str.strip, TABLES.split(";")):
                self.data.execute(statement)
            self.data.execute("INSERT INTO about VALUES ('form', ?)", (FORM,))
        for name in INDEXES:
            self.data.execute(f"DROP INDEX IF EXISTS {name}")  # adding to what is indexed is slow
        self.data.execute("CREATE INDEX IF NOT EXISTS file_place ON file (place)")
        self.data.execute("CREATE INDEX IF NOT EXISTS finding_file ON finding (file)")
        self.data.execute("COMMIT")

    def _about(self, key: str) -> str:
        row = self.data.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def close(self) -> None:
        """Close the file; one that was passing is removed."""
        with suppress(AttributeError, sqlite3.Error):
            self.data.close()
        if self.folder is not None:
            from shutil import rmtree  # noqa: PLC0415 - only here

            rmtree(self.folder, ignore_errors=True)

    # -- files

    def take(self, inputs: Iterable[Input]) -> None:
        """Take the files of this run, in their order; those that have changed since they were checked are to be checked again."""
        data = self.data
        data.execute("BEGIN")
        data.execute("UPDATE file SET listed = 0, place = NULL")
        changed: list[int] = []
        for place, each in enumerate(inputs):
            row = data.execute("SELECT id, stamp, done FROM file WHERE name = ?", (each.name,)).fetchone()
            if row is None:
                values = (each.name, each.size, each.stamp, 1, place)
                data.execute("INSERT INTO file (name, size, stamp, listed, place) VALUES (?, ?, ?, ?, ?)", values)
            elif row[1] == each.stamp and each.stamp and row[2]:
                self.kept += 1
                data.execute("UPDATE file SET listed = 1, place = ? WHERE id = ?", (place, row[0]))
            else:
                changed.append(row[0])
                anew = "done = 0, again = '', links = 0"
                state = (each.size, each.stamp, place, row[0])
                data.execute(f"UPDATE file SET size = ?, stamp = ?, listed = 1, place = ?, {anew} WHERE id = ?", state)  # noqa: S608
        gone = [row[0] for row in data.execute("SELECT id FROM file WHERE listed = 0")]
        if changed or gone:
            data.execute("CREATE TEMP TABLE IF NOT EXISTS old (file INTEGER PRIMARY KEY)")
            data.executemany("INSERT OR IGNORE INTO old VALUES (?)", [(number,) for number in (*changed, *gone)])
            for table in OF_FILE:
                data.execute(f"DELETE FROM {table} WHERE file IN (SELECT file FROM old)")  # noqa: S608 - our own names
            data.execute("DROP TABLE old")
        data.execute("DELETE FROM file WHERE listed = 0")
        data.execute("COMMIT")

    def settle(self, key: str) -> None:
        """Forget what was found under another *key*: against other rules, or by another version."""
        if self._about("key") != key:
            self.data.execute("BEGIN")
            for table in OF_FILE:
                self.data.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self.data.execute("UPDATE file SET done = 0, again = ''")
            self.data.execute("INSERT OR REPLACE INTO about VALUES ('key', ?)", (key,))
            self.data.execute("COMMIT")
            self.kept = 0

    def names(self) -> Iterator[str]:
        """Return the names of the files in their order."""
        for (name,) in self.data.execute("SELECT name FROM file ORDER BY place"):
            yield name

    def at(self, place: int) -> tuple[int, bool, bool] | None:
        """Return of the file at *place* its number, whether it is done, and whether it names what other files may describe."""
        row = self.data.execute("SELECT id, done, links FROM file WHERE place = ?", (place,)).fetchone()
        return row and (row[0], bool(row[1]), bool(row[2]))

    def values(self, number: int) -> frozenset[str]:
        """Return the values that the file *number* has findings about."""
        return frozenset(value for (value,) in self.data.execute("SELECT value FROM finding WHERE file = ?", (number,)))

    def todo(self) -> Iterator[tuple[int, str, int]]:
        """Return number, name and size of each file that is not checked yet, in the order of this run."""
        place = -1
        while rows := self.data.execute(
            "SELECT place, id, name, size FROM file WHERE done = 0 AND place > ? ORDER BY place LIMIT 1000", (place,)
        ).fetchall():
            for row in rows:
                yield row[1:]
            place = rows[-1][0]

    def numbers(self) -> tuple[int, int, int]:
        """Return how many files there are, how many bytes they have, and how many of these are in files that are done."""
        row = self.data.execute("SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(SUM(size * done), 0) FROM file").fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def digest(self) -> str:
        """Return what changes whenever a file of the corpus does."""
        from hashlib import sha256  # noqa: PLC0415 - once a run

        key = sha256()
        for name, stamp in self.data.execute("SELECT name, stamp FROM file ORDER BY name"):
            key.update(f"\0{name}\0{stamp}".encode("utf-8", "surrogateescape"))
        return key.hexdigest()

    # -- what came of them

    def write(self, inspected: Iterable[Inspected], again: str = "") -> None:
        """Take what came of some files, all at once; *again* is the digest of the corpus if they were looked at beside others."""
        data, stage = self.data, int(bool(again))
        data.execute("BEGIN")
        for each in inspected:
            number = each.number
            if again:
                for table in ("finding", "class", "note"):
                    data.execute(f"DELETE FROM {table} WHERE file = ? AND stage = 1", (number,))  # noqa: S608 - our own names
            rows = ((number, stage, found.code, found.value, packed(found)) for found in each.findings)
            data.executemany("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", rows)
            data.executemany("INSERT INTO class VALUES (?, ?, ?, ?)", ((number, stage, *about) for about in each.classes))
            data.executemany("INSERT INTO note VALUES (?, ?, ?)", ((number, stage, text) for text in each.notes))
            if each.mentions is not None and not again:
                said = each.mentions
                data.executemany("INSERT INTO describes VALUES (?, ?)", ((mark, number) for mark in said.describes))
                data.executemany("INSERT INTO document VALUES (?, ?)", ((mark, number) for mark in said.documents))
                data.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", ((*about, number) for about in said.names))
                data.executemany("INSERT INTO print VALUES (?, ?)", ((mark, number) for mark in said.prints))
                data.executemany("INSERT INTO relation VALUES (?, ?, ?)", ((*about, number) for about in said.relations))
                data.execute("UPDATE file SET links = ? WHERE id = ?", (bool(said.names), number))
            values = (each.unread, each.checked, each.claims, again, number)
            data.execute("UPDATE file SET done = 1, unread = ?, checked = ?, claims = ?, again = ? WHERE id = ?", values)
        data.execute("COMMIT")

    def findings(self, number: int) -> list[Finding]:
        """Return what was found in the file *number*, beside others if it was looked at so."""
        asked = "SELECT packed FROM finding JOIN file ON id = file WHERE file = ? AND stage = (again <> '') ORDER BY finding.rowid"
        return [unpacked(text) for (text,) in self.data.execute(asked, (number,))]

    def totals(self) -> Totals:
        """Return the sums over all files."""
        ask = self.data.execute
        files, read, opened, checked, claims = ask(
            "SELECT COUNT(*), SUM(unread = ''), SUM(unread = 'opened'), SUM(checked), SUM(claims) FROM file"
        ).fetchone()
        of_stage = "FROM {} JOIN file ON id = file WHERE stage = (again <> '')"
        classes = ask(f"SELECT kind, SUM(number) {of_stage.format('class')} GROUP BY kind ORDER BY kind").fetchall()
        notes = ask(f"SELECT text, COUNT(*) {of_stage.format('note')} GROUP BY text ORDER BY MIN(place) LIMIT 10").fetchall()
        return Totals(files, files - (read or 0), opened or 0, checked or 0, claims or 0, tuple(classes), tuple(text for text, _ in notes))
