"""A snapshot is never stale, never half, and never needed."""

import os
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest

from cvo import snapshot
from cvo.dataset import load_shipped
from cvo.files import shipped

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
GRAPHS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CVO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def made():
    data = load_shipped()
    data.keep()
    return data


def test_the_snapshot_holds_what_the_files_hold(cache):
    files = made()
    kept = load_shipped()
    assert (files.snapshot, kept.snapshot.parent) == (None, cache)
    for query in (COUNT, GRAPHS):
        assert kept.query(query) == files.query(query)


def test_a_file_that_changed_is_not_answered_from_the_snapshot(cache, tmp_path):
    path = tmp_path / "a.ttl"
    path.write_text("a", encoding="utf-8")
    before = snapshot.folder_of([path])
    path.write_text("b", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert before.parent == cache
    assert snapshot.folder_of([path]) != before


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "missing", "no store at all"])
@pytest.mark.usefixtures("cache")
def test_a_damaged_snapshot_is_noticed_and_made_again(damage):
    expected = made().query(COUNT)
    folder = load_shipped().snapshot
    files = sorted(folder.glob("*.sst"), key=lambda p: p.stat().st_size)
    if damage == "no store at all":
        for path in folder.iterdir():
            path.unlink()
    elif damage == "missing":
        files[-1].unlink()
    else:
        content = files[-1].read_bytes()
        half = len(content) // 2
        files[-1].write_bytes(content[:half] if damage == "cut off" else b"x" * half + content[half:])
    data = load_shipped()
    assert data.query(COUNT) == expected
    data.keep()
    assert load_shipped().snapshot == folder
    assert load_shipped().query(COUNT) == expected


@pytest.mark.parametrize("place", ["", "file"])
def test_without_a_place_for_it_the_files_are_read(tmp_path, monkeypatch, place):
    if place:
        (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CVO_CACHE", str(tmp_path / place / "below") if place else "")
    assert made().snapshot is None
    assert load_shipped().snapshot is None


def test_many_makers_at_once_leave_one_whole_snapshot(cache):
    data = ox.Store()
    data.add(ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/b"), ox.NamedNode("http://e/c")))
    folder = snapshot.folder_of(shipped("shapes"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: snapshot.make(folder, data), range(4)))
    assert len(ox.Store.read_only(str(folder))) == 1
    assert [p.name for p in cache.iterdir()] == [folder.name]


def test_only_the_newest_snapshots_are_kept(cache):
    folders = [cache / f"{n:024d}" for n in range(6)]
    for n, folder in enumerate(folders):
        snapshot.make(folder, ox.Store())
        os.utime(folder, (n, n))
    assert sorted(p.name for p in cache.iterdir()) == [f.name for f in folders[-snapshot.KEPT :]]
