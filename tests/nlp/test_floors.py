"""What the reader can do on the corpus' own test families must not get less: floors are raised, never lowered.

Families are kept in parts, by the session that wrote them, so that writing more moves no older floor. The floor of
a field is how many of all labelled pairs are found with that field right: finding more pairs never lowers it.
"""

import json
from pathlib import Path

import pytest

from nlp import load_reader
from nlp.corpus import read_corpus
from nlp.evaluation import FIELDS, evaluate

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("part", FLOORS)
def test_reading_of_the_test_families_keeps_its_floors(part: str) -> None:
    rows = [row for row in read_corpus() if row["split"] == "test" and row["family"][0] in part]
    report = evaluate(rows, load_reader().read_many)
    precision, recall, f1 = report.scores
    measured = {"precision": precision, "recall": recall, "f1": f1} | {
        name: recall * report.accuracy(name) for name in FIELDS
    }
    assert not report.unread
    assert {name: value for name, value in measured.items() if value < FLOORS[part][name]} == {}
