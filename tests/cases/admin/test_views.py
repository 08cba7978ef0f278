"""Saved views: a list kept under a name. What it shows is found by whoever opens it, among what they may see."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Department, Role
from cases.admin import saved_views
from cases.models import Category, SavedView
from cases.workflow import routing
from tests.cases.admin.test_queue import codes_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(make_staff):
    return make_staff("truong", Role.SPECIALIST, "payments", lead=True)


@pytest.fixture
def save(desk):
    def post(user, query, name="Của tôi", department=None):
        data = {"name": name, "query": query} | ({"department": department.pk} if department else {})
        return desk(user).client.post(reverse("admin:cases_case_views"), data)

    return post


def payments():
    return Department.objects.get(slug="payments")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("", "queue=mine"),
        ("queue=urgent&p=3&e=1&fragment=rows", "queue=mine"),
        (
            "priority__exact=high&q=%20n%E1%BA%A1p%20%20ti%E1%BB%81n",
            "priority__exact=high&q=n%E1%BA%A1p+ti%E1%BB%81n&queue=mine",
        ),
        ("q=&status__exact=", "queue=mine"),
        ("o=5&channel__exact=chat", "channel__exact=chat&o=5&queue=mine"),
        ("channel__exact=chat&o=5", "channel__exact=chat&o=5&queue=mine"),
        (
            "category__id__exact=%C2%B2&department__id__exact=%D9%A3&priority__exact=high",
            "priority__exact=high&queue=mine",
        ),
        ("category__id__exact=-1&department__id__exact=x", "queue=mine"),
        ("status__exact=%00&channel__exact=fax&priority__exact=2", "queue=mine"),
        ("q=%00&o=%00", "queue=mine"),
        ("closed_as__exact=no_reply", "closed_as__exact=no_reply&queue=mine"),
        ("closed_as__exact=lost", "queue=mine"),
        ("assignee=3&customer__name=An", "queue=mine"),
    ],
)
def test_what_is_kept_of_an_address_is_always_in_the_same_words(asked, kept):
    assert saved_views.canonical(QueryDict(asked), "mine") == kept
    assert saved_views.canonical(QueryDict(kept), "mine") == kept


def test_a_view_opens_as_the_list_that_was_saved(desk, people, open_case, save):
    shown = open_case("deposit-not-credited")
    open_case("other")
    query = f"queue=all&category__id__exact={shown.category_id}"
    assert "views/?query=" in desk(people["manager"]).list(category__id__exact=shown.category_id).content.decode()
    answer = save(people["manager"], query, "Nạp tiền")
    page = desk(people["manager"]).client.get(answer.url)
    assert codes_on(page) == [shown.code]
    text = page.content.decode()
    assert f'href="{answer.url.replace("&", "&amp;")}" aria-current="page"' in text
    assert text.count('aria-current="page"') == 1
    assert "views/?query=" not in text  # it is saved already


def test_a_view_is_saved_over_from_the_list_it_was_opened_as(desk, people, open_case, save):
    case = open_case("deposit-not-credited")
    opened = save(people["lan"], "queue=all&status__exact=routed", "Đang chờ")
    at = desk(people["lan"])
    view = SavedView.objects.get()
    address = reverse("admin:cases_case_view_change", args=[view.pk])
    assert address not in at.client.get(opened.url).content.decode()  # nothing is changed yet
    narrowed = at.client.get(f"{opened.url}&priority__exact={case.priority}")
    assert codes_on(narrowed) == [case.code]
    assert address in narrowed.content.decode()
    saved = at.client.post(address, {"query": narrowed.context["desk_query"]})
    assert saved.status_code == 302
    view.refresh_from_db()
    assert (view.name, view.query) == ("Đang chờ", f"priority__exact={case.priority}&queue=all&status__exact=routed")
    assert address not in at.client.get(saved.url).content.decode()
    assert at.client.post(address, {"query": "queue=nothing"}).status_code == 400
    assert at.client.post(address, {"query": "queue=all&q=" + "x" * 600}).status_code == 400


def test_only_its_owner_saves_over_a_view(desk, people, lead, save):
    save(lead, "queue=urgent", "Gấp", payments())
    view = SavedView.objects.get()
    address = reverse("admin:cases_case_view_change", args=[view.pk])
    for user in (people["lan"], people["manager"]):  # who sees it, and who may rename it
        at = desk(user)
        assert address not in at.list(queue="all", view=view.pk).content.decode()
        assert at.client.post(address, {"query": "queue=all"}).status_code == 403
    lead.memberships.update(is_lead=False)
    assert desk(lead).client.post(address, {"query": "queue=all"}).status_code == 403
    view.refresh_from_db()
    assert view.query == "queue=urgent"


@pytest.mark.parametrize("named", ["x", "-1", "²", "9" * 40, "\0", "7"])
def test_a_list_opened_from_no_view_is_just_a_list(desk, people, named):
    assert desk(people["lan"]).list(queue="all", view=named).status_code == 200


def test_a_shared_view_shows_everybody_what_they_may_see(desk, people, lead, open_case, save):
    seen = open_case("deposit-not-credited")
    elsewhere = open_case("technical-error")
    answer = save(lead, "queue=all", "Cả phòng", payments())
    assert codes_on(desk(people["lan"]).client.get(answer.url)) == [seen.code]
    assert codes_on(desk(people["manager"]).client.get(answer.url)) == [seen.code, elsewhere.code]  # urgent first
    assert "Cả phòng" in desk(people["lan"]).list().content.decode()
    for user in (people["elsewhere"], people["manager"]):
        assert "Cả phòng" not in desk(user).list().content.decode()


def test_ones_own_views_are_nobody_elses(desk, people, save):
    save(people["lan"], "queue=urgent", "Riêng của Lan")
    desk(people["lan"]).list()  # where one is told that it is saved
    view = SavedView.objects.get()
    for who in ("minh", "manager", "administrator"):
        at = desk(people[who])
        assert "Riêng của Lan" not in at.list().content.decode()
        for data in ({"delete": "1"}, {"name": "x"}, {"move": "up"}):
            address = reverse("admin:cases_case_view_change", args=[view.pk])
            assert at.client.post(address, data).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.owner) == ("Riêng của Lan", people["lan"])


@pytest.mark.parametrize(
    ("who", "may"),
    [("lan", False), ("intake", False), ("elsewhere", False), ("auditor", False), ("lead", True), ("manager", True)],
)
def test_leads_and_managers_share_with_the_departments_they_answer_for(people, lead, save, who, may):
    user = lead if who == "lead" else people[who]
    assert save(user, "queue=urgent", "Gấp", payments()).status_code == (302 if may else 400)
    assert SavedView.objects.filter(department=payments()).exists() is may
    if who == "lead":
        assert save(user, "queue=urgent", "Gấp", Department.objects.get(slug="technical")).status_code == 400


def test_a_member_opens_a_shared_view_but_does_not_change_it(desk, people, lead, save):
    save(lead, "queue=urgent", "Gấp", payments())
    view = SavedView.objects.get()
    address = reverse("admin:cases_case_view_change", args=[view.pk])
    for data in ({"delete": "1"}, {"name": "x"}, {"move": "up"}):
        assert desk(people["lan"]).client.post(address, data).status_code == 403
    assert SavedView.objects.get().name == "Gấp"
    desk(people["manager"]).client.post(address, {"name": "Rất gấp"})
    assert SavedView.objects.get().name == "Rất gấp"


def test_views_are_renamed_ordered_and_deleted(desk, people, save):
    for name in "abc":
        save(people["lan"], "queue=urgent", name)
    client = desk(people["lan"]).client

    def change(view, /, **data):
        return client.post(reverse("admin:cases_case_view_change", args=[SavedView.objects.get(name=view).pk]), data)

    def names():
        return [view.name for view in saved_views.shown_to(Actor.staff(people["lan"]))]

    assert names() == ["a", "b", "c"]
    change("c", move="up")
    assert names() == ["a", "c", "b"]
    change("a", move="up")
    change("b", move="down")
    assert names() == ["a", "c", "b"]
    change("a", move="down")
    assert names() == ["c", "a", "b"]
    change("a", name="  d ")
    change("d", name=" ")
    assert names() == ["c", "d", "b"]
    change("d", delete="1")
    assert names() == ["c", "b"]


@pytest.mark.parametrize(
    "query",
    ["", "queue=nothing", "q=x", "javascript:alert(1)", "queue=all&x=" + "y" * 600, "queue=all&q=" + "ạ" * 200],
)
def test_only_what_the_list_can_show_is_saved(people, save, query):
    assert save(people["lan"], query).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("value", ["%C2%B2", "%D9%A3", "x", "%00", "-1", "9" * 40])
@pytest.mark.parametrize("key", ["category__id__exact", "status__exact", "q"])
def test_no_saved_view_breaks_the_list_of_others(desk, people, lead, key, value):
    for query in (f"queue=all&status__exact=routed&{key}={value}", f"{key}={value}&queue=mine"):
        SavedView.objects.create(name="x", query=query, owner=lead, department=payments())
    assert desk(people["lan"]).list().status_code == 200
    assert desk(people["lan"]).client.get("/admin/").status_code == 200


def test_names_are_text(desk, people, save):
    save(people["lan"], "queue=urgent", "<b>Gấp</b>")
    for page in (desk(people["lan"]).list(), desk(people["lan"]).client.get(reverse("admin:cases_case_views"))):
        text = page.content.decode()
        assert "<b>Gấp" not in text
        assert "&lt;b&gt;Gấp&lt;/b&gt;" in text


def test_there_is_an_end_to_views(people, save, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    assert [save(people["lan"], "queue=urgent", name).status_code for name in "abc"] == [302, 302, 400]
    assert save(people["minh"], "queue=urgent", "d").status_code == 302


def test_views_of_open_cases_are_counted_and_all_by_the_same_two_queries(desk, people, lead, open_case, save):
    first = open_case("deposit-not-credited")
    open_case("deposit-not-credited", email=first.contact.address)
    closed = Category.objects.get(slug="other")
    counted = [
        "queue=department",
        f"queue=unassigned&category__id__exact={first.category_id}",
        "queue=all&status__exact=routed&o=5",
        f"queue=all&status__exact=routed&category__id__exact={closed.pk}",
    ]
    not_counted = [
        "queue=all",
        "queue=all&q=n%E1%BA%A1p",
        "queue=all&status__exact=closed",
        "department__id__exact=x&queue=mine",
    ]
    actor = Actor.staff(people["lan"])
    saved_views.tabs(actor, first.opened_at)
    for number, query in enumerate(counted + not_counted):
        department = payments() if number % 2 else None
        SavedView.objects.create(
            name="x", query=query, owner=lead if department else people["lan"], department=department
        )
        with CaptureQueriesContext(connection) as queries:
            tabs = saved_views.tabs(actor, first.opened_at)[1]
        assert len(queries) == 2
    found = {tab.query: tab.count_text for tab in tabs}
    assert found == dict(zip(counted, ["2", "2", "2", "0"], strict=True)) | dict.fromkeys(not_counted, "")


def test_counts_are_of_what_one_may_see(people, lead, open_case):
    open_case("deposit-not-credited")
    moved = open_case("deposit-not-credited")
    routing.transfer_case(
        moved,
        actor=Actor.staff(people["manager"]),
        department=Department.objects.get(slug="technical"),
        summary="Lỗi ứng dụng",
    )
    SavedView.objects.create(name="x", query="queue=unassigned", owner=lead, department=payments())
    (tab,) = saved_views.tabs(Actor.staff(people["lan"]), moved.opened_at)[1]
    assert tab.count_text == "1"
