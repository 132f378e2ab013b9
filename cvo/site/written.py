"""Turtle and RDF/XML of what lines of N-Triples say, where all things have names; written by hand, for there are very many documents."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from cvo.jsonld import SOURCES
from cvo.site.lines import text_of
from cvo.terms import PREFIXES, RDF

if TYPE_CHECKING:
    from cvo.site.lines import Said

KNOWN = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in SOURCES}
_NAMESPACE = re.compile(f"<({'|'.join(map(re.escape, sorted(KNOWN.values(), key=len, reverse=True)))})([A-Za-z][A-Za-z0-9_-]*)>")
_PREFIX = {iri: prefix for prefix, iri in KNOWN.items()}
_NOT_XML = re.compile(r"\\(?:[bf]|u00[01]|u007F)|[\uFFFE\uFFFF]")  # characters that no XML can have
_KEPT = 50_000  # names that are kept as they are written


@lru_cache(_KEPT)
def name(token: str) -> tuple[str, str]:
    """Return an IRI as Turtle has it, and the prefix that it needs.

    >>> name("<https://w3id.org/cvo/ns#Claim>"), name("<https://w3id.org/cvo/source/bi-2019#c001>")
    (('cvo:Claim', 'cvo'), ('<https://w3id.org/cvo/source/bi-2019#c001>', ''))
    """
    found = _NAMESPACE.fullmatch(token)
    return (f"{_PREFIX[found[1]]}:{found[2]}", _PREFIX[found[1]]) if found else (token, "")


def has_names(said: Said) -> bool:
    """Return whether everything that is spoken of in *said* has a name."""
    return not any(
        subject[0] != "<" or value[0] == "_" or value[:2] == "<<"
        for subject, about in said.items()
        for values in about.values()
        for value in values
    )


def turtle(said: Said) -> tuple[str, set[str]]:
    r"""Return *said* as Turtle, without its head, and the prefixes that it needs.

    >>> turtle({"<a:b>": {"<https://w3id.org/cvo/ns#statement>": ['"x"@en', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>']}})[0]
    '<a:b> cvo:statement "x"@en , "1"^^xsd:integer .\n'
    """
    used: set[str] = set()
    things = []
    for subject, about in said.items():
        lines = []
        for relation, values in about.items():
            verb, prefix = ("a", "") if relation == _TYPE else name(relation)
            used.add(prefix)
            shown = []
            for value in values:
                text, prefix = name(value) if value[0] == "<" else _literal(value) if value[-1] == ">" else (value, "")
                shown.append(text)
                used.add(prefix)
            lines.append(f"{verb} {' , '.join(shown)}")
        text, prefix = name(subject)
        used.add(prefix)
        things.append(f"{text} {_END.join(lines)} .\n")
    return "".join(things), used - {""}


_TYPE, _END = f"<{RDF}type>", " ;\n\t"


def _literal(token: str) -> tuple[str, str]:
    end = token.rindex('"') + 1
    kind, prefix = name(token[end + 2 :])
    return f"{token[:end]}^^{kind}", prefix


def xml(said: Said) -> bytes | None:
    """Return *said* as RDF/XML; nothing, if it has a relation without a known namespace or a character that XML cannot have."""
    used = {"rdf"}
    things = []
    for subject, about in said.items():
        lines = []
        for relation, values in about.items():
            tag, prefix = name(relation)
            if not prefix:
                return None
            used.add(prefix)
            for value in values:
                if value[0] == "<":
                    lines.append(f'\t\t<{tag} rdf:resource="{escape(value[1:-1])}"/>\n')
                    continue
                if _NOT_XML.search(value):
                    return None
                tail = value[value.rindex('"') + 1 :]
                kind = f' xml:lang="{tail[1:]}"' if tail[:1] == "@" else f' rdf:datatype="{escape(tail[3:-1])}"' if tail else ""
                text = escape(text_of(value), quote=False).replace("\r", "&#xD;")
                lines.append(f"\t\t<{tag}{kind}>{text}</{tag}>\n")
        things.append(f'\t<rdf:Description rdf:about="{escape(subject[1:-1])}">\n{"".join(lines)}\t</rdf:Description>\n')
    spaces = " ".join([f'xmlns:{prefix}="{KNOWN[prefix]}"' for prefix in sorted(used)])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF {spaces}>\n{"".join(things)}</rdf:RDF>\n'.encode()
