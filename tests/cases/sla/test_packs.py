"""Which target a clock gets, and what the shipped packs promise."""

import itertools
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.sla.calendar import WorkingCalendar
from cases.sla.clock import ClockKind
from cases.sla.packs import (
    ALWAYS,
    DAY,
    HOUR,
    INTERNAL,
    MINUTE,
    PACKS,
    VN_CPL,
    VN_PDPL_2023,
    VN_PDPL_2026,
    VN_WORKING_DAYS,
    Confidence,
    Target,
    in_force,
    pick,
)

CATEGORIES = [
    "deposit-not-credited",
    "withdrawal-delayed",
    "login-failure",
    "account-locked",
    "account-takeover",
    "promotion",
    "settlement",
    "staff-conduct",
    "technical-error",
    "privacy-request",
    "impersonation",
    "self-exclusion",
    "suggestion",
    "other",
]
PRIORITIES = ["low", "normal", "high", "urgent"]
CHANNELS = ["chat", "email", "hotline", "app", "web"]
NAMES = ("category", "priority", "channel")


def internal(kind, category="other", priority="normal", channel="email"):
    return pick(INTERNAL.targets, kind, category=category, priority=priority, channel=channel)


# From the most specific to the least: category beats priority beats channel.
ORDER = [
    ("category", "priority", "channel"),
    ("category", "priority"),
    ("category", "channel"),
    ("category",),
    ("priority", "channel"),
    ("priority",),
    ("channel",),
    (),
]


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(ORDER, 2)))
def test_the_more_specific_target_wins_in_either_order(better, worse):
    asked = dict(zip(NAMES, ("promotion", "urgent", "chat"), strict=True))
    rules = [
        Target(ClockKind.RESOLUTION, seconds, **{name: asked[name] for name in named})
        for seconds, named in ((1, better), (2, worse))
    ]
    assert pick(rules, ClockKind.RESOLUTION, **asked).seconds == 1
    assert pick(rules[::-1], ClockKind.RESOLUTION, **asked).seconds == 1


@pytest.mark.parametrize(
    "target",
    [
        Target(ClockKind.FIRST_RESPONSE, 1),
        Target(ClockKind.RESOLUTION, 1, category="settlement"),
        Target(ClockKind.RESOLUTION, 1, priority="low"),
        Target(ClockKind.RESOLUTION, 1, channel="email"),
        Target(ClockKind.RESOLUTION, 1, category="promotion", channel="email"),
    ],
)
def test_a_target_for_something_else_is_not_picked(target):
    assert pick([target], ClockKind.RESOLUTION, category="promotion", priority="urgent", channel="chat") is None


def test_an_unclassified_case_gets_the_targets_for_any_category():
    targets = [Target(ClockKind.RESOLUTION, 1, category="promotion"), Target(ClockKind.RESOLUTION, 2)]
    assert pick(targets, ClockKind.RESOLUTION, category=None, priority=None, channel=None).seconds == 2


def test_two_targets_for_the_same_thing_are_refused():
    with pytest.raises(ValueError, match="two targets for the same thing"):
        replace(VN_CPL, targets=VN_CPL.targets * 2)


@pytest.mark.parametrize(
    ("channel", "first", "following"),
    [
        ("chat", 60, 60),
        ("app", 15 * MINUTE, 30 * MINUTE),
        ("web", 15 * MINUTE, 30 * MINUTE),
        ("email", 1 * HOUR, 4 * HOUR),
        ("hotline", 15 * MINUTE, 30 * MINUTE),
    ],
)
def test_responses_by_channel(channel, first, following):
    assert internal(ClockKind.FIRST_RESPONSE, channel=channel).seconds == first
    assert internal(ClockKind.NEXT_RESPONSE, channel=channel).seconds == following
    assert internal(ClockKind.CALL_BACK, channel=channel).seconds == 15 * MINUTE


