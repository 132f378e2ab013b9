"""A query that came over the network: what is refused, which format is given, how large it may get, and by what it is known again."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo import diagnosis, render
from cvo.answers import Answer, Stream
from cvo.engines import sparql
from cvo.errors import CvoError, Place, QuestionError, SyntaxProblem
from cvo.serve import negotiation
from cvo.tokens import line_and_column, spoken, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cvo.dataset import Dataset

NAME = "query"
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
FICKLE = ("NOW", "RAND", "UUID", "STRUUID", "BNODE")
"""What gives another answer each time, so that no answer can be kept."""
READ_ONLY = "this endpoint only reads: an update is refused"

Reply = tuple[dict[str, Any], bytes]


def error(status: int, what: str, *, hint: str = "", place: Place | None = None) -> dict[str, Any]:
    """Return the head of a reply that is no answer: the HTTP *status*, *what* is wrong, and where and what to do if that is known."""
    head: dict[str, Any] = {"status": status, "what": what}
    if hint:
        head["hint"] = hint
    if place is not None and place.line:
        head |= {"line": place.line, "column": place.column}
    return head


def query(data: Dataset, most: int, digest: str, job: Mapping[str, Any]) -> Reply:
    """Return the answer of *data*, known by *digest*, to the query of *job*, in at most *most* bytes.

    The job says ``query``, ``accept``, ``default`` and ``named`` graphs, ``base``, and the tags of the answers that the client
    holds already (``known``).
    """
    text = job["query"]
    form = _form(text)
    if form == "update":
        return error(403, READ_ONLY, hint="ask with SELECT, ASK, CONSTRUCT or DESCRIBE"), b""
    said = spoken(("SERVICE", *FICKLE), text)
    if "SERVICE" in said:
        return _service(text), b""
    offered = _offered(form)
    media = negotiation.choose(job["accept"], offered)
    if not media:
        return unacceptable(offered), b""
    tag = "" if said else _tag(digest, text, media, job)
    if tag and (tag in job["known"] or "*" in job["known"]):
        return {"status": 304, "etag": tag}, b""
    body = _answered(data, job, media, most)
    return ({"status": 200, "media": media, "etag": tag}, body) if isinstance(body, bytes) else (body, b"")


def _answered(data: Dataset, job: Mapping[str, Any], media: str, most: int) -> bytes | dict[str, Any]:
    """Return the answer as *media*, or the head of a reply that says why there is none."""
    text = job["query"]
    try:
        answer = sparql.stream(data.store, text, base=job["base"], graphs=_graphs(job))
        body = _written(answer, media, most)
    except SyntaxProblem as problem:
        told = diagnosis.explain(text, NAME, problem)
        return error(400, told.what, hint=told.hint, place=told.place)
    except QuestionError as problem:  # XML cannot hold every character
        return error(406, problem.what, hint=problem.hint)
    except CvoError as problem:
        return error(400, problem.what, hint=problem.hint, place=problem.place)
    except (OSError, RuntimeError, ValueError) as problem:
        return error(400, f"the engine gives up: {problem}", hint="simplify the query")
    return error(507, f"the answer is larger than {most:,} bytes", hint="add LIMIT, or ask for fewer columns") if body is None else body


def _form(text: str) -> str:
    r"""Return which form of query *text* has, ``update`` if it is one, else nothing.

    >>> _form("PREFIX a: <x:> # SELECT\nask{}"), _form("BASE <x:> INSERT DATA {}"), _form("?")
    ('ASK', 'update', '')
    """
    for token in tokens(text):
        if token.kind != "word" or token.says("PREFIX") or token.says("BASE"):
            continue
        word = token.text.upper()
        return word if word in FORMS else "update" if word in UPDATES else ""
    return ""


def _offered(form: str) -> Mapping[str, str]:
    if form == "ASK":
        return negotiation.TRUTH
    if form in {"CONSTRUCT", "DESCRIBE"}:
        return negotiation.GRAPHS
    return {media: name for media, name in negotiation.ROWS.items() if name not in render.BINARY or name in _libraries()}


@cache
def _libraries() -> list[str]:
    from importlib.util import find_spec  # noqa: PLC0415 - 1 ms

    return [form for form, library in (("xlsx", "openpyxl"), ("parquet", "pyarrow")) if find_spec(library)]


def unacceptable(offered: Mapping[str, str]) -> dict[str, Any]:
    """Return the head of a reply to who accepts none of the media types *offered*."""
    head = error(406, "none of the media types that are accepted can be written", hint=f"accept one of {negotiation.possible(offered)}")
    return {**head, "offered": list(offered)}


def _service(text: str) -> dict[str, Any]:
    token = next((token for token in tokens(text) if "SERVICE" in token.text.upper() and token.kind in {"word", "name"}), None)
    place = Place(NAME, *line_and_column(text, token.start)) if token else None
    return error(403, "SERVICE is refused: a query never leaves this machine", hint="ask that endpoint itself", place=place)


def _graphs(job: Mapping[str, Any]) -> sparql.Graphs | None:
    """Return the dataset that the protocol names, in place of what the query names; None if it names none."""
    if not (job["default"] or job["named"]):
        return None
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(iri) for iri in job["default"]]
    return default, [ox.NamedNode(iri) for iri in job["named"]]


def _tag(digest: str, text: str, media: str, job: Mapping[str, Any]) -> str:
    """Return the entity tag: weak, because rows without an order may come in another one."""
    parts = (digest, text, media, job["base"], *job["default"], "\0", *job["named"])
    return weak("\n".join(parts))


def weak(text: str) -> str:
    """Return a weak entity tag for what *text* tells apart.

    >>> weak("a")
    'W/"1ba3c523e770f3313cc91ab1"'
    """
    return f'W/"{hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'


def _written(answer: Answer | Stream, media: str, most: int) -> bytes | None:
    """Return *answer* as *media*; None if that is larger than *most* bytes."""
    if isinstance(answer, Stream):
        form = negotiation.ROWS[media]
        if form == "json" and answer.found is not None:
            return _by_engine(answer.found, most)
        if form in render.ROWS:
            return _bounded(render.stream(answer.variables, answer.rows, form), most)
        rows = _held(answer, most)
        if rows is None:
            return None
        if form in render.BINARY:
            return render.write_bytes(rows, form)
        return _bounded([render.write(rows, form)], most)
    formats = negotiation.TRUTH if answer.triples is None else negotiation.GRAPHS
    return _bounded([render.write(answer, formats[media])], most)


class _Bounded(io.BytesIO):
    """Bytes in memory, at most *most* of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        if self.tell() + len(data) > self.most:
            raise OverflowError
        return super().write(data)


