"""From a question and its parameters to an answer, with a warning for each word that the data does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import dataset, diagnosis, questions
from cvo.errors import QuestionError, SyntaxProblem, printable
from cvo.names import nearest, short
from cvo.table import lay_out
from cvo.terms import CVO, CVT, PREFIXES
from cvo.tokens import Token, line_and_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.engines.sparql import Answer


# Only these are looked up: a datatype or function of XSD need not occur in the data to be right.
NAMESPACES = tuple(iri for name, iri in PREFIXES.items() if name not in {"rdf", "owl", "xsd", "sh", "unit"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its parameters in place: the SPARQL *text* and the *data* it is put to."""

    name: str
    text: str
    data: dataset.Dataset

    def answer(self) -> tuple[Answer, list[str]]:
        """Return the answer and the warnings.

        Raises: SyntaxProblem, if the text is not SPARQL, with what is wrong where.
        """
        try:
            answer = self.data.query(self.text)
        except SyntaxProblem as problem:
            raise diagnosis.explain(self.text, self.name, problem) from None
        return answer, self._warnings()

    def _warnings(self) -> list[str]:
        swallowed = diagnosis.full_width(self.text)
        warnings = [
            self._warning(token, f"{mark} is part of the name here; put a space before it, or use ASCII") for token, mark in swallowed
        ]
        unknown = diagnosis.unknown_terms(self.text, self._is_known, NAMESPACES)
        names = self._names() if unknown else []
        for token, iri in unknown:
            own = iri.startswith((CVO, CVT))
            prefix = short(iri).partition(":")[0]
            guess = nearest(short(iri), [name for name in names if name.startswith(f"{prefix}:")])
            hint = f", did you mean {guess}?" if guess else ""
            warnings.append(self._warning(token, f"{token.text} is not in the {'ontology' if own else 'data'}{hint}"))
        return warnings

    def _warning(self, token: Token, what: str) -> str:
        line, column = line_and_column(self.text, token.start)
        return printable(f"warning: {self.name}:{line}:{column}: {what}")

    def _names(self) -> list[str]:
        """Return the names of all that the data say something of or with."""
        query = "SELECT DISTINCT ?term { { ?term a ?kind } UNION { [] ?term ?object } UNION { GRAPH ?term { } } FILTER(ISIRI(?term)) }"
        return [short(row["term"]) for row in self.data.query(query)]

    def _is_known(self, iri: str) -> bool:
        node, store = ox.NamedNode(iri), self.data.store
        found = (
            store.quads_for_pattern(node, None, None),
            store.quads_for_pattern(None, node, None),
            store.quads_for_pattern(None, None, node),
        )
        return any(next(quads, None) is not None for quads in found)


def prepare(question: questions.Question, assignments: Sequence[str], data: Sequence[str], *, with_shipped: bool = True) -> Asked:
    """Return *question* ready to be asked, with each ``NAME=VALUE`` of *assignments* in place.

    Raises: QuestionError, if an assignment is not one of the question's; InputError or SyntaxProblem, if *data* cannot be read.
    """
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise QuestionError(f"not of the form NAME=VALUE: {assignment}")
        if name in values:
            raise QuestionError(f"given twice: {name}", hint="ask once for each value")
        values[name] = value
    loaded = dataset.load(data, with_shipped=with_shipped) if data or not with_shipped else dataset.load_shipped()
    return Asked(question.name, questions.bind(question, values, loaded), loaded)


def listing(catalogue: Sequence[questions.Question], lang: str, width: int) -> str:
    """Return the questions of *catalogue* as a table: name, what it answers in *lang* (empty: both), parameters."""
    languages = [lang] if lang else ["zh", "en"]
    rows = []
    for question in catalogue:
        parameters = " ".join(f"{p.name}={p.example}" for p in question.parameters)
        rows.append([question.name, *(question.summary.get(language, "") for language in languages), parameters])
    names = ["问题", "回答", "参数"] if lang == "zh" else ["question", *(f"summary_{language}" for language in languages), "parameters"]
    return lay_out(names, rows, width)
