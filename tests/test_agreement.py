"""The report on the agreement of two encodings says what the two encodings say."""

import csv
import importlib.util

import pyoxigraph as ox
import pytest
from conftest import ROOT

from cvo.files import shipped
from cvo.terms import CVO, SOURCE

spec = importlib.util.spec_from_file_location("agreement", ROOT / "bench" / "agreement.py")
agreement = importlib.util.module_from_spec(spec)
spec.loader.exec_module(agreement)


def test_the_report_holds_the_table_of_the_sample():
    report = (ROOT / "instances" / "AGREEMENT.md").read_text(encoding="utf-8")
    assert "\n".join(agreement.table(agreement.pairs())) in report


@pytest.mark.parametrize(
    ("pairs", "share", "kappa"),
    [
        (["aa", "bb"], 1, 1),
        (["aa", "ab", "ba", "bb"], 0.5, 0),
        (["aa"] * 20 + ["ab"] * 5 + ["ba"] * 10 + ["bb"] * 15, 0.7, 0.4),  # the textbook case of 50 grant proposals
        (["aa", "aa"], 1, None),
    ],
)
def test_kappa_is_that_of_cohen(pairs, share, kappa):
    assert agreement.agreement(pairs) == (pytest.approx(share), kappa if kappa is None else pytest.approx(kappa))


def test_forty_claims_of_each_source_were_encoded_twice_and_are_still_there():
    rows = agreement.pairs()
    assert all((one["coder"], two["coder"], one["claim"]) == ("first", "second", two["claim"]) for one, two in rows)
    for path in shipped("instances"):
        stated = {q.subject.value for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE) if q.predicate.value == f"{CVO}statement"}
        sample = [f"{SOURCE}{one['source']}#{one['claim']}" for one, _ in rows if one["source"] == path.stem]
        assert len(set(sample)) == (0 if path.stem == "comparisons" else 40)
        assert set(sample) <= stated


def test_every_row_of_the_sample_is_complete():
    with agreement.SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert all(all(row.values()) and len(row) == 12 for row in rows)