@pytest.mark.parametrize(
    ("category", "hours"),
    {
        "login-failure": 1,
        "account-locked": 4,
        "account-takeover": 1,
        "deposit-not-credited": 2,
        "withdrawal-delayed": 4,
        "promotion": 4,
        "settlement": 8,
        "staff-conduct": 24,
        "privacy-request": 72,
        "self-exclusion": 1,
        "technical-error": 24,
        "impersonation": 24,
        "suggestion": 24,
        "other": 24,
    }.items(),
)
def test_resolution_by_category(category, hours):
    target = internal(ClockKind.RESOLUTION, category)
    assert (target.seconds, target.calendar) == (hours * HOUR, ALWAYS)
    assert internal(ClockKind.RESOLUTION, category, "urgent").seconds < target.seconds


@pytest.mark.parametrize("kind", [kind for kind in ClockKind if kind is not ClockKind.REGULATORY])
def test_every_case_gets_every_internal_clock_and_urgent_is_never_slower(kind):
    for category, channel in itertools.product([None, *CATEGORIES], [None, *CHANNELS]):
        by_priority = [internal(kind, category, priority, channel) for priority in PRIORITIES]
        assert all(target.seconds > 0 for target in by_priority)
        assert by_priority[-1].seconds <= min(target.seconds for target in by_priority)


def test_the_customer_is_reminded_before_silence_closes():
    assert all(reminder < INTERNAL.silence_close_seconds for reminder in INTERNAL.silence_reminders_seconds)
    assert INTERNAL.progress_every_seconds == 24 * HOUR


@pytest.mark.parametrize(
    ("slug", "on", "pack"),
    [
        ("vn-pdpl", date(2023, 6, 30), None),
        ("vn-pdpl", date(2023, 7, 1), VN_PDPL_2023),
        ("vn-pdpl", date(2025, 12, 31), VN_PDPL_2023),
        ("vn-pdpl", date(2026, 1, 1), VN_PDPL_2026),
        ("vn-cpl", date(2024, 6, 30), None),
        ("vn-cpl", date(2024, 7, 1), VN_CPL),
        ("internal", date(2026, 3, 2), INTERNAL),
        ("unknown", date(2026, 3, 2), None),
    ],
)
def test_the_version_in_force_on_a_date(slug, on, pack):
    assert in_force(PACKS, slug, on) is pack
    assert in_force(PACKS[::-1], slug, on) is pack


@pytest.mark.parametrize(
    ("pack", "category", "seconds", "calendar"),
    [
        (VN_CPL, "promotion", 7 * DAY, VN_WORKING_DAYS),
        (VN_CPL, "privacy-request", 7 * DAY, VN_WORKING_DAYS),
        (VN_PDPL_2023, "privacy-request", 72 * HOUR, ALWAYS),
        (VN_PDPL_2026, "privacy-request", 2 * DAY, VN_WORKING_DAYS),
    ],
)
def test_regulatory_limits(pack, category, seconds, calendar):
    target = pick(pack.targets, ClockKind.REGULATORY, category=category, priority="urgent", channel="email")
    assert (target.seconds, target.calendar) == (seconds, calendar)


def test_the_privacy_law_is_no_matter_of_other_cases():
    asked = {"category": "promotion", "priority": "normal", "channel": "chat"}
    assert pick(VN_PDPL_2026.targets, ClockKind.REGULATORY, **asked) is None


def test_every_pack_says_where_it_comes_from_and_how_sure_it_is():
    assert all(pack.citation for pack in PACKS)
    assert VN_PDPL_2026.confidence is Confidence.CONFIRM
    assert len({(pack.slug, pack.version) for pack in PACKS}) == len(PACKS)


def test_seven_working_days_skip_weekends_and_holidays():
    vietnam = ZoneInfo("Asia/Ho_Chi_Minh")
    whole_days = dict.fromkeys(range(5), ((time(0), time(0)),))
    calendar = WorkingCalendar(vietnam, whole_days, [date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1)])
    target = pick(VN_CPL.targets, ClockKind.REGULATORY, category=None, priority=None, channel=None)
    received = datetime(2026, 4, 23, 10, tzinfo=vietnam)  # a Thursday
    assert calendar.due(received, timedelta(seconds=target.seconds)) == datetime(2026, 5, 7, 10, tzinfo=vietnam)
