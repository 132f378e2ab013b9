"""One large file shared by several processes: the same findings, at the same places, as one process has."""

from __future__ import annotations

import gzip
import importlib.util
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from cvo.validation.corpora import joining
from cvo.validation.corpora.batches import Task
from cvo.validation.corpora.bench import Setting
from cvo.validation.corpora.checking import Checking
from cvo.validation.corpora.crew import Here
from cvo.validation.corpora.cutting import spans
from cvo.validation.corpora.inspecting import inspect

ALL = (ROOT / "bench/claims_shapes.ttl").read_text(encoding="utf-8")
CORE = ALL.partition(":prefixes sh:declare")[0]
OTHERS = """
:EarlyShape a sh:NodeShape ; sh:targetNode :claim-7 ; sh:property [ sh:path :risk ; sh:maxCount 0 ] .
:LabelShape a sh:NodeShape ; sh:targetSubjectsOf skos:notation ; sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:severity sh:Info ] .
:TwiceShape a sh:NodeShape ; sh:targetClass :Document ;
  sh:property [ sh:path [ sh:inversePath :source ] ; sh:class :RiskClaim ; sh:maxCount 2 ] .
"""
ASKING = """
:NoteShape a sh:NodeShape ; sh:targetClass :RiskClaim ; sh:property [ sh:path :risk ; sh:minCount 1 ;
  sh:sparql [ sh:prefixes :prefixes ; sh:message "{$this} has an even risk {?value}" ;
    sh:select "SELECT $this ?value { $this $PATH ?value FILTER (STRENDS(STR(?value), '2')) }" ] ] .
:NamedAgain a sh:NodeShape ; sh:targetObjectsOf :by ; sh:sparql [ sh:prefixes :prefixes ; sh:message "an agent without claims of norms" ;
    sh:select "SELECT $this { $this a :Agent FILTER NOT EXISTS { ?c :by $this ; a :NormClaim ; :stage :Stage-3 } }" ] .
"""
PART = 6000


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> str:
    spec = importlib.util.spec_from_file_location("claims", ROOT / "bench/claims.py")
    claims = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(claims)
    path = tmp_path_factory.mktemp("made") / "claims.ttl"
    claims.write(300, path, 0.3)
    return rearranged(path.read_text(encoding="utf-8"), 0, vocabulary_first=True)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(CORE + OTHERS, encoding="utf-8")
    return Setting((str(shapes),), large=1000, part=PART)


def both(path: Path, setting: Setting):
    """Return what comes of the file shared, or nothing if it is not, and what comes of it read by one."""
    task = Task(1, str(path))
    (alone,) = inspect(setting, [task])
    return joining.shared(setting, Here(), task, 2), alone


def plain(found):
    """Return *found* with its numbers in an order of their own: what is described comes in the order of the parts."""
    return found and replace(found, mentions=found.mentions and replace(found.mentions, describes=sorted(found.mentions.describes)))


def rearranged(text: str, seed: int, *, vocabulary_first: bool) -> str:
    head, *lines = re.split(r"\n(?=:)", text)
    claims = [line for line in lines if line.startswith(":claim")]
    others = [line for line in lines if not line.startswith(":claim")]
    classes = [line for line in others if "subClassOf" in line]
    rest = [line for line in others if "subClassOf" not in line]
    pick = random.Random(seed)
    pick.shuffle(claims)
    pick.shuffle(rest)
    every = [*rest, *claims]
    if not vocabulary_first:
        pick.shuffle(every)
    every = [*classes, *every]
    return "\n".join([head, *(line.strip() for line in every)]) + "\n"


