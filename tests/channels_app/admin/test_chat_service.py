"""The page of the chat's service report: for whom, what it says in words, and at what price."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from channels_app.admin import chat_service
from channels_app.chat import service_level
from channels_app.chat.service_level import Shown
from tests.channels_app.chat.chatting import begun, says
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGES = ("page", "list")


@pytest.fixture
def manager(client, make_staff):
    user = make_staff("son", Role.MANAGER)
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("role", "department", "lead", "may"),
    [
        (Role.INTAKE, "intake", False, False),
        (Role.INTAKE, "intake", True, True),
        (Role.SPECIALIST, "payments", False, False),
        (Role.SPECIALIST, "payments", True, True),
        (Role.MANAGER, "payments", False, True),
        (Role.MANAGER, None, False, True),
        (Role.AUDITOR, None, False, True),
        (Role.AUDITOR, "payments", True, True),
        (Role.ADMINISTRATOR, None, False, True),
    ],
)
def test_heads_leads_and_auditors_get_in_and_find_it_in_the_menu(client, make_staff, role, department, lead, may):
    client.force_login(make_staff("kim", role, department, lead=lead))
    for name in PAGES:
        assert client.get(reverse(f"chat_service:{name}")).status_code == (200 if may else 403), name
    assert (reverse("chat_service:page") in client.get("/admin/").content.decode()) is may


@pytest.mark.parametrize("name", PAGES)
def test_nobody_else_gets_in(client, make_staff, name):
    assert client.get(reverse(f"chat_service:{name}")).status_code == 302
    gone = make_staff("kim", Role.MANAGER)
    client.force_login(gone)
    gone.is_active = False
    gone.save()
    assert client.get(reverse(f"chat_service:{name}")).status_code == 302
    assert client.post(reverse(f"chat_service:{name}")).status_code != 200


def test_whoever_was_dismissed_oversees_nothing(make_staff):
    gone = make_staff("kim", Role.MANAGER)
    gone.is_active = False
    assert not chat_service.policies.oversees(Actor.staff(gone))


def test_the_target_and_whether_it_is_met_stand_there_in_words(answered, manager):
    for after in [5] * 9 + [90]:
        answered(after)
    page = text_of(manager.get(reverse("chat_service:page"), {"period": "today"}))
    assert "Heard from a person within 20 s target: 80% 90% target met" in page
    assert "95 of 100 waited no longer than target: 60 s 51 s target met" in page
    answered(90)
    page = text_of(manager.get(reverse("chat_service:page")))
    assert "target: 80% 81% target met" in page
    assert "target: 60 s 90 s target missed" in page


def test_of_too_few_it_says_so(answered, manager):
    answered(5)
    page = text_of(manager.get(reverse("chat_service:page")))
    assert "target: 80% too few too few too few" in page
    assert "target met" not in page
    assert "target missed" not in page


def test_with_nothing_at_all_it_says_that(manager):
    page = text_of(manager.get(reverse("chat_service:page")))
    assert "Nobody waits." in page
    assert "No conversation began in this time." in page


def test_every_figure_leads_to_as_many_conversations(answered, clock, manager):
    for after in (5, 90, 30):
        answered(after)
    says(begun())
    clock.shift(timedelta(minutes=1))
    page = manager.get(reverse("chat_service:page"), {"period": "today"}).content.decode()
    links = re.findall(r'href="(/admin/chat-service/conversations/[^"]+)">(\d+)</a>', page)
    assert {"begun", "replied", "waiting", "waiting_now"} <= {
        shown for link, _number in links for shown in re.findall(r"show=(\w+)", link)
    }
    for link, number in links:
        found = manager.get(link.replace("&amp;", "&")).content.decode()
        assert found.count('class="desk-code"') == int(number), link


def test_a_list_says_what_became_of_each(answered, clock, manager):
    chat = answered(90)
    says(begun(), "Alo?")
    clock.shift(timedelta(seconds=25))
    page = text_of(manager.get(reverse("chat_service:list"), {"period": "today", "show": "late"}))
    assert re.search(
        rf"{chat.case.code} .* answered by a person waited 90 s .* Alo\? .* no reply so far waited 25 s", page
    )


def test_a_long_list_is_cut_and_says_so(answered, manager, monkeypatch):
    monkeypatch.setattr(chat_service, "LISTED", 2)
    for after in (5, 6, 7):
        answered(after)
    response = manager.get(reverse("chat_service:list"))
    assert "The 2 that waited longest." in text_of(response)
    assert response.content.decode().count('class="desk-code"') == 2


@pytest.mark.parametrize("query", ["period=never", "show=nothing", "hour=25", "hour=x", "department=nowhere"])
def test_addresses_that_mean_nothing_are_no_error(manager, query):
    assert manager.get(f"{reverse('chat_service:page')}?{query}").status_code == 200
    assert manager.get(f"{reverse('chat_service:list')}?{query}").status_code == 200


def test_the_figures_cost_five_queries_however_many_there_are(answered, clock, make_staff, django_assert_num_queries):
    actor = Actor.staff(make_staff("son", Role.MANAGER))
    actor.subject.desk  # noqa: B018 - the memberships are fetched once a request
    for after in (5, 90, 30):
        answered(after)
    says(begun())
    with django_assert_num_queries(5):
        service_level.report(actor, service_level.Period.MONTH, timezone.now())


def test_the_pages_cost_the_same_with_more(answered, manager, django_assert_num_queries):
    answered(5)
    answered(90)
    manager.get(reverse("chat_service:page"))
    with django_assert_num_queries(9):
        manager.get(reverse("chat_service:page"))
    with django_assert_num_queries(5):
        manager.get(reverse("chat_service:list"), {"show": Shown.BEGUN})
    answered(30)
    with django_assert_num_queries(9):
        manager.get(reverse("chat_service:page"))
    with django_assert_num_queries(5):
        manager.get(reverse("chat_service:list"), {"show": Shown.BEGUN})
