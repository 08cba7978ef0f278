"""The office's pages: staff, keys, calendars, categories, customers, presence."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.customers.models import Contact, Customer, Notice
from accounts.models import ApiClient, Department, Role, User
from cases.calendars import working
from cases.events import flaws_of
from cases.models import Calendar, Case, CaseEvent, Category
from cases.states import Channel
from cases.workflow import routing
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.merging import merge_customers
from tests.cases.building import open_case


@pytest.fixture
def admin_client(client, make_staff):
    client.force_login(make_staff("quan", Role.ADMINISTRATOR))
    return client


def inline(prefix, rows=(), initial=0):
    posted = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return posted | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def case_of(assignee, make_staff):
    case = intake.open_request(
        Matter(subject="Nạp tiền", category=Category.objects.get(slug="deposit-not-credited")),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="x",
        person=Person(email="an@khach.example"),
    )
    routing.assign_case(case, actor=Actor.staff(make_staff("boss", Role.MANAGER)), assignee=assignee)
    return case


def test_a_new_colleague_with_a_role_gets_in(admin_client, client, defaults):
    posted = {
        "username": "moi",
        "last_name": "Lê",
        "first_name": "Mới",
        "email": "moi@benxanh.example",
        "language": "vi",
    }
    posted |= {"password1": "mot-mat-khau-dai", "password2": "mot-mat-khau-dai", "usable_password": "true"}
    department = Department.objects.get(slug="payments")
    posted |= inline("memberships", [{"role": "specialist", "department": department.pk}])
    answer = admin_client.post("/admin/accounts/user/add/", posted)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(username="moi")
    assert user.desk.has_in(Role.SPECIALIST, department.pk)
    client.force_login(user)
    assert client.get("/admin/hotline/").status_code == 200


def test_who_is_deactivated_hands_over_and_is_out(admin_client, make_staff):
    lan, minh = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("minh", Role.SPECIALIST, "payments")
    case = case_of(lan, make_staff)
    posted = {"username": "lan", "last_name": "Lan", "language": "vi"}  # no is_active: unticked
    rows = [
        {"id": one.pk, "user": lan.pk, "role": one.role, "department": one.department_id}
        for one in lan.memberships.all()
    ]
    posted |= inline("memberships", rows, 1)
    answer = admin_client.post(f"/admin/accounts/user/{lan.pk}/change/", posted)
    assert answer.status_code == 302, answer.context["errors"]
    case.refresh_from_db()
    lan.refresh_from_db()
    assert (lan.is_active, case.assignee) == (False, minh)


def test_nobody_deactivates_themselves(admin_client):
    user = User.objects.get(username="quan")
    posted = {"username": "quan", "language": "vi"} | inline("memberships")
    answer = admin_client.post(f"/admin/accounts/user/{user.pk}/change/", posted)
    assert answer.status_code == 200
    user.refresh_from_db()
    assert user.is_active


def test_a_key_is_shown_once_and_revoked(admin_client):
    page = admin_client.post("/admin/accounts/apiclient/add/", {"name": "app", "scopes": ["cases:open"]}, follow=True)
    client_row = ApiClient.objects.get()
    key = next(word for word in page.content.decode().split() if word.startswith(client_row.key_prefix)).split("<")[0]
    assert ApiClient.objects.authenticate(key) == client_row
    address = f"/admin/accounts/apiclient/{client_row.pk}/change/"
    assert key not in admin_client.get(address).content.decode()
    admin_client.post(address, {"name": "app", "scopes": ["cases:open"]})
    assert ApiClient.objects.authenticate(key) is None


WEEK = {f"day_{day}": "08:00-12:00, 13:30-17:30" for day in range(5)}
NAMES = {"name_vi": "Giờ", "name_en": "Hours", "zone": "Asia/Ho_Chi_Minh"}


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"day_0": "22:00-00:00"}, True),
        ({"day_0": "00:00-00:00"}, True),
        ({"day_0": "8-12"}, False),
        ({"day_0": "12:00-08:00"}, False),
        ({"day_0": "08:00-12:00, 11:00-13:00"}, False),
        ({"day_0": "25:00-26:00"}, False),
        ({f"day_{day}": "" for day in range(7)}, False),
        ({"zone": "Asia/Nowhere"}, False),
    ],
)
def test_a_week_is_kept_only_if_it_can_be_counted_in(admin_client, change, right):
    calendar = Calendar.objects.get(slug="always")
    before = calendar.week
    answer = admin_client.post(
        f"/admin/cases/calendar/{calendar.pk}/change/", {**NAMES, **WEEK, **change, **inline("days")}
    )
    calendar.refresh_from_db()
    assert answer.status_code == (302 if right else 200)
    assert (calendar.week != before) == right
    working(calendar)


def test_a_special_day_counts_at_once(admin_client):
    calendar = Calendar.objects.get(slug="always")
    day = timezone.localtime() + timedelta(days=30)
    due = working(calendar).due(day, timedelta(hours=1))
    posted = {**NAMES, **{f"day_{n}": "00:00-00:00" for n in range(7)}}
    admin_client.post(
        f"/admin/cases/calendar/{calendar.pk}/change/",
        posted | inline("days", [{"date": day.date().isoformat(), "hours": "", "name": "Nghỉ"}]),
    )
    calendar.refresh_from_db()
    assert calendar.days.get().hours == []
    assert working(calendar).due(day, timedelta(hours=1)) > due


def test_categories_have_two_levels(admin_client):
    topic, reason = Category.objects.get(slug="transactions"), Category.objects.get(slug="deposit-not-credited")
    posted = {
        "name_vi": "a",
        "name_en": "a",
        "department": topic.department_id,
        "priority": "normal",
        "parent": reason.pk,
    }
    answer = admin_client.post(f"/admin/cases/category/{topic.pk}/change/", posted)
    assert answer.status_code == 200
    topic.refresh_from_db()
    assert topic.parent is None


def test_a_published_notice_stays_as_it_was_shown(client, make_staff):
    client.force_login(make_staff("boss", Role.MANAGER))
    notice = Notice.objects.get()
    answer = client.post(
        f"/admin/customers/notice/{notice.pk}/change/", {"version": "1.0", "body_vi": "x", "body_en": "x"}
    )
    assert answer.status_code == 403
    assert Notice.objects.get().body_vi == notice.body_vi


@pytest.mark.parametrize("typed", ["0912 345 678", "+84912345678", "Trần", "KH-7", "an@khach"])
def test_customers_are_found(client, make_staff, typed):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    customer = Customer.objects.create(name="Trần An", external_id="KH-7")
    customer.contacts.create(kind="phone", address="+84912345678")
    customer.contacts.create(kind="email", address="an@khach.example")
    Customer.objects.create(name="Lê Bình")
    page = client.get("/admin/customers/customer/", {"q": typed}).content.decode()
    assert ("Trần An" in page, "Lê Bình" in page) == (True, False)


def test_what_no_customer_can_be_called_finds_nobody(client, make_staff):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    Customer.objects.create(name="Trần An")
    assert "Trần An" not in client.get("/admin/customers/customer/", {"q": "An\0"}).content.decode()


def test_the_list_of_customers_is_of_those_who_say_who_they_are(client, make_staff):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    nobody, named = Customer.objects.create(), Customer.objects.create(name="Lê Bình")
    known, reached = Customer.objects.create(external_id="KH-7"), Customer.objects.create()
    reached.contacts.create(kind="phone", address="+84912345678")

    def listed(**query):
        return set(client.get("/admin/customers/customer/", query).context["cl"].queryset)

    assert listed() == listed(language__exact="vi") == {named, known, reached}
    assert listed(unknown="yes") == {nobody}


def test_a_customer_is_corrected_and_a_changed_address_is_not_verified(client, make_staff):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    customer = Customer.objects.create(name="Tran An")
    contact = customer.contacts.create(kind="phone", address="+84912345678", verified_at=timezone.now())
    address = f"/admin/customers/customer/{customer.pk}/change/"
    row = {"id": contact.pk, "customer": customer.pk, "kind": "phone", "address": "0987 654 321", "is_verified": "on"}
    answer = client.post(address, {"name": "Trần An", "language": "vi", **inline("contacts", [row], 1)})
    assert answer.status_code == 302, answer.context["errors"]
    customer.refresh_from_db()
    contact.refresh_from_db()
    assert (customer.name, customer.external_id) == ("Trần An", None)
    assert (contact.address, contact.verified_at) == ("+84987654321", None)
    wrong = client.post(address, {"name": "x", "language": "vi", **inline("contacts", [{**row, "address": "abc"}], 1)})
    assert wrong.status_code == 200
    assert Contact.objects.get().address == "+84987654321"


@pytest.mark.parametrize("role", [Role.INTAKE, Role.MANAGER])
def test_an_address_that_is_somebody_elses_too_is_said(client, make_staff, role):
    customer, other = (Customer.objects.create(name=name) for name in ("Trần An", "Lê <b>Bình</b>"))
    other.contacts.create(kind="phone", address="+84987654321")
    client.force_login(make_staff("kim", role, "intake" if role == Role.INTAKE else None))
    address = f"/admin/customers/customer/{customer.pk}/change/"
    row = {"customer": customer.pk, "kind": "phone", "address": "0987 654 321"}
    posted = {"name": "Trần An", "language": "vi", **inline("contacts", [row])}
    page = client.post(address, posted, follow=True).content.decode()
    assert "Lê &lt;b&gt;Bình&lt;/b&gt;" in page
    assert f"/customers/{customer.pk}/merge/?other={other.pk}" in page
    rows = [{**row, "id": customer.contacts.get().pk, "address": "+84987654321"}]
    again = client.post(address, {**posted, **inline("contacts", rows, 1)}, follow=True).content.decode()
    assert "merge/?other=" not in again  # nothing was changed: it has been said


def test_whose_else_an_address_is_nobody_learns_who_does_not_know_them(client, make_staff):
    lan = make_staff("lan", Role.SPECIALIST, "payments")
    customer, stranger = case_of(lan, make_staff).customer, Customer.objects.create(name="Lê Bình")
    stranger.contacts.create(kind="phone", address="+84987654321")
    client.force_login(lan)
    address = f"/admin/customers/customer/{customer.pk}/change/"
    page = client.post(address, posted_correction(customer), follow=True).content.decode()
    assert customer.contacts.filter(address="+84987654321").exists()
    assert "Lê Bình" not in page


def corrections(case):
    return list(CaseEvent.objects.filter(case=case, kind="case_corrected").values_list("actor_id", "facts"))


def posted_correction(customer, **changes):
    contact = customer.contacts.get()
    row = {"id": contact.pk, "customer": customer.pk, "kind": contact.kind, "address": contact.address}
    new = {"customer": customer.pk, "kind": "phone", "address": "0987 654 321", "is_verified": "on"}
    return {"name": "Trần An", "language": "vi", **changes, **inline("contacts", [row, new], 1)}


@pytest.mark.parametrize(
    ("role", "department", "corrects", "identifies"),
    [
        (Role.SPECIALIST, "payments", True, False),
        (Role.SPECIALIST, "technical", False, None),
        (Role.INTAKE, "intake", True, False),
        (Role.AUDITOR, None, False, False),
        (Role.MANAGER, None, True, True),
        (Role.ADMINISTRATOR, None, True, True),
    ],
)
def test_who_corrects_a_customer_and_who_says_who_it_is(client, make_staff, role, department, corrects, identifies):
    case = case_of(make_staff("lan", Role.SPECIALIST, "payments"), make_staff)
    user, customer = make_staff("kim", role, department), case.customer
    client.force_login(user)
    address = f"/admin/customers/customer/{customer.pk}/change/"
    page = client.get(address).content.decode()
    assert ('name="external_id"' in page, "is_verified" in page) == (bool(identifies), bool(identifies))
    answer = client.post(address, posted_correction(customer, external_id="KH-9"))
    # Whom one does not know of at all is "not found": Django's admin then leads back to its start.
    assert answer.status_code == (302 if corrects or identifies is None else 403)
    customer.refresh_from_db()
    assert customer.name == ("Trần An" if corrects else "")
    assert customer.external_id == ("KH-9" if identifies else None)
    added = [one.verified_at is not None for one in customer.contacts.filter(address="+84987654321")]
    assert added == ([identifies] if corrects else [])
    fields = ["contacts", "external_id", "name", "verified"] if identifies else ["contacts", "name"]
    told = [(str(user.pk), {"customer": customer.pk, "fields": fields})]
    assert corrections(case) == (told if corrects else [])
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def test_nothing_corrected_is_not_told(client, make_staff):
    lan = make_staff("lan", Role.SPECIALIST, "payments")
    case = case_of(lan, make_staff)
    client.force_login(lan)
    contact = case.customer.contacts.get()
    row = {"id": contact.pk, "customer": case.customer_id, "kind": contact.kind, "address": contact.address}
    same = {"name": "", "language": "vi", **inline("contacts", [row], 1)}
    assert client.post(f"/admin/customers/customer/{case.customer_id}/change/", same).status_code == 302
    assert corrections(case) == []


def test_a_customers_page_shows_only_cases_one_may_see(client, make_staff):
    lan, minh = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("minh", Role.SPECIALIST, "technical")
    case = case_of(lan, make_staff)
    theirs = intake.open_request(
        Matter(
            subject="Lỗi", category=Category.objects.filter(department__slug="technical", parent__isnull=False).first()
        ),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="x",
        person=Person(email="an@khach.example"),
    )
    assert theirs.customer == case.customer
    for user, seen, hidden in ((lan, case, theirs), (minh, theirs, case)):
        client.force_login(user)
        page = client.get(f"/admin/customers/customer/{case.customer_id}/change/").content.decode()
        assert (seen.code in page, hidden.code in page) == (True, False)


@pytest.mark.parametrize(
    ("role", "department", "known"),
    [
        (Role.SPECIALIST, "payments", True),
        (Role.SPECIALIST, "technical", False),
        (Role.INTAKE, "intake", True),
        (Role.AUDITOR, None, True),
        (Role.MANAGER, None, True),
    ],
)
def test_customers_are_known_by_their_cases_or_to_whoever_takes_calls(client, make_staff, role, department, known):
    customer = case_of(make_staff("lan", Role.SPECIALIST, "payments"), make_staff).customer
    Customer.objects.filter(pk=customer.pk).update(name="Trần Văn An")
    client.force_login(make_staff("kim", role, department))
    pages = [
        client.get("/admin/customers/customer/"),
        client.get("/admin/customers/customer/", {"q": "an@khach"}),
        client.get("/admin/hotline/", {"number": "Trần Văn"}),
    ]
    assert ["Trần Văn An" in page.content.decode() for page in pages] == [known] * 3
    assert ("Trần Văn An" in str(client.get("/admin/cases/case/palette/", {"q": "Trần Văn"}).json())) == known
    own = client.get(f"/admin/customers/customer/{customer.pk}/change/")
    assert own.status_code == (200 if known else 302)


def test_going_off_duty_hands_over_and_says_to_whom(client, make_staff):
    lan, minh = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("minh", Role.SPECIALIST, "payments")
    case = case_of(lan, make_staff)
    client.force_login(lan)
    assert client.get("/admin/presence/").status_code == 200
    lan.refresh_from_db()
    assert lan.presence == "on_duty"
    page = client.post("/admin/presence/", {"presence": "off_duty"}, follow=True).content.decode()
    case.refresh_from_db()
    lan.refresh_from_db()
    assert (lan.presence, case.assignee) == ("off_duty", minh)
    assert case.code in page
    assert str(minh) in page
    assert client.post("/admin/presence/", {"presence": "asleep"}).status_code == 400


def test_a_head_takes_somebody_off_duty(client, make_staff):
    lan, minh = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("minh", Role.SPECIALIST, "payments")
    case = case_of(lan, make_staff)
    action = {"action": "take_off_duty", "_selected_action": [lan.pk]}
    client.force_login(make_staff("kiem", Role.AUDITOR))
    client.post("/admin/accounts/user/", action)
    client.force_login(make_staff("tuan", Role.MANAGER, "technical"))
    assert client.post("/admin/accounts/user/", action).status_code == 403  # not theirs
    lan.refresh_from_db()
    assert lan.presence == "on_duty"
    client.force_login(make_staff("son", Role.MANAGER, "payments"))
    page = client.post("/admin/accounts/user/", action, follow=True).content.decode()
    case.refresh_from_db()
    lan.refresh_from_db()
    assert (lan.presence, case.assignee) == ("off_duty", minh)
    assert "Số yêu cầu đã bàn giao: 1" in page


def test_what_no_department_has_yet_is_handed_to_the_queue_of_intake(client, make_staff):
    hoa = make_staff("hoa", Role.INTAKE, "intake")
    case = open_case()
    routing.assign_case(case, actor=Actor.staff(hoa), assignee=hoa)
    client.force_login(hoa)
    page = client.post("/admin/presence/", {"presence": "off_duty"}, follow=True).content.decode()
    assert f"{case.code}: nay do hàng chờ của Tiếp nhận phụ trách." in page


def test_two_records_are_merged_and_the_merge_is_undone(client, make_staff):
    client.force_login(make_staff("boss", Role.MANAGER))
    kept = Customer.objects.create(name="Trần An", external_id="KH-1")
    other = Customer.objects.create(name="Tran An", external_id="KH-2")
    address = f"/admin/hotline/customers/{kept.pk}/merge/"
    assert "KH-2" in client.get(address, {"other": other.pk}).content.decode()
    assert client.post(address, {"other": other.pk}).status_code == 400  # which id stays was not said
    client.post(address, {"other": other.pk, "external_id": "KH-2"})
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.external_id, other.merged_into) == ("KH-2", kept)
    client.post(f"/admin/hotline/merges/{kept.merges.get().pk}/undo/")
    other.refresh_from_db()
    assert (other.merged_into, other.external_id) == (None, "KH-2")


@pytest.mark.parametrize("other", ["", "abc", "-1", "²", "9" * 30, "0"])
def test_a_record_that_is_none_is_not_merged(client, make_staff, other):
    client.force_login(make_staff("boss", Role.MANAGER))
    kept = Customer.objects.create(name="Trần An")
    address = f"/admin/hotline/customers/{kept.pk}/merge/"
    assert client.get(address, {"other": other}).context["chosen"] is None
    assert client.post(address, {"other": other}).status_code == 404


def test_a_merge_of_somebody_out_of_ones_sight_is_none(client, make_staff):
    boss = make_staff("boss", Role.MANAGER)
    pair = [Customer.objects.create(name=name) for name in ("Trần An", "Tran An")]
    merge = merge_customers(*pair, actor=Actor.staff(boss))
    client.force_login(make_staff("tuan", Role.SPECIALIST, "technical"))
    assert client.post(f"/admin/hotline/merges/{merge.pk}/undo/").status_code == 404
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_an_agent_is_not_offered_to_choose_between_two_ids(client, make_staff):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    kept = Customer.objects.create(name="Trần An", external_id="KH-1")
    other = Customer.objects.create(name="Tran An", external_id="KH-2")
    address = f"/admin/hotline/customers/{kept.pk}/merge/"
    assert 'name="external_id"' not in client.get(address, {"other": other.pk}).content.decode()
    assert client.post(address, {"other": other.pk, "external_id": "KH-2"}).status_code == 403
    other.refresh_from_db()
    assert (other.external_id, other.merged_into) == ("KH-2", None)


@pytest.mark.django_db
def test_who_only_reads_is_never_on_or_off_duty(client, make_staff):
    auditor = make_staff("kiemtoan", Role.AUDITOR)
    client.force_login(auditor, backend="django.contrib.auth.backends.ModelBackend")
    before = (auditor.presence, auditor.presence_changed_at)
    assert client.post(reverse("presence"), {"presence": "off_duty"}).status_code == 403
    auditor.refresh_from_db()
    assert (auditor.presence, auditor.presence_changed_at) == before


def test_the_log_of_changes_is_named_as_one(admin_client):
    page = admin_client.get("/admin/admin/logentry/").content.decode()
    assert "mục đăng nhập" not in page.lower()
