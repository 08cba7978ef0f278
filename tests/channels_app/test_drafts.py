"""Drafts: one's own, bounded, and nobody else's business."""

import pytest

from accounts.models import Role
from channels_app import drafts
from channels_app.models import Draft
from cskh.core.errors import Invalid
from tests.cases.building import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@pytest.fixture
def case(lan):
    return open_case("deposit-not-credited")


def test_one_draft_a_person_case_and_kind_the_latest_first(lan, make_staff, case):
    minh, other = make_staff("minh"), open_case("deposit-not-credited")
    drafts.keep(lan, case, "message", "một")
    drafts.keep(lan, case, "note", "hai")
    drafts.keep(lan, case, "message", "ba")
    drafts.keep(lan, other, "message", "nơi khác")
    drafts.keep(minh, case, "message", "của Minh")
    assert [(kind, draft.body) for kind, draft in drafts.drafts_of(lan, case).items()] == [
        ("message", "ba"),
        ("note", "hai"),
    ]
    assert [draft.body for draft in drafts.drafts_of(minh, case).values()] == ["của Minh"]


def test_what_is_typed_is_kept_as_it_is_and_blanks_are_no_draft(lan, case):
    typed = "  Kính gửi Quý khách,\r\n\n– dòng\t2 \x00🙂"
    assert drafts.keep(lan, case, "answer", typed).body == typed.replace("\x00", "")
    assert drafts.keep(lan, case, "answer", " \n\t") is None
    assert drafts.drafts_of(lan, case) == {}


@pytest.mark.parametrize(("kind", "body"), [("message", "a" * 100_001), ("transfer", "x"), ("", "x")])
def test_what_is_no_draft_leaves_the_old_one(lan, case, kind, body):
    drafts.keep(lan, case, "message", "vẫn còn")
    before = list(Draft.objects.values())
    with pytest.raises(Invalid):
        drafts.keep(lan, case, kind, body)
    assert list(Draft.objects.values()) == before


def test_dropping_takes_only_this_one(lan, case):
    drafts.keep(lan, case, "message", "một")
    drafts.keep(lan, case, "note", "hai")
    drafts.drop(lan, case, "message")
    assert list(drafts.drafts_of(lan, case)) == ["note"]
