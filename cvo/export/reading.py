"""The statements of files of claims by subject, and the claims among them in the order of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.dataset import expand, graph_of, kind_of, syntax_problem
from cvo.errors import InputError, QuestionError
from cvo.files import base_iri, shipped, unpacked
from cvo.names import nearest
from cvo.terms import CVO, RDF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_KEY = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
KINDS = tuple(f"{CVO}{kind}Claim" for kind in ("Relation", "Statistic", "Definition", "Event", "Normative"))


@dataclass(frozen=True, slots=True)
class Statements:
    """What files state: *out* by subject, in their order, *claims* in the order of the text.

    *home* is the graph of each subject, *abroad* that of a statement that stands in another one.
    """

    out: dict[Node, tuple[tuple[str, Term], ...]]
    home: dict[Node, str]
    abroad: dict[tuple[Node, str, Term], str]
    claims: tuple[Node, ...]

    def values(self, subject: Term | None, relation: str) -> list[Term]:
        """Return what *relation* says of *subject*."""
        return [value for name, value in self.out.get(subject, ()) if name == relation] if isinstance(subject, Node) else []

    def one(self, subject: Term | None, relation: str) -> Term | None:
        """Return the first of the `values`."""
        return next(iter(self.values(subject, relation)), None)

    def prefixes(self) -> dict[str, str]:
        """Return a prefix for the claims of each source: its cite key."""
        keys = {
            s: v.value
            for s in self.out
            for v in self.values(s, f"{CVO}citeKey")
            if isinstance(v, ox.Literal) and isinstance(s, ox.NamedNode)
        }
        return {key: f"{source.value}#" for source, key in sorted(keys.items(), key=lambda kept: kept[1]) if _KEY.fullmatch(key)}

    def subjects(self, kind: str) -> list[Node]:
        """Return the subjects that are a *kind*, a class of ours."""
        return [node for node, said in self.out.items() if (f"{RDF}type", ox.NamedNode(CVO + kind)) in said]


def read(names: Sequence[str] = (), sources: Sequence[str] = ()) -> Statements:
    """Return what the files *names* state, or the shipped claims if there are none; of *sources*, cite keys, only the claims if given.

    Raises: InputError, if a file cannot be read or has no claim; SyntaxProblem, if it is no RDF; QuestionError, if no such source is there.
    """
    paths = expand(list(names)) if names else shipped("instances")
    found: dict[Node, dict[tuple[str, Term], None]] = {}
    home: dict[Node, str] = {}
    abroad: dict[tuple[Node, str, Term], str] = {}
    for path in paths:
        for quad in parsed(path):
            node: Node = quad.subject  # type: ignore[assignment]  # RDF 1.1: no triple terms
            found.setdefault(node, {})[quad.predicate.value, quad.object] = None
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "" if names else graph_of(path)
            graph = graph or _document(node) or graph_of(path)
            if home.setdefault(node, graph if names else _document(node) or graph) != graph:
                abroad[node, quad.predicate.value, quad.object] = graph
    out = {node: tuple(said) for node, said in found.items()}
    statements = Statements(out, home, abroad, ())
    keys = {value.value: node for node in out for value in statements.values(node, f"{CVO}citeKey") if isinstance(value, ox.Literal)}
    wanted = {keys[known(key, keys)] for key in sources}
    claims = [node for node in out if any(kind.value in KINDS for kind in statements.values(node, f"{RDF}type") if isinstance(kind, Node))]
    if wanted:
        claims = [claim for claim in claims if wanted & set(statements.values(claim, f"{CVO}statedIn"))]
    if not claims:
        raise InputError(
            f"there is no claim in: {', '.join(map(str, sources or names))}", hint="a claim is a cvo:RelationClaim or the like"
        )
    return Statements(out, home, abroad, tuple(sorted(claims, key=lambda claim: reading_order(claim.value))))


def known(key: str, keys: Collection[str]) -> str:
    """Return *key*, the cite key of a source, if it is one of *keys*. Raises: QuestionError, if not."""
    if key not in keys:
        guess = nearest(key, keys)
        raise QuestionError(f"no such source: {key}", hint=f"did you mean {guess}?" if guess else f"there are {', '.join(sorted(keys))}")
    return key


def _document(node: Node) -> str:
    """Return the document that the IRI of *node* belongs to, which is the graph of a source; nothing if it has no part in one."""
    document, mark, _ = node.value.partition("#")
    return document if isinstance(node, ox.NamedNode) and mark else ""


def reading_order(iri: str) -> tuple[str, int, str]:
    """Return what the claim *iri* is sorted by: its source, then its number.

    >>> reading_order("https://w3id.org/cvo/source/bi-2019#c012")
    ('https://w3id.org/cvo/source/bi-2019', 12, 'https://w3id.org/cvo/source/bi-2019#c012')
    """
    digits = re.search(r"(\d+)$", iri)
    return iri.partition("#")[0], int(digits[1]) if digits else 0, iri


def parsed(path: Path) -> list[ox.Quad]:
    """Return the statements of *path* in their order; blank nodes are named by RDFC-1.0 and the file, the same in every run.

    Raises: InputError, if the file cannot be read; SyntaxProblem, with its place, if it is not what its name says.
    """
    try:
        with unpacked(path) as (file, _):
            quads = list(ox.parse(input=file, format=kind_of(path), base_iri=base_iri(path)))
    except SyntaxError as error:
        raise syntax_problem(error, path) from None
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot be read ({error}): {path}") from None
    if any(isinstance(quad.object, ox.Triple) for quad in quads):
        raise InputError(f"a triple term of RDF 1.2 is not read here: {path}", hint="export from the files of claims, not from an export")
    return named(quads, re.sub(r"\W", "-", path.stem, flags=re.ASCII))


def named(quads: Iterable[ox.Quad], prefix: str) -> list[ox.Quad]:
    """Return *quads* with their blank nodes named by RDFC-1.0 after *prefix*; those without any keep their order and come first."""
    plain, unnamed = [], ox.Dataset()
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode) or isinstance(quad.graph_name, ox.BlankNode):
            unnamed.add(quad)
        else:
            plain.append(quad)
    if not len(unnamed):
        return plain
    unnamed.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)

    def own(node: Term) -> Term:
        return ox.BlankNode(f"{prefix}-{node.value}") if isinstance(node, ox.BlankNode) else node

    renamed = (ox.Quad(own(q.subject), q.predicate, own(q.object), q.graph_name) for q in unnamed)  # type: ignore[arg-type]  # as they were
    return [*plain, *sorted(renamed, key=str)]
