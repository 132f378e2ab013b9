"""The fast SHACL engine: shapes compiled to functions over plain dictionaries, and to SPARQL where they say so.

What it cannot compile it refuses, with the reason, before it looks at any data: the referee checks such shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.engines.fast.graph import Graph, quads_of
from cvo.engines.fast.queries import PREPARED
from cvo.engines.fast.run import run
from cvo.engines.fast.shapes import Shapes
from cvo.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pyoxigraph as ox

    from cvo.engines.fast.graph import Block
    from cvo.engines.fast.nodes import Node
    from cvo.outcome import Outcome, Term

__all__ = ["PREPARED", "Graph", "Shapes", "check", "quads_of"]


def check(
    data: Iterable[ox.Quad],
    shapes: Iterable[ox.Quad] | Graph | Shapes,
    focus: Collection[Term],
    beside: Sequence[Mapping[Node, Block]] = (),
) -> Outcome:
    """Return what the *shapes* find at the nodes of *focus* in *data*, and in the blocks *beside* it; graph names are not looked at.

    Raises: Uncompiled, if the shapes are for the referee; EngineError, if the data cannot be checked.
    """
    try:
        compiled = shapes if isinstance(shapes, Shapes) else Shapes(shapes)
        return run(list(data), compiled, focus, beside)
    except RecursionError:
        raise EngineError("the shapes or the data are nested too deeply", hint="give the nodes names instead of nesting them") from None
