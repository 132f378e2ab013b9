"""Reading a contribution, whatever it is: RDF in any format, or a table."""

from __future__ import annotations

import glob
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cvo.contribution import FORMATS as TURTLE
from cvo.contribution import SOURCE_CLASS
from cvo.contribution import read as read_turtle
from cvo.dataset import expand
from cvo.errors import InputError, Message, NothingChecked, Place
from cvo.findings import Finding
from cvo.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cvo.contribution import Contributed
    from cvo.errors import CvoError

YAML = (".yaml", ".yml")
TABLES = (*YAML, ".csv", ".xlsx")
IN_FOLDERS = (*TURTLE, ".jsonld", ".rdf", ".owl")  # of a folder only what is sure to be a contribution; .json and .xml have to be named
FORMATS = (*IN_FOLDERS, ".json", ".xml", *TABLES)


def read(path: Path, number: int = 0, *, contributed: bool = True, text: str | None = None, documents: Iterable[str] = ()) -> Contributed:
    """Return the file *path*, or what it would be with the *text*; the passages of a table are found in *documents*.

    Raises: InputError, if it cannot be read or is of an unknown kind.
    """
    ending = path.suffix.lower()
    if ending in TURTLE or not path.exists():
        return read_turtle(path, number, contributed=contributed, text=text)
    if ending in YAML:
        from cvo.files import read_text  # noqa: PLC0415 - one kind a run
        from cvo.formats import yamlld  # noqa: PLC0415

        text = read_text(path)
        if yamlld.is_linked(text):
            return yamlld.read(path, number, contributed=contributed, text=text)
    if ending in TABLES:
        from cvo.validation import tabled  # noqa: PLC0415

        return tabled.read(path, documents)
    if ending in (".jsonld", ".json"):
        from cvo.formats import jsonld  # noqa: PLC0415

        return jsonld.read(path, number, contributed=contributed, text=text)
    if ending in (".rdf", ".owl", ".xml"):
        from cvo.formats import rdfxml  # noqa: PLC0415

        return rdfxml.read(path, number, contributed=contributed, text=text)
    raise InputError(
        Message(f"not a kind of file that cvo validates: {path}", f"cvo 不校验这种文件：{path}"),
        hint=Message(f"expected one of {' '.join(FORMATS)}", f"须以 {' '.join(FORMATS)} 之一结尾"),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The *files* that paths mean, each once, with whether it was named itself; *left* are those that are no contributions."""

    files: dict[Path, bool]
    left: tuple[Path, ...] = ()

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return how many files were left out, if there are any."""
        return (left_out(len(self.left)),) if self.left else ()


def left_out(number: int) -> Message:
    """Return that a *number* of files are no tables of claims.

    >>> left_out(1).en, left_out(2).zh
    ('1 file is no table of claims and was left out', '2 个文件不是论断表格，未检查')
    """
    files = "1 file is no table" if number == 1 else f"{number} files are no tables"
    return Message(f"{files} of claims and {'was' if number == 1 else 'were'} left out", f"{number} 个文件不是论断表格，未检查")


def is_contribution(path: Path, *, pattern: bool = False) -> bool | None:
    """Return whether the file *path* of a folder is a contribution; None, if it is of another kind altogether.

    Of what a *pattern* matches, every kind that is named is one, but a table that is no table of claims.
    """
    ending = path.suffix.lower()
    if ending in IN_FOLDERS or (pattern and ending in FORMATS and ending not in TABLES):
        return True
    if ending not in TABLES or not path.is_file():
        return None
    from cvo.tables import recognising  # noqa: PLC0415 - not in every folder

    if recognising.table_of(path) != path:
        return None
    return recognising.is_table(path) or (ending in YAML and _is_linked(path, pattern=pattern))


def _is_linked(path: Path, *, pattern: bool) -> bool:
    """Return whether the YAML file *path* is JSON-LD, and in a folder whether it is about what the project describes."""
    from cvo.files import read_text  # noqa: PLC0415
    from cvo.formats import yamlld  # noqa: PLC0415

    try:
        text = read_text(path)
    except InputError:
        return False
    return yamlld.is_linked(text) and (pattern or "w3id.org/cvo" in text)


def files(paths: Sequence[str | Path]) -> Found:
    """Return the files that *paths* mean.

    Of a folder come RDF and tables of claims, of a pattern all kinds that are validated.
    Raises: InputError, if a path means none.
    """
    found: dict[Path, bool] = {}
    left: dict[Path, None] = {}
    for path in paths:
        if Path(path).is_dir():
            some, pattern = _inside(Path(path)), False
        elif glob.has_magic(str(path)) and not Path(path).exists():
            some, pattern = sorted(map(Path, glob.glob(str(path), recursive=True))), True  # noqa: PTH207 - absolute ones too
        else:
            found[expand([path])[0]] = True
            continue
        known = {file: is_contribution(file, pattern=pattern) for file in some if file.is_file()}
        if True not in known.values():
            raise nothing_in(path, " ".join(FORMATS if pattern else (*IN_FOLDERS, *TABLES)))
        found |= {file: found.get(file, False) for file, ours in known.items() if ours}
        left |= dict.fromkeys(file for file, ours in known.items() if ours is False)
    return Found(found, tuple(file for file in left if file not in found))


def nothing_checked(names: str) -> NothingChecked:
    """Return the error that no shape looked at any node of the files *names*."""
    hint = Message(
        "no shape looks at what these files describe; give the nodes a class, such as cvo:RelationClaim",
        "没有形状检查这些文件所写的节点；请给节点写上类，如 cvo:RelationClaim",
    )
    return NothingChecked(Message(f"nothing was checked in: {names}", f"没有可检查的内容：{names}"), hint=hint)


def no_shapes() -> InputError:
    """Return the error that there are no shapes."""
    hint = Message("give files with SHACL shapes", "请给出含 SHACL 形状的文件")
    return InputError(Message("there are no shapes to check against", "没有可用于校验的形状"), hint=hint)


def nothing_in(path: str | Path, looked: str) -> InputError:
    """Return the error that no file to validate is found in *path*; *looked* are the endings that were looked for."""
    what = Message(f"no file that cvo validates in: {path}", f"其中没有 cvo 能校验的文件：{path}")
    return InputError(what, hint=Message(f"looked for {looked}", f"查找的文件：{looked}"))


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def apart(files: Sequence[Contributed]) -> list[list[Contributed]]:
    """Return *files* in groups that are checked each by itself: all together, but a table of a source that another file describes.

    It is what that file was made of, or was made of it; together they would say everything twice.
    """
    homes = {file.path: {q.subject for q in file.quads if q.predicate.value == f"{RDF}type" and q.object == SOURCE_CLASS} for file in files}
    count = Counter(source for sources in homes.values() for source in sources)
    alone = [file for file in files if file.tabular and any(count[source] > 1 for source in homes[file.path])]
    together = [file for file in files if file not in alone]
    return [*([together] if together else []), *([file] for file in alone)]


def unreadable(name: str, error: CvoError) -> Finding:
    """Return the finding that the file *name* of a folder cannot be read, because of *error*."""
    what = error.what.removesuffix(f": {name}")
    zh = error.message.zh.removesuffix(f"：{name}") or f"无法读取：“{what}”"
    line = int(found[1]) if (found := re.match(r"not UTF-8 at line (\d+)", what)) else 0
    to_do = error.advice.zh and f"：{error.advice.zh}"
    messages = (("en", f"{what}; {error.hint}" if error.hint else what), ("zh", f"{zh}{to_do}"))
    return Finding(Place(name, line), "CVO-UNREADABLE", "violation", messages)
