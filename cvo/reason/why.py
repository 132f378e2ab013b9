"""Why a statement holds: from the conclusion, by the axioms used, down to the claims and who makes them; in both languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo import lookup
from cvo.errors import QuestionError
from cvo.names import short
from cvo.reason import reasoning, views
from cvo.reason.axioms import TYPE, Fact, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cvo.dataset import Dataset
    from cvo.reason.entailment import Closure, Step

LANGUAGES = ("zh", "en")
A = {"a", "是", "是一种", "is a", "rdf:type", TYPE}
NEAR = 8  # statements shown beside one that does not follow


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as its readers need it to judge: *statement* and *holder* by language, and where it stands."""

    iri: str
    statement: dict[str, str]
    holder: dict[str, str]
    source: str
    section: str
    modality: dict[str, str]
    certainty: dict[str, str]
    condition: dict[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """A statement with what it rests on: claims, a *rule* (in words) with *premises*, or the vocabulary, if neither."""

    fact: Fact
    rule: dict[str, str]
    premises: tuple[Node, ...]
    claims: tuple[Claim, ...]
    denials: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """The answer: *tree* in the *views*, or, if the statement follows in none, what is *near* in them."""

    fact: Fact
    views: tuple[str, ...]
    tree: Node | None
    near: tuple[Fact, ...]
    labels: dict[str, dict[str, str]]


def why(words: Sequence[str], names: Sequence[str], data: Dataset) -> Reasons:
    """Return why the statement that the three *words* mean holds in the views *names* (none: the first shipped view that has it).

    Raises: QuestionError, if a word means no term or a view is unknown.
    """
    fact = _statement(words, data)
    tried = [tuple(names)] if names else [*((name,) for name in views.IN_ORDER), ("observed", "forecast")]
    near: list[Fact] = []
    for chosen in tried:
        given = reasoning.premises(chosen, data)
        closure = given.closure()
        if fact in closure or fact in given.projected:
            tree = _tree([fact], given, closure, data)[0]
            return Reasons(fact, chosen, tree, (), reasoning.labels(data, _iris([tree])))
        near += [each for each in _near(fact, closure, given) if each not in near]
    near = sorted(near, key=lambda each: -sum(a == b for a, b in zip(each, fact, strict=True)))[:NEAR]
    iris = {part for each in (fact, *near) for part in each}
    seen = tuple(dict.fromkeys(name for chosen in tried for name in chosen))
    return Reasons(fact, seen, None, tuple(near), reasoning.labels(data, iris))


def _statement(words: Sequence[str], data: Dataset) -> Fact:
    subject, relation, other = words
    thing = lookup.find(subject, data, called="the subject").value
    if relation in A:
        return thing, TYPE, lookup.find(other, data, "owl:Class", called="the class").value
    link = lookup.find(relation, data, "owl:ObjectProperty", called="the relation").value
    return thing, link, lookup.find(other, data, called="the object").value


def _near(fact: Fact, closure: Closure, given: reasoning.Premises) -> list[Fact]:
    """Return the statements that share two parts with *fact*, those that hang on claims first."""
    subject, relation, other = fact
    same_subject = [(subject, relation, each) for each in closure.by_subject.get((relation, subject), ())]
    same_object = [(each, relation, other) for each in closure.by_object.get((relation, other), ())]
    both = [(s, p, o) for (p, s), values in closure.by_subject.items() if s == subject for o in values if o == other]
    return sorted({*same_subject, *same_object, *both}, key=lambda each: (each not in given.projected, each not in closure.steps, each))


def explain(conclusions: reasoning.Conclusions, data: Dataset) -> str:
    """Return in both languages why a view is inconsistent: each clash, the rule that it breaks, and the claims behind it."""
    given = conclusions.premises
    closure = given.closure()
    lines = []
    for step, needed in conclusions.clashes:
        nodes = _tree(needed, given, closure, data)
        labels = reasoning.labels(data, {*_iris(nodes), *_mentioned(step.rule)})
        rule = words(step.rule, labels)
        lines += [f"不一致：{rule['zh']}", f"inconsistent: {rule['en']}"]
        for node in nodes:
            lines += list(_lines(node, labels, LANGUAGES, "  "))
        lines.append("")
    if conclusions.why:
        lines += [
            "不一致，引擎所见的公理：",
            "inconsistent, by these axioms of the engine:",
            *(f"  {each}" for each in conclusions.why),
            "",
        ]
    return "\n".join(lines)


def _tree(facts: Iterable[Fact], given: reasoning.Premises, closure: Closure, data: Dataset) -> list[Node]:
    """Return *facts* with what they rest on."""
    facts = list(facts)
    steps: dict[Fact, Step] = {}
    left = list(facts)
    while left:
        fact = left.pop()
        step = closure.steps.get(fact)
        if step is not None and fact not in given.projected and fact not in steps:
            steps[fact] = step
            left += step.premises
    leaves = {premise for step in steps.values() for premise in step.premises if premise not in steps} | (set(facts) - set(steps))
    cited = {claim for fact in leaves for claim in given.projected.get(fact, ())}
    denied = _denials(leaves & set(given.projected), data)
    told = _claims({*cited, *(claim for claims in denied.values() for claim in claims)}, data)
    spoken = reasoning.labels(data, {part for step in steps.values() for part in _mentioned(step.rule)})

    def node(fact: Fact) -> Node:
        step = steps.get(fact)
        claims = tuple(told[claim] for claim in given.projected.get(fact, ()) if claim in told)
        against = tuple(told[claim] for claim in denied.get(fact, ()) if claim in told)
        if step is None:
            return Node(fact, {}, (), claims, against)
        return Node(fact, words(step.rule, spoken), tuple(node(premise) for premise in step.premises), (), ())

    return [node(fact) for fact in facts]


def _denials(facts: Iterable[Fact], data: Dataset) -> dict[Fact, list[str]]:
    """Return the claims that deny one of *facts*."""
    query = (
        "SELECT ?c ?s ?p ?o { ?c cvo:polarity cvo:denied ; cvo:claimSubject ?s ; cvo:claimPredicate ?p ; cvo:claimObject ?o } ORDER BY ?c"
    )
    wanted, found = set(facts), dict[Fact, list[str]]()
    for row in data.query(query) if wanted else ():
        fact = row["s"], row["p"], row["o"]
        if fact in wanted:
            found.setdefault(fact, []).append(row["c"])
    return found


def _claims(iris: Iterable[str], data: Dataset) -> dict[str, Claim]:
    """Return what the claims *iris* say and who says it where."""
    values = " ".join(f"<{iri}>" for iri in sorted(iris))
    rows = data.query(
        f"""SELECT DISTINCT ?c ?key ?section ?what ?text {{ VALUES ?c {{ {values} }}
        {{ ?c cvo:statement ?text BIND("statement" AS ?what) }} UNION {{ ?c cvo:condition ?text BIND("condition" AS ?what) }}
        UNION {{ ?c cvo:opinionHolder/rdfs:label ?text BIND("holder" AS ?what) }}
        UNION {{ ?c cvo:modality/rdfs:label ?text BIND("modality" AS ?what) }}
        UNION {{ ?c cvo:certainty/rdfs:label ?text BIND("certainty" AS ?what) }}
        OPTIONAL {{ ?c cvo:statedIn/cvo:citeKey ?key }} OPTIONAL {{ ?c cvo:locator/cvo:section ?section }} }} ORDER BY ?c ?what ?text"""
    )
    texts: dict[str, dict[str, dict[str, str]]] = {}
    places: dict[str, tuple[str, str]] = {}
    for row in rows.rows:
        claim, key, section, what, text = row
        of = texts.setdefault(claim.value, {}).setdefault(what.value, {})  # type: ignore[union-attr]  # they are bound
        said, language = text.value, text.language or ""  # type: ignore[union-attr]  # the same
        of[language] = f"{of[language]}, {said}" if language in of and said not in of[language] else said
        places[claim.value] = (key.value if key else "", section.value if section else "")  # type: ignore[union-attr]  # the same
    fields = ("modality", "certainty", "condition")
    return {
        iri: Claim(iri, said.get("statement", {}), said.get("holder", {}), *places[iri], *(said.get(field, {}) for field in fields))
        for iri, said in texts.items()
    }


def words(rule: Rule, labels: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return *rule* in words, by language.

    >>> words(Rule("symmetric", (("?x", "urn:p", "?y"),), ("?y", "urn:p", "?x")), {"urn:p": {"zh": "不同于", "en": "differs from"}})["en"]
    '“differs from” holds both ways'
    """
    said = {}
    for language in LANGUAGES:
        names = [_name(atom[2] if atom[1] == TYPE else atom[1], labels, language) for atom in rule.body]
        head = _name(rule.head[2] if rule.head[1] == TYPE else rule.head[1], labels, language) if rule.head else ""
        template = PATTERNS.get(rule.kind, PATTERNS["subclass"])[language]
        first, last = names[0], names[-1]
        chain = {"zh": "再", "en": ", then "}[language].join(f"“{name}”" for name in names)
        if rule.kind in {"subclass", "definition"} and (len(names) > 1 or rule.body[0][1] != TYPE):
            template = PATTERNS["general"][language]
            chain = {"zh": "、", "en": ", "}[language].join(_condition(atom, labels, language) for atom in rule.body)
        said[language] = template.format(first=first, last=last, head=head, chain=chain)
    return said


PATTERNS = {
    "subproperty": {"zh": "“{first}”是“{head}”的一种", "en": "“{first}” is a kind of “{head}”"},
    "inverse": {"zh": "“{first}”反过来就是“{head}”", "en": "“{first}” read the other way round is “{head}”"},
    "symmetric": {"zh": "“{first}”是相互的", "en": "“{first}” holds both ways"},
    "transitive": {"zh": "“{first}”可以传递", "en": "“{first}” is passed on"},
    "chain": {"zh": "先{chain}，即“{head}”", "en": "{chain} makes “{head}”"},
    "domain": {"zh": "“{first}”的主体是“{head}”", "en": "the subject of “{first}” is a “{head}”"},
    "range": {"zh": "“{first}”的对象是“{head}”", "en": "the object of “{first}” is a “{head}”"},
    "subclass": {"zh": "凡“{first}”都是“{head}”", "en": "every “{first}” is a “{head}”"},
    "definition": {"zh": "按定义，“{first}”是“{head}”", "en": "by definition, a “{first}” is a “{head}”"},
    "general": {"zh": "凡符合以下各条者即“{head}”：{chain}", "en": "what meets all of this is a “{head}”: {chain}"},
    "disjoint": {"zh": "没有事物既是“{first}”又是“{last}”", "en": "nothing is both a “{first}” and a “{last}”"},
    "disjoint-relations": {"zh": "“{first}”与“{last}”不能同时成立", "en": "“{first}” and “{last}” do not hold together"},
    "irreflexive": {"zh": "“{first}”不能对自身成立", "en": "nothing “{first}” itself"},
    "functional": {"zh": "“{first}”只能有一个值", "en": "“{first}” has only one value"},
    "nothing": {"zh": "没有任何事物属于“{first}”", "en": "nothing is a “{first}”"},
}


def _condition(atom: Fact, labels: dict[str, dict[str, str]], language: str) -> str:
    """Return one condition of a general axiom, such as ``x implicates right y``."""
    parts = [part[1:] if part[0] == "?" else _name(part, labels, language) for part in atom]
    return f"{parts[0]}{_name(TYPE, labels, language)}{parts[2]}" if atom[1] == TYPE and language == "zh" else " ".join(parts)


def _name(iri: str, labels: dict[str, dict[str, str]], language: str) -> str:
    if iri == TYPE:
        return {"zh": "是", "en": "is a"}[language]
    return labels.get(iri, {}).get(language) or short(iri)


def _mentioned(rule: Rule) -> set[str]:
    return {part for atom in (*rule.body, *((rule.head,) if rule.head else ())) for part in atom if part[0] != "?"}


def _iris(nodes: Iterable[Node]) -> set[str]:
    return {iri for node in nodes for iri in (*node.fact, *_iris(node.premises))}


def sentence(fact: Fact, labels: dict[str, dict[str, str]], language: str) -> str:
    """Return *fact* as the labels of its three parts."""
    return " ".join(_name(part, labels, language) for part in fact)


def text(reasons: Reasons, lang: str = "") -> str:
    """Return *reasons* as an indented text, in *lang* or in both languages."""
    languages = (lang,) if lang else LANGUAGES
    lines = []
    shown = "+".join(reasons.views)
    if reasons.tree is None:
        said = {"zh": f"在视图 {shown} 中推不出：", "en": f"does not follow in the views {shown}: "}
        lines += [said[language] + sentence(reasons.fact, reasons.labels, language) for language in languages]
        if reasons.near:
            lines += [{"zh": "相近而成立的：", "en": "what is near and does hold:"}[language] for language in languages]
            lines += [f"  {' | '.join(sentence(each, reasons.labels, language) for language in languages)}" for each in reasons.near]
        return "\n".join(lines) + "\n"
    lines += [{"zh": f"视图：{shown}", "en": f"view: {shown}"}[language] for language in languages]
    return "\n".join([*lines, *_lines(reasons.tree, reasons.labels, languages, "")]) + "\n"


def _lines(node: Node, labels: dict[str, dict[str, str]], languages: Sequence[str], indent: str) -> Iterator[str]:
    yield indent + " | ".join(sentence(node.fact, labels, language) for language in languages)
    inner = indent + "  "
    if node.rule:
        yield from (f"{inner}{ {'zh': '因为', 'en': 'because '}[language] }{node.rule[language]}" for language in languages)
    elif not node.claims:
        yield from (inner + {"zh": "词汇或本体所载", "en": "stated by the vocabulary or the ontology"}[language] for language in languages)
    for claims, zh, en in ((node.claims, "论断", "claim"), (node.denials, "被否定", "denied by")):
        for claim in claims:
            title = " ".join({"zh": zh, "en": en}[language] for language in languages)
            yield f"{inner}{title} {short(claim.iri)} ({claim.source}, {claim.section})"
            for language in languages:
                who, says = claim.holder.get(language, ""), claim.statement.get(language, "")
                if condition := claim.condition.get(language):
                    says += {"zh": f"（条件：{condition}）", "en": f" (condition: {condition})"}[language]
                yield inner + "  " + {"zh": f"{who}：{says}", "en": f"{who}: {says}"}[language]
    for premise in node.premises:
        yield from _lines(premise, labels, languages, inner)


def as_json(reasons: Reasons, lang: str = "") -> str:
    """Return *reasons* as JSON, with texts in *lang* or in both languages."""
    languages = (lang,) if lang else LANGUAGES

    def only(said: dict[str, str]) -> dict[str, str]:
        return {language: said[language] for language in languages if language in said}

    def triple(fact: Fact) -> dict[str, object]:
        parts = dict(zip(("subject", "predicate", "object"), fact, strict=True))
        return {**parts, "text": {language: sentence(fact, reasons.labels, language) for language in languages}}

    def claim(of: Claim) -> dict[str, object]:
        told = ("statement", "holder", "modality", "certainty", "condition")
        return {"claim": of.iri, "source": of.source, "section": of.section, **{name: only(getattr(of, name)) for name in told}}

    def tree(node: Node) -> dict[str, object]:
        found = triple(node.fact)
        found["kind"] = "inferred" if node.rule else "claimed" if node.claims else "stated"
        if node.rule:
            found |= {"rule": only(node.rule), "premises": [tree(premise) for premise in node.premises]}
        for name, claims in (("claims", node.claims), ("denials", node.denials)):
            if claims:
                found[name] = [claim(each) for each in claims]
        return found

    document: dict[str, object] = {**triple(reasons.fact), "views": list(reasons.views), "follows": reasons.tree is not None}
    if reasons.tree is None:
        document["near"] = [triple(each) for each in reasons.near]
    else:
        document["because"] = tree(reasons.tree)
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


FORMS = {"text": text, "json": as_json}


def write(reasons: Reasons, form: str, lang: str) -> str:
    """Return *reasons* in the format *form*.

    Raises: QuestionError, if there is no such format.
    """
    if form not in FORMS:
        raise QuestionError(f"no such format: {form}", hint=f"use one of {', '.join(FORMS)}")
    return FORMS[form](reasons, lang)
