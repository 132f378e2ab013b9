"""SHACL-SPARQL: the constraints and components of the shapes, read and judged as far as their text allows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.engines.fast.constraints import is_true
from cvo.engines.fast.forward import backwards
from cvo.engines.fast.graph import SUBCLASS, TYPE
from cvo.engines.fast.nodes import text_of
from cvo.findings import path_text
from cvo.outcome import Uncompiled
from cvo.terms import RDF, RDFS, SH
from cvo.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cvo.engines.fast.graph import Graph
    from cvo.engines.fast.model import Shape
    from cvo.engines.fast.nodes import Node
    from cvo.findings import Texts
    from cvo.tokens import Token

    Prepared: TypeAlias = tuple[str, frozenset[str] | None, bool, bool, bool, bool, frozenset[str] | None, tuple[str, ...], tuple[str, ...]]

FOCUS = "urn:x-cvo:focus"  # the graph that tells a query its focus nodes
IS_A = "urn:x-cvo:is-a"  # what joins a node and its classes, with their superclasses, in place of a/rdfs:subClassOf*
SHAPES = "urn:x-cvo:shapes"  # what $shapesGraph is bound to
FORBIDDEN = ("MINUS", "VALUES", "SERVICE", "FROM")  # by "Pre-binding of Variables" of the recommendation; FROM would fetch
GATHERING = frozenset({"GROUP", "HAVING", "LIMIT", "OFFSET", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "GRAPH"})
SUBJECTS = frozenset({"variable", "iri", "name", "blank", ";", "]", "^", "|"})  # a variable between two of these is a predicate
OBJECTS = frozenset({"variable", "iri", "name", "blank", "string", "true", "false", "[", "(", "-", "+", *"0123456789"})

PREPARED: dict[tuple[object, ...], Prepared] = {}
"""What was worked out from SPARQL texts, by all that it depends on; with the texts of other shapes it does no harm."""
MOST = 10_000


@dataclass(slots=True, eq=False)
class Query:
    """A SPARQL text of the shapes, complete with its prefixes.

    In *bound* every group takes the values of its pre-bound variables from a graph of its own: neither VALUES nor
    substitution would let blank nodes in, and a group does not see what is bound around it. *reads* are the predicates that
    the text names, None if it may read any; *reads_focus* says that it reads all of the focus node, *is_batched* that the
    solutions for one focus node do not depend on which others are asked for, *inverse* that it reads nothing but what is
    reached from its focus nodes and the terms that it names, these properties being followed backwards (None: it may read more).
    """

    node: Node
    bound: str
    texts: Texts = ()
    reads: frozenset[str] | None = None
    reads_focus: bool = False
    reads_shapes: bool = False
    reads_classes: bool = False
    is_batched: bool = False
    inverse: frozenset[str] | None = None
    columns: tuple[str, ...] = ()
    is_active: bool = True
    shape: Shape | None = None
    given: dict[str, Node] = field(default_factory=dict)


def read_query(graph: Graph, node: Node, shape: Shape) -> Query:
    """Return the SPARQL constraint *node* of *shape*.

    Raises: Uncompiled, if it is not well-formed.
    """
    block = graph.block(node)
    selects = block.get(f"{SH}select", ())
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise Uncompiled("a SPARQL constraint has no sh:select, or two")
    query = compiled(graph, node, selects[0].value, shape)
    query.is_active = not is_true(block.get(f"{SH}deactivated", ()))
    return query


def compiled(  # noqa: PLR0913
    graph: Graph, node: Node, text: str, shape: Shape, given: Mapping[str, Node] | None = None, *, is_ask: bool = False
) -> Query:
    """Return the query *text* of *node*, with its prefixes and the path of *shape*; *given* are values of parameters.

    Raises: Uncompiled, if it is no SPARQL, or breaks a rule for texts with pre-bound variables.
    """
    prefixes = _prefixes(graph, node)
    head = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in prefixes.items())
    names = {"currentShape": shape.node, "shapesGraph": SHAPES} | dict(given or {})
    key = (head, text, path_text(shape.path) if shape.path else "", isinstance(shape.path, str), is_ask, *names)
    if key not in PREPARED:
        if len(PREPARED) >= MOST:
            PREPARED.clear()
        PREPARED[key] = _prepared(text, head, prefixes, shape, names, is_ask=is_ask)
    bound, reads, reads_focus, reads_shapes, reads_classes, is_batched, inverse, columns, used = PREPARED[key]
    query = Query(
        node,
        bound,
        reads=reads,
        reads_focus=reads_focus,
        reads_shapes=reads_shapes,
        reads_classes=reads_classes,
        is_batched=is_batched,
        inverse=inverse,
        columns=columns,
        shape=shape,
        given={name: names[name] for name in used},
    )
    from cvo.engines.fast.shapes import texts_of  # noqa: PLC0415 - shapes have queries, and queries have texts

    query.texts = texts_of(graph.block(node).get(f"{SH}message", ()))
    return query


def _prepared(text: str, head: str, prefixes: Mapping[str, str], shape: Shape, names: Iterable[str], *, is_ask: bool) -> Prepared:  # noqa: PLR0913
    """Return what is worked out from *text*, its *prefixes*, the path of *shape* and the *names* that are bound, and from nothing else."""
    words = list(tokens(text))
    _refuse(words, {"this", "shapesGraph", "currentShape", *(("value",) if is_ask else ())})
    if shape.path and any(word.text[1:] == "PATH" for word in words if word.kind == "variable"):
        path = path_text(shape.path)
        text = "".join(_replaced(text, words, {"PATH": path if isinstance(shape.path, str) else f"({path})"}))
        words = list(tokens(text))
    variables = {word.text[1:] for word in words if word.kind == "variable"}
    if "PATH" in variables:
        raise Uncompiled("a SPARQL text has $PATH where there is no path")
    reads, reads_focus = _reads(words, prefixes)
    columns = _columns(head + text)
    classes = [] if reads is None or reads_focus else list(_class_paths(words, prefixes))
    if classes:  # Oxigraph walks such a path from every node there is, once for each row
        text = "".join(_cut(text, [(words[i].start, words[i + 3].end) for i in classes], f"<{IS_A}>"))
        words = list(tokens(text))
    used = tuple(name for name in names if name in variables)
    is_batched = not used and _is_batched(words)
    return (
        head + _bound(text, words, [name for name in (*names, "this", *(("value",) if is_ask else ())) if name in variables]),
        reads,
        reads_focus,
        "shapesGraph" in variables,
        bool(classes),
        is_batched,
        backwards(words, prefixes) if is_batched and reads is not None and not reads_focus else None,
        columns,
        used,
    )


def _columns(text: str) -> tuple[str, ...]:
    """Return the names of the columns that *text* selects.

    Raises: Uncompiled, if it is no SPARQL.
    """
    try:
        answer = ox.Store().query(text)
    except SyntaxError as error:
        raise Uncompiled(f"a SPARQL text cannot be read: {error}") from None
    return tuple(variable.value for variable in answer.variables) if isinstance(answer, ox.QuerySolutions) else ()


def _prefixes(graph: Graph, node: Node) -> dict[str, str]:
    """Return the prefixes that *node* names, and those that the shapes declare anywhere."""
    found = {"rdf": RDF, "rdfs": RDFS, "owl": "http://www.w3.org/2002/07/owl#"}
    own = [declared for owner in graph.objects(node, f"{SH}prefixes") for declared in graph.objects(owner, f"{SH}declare")]
    everywhere = [subject for subjects in graph.inverse(f"{SH}prefix").values() for subject in subjects]
    for declared in (*everywhere, *own):
        for prefix, namespace in zip(graph.objects(declared, f"{SH}prefix"), graph.objects(declared, f"{SH}namespace"), strict=False):
            found[text_of(prefix)] = text_of(namespace)
    return found


def _replaced(text: str, words: Iterable[Token], by: Mapping[str, str]) -> Iterator[str]:
    at = 0
    for word in words:
        if word.kind == "variable" and word.text[1:] in by:
            yield text[at : word.start] + by[word.text[1:]]
            at = word.end
    yield text[at:]


def _cut(text: str, spans: Iterable[tuple[int, int]], by: str) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield text[at:start] + by
        at = end
    yield text[at:]


def _class_paths(words: Sequence[Token], prefixes: Mapping[str, str]) -> Iterator[int]:
    """Return where ``a/rdfs:subClassOf*`` is a whole path."""

    def iri(word: Token) -> str:
        if word.kind == "iri":
            return word.text[1:-1]
        prefix, _, local = word.text.partition(":")
        return TYPE if word.text == "a" else prefixes.get(prefix, "") + local

    if any(word.says("PREFIX") for word in words):
        return
    for index in range(1, len(words) - 4):
        kind, slash, above, star = words[index : index + 4]
        if slash.text == "/" and star.text == "*" and iri(kind) == TYPE and iri(above) == SUBCLASS:
            before, after = words[index - 1], words[index + 4]
            if (before.kind in ("variable", "name", "iri") or before.text == ";") and after.kind in ("variable", "name", "iri"):
                yield index


def _refuse(words: Sequence[Token], bound: set[str]) -> None:
    """Raise Uncompiled for what texts with pre-bound variables must not have; the referee says what is wrong."""
    for index, word in enumerate(words):
        if word.kind == "word" and word.text.upper() in FORBIDDEN:
            raise Uncompiled(f"a SPARQL text has {word.text.upper()}")
        if word.says("AS") and words[index + 1 : index + 2] and words[index + 1].text[1:] in bound:
            raise Uncompiled(f"a SPARQL text binds {words[index + 1].text} anew")
    starts = [index for index, word in enumerate(words) if word.says("SELECT")]
    for start in starts[1:]:
        end = next((index for index in range(start, len(words)) if words[index].text == "{"), len(words))
        if not any(word.text[1:] == "this" for word in words[start:end] if word.kind == "variable"):
            raise Uncompiled("a SPARQL text has an inner SELECT without $this")


def _reads(words: Sequence[Token], prefixes: Mapping[str, str]) -> tuple[frozenset[str] | None, bool]:
    """Return the predicates that a text may read (None: any), and whether it may read all of the focus node."""
    known, found, of_focus = dict(prefixes), {TYPE}, False
    body = next((index for index, word in enumerate(words) if word.text == "{"), 0)
    for index in range(1, len(words) - 1):
        before, word, after = words[index - 1 : index + 2]
        if word.kind == "iri":
            found.add(word.text[1:-1])
        elif word.kind == "name" and before.says("PREFIX"):
            known[word.text[:-1]] = after.text[1:-1]
        elif word.kind == "name":
            prefix, _, local = word.text.partition(":")
            found.add(known.get(prefix, "") + re.sub(r"\\(.)", r"\1", local))
        elif word.text == "!" and (after.kind in ("name", "iri") or after.text in ("(", "^", "a")):
            return None, True  # a negated property set
        elif word.kind == "variable" and index > body and _joins(before, SUBJECTS) and _joins(after, OBJECTS):
            if before.text[1:] != "this" or index < 2 or words[index - 2].text not in ("{", "}", "."):  # noqa: PLR2004
                return None, True
            of_focus = True
    return frozenset(found), of_focus


def _joins(word: Token, kinds: frozenset[str]) -> bool:
    return word.kind in kinds or word.text in kinds


def _is_batched(words: Sequence[Token]) -> bool:
    """Return whether the solutions for one focus node do not depend on which others are asked for."""
    if sum(word.says("SELECT") for word in words) != 1 or any(word.kind == "word" and word.text.upper() in GATHERING for word in words):
        return False
    body = next((index for index, word in enumerate(words) if word.text == "{"), 0)
    return any(word.text[1:] == "this" for word in words[:body] if word.kind == "variable")


def _bound(text: str, words: Sequence[Token], names: Sequence[str]) -> str:
    """Return *text* with the variables *names* bound in every group but those of EXISTS, which see what is bound around them."""
    patterns = "".join(f" ?bound_here <{FOCUS}:{name}> ?{name} ." for name in names)
    bound = f" GRAPH <{FOCUS}> {{{patterns} }} " if names else ""
    parts, at, depth = [], 0, 0
    inside: list[int] = []
    for index, word in enumerate(words):
        if word.text == "{":
            depth += 1
            if index and words[index - 1].says("EXISTS"):
                inside.append(depth)
            if not inside and not words[index + 1].says("SELECT"):
                parts += [text[at : word.end], bound]
                at = word.end
        elif word.text == "}":
            if inside and inside[-1] == depth:
                inside.pop()
            depth -= 1
    return "".join((*parts, text[at:]))


def filled(texts: Texts, bound: Mapping[str, Node]) -> Texts:
    """Return *texts* with what is bound in place of ``{?name}`` and ``{$name}``."""
    if not any("{" in text for _, text in texts):
        return texts

    def value(found: re.Match[str]) -> str:
        node = bound.get(found[1])
        return found[0] if node is None else text_of(node).removeprefix("_:")

    return tuple(sorted((lang, re.sub(r"\{[?$](\w+)\}", value, text)) for lang, text in texts))
