"""The vocabulary hangs together: labels, hierarchies, and a claim or a reason for every term."""

import re
from collections import Counter, defaultdict

import pytest

import cvo
from cvo.files import shipped
from cvo.terms import CVO, CVT, SKOS

# The kinds whose terms are ordered into wider and narrower ones; the other kinds are lists (ontology/README.md).
ORDERED = {"application", "benefit", "capacity", "factor", "measure", "paradigm", "right", "risk", "role", "sector", "technology"}

# What a source calls a kind of another thing, and the vocabulary does not put under it.
NOT_FOLLOWED = {
    "biometrics": "of the same source elsewhere the ground that AI rests on",
    "hardware-optimisation": "used beyond AI",
    "cultural-resources": "the source counts them as intangible, but they include tangible heritage",
    "generative-algorithm": "one of three core technologies of AIGC: a role it plays, not its kind",
    "pretrained-model": "likewise",
    "multimodal-technology": "likewise",
    "transformer": "an architecture; models of every size use it",
    "diffusion-model": "likewise",
    "being-ethics-compliant-enterprise": "a motive; topics are a list",
    "responsible-new-technology": "likewise",
}


def rows(query):
    return [tuple("" if term is None else term for term in row.values()) for row in cvo.load().query(query)]


@pytest.fixture(scope="module")
def terms():
    """Return the kind of each term, by its file."""
    found = {}
    for path in shipped("ontology/vocabulary"):
        for name in re.findall(r"^cvt:(\S+) a cvo:", path.read_text(encoding="utf-8"), re.MULTILINE):
            found[name] = path.stem
    return found


@pytest.fixture(scope="module")
def wider():
    found = defaultdict(set)
    for term, above in rows(f"SELECT ?term ?above {{ ?term <{SKOS}broader> ?above }}"):
        found[term.removeprefix(CVT)].add(above.removeprefix(CVT))
    return found


@pytest.fixture(scope="module")
def noted():
    return {term.removeprefix(CVT) for (term,) in rows(f"SELECT DISTINCT ?term {{ ?term <{SKOS}scopeNote>|<{SKOS}editorialNote> ?note }}")}


def above(term, wider):
    return set().union(*({up} | above(up, wider) for up in wider.get(term, ())))


def test_no_term_of_an_ordered_kind_stands_alone_without_a_reason(terms, wider, noted):
    narrower = {up for ups in wider.values() for up in ups}
    assert [t for t, kind in terms.items() if kind in ORDERED and t not in wider and t not in narrower and t not in noted] == []


def test_no_edge_says_what_another_way_up_says_already(wider):
    assert [(t, up) for t, ups in wider.items() for up in ups if any(up in above(other, wider) for other in ups)] == []


def test_every_term_is_used_by_a_claim_or_says_why_it_is_here(terms, noted):
    used = set()
    for path in shipped("instances"):
        used |= set(re.findall(r"cvt:([\w-]+)", path.read_text(encoding="utf-8")))
    # what comes from a publication that is no source of claims, such as UNESCO's culture cycle, names it
    elsewhere = {
        term.removeprefix(CVT)
        for (term,) in rows('SELECT DISTINCT ?term { ?term dcterms:source ?from FILTER(!STRSTARTS(STR(?from), "https://w3id.org/cvo/")) }')
    }
    assert sorted(t for t in terms if t not in used and t not in noted | elsewhere) == []


def test_no_two_terms_of_a_kind_have_a_label_in_common(terms):
    labels = defaultdict(set)
    for term, label in rows(f"SELECT DISTINCT ?term ?label {{ ?term a ?class ; <{SKOS}prefLabel>|<{SKOS}altLabel> ?label }}"):
        name = term.removeprefix(CVT)
        labels[terms.get(name, ""), label.casefold()].add(name)
    assert {key: names for key, names in labels.items() if len(names) > 1 and key[0]} == {}


def test_a_label_is_not_a_synonym_of_itself():
    assert rows(f"SELECT ?term ?label {{ ?term <{SKOS}prefLabel> ?label ; <{SKOS}altLabel> ?label }}") == []


def test_a_grouping_term_of_ours_groups_something(wider):
    ours = {
        t.removeprefix(CVT)
        for (t,) in rows("SELECT ?term { ?term dcterms:source <https://w3id.org/cvo/ns> ; a/rdfs:subClassOf* cvo:Term }")
    }
    narrower = Counter(up for ups in wider.values() for up in ups)
    note = "A grouping term of this vocabulary; no source uses it."
    groups = {t.removeprefix(CVT) for (t,) in rows(f'SELECT ?term {{ ?term <{SKOS}scopeNote> "{note}"@en }}')}
    assert len(groups) > 40
    assert groups <= ours
    assert {t for t in groups if narrower[t] < 2} == set()


