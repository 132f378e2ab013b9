"""From a question and its parameters to an answer, with a warning for each word that the data does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import dataset, diagnosis, questions
from cvo.errors import QuestionError, SyntaxProblem
from cvo.names import nearest, short
from cvo.table import lay_out
from cvo.terms import CVO, CVT
from cvo.tokens import line_and_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cvo.engines.sparql import Answer


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
        unknown = diagnosis.unknown_terms(self.text, self._is_known, (CVO, CVT))
        if not unknown:
            return []
        names = [
            row["term"]
            for row in self.data.query("SELECT DISTINCT ?term { { ?term a ?kind } UNION { [] ?term ?object } }")
            if "term" in row
        ]
        warnings = []
        for token, iri in unknown:
            line, column = line_and_column(self.text, token.start)
            guess = nearest(iri, [name for name in names if name.startswith((CVO, CVT))])
            hint = f", did you mean {short(guess)}?" if guess else ""
            warnings.append(f"warning: {self.name}:{line}:{column}: {token.text} is not in the ontology{hint}")
        return warnings

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
    return lay_out(["question", *(f"summary_{language}" for language in languages), "parameters"], rows, width)