def _by_engine(found: ox.QuerySolutions, most: int) -> bytes | None:
    """Return the rows as JSON, written by the engine in a tenth of the time; None if that is larger than *most* bytes."""
    written = _Bounded(most)
    try:
        found.serialize(written, format=ox.QueryResultsFormat.JSON)
    except OverflowError:
        return None
    return written.getvalue()


def _held(answer: Stream, most: int) -> Answer | None:
    """Return *answer* with its rows in memory; None if their text alone is larger than *most*."""
    rows, size = [], 0
    for row in answer.rows:
        size += sum(len(str(term)) for term in row if term is not None)
        if size > most:
            return None
        rows.append(row)
    return Answer(answer.variables, tuple(rows))


def _bounded(pieces: Iterable[str] | Iterator[str], most: int) -> bytes | None:
    found, size = [], 0
    for piece in pieces:
        encoded = piece.encode("utf-8", "replace")
        size += len(encoded)
        if size > most:
            return None
        found.append(encoded)
    return b"".join(found)


def prepare() -> None:
    """Import what is imported late elsewhere; for a process that may soon open no more files."""
    for form in (*render.ROWS, "html", "table"):
        render.write(Answer(("x",), ((ox.Literal("x"),),)), form)
    for form in render.GRAPH_FORMATS:
        render.write(Answer(triples=()), form)
