"""Whether all that a SPARQL text reads is reached from its focus node along its triples, one by one.

Of a few focus nodes such a text needs only what can be reached, not the whole vocabulary. Anything unusual in it means: no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cvo.tokens import Token

IRIS = frozenset({"iri", "name"})


class _Unsure(Exception):  # noqa: N818 - an answer, no error
    """The text may read more."""


def backwards(words: Sequence[Token], prefixes: Mapping[str, str]) -> frozenset[str] | None:
    """Return the properties that the query *words* follows backwards from what it has reached; None if it may read what it has not.

    Each of its triples must begin at a constant, at ``$this``, or at what a triple before it led to, or else lead there.

    >>> from cvo.tokens import tokens
    >>> def follows(pattern):
    ...     return backwards(list(tokens(f"SELECT $this {{ {pattern} }}")), {"e": "urn:"})
    >>> follows("$this e:p ?x ; e:q/e:r* 'y'@en . ?x a e:C FILTER NOT EXISTS { ?x e:q ?z }")
    frozenset()
    >>> follows("?x e:p $this ; e:q ?y") == {"urn:p"}, follows("$this ^e:p ?x"), follows("?x a e:C"), follows("?x e:p ?y")
    (True, None, None, None)

    A variable that need not be bound may be anything.

    >>> follows("OPTIONAL { $this e:p ?x } OPTIONAL { ?x e:q ?y }"), follows("$this e:p ?x . { OPTIONAL { ?x e:q ?y } }")
    (None, None)
    """
    start = next((index for index, word in enumerate(words) if word.text == "{"), None)
    if start is None or any(word.says("PREFIX") or word.says("BASE") for word in words):
        return None
    reader = _Reader(words, start, prefixes)
    try:
        reader.group(frozenset(), frozenset({"this"}), frozenset({"this"}))
    except (_Unsure, IndexError):
        return None
    return frozenset(reader.inverse) if reader.at == len(words) or words[reader.at].says("ORDER") else None


class _Reader:
    def __init__(self, words: Sequence[Token], at: int, prefixes: Mapping[str, str]) -> None:
        self.words = words
        self.at = at
        self.prefixes = prefixes
        self.inverse: set[str] = set()

    def _takes(self, text: str) -> bool:
        """Return whether the next word is *text*, and go past it if so."""
        if self.words[self.at].text.upper() != text:
            return False
        self.at += 1
        return True

    def _wants(self, text: str) -> None:
        if not self._takes(text):
            raise _Unsure

    def group(self, around: frozenset[str], bound: frozenset[str], always: frozenset[str]) -> None:
        """Read a group: *around* are variables that are bound where it is joined, *bound* those that are bound in it from the start.

        A left join and EXISTS look only at what is bound in the group that they stand in; *always* bound is what each group
        is told anew.
        """
        self._wants("{")
        own = set(bound)
        while not self._takes("}"):
            if self._takes("OPTIONAL"):
                self.group(frozenset(own), always, always)
            elif self._takes("FILTER"):
                self._filter(frozenset(own))
            elif self.words[self.at].text == "{":
                self.group(around | own, always, always)
                while self._takes("UNION"):
                    self.group(around | own, always, always)
            elif not self._takes("."):
                self._triples(around, own)

    def _filter(self, bound: frozenset[str]) -> None:
        negated = self._takes("NOT")
        if self._takes("EXISTS"):
            self.group(frozenset(), bound, frozenset())  # which is put in place of the variables
            return
        if negated:
            raise _Unsure
        if self.words[self.at].text != "(":
            self.at += 1  # the name of a function
        self._wants("(")
        depth = 1
        while depth:
            word = self.words[self.at]
            if word.says("EXISTS") or word.text == "{":
                raise _Unsure
            depth += (word.text == "(") - (word.text == ")")
            self.at += 1

    def _triples(self, around: frozenset[str], own: set[str]) -> None:
        subject = self.words[self.at]
        self.at += 1
        if subject.kind == "variable":
            if subject.text[1:] not in around and subject.text[1:] not in own:
                self._backwards(around | own)
            own.add(subject.text[1:])
        elif subject.kind not in IRIS:
            raise _Unsure
        more = True
        while more:
            self._path()
            more = True
            while more:
                self._object(own)
                more = self._takes(",")
            while self._takes(";"):
                more = self.words[self.at].text not in (".", "}", ";")

    def _backwards(self, known: frozenset[str]) -> None:
        """Note that the next property is followed backwards, from a constant or what is *known* already."""
        verb, value = self.words[self.at : self.at + 2]
        if verb.kind not in IRIS or not (value.kind in IRIS or (value.kind == "variable" and value.text[1:] in known)):
            raise _Unsure
        prefix, _, local = verb.text.partition(":")
        if "\\" in verb.text or (verb.kind == "name" and prefix not in self.prefixes):
            raise _Unsure
        self.inverse.add(verb.text[1:-1] if verb.kind == "iri" else self.prefixes[prefix] + local)

    def _path(self) -> None:
        more = True
        while more:
            if self._takes("("):
                self._path()
                self._wants(")")
            elif self.words[self.at].kind in IRIS or self.words[self.at].text == "a":
                self.at += 1
            else:
                raise _Unsure
            if self.words[self.at].text in ("*", "+", "?"):
                self.at += 1
            more = self._takes("/") or self._takes("|")

    def _object(self, own: set[str]) -> None:
        word = self.words[self.at]
        self.at += 1
        if word.kind == "variable":
            own.add(word.text[1:])
        elif word.kind == "string":
            if self.words[self.at].kind == "language":
                self.at += 1
            elif self._takes("^"):
                self._wants("^")
                self.at += 1
        elif word.kind not in IRIS and word.text not in ("true", "false"):
            raise _Unsure
