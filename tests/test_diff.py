"""A comparison tells every change once, with before and after, whatever the form of the two states, and weighs it as we promise."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from conftest import ROOT

from cvo.errors import CvoError
from cvo.release import comparing, notes, states
from cvo.terms import PREFIXES

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + "@prefix : <https://w3id.org/cvo/source/x-2024#> .\n"
ONTOLOGY = '<https://w3id.org/cvo/ns> a owl:Ontology ; owl:versionInfo "1.4.2" .\n'
TERM = 'cvt:a a cvo:Risk ; rdfs:label "甲"@zh , "a"@en ; skos:inScheme <https://w3id.org/cvo/vocabulary/risk> ; skos:broader cvt:b .\n'
CLASS = 'cvo:K a owl:Class ; rdfs:label "K"@en ; rdfs:subClassOf cvo:Term .\n'
RELATION = "cvo:r a owl:ObjectProperty ; rdfs:range cvo:Risk ; owl:propertyChainAxiom ( cvo:p cvo:q ) .\n"
CLAIM = ':c001 a cvo:RelationClaim ; cvo:statement "说"@zh , "said"@en ; cvo:claimSubject cvt:a ; cvo:polarity cvo:affirmed ; cvo:certainty cvo:hedged .\n'
DATA = ONTOLOGY + TERM + CLASS + RELATION + CLAIM


def state(folder, text, name="x.ttl"):
    path = folder / name
    path.write_text(HEAD + text, encoding="utf-8")
    return states.read(str(path))


def compared(folder, old, new):
    return comparing.compare(state(folder, old, "old.ttl"), state(folder, new, "new.ttl"))


WEIGHED = {
    # what is replaced in DATA, by what, and what that asks for
    "a label": ('"a"@en', '"A"@en', "patch"),
    "a label of a class": ('"K"@en', '"k"@en', "patch"),
    "a statement": ('"said"@en', '"says"@en', "patch"),
    "a wider term more": ("skos:broader cvt:b", "skos:broader cvt:b , cvt:c", "minor"),
    "another wider term": ("skos:broader cvt:b", "skos:broader cvt:c", "major"),
    "another kind": ("a cvo:Risk ;", "a cvo:Right ;", "major"),
    "a match": ("skos:broader cvt:b", "skos:broader cvt:b ; skos:closeMatch <http://example.org/x>", "minor"),
    "deprecated": ("skos:broader cvt:b", "skos:broader cvt:b ; owl:deprecated true", "minor"),
    "a term removed": (TERM, "", "major"),
    "a term added": (TERM, TERM + TERM.replace("cvt:a", "cvt:z"), "minor"),
    "a class removed": (CLASS, "", "major"),
    "a class above less": ("rdfs:subClassOf cvo:Term", 'rdfs:comment ""', "major"),
    "a class above more": ("rdfs:subClassOf cvo:Term", "rdfs:subClassOf cvo:Term , cvo:Means", "minor"),
    "a restriction": ("rdfs:subClassOf cvo:Term", "rdfs:subClassOf cvo:Term , [ owl:onProperty cvo:r ; owl:maxCardinality 1 ]", "major"),
    "a loose restriction": (
        "rdfs:subClassOf cvo:Term",
        "rdfs:subClassOf cvo:Term , [ owl:onProperty cvo:r ; owl:someValuesFrom cvo:K ]",
        "minor",
    ),
    "disjoint": ("rdfs:subClassOf cvo:Term", "rdfs:subClassOf cvo:Term ; owl:disjointWith cvo:Risk", "major"),
    "another range": ("rdfs:range cvo:Risk", "rdfs:range cvo:Right", "major"),
    "functional": ("a owl:ObjectProperty", "a owl:ObjectProperty , owl:FunctionalProperty", "major"),
    "transitive": ("a owl:ObjectProperty", "a owl:ObjectProperty , owl:TransitiveProperty", "minor"),
    "another chain": ("( cvo:p cvo:q )", "( cvo:q cvo:p )", "major"),
    "an axiom without a name": (CLASS, f"{CLASS}[] a owl:AllDisjointClasses ; owl:members ( cvo:K cvo:Risk ) .\n", "major"),
    "a claim denied": ("cvo:affirmed", "cvo:denied", "major"),
    "a claim more certain": ("cvo:hedged", "cvo:asserted", "minor"),
    "a claim removed": (CLAIM, "", "major"),
    "a claim added": (CLAIM, CLAIM + CLAIM.replace(":c001", ":c002"), "minor"),
    "nothing but layout": (TERM, TERM.replace(" ; ", "\n  ;\n") + "# 注\n", "none"),
}
ASKED = {"none": "1.4.2", "patch": "1.4.3", "minor": "1.5.0", "major": "2.0.0"}


@pytest.mark.parametrize("case", WEIGHED)
def test_each_change_is_told_once_and_asks_for_its_version(tmp_path, case):
    was, now, level = WEIGHED[case]
    assert was in DATA
    found = compared(tmp_path, DATA, DATA.replace(was, now, 1))
    assert (found.level, found.wanted, len(found.changes)) == (level, ASKED[level], int(level != "none"))
    assert found.suffices is (level == "none")
    if level == "major":
        assert found.changes[0].reasons
    back = comparing.compare(found.new, found.old)
    opposite = {"added": "removed", "removed": "added", "changed": "changed", "deprecated": "changed"}
    assert [opposite[change.status] for change in found.changes] == [change.status for change in back.changes]


def test_a_change_shows_the_values_before_and_after(tmp_path):
    found = compared(tmp_path, DATA, DATA.replace("cvo:affirmed", "cvo:denied").replace('"a"@en', '"A"@en'))
    told = {
        (change.iri.rpartition("/")[2], one.relation.rpartition("#")[2]): (one.before, one.after)
        for change in found.changes
        for one in change.differences
    }
    ns = PREFIXES["cvo"]
    assert told == {("a", "label"): (('"a"@en',), ('"A"@en',)), ("x-2024#c001", "polarity"): ((f"<{ns}affirmed>",), (f"<{ns}denied>",))}


def test_what_has_no_name_is_the_same_whatever_its_file_calls_it(tmp_path):
    chain = "_:x rdf:first cvo:p ; rdf:rest _:y . _:y rdf:first cvo:q ; rdf:rest rdf:nil . "
    named = DATA.replace("owl:propertyChainAxiom ( cvo:p cvo:q )", "owl:propertyChainAxiom _:x") + chain
    assert compared(tmp_path, DATA, named).changes == ()


def test_removed_after_being_deprecated_is_told_apart_from_removed_at_once(tmp_path):
    warned = DATA.replace("skos:broader cvt:b", "skos:broader cvt:b ; owl:deprecated true")
    assert [change.reason for change in compared(tmp_path, DATA, DATA.replace(TERM, "")).changes] == ["removed-undeprecated"]
    gone = re.sub(r"cvt:a a .*\n", "", warned)
    assert [change.reason for change in compared(tmp_path, warned, gone).changes] == ["removed"]
    (change,) = compared(tmp_path, DATA, warned).changes
    assert change.status == "deprecated"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Return a repository of data with two commits, the first of them tagged v1.4.2."""
    top = tmp_path_factory.mktemp("data")

    def git(*arguments):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=top, check=True, capture_output=True)

    git("init", "-q")
    for folder, text in (("ontology", ONTOLOGY + TERM + CLASS + RELATION), ("instances", CLAIM)):
        (top / folder).mkdir()
        (top / folder / "x.ttl").write_text(HEAD + text, encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("tag", "v1.4.2")
    (top / "instances/x.ttl").write_text(HEAD + CLAIM.replace("cvo:affirmed", "cvo:denied"), encoding="utf-8")
    git("commit", "-qam", "two")
    (top / "ontology/x.ttl").write_text(HEAD + ONTOLOGY + TERM.replace('"a"@en', '"A"@en') + CLASS + RELATION, encoding="utf-8")
    return top


def told(one, other=None):
    return [(change.iri.rpartition("/")[2], change.status) for change in comparing.compare(states.read(one), states.read(other)).changes]


def test_revisions_of_git_and_what_is_not_yet_committed_are_compared(repository, monkeypatch):
    monkeypatch.chdir(repository)
    assert told("v1.4.2", "HEAD") == [("x-2024#c001", "changed")]
    assert told("HEAD") == [("a", "changed")]
    assert told("v1.4.2") == [("a", "changed"), ("x-2024#c001", "changed")]
    assert told("HEAD~1", "v1.4.2") == []
    assert told("HEAD", str(repository)) == [("a", "changed")]
    monkeypatch.chdir(repository / "instances")
    assert told("v1.4.2", "HEAD") == [("x-2024#c001", "changed")]


@pytest.mark.xdist_group("site")
def test_a_folder_a_dump_and_the_files_of_one_state_are_the_same(site):
    built = site
    checkout, site, file = states.read(str(ROOT)), states.read(str(built)), states.read(str(built / "data/cvo.nq.gz"))
    assert checkout.things == site.things == file.things
    assert len(checkout.things) > 5000


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("v9.9.9", "neither a file nor a revision of git: v9.9.9"),
        ("--upload-pack=x", "neither a file nor a revision of git"),
        ("", "the name of what to compare is empty"),
        ("missing.ttl", "no such file: missing.ttl"),
        ("风险 🎬", "neither a file nor a revision of git: 风险 🎬"),
    ],
)
def test_a_state_that_is_not_there_is_explained(repository, monkeypatch, name, what):
    monkeypatch.chdir(repository)
    with pytest.raises(CvoError, match=re.escape(what)):
        states.read(name)


