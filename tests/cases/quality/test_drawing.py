"""Chance draws, and whoever has the seed draws the same."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.quality.drawing import draw, name_of

CODES = st.sets(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10), max_size=30)
POPULATION = st.dictionaries(st.sampled_from(["1", "2", "3"]), CODES)


@given(POPULATION, st.text(max_size=32), st.integers(1, 10), st.randoms())
def test_so_many_of_each_in_whatever_order_they_come(population, seed, size, chance):
    drawn = draw(population, seed, size)
    shuffled = {stratum: chance.sample(sorted(codes), len(codes)) for stratum, codes in population.items()}
    assert draw(shuffled, seed, size) == drawn
    assert {one: name_of(codes) for one, codes in shuffled.items()} == {
        one: name_of(population[one]) for one in shuffled
    }
    for stratum, codes in population.items():
        assert set(drawn[stratum]) <= set(codes)
        assert len(set(drawn[stratum])) == len(drawn[stratum]) == min(size, len(codes))


@given(CODES.filter(lambda codes: len(codes) > 2), st.integers(1, 5))
def test_one_more_case_takes_the_place_of_one_at_most(codes, size):
    first, *others = sorted(codes)
    before, after = draw({"1": others}, "s", size)["1"], draw({"1": codes}, "s", size)["1"]
    assert len(set(before) - set(after)) <= 1
    assert set(after) - set(before) <= {first}


def test_every_case_has_the_same_chance():
    """2 of 8, drawn 4000 times: each 1000 times, give or take five standard deviations of 27."""
    codes = [f"CS-{number}" for number in range(8)]
    counts = Counter(code for seed in range(4000) for code in draw({"1": codes}, f"{seed:032x}", 2)["1"])
    assert all(1000 - 137 < counts[code] < 1000 + 137 for code in codes)


@pytest.mark.parametrize("others", [["A"], ["A", "C"], ["A", "B", "C"], ["AB"], []])
def test_other_cases_have_another_name(others):
    assert name_of(others) != name_of(["B", "A"]) == name_of(["A", "B"])
