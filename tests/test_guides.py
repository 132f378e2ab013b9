"""What the guides show is what happens, in both languages; and the site has them as pages."""

import os
import re
import shutil
import sys

import pytest
from conftest import IN_PROCESSES, ROOT, call_cvo
from consoles import Saved, matches, prepare, save, steps, surroundings, trimmed, type_in, words

from cvo.site.guides import GUIDES, guides, sources

FOLDER = ROOT / "docs/guides"
FILES = [f"{name}{ending}" for name in GUIDES for ending in (".md", ".zh.md")]
REASONS = {"network", "server", "program", "endless"}


def read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def typed(line, folder, home, before):
    """Return what *line* prints on a terminal and its exit status; what needs no shell is run in this process."""
    arguments = words(line)
    if arguments is None or IN_PROCESSES:
        return type_in(line, folder, home, before)
    ran = call_cvo(*arguments, cwd=folder, env=surroundings(home), terminal=True)
    return trimmed(ran.err + ran.out), ran.status


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Return the folder of the sites that guides built, and what was printed: the other language builds the same of the same files."""
    return tmp_path_factory.mktemp("sites"), {}


def built(line, folder, home, sites):
    """Return what the first build of a site by *line* prints and its status; a site that is known already is copied."""
    kept, known = sites
    files = tuple((path.name, path.read_bytes()) for path in sorted(folder.glob("*.ttl")))
    out = line.partition(" --out ")[2].partition(" ")[0]
    if (line, files) in known:
        shutil.copytree(kept / out, folder / out, copy_function=os.link)
    else:
        known[line, files] = type_in(line, folder, home)
        shutil.copytree(folder / out, kept / out, copy_function=os.link)
    return known[line, files]


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("git"), reason="needs a POSIX terminal and git")
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name.partition(".")[0])) for name in FILES])
def test_a_guide_shows_what_its_commands_print(name, tmp_path, sites):
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    prepare(home)
    status = 0
    for step in steps(read(name)):
        if isinstance(step, Saved):
            save(folder, step)
        elif not step.skip:
            if step.line.startswith("cvo build --data") and not (folder / "public").exists():
                printed, status = built(step.line, folder, home, sites)
            else:
                printed, status = typed(step.line, folder, home, status)
            assert "Traceback" not in printed
            if step.shown:
                assert matches(step.shown, printed), f"$ {step.line}\n{printed}"
            else:
                assert status == 0, f"$ {step.line}\n{printed}"


def test_the_commands_that_are_not_run_are_few_and_say_why():
    for ending in (".md", ".zh.md"):
        typed = [step for name in GUIDES for step in steps(read(f"{name}{ending}")) if not isinstance(step, Saved)]
        skipped = [step for step in typed if step.skip]
        assert not [step.line for step in typed if step.shown.strip() == "…"]
        assert {step.skip for step in skipped} <= REASONS
        assert len(skipped) * 4 <= len(typed)


def test_no_command_stands_outside_a_console():
    for name in FILES:
        fences = re.findall(r"^```(.*)\n((?:.*\n)*?)^```$", read(name), re.MULTILINE)
        assert not [
            content for marks, content in fences if not marks.startswith("console") and re.search(r"^(\$ )?cvo ", content, re.MULTILINE)
        ]
        assert not [marks for marks, _ in fences if not marks]


def test_both_languages_of_a_guide_type_the_same_commands():
    for name in GUIDES:
        english, chinese = (
            [re.match(r"\S+(?: [a-z]+)?", step.line)[0] for step in steps(read(f"{name}{ending}")) if not isinstance(step, Saved)]
            for ending in (".md", ".zh.md")
        )
        assert english == chinese, name


@pytest.mark.parametrize("name", FILES)
def test_what_a_guide_links_to_exists(name):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", read(name)):
        assert (FOLDER / target).exists(), target


def test_a_guide_is_listed_and_a_file_that_is_no_guide_is_not_there():
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(FILES)
    assert [guide.path for guide in guides("zh")] == list(sources())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_has_title_lead_and_links_within_the_site(lang):
    pages = {f"{guide.path}.{lang}.html" for guide in guides(lang)}
    for guide in guides(lang):
        assert guide.title
        assert guide.lead.strip()
        assert "[" not in guide.lead
        assert "<h1" not in guide.body
        assert "style=" not in guide.body
        for target in re.findall(r'href="([^"]*)"', guide.body):
            if not target.startswith(("http", "#")):
                assert target.removeprefix("../").partition("#")[0] in pages
        for mark in re.findall(r'href="#([^"]*)"', guide.body):
            assert f'id="{mark}"' in guide.body


def test_the_two_languages_of_a_page_have_the_same_sections():
    for chinese, english in zip(guides("zh"), guides("en"), strict=True):
        assert re.findall(r"<h(\d)", chinese.body) == re.findall(r"<h(\d)", english.body), english.path
