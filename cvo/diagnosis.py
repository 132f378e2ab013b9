"""What is wrong with a SPARQL text, said in the words of its writer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cvo.errors import Place, SyntaxProblem
from cvo.names import nearest
from cvo.terms import PREFIXES
from cvo.tokens import Token, line_and_column, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CLOSES = {")": "(", "}": "{", "]": "["}
_FULL_WIDTH = dict(zip("，。；：！？（）、“”‘’｛｝", ",.;:!?(),\"\"''{}", strict=True))
_AGGREGATES = {"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"}
_OPENS = {opening: closing for closing, opening in _CLOSES.items()}
_KEYWORDS = """
    ABS ADD ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT CONTAINS COPY COUNT CREATE DATA
    DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP
    GROUP_CONCAT HAVING HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LATERAL LCASE
    LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OFFSET OPTIONAL ORDER PREFIX RAND REDUCED REGEX REPLACE
    ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER STRBEFORE STRDT
    STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TO TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES WHERE
    WITH YEAR A
""".split()  # noqa: SIM905 - one line a word would fill the page


def explain(text: str, name: str, problem: SyntaxProblem) -> SyntaxProblem:
    """Return what is wrong with the query *text* of the file *name*, given the engine's *problem* with it.

    The engine lists the tokens that it would have taken; this looks for the mistakes that people make
    (an unclosed bracket or string, an undeclared prefix, a misspelt keyword, an update) and names the first.
    """
    found = _unclosed(text, name) or _other_mistake(text, name)
    if found:
        return found
    message, line, column = problem.what, 0, 0
    head, _, tail = message.partition(": ")
    if head.startswith("error at "):
        line, _, column = (int(n) if n.isdigit() else 0 for n in head.removeprefix("error at ").partition(":"))
        message = _plain(tail)
    return SyntaxProblem(message, place=Place(name, line, column), hint=problem.hint)


def _plain(expected: str) -> str:
    """Return what the engine's list of *expected* tokens tells somebody who did not write its grammar."""
    for known in ("The SELECT contains a variable that is unbound", "Prefix not found"):
        if known in expected:
            return known[:1].lower() + known[1:]
    return "not SPARQL at this point, or just before it"


def _unclosed(text: str, name: str) -> SyntaxProblem | None:
    stack: list[Token] = []
    for token in tokens(text):
        if token.kind == "quote":
            return SyntaxProblem(f"the text that starts here is never closed: {token.text}", place=_place(text, name, token))
        if token.kind != "bracket":
            continue
        if token.text in _OPENS:
            stack.append(token)
        elif not stack:
            return SyntaxProblem(f"closes nothing: {token.text}", place=_place(text, name, token))
        elif stack[-1].text != _CLOSES[token.text]:
            opened = stack[-1]
            line, column = line_and_column(text, opened.start)
            what = f"found '{token.text}' but '{opened.text}' opened at {line}:{column} is still open"
            return SyntaxProblem(what, place=_place(text, name, token), hint=f"write '{_OPENS[opened.text]}' before it")
        else:
            stack.pop()
    if stack:
        return SyntaxProblem(
            f"'{stack[-1].text}' is never closed",
            place=_place(text, name, stack[-1]),
            hint=f"write '{_OPENS[stack[-1].text]}' where it ends",
        )
    return None


def _other_mistake(text: str, name: str) -> SyntaxProblem | None:
    query = list(tokens(text))
    if not query:
        return SyntaxProblem("the query is empty", place=Place(name))
    declared = declared_prefixes(query)
    for before, token in zip([None, *query], query, strict=False):
        if found := _mistake(before, token, declared):
            return SyntaxProblem(f"{found[0]}: {token.text}", place=_place(text, name, token), hint=found[1])
    if query[0].text.upper() in {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}:
        return SyntaxProblem(
            f"this is an update, not a query: {query[0].text}", place=_place(text, name, query[0]), hint="questions only read"
        )
    return None


def _mistake(before: Token | None, token: Token, declared: Mapping[str, str]) -> tuple[str, str] | None:
    """Return what is wrong with *token* after *before*, and what to do about it."""
    prefix = token.text.partition(":")[0]
    found = None
    if token.text in _FULL_WIDTH:
        found = "full-width punctuation", f"write {_FULL_WIDTH[token.text]}"
    elif token.kind == "name" and prefix not in declared:
        guess = nearest(prefix, declared)
        found = "the prefix is not declared", f"did you mean '{guess}:'?" if guess else f"write PREFIX {prefix}: <…> at the top"
    elif token.kind == "word" and before and before.says("PREFIX"):
        found = "a prefix ends with a colon", f"write PREFIX {token.text}: <…>"
    elif token.kind == "word" and before and before.says("SELECT") and token.text.upper() in _AGGREGATES:
        found = "needs brackets and a name", f"write ({token.text}(…) AS ?n)"
    elif token.kind == "word" and token.text.upper() not in _KEYWORDS:
        guess = nearest(token.text.upper(), _KEYWORDS)
        found = "not a SPARQL keyword", f"did you mean {guess}?" if guess else ""
    return found


def declared_prefixes(query: list[Token]) -> dict[str, str]:
    """Return the prefixes that may be used in *query*: the project's own and those that it declares."""
    declared = dict(PREFIXES)
    for before, prefix, iri in zip(query, query[1:], query[2:], strict=False):
        if before.says("PREFIX") and prefix.kind == "name" and iri.kind == "iri":
            declared[prefix.text.rstrip(":")] = iri.text[1:-1]
    return declared


def unknown_terms(text: str, is_known: Callable[[str], bool], namespaces: tuple[str, ...]) -> list[tuple[Token, str]]:
    """Return the prefixed names of *text* in *namespaces* that are not known, each with its IRI."""
    query = list(tokens(text))
    declared = declared_prefixes(query)
    found = []
    for before, token in zip([None, *query], query, strict=False):
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            iri = declared.get(prefix, "") + local if local else ""
        elif token.kind == "iri" and not (before and before.kind == "name" and before.text.endswith(":")):  # not a PREFIX's own
            iri = token.text[1:-1]
        else:
            continue
        if iri.startswith(namespaces) and not is_known(iri):
            found.append((token, iri))
    return found


def graphs(text: str) -> list[tuple[Token, str]]:
    """Return the graphs that *text* names after GRAPH, FROM or FROM NAMED, each with its IRI."""
    query = list(tokens(text))
    declared = declared_prefixes(query)
    found = []
    for before, token in pairwise(query):
        if any(before.says(word) for word in ("GRAPH", "FROM", "NAMED")) and token.kind in {"iri", "name"}:
            prefix, _, local = token.text.partition(":")
            found.append((token, token.text[1:-1] if token.kind == "iri" else declared.get(prefix, "") + local))
    return found


def full_width(text: str) -> list[tuple[Token, str]]:
    """Return the names and variables of *text* that swallow full-width punctuation, each with the character.

    SPARQL counts such characters as letters, so ``?x，`` is a variable of that name, and the query silently finds nothing.
    """
    marks = ((token, next((c for c in token.text if c in _FULL_WIDTH), "")) for token in tokens(text) if token.kind in {"name", "variable"})
    return [(token, mark) for token, mark in marks if mark]


def _place(text: str, name: str, token: Token) -> Place:
    line, column = line_and_column(text, token.start)
    return Place(name, line, column, line, column + len(token.text))
