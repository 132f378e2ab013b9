"""What the README shows is what happens."""

import doctest
import re
import shlex

import pytest
from conftest import ROOT

from cvo import load
from cvo.cli import COMMANDS
from cvo.questions import find

READMES = ["README.md", "README.zh.md"]


def blocks(name):
    """Return each ``$ cvo …`` of a console block with the lines that the README shows under it."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = shown.partition("\n")
            if command.startswith("cvo "):
                yield command, output


def untimed(text):
    return re.sub(r"([(（])\d+[.]\d+", r"\g<1>0.0", text)


@pytest.mark.parametrize(("command", "output"), [case for name in READMES for case in blocks(name)])
def test_a_command_of_the_readme_prints_what_it_shows(cvo, tmp_path, command, output):
    (tmp_path / "mine.ttl").write_text("", encoding="utf-8")
    (tmp_path / "example-nd.ttl").write_text((ROOT / "tests/readme/example-nd.ttl").read_text(encoding="utf-8"), encoding="utf-8")
    ran = cvo(*shlex.split(command.removeprefix("cvo "), comments=True), cwd=tmp_path)
    said = ran.err + ran.out
    if output:
        assert untimed(said) == untimed(output)
    else:
        assert ran.status == 0, said


@pytest.mark.parametrize("name", READMES)
def test_the_python_of_the_readme_runs(name):
    failed, tried = doctest.testfile(str(ROOT / name), module_relative=False)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("name", READMES)
def test_the_sources_are_listed_with_their_number_of_claims(name):
    listed = dict(re.findall(r"^\| `(\S+)` \|.*\| (\d+) \|$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    counted = {row["source"].rpartition("/")[2]: row["claims"] for row in load().query(find("sources").text)}
    assert listed == counted


@pytest.mark.parametrize("name", READMES)
def test_every_command_stands_in_the_readme(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"cvo {command}" in text


@pytest.mark.parametrize("name", READMES)
def test_the_first_two_commands_install_and_run_then_install_and_test(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"^\$ (.*)$", text, re.MULTILINE)[:2] == [
        "python -m pip install . && cvo query risks.rq",
        'python -m pip install -e ".[dev]" && python -m pytest',
    ]


@pytest.mark.parametrize("name", READMES)
def test_every_file_that_is_linked_exists(name):
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_every_command_has_help(cvo):
    for command in COMMANDS:
        assert cvo(command, "--help").out.startswith("Usage")
