"""Official responses at the desk: the preview, every version, the PDF that is logged, and the correction."""

import pytest
from django.urls import reverse

from accounts.actors import Actor
from cases.complaints.models import Response
from cases.complaints.responses import latest_of
from cases.models.access import Access
from cases.states import Nature
from cases.workflow import answer, complaint, resolution, routing
from tests.cases.building import customer_of, settle_facts
from tests.cases.complaints.building import FOUND, complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people, open_case):
    case = open_case("deposit-not-credited", nature=Nature.COMPLAINT)
    lan = Actor.staff(people["lan"])
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    resolution.start_resolving(case, actor=lan)
    settle_facts(case, lan)
    return case


@pytest.fixture
def answered(people, case):
    lan = Actor.staff(people["lan"])
    complete(case, lan)
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    return case


def preview_of(case):
    return reverse("admin:cases_case_response_preview", args=[case.pk])


def page_of(response, name="cases_case_response"):
    return reverse(f"admin:{name}", args=[response.complaint.case_id, response.public_id])


def test_the_preview_says_what_the_customer_would_read_and_what_is_missing(desk, people, case):
    at, lan = desk(people["lan"]), Actor.staff(people["lan"])
    complaint.note_account(case, actor=lan, number=1, side="customer", text="<script>alert(1)</script> #panic()")
    shown = at.client.get(preview_of(case))
    assert shown.context["lacks"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #panic()" in shown.content.decode()
    complete(case, lan)
    shown = at.client.get(preview_of(case)).content.decode()
    assert FOUND["plain"] in shown
    assert FOUND["what_happened"] not in shown
    assert not Response.objects.exists()
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    assert at.client.get(preview_of(case)).status_code == 404
    answer.reject(case, actor=customer_of(case))
    assert (
        at.client.get(f"{preview_of(case)}?final=1").context["doc"]["title"]
        != (at.client.get(preview_of(case)).context["doc"]["title"])
    )


def test_the_pdf_is_saved_as_it_is_and_the_log_says_by_whom(desk, people, answered):
    response = latest_of(answered)
    pdf = desk(people["auditor"]).client.get(page_of(response, "cases_case_response_pdf"))
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == (
        "application/pdf",
        f'attachment; filename="{response.number}-v1.pdf"',
    )
    assert pdf.content == bytes(Response.objects.get().printed.pdf)
    noted = Access.objects.get(reason=response.filename)
    assert (noted.user, noted.case_id) == (people["auditor"], answered.pk)


def test_who_may_not_see_the_case_reads_none(desk, people, answered, open_case):
    response, other = latest_of(answered), open_case("deposit-not-credited")
    for name in ("cases_case_response", "cases_case_response_pdf"):
        assert desk(people["elsewhere"]).client.get(page_of(response, name)).status_code == 404
        mixed = reverse(f"admin:{name}", args=[other.pk, response.public_id])
        assert desk(people["manager"]).client.get(mixed).status_code == 404


def test_a_correction_is_a_second_version_with_its_reason(desk, people, answered):
    response = latest_of(answered)
    lan = desk(people["lan"])
    assert 'name="found-1"' not in lan.client.get(page_of(response)).content.decode()
    said = response.says
    answered.refresh_from_db()
    form = {
        "version": answered.last_event_number,
        "response": response.pk,
        "found-1": "Sổ quỹ đã tính thiếu một dòng.",
        "reason-1": said["issues"][0]["reason"],
        "next_level": said["next_level"],
        "reason": "Ghi nhầm tên sổ",
    }
    address = reverse("admin:cases_case_step", args=[answered.pk, "correct-response"])
    assert lan.client.post(address, form).status_code == 403
    manager = desk(people["manager"])
    assert 'name="found-1"' in manager.client.get(page_of(response)).content.decode()
    assert manager.client.post(address, {**form, "found-1": said["issues"][0]["found"]}).status_code == 400
    answered.refresh_from_db()
    done = manager.client.post(address, {**form, "version": answered.last_event_number})
    assert done.status_code == 302
    new = latest_of(answered)
    assert (new.number, new.version) == (response.number, 2)
    assert "Ghi nhầm tên sổ" in manager.client.get(page_of(new)).content.decode()
    assert 'name="found-1"' not in manager.client.get(page_of(response)).content.decode()
    assert "Sổ quỹ" not in manager.client.get(page_of(response)).content.decode()
