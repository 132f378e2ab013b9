"""Corpora: many files, large files, what files break together; on cores, after a kill, and on a cluster."""

from __future__ import annotations

import functools
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo.errors import EngineError, InputError, NothingChecked
from cvo.files import shipped
from cvo.validation import explain
from cvo.validation.corpora import crew, inspecting
from cvo.validation.corpora.batches import Task
from cvo.validation.corpora.bench import Setting
from cvo.validation.corpora.checking import Checking
from cvo.validation.corpora.inputs import found
from cvo.validation.corpora.inspecting import inspect
from cvo.validation.validator import validate

PAPER = (ROOT / "tests/data/validation/li-2024.ttl").read_text(encoding="utf-8")
WHOLE = (ROOT / "shapes/examples/zhao-2025.ttl").read_text(encoding="utf-8")
SLIP = ("cvt:face-recognition", "cvt:face-recogniton")
PREFIXES = "@prefix cvo: <https://w3id.org/cvo/ns#> . @prefix z: <https://w3id.org/cvo/source/zhao-2025#> .\n"


def paper(key: str, *changes: tuple[str, str]) -> str:
    text = PAPER.replace("li-2024", key).replace("虚拟主播", f"虚拟主播 {key}").replace("A virtual anchor", f"In {key} an anchor")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(autouse=True, scope="module")
def _benches():
    """Keep the compiled shapes of every setting; a run of the command has but one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspecting, "bench", functools.cache(inspecting.bench.__wrapped__))
        yield


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder with eight papers, two of which have a mistake, packed files among them."""
    folder = tmp_path / "corpus"
    (folder / "deep").mkdir(parents=True)
    for number in range(6):
        key = f"li{'abcdef'[number]}-2024"
        (folder / f"{key}.ttl").write_text(paper(key, *([SLIP] if number == 3 else [])), encoding="utf-8")
    for key, changes in (("lig-2024", [("oa:start 40", "oa:start 400")]), ("lih-2024", [])):
        (folder / "deep" / f"{key}.ttl.gz").write_bytes(gzip.compress(paper(key, *changes).encode()))
    (folder / ".hidden.ttl").write_text("not looked at", encoding="utf-8")
    (folder / "notes.txt").write_text("not looked at", encoding="utf-8")
    return folder


def checked(*paths: Path | str, **options):
    checking = Checking(tuple(map(str, paths)), jobs=options.pop("jobs", 1), **options)
    return list(checking.findings()), checking


def told(findings) -> list[tuple[str, str]]:
    return sorted((Path(finding.place.file).name, finding.code) for finding in findings)


MISTAKES = [("lid-2024.ttl", "CVO-OBJECT"), ("lig-2024.ttl.gz", "CVO-START-END")]


# ---- many files


def test_a_corpus_is_found_as_files_folders_and_globs_packed_or_not(corpus: Path) -> None:
    names = [Path(each.name).name for each in found([corpus])]
    assert names == ["lig-2024.ttl.gz", "lih-2024.ttl.gz", *(f"li{letter}-2024.ttl" for letter in "abcdef")]
    twice = [each.name for each in found([str(corpus / "**/*.gz"), corpus, corpus / "lia-2024.ttl"])]
    assert len(twice) == len(set(twice)) == 8
    with pytest.raises(InputError, match="no file that cvo validates in"):
        list(found([str(corpus / "*.xyz")]))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_corpus_has_the_findings_of_its_files_alone(corpus: Path, jobs: int) -> None:
    findings, checking = checked(corpus, jobs=jobs)
    assert told(findings) == MISTAKES
    alone = [finding for path in sorted(corpus.glob("li*.ttl")) for finding in validate([path]).findings]
    assert [finding for finding in findings if finding.place.file.endswith(".ttl")] == alone
    assert (checking.files, checking.report.claims, checking.report.unread) == (8, 8, 0)
    assert checking.report.checked == 8 * validate([corpus / "lia-2024.ttl"]).checked


def test_the_order_of_findings_does_not_depend_on_who_found_them(corpus: Path) -> None:
    assert checked(corpus, jobs=1)[0] == checked(corpus, jobs=2)[0]


