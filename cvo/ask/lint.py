"""What a query says that its writer can hardly have meant, though it is SPARQL: names that bind nothing, parts that nothing joins."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise, takewhile
from typing import TYPE_CHECKING

from cvo.names import nearest
from cvo.tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEPEST = 200  # brackets; this module recurses
ALIKE = 0.8  # names less alike than this are hardly slips of one another
_CLOSES = {"{": "}", "(": ")", "[": "]"}
_MODIFIERS = {"ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET"}
_PARTS = {"OPTIONAL", "MINUS", "FILTER", "BIND", "VALUES", "GRAPH", "SERVICE", "LATERAL"}


@dataclass(frozen=True, slots=True)
class _Block:
    """A bracket with what it holds: tokens and further blocks."""

    opening: Token
    items: tuple[Token | _Block, ...]


_Item = Token | _Block


@dataclass(slots=True)
class _Unit:
    """A part of a group: a triple block, a filter, a union …, with the variables in it and the keyword that it begins with."""

    keyword: str
    items: list[_Item] = field(default_factory=list)


def suspicions(text: str) -> list[tuple[Token, str]]:
    """Return what is suspicious in the SPARQL *text*, which is well-formed: a token, and what is said of it.

    >>> [(token.text, what) for token, what in suspicions("SELECT ?risk { ?riks a cvo:Risk }")]
    [('?risk', '?risk is never bound, did you mean ?riks?')]
    >>> [what for _, what in suspicions("SELECT * { ?a a cvo:Risk . ?b a cvo:Right }")]
    ['nothing connects ?b with ?a: each is combined with each']
    """
    if _depth(text) > DEEPEST:
        return []
    items = _nested(iter(tokens(text)))
    once: dict[str, tuple[Token, str]] = {}
    for token, what in (*_unbound(items), *_unjoined(items)):  # a misspelt name is joined with nothing, too
        once.setdefault(token.text, (token, what))
    return sorted(once.values(), key=lambda one: one[0].start)


def _depth(text: str) -> int:
    brackets = (1 if token.text in _CLOSES else -1 for token in tokens(text) if token.kind == "bracket")
    return max(accumulate(brackets), default=0)


def _nested(left: Iterator[Token], until: str = "") -> tuple[_Item, ...]:
    items: list[_Item] = []
    for token in left:
        if token.kind == "bracket" and token.text in _CLOSES:
            items.append(_Block(token, _nested(left, _CLOSES[token.text])))
        elif token.kind == "bracket" and token.text == until:
            break
        else:
            items.append(token)
    return tuple(items)


def _flat(items: Sequence[_Item]) -> Iterator[Token]:
    for item in items:
        if isinstance(item, _Block):
            yield from _flat(item.items)
        else:
            yield item


def _names(items: Sequence[_Item]) -> dict[str, Token]:
    """Return the variables and labelled blank nodes in *items*, by name, each with its first token."""
    found: dict[str, Token] = {}
    for token in _flat(items):
        if token.kind in {"variable", "blank"}:
            found.setdefault(token.text.replace("$", "?", 1), token)
    return found


def _unbound(items: Sequence[_Item]) -> Iterator[tuple[Token, str]]:
    """Give the variables that are asked for, compared or shown but never bound, and those that are used once and like another."""
    bound: set[str] = set()
    used: list[Token] = []
    _sort_out(items, bound, used, binds=False)
    every = [token for token in _flat(items) if token.kind == "variable"]
    names = [token.text[1:] for token in every]
    told: set[str] = set()
    for token in used:
        name = token.text[1:]
        if name in bound or name in told:
            continue
        told.add(name)
        guess = nearest(name, sorted(bound - {*(t.text[1:] for t in used)})) or nearest(name, sorted(bound), ALIKE)
        yield token, f"?{name} is never bound{f', did you mean ?{guess}?' if guess else ''}"
    shown = {token.text[1:] for token in used}
    shown |= {token.text[1:] for before, token in pairwise(_flat(items)) if before.says("AS")}  # a result has whatever name it likes
    for token in reversed(every):  # of two names that are like each other the later one is the slip
        name = token.text[1:]
        if names.count(name) == 1 and name not in shown | told:
            guess = nearest(name, sorted({*names} - {name}), ALIKE)
            if guess and guess not in told:
                told.add(name)
                yield token, f"?{name} is used only once, did you mean ?{guess}?"


def _sort_out(items: Sequence[_Item], bound: set[str], used: list[Token], *, binds: bool) -> None:
    """Put the variables of *items* into those that are *bound* and those that are *used*; *binds* says whether the items are a pattern."""
    pattern, before, template = binds, None, False
    for item in items:
        if isinstance(item, Token):
            if item.kind == "word":
                word = item.text.upper()
                if word in {"SELECT", "DESCRIBE"} or word in _MODIFIERS:
                    pattern = False
                elif word == "WHERE":
                    pattern = True
                template = word == "CONSTRUCT" or (template and word != "WHERE")
            elif item.kind == "variable":
                if pattern or (before is not None and isinstance(before, Token) and before.says("AS")):
                    bound.add(item.text[1:])
                else:
                    used.append(item)
        elif item.opening.text == "{":
            _sort_out(item.items, bound, used, binds=not template)
            template = False
        elif item.opening.text == "(" and isinstance(before, Token) and before.says("VALUES"):
            bound |= {name[1:] for name in _names(item.items)}
        else:
            _sort_out(item.items, bound, used, binds=pattern and not _is_expression(item, before))
        before = item


def _is_expression(block: _Block, before: _Item | None) -> bool:
    """Return whether the brackets hold an expression, and not a collection or a path of a triple."""
    if block.opening.text == "[":
        return False
    if isinstance(before, Token) and before.kind == "word" and before.text != "a":
        return True
    marks = {token.text for token in _flat(block.items)}
    return not marks.isdisjoint({"=", "<", ">", "!", "&", "+", "-", ","}) or any(token.says("AS") for token in _flat(block.items))


def _unjoined(items: Sequence[_Item]) -> Iterator[tuple[Token, str]]:
    """Give the parts of each group that share no variable with the rest of it."""
    before = None
    for item in items:
        template = isinstance(before, Token) and before.says("CONSTRUCT")
        if isinstance(item, _Block) and item.opening.text == "{" and not template:
            yield from _group(item.items, set())
        before = item


def _group(items: Sequence[_Item], outer: set[str]) -> Iterator[tuple[Token, str]]:
    if any(isinstance(item, Token) and item.says("SELECT") for item in items[:1]):
        yield from _unjoined(items)
        return
    units = list(_units(items))
    parts: list[tuple[set[str], dict[str, Token]]] = [(set(outer), {})]
    for unit in units:
        names = _visible(unit)
        if unit.keyword == "MINUS" and names and parts != [(set(), {})] and not names.keys() & {n for part, _ in parts for n in part}:
            yield next(iter(names.values())), "MINUS shares no variable with what stands before it, so it takes nothing away"
            continue
        if unit.keyword == "MINUS" or not names:
            continue
        touching = [part for part in parts if not names.keys().isdisjoint(part[0])]
        parts = [part for part in parts if part not in touching]
        tokens_ = {} if unit.keyword in {"FILTER", "VALUES"} else dict(names)
        for _, others in touching:
            tokens_ = {**others, **tokens_}
        parts.append((set(names).union(*(part for part, _ in touching)), tokens_))
    apart = sorted((list(found.values()) for part, found in parts if found and not part & outer), key=lambda part: part[0].start)
    first = next((list(found.values()) for part, found in parts if found and part & outer), None) or (apart.pop(0) if apart else None)
    for part in apart if first else []:
        one = min(part, key=lambda token: token.start)
        yield one, f"nothing connects {one.text} with {first[0].text if first else ''}: each is combined with each"
    known = outer.union(*(_visible(unit).keys() for unit in units))
    for unit in units:
        for block in (item for item in unit.items if isinstance(item, _Block) and item.opening.text == "{"):
            if unit.keyword != "VALUES":
                yield from _group(block.items, known)


def _visible(unit: _Unit) -> dict[str, Token]:
    """Return the variables by which *unit* can be joined: of a subquery those that it selects."""
    found: dict[str, Token] = {}
    for item in unit.items:
        found |= _names(_selected(item.items) if isinstance(item, _Block) and item.opening.text == "{" else [item])
    return found


def _selected(items: Sequence[_Item]) -> Sequence[_Item]:
    """Return what a subquery selects; all of *items* if they are no subquery, or it selects everything."""
    if not (items and isinstance(items[0], Token) and items[0].says("SELECT")):
        return items
    head = list(takewhile(lambda item: not (item.opening.text == "{" if isinstance(item, _Block) else item.says("WHERE")), items[1:]))
    return items if any(isinstance(item, Token) and item.text == "*" for item in head) else head


def _units(items: Sequence[_Item]) -> Iterator[_Unit]:
    """Give the parts of a group: what full stops, keywords and brackets part."""
    unit = _Unit("")
    for item in items:
        word = item.text.upper() if isinstance(item, Token) and item.kind == "word" else ""
        is_group = isinstance(item, _Block) and item.opening.text == "{"
        begins = word in _PARTS or (is_group and not unit.keyword) or (isinstance(item, Token) and item.text == ".")
        if begins and unit.keyword != "UNION":
            if unit.items:
                yield unit
            unit = _Unit(word)
            if isinstance(item, Token):
                continue
        elif unit.items and isinstance(unit.items[-1], _Block) and unit.items[-1].opening.text == "{" and word != "UNION":
            yield unit  # a group ends a part, unless UNION goes on
            unit = _Unit("")
        elif unit.keyword in {"BIND", "VALUES"} and _is_over(unit):
            yield unit
            unit = _Unit("")
        if word == "UNION":
            unit.keyword = "UNION"
        elif unit.keyword == "UNION" and is_group:
            unit.keyword = ""
        unit.items.append(item)
    if unit.items:
        yield unit


def _is_over(unit: _Unit) -> bool:
    wanted = "(" if unit.keyword == "BIND" else "{"
    last = unit.items[-1] if unit.items else None
    return isinstance(last, _Block) and last.opening.text == wanted