def test_a_revision_that_is_no_turtle_is_told_with_its_place(repository, monkeypatch):
    monkeypatch.chdir(repository)
    with pytest.raises(CvoError) as error:
        states._parsed(b"<http://a> <http://b> .", states.Path("ontology/x.ttl"), "v1")
    assert str(error.value).startswith("error: v1:ontology/x.ttl:1:")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["table", "md"])
def test_the_notes_tell_everything_in_the_language_asked_for(tmp_path, form, lang):
    new = DATA.replace("cvo:affirmed", "cvo:denied").replace('"a"@en', '"A*"@en') + CLAIM.replace(":c001", ":c002")
    text = notes.write(compared(tmp_path, DATA, new), form, lang)
    assert ("论断" in text) is (lang == "zh")
    for told_ in ("cvt:a", "x-2024:c001", "x-2024:c002", "cvo:affirmed", "cvo:denied", "2.0.0", "rdfs:label"):
        assert told_ in text
    assert ("A\\*" in text) is (form == "md")
    assert set(notes.WORDS["zh"]) == set(notes.WORDS["en"])


def test_many_new_claims_are_counted_in_notes_and_listed_on_a_terminal(tmp_path):
    new = DATA + "".join(CLAIM.replace(":c001", f":c{number:03}") for number in range(2, 40))
    found = compared(tmp_path, DATA, new)
    assert "38 claims" in notes.write(found, "md")
    assert notes.write(found, "table").count("\n  + x-2024:c") == 38
    assert [change.iri[-3:] for change in found.changes][:3] == ["002", "003", "004"]