def test_one_file_that_cannot_be_read_does_not_stop_the_rest(corpus: Path, cvo) -> None:
    (corpus / "bad.ttl").write_bytes("a b 论断".encode("gb18030"))
    (corpus / "cut.ttl.gz").write_bytes(gzip.compress(PAPER.encode())[:100])
    (corpus / "empty.nt").write_bytes(b"")
    (corpus / "bom-2024.ttl").write_bytes(b"\xef\xbb\xbf" + paper("bom-2024").replace("\n", "\r\n").encode())
    findings, checking = checked(corpus, corpus / "missing.ttl")
    assert told(findings) == sorted([*MISTAKES, *((name, "CVO-UNREADABLE") for name in ("bad.ttl", "cut.ttl.gz", "missing.ttl"))])
    assert (checking.opened, checking.report.unread) == (3, 3)
    for file, status in (("bad.ttl", 2), ("lid-2024.ttl", 1), ("lia-2024.ttl", 0)):
        assert cvo("validate", corpus / file, corpus / "lib-2024.ttl", "--jobs", "1").status == status


def test_a_file_with_a_syntax_error_has_its_finding_and_the_rest_theirs(corpus: Path) -> None:
    (corpus / "lix-2024.ttl").write_text(PAPER + "\n:c9 a ;", encoding="utf-8")
    assert ("lix-2024.ttl", "CVO-SYNTAX") in told(checked(corpus)[0])
    assert set(MISTAKES) < set(told(checked(corpus)[0]))


