"""cvo: an ontology, claims and a SPARQL toolkit for the cultural AI value chain.

>>> import cvo
>>> answer = cvo.load().query("SELECT ?stage { ?stage a cvo:CanonicalStage } ORDER BY ?stage")
>>> len(answer)
5
>>> next(iter(answer))["stage"]
'https://w3id.org/cvo/term/cultural-introduction'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cvo.answers import Answer
    from cvo.contribute.locate import locate
    from cvo.dataset import Dataset, load
    from cvo.validation.validator import Finding, Report, validate

__all__ = ["Answer", "Dataset", "Finding", "Report", "load", "locate", "validate"]
__version__ = "0.1.0"

_HOMES = {
    "Answer": "cvo.answers",
    "Dataset": "cvo.dataset",
    "Finding": "cvo.validation.validator",
    "Report": "cvo.validation.validator",
    "load": "cvo.dataset",
    "locate": "cvo.contribute.locate",
    "validate": "cvo.validation.validator",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the protocol of modules
    """Return a public name, importing its module at first use, so that starting stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cvo' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
