"""The catalogue of questions: SPARQL files that say in a header what they answer and which parameters they take."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from cvo.answers import Answer
from cvo.errors import Place, QuestionError
from cvo.files import read_text, shipped
from cvo.lookup import find as find_term
from cvo.names import nearest
from cvo.terms import PREFIXES, RDF, RDFS, SH, XSD
from cvo.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cvo.dataset import Dataset

_LITERALS = {"string": re.compile(".*", re.DOTALL), "integer": re.compile(r"[+-]?[0-9]+"), "decimal": re.compile(r"[+-]?[0-9]*[.]?[0-9]+")}
_KIND = re.compile(r"[A-Za-z]+(?::[A-Za-z]+)?")
QUESTION = "https://w3id.org/cvo/question/"
_PARAMETER = "write `#+ parameter: name Kind example` and in the query `VALUES ?name { UNDEF }`"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a question that its asker may fix: *kind* is a class of the ontology or a datatype."""

    name: str
    kind: str
    example: str


@dataclass(frozen=True, slots=True)
class Question:
    """A SPARQL text with what its header says of it; *summary* is by language, *views* are those whose closure it needs."""

    name: str
    text: str
    summary: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    views: tuple[str, ...] = ()


def parse(name: str, text: str) -> Question:
    r"""Return the question that *text* asks.

    The header is the run of lines at the top that start with ``#+``: ``summary``, ``summary-zh`` and for each
    parameter a line ``parameter: name kind example``; ``view`` names the views whose closure is asked. In the query a parameter stands as
    ``VALUES ?name { UNDEF }`` (any value, unless the asker fixes it) or with an example in place of UNDEF.

    >>> text = "#+ summary: The stages\n#+ parameter: stage Stage product-marketing\nSELECT * { VALUES ?stage { UNDEF } }"
    >>> q = parse("stages", text)
    >>> q.summary["en"], q.parameters
    ('The stages', (Parameter(name='stage', kind='Stage', example='product-marketing'),))
    """
    summary: dict[str, str] = {}
    parameters = []
    views: tuple[str, ...] = ()
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        key, _, value = line.removeprefix("#+").partition(":")
        key, value = key.strip(), value.strip()
        if key == "parameter":
            parameter, kind, example, *_ = [*value.split(maxsplit=2), "", "", ""]
            if not (parameter.isidentifier() and _KIND.fullmatch(kind)):
                raise QuestionError(
                    f"not a parameter that a header can declare: {value or '(nothing)'}", place=Place(name), hint=_PARAMETER
                )
            if not re.search(rf"(?i)\bVALUES\s*[?$]{parameter}\s*{{", text):
                raise QuestionError(f"the query has no place for the parameter: {parameter}", place=Place(name), hint=_PARAMETER)
            parameters.append(Parameter(parameter, kind, example))
        elif key == "view":
            views = tuple(value.split())
        elif key.startswith("summary"):
            summary[key.removeprefix("summary").removeprefix("-") or "en"] = value
    return Question(name, text, summary, tuple(parameters), views)


def catalogue() -> list[Question]:
    """Return the questions that can be asked by name, sorted by it: the shipped ones and the user's own, which go before."""
    return [parse(name, read_text(path)) for name, path in sorted(_available().items())]


def _available() -> dict[str, Path]:
    folder = own_folder()
    own = sorted(folder.glob("*.rq")) if folder is not None and folder.is_dir() else []
    return {path.stem: path for path in (*shipped("ontology/questions", "*.rq"), *own)}


def own_folder() -> Path | None:
    """Return where the user keeps questions: ``questions`` in the configuration folder, or in ``CVO_CONFIG``; None without a home."""
    if wanted := os.environ.get("CVO_CONFIG"):
        return Path(wanted) / "questions"
    from platformdirs import user_config_path  # noqa: PLC0415 - only where nothing else is said

    try:
        return user_config_path("cvo", appauthor=False) / "questions"
    except RuntimeError:
        return None


def find(name: str) -> Question:
    """Return the question that *name* means: a file first, then one of the catalogue (``risks.rq`` or ``risks``).

    Raises: QuestionError, if there is neither; InputError, if the file cannot be read.
    """
    path = Path(name)
    if path.is_file():
        return parse(name, read_text(path))
    available = _available()
    if name.removesuffix(".rq") in available:
        return parse(name.removesuffix(".rq"), read_text(available[name.removesuffix(".rq")]))
    if path.is_dir():
        raise QuestionError(f"is a folder, not a question: {name}")
    if {"{", " "} & set(name):
        raise QuestionError("this looks like a query, not like the name of a question", hint="put -e before it")
    guess = nearest(path.stem, available)
    hint = f"did you mean {guess}? " if guess else ""
    term = "" if guess or path.suffix else f"; the claims about a term: `cvo query claims-about about={name}`"
    raise QuestionError(f"no such file or shipped question: {name}", hint=f"{hint}`cvo query --list` shows the shipped ones{term}")


