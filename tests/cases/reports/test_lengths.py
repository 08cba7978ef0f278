"""Lengths, their steps, and percentiles that do not forget what is still open; held against tables worked out by hand."""

from itertools import pairwise

import pytest

from cases.reports import lengths
from cases.reports.lengths import DAY, HOUR, MINUTE, NONE, Length, percentile, step_of

WHAT_TARGETS_SPEAK_OF = [15 * MINUTE, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY, 56 * DAY]


def spread(*seconds):
    made = [0] * lengths.STEPS
    for one in seconds:
        made[step_of(one)] += 1
    return made


def test_a_length_is_within_what_it_does_not_exceed():
    for end in WHAT_TARGETS_SPEAK_OF:
        assert lengths.within(spread(end), end) == 1
        assert lengths.within(spread(end + 0.5), end) == 0
    assert step_of(0) == 0
    assert step_of(10 * 365 * DAY) == lengths.STEPS - 1


def test_steps_are_fine_enough_to_be_said_of_a_length():
    ends = lengths.ENDS
    assert all(later - end <= max(MINUTE, end / 2) for end, later in pairwise(ends) if end < 28 * DAY)
    assert len(ends) < 90


def test_without_anything_open_it_is_the_plain_percentile():
    ten = spread(*(n * HOUR for n in range(1, 11)))
    assert percentile(50, ten, NONE) == Length(5 * HOUR)
    assert percentile(90, ten, NONE) == Length(9 * HOUR)


def test_kaplan_and_meier_by_hand():
    """Solved after 1, 2, 4, 6 h; still open after 3 and 5 h.

    at 1 h: 6 at risk, 5/6 unsolved; at 2 h: 5 at risk, 4/6; at 3 h one is lost from sight; at 4 h: 3 at risk, 4/9 unsolved,
    so that half are solved within 4 h; at 5 h another; at 6 h: 1 at risk, none unsolved.
    """
    solved, unsolved = spread(HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR), spread(3 * HOUR, 5 * HOUR)
    assert percentile(33, solved, unsolved) == Length(2 * HOUR)
    assert percentile(50, solved, unsolved) == Length(4 * HOUR)
    assert percentile(90, solved, unsolved) == Length(6 * HOUR)
    assert percentile(50, solved, NONE) == Length(2 * HOUR)  # what forgetting the open ones would say


def test_what_is_open_within_a_step_is_there_for_half_of_it():
    """Ten: eight solved within the first hours, one more and one still open within one step, whichever of them was first.

    Before it 2 are at risk and 2/10 unsolved; 1 of 1.5 is solved: 2/30 are left.
    """
    solved = spread(*[HOUR] * 8, 5 * HOUR)
    assert percentile(90, solved, spread(5 * HOUR)) == Length(5 * HOUR)


def test_where_too_many_are_open_it_is_only_known_that_it_takes_longer():
    assert percentile(50, spread(HOUR), spread(2 * HOUR, 2 * HOUR)) == Length(HOUR + 30 * MINUTE, are_least=True)
    assert percentile(90, NONE, spread(30)) == Length(0, are_least=True)
    assert percentile(50, spread(1000 * DAY), NONE) == Length(364 * DAY, are_least=True)


def test_of_nothing_nothing_is_said():
    assert percentile(50, NONE, NONE) is None


@pytest.mark.parametrize("percent", [50, 90])
def test_what_is_still_open_never_makes_it_shorter(percent):
    solved = spread(HOUR, 2 * HOUR, 30 * HOUR)
    before = percentile(percent, solved, NONE)
    after = percentile(percent, solved, spread(3 * HOUR))
    assert (after.are_least, after.seconds) >= (before.are_least, before.seconds)
