"""The SHACL engine: pySHACL on an rdflib graph; the only file that meets either.

pySHACL's own *focus_nodes* option is not used: it drops blank nodes and it also filters the value nodes of nested shapes,
which then pass unseen. Each shape is asked for its targets, and is run on those of them that are ours.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.errors import EngineError
from cvo.outcome import Outcome, Result
from cvo.terms import RDF, SH, XSD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cvo.findings import Path
    from cvo.outcome import Term

PATHS = {f"{kind}Path": kind for kind in ("alternative", "inverse", "zeroOrMore", "oneOrMore", "zeroOrOne")}
UNKNOWN = 1_000_000.0  # triples that a variable or a path in the place of the predicate may match
TOO_DEEP = 32  # nested paths; the shapes of people have two or three


def check(data: Iterable[ox.Quad], shapes: Iterable[ox.Quad], focus: Collection[Term]) -> Outcome:
    """Return what the *shapes* find at the nodes of *focus* in *data*; graph names are not looked at.

    Raises: EngineError, if the shapes are not well-formed or ask for what the engine cannot do.
    """
    with _quiet():
        import pyshacl  # noqa: PLC0415  takes 200 ms: only where there is something to check
        from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure  # noqa: PLC0415
        from pyshacl.pytypes import SHACLExecutor  # noqa: PLC0415

        to_rdflib = _Converter()
        shapes = list(shapes)
        graph, shapes_graph = to_rdflib.graph(data, _declared(shapes)), to_rdflib.graph(shapes)
        ours = {to_rdflib.term(node): node for node in focus}
        try:
            executor = SHACLExecutor()
            found: list[Any] = []
            targeted: set[Any] = set()
            for shape in pyshacl.ShapesGraph(shapes_graph, logger=_silent()).shapes:
                nodes = shape.focus_nodes(graph) & ours.keys()
                if nodes and not shape.deactivated:
                    targeted |= nodes
                    found += shape.validate(executor, graph, focus=nodes)[1]
            results = {_result(node, triples, shapes_graph) for _, node, triples in found}
        except ValueError as error:  # rdflib, of a list that never ends
            raise EngineError(f"the shapes cannot be used: {error}", hint="correct the shapes; see https://www.w3.org/TR/shacl/") from error
        except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError, ValidationFailure, NotImplementedError) as error:
            what = getattr(error, "message", None) or next(iter(error.args), "") or type(error).__name__
            raise EngineError(f"the shapes cannot be used: {what}", hint="correct the shapes; see https://www.w3.org/TR/shacl/") from error
        except RecursionError:
            raise EngineError("the shapes or the data are nested too deeply", hint="give the nodes names instead of nesting them") from None
    ours_found = (result for result in results if to_rdflib.term(result.focus) in ours)
    return Outcome(tuple(sorted(ours_found, key=lambda result: result.order)), frozenset(ours[node] for node in targeted))


class _Converter:
    """Turns pyoxigraph's terms into rdflib's; each IRI is converted once."""

    def __init__(self) -> None:
        import rdflib  # noqa: PLC0415

        self._rdflib = rdflib
        self._iris: dict[str, Any] = {}

    def term(self, term: Term) -> Any:  # noqa: ANN401  rdflib's types end at this file
        """Return *term* as rdflib has it; a literal keeps the text that was typed, also when it is ill-typed."""
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if isinstance(term, ox.BlankNode):
            return self._rdflib.BNode(term.value)
        if not isinstance(term, ox.Literal):
            raise EngineError("a triple term cannot be checked", hint="cvo reads RDF 1.1")
        if term.language:
            return self._rdflib.Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        kind = None if datatype == f"{XSD}string" else self.iri(datatype)
        return self._rdflib.Literal(term.value, datatype=kind, normalize=False)

    def iri(self, iri: str) -> Any:  # noqa: ANN401
        """Return *iri* as rdflib has it."""
        found = self._iris.get(iri)
        if found is None:
            found = self._iris[iri] = self._rdflib.URIRef(iri)
        return found

    def graph(self, quads: Iterable[ox.Quad], prefixes: dict[str, str] | None = None) -> Any:  # noqa: ANN401
        """Return a graph of the triples of *quads*; its queries know *prefixes* and are parsed only once."""
        from rdflib.plugins.stores.memory import SimpleMemory  # noqa: PLC0415

        prepared: dict[str, Any] = {}

        class Data(self._rdflib.Graph):  # type: ignore[misc, name-defined]
            def __bool__(self) -> bool:  # pySHACL asks for each result; rdflib would count all triples
                return True

            def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
                if isinstance(query_object, str):  # the same text comes for every focus node
                    if query_object not in prepared:
                        prepared[query_object] = _prepared(query_object, prefixes or {}, self)
                    query_object = prepared[query_object]
                return super().query(query_object, *args, **kwargs)

        graph = Data(store=SimpleMemory(), bind_namespaces="none")
        add, term, iri = graph.store.add, self.term, self.iri
        for subject, predicate, value, _ in quads:
            add((term(subject), iri(predicate.value), term(value)), graph)
        return graph


def _prepared(text: str, prefixes: dict[str, str], graph: Any) -> Any:  # noqa: ANN401
    """Return the query *text* with its joins in the order that is cheapest on *graph* for one focus node.

    rdflib orders them by how many terms are bound, and does not know that ``$this`` is: two claims with the same text in
    the same source would be looked for among all claims of the source, for each claim.
    """
    from rdflib.plugins.sparql.algebra import traverse  # noqa: PLC0415
    from rdflib.term import Variable  # noqa: PLC0415

    try:
        query = _parsed(text, tuple(sorted(prefixes.items())))
    except Exception as error:
        raise EngineError(f"a SPARQL text of the shapes cannot be read: {' '.join(str(error).split())}") from error
    if query.algebra.get("datasetClause"):
        raise EngineError("a SPARQL text of the shapes has FROM; nothing is ever fetched")
    costs: dict[Any, tuple[float, float, float]] = {}

    def cost(triple: tuple[Any, Any, Any], known: set[Any]) -> float:
        subject, predicate, value = triple
        if predicate not in costs:
            pairs = list(graph.subject_objects(predicate)) if hasattr(predicate, "toPython") and not isinstance(predicate, Variable) else []
            all_, subjects, values = len(pairs) or UNKNOWN, len({s for s, _ in pairs}) or 1, len({o for _, o in pairs}) or 1
            costs[predicate] = (all_, all_ / subjects, all_ / values)
        by_none, by_subject, by_value = costs[predicate]
        bound = [not hasattr(term, "n3") or not isinstance(term, Variable) or term in known for term in (subject, value)]
        return min(by_none, by_subject if bound[0] else by_none, by_value if bound[1] else by_none) / (2 if all(bound) else 1)

    def order(node: Any) -> None:  # noqa: ANN401
        if getattr(node, "name", "") == "BGP":
            known, left, chosen = {Variable("this")}, list(node.triples), []
            while left:
                best = min(left, key=lambda triple: cost(triple, known))
                left.remove(best)
                chosen.append(best)
                known.update(best)
            node["triples"] = chosen

    traverse(query.algebra, visitPre=order)
    return query


@lru_cache(256)
def _parsed(text: str, prefixes: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401
    """Return the query *text*; the same shapes have the same queries for the next file, and rdflib takes long to parse one."""
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415

    return prepareQuery(text, initNs=dict(prefixes))


def _declared(shapes: Iterable[ox.Quad]) -> dict[str, str]:
    """Return the prefixes that the shapes declare, for each text that names the one who declares them only by import."""
    of: dict[tuple[object, str], str] = {}
    for quad in shapes:
        if isinstance(quad.object, ox.Literal):
            of[quad.subject, quad.predicate.value] = quad.object.value
    namespace = f"{SH}namespace"
    return {value: of[node, namespace] for (node, name), value in of.items() if name == f"{SH}prefix" and (node, namespace) in of}


def _result(node: Any, triples: Iterable[tuple[Any, Any, Any]], shapes: Any) -> Result:  # noqa: ANN401
    """Return the result *node* that pySHACL describes by *triples*, where an object may be a pair of a graph and a node.

    The triples of ``sh:detail`` results stand among them; they are consequences of the same cause and left out.
    """
    of: dict[str, Any] = {}
    texts = set()
    for subject, predicate, thing in triples:
        if subject != node:
            continue
        term = thing[1] if isinstance(thing, tuple) else thing
        name = predicate.removeprefix(SH)
        of[name] = term
        if name == "resultMessage":
            texts.add((getattr(term, "language", None) or "", str(term)))
    return Result(
        focus=_term(of["focusNode"]),
        path=_path(of["resultPath"], shapes) if "resultPath" in of else "",
        value=_term(of["value"]) if "value" in of else None,
        component=str(of["sourceConstraintComponent"]),
        severity=str(of["resultSeverity"]),
        shape=_term(of["sourceShape"]),
        constraint=_term(of["sourceConstraint"]) if "sourceConstraint" in of else None,
        texts=tuple(sorted(texts)),
    )


def _term(node: Any) -> Term:  # noqa: ANN401
    """Return rdflib's *node* as pyoxigraph has it."""
    from rdflib import BNode, URIRef  # noqa: PLC0415

    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, BNode):
        return ox.BlankNode(str(node))
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or f"{XSD}string")))


def _path(node: Any, shapes: Any, depth: int = 0) -> Path:  # noqa: ANN401
    """Return the SHACL path *node* of the shapes graph as plain tuples."""
    from rdflib import URIRef  # noqa: PLC0415

    if isinstance(node, URIRef) or depth > TOO_DEEP:
        return str(node)
    first = URIRef(f"{RDF}first")
    for predicate, value in shapes.predicate_objects(node):
        if predicate == first:
            return ("sequence", *(_path(part, shapes, depth + 1) for part in shapes.items(node)))
        kind = PATHS.get(predicate.removeprefix(SH))
        if kind == "alternative":
            return (kind, *(_path(part, shapes, depth + 1) for part in shapes.items(value)))
        if kind:
            return (kind, _path(value, shapes, depth + 1))
    return ""


def _silent() -> logging.Logger:
    """Return a logger that says nothing: findings are said by the report, errors are raised."""
    logger = logging.getLogger("cvo.engines.shacl.silent")
    logger.disabled = True
    return logger


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from printing a traceback for each ill-typed literal: a shape judges those."""
    loggers = [logging.getLogger("rdflib.term"), logging.getLogger("rdflib")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