def test_json_says_what_a_program_needs(tmp_path):
    made = json.loads(notes.write(compared(tmp_path, DATA, DATA.replace("cvo:affirmed", "cvo:denied")), "json"))
    assert (made["level"], made["version"], made["version-suffices"]) == ("major", "2.0.0", False)
    assert made["counts"] == {"claim": {"changed": 1}}
    assert made["changes"][0]["values"][0]["after"] == ["<https://w3id.org/cvo/ns#denied>"]


def test_the_exit_status_is_that_of_git_diff(cvo, tmp_path):
    for name, text in (("old.ttl", DATA), ("new.ttl", DATA.replace("cvo:affirmed", "cvo:denied"))):
        (tmp_path / name).write_text(HEAD + text, encoding="utf-8")
    assert cvo("diff", "old.ttl", "new.ttl", cwd=tmp_path).status == 0
    assert cvo("diff", "old.ttl", "new.ttl", "--exit-code", "-o", "notes.md", cwd=tmp_path).status == 1
    assert (tmp_path / "notes.md").read_text(encoding="utf-8").startswith("## Changes from old.ttl to new.ttl\n")
    assert cvo("diff", "old.ttl", "old.ttl", "--exit-code", cwd=tmp_path).status == 0
    wrong = cvo("diff", "old.ttl", "gone.ttl", "--exit-code", cwd=tmp_path)
    assert (wrong.status, wrong.err) == (2, "error: no such file: gone.ttl\n")
