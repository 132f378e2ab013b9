"""The source map: every triple of a text has the place that a person would point at."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvo import sourcemap

SUITE = Path(__file__).parents[2] / "shared" / "suites" / "rdf11"
KINDS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS}
BASE = "https://example.org/base/"
LIST = {f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}" for name in ("first", "rest", "nil")}


def pairs(text: str, suffix: str = ".ttl") -> list[tuple[ox.Quad, tuple[str, str, str]]]:
    """Return each triple of *text* with the texts at its spans."""
    base = BASE if suffix in (".ttl", ".trig") else None
    quads = list(ox.parse(text, format=KINDS[suffix], base_iri=base))
    found = sourcemap.read(text, quads=suffix == ".nq")
    assert len(found.triples) == len(quads)
    return [
        (quad, (text[s.start : s.end], text[p.start : p.end], text[o.start : o.end]))
        for quad, (s, p, o) in zip(quads, found.triples, strict=True)
    ]


def objects(text: str, suffix: str = ".ttl") -> list[str]:
    return [o for _, (_, _, o) in pairs(text, suffix)]


def stands_for(token: str, term: object) -> bool:
    """Return whether *token*, read alone, is *term*; escapes and prefixes are compared by what they must share."""
    if isinstance(term, ox.BlankNode):
        return token[0] in "[(" or token == f"_:{term.value}"
    if isinstance(term, ox.NamedNode):
        if token == "a":
            return term.value.endswith("#type")
        if term.value in LIST:
            return True
        local = token[1:-1] if token[0] == "<" else token.partition(":")[2]
        local = re.sub(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})", lambda m: chr(int(m[1] or m[2], 16)), local)
        local = re.sub(r"\\(.)", r"\1", local)
        return term.value.endswith(re.sub(r"^.*\.\./|^[./]+", "", local)) or "/." in local
    assert isinstance(term, ox.Literal)
    alone = next(iter(ox.parse(f"{PREFIXES}<urn:s> <urn:p> {token} .", format=ox.RdfFormat.TURTLE, base_iri=BASE))).object
    return isinstance(alone, ox.Literal) and (alone.value, alone.language) == (term.value, term.language)


PREFIXES = "".join(
    f"@prefix {name}: <urn:{name}:> ." for name in ["", *"abcdefghijklmnopqrstuvwxyz", "xsd", "rdf", "rdfs", "ex", "dc", "foaf", "owl"]
)


def files() -> list[str]:
    if not SUITE.is_dir():
        return []
    return sorted(str(path.relative_to(SUITE)) for path in SUITE.rglob("*") if path.suffix in KINDS)


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C RDF suites are not here: they belong in ../shared/suites")
def test_every_triple_of_the_w3c_suites_has_its_place() -> None:
    triples = 0
    for name in files():
        path = SUITE / name
        text = path.read_bytes().decode("utf-8-sig")
        try:
            list(ox.parse(text, format=KINDS[path.suffix], base_iri=BASE))
        except (SyntaxError, ValueError):
            continue
        for quad, tokens in pairs(text, path.suffix):
            triples += 1
            for token, term in zip(tokens, (quad.subject, quad.predicate, quad.object), strict=True):
                assert stands_for(token, term), f"{name}: {token!r} is not {term}"
    assert triples > 10_000 - 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<s> <p> 1, 'x' ; <q> true .", ["1", "'x'", "true"]),
        ("<s> a <C> .", ["<C>"]),
        ("<s> <p> [ <q> 1 ] .", ["1", "[ <q> 1 ]"]),
        ("<s> <p> [ <q> 'x' ] .", ["[ <q> 'x' ]", "'x'"]),
        ("[ <q> 1 ] <p> [] .", ["1", "[]"]),
        ("<s> <p> () .", ["()"]),
        ('<s> <p> \'\'\'a\'b\'\'c\'\'\' , """x"y""z\n\\"""" .', ["'''a'b''c'''", '"""x"y""z\n\\""""']),
        ("<s> <p> 'x'@en-GB, 'y'^^<t>, 'z' .", ["'x'@en-GB", "'y'^^<t>", "'z'"]),
        ("<s><p>1.<s><p>1.0.<s><p>1e9.<s><p>-.5 .", ["1", "1.0", "1e9", "-.5"]),
        ("# <s> <p> 0 .\n<s> <p> # 'no'\n 1 . # end", ["1"]),
        ("@prefix : <urn:> . :a.b :c\\.d. :e:f :g :%41\\, .", None),
        ("prefix a: <urn:> BASE <x/> @prefix b: <urn:b> . @base <y/> . a:prefix b:base a:a .", ["a:a"]),
        ("<s> <p> '#' , <#x> , '<' , \"'\" .", ["'#'", "<#x>", "'<'", '"\'"']),
        ("_:a.b <p> _:c.", ["_:c"]),
    ],
)
def test_the_span_of_an_object_is_exactly_the_object(text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(SyntaxError):
            list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    else:
        assert objects(text) == expected


def test_list_cells_stand_at_their_items_and_ends_at_the_list() -> None:
    text = "<s> <p> ( 1 'b' [] ( 2 ) ) ."
    found = {(quad.predicate.value.rpartition("#")[2], o) for quad, (_, _, o) in pairs(text)}
    assert {("first", "1"), ("first", "'b'"), ("first", "[]"), ("first", "( 2 )"), ("first", "2")} <= found


@pytest.mark.parametrize("suffix", [".ttl", ".trig"])
def test_subjects_and_predicates_have_their_spans_too(suffix: str) -> None:
    text = "<s> <p> 1 ; a <C> . [ <q> 2 ] <r> 3 ."
    assert [(s, p) for _, (s, p, _) in pairs(text, suffix)] == [("<s>", "<p>"), ("<s>", "a"), ("[ <q> 2 ]", "<q>"), ("[ <q> 2 ]", "<r>")]


def test_trig_with_several_graphs_is_walked() -> None:
    text = "{ <a> <b> 1 } <g> { <c> <d> 2 . <c> <e> 3 } GRAPH _:g { <f> <g> 4 . } [] { <h> <i> 5 } <j> <k> 6 ."
    assert objects(text, ".trig") == ["1", "2", "3", "4", "5", "6"]


def test_the_graph_name_of_a_quad_is_no_object() -> None:
    text = '<urn:s> <urn:p> "x"@en <urn:g> .\n<urn:s> <urn:p> <urn:o> .\n_:a <urn:p> "y" _:g . # end\n'
    assert objects(text, ".nq") == ['"x"@en', "<urn:o>", '"y"']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_and_columns_are_right_after_cjk_and_emoji_whatever_ends_a_line(end: str) -> None:
    text = end.join(["@prefix : <urn:> .", "", '  :剧本 :标签 "剧本😀\u2028x"@zh , :值 .'])
    found = sourcemap.read(text)
    places = [found.place("x.ttl", span) for span in (found.triples[0][0], found.triples[0][2], found.triples[1][2])]
    assert [(p.line, p.column, p.end_line, p.end_column) for p in places] == [(3, 3, 3, 6), (3, 11, 3, 21), (3, 24, 3, 26)]


def test_a_long_string_ends_on_its_last_line() -> None:
    found = sourcemap.read("<s> <p> '''a\nb''' .")
    place = found.place("x.ttl", found.triples[0][2])
    assert (place.line, place.column, place.end_line, place.end_column) == (1, 9, 2, 5)


@pytest.mark.parametrize("text", ["", "# only a comment", "@prefix : <urn:> .", "\n\r\n"])
def test_a_text_without_triples_has_no_places(text: str) -> None:
    assert sourcemap.read(text).triples == ()


def test_five_thousand_open_brackets_are_no_problem() -> None:
    depth = 5000
    assert len(pairs("<s> <p> " + "[ <p> " * depth + "1" + " ]" * depth + " .")) == depth + 1
    assert len(pairs("<s> <p> " + "( " * depth + ")" * depth + " .")) == 2 * depth - 1


def test_a_huge_literal_takes_no_time_to_speak_of() -> None:
    assert len(objects(f"<s> <p> '{'剧' * 1_000_000}' , '''{'x' * 1_000_000}''' .")) == 2


@pytest.mark.parametrize(
    ("text", "mark"),
    [("<a> <b> <<( <c> <d> <e> )>> .", "<<"), ("<a> <b> <c> {| <d> <e> |} .", "{|"), ("<a> <b> 'x'@ar--rtl .", "@ar--rtl")],
)
def test_what_only_rdf_1_2_knows_is_found(text: str, mark: str) -> None:
    span = sourcemap.rdf12(text)
    assert span
    assert text[span.start : span.end] == mark


TERMS = st.recursive(
    st.sampled_from(["<urn:x>", ":a", "1", "-2.50", "'s'", '"""l\n"""', "'t'@zh", "'d'^^:t", "true", "_:b", "[]", "()"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"({' '.join(items)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"[ :p {' , '.join(items)} ]"),
        st.tuples(inner, inner).map(lambda two: f"[:p {two[0]};:q {two[1]} ; ]"),
    ),
    max_leaves=12,
)


@given(st.lists(st.tuples(st.sampled_from([":s", "[]", "( 1 's' )", "[ :p 's' ]", "_:s"]), TERMS, TERMS), max_size=4))
def test_whatever_is_nested_in_whatever_the_order_is_that_of_the_parser(statements: list[tuple[str, str, str]]) -> None:
    text = "@prefix : <urn:> .\n" + "\n".join(f"{s} :p {first} , {second} ; a :C ." for s, first, second in statements)
    for quad, (_, predicate, thing) in pairs(text):
        assert stands_for(thing, quad.object)
        assert stands_for(predicate, quad.predicate) or quad.predicate.value in LIST
