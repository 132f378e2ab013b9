"""From what people type to the term that they mean: an IRI, a prefixed name, the end of an IRI, or a label."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.answers import Answer
from cvo.errors import QuestionError
from cvo.names import nearest, short
from cvo.terms import CVO, CVT, PREFIXES, RDFS, SKOS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cvo.answers import Term
    from cvo.dataset import Dataset

_LABEL, _SYNONYM = ox.NamedNode(f"{RDFS}label"), ox.NamedNode(f"{SKOS}altLabel")
_ANY = ""
SHORT_HAN, SHORT_LATIN = 2, 3  # a part of a name is at least so long
SHOWN = 6  # terms that an error lists


def find(value: str, dataset: Dataset, kind: str = _ANY, *, called: str = "", example: str = "") -> ox.NamedNode:
    """Return the term that *value* means: of the class *kind* (a prefixed name), or anything that *dataset* describes.

    A part of a name will do where one term alone has it, or one alone of the class of *example*: ``营销`` for 产品营销.
    *called* says for what the value was given, *example* shows one that would do.
    Raises: QuestionError, if it means nothing, or more than one thing.
    """
    value = value.strip()
    members = f"?term a/rdfs:subClassOf* {kind} ." if kind else "FILTER EXISTS { ?term ?said [] }"
    for iri in candidates(value):
        if dataset.query(f"ASK {{ VALUES ?term {{ {iri} }} {members} }}"):
            return iri
    wanted = folded(value)
    narrow = f"?term a/rdfs:subClassOf* {kind} ." if kind else ""
    labelled = dataset.query(f"SELECT DISTINCT ?term ?label {{ ?term rdfs:label|skos:altLabel ?label . {narrow} }} ORDER BY ?term")
    names: dict[str, set[str]] = {}
    for row in labelled:
        names.setdefault(row["label"], set()).add(row["term"])
        names.setdefault(short(row["term"]).removeprefix("cvt:"), set()).add(row["term"])
    meant = sorted({term for name, terms in names.items() if folded(name) == wanted for term in terms})
    if len(meant) == 1:
        return ox.NamedNode(meant[0])
    word, what = kind.removeprefix("cvo:") or "term", f" for {called}" if called else ""
    if meant:
        raise QuestionError(f"more than one {word} is called so: {value}", hint=f"write one of {', '.join(short(iri) for iri in meant)}")
    if parts := _holding(wanted, names):
        if len(parts) > 1 and len(own := _like(example, parts, dataset)) == 1:
            parts = own
        if len(parts) == 1:
            return ox.NamedNode(next(iter(parts)))
        raise QuestionError(f"more than one {word} has this in its name{what}: {value}", hint=f"write one of {_listed(parts)}")
    hint = _suggestion(value, names, example, dataset)
    raise QuestionError(f"no {word}{what}: {value or '(nothing)'}", hint=hint)


def _suggestion(value: str, names: Mapping[str, set[str]], example: str, dataset: Dataset) -> str:
    """Return what may have been meant by *value*, which is none of *names*; else what would do, such as *example* and its like."""
    if guess := nearest(value, names):
        return f"did you mean {guess}?"
    if not example:
        return f'`cvo terms "{value}"` searches inside of labels and definitions'
    labels = [(term, name) for name, terms in names.items() for term in terms if short(term) != f"cvt:{name}"]
    shortest = dict(sorted(labels, key=lambda label: (label[0], -len(label[1]))))
    return f"for example {_listed(_like(example, shortest, dataset)) or example}"


def _listed(terms: Mapping[str, str]) -> str:
    """Return the first of *terms*, each with its name, and how many more there are."""
    some = ", ".join(f"{short(iri).removeprefix('cvt:')} {name}" for iri, name in list(terms.items())[:SHOWN])
    return f"{some} and {len(terms) - SHOWN} more" if len(terms) > SHOWN else some


def _holding(wanted: str, names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the terms with *wanted* in one of their *names*, each with the shortest of these names."""
    if len(wanted) < (SHORT_HAN if not wanted.isascii() else SHORT_LATIN):
        return {}
    found = sorted((len(name), name, term) for name, terms in names.items() if wanted in folded(name) for term in terms)
    parts: dict[str, str] = {}
    for _, name, term in found:
        parts.setdefault(term, name)
    return parts


def _like(example: str, terms: Mapping[str, str], dataset: Dataset) -> dict[str, str]:
    """Return those of *terms* that are of the very class of *example*: for a canonical stage, the canonical ones."""
    if not example:
        return {}
    shown, values = " ".join(map(str, candidates(example))), " ".join(f"<{term}>" for term in terms)
    either = f"VALUES ?shown {{ {shown} }} VALUES ?term {{ {values} }}"
    like = dataset.query(f"SELECT DISTINCT ?term {{ {either} ?shown a ?class . ?term a ?class }}")
    found = {row["term"] for row in like}
    return {term: name for term, name in terms.items() if term in found}


