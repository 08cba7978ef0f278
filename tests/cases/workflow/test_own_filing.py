"""Whoever files evidence for a customer is not the one on whose word alone it counts."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence.models import Check
from cases.states import Channel, Step
from cases.workflow import evidence, facts
from cases.workflow.steps import allowed_steps
from cskh.core.errors import NotPermitted
from tests.cases.building import customer_of, snapshot
from tests.cases.evidence.files import picture, upload

pytestmark = pytest.mark.django_db
CODE = "transaction-code"


def filed(case, by, **what):
    what = what or {"upload": upload(picture())}
    return evidence.submit_evidence(case, actor=by, channel=Channel.HOTLINE, **what)


def test_somebody_else_accepts_it_and_the_refusal_says_who(case, lan, minh):
    item = filed(case, lan)
    before = snapshot(case)
    with pytest.raises(NotPermitted, match=minh.label):
        evidence.verify_evidence(item, actor=lan, result="accepted")
    assert snapshot(case) == before
    evidence.verify_evidence(item, actor=minh, result="accepted")
    item.refresh_from_db()
    assert item.state == "accepted"


def test_what_was_filed_by_mistake_is_rejected_by_whoever_filed_it(case, lan):
    evidence.verify_evidence(filed(case, lan), actor=lan, result="rejected", reason="Gửi nhầm tệp, xin gửi lại.")


def test_rejected_by_one_it_is_not_accepted_by_the_other_who_filed_it(case, lan, minh):
    item = filed(case, lan)
    evidence.verify_evidence(item, actor=minh, result="rejected", reason="Ảnh mờ, xin gửi lại.")
    with pytest.raises(NotPermitted):
        evidence.verify_evidence(item, actor=lan, result="accepted")


def test_where_nobody_else_is_there_the_refusal_says_what_helps(case, lan):
    with pytest.raises(NotPermitted, match="Quản trị"):
        evidence.verify_evidence(filed(case, lan), actor=lan, result="accepted")


def test_what_the_customer_sent_is_checked_by_anybody(case, lan):
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(picture()))
    assert evidence.verify_evidence(item, actor=lan, result="accepted").by_id == lan.id


def test_a_fact_that_rests_on_it_counts_once_another_has_confirmed(case, lan, minh):
    item = filed(case, lan)
    sources = facts.Sources(evidence=[item], statement="Sổ lệnh")
    finding = facts.verify_fact(case, actor=lan, fact=CODE, result="corroborated", sources=sources)
    item.refresh_from_db()
    assert (finding.needs_second, item.state) == (True, "received")
    assert Step.ANSWER not in allowed_steps(lan, case)
    with pytest.raises(NotPermitted):
        facts.confirm_finding(finding, actor=lan)
    facts.confirm_finding(finding, actor=minh)
    item.refresh_from_db()
    assert (item.state, Check.objects.get(item=item).by_id) == ("accepted", minh.id)
    assert Step.ANSWER in allowed_steps(lan, case)


def test_nor_does_it_where_somebody_else_found_it(case, lan, minh):
    item = filed(case, lan)
    sources = facts.Sources(evidence=[item])
    assert not facts.verify_fact(case, actor=minh, fact=CODE, result="corroborated", sources=sources).needs_second
    item.refresh_from_db()
    assert item.state == "accepted"


def test_words_that_one_put_down_and_confirmed_alone_are_claimed_and_accepted_by_nobody(case, lan, minh):
    words = filed(case, lan, text="FT26326004511", thing=CODE)
    facts.verify_fact(case, actor=lan, fact=CODE, result="corroborated", sources=facts.Sources(statement="Sổ lệnh"))
    words.refresh_from_db()
    assert words.state == "received"
    assert Step.ANSWER in allowed_steps(lan, case)  # it rests on our books


def test_a_lead_and_one_specialist_are_enough(case, make_staff):
    hoa = Actor.staff(make_staff("hoa", Role.INTAKE, "payments"))
    lead = Actor.staff(make_staff("nga", Role.SPECIALIST, "payments", lead=True))
    item = filed(case, hoa)
    with pytest.raises(NotPermitted, match=lead.label):
        evidence.verify_evidence(item, actor=hoa, result="accepted")
    evidence.verify_evidence(item, actor=lead, result="accepted")
