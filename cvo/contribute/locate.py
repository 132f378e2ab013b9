"""Whether the passages that an instance file points to are in the document, and where."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cvo.dataset import load
from cvo.errors import InputError, NothingChecked
from cvo.files import data_root, decode, read_bytes
from cvo.names import short
from cvo.terms import CVO

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCATORS = """
SELECT ?locator ?expression ?state ?start ?end ?digest ?length {
  ?locator oa:hasSource ?expression ; oa:hasState/cvo:textDigest ?state ; oa:hasSelector ?position .
  ?position oa:start ?start ; oa:end ?end ; oa:refinedBy ?selector .
  ?selector cvo:passageDigest ?digest ; cvo:passageLength ?length .
} ORDER BY ?expression ?start ?end ?locator"""

_REASONS = 'SELECT ?reason ?label { ?reason a cvo:OmissionReason ; rdfs:label ?label FILTER(LANG(?label) = "LANG") }'

_PASSAGE = """\
# :text-state cvo:textDigest "{state}"^^xsd:anyURI .

:{name} a {kind} ;
  oa:hasSource :text ;
  oa:hasState :text-state ;
  cvo:section "…" ;
  oa:hasSelector :{name}-position{reason} .

:{name}-position a oa:TextPositionSelector ;
  oa:start {start} ;
  oa:end {end} ;
  oa:refinedBy :{name}-digest .

:{name}-digest a cvo:DigestSelector ;
  cvo:passageDigest "{digest}"^^xsd:anyURI ;
  cvo:passageLength {length} .
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a file points to: *start* and *end* in code points, as the file gives them.

    *status* is ``match``, ``moved`` (then *found* says where it is now), ``missing``, or ``unchecked`` when no
    document of its text was given.
    """

    locator: str
    expression: str
    start: int
    end: int
    status: str
    found: tuple[int, int] | None = None

    def __str__(self) -> str:
        """Return the passage and what became of it, in one line."""
        where = f", now {self.found[0]}-{self.found[1]}" if self.found else ""
        return f"{self.status}: {short(self.locator)} at {self.start}-{self.end} of {short(self.expression)}{where}"


class Document:
    """A text in which passages are looked for, with white space ignored and compatibility forms folded."""

    def __init__(self, data: bytes, name: str = "document") -> None:
        """Read *data*, UTF-8 bytes. Raises: InputError, if they are not."""
        self.text = decode(data, name)
        self.digest = named_information(data)
        folded, offsets = [], []
        for offset, character in enumerate(self.text):
            for c in unicodedata.normalize("NFKC", character):
                if not c.isspace():
                    folded.append(c)
                    offsets.append(offset)
        self._folded, self._offsets = "".join(folded), offsets

    def passage_digest(self, start: int, end: int) -> tuple[str, int]:
        """Return the digest of the code points from *start* to *end*, and how many are left after folding."""
        folded = fold(self.text[start:end])
        return named_information(folded.encode()), len(folded)

    def between(self, first: str, last: str) -> tuple[int, int]:
        """Return start and end of the passage that begins with *first* and ends with the next *last*; white space is ignored.

        Raises: InputError, if *first* is not there or there more than once, or *last* does not follow.
        """
        head, tail = fold(first), fold(last)
        times = self._folded.count(head) if head else 0
        if times != 1:
            raise InputError(
                f"occurs {times} times in the document: {first}", hint="give more characters" if times else "copy a few characters from it"
            )
        i = self._folded.index(head)
        j = self._folded.find(tail, i)
        if j < 0 or not tail:
            raise InputError(f"does not follow '{first}' in the document: {last}")
        return self._offsets[i], self._offsets[max(j + len(tail), i + len(head)) - 1] + 1

    def occurrences(self, characters: str) -> list[tuple[int, int]]:
        """Return start and end of each place where *characters* stand; white space is ignored.

        >>> Document("合成 主播，合成 主播".encode()).occurrences("合成主播")
        [(0, 5), (6, 11)]
        """
        wanted, found, i = fold(characters), [], -1
        while wanted and (i := self._folded.find(wanted, i + 1)) >= 0:
            found.append((self._offsets[i], self._offsets[i + len(wanted) - 1] + 1))
        return found

    def find(self, digest: str, length: int, near: int = 0) -> tuple[int, int] | None:
        """Return start and end of the passage of *length* folded code points with *digest*; of several the one nearest to *near*."""
        found = [
            (self._offsets[i], self._offsets[i + length - 1] + 1)
            for i in range(len(self._folded) - length + 1)
            if named_information(self._folded[i : i + length].encode()) == digest
        ]
        return min(found, key=lambda span: abs(span[0] - near), default=None)


def fold(text: str) -> str:
    r"""Return *text* in NFKC without white space, the form whose digest identifies a passage.

    >>> fold("ＡＩ 合成\n主播")
    'AI合成主播'
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())


