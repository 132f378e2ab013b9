"""owlrl computes the OWL 2 RL closure of a graph: slow, by rules alone, and so a second opinion on the other engines."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable

HINT = "pip install 'cvo[owlrl]'"


def is_installed() -> bool:
    """Return whether the library is there."""
    return find_spec("owlrl") is not None


def infer(triples: Iterable[ox.Triple]) -> set[tuple[str, str, str]]:
    """Return what holds in the OWL 2 RL closure of *triples*, between names; literals, such as labels, are spared it.

    Raises: EngineError, if owlrl is not installed.
    """
    if not is_installed():
        raise EngineError("this engine needs a library that is not installed: owlrl", hint=HINT)
    import owlrl  # noqa: PLC0415 - it takes rdflib along
    import rdflib  # noqa: PLC0415 - the same

    text = ox.serialize((t for t in triples if not isinstance(t.object, ox.Literal)), format=ox.RdfFormat.N_TRIPLES) or b""
    graph = rdflib.Graph().parse(data=text, format="nt")
    # its "improved" datatypes would change rdflib's own for the rest of the process
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, improved_datatypes=False).expand(graph)
    named = rdflib.URIRef
    return {(str(s), str(p), str(o)) for s, p, o in graph if isinstance(s, named) and isinstance(o, named)}
