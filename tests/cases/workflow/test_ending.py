"""Ends without an answer."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.models import Case
from cases.workflow.ending import mark_duplicate
from cskh.core.errors import Invalid
from tests.cases.building import open_case, snapshot

pytestmark = pytest.mark.django_db


def test_duplicates_never_form_a_circle(make_staff):
    """Two people who look at the same pages at once: the second one's page is older than what the first one did."""
    hoa = Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))
    one, other = open_case(), open_case()
    seen_before = Case.objects.get(pk=one.pk)
    mark_duplicate(one, actor=hoa, of=other)
    before = snapshot(other)
    with pytest.raises(Invalid) as refused:
        mark_duplicate(other, actor=hoa, of=seen_before)
    assert list(refused.value.errors) == ["of"]
    assert snapshot(other) == before
