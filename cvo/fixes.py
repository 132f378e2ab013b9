"""What can safely be written in place of a slip: only where one answer is clear, and what is meant stays the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo import sourcemap
from cvo.findings import Fix, first_steps
from cvo.names import LOCAL, nearest
from cvo.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cvo.contribution import Contributed, Term
    from cvo.errors import Place
    from cvo.findings import Path

ALIKE, APART = 0.8, 0.06  # how like the right word must be, and how much more like than any other
# Tags that say simplified Chinese or English with a region. Traditional characters are another text: nobody changes those tags.
TAGS = (
    (re.compile(r"zh-(?:cmn-)?(?:hans(?:-[a-z]{2})?|cn|sg)|(?:zh-)?cmn(?:-hans)?(?:-cn)?", re.IGNORECASE), "zh"),
    (re.compile(r"en-(?:[a-z]{2}|latn(?:-[a-z]{2})?)", re.IGNORECASE), "en"),
)
HAN, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]")
MARKS = (".", ";", ",")
OBJECT = 2  # the third of a triple, as a source map counts


def clear(word: str, meant: str, known: Iterable[str]) -> bool:
    """Return whether *word* can only have been meant to be *meant*, and no other word of *known*.

    >>> clear("script-writting", "script-writing", ["script-writing", "script-breakdown"])
    True
    >>> clear("film-makng", "film-making", ["film-making", "film-marking"])
    False

    A name that begins with a capital is that of a class, and no rival of one that does not.

    >>> clear("polarty", "polarity", ["polarity", "Polarity"])
    True
    """
    import difflib  # noqa: PLC0415  only a slip pays for it

    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(word.casefold())

    def like(other: str, least: float) -> float:
        matcher.set_seq1(other.casefold())
        return matcher.ratio() if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least else 0.0

    own = like(meant, ALIKE)
    upper = word[:1].isupper()
    if own < ALIKE or upper != meant[:1].isupper():
        return False
    return all(other == meant or other[:1].isupper() != upper or like(other, own - APART) <= own - APART for other in known)


def renamed(file: Contributed, index: int, role: int, meant: str) -> Fix | None:
    """Return the fix that writes the IRI *meant* for the predicate or object (*role*) of a triple of *file*; None for a literal."""
    if isinstance(file.quads[index].object, ox.Literal) and role == OBJECT:
        return None
    place = file.place(index, role)
    return written_as(file.typed(place), place, meant, file.prefixes)


def written_as(typed: str, place: Place, meant: str, prefixes: Mapping[str, str]) -> Fix | None:
    """Return the fix that writes the IRI *meant* in the way of what was *typed* at *place*; None if that cannot be.

    >>> from cvo.errors import Place
    >>> written_as("c:Clam", Place("x"), "https://w3id.org/cvo/ns#Claim", {"c": "https://w3id.org/cvo/ns#"}).text
    'c:Claim'
    """
    if typed.startswith("<"):
        return Fix(place, f"<{meant}>")
    prefix, colon, _ = typed.partition(":")
    namespace = prefixes.get(prefix, "")
    if not colon or not namespace or not meant.startswith(namespace) or not LOCAL.match(meant, len(namespace)):
        return None
    return Fix(place, f"{prefix}:{meant[len(namespace) :]}")


def prefix_iri(place: Place, typed: str, right: str) -> Fix | None:
    """Return the fix that gives a prefix its *right* IRI; None if what was *typed* may be another vocabulary.

    >>> from cvo.errors import Place
    >>> prefix_iri(Place("x"), "<http://w3id.org/cvo/ns/>", "<https://w3id.org/cvo/ns#>").text
    '<https://w3id.org/cvo/ns#>'
    >>> prefix_iri(Place("x"), "<http://schema.org/>", "<http://www.w3.org/ns/shacl#>")
    """
    import difflib  # noqa: PLC0415  only a slip pays for it

    return Fix(place, right) if difflib.SequenceMatcher(None, typed, right, autojunk=False).ratio() > ALIKE else None


def of_result(file: Contributed, code: str, focus: Term, path: Path, place: Place) -> Fix | None:
    """Return the fix of what a shape found in *file* at *place*: so far, wrong language tags."""
    if code == "CVO-LANGUAGE-TAG":
        wanted = _plain_tag
    elif code.endswith("-SCRIPT"):
        wanted = _tag_by_script
    else:
        return None
    typed = file.typed(place)
    found = re.search(r"@([A-Za-z0-9-]+)\Z", typed)
    if not found:
        return None
    steps = first_steps(path)
    values: dict[str, list[ox.Literal]] = {}
    for quad in file.about(focus):
        if quad.predicate.value in steps and isinstance(quad.object, ox.Literal):
            values.setdefault(quad.predicate.value, []).append(quad.object)
    tag = found[1].lower()
    for literals in values.values():
        mine = [literal for literal in literals if literal.language == tag and file.place_of_value(focus, steps, literal) == place]
        tags = [wanted(literal) for literal in literals]
        if mine and len(set(tags)) == len(tags) and (right := wanted(mine[0])) != tag:
            return Fix(place, typed[: found.start(1)] + right)
    return None


def _plain_tag(literal: ox.Literal) -> str:
    """Return the tag that *literal* should have.

    >>> [_plain_tag(ox.Literal("x", language=tag)) for tag in ("zh-Hans", "zh-CN", "en-GB", "zh-Hant", "de")]
    ['zh', 'zh', 'en', 'zh-hant', 'de']
    """
    tag = literal.language or ""
    return next((right for pattern, right in TAGS if pattern.fullmatch(tag)), tag)


def _tag_by_script(literal: ox.Literal) -> str:
    """Return the tag that the characters of *literal* tell, if they tell one.

    >>> [_tag_by_script(ox.Literal(text, language="en")) for text in ("剧本", "scripts", "AI 剧本", "2017")]
    ['zh', 'en', 'en', 'en']
    """
    han, latin = HAN.search(literal.value), LATIN.search(literal.value)
    if bool(han) == bool(latin):
        return literal.language or ""
    return "zh" if han else "en"


def undeclared(text: str, place: Place, typed: str, prefix: str, declared: Mapping[str, str]) -> Fix | None:
    r"""Return the fix of a *prefix* that is not declared: its declaration, if the project knows it, else the one that was meant.

    >>> from cvo.errors import Place
    >>> undeclared("# x\n@prefix a: <urn:> .\na:b a prov:Agent .", Place("x", 3, 7, 3, 17), "prov:Agent", "prov", {"a": "urn:"})
    Fix(place=Place(file='x', line=2, column=1, end_line=2, end_column=1, cell=''), text='@prefix prov: <http://www.w3.org/ns/prov#> .\n')
    >>> undeclared("", Place("x"), "skso:Concept", "skso", {"skos": "urn:"}).text
    'skos:Concept'
    """
    if prefix in PREFIXES:
        at = _first_directive(text)
        newline = next((found.group() for found in sourcemap.NEWLINE.finditer(text)), "\n")
        here = sourcemap.SourceMap(text, ()).place(place.file, sourcemap.Span(at, at))
        return Fix(here, f"@prefix {prefix}: <{PREFIXES[prefix]}> .{newline}")
    like = nearest(prefix, declared, 0.74)
    rivals = [name for name in declared if nearest(prefix, [name], 0.74)]
    if not like or len(rivals) > 1 or not typed.startswith(f"{prefix}:"):
        return None
    return Fix(place, like + typed[len(prefix) :])


def _first_directive(text: str) -> int:
    """Return the offset of the line of the first prefix declaration, else of the beginning."""
    found = re.search(r"^[ \t]*(?:@prefix|PREFIX)\b", text, re.MULTILINE | re.IGNORECASE)
    directive = next(sourcemap.prefixes(text), None)
    if not found or not directive or found.start() > directive[1].start or "\n" in text[found.end() : directive[1].start]:
        return 0
    return found.start()


def alike(text: str, at: int) -> list[tuple[sourcemap.Span, str]]:
    r"""Return where *text* has the full-width mark that stands *at* an offset again, and what to write: never in strings or comments.

    >>> [span.start for span, right in alike(":a :b :c； :d '；' ； # ；", 8)]
    [8, 17]
    >>> [(span.start, right) for span, right in alike(":a :b “c”@zh , “d”@en , '“e”' .", 6)]
    [(6, '"'), (8, '"'), (15, '"'), (17, '"')]
    """
    mark = text[at]
    hidden, found = [], []
    for token in sourcemap.TOKEN.finditer(text):
        if token.lastgroup in ("string", "iri", "skip"):
            hidden.append(token.span())
        elif (last := token.group().rstrip(mark)) != token.group():  # a name that it ends, or nothing else
            found += [sourcemap.Span(i, i + 1) for i in range(token.start() + len(last), token.end())]
    if mark in "“”":
        found, inside = [], iter(hidden)
        start, end = next(inside, (len(text), len(text)))
        for quoted in re.finditer(r"“[^“”\"\\\r\n]*”(?=[@;,.\s]|\^\^)", text):
            while end <= quoted.start():
                start, end = next(inside, (len(text), len(text)))
            if quoted.start() < start:
                found += [sourcemap.Span(i, i + 1) for i in (quoted.start(), quoted.end() - 1)]
    return [(span, sourcemap.FULL_WIDTH[text[span.start]]) for span in found if text[span.start] in sourcemap.FULL_WIDTH]


def missing_mark(file: str, text: str, offset: int, parses: Callable[[str], bool]) -> Fix | None:
    r"""Return the fix that adds the full stop or the semicolon before *offset* with which alone all of *text* *parses*.

    Where only a comma would do, there may as well be one value too many.

    >>> missing_mark("x", ":a :b :c\n", 9, lambda text: ":c ." in text).text
    ' .'
    """
    end = 0
    for token in sourcemap.TOKEN.finditer(text):
        if token.start() >= offset:
            break
        if token.lastgroup != "skip":
            end = token.end()
    if not end or end > offset:
        return None
    found = [mark for mark in MARKS if parses(f"{text[:end]} {mark}{text[end:]}")]
    if len(found) != 1 or found == [","]:
        return None
    return Fix(sourcemap.SourceMap(text, ()).place(file, sourcemap.Span(end, end)), f" {found[0]}")
