"""The policy's versions: one of a number at a time, never changed for days that have passed."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role
from cases.complaints import policy
from cases.complaints.models import PolicyClause
from cases.sla import packs
from cases.sla.clock import ClockKind
from cskh.core.errors import Invalid
from cskh.defaults.policy import CLAUSES

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def clause(number=1, begins=0, ends=None, text="Văn bản"):
    """Unsaved; days from today."""
    today = TODAY()
    return PolicyClause(
        number=number,
        title_vi="Tên",
        title_en="Name",
        text_vi=text,
        text_en="Text",
        valid_from=today + timedelta(days=begins),
        valid_until=None if ends is None else today + timedelta(days=ends),
    )


def rows():
    return list(PolicyClause.objects.values_list("number", "version", "valid_from", "valid_until").order_by("pk"))


def test_a_new_version_ends_the_one_before():
    first = policy.enter(clause(begins=-10))
    second = policy.publish(clause(begins=3, text="Mới"))
    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.valid_until == second.valid_from
    held = {
        day: policy.in_force(TODAY() + timedelta(days=day)).values_list("version", flat=True)
        for day in (-11, -10, 2, 3)
    }
    assert {day: list(versions) for day, versions in held.items()} == {-11: [], -10: [1], 2: [1], 3: [2]}
    assert policy.days_of_change(TODAY()) == [first.valid_from]
    assert policy.days_of_change(TODAY() + timedelta(days=3)) == [second.valid_from, first.valid_from]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"begins": -1}, "valid_from"),
        ({"begins": 0}, "valid_from"),  # a version begins on that very day already
        ({"begins": 1, "ends": 1}, "valid_until"),
        ({"begins": 2, "ends": 1}, "valid_until"),
    ],
)
def test_what_cannot_be_published_changes_nothing(wrong, field):
    policy.publish(clause())
    before = rows()
    with pytest.raises(Invalid) as refused:
        policy.publish(clause(**wrong))
    assert list(refused.value.errors) == [field]
    assert rows() == before


@pytest.mark.parametrize("days", [0, -1])
def test_a_clause_ends_on_a_day_to_come(days):
    kept = policy.enter(clause(begins=-5))
    before = rows()
    with pytest.raises(Invalid):
        policy.end(kept, TODAY() + timedelta(days=days))
    assert rows() == before
    policy.end(kept, TODAY() + timedelta(days=1))
    assert list(policy.in_force(TODAY() + timedelta(days=1))) == []
    policy.end(kept, None)
    assert list(policy.in_force(TODAY() + timedelta(days=1))) == [kept]


def test_what_has_ended_or_was_followed_keeps_its_end():
    ended = policy.enter(clause(begins=-5, ends=-1))
    followed = policy.enter(clause(number=2, begins=-5))
    policy.publish(clause(number=2, begins=2))
    before = rows()
    for kept in (ended, followed):
        with pytest.raises(Invalid):
            policy.end(kept, None)
    assert rows() == before


@pytest.mark.parametrize(
    ("first", "second"),
    [((-5, None), (0, None)), ((-5, 5), (4, 9)), ((-5, 5), (-9, -4)), ((0, 1), (0, 1))],
)
def test_the_database_keeps_two_versions_apart(first, second):
    one = clause(begins=first[0], ends=first[1])
    one.version = 1
    one.save()
    two = clause(begins=second[0], ends=second[1])
    two.version = 2
    with pytest.raises(IntegrityError), transaction.atomic():
        two.save()
    two.number = 2
    two.save()
    assert PolicyClause.objects.count() == 2


def test_days_that_touch_do_not_overlap():
    for version, (begins, ends) in enumerate([(-5, 0), (0, 3), (3, None)], start=1):
        one = clause(begins=begins, ends=ends)
        one.version = version
        one.save()
    assert [one.version for one in policy.in_force(TODAY())] == [2]


def test_in_the_admin_a_version_is_added_and_never_rewritten(client, make_staff):
    client.force_login(make_staff("quan", Role.MANAGER))
    old = PolicyClause.objects.get(number=3)
    tomorrow = TODAY() + timedelta(days=1)
    typed = {"number": 3, "title_vi": "Mới", "title_en": "New", "text_vi": "M", "text_en": "N"}
    added = client.post("/admin/complaints/policyclause/add/", {**typed, "valid_from": tomorrow.isoformat()})
    assert added.status_code == 302, added.context["errors"]
    old.refresh_from_db()
    assert old.valid_until == tomorrow
    new = PolicyClause.objects.get(number=3, version=2)
    before = rows()
    page = f"/admin/complaints/policyclause/{new.pk}/change/"
    client.post(page, {**typed, "title_vi": "Sửa", "valid_until": ""})
    assert PolicyClause.objects.get(pk=new.pk).title_vi == "Mới"
    assert client.post("/admin/complaints/policyclause/add/", {**typed, "valid_from": "2026-01-02"}).status_code == 200
    assert client.post(page, {"valid_until": TODAY().isoformat()}).status_code == 200
    assert rows() == before
    client.post(page, {"valid_until": (tomorrow + timedelta(days=5)).isoformat()})
    new.refresh_from_db()
    assert new.valid_until == tomorrow + timedelta(days=5)


def test_the_first_policy_promises_what_the_clocks_measure():
    """Every figure the clauses name stands in the rule pack or in the evidence settings."""
    pack = packs.promises(date(2026, 11, 1))

    def first_reply(channel):
        found = packs.pick(pack.targets, ClockKind.FIRST_RESPONSE, category=None, priority=None, channel=channel)
        return found.seconds

    resolutions = {t.category: t.seconds for t in pack.targets if t.kind == ClockKind.RESOLUTION and not t.priority}
    assert [first_reply(channel) for channel in ("chat", "web", "app", "email")] == [60, 900, 900, 3600]
    assert "within 1 minute. Form and app: within 15 minutes. Email: within 1 hour" in CLAUSES[2][3]
    assert (resolutions[None], resolutions["privacy-request"]) == (24 * 3600, 72 * 3600)
    assert "others within 24 hours, requests about personal data within 72 hours" in CLAUSES[3][3]
    assert pack.silence_close_seconds == 7 * 86400
    assert pack.silence_reminders_seconds == (24 * 3600, 72 * 3600)
    assert "after 24 hours and after 72 hours and close the request after 7 days" in CLAUSES[7][3]
    wait = packs.pick(pack.targets, ClockKind.EVIDENCE_WAIT, category=None, priority=None, channel=None)
    assert wait.seconds == 24 * 3600
    assert timedelta(hours=72) == settings.EVIDENCE_LONGEST_WAIT
    assert "24 hours to send it, and 72 hours at most" in CLAUSES[4][3]
    assert pack.progress_every_seconds == 24 * 3600
    assert "at least every 24 hours" in CLAUSES[3][3]