def named_information(data: bytes) -> str:
    """Return the SHA-256 of *data* as an ``ni`` URI (RFC 6920).

    >>> named_information(b"Hello World!")
    'ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk'
    """
    return "ni:///sha-256;" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def passage(text: str | Path, first: str, last: str, name: str = "p001", omit: str = "") -> str:
    """Return the Turtle that points to the passage of the document *text* from *first* to *last*.

    *name* is that of the passage in the instance file, which must know the empty prefix and ``:text`` with ``:text-state``.
    *omit* is the reason why no claim is made from it, such as ``heading``; without it a claim points to the passage.
    Raises: InputError, as `Document.between` does, or if there is no such reason.
    """
    if omit and omit not in (reasons := omission_reasons()):
        raise InputError(f"not a reason for an omission: {omit}", hint=f"one of {' '.join(sorted(reasons))}")
    if not name.isidentifier():
        raise InputError(f"not the name of a passage: {name}", hint="letters and digits, such as p007")
    document = Document(read_bytes(Path(text)), str(text))
    start, end = document.between(first, last)
    digest, length = document.passage_digest(start, end)
    kind, reason = ("cvo:Omission", f" ;\n  cvo:omissionReason cvo:{omit}") if omit else ("oa:SpecificResource", "")
    return _PASSAGE.format(name=name, kind=kind, reason=reason, start=start, end=end, digest=digest, length=length, state=document.digest)


def omission_reasons(lang: str = "en") -> dict[str, str]:
    """Return the reasons for which a passage may bear no claim, each with its label in the language *lang*.

    >>> omission_reasons()["heading"]
    'heading'
    """
    module = data_root() / "ontology" / "modules" / "source.ttl"
    rows = load([module], with_shipped=False).query(_REASONS.replace('"LANG"', f'"{lang}"'))
    return {row["reason"].removeprefix(CVO): row["label"] for row in rows}


def locate(file: str | Path, texts: Sequence[str | Path]) -> list[Passage]:
    """Return each passage that the instance *file* points to, with what became of it in the documents *texts*.

    A document is recognised by the digest of its bytes; one that has changed is taken for the text of which it holds most passages.
    Raises: InputError or SyntaxProblem, if a file cannot be read; NothingChecked, if *file* points to no passage.
    """
    data = load([file], with_shipped=False)
    rows = [row for row in data.query(_LOCATORS) if _is_whole(row)]
    if not rows:
        raise NothingChecked(f"points to no passage: {file}", hint="a claim's cvo:locator needs start, end, digest and length")
    read = {str(path): Document(read_bytes(Path(path)), str(path)) for path in texts}
    pointed_to = {row["state"] for row in rows}
    idle = {row["state"] for row in data.query("SELECT ?state { ?text cvo:textDigest ?state }")} - pointed_to
    documents = {path: document for path, document in read.items() if document.digest not in idle}  # a text without passages
    by_text: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_text.setdefault(row["expression"], []).append(row)
    chosen = _assign(by_text, documents)
    passages = []
    for expression, locators in by_text.items():
        document = chosen.get(expression)
        passages += [_check(row, document) for row in locators]
    return passages


def _is_whole(row: dict[str, str]) -> bool:
    """Return whether offsets and length are numbers that can be; `cvo validate` says what is wrong with others."""
    numbers = [row["start"], row["end"], row["length"]]
    return all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers) and int(row["length"]) > 0  # noqa: PLR2004


def _assign(by_text: dict[str, list[dict[str, str]]], documents: dict[str, Document]) -> dict[str, Document]:
    """Return for each text the document that holds it."""
    chosen: dict[str, Document] = {}
    for path, document in documents.items():
        exact = [text for text, locators in by_text.items() if any(row["state"] == document.digest for row in locators)]
        hits = Counter(
            {text: sum(_check(row, document).status != "missing" for row in rows) for text, rows in by_text.items()} if not exact else {}
        )
        best = exact[0] if exact else hits.most_common(1)[0][0]
        if not exact and not hits[best]:
            raise InputError(f"holds none of the passages: {path}", hint="is it the document that was encoded?")
        chosen[best] = document
    return chosen


def _check(row: dict[str, str], document: Document | None) -> Passage:
    start, end = int(row["start"]), int(row["end"])
    if document is None:
        return Passage(row["locator"], row["expression"], start, end, "unchecked")
    if document.passage_digest(start, end) == (row["digest"], int(row["length"])):
        return Passage(row["locator"], row["expression"], start, end, "match")
    found = document.find(row["digest"], int(row["length"]), start)
    return Passage(row["locator"], row["expression"], start, end, "moved" if found else "missing", found)
