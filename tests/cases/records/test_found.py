"""Whether there is such a record: yes, no, or not known."""

import pytest

from cases.records.found import Found, OfPull
from cases.records.models import Pull, Snapshot

WHOLE, PART = Snapshot(content=[]), Snapshot(content=[], is_cut=True)
ROW = Found({}, frozenset(), WHOLE)


@pytest.mark.parametrize(
    ("state", "rows", "looked_in", "is_there"),
    [
        ("answered", [ROW], [WHOLE], True),
        ("unanswered", [ROW], [WHOLE], True),
        ("answered", [], [WHOLE], False),
        ("answered", [], [WHOLE, PART], None),
        ("unanswered", [], [WHOLE], None),
        ("waiting", [], [WHOLE], None),
        ("no_source", [], [], None),
    ],
)
def test_not_found_is_what_every_source_says_as_a_whole(state, rows, looked_in, is_there):
    assert OfPull(pull=Pull(state=state), rows=rows, looked_in=looked_in).is_there is is_there


def test_a_part_that_holds_nothing_has_not_found_nothing():
    assert (WHOLE.found_nothing, PART.found_nothing) == (True, False)
