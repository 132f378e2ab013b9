"""What a site asks of its data: the answers of the questions, what follows from the views, and the matrices."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import dataset, questions
from cvo.answers import Answer
from cvo.ask import matrix, valuemap
from cvo.render import stream, write
from cvo.site.data import packed
from cvo.site.model import files_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.answers import Row, Stream
    from cvo.site.data import Named

ROWS = 100  # of an answer on its page; the whole of it is a file beside
TOP = 40  # rows of a heat map
_PIECE = 2000  # rows that are written at a time
NAMED = 5  # things of a kind at a stage
MATRICES = {"matrix/stage-technology": "Technology", "matrix/stage-risk": "Risk"}


@dataclass(slots=True)
class Asked:
    """What pages show of answers: the first rows of each with the *number* of all, the *matrices*, and the *places* of the value chain.

    *spoken* has for each kind of things how many claims at each stage speak of one, each claim counted once. *files* are the dumps
    with their sizes, *graphs* the number of statements of each graph, *parts* the number of parts of streamed sources.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    matrices: dict[str, matrix.Matrix] = field(default_factory=dict)
    places: list[valuemap.Place] = field(default_factory=list)
    spoken: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)
    graphs: dict[str, int] = field(default_factory=dict)
    parts: int = 0


def ask(data: Sequence[str], asked: Asked) -> Iterator[Named]:
    """Give the answers and what follows from views; keep in *asked* what pages show."""
    told = dataset.load(data) if data else dataset.load_shipped()
    asked.places = valuemap.places(told, NAMED)
    asked.spoken = {kind: _spoken(told, kind) for kind in valuemap.KINDS}
    asked.matrices = {path: matrix.count("stage", kind, told, top=TOP) for path, kind in MATRICES.items()}
    by_views: dict[tuple[str, ...], list[questions.Question]] = {}
    for question in questions.catalogue():
        by_views.setdefault(question.views, []).append(question)
    for question in by_views.pop((), ()):
        yield from _answered(question, told, asked)
    store = _whole(told, data)
    for views, those in sorted(by_views.items()):
        quads = _inferred(views, told)
        yield f"data/view-{'+'.join(views)}.nt.gz", packed(line.encode() for line in sorted({f"{quad.triple} .\n" for quad in quads}))
        added = [quad for quad in (ox.Quad(*quad.triple) for quad in quads) if quad not in store]
        store.extend(added)
        for question in those:
            yield from _answered(question, told, asked, store)
        for quad in added:
            store.remove(quad)


def _whole(told: dataset.Dataset, data: Sequence[str]) -> ox.Store:
    """Return a store of what *told* has and of the alignments, which is all that the dumps have; it can be written to."""
    store = told.store if told.snapshot is None else ox.Store()
    known = {path for path, _ in told.files} if told.snapshot is None else set()
    for file in files_of(data):
        if file.path not in known and not file.is_shapes:
            dataset.read_into(store, file.path, ox.DefaultGraph())
    return store


def _answered(question: questions.Question, data: dataset.Dataset, asked: Asked, store: ox.Store | None = None) -> Iterator[Named]:
    """Give the text of *question* and its answer, of which only the first rows are kept."""
    query = questions.bind(question, {}, data)
    answer = (data if store is None else dataset.Dataset((), store)).stream(query)
    yield f"question/{question.name}.rq", question.text.encode()
    if isinstance(answer, Answer):
        asked.answers[question.name] = Answer(answer.variables, answer.rows[:ROWS], answer.truth, answer.triples and answer.triples[:ROWS])
        asked.numbers[question.name] = len(answer)
        yield f"question/{question.name}.csv", write(answer, "csv").encode()
    else:
        yield f"question/{question.name}.csv", _rows(question.name, answer, asked)


def _rows(name: str, answer: Stream, asked: Asked) -> Iterator[bytes]:
    """Give the rows of *answer* as CSV, some at a time."""
    first: list[Row] = []
    number = 0

    def counted() -> Iterator[Row]:
        nonlocal number
        for row in answer.rows:
            number += 1
            if len(first) < ROWS:
                first.append(row)
            yield row

    lines = stream(answer.variables, counted(), "csv")
    while piece := "".join(islice(lines, _PIECE)):
        yield piece.encode()
    asked.answers[name], asked.numbers[name] = Answer(answer.variables, tuple(first)), number


def _inferred(views: tuple[str, ...], data: dataset.Dataset) -> list[ox.Quad]:
    from cvo.reason import reasoning  # noqa: PLC0415 - a heavy part

    derived = reasoning.derived(views)
    return list(derived.quads(data)) if derived is not None else []


def _spoken(data: dataset.Dataset, kind: str) -> dict[str, int]:
    stage = matrix.DIMENSIONS["stage"].replace("?{x}", "?stage")
    thing = f"?claim cvo:claimSubject|cvo:claimObject ?thing . ?thing a/rdfs:subClassOf* cvo:{kind}"
    query = f"SELECT ?stage (COUNT(DISTINCT ?claim) AS ?n) {{ {stage} . {{ SELECT DISTINCT ?claim {{ {thing} }} }} }} GROUP BY ?stage"
    return {row["stage"]: int(row["n"]) for row in data.query(query) if "stage" in row}


def has_parquet() -> bool:
    """Return whether pyarrow is installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("pyarrow") is not None
