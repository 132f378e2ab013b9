"""A new source begins with a file that the validation accepts, and nothing is ever overwritten."""

from __future__ import annotations

from datetime import date

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvo.contribute.locate import named_information
from cvo.contribute.scaffold import KEY, Answers, agent, identifier, insert_terms, propose_key, scaffold
from cvo.errors import InputError
from cvo.validation.validator import validate

FLAGS = {"--title-zh": "题名", "--title-en": "A title", "--creator": "李四 | Li Si", "--year": "2024", "--language": "zh"}


def flags(**changed):
    chosen = FLAGS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [part for name, value in chosen.items() if value is not None for part in (name, value)]


@pytest.fixture
def new(cvo, tmp_path):
    """Return a function that begins a source in an empty folder of the user."""

    def run(*arguments, stdin="", **changed):
        return cvo("new", "source", *flags(**changed), *arguments, stdin=stdin, cwd=tmp_path)

    return run


@pytest.mark.parametrize("year", ["2024", "2024-05", "2024-05-20", "unknown", "不详"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_begun_with_its_terms_passes_the_validation(new, tmp_path, year, language):
    (tmp_path / "paper.txt").write_bytes("一句。\r\n".encode())
    ran = new("--text", "paper.txt", "--agents", "agents.ttl", "--identifier", "doi:10.1234/a", year=year, language=language)
    assert (ran.status, ran.out) == (0, "")
    key = "li-2024" if year.startswith("2") else "li-nd"
    assert validate([tmp_path / f"{key}.ttl", tmp_path / "agents.ttl"]).findings == ()
    text = (tmp_path / f"{key}.ttl").read_text(encoding="utf-8")
    assert named_information("一句。\r\n".encode()) in text
    assert ("dcterms:issued" in text) == year.startswith("2")
    assert f"cvo validate {key}.ttl agents.ttl" in ran.err


def test_the_one_finding_without_the_term_is_that_it_is_missing(new, tmp_path):
    ran = new()
    assert [finding.code for finding in validate([tmp_path / "li-2024.ttl"]).findings] == ["CVO-CREATOR"]
    assert ran.out.startswith("cvt:li-si a cvo:Person ;")


def test_a_known_author_needs_no_term(new, tmp_path):
    for creator in ("微博", "cvt:weibo", "Weibo"):
        ran = new("--dir", tmp_path, creator=creator)
        assert (ran.status, ran.out) == (0, "")
    assert sorted(path.name for path in tmp_path.glob("*.ttl")) == ["weibo-2024.ttl", "weibo-2024b.ttl", "weibo-2024c.ttl"]
    assert validate([tmp_path]).findings == ()


def test_a_file_that_is_there_is_never_overwritten(new, tmp_path):
    (tmp_path / "li-2024.ttl").write_text("mine", encoding="utf-8")
    ran = new("--key", "li-2024")
    assert (ran.status, "the cite key is taken: li-2024" in ran.err) == (2, True)
    assert (tmp_path / "li-2024.ttl").read_text(encoding="utf-8") == "mine"
    assert new().status == 0
    assert (tmp_path / "li-2024b.ttl").exists()


def test_it_is_written_to_the_instances_folder_of_a_checkout(new, tmp_path):
    (tmp_path / "instances").mkdir()
    assert new().status == 0
    assert (tmp_path / "instances" / "li-2024.ttl").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title_zh": None}, "a title in Chinese"),
        ({"title_en": ""}, "a title in Chinese and one in English"),
        ({"creator": None}, "needs an author"),
        ({"creator": "张三"}, "needs the name in Latin letters"),
        ({"creator": "cvt:nobody"}, "not an agent of the vocabulary: cvt:nobody"),
        ({"creator": "大微博 | Weibo"}, "the vocabulary has another weibo"),
        ({"year": "2024-13"}, "not a date: 2024-13"),
        ({"year": "soon"}, "not a date: soon"),
        ({"year": None}, "not a date"),
        ({"year": "２０２４"}, "not a date"),
        ({"language": "fr"}, "not a language of the data: fr"),
        ({"language": None}, "not a language of the data"),
        ({"key": "Li2024"}, "not a cite key: Li2024"),
        ({"key": "../li-2024"}, "not a cite key"),
        ({"key": "li-nd"}, "disagree: li-nd"),
        ({"key": "bi-2019"}, "taken: bi-2019"),
        ({"identifier": "10.1234"}, "not an identifier: 10.1234"),
        ({"license": "mine"}, "not an address: mine"),
        ({"text": "none.txt"}, "no such file: none.txt"),
        ({"encoder": "nobody"}, "not an agent of the vocabulary: nobody"),
        ({"dir": "nowhere"}, "no such folder: nowhere"),
    ],
)
def test_a_wrong_answer_is_one_clear_error_and_writes_nothing(new, tmp_path, changed, said):
    ran = new(**changed)
    assert (ran.status, ran.out, list(tmp_path.iterdir())) == (2, "", [])
    assert said in ran.err
    assert ran.err.startswith("error: ")
    assert "  = help: " in ran.err or "no such file" in said


