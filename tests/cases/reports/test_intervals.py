"""The interval of Wilson, held against values worked out by hand and against what must hold for every share."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.reports.intervals import wilson

# With z = 1.96, as one does on paper. 8 of 10: centre (0.8 + 3.8416/20) / 1.38416 = 0.7168, around it
# 1.96 * sqrt(0.16/10 + 3.8416/400) / 1.38416 = 0.2266. None of 10: 3.8416 / 13.8416. All of 5: 5 / (5 + 3.8416).
BY_HAND = [
    (8, 10, 0.4902, 0.9433),
    (5, 10, 0.2366, 0.7634),
    (0, 10, 0.0, 0.2775),
    (5, 5, 0.5655, 1.0),
    (80, 100, 0.7112, 0.8666),
    (1, 1, 0.2065, 1.0),
]


@pytest.mark.parametrize(("part", "whole", "low", "high"), BY_HAND)
def test_by_hand(part, whole, low, high):
    found = wilson(part, whole)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 100_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_its_ends_are_where_the_score_test_turns(sample):
    """At either end the share seen is exactly 1.96 standard errors of that end away, unless it is 0 or 1."""
    part, whole = sample
    found, share = wilson(part, whole), part / whole
    assert 0 <= found.low <= share <= found.high <= 1
    for end in (found.low, found.high):
        if 0 < end < 1:
            assert abs(share - end) == pytest.approx(
                1.959963984540054 * sqrt(end * (1 - end) / whole), rel=1e-6, abs=1e-9
            )


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(part, whole):
    with pytest.raises(ValueError):
        wilson(part, whole)