def candidates(value: str) -> list[ox.NamedNode]:
    """Return the IRIs that *value* can stand for.

    >>> [iri.value for iri in candidates("bi-2019:c001")][-1]
    'https://w3id.org/cvo/source/bi-2019#c001'
    """
    prefix, colon, local = value.partition(":")
    texts = [value.strip("<>")] if colon else []
    texts += [PREFIXES[prefix] + local] if prefix in PREFIXES else []
    texts += [namespace + value for namespace in (CVT, CVO, SOURCE)]
    if colon and "/" not in prefix:  # bi-2019:c001, for any source
        texts.append(f"{SOURCE}{prefix}#{local}")
    return list(_iris(texts))


def _iris(texts: Iterable[str]) -> Iterator[ox.NamedNode]:
    for text in texts:
        try:
            yield ox.NamedNode(text)
        except ValueError:
            continue


def search(words: str, dataset: Dataset, kind: str = _ANY) -> Answer:
    """Return the terms of *dataset* whose name, label, synonym or definition holds *words*, the likeliest first.

    Each row is a term with its kind, its labels, its definitions and the number of claims about it. Letters are compared
    without regard to case and width; *kind* narrows to a class (a prefixed name) and those below it.
    """
    wanted = folded(words)
    narrow = f"?kind rdfs:subClassOf* {kind} ." if kind else ""
    described = dataset.query(
        "SELECT ?term ?kind ?kind_zh ?kind_en ?what ?text { ?term a ?kind . "
        f"{narrow} ?kind rdfs:label ?kind_zh, ?kind_en FILTER(LANG(?kind_zh) = 'zh' && LANG(?kind_en) = 'en') "
        "VALUES ?what { rdfs:label skos:altLabel skos:definition } ?term ?what ?text }"
    )
    found: dict[ox.NamedNode, _Term] = {}
    for node, *kinds, what, text in described.rows:
        if isinstance(node, ox.NamedNode) and isinstance(text, ox.Literal):
            found.setdefault(node, _Term(node, tuple(kinds))).add(what, text)
    ranked = sorted((rank, short(term.iri.value), term) for term in found.values() if (rank := term.rank(wanted)) is not None)
    counts = _counts(dataset, [term.iri for _, _, term in ranked])
    rows = tuple((term.iri, *term.kinds, *term.texts(), ox.Literal(counts.get(term.iri.value, 0))) for _, _, term in ranked)
    names = ("term", "kind", "kind_zh", "kind_en", "label_zh", "label_en", "definition_zh", "definition_en", "claims")
    return Answer(names, rows)


def _counts(dataset: Dataset, terms: list[ox.NamedNode]) -> dict[str, int]:
    """Return how many claims have each of *terms* as subject or object."""
    if not terms:
        return {}
    values = " ".join(map(str, terms))
    about = f"VALUES ?term {{ {values} }} ?claim cvo:claimSubject|cvo:claimObject ?term"
    rows = dataset.query(f"SELECT ?term (COUNT(DISTINCT ?claim) AS ?n) {{ {about} }} GROUP BY ?term")
    return {row["term"]: int(row["n"]) for row in rows if "term" in row}


class _Term:
    """What is written of one term, as far as a search looks at it."""

    def __init__(self, iri: ox.NamedNode, kinds: tuple[Term | None, ...]) -> None:
        self.iri, self.kinds = iri, kinds
        self.labels: dict[str, ox.Literal] = {}
        self.definitions: dict[str, ox.Literal] = {}
        self.names = [short(iri.value).partition(":")[2]]

    def add(self, what: Term | None, text: ox.Literal) -> None:
        if what == _LABEL:
            self.labels.setdefault(text.language or "", text)
        if what in (_LABEL, _SYNONYM):
            self.names.append(text.value)
        else:
            self.definitions.setdefault(text.language or "", text)

    def texts(self) -> tuple[ox.Literal | None, ...]:
        return tuple(texts.get(language) for texts in (self.labels, self.definitions) for language in ("zh", "en"))

    def rank(self, wanted: str) -> int | None:
        """Return how well the term fits, 0 best; None if it does not."""
        names = [folded(name) for name in self.names]
        tests = (
            any(name == wanted for name in names),
            any(name.startswith(wanted) for name in names),
            any(wanted in name for name in names),
            any(wanted in folded(text.value) for text in self.definitions.values()),
            any(_shortened(wanted, name) for name in names),
            all(
                any(word in text for text in (*names, *map(folded, (d.value for d in self.definitions.values()))))
                for word in wanted.split()
            ),
        )
        return next((rank for rank, fits in enumerate(tests) if fits), None)


def _shortened(short_form: str, name: str) -> bool:
    """Return whether a Chinese *short_form* takes characters of *name* in their order, its first among them.

    >>> _shortened("深伪", "深度伪造技术"), _shortened("伪深", "深度伪造技术")
    (True, False)
    """
    if short_form.isascii() or " " in short_form or not name.startswith(short_form[:1]):
        return False
    rest = iter(name)
    return all(character in rest for character in short_form)


def folded(text: str) -> str:
    """Return *text* as it is compared: full-width letters as narrow ones, without case, hyphens and doubled spaces.

    >>> folded("Ｄeep-Learning")
    'deep learning'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").split())
