"""The demo shows a case at every stage, and cases that closed in every way."""

import pytest
from django.core.management import call_command

from cases.events import flaws_of
from cases.models import Case
from cases.states import ClosedAs, Status
from cskh.demo import chats, seed

pytestmark = pytest.mark.django_db


def test_every_status_and_every_end_is_there_and_doing_it_again_changes_nothing(monkeypatch):
    monkeypatch.setattr(seed, "ENDED", 4)  # more of the same
    monkeypatch.setattr(chats, "TALKS", 2)
    seed.seed(lambda text: None)
    assert set(Case.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Case.objects.exclude(closed_as="").values_list("closed_as", flat=True)) == set(ClosedAs.values)
    assert [flaw for case in Case.objects.all() for flaw in flaws_of(case)] == []
    flagged = Case.objects.exclude(safety_kinds=[])
    assert [case.department.slug for case in flagged] == ["customer-protection"]
    call_command("check_cases")
    before = Case.objects.count()
    seed.seed(lambda text: None)
    assert Case.objects.count() == before
