"""What the words in a table mean: every term by its name and its labels, all of them at hand for a thousand rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import lookup
from cvo.errors import CvoError, Message, brief
from cvo.names import nearest, short
from cvo.terms import CVO, CVT, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cvo.dataset import Dataset

CLAIM_KINDS = tuple(f"{CVO}{kind}Claim" for kind in ("Relation", "Definition", "Event", "Statistic", "Normative"))
BETWEEN = tuple(CVO + name for name in ("agreesWith", "contradicts", "inTensionWith", "refines", "restates"))
# The few values of a column, the commonest first.
_FEW = """
affirmed denied questioned mixed observed general historical predicted possible conditional recommended required
asserted hedged speculative noBasis argumentBasis caseBasis citationBasis statisticBasis
authorOwn quotedPerson citedWork reportedStatistic commonView exact about atLeast atMost
"""
FEW = [CVO + name for name in _FEW.split()]
ENDINGS = {"cvo:Claim": ("Claim", " claim", "论断"), "cvo:Basis": ("Basis",)}  # what need not be written of a choice's name
_RELATED = "cvo:relatesToClaim"
KINDS = {  # of which people speak otherwise than the ontology does
    ("cvo:Claim", "en"): "kind of claim",
    ("cvo:Claim", "zh"): "论断种类",
    ("qudt:Unit", "zh"): "单位",
}
TYPE, _LABELS = f"{RDF}type", (f"{RDFS}label", f"{SKOS}altLabel")


class Vocabulary:
    """The terms of a dataset by what they are called."""

    def __init__(self, dataset: Dataset, more: Iterable[ox.Quad] = ()) -> None:
        """Read the names of the terms of *dataset*, and of those that *more* declares."""
        self.kinds: dict[str, set[str]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self._called: dict[str, dict[str, None]] = {}
        above: dict[str, set[str]] = {}
        for row in dataset.query("SELECT ?below ?above { ?below rdfs:subClassOf ?above FILTER(isIRI(?below) && isIRI(?above)) }"):
            above.setdefault(row["below"], set()).add(row["above"])
        self._above = above
        # an instance file has thousands of nodes that nobody means by a word
        skip = "FILTER NOT EXISTS { ?term cvo:statedIn|cvo:firstClaim|oa:hasSelector|oa:start|cvo:passageDigest [] }"
        rows = dataset.query(
            "SELECT ?term ?kind ?what ?label { VALUES ?what { rdfs:label skos:altLabel } "
            f"?term a ?kind ; ?what ?label {skip} FILTER(isIRI(?term) && isIRI(?kind) && isLiteral(?label)) }}"
        )
        for term, kind, what, label in rows.rows:
            if isinstance(label, ox.Literal):
                self._add(str(term)[1:-1], str(kind)[1:-1], str(what)[1:-1], label)
        self._declare(more)
        for iri in CLAIM_KINDS:
            self.kinds.setdefault(iri, set()).add(f"{CVO}Claim")
        for iri in BETWEEN:
            self.kinds.setdefault(iri, set()).add(f"{CVO}relatesToClaim")
        self._bounds = {
            (row["relation"], row["side"]): row["kind"]
            for row in dataset.query(
                "SELECT ?relation ?side ?kind { VALUES ?side { rdfs:domain rdfs:range } ?relation a cvo:DomainRelation ; ?side ?kind }"
            )
        }

    def _declare(self, quads: Iterable[ox.Quad]) -> None:
        kinds: dict[object, list[str]] = {}
        labels = []
        for quad in quads:
            if quad.predicate.value == TYPE and isinstance(quad.object, ox.NamedNode):
                kinds.setdefault(quad.subject, []).append(quad.object.value)
            elif quad.predicate.value in _LABELS and isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
                labels.append((quad.subject, quad.predicate.value, quad.object))
        for term, what, label in labels:
            for kind in kinds.get(term, ()):
                self._add(term.value, kind, what, label)

    def _add(self, term: str, kind: str, what: str, label: ox.Literal) -> None:
        known = self.kinds.setdefault(term, set())
        if kind not in known:
            known |= self._upwards(kind)
        if what == f"{RDFS}label":
            self.labels.setdefault((term, label.language or ""), label.value)
        self._called.setdefault(folded(label.value), {})[term] = None

    def _upwards(self, kind: str) -> set[str]:
        found, todo = {kind}, [kind]
        while todo:
            new = self._above.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return found

    def find(self, word: str, kind: str, *, near: tuple[str, str] | None = None) -> ox.NamedNode:
        """Return the term of the class *kind* (a prefixed name) that *word* means: its name, or a label.

        *near* is a relation and the side of it (``domain`` or ``range``) on which the term stands: it decides between two.
        Raises: CvoError, if there is none or more than one.
        """
        wanted = expand(kind)
        for iri in _names(word):
            if wanted in self.kinds.get(iri, ()):
                return ox.NamedNode(iri)
        meant = [iri for iri in self._called.get(folded(word), ()) if wanted in self.kinds[iri]]
        if kind in ENDINGS or kind == _RELATED or not meant:
            meant = [iri for iri in self.of_kind(kind) if folded(word) in map(folded, self.choice_names(iri, kind))] or meant
        if len(meant) > 1 and near is not None:
            side = self._bounds.get((near[0], f"{RDFS}{near[1]}"), "")
            meant = [iri for iri in meant if side in self.kinds[iri]] or meant
        if len(meant) == 1:
            return ox.NamedNode(meant[0])
        what, zh = self.kind_name(kind), self.kind_name(kind, "zh")
        if meant:
            raise CvoError(
                Message(f"more than one {what} is called so: {brief(word)}", f"不止一个{zh}叫这个名称：{brief(word)}"),
                hint=_one_of(map(plain, sorted(meant))),
            )
        others = [iri for iri in (*_names(word), *self._called.get(folded(word), ())) if iri in self.kinds]
        if others:
            kinds = sorted(self.kinds[others[0]])
            is_a, is_zh = (next((name for k in kinds if (name := self.labels.get((k, lang)))), "") for lang in ("en", "zh"))
            raise CvoError(
                Message(
                    f"is a {is_a or 'something else'}, not a {what}: {brief(word)}", f"是{is_zh or '别的东西'}，不是{zh}：{brief(word)}"
                ),
                hint=Message(f"{plain(others[0])} cannot stand in this column", f"此列不能写 {plain(others[0])}"),
            )
        guess = nearest(word, self._words(kind), 0.6)
        raise CvoError(
            Message(f"no {what} is called so: {brief(word)}", f"没有这样的{zh}：{brief(word)}"),
            hint=Message(f"did you mean {guess}?", f"是否想写 {guess}？") if guess else self._advice(kind, word),
        )

    def _advice(self, kind: str, word: str) -> Message:
        few = self.of_kind(kind)
        if len(few) <= 10:  # noqa: PLR2004
            en, zh = ([self.name(iri, kind, lang) for iri in few] for lang in ("en", "zh"))
            return Message(_one_of(en).en, _one_of(zh).zh)
        return Message(
            f'`cvo terms "{brief(word)}"` searches the vocabulary; a new term is added to it first',
            f'可用 `cvo terms "{brief(word)}"` 查找词汇；新词条须先加入词汇',
        )

    def _words(self, kind: str) -> list[str]:
        return [word for iri in self.of_kind(kind) for word in (plain(iri), *self.choice_names(iri, kind))]

    def of_kind(self, kind: str) -> list[str]:
        """Return the terms of the class *kind*."""
        wanted = expand(kind)
        if wanted == f"{CVO}Claim":
            return list(CLAIM_KINDS)
        if kind == _RELATED:
            return list(BETWEEN)
        found = sorted(iri for iri, kinds in self.kinds.items() if wanted in kinds)
        return sorted(found, key=lambda iri: FEW.index(iri) if iri in FEW else len(FEW))

    def kind_name(self, kind: str, lang: str = "en") -> str:
        """Return what people call the class *kind* in the language *lang*."""
        if name := KINDS.get((kind, lang)):
            return name
        return self.labels.get((expand(kind), lang)) or kind.partition(":")[2].lower()

    def choice_names(self, iri: str, kind: str) -> list[str]:
        """Return the names of one of the few values of *kind*, without what goes without saying."""
        names = [plain(iri), *(self.labels[iri, lang] for lang in ("en", "zh") if (iri, lang) in self.labels)]
        return names + [name.removesuffix(ending) for name in names for ending in ENDINGS.get(kind, ()) if name.endswith(ending)]

    def name(self, iri: str, kind: str, lang: str = "") -> str:
        """Return how *iri* is written in a column of *kind*: its label in *lang* where that means nothing else, else its name."""
        label = self.labels.get((iri, lang), "")
        for ending in ENDINGS.get(kind, ()):
            label = label.removesuffix(ending)
        for word in (label, plain(iri)):
            if word and not set(word) & set(";；\n") and word == word.strip() and word[0] not in '"<':
                try:
                    if self.find(word, kind).value == iri:
                        return word
                except CvoError:
                    continue
        return short(iri)


def _one_of(names: Iterable[str]) -> Message:
    names = list(names)
    return Message(f"write one of {', '.join(names)}", f"请写其中之一：{'、'.join(names)}")


def folded(text: str) -> str:
    """Return *text* as names are compared: no case, width, hyphen or space.

    >>> folded("AI 合成主播") == folded("ai合成主播")
    True
    """
    return lookup.folded(text).replace(" ", "")


def expand(name: str) -> str:
    """Return the IRI of a prefixed *name* of the project.

    >>> expand("cvo:Term")
    'https://w3id.org/cvo/ns#Term'
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def plain(iri: str) -> str:
    """Return the name of a term without the prefix of the project.

    >>> plain("https://w3id.org/cvo/term/gan"), plain("http://qudt.org/vocab/unit/NUM")
    ('gan', 'NUM')
    """
    return next((iri[len(namespace) :] for namespace in (CVT, CVO, PREFIXES["unit"]) if iri.startswith(namespace)), short(iri))


def _names(word: str) -> list[str]:
    """Return the IRIs that *word* can be the name of."""
    prefix, colon, local = word.partition(":")
    found = [word.strip("<>")] if colon else []
    found += [PREFIXES[prefix] + local] if colon and prefix in PREFIXES else []
    return [*found, CVT + word, CVO + word, PREFIXES["unit"] + word]
