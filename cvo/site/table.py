"""The table of all claims, a row for each, made source by source: as CSV and, where pyarrow is installed, as Parquet."""

from __future__ import annotations

import io
import pickle
from itertools import product
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.render import csv_cell
from cvo.site.lines import language_of, text_of
from cvo.terms import CVO, OA, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cvo.site.claims import Told
    from cvo.site.model import Model

    Row = tuple[str | int | None, ...]

COLUMNS = (
    "claim", "source", "section", "statement_zh", "statement_en", "subject", "predicate", "object", "stage", "sector", "polarity", "modality",
    "certainty", "basis", "attribution", "holder_zh", "holder_en", "value", "start", "end",
)  # fmt: skip
NUMBERS = ("start", "end")
_BATCH = 20_000  # rows that are held at a time
_KEY, _STATED, _STATEMENT = f"{CVO}citeKey", f"<{CVO}statedIn>", f"<{CVO}statement>"
_ONE = [f"<{CVO}{name}>" for name in ("claimSubject", "claimPredicate", "claimObject")]
_MARKS = [f"<{CVO}{name}>" for name in ("polarity", "modality", "certainty", "basis", "attributionMode")]
_STAGE, _SECTOR, _HOLDER, _VALUE = (f"<{CVO}{name}>" for name in ("inStage", "inSector", "opinionHolder", "rawValue"))
_LOCATOR, _SECTION, _SELECTOR, _START, _END = f"<{CVO}locator>", f"<{CVO}section>", f"<{OA}hasSelector>", f"<{OA}start>", f"<{OA}end>"


def rows_of(model: Model, source: str, claims: Sequence[str], told: Told) -> bytes:
    """Return the rows of *claims* of *source*, of which *told* knows, in their order, for `files`; names are those that *model* has."""
    rows: list[Row] = []
    keys = [value.value for value in model.values(source, _KEY) if not isinstance(value, ox.Triple)]
    for claim in claims:
        rows += _rows(model, claim, keys, told)
    return pickle.dumps(rows)


def _rows(model: Model, claim: str, keys: Sequence[str], told: Told) -> Iterator[Row]:
    out = told.get(f"<{claim}>") or {}
    statements = out.get(_STATEMENT, ())
    zh, en = ([text_of(value) for value in statements if language_of(value) == lang] for lang in ("zh", "en"))
    if not (keys and zh and en):
        return
    passages = [said for value in out.get(_LOCATOR, ()) if value[0] == "<" and (said := told.get(value))]
    places = [said for passage in passages for value in passage.get(_SELECTOR, ()) if value[0] == "<" and (said := told.get(value))]
    both = [said for said in places if _START in said and _END in said]
    starts, ends = ([int(text_of(value)) for said in both for value in said[name]] for name in (_START, _END))
    sections = sorted({text_of(value) for passage in passages for value in passage.get(_SECTION, ())})
    held = {
        lang: [n for value in out.get(_HOLDER, ()) if value[0] == "<" for n in _labels(model, value[1:-1], lang)] for lang in ("zh", "en")
    }
    for key, in_zh, in_en, *rest in product(keys, zh, en, *(_texts(out, name) for name in (*_ONE, *_MARKS, _VALUE))):
        yield (
            claim, key, "; ".join(sections) if sections else None, in_zh, in_en, *rest[:3], _joined(out.get(_STAGE)), _joined(out.get(_SECTOR)), *rest[3:8],
            "；".join(sorted(held["zh"])) or None, "; ".join(sorted(held["en"])) or None, rest[8], min(starts, default=None), max(ends, default=None),
        )  # fmt: skip


def _texts(out: Mapping[str, list[str]], relation: str) -> list[str | None]:
    return [text_of(value) for value in out.get(relation, ())] or [None]


def _joined(values: Sequence[str] | None) -> str | None:
    return " ".join(sorted(map(text_of, values))) if values else None


def _labels(model: Model, iri: str, lang: str) -> list[str]:
    return [n.value for n in model.values(iri, f"{RDFS}label") if isinstance(n, ox.Literal) and n.language == lang]


def csv(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Give the table as CSV; *parts* are of `rows_of`, in the order of the rows."""
    yield f"{','.join(COLUMNS)}\n".encode()
    for part in parts:
        rows: list[Row] = pickle.loads(part)  # noqa: S301 - our own
        lines = [",".join(["" if cell is None else csv_cell(str(cell)) for cell in row]) for row in rows]
        yield "".join([f"{line}\n" for line in lines]).encode()


def parquet(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Give the table as Parquet; *parts* are as for `csv`."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as library  # noqa: PLC0415 - an extra

    schema = pa.schema([(name, pa.int64() if name in NUMBERS else pa.string()) for name in COLUMNS])
    into = io.BytesIO()
    with library.ParquetWriter(into, schema, compression="zstd") as writer:
        for rows in _batches(parts):
            columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
            writer.write_table(pa.table([pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)], schema=schema))
    yield into.getvalue()


def _batches(parts: Iterable[bytes]) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for part in parts:
        rows += pickle.loads(part)  # noqa: S301 - our own
        if len(rows) >= _BATCH:
            yield rows
            rows = []
    if rows:
        yield rows
