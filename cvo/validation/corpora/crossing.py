"""What only several files together tell: nodes and claims that are there twice, names of nothing, relations that exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from cvo.validation.corpora.journal import INDEXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.validation.corpora.journal import Journal

TWICE, SAME, DANGLING, OPPOSED = "CVO-TWICE", "CVO-DUPLICATE", "CVO-DANGLING", "CVO-CONTRADICTION"


# A table is what the file of its source is made of, or was made of it: that it says the same is no slip.
TABULAR = "({0}.name LIKE '%.csv' OR {0}.name LIKE '%.xlsx' OR {0}.name LIKE '%.yaml' OR {0}.name LIKE '%.yml')"


@dataclass(frozen=True, slots=True)
class Hit:
    """What is wrong between the file *number* and an *other* one (0: with none): the code, and the mark of what it is about."""

    number: int
    name: str
    code: str
    mark: int
    other: int = 0
    first: str = ""


class Crossing:
    """The questions across the files of a journal, all of which are checked."""

    def __init__(self, journal: Journal) -> None:
        """Sort the marks on the disk."""
        self.journal, self.data = journal, journal.data
        for name, columns in INDEXES.items():
            if name != "block_mark":
                self.data.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
        self.data.execute("DROP TABLE IF EXISTS temp.link")
        self.data.execute("CREATE TEMP TABLE link (file INTEGER, mark INTEGER, home INTEGER)")
        self.data.execute(
            "INSERT INTO link SELECT DISTINCT n.file, n.mark, d.file FROM names n JOIN describes d ON d.mark = n.mark AND d.file <> n.file"
        )
        self.data.execute("CREATE INDEX temp.link_file ON link (file)")
        self.data.execute("CREATE INDEX temp.link_home ON link (home, mark)")

    def lenders(self) -> Iterator[tuple[int, str, tuple[int, ...]]]:
        """Return number and name of each file that describes what others name, and the marks of that."""
        homes = self.data.execute("SELECT DISTINCT home FROM link JOIN file ON id = home ORDER BY place").fetchall()
        for (home,) in homes:
            marks = self.data.execute("SELECT DISTINCT mark FROM link WHERE home = ? ORDER BY mark", (home,))
            (name,) = self.data.execute("SELECT name FROM file WHERE id = ?", (home,)).fetchone()
            yield home, name, tuple(mark for (mark,) in marks)

    def borrowers(self, digest: str) -> Iterator[tuple[int, str, int]]:
        """Return number, name and size of each file that names what others describe and was not yet checked beside these."""
        asked = "SELECT DISTINCT id, name, size FROM link JOIN file ON id = link.file WHERE again <> ? ORDER BY place"
        yield from self.data.execute(asked, (digest,)).fetchall()

    def forget(self) -> None:
        """Forget that files were checked beside others, where there are none any more."""
        self.data.execute("UPDATE file SET again = '' WHERE id NOT IN (SELECT file FROM link)")

    def lend(self, home: int, blocks: dict[int, str]) -> None:
        """Take what the file *home* says of the nodes with the marks of *blocks*, as N-Triples."""
        self.data.execute("BEGIN")
        self.data.executemany("INSERT INTO block VALUES (?, ?, ?)", ((mark, home, text) for mark, text in blocks.items()))
        self.data.execute("COMMIT")

    def beside(self, number: int) -> str:
        """Return what other files say of the nodes that the file *number* names."""
        self.data.execute(f"CREATE INDEX IF NOT EXISTS block_mark ON {INDEXES['block_mark']}")
        asked = "SELECT DISTINCT text FROM link JOIN block ON block.mark = link.mark WHERE link.file = ? ORDER BY block.rowid"
        return "".join(text for (text,) in self.data.execute(asked, (number,)))

    def hits(self) -> Iterator[tuple[int, str, tuple[Hit, ...]]]:
        """Return each file with what is wrong between it and others, in the order of the files."""
        self.data.execute("DROP TABLE IF EXISTS temp.hit")
        self.data.execute("CREATE TEMP TABLE hit (file INTEGER, code TEXT, mark INTEGER, other INTEGER)")
        for code, table in ((TWICE, "describes"), (SAME, "print")):
            self._several(code, table)
        self.data.execute(f"DELETE FROM hit WHERE file IN (SELECT id FROM file f WHERE {TABULAR.format('f')})")  # noqa: S608
        self.data.execute(
            "INSERT INTO hit SELECT n.file, ?, n.mark, 0 FROM names n WHERE NOT EXISTS (SELECT 1 FROM describes d WHERE d.mark = n.mark) "
            "AND (n.must OR n.document <> 0 AND EXISTS (SELECT 1 FROM document o WHERE o.mark = n.document AND o.file <> n.file))",
            (DANGLING,),
        )
        pairs = "SELECT pair FROM relation GROUP BY pair HAVING MIN(kind) = 0 AND MAX(kind) > 0"
        asked = f"SELECT pair, kind, id FROM relation JOIN file ON id = file WHERE pair IN ({pairs}) ORDER BY pair, place"  # noqa: S608
        self._opposed(self.data.execute(asked).fetchall())
        rows = self.data.execute(
            "SELECT f.id, f.name, hit.code, hit.mark, hit.other, COALESCE(o.name, '') FROM hit JOIN file f ON f.id = hit.file "
            "LEFT JOIN file o ON o.id = hit.other ORDER BY f.place, hit.code, hit.mark"
        )
        for (number, name), group in groupby(rows, itemgetter(0, 1)):
            yield number, name, tuple(Hit(number, name, *about) for _, _, *about in group)

    def _several(self, code: str, table: str) -> None:
        """Note for each mark of *table* that several files have each of them but the first."""
        marks = f"SELECT mark FROM {table} GROUP BY mark HAVING MIN(file) <> MAX(file)"  # noqa: S608 - our own names
        order = f"{TABULAR.format('g')}, g.place"
        self.data.execute(
            f"INSERT INTO hit SELECT t.file, ?, t.mark, (SELECT u.file FROM {table} u JOIN file g ON g.id = u.file "  # noqa: S608
            f"WHERE u.mark = t.mark ORDER BY {order} LIMIT 1) AS first FROM (SELECT DISTINCT mark, file FROM {table}) t "
            f"WHERE t.mark IN ({marks}) AND first <> t.file",
            (code,),
        )

    def _opposed(self, rows: list[tuple[int, int, int]]) -> None:
        """Note for each pair of *rows* the later of two files that say it of each other in ways that exclude one another."""
        for pair, group in groupby(rows, itemgetter(0)):
            said = [(kind, number) for _, kind, number in group]
            first = said[0]
            other = next(((kind, number) for kind, number in said if (kind == 0) != (first[0] == 0)), None)
            if other and other[1] != first[1]:
                self.data.execute("INSERT INTO hit VALUES (?, ?, ?, ?)", (other[1], OPPOSED, pair, first[1]))
