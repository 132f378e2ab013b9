"""The nodes of a graph as the fast engine holds them: text for IRIs and blank nodes, pyoxigraph's terms for literals."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from cvo.errors import EngineError

if TYPE_CHECKING:
    from cvo.outcome import Term

Node: TypeAlias = str | ox.Literal
"""An IRI as its text, a blank node as ``_:`` and its label, a literal as it was typed.

Python remembers the hash of a text, so that looking up an IRI costs a third of looking up pyoxigraph's term.
"""


def node_of(term: Term) -> Node:
    """Return *term* as a node.

    >>> node_of(ox.NamedNode("urn:x")), node_of(ox.BlankNode("b"))
    ('urn:x', '_:b')

    Raises: EngineError, if it is a triple.
    """
    kind = type(term)
    if kind is ox.NamedNode:
        return term.value  # type: ignore[union-attr]
    if kind is ox.Literal:
        return term  # type: ignore[return-value]
    if kind is ox.BlankNode:
        return f"_:{term.value}"  # type: ignore[union-attr]
    raise EngineError("a triple term cannot be checked", hint="cvo reads RDF 1.1")


def term_of(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return *node* as pyoxigraph has it.

    >>> term_of("_:b"), term_of("urn:x")
    (<BlankNode value=b>, <NamedNode value=urn:x>)
    """
    if type(node) is not str:
        return node  # type: ignore[return-value]
    return ox.BlankNode(node[2:]) if node.startswith("_:") else ox.NamedNode(node)


def text_of(node: Node) -> str:
    """Return the text of *node* that SPARQL's ``STR`` gives."""
    return node if isinstance(node, str) else node.value
