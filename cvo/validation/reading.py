"""Reading a contribution, whatever it is: RDF in any format, or a table."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from cvo.contribution import FORMATS as TURTLE
from cvo.contribution import read as read_turtle
from cvo.dataset import expand
from cvo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cvo.contribution import Contributed

YAML = (".yaml", ".yml")
IN_FOLDERS = (*TURTLE, ".jsonld", ".rdf", ".owl")  # of a folder only what is sure to be a contribution; the others have to be named
FORMATS = (*IN_FOLDERS, ".json", ".xml", *YAML, ".csv", ".xlsx")


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
    if ending in (".csv", ".xlsx", *YAML):
        from cvo.validation import tabled  # noqa: PLC0415

        return tabled.read(path, documents)
    if ending in (".jsonld", ".json"):
        from cvo.formats import jsonld  # noqa: PLC0415

        return jsonld.read(path, number, contributed=contributed, text=text)
    if ending in (".rdf", ".owl", ".xml"):
        from cvo.formats import rdfxml  # noqa: PLC0415

        return rdfxml.read(path, number, contributed=contributed, text=text)
    raise InputError(f"not a kind of file that cvo validates: {path}", hint=f"expected one of {' '.join(FORMATS)}")


def files(paths: Sequence[str | Path]) -> dict[Path, bool]:
    """Return the files that *paths* mean, each once, with whether it was named itself.

    Of a folder come only files of kinds that are sure to be contributions, of a pattern those of all kinds that are validated.
    Raises: InputError, if a path means none.
    """
    found: dict[Path, bool] = {}
    for path in paths:
        pattern = glob.has_magic(str(path)) and not Path(path).exists()
        if pattern and str(path).lower().endswith(FORMATS):
            some = sorted(file for file in map(Path, glob.glob(str(path), recursive=True)) if file.is_file())  # noqa: PTH207 - absolute ones too
        else:
            some = expand([path])
        named = some == [Path(path)]
        if not named:
            some = [file for file in some if file.suffix.lower() in (FORMATS if pattern else IN_FOLDERS)]
            if not some:
                raise InputError(
                    f"no file that cvo validates in: {path}", hint=f"looked for {' '.join(FORMATS if pattern else IN_FOLDERS)}"
                )
        for file in some:
            found[file] = named or found.get(file, False)
    return found
