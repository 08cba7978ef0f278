"""Whatever part of an answer it is: words that advertise or name another customer are refused, and nothing has changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.complaints.models import Decision, Finding, Recourse, Remedy, Response
from cases.models import Answer
from cases.workflow import answer, complaint, deciding, remedies, resolution, responding
from cskh.core.errors import Invalid
from tests.cases.building import open_case
from tests.cases.complaints.building import complete, decided, found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]
SELLS = "Đã ghi có. Nạp ngay để nhận thưởng 50%!"


@pytest.fixture(params=["promotion", "code", "email", "transaction"])
def words(request):
    other = open_case("other", email="binh@khach.example", transaction_ref="FT26326004511")
    return {
        "promotion": SELLS,
        "code": f"Như ở yêu cầu {other.code}",
        "email": "Chúng tôi đã viết tới binh@khach.example",
        "transaction": "Khoản FT26326004511 đã được ghi có",
    }[request.param]


def refused(field, step, case):
    before = case.events.count()
    with pytest.raises(Invalid) as error:
        step()
    assert list(error.value.errors) == [field]
    assert case.events.count() == before


def test_the_answer(case, lan, words):
    complete(case, lan)
    refused("body", lambda: answer.send_answer(case, actor=lan, body=words), case)
    refused("body", lambda: resolution.propose(case, actor=lan, body=words), case)
    assert not Answer.objects.exists()


def test_what_was_found_in_plain_words(case, lan, words):
    refused("plain", lambda: deciding.note_finding(case, actor=lan, number=1, found=found(plain=words)), case)
    assert not Finding.objects.exists()


@pytest.mark.parametrize("field", ["reason", "no_remedy_because"])
def test_the_decision(case, lan, words, field):
    deciding.note_finding(case, actor=lan, number=1, found=found())
    said = decided(case, **{field: words})
    refused(field, lambda: deciding.decide(case, actor=lan, number=1, decided=said), case)
    assert not Decision.objects.exists()


def test_the_remedy(case, lan, words):
    deciding.note_finding(case, actor=lan, number=1, found=found())
    deciding.decide(case, actor=lan, number=1, decided=decided(case, no_remedy_because=""))
    day = timezone.localdate() + timedelta(days=3)
    proposed = remedies.Proposed(issue=1, kind="apology", due_on=day, reason=words)
    refused("reason", lambda: remedies.propose(case, actor=lan, proposed=proposed), case)
    assert not Remedy.objects.exists()


@pytest.mark.parametrize("unfair", ["Quý khách đã làm giả biên lai", "Quý khách cần nạp thêm tiền để được hoàn tiền"])
def test_the_next_level_is_fair_too(case, lan, unfair):
    say(case, lan, unfair)


def test_the_next_level(case, lan, words):
    say(case, lan, words)


def say(case, lan, words):
    day = timezone.localdate() + timedelta(days=7)
    refused("next_level", lambda: complaint.say_recourse(case, actor=lan, next_level=words, respond_by=day), case)
    assert not Recourse.objects.exists()


@pytest.mark.parametrize("field", ["reason", "found-1", "reason-1", "next_level"])
def test_the_corrected_response(case, lan, son, words, field):
    complete(case, lan)
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    said = {
        "reason": {"reason": words},
        "found-1": {"found": {1: words}},
        "reason-1": {"reasons": {1: words}},
        "next_level": {"next_level": words},
    }[field]
    response = Response.objects.get()
    refused(field, lambda: responding.correct(response, actor=son, **{"reason": "Viết rõ hơn", **said}), case)
    assert Response.objects.count() == 1
