"""How far times are away, as the public pages say it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from channels_app.templatetags.portal_times import from_now, time_left


@pytest.mark.parametrize(
    ("hours", "ours", "theirs"),
    [
        (53, "in 3 days", "in 2 days"),
        (48, "in 2 days", "in 2 days"),
        (47.5, "in 2 days", "in 47 hours"),
        (5.5, "in 6 hours", "in 5 hours"),
        (1.5, "in 90 minutes", "in 90 minutes"),
        (-3, "3 hours ago", "3 hours ago"),
    ],
)
def test_a_promise_of_ours_is_rounded_up_and_a_deadline_of_theirs_is_not(hours, ours, theirs):
    with time_machine.travel(timezone.now(), tick=False), translation.override("en"):
        at = timezone.now() + timedelta(hours=hours)
        assert (from_now(at), time_left(at)) == (ours, theirs)