def test_a_kind_that_a_source_states_is_in_the_hierarchy_or_the_exception_has_a_reason(terms, wider):
    stated = rows("""SELECT ?part ?whole {
      ?claim cvo:claimPredicate cvo:includesKind ; cvo:polarity cvo:affirmed ; cvo:claimSubject ?whole ; cvo:claimObject ?part
    }""")
    pairs = {(part.removeprefix(CVT), whole.removeprefix(CVT)) for part, whole in stated}
    missing = {part for part, whole in pairs if terms.get(part) == terms.get(whole) and whole not in above(part, wider)}
    assert missing == set(NOT_FOLLOWED)


def test_a_claim_about_a_factor_uses_the_relation_for_factors():
    assert rows(f"SELECT ?c {{ ?c cvo:claimPredicate cvo:requires ; cvo:claimObject ?o . ?o a <{CVO}Factor> }}") == []


@pytest.mark.parametrize(("kind", "ending"), [("application", "应用"), ("measure", "措施")])
def test_a_definition_names_what_the_thing_is(kind, ending, terms):
    said = rows(f"SELECT ?term ?text {{ ?term <{SKOS}definition> ?text FILTER(LANG(?text) = 'zh') }}")
    mine = {term.removeprefix(CVT): text for term, text in said if terms.get(term.removeprefix(CVT)) == kind}
    assert {term: text for term, text in mine.items() if not re.search("的[^，、的]{1,9}。$", text)} == {}
    assert sum(text.endswith(f"{ending}。") for text in mine.values()) > 50


# The comparison table of the three production paradigms in cuc-sina-2023, cell by cell.
TABLE = {
    "pgc": {
        "definedAs": {"content-production"},
        "exemplifiedBy": {"newspaper", "film-as-medium", "television-drama"},
        "bringsBenefit": {"high-content-quality", "authoritativeness"},
        "hasCharacteristic": {"long-production-cycle", "low-capacity-of-output", "monopolised-production"},
    },
    "ugc": {
        "definedAs": {"content-production"},
        "exemplifiedBy": {"social-media", "blog", "short-video"},
        "bringsBenefit": {"low-creation-threshold", "content-diversity"},
        "carriesRisk": {"uneven-content-quality"},
        "enables": {"right-to-create", "right-to-be-heard"},
    },
    "aigc": {
        "definedAs": {"content-production"},
        "providesApplication": {"ai-music-composition", "ai-painting", "ai-writing"},
        "bringsBenefit": {"higher-creation-efficiency", "scaled-production"},
        "hasCharacteristic": {"full-autonomy"},  # denied: not yet
    },
}


@pytest.mark.parametrize("paradigm", TABLE)
def test_the_table_of_paradigms_is_encoded_cell_by_cell(paradigm):
    said = defaultdict(set)
    for relation, thing in rows(f"""SELECT ?relation ?thing {{
      ?claim cvo:claimSubject cvt:{paradigm} ; cvo:claimPredicate ?relation ; cvo:claimObject ?thing ;
        cvo:statedIn <https://w3id.org/cvo/source/cuc-sina-2023>
    }}"""):
        said[relation.removeprefix(CVO)].add(thing.removeprefix(CVT))
    assert {relation: things - said[relation] for relation, things in TABLE[paradigm].items() if things - said[relation]} == {}
    if paradigm != "aigc":  # of which the rest of the report speaks too
        assert {relation: said[relation] for relation in TABLE[paradigm]} == TABLE[paradigm]


@pytest.mark.parametrize(("modality", "number"), [("text", 5), ("audio", 7), ("cross-modal", 4), ("image", 4), ("video", 4)])
def test_each_of_the_five_lists_of_modalities_is_encoded_whole(modality, number):
    source = "https://w3id.org/cvo/source/cuc-sina-2023#c"
    claims = rows(f"""SELECT ?c ?r ?o {{
      ?c cvo:claimSubject cvt:aigc ; cvo:claimPredicate ?r ; cvo:claimObject ?o FILTER(STRSTARTS(STR(?c), "{source}2"))
    }}""")
    items = sorted((int(c.removeprefix(source)), r.removeprefix(CVO), o.removeprefix(CVT)) for c, r, o in claims)
    heads = [(n, o) for n, r, o in items if r == "producesModality"]
    first = next(n for n, o in heads if o == modality)
    last = min((n for n, o in heads if n > first), default=265)
    assert sum(first < n < last and r == "providesApplication" for n, r, _ in items) == number
