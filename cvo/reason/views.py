"""The catalogue of views: which claims count, projected to direct statements, each with the claims that make it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import diagnosis, questions
from cvo.errors import Place, QuestionError, SyntaxProblem
from cvo.files import read_text, shipped
from cvo.names import nearest
from cvo.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cvo.dataset import Dataset
    from cvo.reason.axioms import Fact

SHAPE = ("CONSTRUCT", "{", "?subject", "?predicate", "?object", "}", "WHERE")
OF_SOURCES = "source"
IN_ORDER = ("observed", "consensus", "forecast", "recommended", "claims")
"""The shipped views but the one of sources: what is so before what may be."""


@dataclass(frozen=True, slots=True)
class View:
    """A CONSTRUCT of ``?subject ?predicate ?object`` whose pattern binds ``?claim``; *file* is where it stands."""

    name: str
    question: questions.Question
    file: Path

    def project(self, data: Dataset) -> dict[Fact, tuple[str, ...]]:
        """Return the statements that the claims of *data* make in this view, each with its claims, sorted.

        Raises: QuestionError, if the view cannot be traced; SyntaxProblem, if it is no SPARQL.
        """
        found: dict[Fact, set[str]] = {}
        text = self._traced(data)
        try:
            rows = data.query(text).rows
        except SyntaxProblem as problem:
            raise diagnosis.explain(text, self.name, problem) from None
        for row in rows:
            claim, *parts = row
            if all(isinstance(part, ox.NamedNode) for part in row):
                subject, relation, other = (part.value for part in parts)  # type: ignore[union-attr]  # they are names
                found.setdefault((subject, relation, other), set()).add(claim.value)  # type: ignore[union-attr]  # the same
        return {fact: tuple(sorted(found[fact])) for fact in sorted(found)}

    def _traced(self, data: Dataset) -> str:
        """Return the query that asks for the statements and for the claims.

        Raises: QuestionError, if the view is not of the form that can be traced.
        """
        values = {parameter.name: self.name for parameter in self.question.parameters}
        text = questions.bind(self.question, values, data)
        words = list(tokens(text))
        for i in range(len(words) - len(SHAPE) + 1):
            bound = any(word.text in {"?claim", "$claim"} for word in words[i + len(SHAPE) :])
            if bound and [word.text if word.text[0] in "?{}" else word.text.upper() for word in words[i : i + len(SHAPE)]] == list(SHAPE):
                head = "SELECT DISTINCT ?claim ?subject ?predicate ?object "
                where = words[i + len(SHAPE) - 1].start
                lines = "\n" * text.count("\n", words[i].start, where)  # so that an error is told where its author finds it
                return text[: words[i].start] + head + lines + text[where:]
        raise QuestionError(
            "not a view that can be traced to claims",
            place=Place(self.name),
            hint="write CONSTRUCT { ?subject ?predicate ?object } WHERE { … } and bind ?claim in it",
        )


def catalogue() -> list[View]:
    """Return the shipped views in their order; that of sources, which is one for each, comes last.

    >>> [view.name for view in catalogue()]
    ['observed', 'consensus', 'forecast', 'recommended', 'claims', 'source']
    """
    files = {path.stem: path for path in shipped("ontology/views", "*.rq")}
    return [_view(name, files[name]) for name in sorted(files, key=[*IN_ORDER, OF_SOURCES].index)]


def sources(data: Dataset) -> list[str]:
    """Return the cite keys of the sources of *data*, each of which is the name of a view, too."""
    return sorted({row["key"] for row in data.query("SELECT ?key { ?source cvo:citeKey ?key }")})


def find(name: str, data: Dataset) -> View:
    """Return the view that *name* means: one of the shipped, a source's by its cite key, or a file.

    Raises: QuestionError, if there is none; InputError, if the file cannot be read.
    """
    files = {path.stem: path for path in shipped("ontology/views", "*.rq")}
    if name in files and name != OF_SOURCES:
        return _view(name, files[name])
    keys = sources(data)
    if name in keys:
        return _view(name, files[OF_SOURCES])
    if name.endswith(".rq") or Path(name).is_file():
        return _view(name, Path(name))
    known = [*IN_ORDER, *keys]
    guess = nearest(name, known)
    raise QuestionError(f"no such view: {name}", hint=f"did you mean {guess}?" if guess else f"there are {', '.join(known)}")


def find_all(names: Iterable[str], data: Dataset) -> tuple[View, ...]:
    """Return the views that *names* mean, each once, in their order."""
    return tuple(find(name, data) for name in dict.fromkeys(names))


def _view(name: str, path: Path) -> View:
    return View(name, questions.parse(name, read_text(path)), path)
