"""What the search of a site finds: sources, terms, classes and relations, then the claims of each source."""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.site.model import LANGUAGES, kind_of_term, path_of, sources
from cvo.site.searchindex import FOUND, entries, shards, tokens
from cvo.site.streamed import work
from cvo.terms import CVO, RDF, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cvo.site.corpus import Corpus
    from cvo.site.data import Named
    from cvo.site.model import Model


def bases(corpus: Corpus) -> dict[str, int]:
    """Return the number of the first claim of each source; what has a name comes before all claims."""
    found, number = {}, len(_names(corpus.model))
    for source in sources(corpus.model):
        found[source] = number
        number += corpus.claims_of(source)
    return found


def _names(model: Model) -> list[str]:
    return [*sources(model), *(iri for iri in sorted(model.out) if path_of(iri).startswith("term/") or iri.startswith(CVO))]


def search(corpus: Corpus, site: Path) -> Iterator[Named]:
    """Give the index: what tells where to look, and the files in which to look, but those of the claims of streamed sources."""
    model = corpus.model
    kinds: dict[str, int] = {}
    names = _names(model)
    found: dict[str, array[int]] = {}
    things: list[tuple[Any, ...]] = []
    for number, iri in enumerate(names):
        kind = kind_of_term(model, iri) or next((k for k in model.iris(iri, f"{RDF}type")), "")
        zh, en = model.label(iri, "zh"), model.label(iri, "en")
        things.append((iri, 0, zh, en, kinds.setdefault(kind, len(kinds))))
        others = [n.value for n in model.values(iri, f"{SKOS}altLabel") if isinstance(n, ox.Literal)]
        _put(found, number, [zh, en, iri.rpartition("/")[2], *others])
    begins = list(range(0, len(names), FOUND))
    for start in begins:
        yield f"search/{start}.json", entries(things[start : start + FOUND])
    for source, base in bases(corpus).items():
        number = corpus.claims_of(source)
        begins += range(base, base + number, FOUND)
        if source in corpus.sources:
            for line in (site / f"{work(source)}.tokens").read_bytes().decode().split("\n")[:-1]:
                token, _, numbers = line.partition(" ")
                found.setdefault(token, array("I")).extend([base + int(each) for each in numbers.split()])
        else:
            claims = sorted(model.subjects(f"{CVO}statedIn", source))
            texts = [(iri, 1, model.text(iri, f"{CVO}statement", "zh"), model.text(iri, f"{CVO}statement", "en")) for iri in claims]
            for start in range(0, number, FOUND):
                yield f"search/{base + start}.json", entries(texts[start : start + FOUND])
            for place, (_, _, *said) in enumerate(texts, base):
                _put(found, place, [str(text) for text in said])
    firsts = []
    for place, (first, shard) in enumerate(shards(found)):
        firsts.append(first)
        yield f"search/tokens-{place}.json", shard
    named = [{lang: _kind(model, kind, lang) for lang in LANGUAGES} for kind in kinds]
    index = {"names": len(names), "begins": begins, "tokens": firsts, "kinds": named}
    yield "search.json", json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode()


def _put(found: dict[str, array[int]], number: int, texts: list[str]) -> None:
    for token in {*tokens("\n".join(texts))}:
        found.setdefault(token, array("I")).append(number)


_META = {
    "Class": ("类", "class"),
    "ObjectProperty": ("关系", "relation"),
    "DatatypeProperty": ("关系", "relation"),
    "AnnotationProperty": ("关系", "relation"),
}


def _kind(model: Model, kind: str, lang: str) -> str:
    local = kind.rpartition("#")[2]
    return _META[local][LANGUAGES.index(lang)] if local in _META and not kind.startswith(CVO) else model.label(kind, lang)
