"""The constraint components of SHACL Core, each compiled into a function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from cvo.engines.fast.literals import lexical_test, value_of
from cvo.engines.fast.nodes import text_of
from cvo.engines.fast.paths import items
from cvo.outcome import Uncompiled
from cvo.terms import RDF, SH, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cvo.engines.fast.model import Complaint, Judge, Look, Shape
    from cvo.engines.fast.nodes import Node
    from cvo.engines.fast.run import Run
    from cvo.engines.fast.shapes import Compiler

LANGUAGE = f"{RDF}langString"
FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
MANY = 1000  # language tags whose verdict is remembered
# What XPath's expressions have and Python's have not, or read in another way.
FOREIGN = re.compile(r"\\[pPiIcC]|\[[^\]]*-\[")


def whole_number(values: Sequence[Node]) -> int:
    """Return the one number of *values*.

    Raises: Uncompiled, if it is none.
    """
    value = values[0] if len(values) == 1 else None
    if not isinstance(value, ox.Literal) or value.datatype.value != f"{XSD}integer" or not value.value.isascii():
        raise Uncompiled("a number in them is not one xsd:integer")
    return int(value.value)


def is_true(values: Sequence[Node]) -> bool:
    """Return whether *values* are ``true``; ``"1"`` is another literal."""
    return any(isinstance(value, ox.Literal) and value.value == "true" and value.datatype.value == f"{XSD}boolean" for value in values)


def _iris(values: Sequence[Node]) -> list[str]:
    if not all(isinstance(value, str) and not value.startswith("_:") for value in values):
        raise Uncompiled("a value in them is no IRI")
    return [str(value) for value in values]


def _class(kind: str) -> Judge:
    return lambda run, node: run.is_a(node, kind)


def _datatype(datatype: str) -> Judge:
    fits = lexical_test(datatype)
    if datatype == LANGUAGE:
        return lambda _, node: type(node) is ox.Literal and bool(node.language) and node.datatype.value == LANGUAGE

    def judge(_: Run, node: Node) -> bool:
        return type(node) is ox.Literal and node.datatype.value == datatype and (fits is None or fits(node.value))

    return judge


def _node_kind(kind: str) -> Judge:
    name = kind.removeprefix(SH)
    allowed = {"IRI", "BlankNode", "Literal"}
    kinds = {found for found in allowed if found in name.replace("OrLiteral", " Literal").replace("OrIRI", " IRI").split()}
    if not kinds:
        raise Uncompiled(f"sh:nodeKind is unknown: {kind}")
    iri, blank, literal = "IRI" in kinds, "BlankNode" in kinds, "Literal" in kinds

    def judge(_: Run, node: Node) -> bool:
        if type(node) is not str:
            return literal
        return blank if node.startswith("_:") else iri

    return judge


def _length(limit: int, *, most: bool) -> Judge:
    def judge(_: Run, node: Node) -> bool:
        if type(node) is str and node.startswith("_:"):
            return False
        length = len(text_of(node))
        return length <= limit if most else length >= limit

    return judge


def _pattern(values: Sequence[Node], flags: Sequence[Node]) -> list[Judge]:
    texts = [value.value for value in values if isinstance(value, ox.Literal)]
    given = "".join(flag.value for flag in flags if isinstance(flag, ox.Literal))
    if len(texts) != len(values) or not set(given) <= FLAGS.keys() or len(flags) > 1:
        raise Uncompiled("a pattern or its flags in them are not as they should be")
    judges: list[Judge] = []
    for text in texts:
        if FOREIGN.search(text):
            raise Uncompiled(f"a pattern in them is XPath's own: {text}")
        try:
            search = re.compile(text, sum({FLAGS[flag] for flag in given})).search
        except re.error:
            raise Uncompiled(f"a pattern in them cannot be read: {text}") from None

        def judge(_: Run, node: Node, search: Callable[[str], object] = search) -> bool:
            return not (type(node) is str and node.startswith("_:")) and search(text_of(node)) is not None

        judges.append(judge)
    return judges


def matches(tag: str, wanted: str) -> bool:
    """Return whether the language *tag* is in the range *wanted*, as ``langMatches`` has it.

    >>> matches("zh-Hans", "ZH"), matches("en", "e"), matches("", "*")
    (True, False, False)
    """
    tag, wanted = tag.lower(), wanted.lower()
    return bool(tag) if wanted == "*" else tag == wanted or tag.startswith(f"{wanted}-")


def _language_in(wanted: Sequence[Node]) -> Judge:
    ranges = [text_of(value) for value in wanted]
    known: dict[str, bool] = {}

    def judge(_: Run, node: Node) -> bool:
        tag = node.language if type(node) is ox.Literal else None
        if not tag:
            return False
        if tag not in known and len(known) < MANY:
            known[tag] = any(matches(tag, wanted) for wanted in ranges)
        return known[tag] if tag in known else any(matches(tag, wanted) for wanted in ranges)

    return judge


def _in(wanted: Sequence[Node]) -> Judge:
    allowed = frozenset(wanted)
    return lambda _, node: node in allowed


def _limit(limit: Node, *, least: bool, with_limit: bool) -> Judge:
    edge = value_of(limit) if isinstance(limit, ox.Literal) else None
    if edge is None:
        raise Uncompiled(f"a limit in them has no value: {limit}")
    kind, number = edge

    def judge(_: Run, node: Node) -> bool:
        value = value_of(node) if type(node) is ox.Literal else None
        if value is None or value[0] != kind:
            return False
        a: Any = value[1]
        if with_limit and a == number:
            return True
        return bool(a > number if least else a < number)

    return judge


def _not(shape: Shape) -> Judge:
    return lambda run, node: not shape.conforms(run, node)


def _all(shapes: Sequence[Shape]) -> Judge:
    def judge(run: Run, node: Node) -> bool:
        for shape in shapes:  # noqa: SIM110 - a generator takes longer
            if not shape.conforms(run, node):
                return False
        return True

    return judge


def _any(shapes: Sequence[Shape]) -> Judge:
    def judge(run: Run, node: Node) -> bool:
        for shape in shapes:  # noqa: SIM110 - a generator takes longer
            if shape.conforms(run, node):
                return True
        return False

    return judge


def _one(shapes: Sequence[Shape]) -> Judge:
    return lambda run, node: sum(shape.conforms(run, node) for shape in shapes) == 1


def judges(name: str, compiler: Compiler, block: dict[str, list[Node]], values: Sequence[Node]) -> list[Judge] | None:  # noqa: C901, PLR0911, PLR0912
    """Return the judges of value nodes that the parameter *name* asks for; None if it asks for none."""
    match name:
        case "class":
            return [_class(kind) for kind in _iris(values)]
        case "datatype":
            if len(values) > 1:
                raise Uncompiled("sh:datatype has two values")
            return [_datatype(kind) for kind in _iris(values)]
        case "nodeKind":
            return [_node_kind(kind) for kind in _iris(values)]
        case "minLength" | "maxLength":
            return [_length(whole_number(values), most=name == "maxLength")]
        case "pattern":
            return _pattern(values, block.get(f"{SH}flags", ()))
        case "languageIn":
            return [_language_in(items(compiler.graph, head)) for head in values]
        case "in":
            return [_in(items(compiler.graph, head)) for head in values]
        case "minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive":
            return [_limit(limit, least=name.startswith("min"), with_limit=name.endswith("Inclusive")) for limit in values]
        case "node":
            shapes = [compiler.shape(value) for value in values]
            if any(shape.path for shape in shapes):
                raise Uncompiled("sh:node names a property shape")
            return [shape.conforms for shape in shapes]
        case "not":
            return [_not(compiler.shape(value)) for value in values]
        case "and" | "or" | "xone":
            join = {"and": _all, "or": _any, "xone": _one}[name]
            members = [[compiler.shape(value) for value in items(compiler.graph, head)] for head in values]
            if not all(members):
                raise Uncompiled(f"sh:{name} has no members")
            return [join(shapes) for shapes in members]
        case _:
            return None


def looks(name: str, compiler: Compiler, shape: Shape, block: dict[str, list[Node]], values: Sequence[Node]) -> list[tuple[str, Look]]:  # noqa: PLR0911
    """Return what the parameter *name* asks of all value nodes together, each with the name of its component."""
    match name:
        case "minCount":
            least = shape.least = whole_number(values)
            return [("MinCount", lambda _r, _f, found: [(None, "")] if len(found) < least else ())] if least else []
        case "maxCount":
            most = shape.most = whole_number(values)
            return [("MaxCount", lambda _r, _f, found: [(None, "")] if len(found) > most else ())]
        case "uniqueLang":
            return [("UniqueLang", _unique)] if is_true(values) else []
        case "hasValue":
            return [("HasValue", _has(value)) for value in values]
        case "equals":
            return [("Equals", _equals(predicate)) for predicate in _iris(values)]
        case "disjoint":
            return [("Disjoint", _disjoint(predicate)) for predicate in _iris(values)]
        case "lessThan" | "lessThanOrEquals":
            return [(name[0].upper() + name[1:], _less(predicate, or_equal=name.endswith("Equals"))) for predicate in _iris(values)]
        case "closed":
            return [("Closed", _closed(compiler.permitted(block)))] if is_true(values) else []
        case "qualifiedValueShape":
            return _qualified(compiler, shape, block, values)
        case _:
            return []


def _unique(_: Run, __: Node, values: Sequence[Node]) -> Iterator[Complaint]:
    if len(values) > 1:
        tags = [tag.lower() for value in values if type(value) is ox.Literal and (tag := value.language)]
        if len(set(tags)) == len(tags):
            return
        for tag in dict.fromkeys(tags):
            if tags.count(tag) > 1:
                yield None, ""


def _has(wanted: Node) -> Look:
    return lambda _, __, values: () if wanted in values else [(None, "")]


def _equals(predicate: str) -> Look:
    def look(run: Run, focus: Node, values: Sequence[Node]) -> Iterator[Complaint]:
        others = run.objects(focus, predicate)
        yield from ((value, "") for value in values if value not in others)
        yield from ((value, "") for value in others if value not in values)

    return look


def _disjoint(predicate: str) -> Look:
    def look(run: Run, focus: Node, values: Sequence[Node]) -> Iterator[Complaint]:
        others = run.objects(focus, predicate)
        return ((value, "") for value in values if value in others)

    return look


def _less(predicate: str, *, or_equal: bool) -> Look:
    def look(run: Run, focus: Node, values: Sequence[Node]) -> Iterator[Complaint]:
        others = [value_of(other) if type(other) is ox.Literal else None for other in run.objects(focus, predicate)]
        for value in values:
            one = value_of(value) if type(value) is ox.Literal else None
            for two in others:
                if one is None or two is None or one[0] != two[0]:
                    yield value, ""
                    continue
                a, b = cast("Any", one[1]), cast("Any", two[1])
                if not (a <= b if or_equal else a < b):
                    yield value, ""

    return look


def _closed(permitted: frozenset[str]) -> Look:
    def look(run: Run, _: Node, values: Sequence[Node]) -> Iterator[Complaint]:
        for node in values:
            block = run.block(node)
            if not permitted.issuperset(block):
                for predicate, found in block.items():
                    if predicate not in permitted:
                        yield from ((value, predicate) for value in found)

    return look


def _qualified(compiler: Compiler, shape: Shape, block: dict[str, list[Node]], values: Sequence[Node]) -> list[tuple[str, Look]]:
    least, most = (block.get(f"{SH}qualified{name}Count") for name in ("Min", "Max"))
    if len(values) != 1 or not (least or most) or not shape.path:
        raise Uncompiled("sh:qualifiedValueShape lacks its count or its path, or has two values")
    wanted = compiler.shape(values[0])
    others = (
        [compiler.shape(node) for node in compiler.siblings(shape.node)]
        if is_true(block.get(f"{SH}qualifiedValueShapesDisjoint", ()))
        else []
    )

    def count(run: Run, found: Sequence[Node]) -> int:
        return sum(wanted.conforms(run, value) and not any(other.conforms(run, value) for other in others) for value in found)

    found: list[tuple[str, Look]] = []
    if least:
        fewest = whole_number(least)
        found.append(("QualifiedMinCount", lambda run, _, nodes: [(None, "")] if count(run, nodes) < fewest else ()))
    if most:
        highest = whole_number(most)
        found.append(("QualifiedMaxCount", lambda run, _, nodes: [(None, "")] if count(run, nodes) > highest else ()))
    return found
