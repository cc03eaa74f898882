"""How many of the likely duplicates are right, and how many are found, on people whose duplicates are known."""

import pytest

from benchmarks.duplicates import measure


@pytest.mark.data
@pytest.mark.parametrize(("name", "precision", "recall"), [("A", 0.95, 0.85), ("C", 0.90, 0.75)])
def test_finds_what_the_phone_alone_did_not_join(real_data, db, name, precision, recall):
    got = measure(real_data / f"contacts/febrl_dataset_{name}_10000.csv.gz")
    assert got.precision >= precision, got
    assert got.recall >= recall, got
    assert got.search_seconds < 60
