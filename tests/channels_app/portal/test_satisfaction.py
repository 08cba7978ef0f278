"""The one question after the outcome, on the page of the request: without login and without JavaScript."""

import pytest
from django.test import Client

from cases.satisfaction import question_of

pytestmark = pytest.mark.django_db


def test_it_is_answered_and_changed_on_a_page_of_its_own(open_case, follow):
    case = open_case("closed")
    browser, at = follow(case), f"/track/{case.code}/satisfaction/"
    assert at in browser.get(f"/track/{case.code}/").content.decode()
    assert browser.post(at, {"score": ""}).status_code == 400
    assert browser.post(at, {"score": "4", "comment": "<b>Nhanh</b>"}).status_code == 302
    assert browser.get(at).context["form"].initial == {"score": 4, "ease": None, "comment": "<b>Nhanh</b>"}
    assert browser.post(at, {"score": "2", "ease": "5"}).status_code == 302
    opinion = question_of(case).opinion
    assert (opinion.score, opinion.ease, opinion.comment) == (2, 5, "")


def test_it_is_there_for_whoever_follows_a_case_that_has_ended(open_case, follow):
    case, running = open_case("closed"), open_case("answered")
    assert follow(running).get(f"/track/{running.code}/satisfaction/").status_code == 404
    for stranger in (Client(), follow(open_case(email="binh@khach.example"))):
        assert stranger.post(f"/track/{case.code}/satisfaction/", {"score": "5"}).status_code == 404
    assert question_of(case).opinion is None
