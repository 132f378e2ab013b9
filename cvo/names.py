"""How terms are shown to people: CURIEs for IRIs, and the known term that a misspelt one may mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cvo.terms import PREFIXES, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOCAL = re.compile(r"(?:[\w%-](?:[\w.%-]*[\w%-])?)?\Z")
IRI = re.compile(r"<?\b(https?://[^\s<>\"{}|^`\\]*[^\s<>\"{}|^`\\.,;:!?)\]'，。；：！？）」])>?")


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return *iri* as a CURIE by the longest namespace of *prefixes* that leaves a plain local name, else in brackets.

    >>> curie("https://w3id.org/cvo/ns#Claim", {"cvo": "https://w3id.org/cvo/ns#"})
    'cvo:Claim'
    >>> curie("https://example.org/a/b", {"e": "https://example.org/"})
    '<https://example.org/a/b>'
    """
    best = ""
    prefix = None
    for name, namespace in prefixes.items():
        if len(namespace) > len(best) and iri.startswith(namespace) and LOCAL.match(iri, len(namespace)):
            best, prefix = namespace, name
    return f"<{iri}>" if prefix is None else f"{prefix}:{iri[len(best) :]}"


def short(iri: str) -> str:
    """Return *iri* as people read and type it: by the project's prefixes, a claim by its source, else as it is.

    >>> short("https://w3id.org/cvo/term/gan"), short("http://example.org/x")
    ('cvt:gan', 'http://example.org/x')
    >>> short("https://w3id.org/cvo/source/bi-2019#c001")
    'bi-2019:c001'
    """
    source, mark, claim = iri.removeprefix(SOURCE).partition("#")
    if iri.startswith(SOURCE) and mark and claim:
        return f"{source}:{claim}"
    name = curie(iri, PREFIXES)
    return name[1:-1] if name[0] == "<" else name


def shorten(text: str, prefixes: Mapping[str, str]) -> str:
    """Return *text* with every IRI in it that has a CURIE shown as that.

    >>> shorten("https://w3id.org/cvo/ns#Clam is no class.", {"cvo": "https://w3id.org/cvo/ns#"})
    'cvo:Clam is no class.'
    """
    if "http" not in text:
        return text

    def short(found: re.Match[str]) -> str:
        name = curie(found[1], prefixes)
        return found[0] if name[0] == "<" else name

    return IRI.sub(short, text)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the word of *known* that *word* was most likely meant to be, or the empty string.

    >>> nearest("script-writting", ["script-writing", "script-breakdown"])
    'script-writing'
    >>> nearest("gan", ["portrait-right"])
    ''
    >>> nearest("polarty", ["Polarity", "polarity"])
    'polarity'
    """
    import difflib  # noqa: PLC0415  only a misspelt word pays for it

    best, score = "", 0.7
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(word.casefold())
    for candidate in known:
        if abs(len(candidate) - len(word)) > max(3, len(word) // 2):
            continue
        same_case = 0.01 * (candidate[:1].isupper() == word[:1].isupper())  # a property was hardly meant to be a class
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() + same_case > score and matcher.quick_ratio() + same_case > score:
            ratio = matcher.ratio() + same_case
            if ratio > score:
                best, score = candidate, ratio
    return best