@pytest.mark.parametrize("vocabulary_first", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_shared_file_has_the_findings_of_one_that_is_read_by_one(
    made_up: str, setting: Setting, tmp_path: Path, seed: int, *, vocabulary_first: bool
) -> None:
    path = tmp_path / "claims.ttl"
    path.write_text(rearranged(made_up, seed, vocabulary_first=vocabulary_first), encoding="utf-8")
    assert len(spans(str(path), path.stat().st_size, PART, 2)) > 8
    together, alone = both(path, setting)
    assert len(alone.findings) > 50
    assert plain(together) == plain(alone)


CHANGES = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: "\ufeff" + text,
    "comments": lambda text: text.replace("\n:claim", "\n# ends here.\n\n:claim").replace(" ; :risk", " ; # or not.\n  :risk"),
    "lines": lambda text: text.replace(" ; ", " ;\n    "),
    "nameless": lambda text: text.replace("\n:claim-2", '\n[] a :Thing ; rdfs:label "one." .\n:claim-2'),
    "opaque": lambda text: text.replace(':polarity "', ':note _:some ; :polarity "'),
    "undeclared": lambda text: text.replace(":claim-20 a", ':claim-20 skos:prefLable "a"@en ; a'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_however_its_lines_are_laid_out(made_up: str, setting: Setting, tmp_path: Path, change: str) -> None:
    path = tmp_path / "claims.ttl"
    text = CHANGES[change](made_up)
    assert text != made_up
    path.write_text(text, encoding="utf-8", newline="")
    together, alone = both(path, setting)
    assert together is not None
    assert plain(together) == plain(alone)


def test_what_is_written_in_sparql_is_asked_of_the_whole_file(made_up: str, setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "claims.ttl"
    path.write_text(made_up, encoding="utf-8")
    Path(setting.shapes[0]).write_text(ALL + OTHERS + ASKING, encoding="utf-8")
    together, alone = both(path, setting)
    assert len({finding.messages for finding in alone.findings if "Sparql" in finding.code.title()}) > 3
    assert plain(together) == plain(alone)


def test_a_shape_in_sparql_that_others_use_is_left_to_one(made_up: str, setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "claims.ttl"
    path.write_text(made_up, encoding="utf-8")
    used = ':Used a sh:NodeShape ; sh:sparql [ sh:message "no" ; sh:select "SELECT $this { $this <urn:p> ?value }" ] .\n'
    Path(setting.shapes[0]).write_text(ALL + used + ":User a sh:NodeShape ; sh:targetClass :Document ; sh:node :Used .", encoding="utf-8")
    assert both(path, setting)[0] is None


def test_n_triples_are_cut_between_subjects(made_up: str, setting: Setting, tmp_path: Path) -> None:
    import pyoxigraph as ox  # noqa: PLC0415

    path = tmp_path / "claims.nt"
    path.write_bytes(ox.serialize(ox.parse(made_up, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES))
    together, alone = both(path, setting)
    assert together is not None
    assert plain(together) == plain(alone)


def test_a_packed_file_is_shared_too(made_up: str, setting: Setting, tmp_path: Path) -> None:
    path = tmp_path / "claims.ttl.gz"
    path.write_bytes(gzip.compress(made_up.encode()))
    together, alone = both(path, setting)
    assert together is not None
    assert plain(together) == plain(alone)
    path.write_bytes(path.read_bytes()[:-1000])
    assert both(path, setting)[0] is None


LATER = ":claim-290 a"
UNFIT = {
    "a subject in two places": lambda text: text + ':claim-3 rdfs:label "again"@en .\n',
    "a prefix that changes": lambda text: text.replace(LATER, "@prefix skos: <urn:skos:> .\n:claim-290 a"),
    "a new prefix": lambda text: text.replace(LATER, "@prefix new: <urn:new:> .\n:claim-290 a"),
    "a class described later": lambda text: text + ':NormClaim rdfs:comment "late" .\n:Late rdfs:subClassOf :Claim .\n',
    "a syntax error": lambda text: text.replace(LATER, ":claim-290 a a"),
    "texts of many lines": lambda text: text.replace(" ; :start", ' ; rdfs:comment """' + "one.\n:two a :Three .\n" * 90 + '""" ; :start'),
    "what only RDF 1.2 has": lambda text: text.replace(LATER, ":c :d <<( :a :b :c )>> .\n:claim-290 a"),
    "nodes within nodes": lambda text: text.replace(':polarity "', ':note [ rdfs:label "a." ] ; :polarity "'),
    "one long line": lambda text: " ".join(text.split("\n")),
}


@pytest.mark.parametrize("change", UNFIT)
def test_what_cannot_be_shared_is_read_by_one(made_up: str, setting: Setting, tmp_path: Path, change: str) -> None:
    path = tmp_path / "claims.ttl"
    path.write_text(UNFIT[change](made_up), encoding="utf-8")
    together, _ = both(path, setting)
    assert together is None


def test_processes_share_a_file_and_the_command_says_the_same(made_up: str, setting: Setting, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "claims.ttl"
    path.write_text(made_up, encoding="utf-8")
    shared, done = joining.shared, []
    monkeypatch.setattr(joining, "shared", lambda *about: done.append(shared(*about)) or done[-1])
    said = []
    for jobs in (1, 2):
        checking = Checking((str(path),), setting, jobs=jobs)
        said.append((list(checking.findings()), replace(checking.report, seconds=0)))
    assert len(done) == 1
    assert done[0] is not None
    assert said[0] == said[1]