def executables(questions: Iterable[Question]) -> Answer:
    """Return *questions* as SHACL executables (`sh:SPARQLSelectExecutable`), with labels, prefixes and parameters.

    See section 6 of SHACL Advanced Features. A question that is no SELECT is left out.
    """
    triples: list[ox.Triple] = []

    def say(subject: ox.NamedNode | ox.BlankNode, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
        triples.append(ox.Triple(subject, ox.NamedNode(predicate), value))

    header = ox.NamedNode(QUESTION.rstrip("/"))
    for prefix, namespace in PREFIXES.items():
        declared = ox.NamedNode(f"{QUESTION}prefix-{prefix}")
        say(header, f"{SH}declare", declared)
        say(declared, f"{SH}prefix", ox.Literal(prefix))
        say(declared, f"{SH}namespace", ox.Literal(namespace, datatype=ox.NamedNode(f"{XSD}anyURI")))
    for question in questions:
        if not any(token.says("SELECT") for token in tokens(question.text)):
            continue
        node = ox.NamedNode(QUESTION + quote(question.name))
        say(node, f"{RDF}type", ox.NamedNode(f"{SH}SPARQLSelectExecutable"))
        for language, text in sorted(question.summary.items()):
            say(node, f"{RDFS}label", ox.Literal(text, language=language))
        say(node, f"{SH}prefixes", header)
        say(node, f"{SH}select", ox.Literal(_substitute(question.text, {})))
        for parameter in question.parameters:
            own = ox.NamedNode(f"{QUESTION}{quote(question.name)}#{parameter.name}")
            say(node, f"{SH}parameter", own)
            say(own, f"{SH}path", own)
            say(own, f"{SH}optional", ox.Literal("true", datatype=ox.NamedNode(f"{XSD}boolean")))
            if parameter.kind in _LITERALS:
                say(own, f"{SH}datatype", ox.NamedNode(f"{XSD}{parameter.kind}"))
            else:
                prefix, _, local = f"cvo:{parameter.kind}".rpartition(":")
                say(own, f"{SH}class", ox.NamedNode(PREFIXES[prefix.rpartition(":")[2]] + local))
    return Answer(triples=tuple(triples))


def bind(question: Question, values: Mapping[str, str], dataset: Dataset) -> str:
    """Return the text of *question* with *values* in place of its parameters, as RDF terms.

    A value is an IRI, a prefixed name, the last part of a term's IRI, or a term's label in Chinese or English.
    Raises: QuestionError, if a parameter is not the question's or a value is not a term of its kind.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in values:
        if name not in known:
            guess = nearest(name, known)
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise QuestionError(f"the question {question.name} has no parameter: {name}", hint=f"did you mean {guess}?" if guess else takes)
    terms = {name: str(_term(known[name], value, dataset)) for name, value in values.items()}
    return _substitute(question.text, terms)


def _substitute(text: str, terms: Mapping[str, str]) -> str:
    """Return the query *text* with each ``VALUES ?name { … }`` of *terms* holding just that term.

    ``VALUES ?name { UNDEF }`` of a parameter that is not among them goes: it says nothing, and some endpoints take it for a value.
    """
    query = list(tokens(text))
    pieces, done = [], 0
    for i, token in enumerate(query):
        if not token.says("VALUES") or i + 3 >= len(query) or query[i + 2].text != "{":
            continue
        closing = next((t for t in query[i + 3 :] if t.text == "}"), query[-1])
        if query[i + 1].text[1:] in terms:
            pieces += [text[done : query[i + 2].end], f" {terms[query[i + 1].text[1:]]} "]
            done = closing.start
        elif query[i + 3].says("UNDEF") and query[i + 4 : i + 5] == [closing]:
            pieces.append(text[done : token.start])
            done = closing.end
    return "".join([*pieces, text[done:]])


def _term(parameter: Parameter, value: str, dataset: Dataset) -> ox.NamedNode | ox.Literal:
    """Return the RDF term that *value* means for *parameter*."""
    value = value.strip()
    if parameter.kind in _LITERALS:
        if not _LITERALS[parameter.kind].fullmatch(value):
            raise QuestionError(f"not of the kind {parameter.kind}: {parameter.name}={value}")
        return ox.Literal(value, datatype=ox.NamedNode(f"{PREFIXES['xsd']}{parameter.kind}"))
    kind = parameter.kind if ":" in parameter.kind else f"cvo:{parameter.kind}"
    return find_term(value, dataset, kind, called=parameter.name, example=parameter.example)