@pytest.mark.parametrize(("lang", "question"), [("zh", "引用键 [wang-nd]"), ("en", "cite key [wang-nd]")])
def test_the_questions_are_asked_in_either_language_and_not_on_stdout(cvo, tmp_path, lang, question):
    answers = "\n王五 | Wang Wu；微博\n\n题名\nTitle\n不详\n\n\n\n"
    ran = cvo("new", "source", "--ask", "--lang", lang, "--agents", "agents.ttl", stdin=answers, cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert question in ran.err
    assert "cvt:wang-wu , cvt:weibo" in (tmp_path / "wang-nd.ttl").read_text(encoding="utf-8")
    assert validate([tmp_path]).findings == ()


def test_answers_that_end_too_early_are_an_error(cvo, tmp_path):
    ran = cvo("new", "source", "--ask", stdin="zh\n", cwd=tmp_path)
    assert (ran.status, list(tmp_path.iterdir())) == (2, [])
    assert "the answers end here" in ran.err


def test_new_terms_go_to_their_place_in_the_alphabet(tmp_path):
    file = tmp_path / "agent.ttl"
    insert_terms(file, ["cvt:li-si a cvo:Person .\n"])
    insert_terms(file, ["cvt:an-yi a cvo:Person .\n", "cvt:wu-liu a cvo:Person .\n"])
    text = file.read_text(encoding="utf-8")
    assert [line.split()[0] for line in text.splitlines() if line.startswith("cvt:")] == ["cvt:an-yi", "cvt:li-si", "cvt:wu-liu"]
    assert len(list(ox.parse(text, format=ox.RdfFormat.TURTLE))) == 3
    with pytest.raises(InputError, match="has cvt:li-si already"):
        insert_terms(file, ["cvt:li-si a cvo:Person .\n"])
    assert file.read_text(encoding="utf-8") == text


@settings(deadline=None)  # the first example reads the vocabulary
@given(title=st.text(min_size=1).filter(str.strip), name=st.from_regex(r"[A-Z][a-z]{1,6} [A-Z][a-z]{1,6}", fullmatch=True))
def test_whatever_the_title_is_the_file_is_turtle_and_says_it(title, name):
    made = scaffold(Answers(title, title, (f"甲 | {name}",), "2024", "zh"), today=date(2026, 1, 2))
    assert KEY.fullmatch(made.key)
    quads = list(ox.parse(made.text, format=ox.RdfFormat.TURTLE))
    titles = {q.object.value for q in quads if q.predicate.value.endswith("terms/title")}
    assert titles == {" ".join(title.split())}


def test_a_year_with_more_papers_than_letters_offers_no_key():
    used = {"li-2024", *(f"li-2024{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")}
    author = agent("李四 | Li Si")
    assert propose_key(author, "2024", used) == ""
    assert propose_key(author, "nd", {"li-nd", "li-si-nd"}) == "li-si-x-nd"
    with pytest.raises(InputError, match="not a cite key"):
        scaffold(Answers("题", "T", ("李四 | Li Si",), "2024", "zh"), used)


@pytest.mark.parametrize("text", ["https://doi.org/10.1234/x", "http://dx.doi.org/10.1234/x", "10.1234/x", "doi: 10.1234/x"])
def test_a_doi_is_taken_in_every_form(text):
    assert identifier(text) == "doi:10.1234/x"
