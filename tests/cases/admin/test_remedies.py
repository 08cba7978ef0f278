"""Remedies at the desk: on the complaint's page by one press each, and in the list of what is owed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from cases.complaints.models import ApprovalLimit, Remedy
from cases.models.access import Access
from cases.states import Channel
from cases.workflow import answer
from channels_app import intake
from tests.cases.building import customer_of, deliver_answer, said_last
from tests.cases.complaints.remedying import decided_complaint, in_days, promised, propose
from tests.cases.evidence.files import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(people):
    return Actor.staff(people["lan"])


@pytest.fixture
def case(lan):
    return decided_complaint(lan, "deposit-not-credited")


def page_of(case):
    return reverse("admin:cases_case_complaint", args=[case.pk])


def queries_of(at, address):
    at.client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert at.client.get(address).status_code == 200
    return len(queries)


def test_the_whole_way_on_the_page(desk, people, lan, case):
    at = desk(people["lan"])
    asked = {"issue": 1, "kind": "credit", "amount": "340.000", "due_on": in_days(2).isoformat(), "reason": "Ghi có"}
    for wrong, field in (
        ({"amount": "-5"}, "amount"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"reason": ""}, "reason"),
    ):
        refused = at.take(case, "propose-remedy", **{**asked, **wrong})
        assert (refused.status_code, field in refused.context["form"].errors) == (400, True)
    assert at.take(case, "propose-remedy", **asked)["Location"] == page_of(case)
    remedy = Remedy.objects.get()
    assert "approve-remedy" not in at.client.get(page_of(case)).content.decode()
    assert at.take(case, "approve-remedy", remedy=remedy.pk).status_code == 403
    head = desk(people["manager"])
    assert 'data-key="y"' in head.client.get(page_of(case)).content.decode()
    assert head.take(case, "approve-remedy", remedy=remedy.pk).status_code == 302
    page = desk(people["lan"]).page(case).content.decode()
    assert "data-promises" in page
    case.refresh_from_db()
    answer.send_answer(case, actor=lan, body="Ghi có thêm.")
    deliver_answer(case)
    intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body="Tôi đồng ý khoản này.")
    head = desk(people["manager"])
    form = head.form(case, "accept-remedy", remedy=remedy.pk)
    assert f'value="{remedy.pk}"' in form.content.decode()
    assert head.take(case, "accept-remedy", remedy=remedy.pk, message=said_last(case)).status_code == 302
    at = desk(people["lan"])
    assert at.take(case, "execute-remedy", remedy=remedy.pk).status_code == 409
    proof = picture()
    done = at.take(
        case, "record-remedy", remedy=remedy.pk, reference="UNC 12", proof=SimpleUploadedFile("unc.png", proof)
    )
    assert done.status_code == 302
    shown = at.client.get(page_of(case)).content.decode()
    assert "UNC 12" in shown
    assert f"thủ công, {people['lan']}" in shown
    assert at.take(case, "confirm-remedy", remedy=remedy.pk).status_code == 403
    assert desk(people["manager"]).take(case, "confirm-remedy", remedy=remedy.pk).status_code == 302


def test_who_may_not_approve_reads_why(desk, people, case):
    propose(case, Actor.staff(people["manager"]))
    page = desk(people["manager"]).client.get(page_of(case))
    (line,) = page.context["complaint"].issues[0].remedies
    assert line.why_not_mine
    assert line.why_not_mine in page.content.decode()
    assert "approve-remedy" not in page.content.decode()


def test_the_list_of_what_is_owed(desk, people, lan, case):
    credit = propose(case, lan)
    _other, apology = promised(lan, "deposit-not-credited", kind="apology", amount=None, due_on=in_days(1))
    address = reverse("admin:complaints_remedy_changelist")
    at = desk(people["manager"])
    few = queries_of(at, address)
    propose(case, lan, amount=7_000)

    def listed(asked=""):
        return [one.pk for one in at.client.get(f"{address}?{asked}").context["cl"].result_list]

    assert listed()[:2] == [apology, credit]
    assert queries_of(at, address) == few
    assert apology not in listed("show=approve")
    assert listed("show=overdue") == listed("show=done") == []
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        desk(people["manager"])
        assert listed("show=overdue") == [apology]
        assert f"#remedy-{apology}" in at.client.get(address).content.decode()
    assert desk(people["elsewhere"]).client.get(address).context["cl"].result_count == 0


def test_a_remedy_is_found_by_what_its_case_is_found_by(desk, people, lan, case):
    credit = propose(case, lan)
    other, apology = promised(lan, "deposit-not-credited", kind="apology", amount=None)
    case.customer.name = "Nguyễn Thị Mai"
    case.customer.save()
    at = desk(people["manager"])

    def found(term):
        page = at.client.get(reverse("admin:complaints_remedy_changelist"), {"q": term, "show": "every"})
        return [one.pk for one in page.context["cl"].result_list]

    assert set(found("nguyen thi mai")) == set(found(case.customer.external_id)) == {credit, apology}
    assert (found(case.code), found(other.code)) == ([credit], [apology])
    assert found("không ai cả") == found("\0") == []


def test_who_cannot_be_paid_and_who_mends_that_is_said(desk, people, lan, case):
    case.customer.external_id = None
    case.customer.save()
    at = desk(people["lan"])
    page = at.client.get(page_of(case)).content.decode()
    assert reverse("admin:customers_customer_change", args=[case.customer_id]) in page
    refused = at.take(
        case, "propose-remedy", issue=1, kind="credit", amount="5.000", due_on=in_days(2), reason="Ghi có"
    )
    assert refused.status_code == 400
    assert "destination" in refused.context["form"].errors
    assert not Remedy.objects.exists()


def test_the_destination_is_chosen_and_not_typed(desk, people, lan, case):
    refused = desk(people["lan"]).take(case, "propose-remedy", issue=1, kind="credit", amount="x", reason="Ghi có")
    field = str(refused.context["form"]["destination"])
    assert field.startswith("<select")
    assert "wallet:" in field


def test_who_reads_one_has_read_of_its_case(desk, people, lan, case):
    pk = propose(case, lan)
    address = reverse("admin:complaints_remedy_change", args=[pk])
    assert desk(people["manager"]).client.get(address).status_code == 200
    assert Access.objects.get(case=case).user == people["manager"]
    assert desk(people["elsewhere"]).client.get(address).status_code == 302
    assert Access.objects.count() == 1


def test_remedies_cost_the_same_however_many(desk, people, lan, case):
    at = desk(people["manager"])
    addresses = [page_of(case), reverse("admin:cases_case_change", args=[case.pk])]
    propose(case, lan)
    few = [queries_of(at, address) for address in addresses]
    for amount in (5, 6, 7):
        propose(case, lan, amount=amount)
    assert [queries_of(at, address) for address in addresses] == few


def test_limits_are_added_for_days_to_come(desk, people):
    at = desk(people["administrator"])
    address = reverse("admin:complaints_approvallimit_add")
    new = {"level": "lead", "alone": 1, "together": 2}
    assert at.client.post(address, {**new, "valid_from": "2020-01-01"}).status_code == 200
    assert at.client.post(address, {**new, "valid_from": in_days(1).isoformat()}).status_code == 302
    limit = ApprovalLimit.objects.get(alone=1)
    change = reverse("admin:complaints_approvallimit_change", args=[limit.pk])
    assert at.client.post(change, {**new, "alone": 9, "valid_from": in_days(1).isoformat()}).status_code == 403
