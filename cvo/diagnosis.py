"""What is wrong with a SPARQL text, said in the words of its writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.errors import Place, SyntaxProblem
from cvo.names import nearest
from cvo.terms import PREFIXES
from cvo.tokens import Token, line_and_column, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOSES = {")": "(", "}": "{", "]": "["}
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
    all_tokens = list(tokens(text))
    if not all_tokens:
        return SyntaxProblem("the query is empty", place=Place(name))
    declared = declared_prefixes(all_tokens)
    for token in all_tokens:
        if token.kind == "word" and token.text.upper() not in _KEYWORDS:
            guess = nearest(token.text.upper(), _KEYWORDS)
            return SyntaxProblem(
                f"not a SPARQL keyword: {token.text}", place=_place(text, name, token), hint=f"did you mean {guess}?" if guess else ""
            )
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            guess = nearest(prefix, declared)
            hint = f"did you mean '{guess}:'?" if guess else f"write PREFIX {prefix}: <…> at the top"
            return SyntaxProblem(f"the prefix is not declared: {prefix}:", place=_place(text, name, token), hint=hint)
    if all_tokens[0].text.upper() in {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}:
        return SyntaxProblem(
            f"this is an update, not a query: {all_tokens[0].text}", place=_place(text, name, all_tokens[0]), hint="questions only read"
        )
    return None


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
    for token in query:
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            iri = declared.get(prefix, "") + local
            if local and iri.startswith(namespaces) and not is_known(iri):
                found.append((token, iri))
    return found


def _place(text: str, name: str, token: Token) -> Place:
    line, column = line_and_column(text, token.start)
    return Place(name, line, column, line, column + len(token.text))
