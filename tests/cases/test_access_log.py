"""Who read what is written down before it is shown, once an hour, and stays (R-14, I15)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from accounts.models import ApiClient, Role, Scope
from cases.models import Access
from cases.models.access import CASE_ITSELF
from cases.states import Status
from cases.tasks import examine_file
from tests.cases.building import case_at
from tests.cases.evidence.files import picture
from tests.cases.evidence.test_serving import sent

NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def case(lan):
    return case_at(Status.ROUTED, lan, category="deposit-not-credited")


def page(client, case):
    return client.get(f"/admin/cases/case/{case.pk}/change/")


def noted():
    return list(Access.objects.order_by("pk").values_list("user__username", "program__name", "case", "evidence_item"))


@pytest.mark.django_db
def test_a_case_page_is_one_access_an_hour_of_each_person(client, case, lan, make_staff):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(lan)
        for address in ("", "?fragment=live&since=1", "?history=1"):
            assert client.get(f"/admin/cases/case/{case.pk}/change/{address}").status_code == 200
        assert noted() == [("lan", None, case.pk, CASE_ITSELF)]
        clock.shift(timedelta(minutes=59))
        page(client, case)
        assert Access.objects.count() == 1
        clock.shift(timedelta(minutes=1))
        page(client, case)
        client.force_login(make_staff("minh", Role.SPECIALIST))
        page(client, case)
    assert [(user, at) for user, at in Access.objects.order_by("pk").values_list("user__username", "at")] == [
        ("lan", NOON),
        ("lan", NOON + timedelta(hours=1)),
        ("minh", NOON + timedelta(hours=1)),
    ]


@pytest.mark.django_db
def test_each_file_is_an_access_of_its_own(client, case, lan):
    first, second = sent(case, picture()), sent(case, picture(color=(9, 9, 9)))
    client.force_login(lan)
    for item in (first, second, first):
        assert client.get(f"/admin/evidence/{item.public_id}/file").status_code == 200
    assert noted() == [("lan", None, case.pk, first.pk), ("lan", None, case.pk, second.pk)]


@pytest.mark.django_db
def test_saving_an_original_is_another_access_than_looking_at_it(client, case, lan, make_staff):
    item = sent(case, picture())
    examine_file(item.file_id)
    client.force_login(lan)
    for name in ("preview", "original", "preview", "original"):
        assert client.get(reverse(f"evidence:{name}", args=[item.public_id])).status_code == 200
    assert list(Access.objects.order_by("pk").values_list("evidence_item", "is_saved")) == [
        (item.pk, False),
        (item.pk, True),
    ]
    auditor = make_staff("kim", Role.AUDITOR)
    auditor.language = "en"
    auditor.save()
    client.force_login(auditor)
    assert f"original of evidence {item.pk}, saved" in client.get("/admin/cases/access/").content.decode()


@pytest.mark.django_db
def test_what_is_not_found_is_no_access(client, case, make_staff):
    client.force_login(make_staff("tu", Role.SPECIALIST, "technical"))
    item = sent(case, picture())
    assert page(client, case).status_code == client.get(f"/admin/evidence/{item.public_id}/file").status_code == 404
    assert noted() == []


@pytest.mark.django_db
@pytest.mark.parametrize("below", ["", "timeline/", "messages/"])
def test_a_program_that_reads_a_case(client, case, below):
    _, key = ApiClient.objects.create_with_key("kho dữ liệu", [Scope.CASES_READ])
    answer = client.get(f"/api/v1/cases/{case.code}/{below}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert noted() == [(None, "kho dữ liệu", case.pk, CASE_ITSELF)]


@pytest.mark.django_db
def test_what_cannot_be_noted_is_not_shown(client, case, lan):
    client.force_login(lan)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_access RENAME TO gone")
    with pytest.raises(ProgrammingError, match="cases_access"):
        page(client, case)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rewriting", ["UPDATE cases_access SET at = now()", "DELETE FROM cases_access", "TRUNCATE cases_access"]
)
def test_accesses_cannot_be_rewritten(client, case, lan, rewriting):
    client.force_login(lan)
    page(client, case)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(ProgrammingError, match="cannot be changed or deleted"), transaction.atomic():
            cursor.execute(rewriting)
    assert Access.objects.count() == 1


@pytest.mark.django_db
def test_auditors_read_it(client, case, lan, make_staff):
    client.force_login(lan)
    page(client, case)
    client.force_login(make_staff("kim", Role.AUDITOR))
    listed = client.get("/admin/cases/access/").content.decode()
    assert case.code in listed
    assert str(lan) in listed