def test_what_no_shape_looks_at_is_an_error_as_it_is_for_one_file(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    with pytest.raises(NothingChecked):
        checked(tmp_path)


# ---- large files


@pytest.mark.parametrize("path", sorted((ROOT / "tests/shapes").glob("*/*.ttl")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_that_streams_by_has_the_findings_and_places_of_one_in_memory(path: Path) -> None:
    alone = frozenset(each.name for each in shipped("instances"))  # which would be taken up anew for each case
    (whole,) = inspect(Setting(own=alone), [Task(0, str(path))])
    (streamed,) = inspect(Setting(own=alone, large=0), [Task(0, str(path))])
    assert streamed.findings == whole.findings
    assert [finding.line for finding in streamed.findings] == [finding.line for finding in whole.findings]
    assert (streamed.checked, streamed.claims, streamed.classes) == (whole.checked, whole.claims, whole.classes)
    if whole.mentions is not None and streamed.mentions is not None:
        assert sorted(whole.mentions.describes) == sorted(streamed.mentions.describes)
        assert (whole.mentions.names, whole.mentions.prints) == (streamed.mentions.names, streamed.mentions.prints)


@pytest.mark.parametrize("ending", [".nt", ".nq", ".ttl.gz"])
def test_a_large_file_of_any_kind_has_its_findings_at_their_lines(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"lid-2024{ending}"
    text = paper("lid-2024", SLIP, ("oa:end 150", "oa:end 20"))
    if ending == ".ttl.gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        kind = ox.RdfFormat.N_TRIPLES if ending == ".nt" else ox.RdfFormat.N_QUADS
        path.write_bytes(ox.serialize(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri="urn:x"), format=kind))
    (whole,) = inspect(Setting(), [Task(0, str(path))])
    (streamed,) = inspect(Setting(large=10, roomy=10), [Task(0, str(path))])
    assert {finding.code for finding in whole.findings} == {"CVO-OBJECT", "CVO-START-END"}
    assert streamed.findings == whole.findings
    assert all(finding.place.line > 1 for finding in streamed.findings)


def test_a_syntax_error_far_down_in_a_large_file_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "lid-2024.ttl"
    path.write_text(PAPER + "# …\n" * 100 + ":c002 cvo:polarity .\n" + "# …\n" * 100, encoding="utf-8")
    (whole,) = inspect(Setting(), [Task(0, str(path))])
    (streamed,) = inspect(Setting(large=10), [Task(0, str(path))])
    assert [(f.place, f.code, f.messages) for f in streamed.findings] == [(f.place, f.code, f.messages) for f in whole.findings]
    assert streamed.findings[0].place.line > 100


# ---- what files break together


def test_a_reference_to_another_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "zhao-2025.ttl").write_text(WHOLE, encoding="utf-8")
    more = PREFIXES + "<https://w3id.org/cvo/comparisons#k900> a cvo:Comparison ; cvo:firstClaim z:c001 ; cvo:secondClaim z:p001 .\n"
    (tmp_path / "comparisons.ttl").write_text(more, encoding="utf-8")
    together = {code for _, code in told(checked(tmp_path)[0])}
    merged = {finding.code for finding in validate([tmp_path]).findings}
    assert together == merged
    assert "CVO-SECOND-CLAIM" in merged
    assert "CVO-FIRST-CLAIM" not in merged
    assert "CVO-FIRST-CLAIM" in {code for _, code in told(checked(tmp_path / "comparisons.ttl")[0])}


def test_the_files_of_the_project_are_clean_together() -> None:
    assert checked(ROOT / "instances")[0] == []


@pytest.mark.parametrize("large", [20 << 20, 0], ids=["in memory", "streamed"])
def test_what_two_files_describe_is_told_at_the_second(tmp_path: Path, large: int) -> None:
    (tmp_path / "a.ttl").write_text(paper("lia-2024"), encoding="utf-8")
    (tmp_path / "b.ttl").write_text("\n\n" + paper("lia-2024"), encoding="utf-8")
    findings, _ = checked(tmp_path, setting=Setting(large=large))
    twice = [finding for finding in findings if finding.code == "CVO-TWICE"]
    assert {Path(finding.place.file).name for finding in twice} == {"b.ttl"}
    assert len(twice) == len({finding.focus for finding in twice}) == 8
    claim = next(finding for finding in twice if finding.focus.endswith("#c001>"))
    line = next(number for number, text in enumerate(("\n\n" + PAPER).splitlines(), 1) if text.startswith(":c001"))
    assert (claim.place.line, claim.place.column, claim.name) == (line, 1, ":c001")
    assert "a.ttl" in dict(claim.messages)["zh"]
    same = [finding for finding in findings if finding.code == "CVO-DUPLICATE"]
    assert {Path(finding.place.file).name for finding in same} == {"b.ttl"}


def test_a_claim_that_another_file_has_already_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(paper("lia-2024"), encoding="utf-8")
    copied = paper("lia-2024").replace(":c001", ":c002").replace("#c001", "#c002")
    (tmp_path / "b.ttl").write_text(copied, encoding="utf-8")
    same = [finding for finding in checked(tmp_path)[0] if finding.code == "CVO-DUPLICATE"]
    assert [finding.focus for finding in same] == ["<https://w3id.org/cvo/source/lia-2024#c002>"] * len(same)
    assert same


@pytest.mark.parametrize("code", sorted(code for code, fields in explain.examples().items() if fields["from"] == explain.CORPORA))
def test_the_examples_of_what_files_break_together_do_break_it(tmp_path: Path, code: str) -> None:
    fields = explain.examples()[code]
    assert fields["right"] in WHOLE
    (tmp_path / "zhao-2025.ttl").write_text(WHOLE, encoding="utf-8")
    head = PREFIXES.replace("@prefix z:", "@prefix :")
    (tmp_path / "another.ttl").write_text(head + fields.get("base", ""), encoding="utf-8")
    before = {found for _, found in told(checked(tmp_path)[0])}
    assert code not in before
    (tmp_path / "other.ttl").write_text(head + fields["wrong"], encoding="utf-8")
    after = [finding for finding in checked(tmp_path)[0] if finding.code == code]
    assert [Path(finding.place.file).name for finding in after] == ["other.ttl"]
    assert after[0].place.line == 2


# ---- a run that was killed


def test_a_run_that_is_started_again_checks_only_what_is_new_or_changed(corpus: Path, tmp_path: Path, monkeypatch) -> None:
    journal = tmp_path / "journal"
    first = checked(corpus, resume=journal)
    seen: list[str] = []

    def watched(setting, tasks):
        seen.extend(Path(task.name).name for task in tasks)
        return inspect(setting, tasks)

    monkeypatch.setattr("cvo.validation.corpora.checking.inspect", watched)
    again = checked(corpus, resume=journal)
    assert (again[0], seen, again[1].kept) == (first[0], [], 8)
    assert (again[1].report.checked, again[1].report.classes) == (first[1].report.checked, first[1].report.classes)
    (corpus / "lid-2024.ttl").write_text(paper("lid-2024"), encoding="utf-8")
    (corpus / "lie-2024.ttl").unlink()
    (corpus / "liy-2024.ttl").write_text(paper("liy-2024", SLIP), encoding="utf-8")
    findings, checking = checked(corpus, resume=journal)
    assert sorted(seen) == ["lid-2024.ttl", "liy-2024.ttl"]
    assert told(findings) == [("lig-2024.ttl.gz", "CVO-START-END"), ("liy-2024.ttl", "CVO-OBJECT")]
    assert (checking.files, checking.report.claims) == (8, 8)


def test_a_run_that_is_killed_loses_and_repeats_nothing(corpus: Path, tmp_path: Path) -> None:
    for number in range(120):
        key = f"m{number:03}-2024"
        changes = [SLIP] if number % 10 == 0 else []
        (corpus / f"{key}.ttl").write_text(paper(key, *changes), encoding="utf-8")
    whole = checked(corpus)
    journal = tmp_path / "journal"
    command = [sys.executable, "-u", "-m", "cvo", "validate", str(corpus), "--resume", str(journal), "--jobs", "2", "-f", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        assert b"CVO-" in process.stdout.readline()  # findings come while others are still looked for
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    resumed = checked(corpus, resume=journal)
    assert 0 < resumed[1].kept <= 128
    assert resumed[0] == whole[0]
    assert resumed[1].report.classes == whole[1].report.classes


def test_a_journal_of_other_rules_is_not_believed(corpus: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix cvo: <https://w3id.org/cvo/ns#> .\n"
        "[] a sh:NodeShape ; sh:targetClass cvo:Claim ; sh:property [ sh:path cvo:basis ; sh:maxCount 0 ] .",
        encoding="utf-8",
    )
    checked(corpus, resume=tmp_path / "journal")
    findings, checking = checked(corpus, resume=tmp_path / "journal", setting=Setting(shapes=(str(shapes),)))
    assert checking.kept == 0
    assert sum(finding.code == "CVO-MAXCOUNT" for finding in findings) == 8


def test_what_is_no_journal_is_left_as_it_is(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes"
    other.write_text("precious", encoding="utf-8")
    for path in (other, tmp_path, tmp_path / "none" / "journal"):
        with pytest.raises(InputError, match="is no"):
            checked(corpus, resume=path)
    assert other.read_text(encoding="utf-8") == "precious"


# ---- workers that die


def _square(number: int) -> int:
    if number == 7:
        os._exit(9)
    return number * number


def test_a_process_that_dies_takes_only_its_own_task_with_it() -> None:
    with crew.crew(2) as workers:
        done = list(workers.map(_square, range(1, 20)))
    assert sorted(task for task, _ in done) == list(range(1, 20))
    assert [task for task, result in done if isinstance(result, crew.Died)] == [7]
    assert {result for _, result in done if not isinstance(result, crew.Died)} == {n * n for n in range(1, 20) if n != 7}


# ---- the command


def test_the_command_tells_findings_line_by_line_and_counts_them(corpus: Path, cvo) -> None:
    ran = cvo("validate", corpus, "--jobs", "1", "-f", "jsonl")
    *findings, last = map(json.loads, ran.out.splitlines())
    assert (ran.status, [each["code"] for each in findings]) == (1, ["CVO-START-END", "CVO-OBJECT"])
    assert (last["files"], last["errors"], last["conforms"]) == (8, 2, False)
    ran = cvo("validate", corpus, "--lang", "zh", "--select", "CVO-START")  # packed files make it a corpus
    assert ran.status == 1
    assert ran.out.startswith("错误[CVO-START-END]")
    assert ran.out.count("错误[") == 1
    assert "已检查 8 个文件中的 8 条论断" in ran.out
    whole = json.loads(cvo("validate", corpus, "--jobs", "1", "-f", "json").out)
    assert (len(whole["files"]), len(whole["findings"])) == (8, 2)


@pytest.mark.parametrize("option", ["--fix", "--diff", "--watch"])
def test_a_corpus_is_neither_repaired_nor_watched(corpus: Path, cvo, option: str) -> None:
    ran = cvo("validate", corpus, option, "--jobs", "2")
    assert (ran.status, ran.out) == (2, "")
    assert "--jobs" in ran.err


# ---- a cluster


def test_no_scheduler_is_an_error_that_says_how_to_start_one(corpus: Path, monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(crew, "PATIENCE", 1)
    with pytest.raises(EngineError, match="no scheduler answers at: tcp:") as error:
        checked(corpus, scheduler="tcp://127.0.0.1:9")
    assert "dask worker" in error.value.hint


def test_a_missing_package_is_an_error_that_says_what_to_install(corpus: Path, monkeypatch) -> None:
    for package in ("distributed", "fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineError) as error:
        checked(corpus, scheduler="tcp://127.0.0.1:9")
    assert "cvo[cluster]" in error.value.hint
    with pytest.raises(EngineError) as error:
        checked("s3://bucket/x.ttl")
    assert "cvo[cluster]" in error.value.hint


def test_addresses_are_read_like_files(corpus: Path) -> None:
    pytest.importorskip("fsspec")
    here, _ = checked(corpus)
    there, checking = checked(f"file://{corpus.resolve().as_posix()}")
    assert told(there) == told(here)
    assert checking.files == 8
    assert all(finding.place.file.startswith("file://") for finding in there)
    with pytest.raises(InputError, match="no such kind of address"):
        checked("nonsense://x/y.ttl")


@pytest.fixture
def cluster(tmp_path: Path):
    """Give the address of a scheduler with two workers, and their processes."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    at = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [subprocess.Popen([*dask, *at, "--port", "0", "--scheduler-file", str(file)], **quiet)]
    try:
        for _ in range(300):
            if file.exists() and file.read_text(encoding="utf-8").endswith("}"):
                break
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        for number in range(2):
            folder = ["--local-directory", str(tmp_path / f"worker-{number}"), "--host", "127.0.0.1"]
            processes.append(subprocess.Popen([*worker, *folder], **quiet))
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_finds_the_same_and_a_worker_that_is_killed_changes_nothing(corpus: Path, cluster) -> None:
    address, workers = cluster
    for number in range(400):
        key = f"m{number:03}-2024"
        changes = [SLIP] if number % 10 == 0 else []
        (corpus / f"{key}.ttl").write_text(paper(key, *changes), encoding="utf-8")
    here = checked(corpus)
    checking = Checking((str(corpus),), scheduler=address)
    findings = checking.findings()
    there = [next(findings)]  # the others are still under way
    workers[0].kill()
    there += findings
    assert workers[0].wait() != 0
    assert workers[1].poll() is None
    assert there == here[0]
    assert (checking.files, checking.report.classes) == (here[1].files, here[1].report.classes)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupt_ends_the_run_without_a_word_of_python(tmp_path):
    for number in range(400):
        shutil.copy(ROOT / "tests" / "data" / "validation" / "contributed.ttl", tmp_path / f"p{number}.ttl")
    journal = tmp_path / "run.journal"
    arguments = [sys.executable, "-m", "cvo", "validate", tmp_path, "-j", "2", "--resume", journal, "-o", tmp_path / "out.json"]
    running = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while running.poll() is None and not journal.exists():
        time.sleep(0.02)
    time.sleep(0.3)  # the workers are being started, or at work
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert (running.returncode, said.strip().splitlines()[-1]) == (130, "interrupted")
    assert "resource_tracker" not in said
    assert not (tmp_path / "out.json").exists()
