"""From a question and its parameters to an answer, with a warning for each word that the data does not know."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo import dataset, diagnosis, questions
from cvo.answers import whole
from cvo.ask.lint import suspicions
from cvo.errors import InputError, QuestionError, SyntaxProblem, printable
from cvo.names import nearest, short
from cvo.table import lay_out
from cvo.terms import CVO, CVT, PREFIXES
from cvo.tokens import Token, line_and_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cvo.answers import Answer, Stream
    from cvo.engines.remote import Remote


COUNTED = 1_000_000  # triples; a pattern that matches more is not counted further
# Only these are looked up: a datatype or function of XSD need not occur in the data to be right.
NAMESPACES = tuple(iri for name, iri in PREFIXES.items() if name not in {"rdf", "owl", "xsd", "sh", "unit"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its parameters in place: the SPARQL *text*, the *data* it is put to, and the data whose words are *known*."""

    name: str
    text: str
    data: dataset.Dataset | Remote
    known: dataset.Dataset

    def answer(self) -> Answer:
        """Return the answer. Raises: SyntaxProblem, if the text is not SPARQL, with what is wrong where."""
        return whole(self.stream())

    def stream(self) -> Answer | Stream:
        """Return the answer, the rows of a SELECT one by one. Raises: as `answer`."""
        try:
            return self.data.query(self.text) if self._is_small else self.data.stream(self.text)
        except SyntaxProblem as problem:
            raise diagnosis.explain(self.text, self.name, problem) from None

    def explained(self) -> str:
        """Return the plan of the query with the number of triples that match each pattern, the number of rows, and the times.

        Raises: as `answer`; QuestionError, if an endpoint is asked: only it knows its plan.
        """
        from cvo.engines import algebra  # noqa: PLC0415 - only a plan needs it

        if not isinstance(self.data, dataset.Dataset):
            raise QuestionError("an endpoint keeps its plan to itself", hint="ask the shipped data, files or a store")
        data = self.data
        started = time.perf_counter()
        answer = self.answer()
        took = time.perf_counter() - started

        def count(subject: Any, predicate: Any, value: Any) -> int:  # noqa: ANN401 - terms of a pattern
            if ... in (subject, predicate, value):
                return -1
            quads = data.store.quads_for_pattern(subject, predicate, value, ox.DefaultGraph())
            return sum(1 for _ in islice(quads, COUNTED))

        tree = algebra.plan(self.text, count)
        return f"{tree}\n{len(answer):,} {'triples' if answer.triples is not None else 'rows'} in {took * 1000:.1f} ms\n"

    @property
    def _is_small(self) -> bool:
        """Return whether the data are the shipped ones, whose answers are kept whole: a damaged snapshot is then read anew."""
        return isinstance(self.data, dataset.Dataset) and self.data.snapshot is not None

    def warnings(self) -> list[str]:
        """Return a warning for each word of the text that the data do not know, or that swallows punctuation."""
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
        if isinstance(self.data, dataset.Dataset):
            unknown_graphs = [(token, iri) for token, iri in diagnosis.graphs(self.text) if not self.data.holds_graph(iri)]
            warnings += [self._warning(token, f"there is no graph {token.text} in the data") for token, _ in unknown_graphs]
        return [*warnings, *(self._warning(token, what) for token, what in suspicions(self.text))]

    def _warning(self, token: Token, what: str) -> str:
        line, column = line_and_column(self.text, token.start)
        return printable(f"warning: {self.name}:{line}:{column}: {what}")

    def _names(self) -> list[str]:
        """Return the names of all that the data say something of or with."""
        query = "SELECT DISTINCT ?term { { ?term a ?kind } UNION { [] ?term ?object } UNION { GRAPH ?term { } } FILTER(ISIRI(?term)) }"
        return [short(row["term"]) for row in self.known.query(query)]

    def _is_known(self, iri: str) -> bool:
        node, store = ox.NamedNode(iri), self.known.store
        found = (
            store.quads_for_pattern(node, None, None),
            store.quads_for_pattern(None, node, None),
            store.quads_for_pattern(None, None, node),
        )
        return any(next(quads, None) is not None for quads in found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question is put to: *data* files, a *store* that was loaded, an endpoint *on* the network; else the shipped data.

    *timeout* (seconds) and *page* (rows) are the endpoint's. What follows in *views* is added to files and to the shipped data.
    """

    data: tuple[str, ...] = ()
    with_shipped: bool = True
    store: Path | None = None
    on: str = ""
    timeout: float = 0
    page: int = 0
    views: tuple[str, ...] = ()

    def open(self) -> tuple[dataset.Dataset | Remote, dataset.Dataset]:
        """Return what answers, and the data in which the names of terms are looked up.

        Raises: InputError, SyntaxProblem or EndpointError, if it cannot be read or is named twice.
        """
        if sum((bool(self.data) or not self.with_shipped, self.store is not None, bool(self.on))) > 1:
            raise InputError("a question is put to one of --data, --store and --on")
        if self.views and (self.on or self.store is not None):
            raise InputError(
                f"what follows from a view is known of files, not of a store or an endpoint: {' '.join(self.views)}",
                hint="an endpoint answers with what follows if it is served so: cvo serve --view VIEW" if self.on else "",
            )
        derived = None
        if self.views:
            from cvo.reason import reasoning  # noqa: PLC0415 - few questions need it

            derived = reasoning.derived(self.views)
        if self.on:
            from cvo.engines.remote import remote  # noqa: PLC0415 - only remote questions need it

            return remote(self.on, timeout=self.timeout, page=self.page), dataset.load_shipped()
        if self.store is not None:
            from cvo.ask import corpus  # noqa: PLC0415 - only stores need it

            loaded = corpus.open_(self.store)
        elif self.data or not self.with_shipped:
            loaded = dataset.load(self.data, with_shipped=self.with_shipped, derived=derived)
        else:
            loaded = dataset.load_shipped(derived)
        return loaded, loaded


def prepare(question: questions.Question, assignments: Sequence[str], place: Place) -> Asked:
    """Return *question* ready to be asked in *place*, with each ``NAME=VALUE`` of *assignments* filled in.

    A question with one parameter takes its value alone, too.
    Raises: QuestionError, if an assignment is not one of the question's; whatever *place* raises.
    """
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            if len(question.parameters) != 1:
                takes = " ".join(f"{p.name}={p.example}" for p in question.parameters) or "no parameters"
                raise QuestionError(f"not of the form NAME=VALUE: {assignment}", hint=f"{question.name} takes {takes}")
            name, value = question.parameters[0].name, assignment
        if name in values:
            raise QuestionError(f"given twice: {name}", hint="ask once for each value")
        values[name] = value
    # An endpoint holds what follows or does not; nothing can be added to it from here.
    wanted = question.views and not place.views and not place.on
    data, known = (replace(place, views=question.views) if wanted else place).open()
    return Asked(question.name, questions.bind(question, values, known), data, known)


def held(question: questions.Question) -> str:
    """Return what an endpoint must hold to answer *question*, which asks what follows in a view."""
    options = " ".join(f"--view {view}" for view in question.views)
    return f"{question.name} finds there only what the endpoint holds; it holds what follows if it is served so: cvo serve {options}"


def listing(catalogue: Sequence[questions.Question], lang: str, width: int) -> str:
    """Return the questions of *catalogue* as a table: name, what it answers in *lang* (empty: both), parameters."""
    languages = [lang] if lang else ["zh", "en"]
    rows = []
    for question in catalogue:
        parameters = " ".join(f"{p.name}={p.example}" for p in question.parameters)
        rows.append([question.name, *(question.summary.get(language, "") for language in languages), parameters])
    names = ["问题", "回答", "参数"] if lang == "zh" else ["question", *(f"summary_{language}" for language in languages), "parameters"]
    return lay_out(names, rows, width)
