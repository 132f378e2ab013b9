"""A second look into files whose marks matched those of others: what they say of a node, and where what is wrong stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.contribution import FORMATS, RELATIONS, Contributed
from cvo.engines.fast.nodes import node_of
from cvo.files import base_iri, inner
from cvo.findings import Finding
from cvo.validation.corpora.batches import Task, named, whole
from cvo.validation.corpora.crossing import DANGLING, OPPOSED, SAME, TWICE
from cvo.validation.corpora.excerpts import excerpts, shifted_place
from cvo.validation.corpora.inputs import opened
from cvo.validation.corpora.mentions import OUTWARD, PAIRS, STATED_IN, STATEMENT, fingerprint, mark, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cvo.findings import Texts
    from cvo.validation.corpora.bench import Setting
    from cvo.validation.corpora.crossing import Hit

DEEP = 2  # steps from a node that is lent to others of its file that go with it
MOST = 200  # nodes that go with one

SAID = {
    TWICE: ("{name} is described in another file too: {first}", "{name} 在另一个文件中也写了：{first}"),
    SAME: ("this source has a claim with the same statement in another file: {first}", "另一个文件中已有同一来源、陈述相同的论断：{first}"),
    DANGLING: ("no file describes {value}", "没有文件写明 {value}"),
    OPPOSED: (
        "another file says the opposite of {name} and {value}, that they contradict or that they agree: {first}",
        "关于 {name} 与 {value}，另一个文件的说法相反（一处说矛盾，一处说一致）：{first}",
    ),
}
TO_DO = {
    TWICE: ("keep one of the two, or give this one a name of its own", "请保留其一，或给这一个另取名称"),
    SAME: ("remove one of them, or say in each what sets it apart", "请删去其一，或在陈述中写明差别"),
    DANGLING: ("check the name, or validate together with the file that describes it", "请核对名称，或与写明它的文件一同校验"),
    OPPOSED: ("decide for one of the two", "请保留其中一种判断"),
}


def lend(setting: Setting, task: Task, marks: Sequence[int]) -> tuple[int, dict[int, str]]:
    """Return what the file of *task* says of its nodes with *marks*, and of what these name nearby, as N-Triples."""
    wanted, blocks = set(marks), dict[str, list[ox.Quad]]()
    roots = {}
    known: dict[str, int] = {}
    for depth in range(DEEP + 1):
        seek = {node_of(q.object) for some in blocks.values() for q in some if type(q.object) is not ox.Literal} - blocks.keys()
        found: dict[str, list[ox.Quad]] = {}
        for quad in _quads(setting, task):
            subject = str(node_of(quad.subject))
            if depth == 0:
                number = known.get(subject)
                if number is None:
                    known = {subject: mark(subject)}  # of one subject after the other
                    number = known[subject]
                if number not in wanted:
                    continue
                roots[subject] = number
            elif subject not in seek:
                continue
            found.setdefault(subject, []).append(quad)
        if not found:
            break
        blocks.update(found)
    return task.number, {number: _with_neighbours(root, blocks, task.number) for root, number in roots.items()}


def _with_neighbours(root: str, blocks: Mapping[str, Sequence[ox.Quad]], number: int) -> str:
    nodes, last = {root: None}, [root]
    for _ in range(DEEP):
        near = [str(node_of(q.object)) for node in last for q in blocks.get(node, ()) if type(q.object) is not ox.Literal]
        last = [node for node in dict.fromkeys(near) if node in blocks and node not in nodes][: MOST - len(nodes)]
        nodes |= dict.fromkeys(last)

    def shown(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
        return f"_:n{number}x{term.value}" if isinstance(term, ox.BlankNode) else str(term)

    return "".join(f"{shown(q.subject)} {q.predicate} {shown(q.object)} .\n" for node in nodes for q in blocks[node])


def point(setting: Setting, task: Task, hits: Sequence[Hit], values: frozenset[str] = frozenset()) -> list[Finding]:
    """Return a finding for each of the *hits* in the file of *task*, but not about *values* that it has findings about already."""
    wanted = {(hit.code, hit.mark): hit for hit in hits}
    found: dict[tuple[str, int], ox.Quad] = {}
    for code, number, about in _marked(_quads(setting, task), {hit.code for hit in hits}):
        if (code, number) in wanted:
            found.setdefault((code, number), about)
    file = whole(setting, task)
    if file is not None:
        pieces: Mapping[str, Contributed] = {}
        first: Contributed = file
    else:
        prefixes: dict[str, str] = {}
        for _ in _quads(setting, task, prefixes):
            pass
        subjects = {quad.subject.value for quad in found.values() if isinstance(quad.subject, ox.NamedNode)}
        pieces = excerpts(task.name, task.path, prefixes, subjects)
        first = Contributed(task.path, "", (), prefixes, None)
    findings = [
        _finding(hit, quad, pieces.get(getattr(quad.subject, "value", ""), first))
        for key, hit in wanted.items()
        if (quad := found.get(key)) and not (_is_object(hit, quad) and str(quad.object) in values)
    ]
    return list(named(sorted(findings), task.name))


def _is_object(hit: Hit, quad: ox.Quad) -> bool:
    """Return whether *hit* is that the object of *quad* is described nowhere."""
    return hit.code == DANGLING and isinstance(quad.object, ox.NamedNode) and mark(quad.object.value) == hit.mark


def _marked(quads: Iterable[ox.Quad], codes: set[str]) -> Iterator[tuple[str, int, ox.Quad]]:  # noqa: C901 - one kind after the other
    """Return the marks that the triples have, for each of the *codes*."""
    statements: list[ox.Quad] = []
    source: object = None
    subject: object = None
    for quad in quads:
        predicate = quad.predicate.value
        if quad.subject != subject:
            subject, statements, source = quad.subject, [], None
        if TWICE in codes and isinstance(quad.subject, ox.NamedNode) and predicate not in RELATIONS:
            yield TWICE, mark(quad.subject.value), quad
        if SAME in codes and predicate in (STATEMENT, STATED_IN):
            if predicate == STATEMENT:
                statements.append(quad)
            else:
                source = node_of(quad.object)
            if source is not None:
                for said in statements:
                    yield SAME, fingerprint(source, said.object), said  # type: ignore[arg-type]
        if isinstance(quad.object, ox.NamedNode):
            if DANGLING in codes and predicate not in OUTWARD:
                yield DANGLING, mark(quad.object.value), quad
            if OPPOSED in codes and predicate in PAIRS:
                yield OPPOSED, pair(str(node_of(quad.subject)), quad.object.value), quad
        if DANGLING in codes and predicate in RELATIONS and isinstance(quad.subject, ox.NamedNode):
            yield DANGLING, mark(quad.subject.value), quad


def _finding(hit: Hit, quad: ox.Quad, file: Contributed) -> Finding:
    at = file.place_of_node(quad.subject) if hit.code == TWICE else None
    at = at or file.place_of_value(quad.subject, [quad.predicate.value], quad.object) or file.top
    if hit.code == DANGLING and not _is_object(hit, quad):
        at = file.place_of_node(quad.subject) or at
    about = {"name": file.show(quad.subject), "value": file.show(quad.object), "first": hit.first}
    if hit.code == DANGLING and not _is_object(hit, quad):
        about["value"] = about["name"]
    said: Texts = tuple(zip(("en", "zh"), (text.format(**about) for text in SAID[hit.code]), strict=True))
    to_do: Texts = tuple(zip(("en", "zh"), TO_DO[hit.code], strict=True))
    return Finding(
        place=shifted_place(at, file),
        code=hit.code,
        severity="violation",
        messages=said,
        help=to_do,
        focus=str(quad.subject),
        name=about["name"],
        path="" if hit.code == TWICE else quad.predicate.value,
        value="" if hit.code == TWICE else str(quad.object),
        line=file.shown(at),
    )


def _quads(setting: Setting, task: Task, prefixes: dict[str, str] | None = None) -> Iterator[ox.Quad]:
    """Return the triples of the file of *task*, one after the other; small files name their blank nodes as before."""
    file = whole(setting, task) if prefixes is None else None
    if file is not None:
        yield from file.quads
        return
    kind = FORMATS[inner(task.path).suffix.lower()]
    base = base_iri(inner(task.path)) if kind in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    with opened(task.name) as stream:
        parser = ox.parse(input=stream, format=kind, base_iri=base, rename_blank_nodes=False)
        yield from parser
        if prefixes is not None:
            prefixes.update(parser.prefixes)
