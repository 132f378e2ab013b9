"""A load gives the old store or the new one, never half of one, and goes on where it was stopped."""

import contextlib
import gzip
import json
import os
import subprocess
import sys

import pytest

from cvo import load
from cvo.ask import corpus
from cvo.errors import CvoError, InputError, SyntaxProblem

TURTLE = '@prefix e: <http://e/> . e:{0} e:p [ e:q {0} ] , "风险🎬"@zh .'


def write(folder, number):
    path = folder / f"{number}.ttl"
    path.write_text(TURTLE.format(number), encoding="utf-8")
    return path


def numbers(most):
    return "".join(f'<http://e/{n}> <http://e/p> "{n}" .\n' for n in range(most))


def count(data):
    return int(next(iter(data.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")))["n"])


def test_a_store_answers_as_the_files_do(tmp_path):
    (tmp_path / "x.trig").write_text("<http://e/a> <http://e/b> 1 . <http://e/g> { <http://e/a> <http://e/b> 1, 2 }")
    (tmp_path / "y.nt.gz").write_bytes(gzip.compress(b'<http://e/c> <http://e/b> "\xe9\xa3\x8e" .\n'))
    (tmp_path / "z.ttl").write_text("﻿<http://e/d> <http://e/b> 3 .", encoding="utf-8")
    loaded = corpus.load([tmp_path], tmp_path / "store")
    assert (loaded.skipped, loaded.folder) == ((), tmp_path / "store")
    here, there = load(tmp_path / "?.*"), corpus.open_(tmp_path / "store")
    for query in ("SELECT ?s ?o { ?s <http://e/b> ?o } ORDER BY ?s ?o", "SELECT ?g ?o { GRAPH ?g { <http://e/a> ?p ?o } } ORDER BY ?g ?o"):
        assert there.query(query).rows == here.query(query).rows != ()
    risks = "SELECT (COUNT(*) AS ?n) { ?r a cvo:Risk }"
    assert there.query(risks).rows == here.query(risks).rows


def test_the_new_content_takes_the_place_of_the_old(tmp_path):
    for number in range(3):
        assert corpus.load([write(tmp_path, number)], tmp_path / "store", with_shipped=False).quads == 3
        rows = corpus.open_(tmp_path / "store").query("SELECT ?s { ?s <http://e/p> [] } GROUP BY ?s")
        assert [row["s"] for row in rows] == [f"http://e/{number}"]
    assert len(list((tmp_path / "store").glob("v-*"))) == 2  # the one before is kept for who still reads it


def test_who_reads_is_not_disturbed_by_a_load(tmp_path):
    corpus.load([write(tmp_path, 1)], tmp_path / "store", with_shipped=False)
    reader = corpus.open_(tmp_path / "store")
    corpus.load([write(tmp_path, 2)], tmp_path / "store", with_shipped=False)
    assert reader.query("ASK { <http://e/1> ?p ?o }").truth
    assert corpus.open_(tmp_path / "store").query("ASK { <http://e/2> ?p ?o }").truth


def test_a_broken_file_leaves_the_old_store(tmp_path):
    corpus.load([write(tmp_path, 1)], tmp_path / "store", with_shipped=False)
    (tmp_path / "broken.ttl").write_text("<http://e/a> <http://e/b> 1 .\n<http://e/c> ;")
    with pytest.raises(SyntaxProblem) as caught:
        corpus.load([write(tmp_path, 2), tmp_path / "broken.ttl"], tmp_path / "store", with_shipped=False)
    assert caught.value.place.line == 2
    assert corpus.open_(tmp_path / "store").query("ASK { <http://e/1> ?p ?o }").truth


def test_a_broken_file_is_left_out_whole_where_that_is_asked_for(tmp_path, cvo):
    (tmp_path / "broken.ttl").write_text("<http://e/a> <http://e/b> 1 .\n<http://e/c> ;")
    write(tmp_path, 2)
    ran = cvo("load", tmp_path, "--store", tmp_path / "store", "--only-data", "--keep-going")
    assert ran.status == 1
    assert "broken.ttl:2" in ran.err
    assert count(corpus.open_(tmp_path / "store")) == 3


def stopped(tmp_path, monkeypatch, after):
    """Load five files and stop after as many of them; return the numbers of the files that were read."""
    monkeypatch.setattr(corpus, "CHECKPOINT", 1)
    read, add = [], corpus._Load._add

    def adding(self, store, path, graph):
        if len(read) == after:
            raise KeyboardInterrupt
        read.append(int(path.stem))
        add(self, store, path, graph)

    monkeypatch.setattr(corpus._Load, "_add", adding)
    with contextlib.suppress(KeyboardInterrupt):
        corpus.load([tmp_path / f"{n}.ttl" for n in range(5)], tmp_path / "store", with_shipped=False)
    monkeypatch.setattr(corpus._Load, "_add", add)
    return read


@pytest.mark.parametrize("after", range(6))
def test_a_load_that_was_stopped_goes_on_and_repeats_nothing(tmp_path, monkeypatch, after):
    for number in range(5):
        write(tmp_path, number)
    first = stopped(tmp_path, monkeypatch, after)
    if after < 5:
        with pytest.raises(InputError, match="no store"):
            corpus.open_(tmp_path / "store")
    second = stopped(tmp_path, monkeypatch, 99)
    assert first + second == [*range(5)] or (after == 5 and first == second == [*range(5)])
    assert count(corpus.open_(tmp_path / "store")) == 15  # blank nodes, too, stand there once
    assert not (tmp_path / "store" / "partial").exists()


def test_a_file_that_changed_meanwhile_is_read_again(tmp_path, monkeypatch):
    for number in range(5):
        write(tmp_path, number)
    stopped(tmp_path, monkeypatch, 3)
    (tmp_path / "0.ttl").write_text("<http://e/new> <http://e/p> 1 .")
    assert stopped(tmp_path, monkeypatch, 99) == [*range(5)]
    assert count(corpus.open_(tmp_path / "store")) == 13


def test_a_load_that_is_killed_leaves_the_old_store(tmp_path):
    corpus.load([write(tmp_path, 1)], tmp_path / "store", with_shipped=False)
    (tmp_path / "big.nt").write_text("".join(f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> .\n" for n in range(400_000)))
    code = f"""
import os, cvo.ask.corpus as c
from pathlib import Path
seen = []
def told(done, everything, name):
    seen.append(done)
    if done > everything / 2:
        os._exit(9)
c.load([Path({str(tmp_path / "big.nt")!r})], Path({str(tmp_path / "store")!r}), with_shipped=False, told=told)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=100).returncode == 9
    assert corpus.open_(tmp_path / "store").query("ASK { <http://e/1> ?p ?o }").truth
    assert corpus.load([tmp_path / "big.nt"], tmp_path / "store", with_shipped=False).quads == 400_000


@pytest.mark.parametrize("what", ["a file", "another folder", "nothing", "damaged", "not json"])
def test_what_is_no_store_is_told(tmp_path, what):
    store = tmp_path / "store"
    if what == "a file":
        store.write_text("x")
    elif what == "another folder":
        store.mkdir()
        (store / "mine.txt").write_text("x")
    elif what in {"damaged", "not json"}:
        corpus.load([write(tmp_path, 1)], store, with_shipped=False)
        if what == "not json":
            (store / "store.json").write_text("[")
        else:
            for path in (store / json.loads((store / "store.json").read_text())["version"]).glob("CURRENT"):
                path.write_bytes(b"\0")
    with pytest.raises(InputError):
        corpus.open_(store).query("ASK { ?s ?p ?o }")
    if what in {"a file", "another folder"}:
        with pytest.raises(InputError, match="is no store"):
            corpus.load([write(tmp_path, 1)], store)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the permissions of a folder do not bind everybody here")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(InputError, match="cannot be written"):
        corpus.load([write(tmp_path, 1)], tmp_path / "locked" / "store")


def test_two_loads_at_once_do_not_mix(tmp_path):
    path = write(tmp_path, 1)
    first = corpus._Load(tmp_path / "store", [(path, None)], keep_going=False, told=lambda *_: None)
    held = first._resume()
    with pytest.raises(CvoError, match="another load is at work"):
        corpus.load([path], tmp_path / "store", with_shipped=False)
    del held


def test_a_store_is_asked_by_the_command_with_limit_and_streamed(tmp_path, cvo):
    (tmp_path / "big.nt").write_text(numbers(1000))
    corpus.load([tmp_path / "big.nt"], tmp_path / "store")
    ran = cvo("query", "--store", tmp_path / "store", "-e", "SELECT ?o { ?s <http://e/p> ?o }", "--limit", 7, "-f", "jsonl")
    assert (ran.status, ran.out.count("\n")) == (0, 7)
    ran = cvo("query", "--store", tmp_path / "store", "risks-by-stage", "stage=产品营销")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == cvo("query", "risks-by-stage", "stage=产品营销").out


def test_a_question_has_one_place(cvo, tmp_path):
    ran = cvo("query", "risks", "--store", tmp_path, "--on", "http://127.0.0.1:1/")
    assert (ran.status, ran.err) == (2, "error: a question is put to one of --data, --store and --on\n")


def test_a_deadline_ends_a_question_and_leaves_nothing_behind(cvo, tmp_path):
    (tmp_path / "x.nt").write_text(numbers(3000))
    slow = "SELECT (COUNT(*) AS ?n) { ?a <http://e/p> ?b . ?c <http://e/p> ?d . ?e <http://e/p> ?f }"
    ran = cvo("query", "--data", tmp_path / "x.nt", "--only-data", "-e", slow, "--timeout", "1", "-o", tmp_path / "out.csv")
    assert ran.status == 2
    assert "no whole answer within 1 s" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["x.nt"]
