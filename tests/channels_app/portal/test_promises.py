"""What was promised, on the customer's page: by when, what they agree to, and when it was done."""

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role
from cases.workflow import answer, remedies
from channels_app.replies import replies_for
from tests.cases.building import customer_of
from tests.cases.complaints.remedying import REASON, decided_complaint, head, propose

pytestmark = pytest.mark.django_db


def test_what_was_promised_by_when_and_when_it_was_done(make_staff, follow):
    lan = Actor.staff(make_staff("lan", Role.SPECIALIST))
    case = decided_complaint(lan)
    pk = propose(case, lan)
    browser, address = follow(case), reverse("portal:case", args=[case.code])
    assert REASON not in browser.get(address).content.decode()
    remedies.approve(case, actor=head(), remedy=pk)
    offered = next(one["text"] for one in replies_for(case, lan.subject) if "340.000" in one["text"])
    assert offered.count("340.000 ₫") == 1
    answer.send_answer(case, actor=lan, body="Chúng tôi ghi có thêm.")
    page = browser.get(address).content.decode()
    assert REASON in page
    assert "340.000 ₫" in browser.get(reverse("portal:accept", args=[case.code])).content.decode()
    answer.accept(case, actor=customer_of(case))
    remedies.record_by_hand(case, actor=lan, remedy=pk, reference="UNC 12")
    page = browser.get(address).content.decode()
    assert "UNC 12" in page
    assert lan.label not in page
