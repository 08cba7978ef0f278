"""The monthly complaints report as pages: who makes it, who takes it out, and where one gets to it."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from cases.reports import keeping
from cases.reports.models import Export, MonthlyReport
from tests.cases.reports.building import at, case
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ASKED = {"month": "2026-10", "department": "", "reason": "Họp giao ban"}


@pytest.fixture(autouse=True)
def counted(defaults):
    with time_machine.travel(at("2026-11-03 09:00"), tick=False):
        case("2026-10-05 08:00", "2026-10-05 10:00", issues=[("upheld", "delay")])
        keeping.count_all()
        yield


def test_from_the_overview_to_the_file(manager):
    assert reverse("reports:monthly") in manager.get("/admin/").content.decode()
    assert reverse("reports:monthly") in manager.get(reverse("reports:outcomes")).content.decode()
    form = manager.get(reverse("reports:monthly"))
    assert '<option value="2026-10" selected>' in form.content.decode()  # the last month that is over
    made = manager.post(reverse("reports:monthly"), ASKED, follow=True)
    assert "Printed in both languages." in text_of(made)
    report = MonthlyReport.objects.get()
    url = reverse("reports:monthly-edition", args=[report.pk])
    file = manager.post(url, {"language": "vi", "reason": "Gửi ban giám đốc"})
    assert (file["Content-Type"], file.content) == ("application/pdf", bytes(report.pdf_vi))
    assert file["Content-Disposition"] == 'attachment; filename="complaints-2026-10-1-vi.pdf"'
    assert list(Export.objects.order_by("pk").values_list("reason", flat=True)) == ["Họp giao ban", "Gửi ban giám đốc"]
    assert "10/2026 all departments 1" in text_of(manager.get(reverse("reports:monthly")))


@pytest.mark.parametrize("wrong", [{"month": "2026-12"}, {"month": "x"}, {"reason": "  "}, {"department": "0"}])
def test_what_makes_no_sense_is_said_by_the_field(manager, wrong):
    response = manager.post(reverse("reports:monthly"), ASKED | wrong)
    assert response.status_code == 400
    assert "is-wrong" in response.content.decode()
    assert not MonthlyReport.objects.exists()
    assert not Export.objects.exists()


def test_no_file_without_a_reason_or_a_language(manager):
    manager.post(reverse("reports:monthly"), ASKED)
    url = reverse("reports:monthly-edition", args=[MonthlyReport.objects.get().pk])
    for said in ({"language": "vi", "reason": ""}, {"language": "fr", "reason": "x"}):
        assert manager.post(url, said).status_code == 400
    assert Export.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "department", "lead", "reads", "makes"),
    [
        (Role.INTAKE, "intake", False, 403, 403),
        (Role.SPECIALIST, "payments", False, 403, 403),
        (Role.SPECIALIST, "payments", True, 200, 400),  # not of all departments together
        (Role.SPECIALIST, None, True, 200, 403),  # nor whoever leads all, but does not see what is restricted
        (Role.MANAGER, None, False, 200, 302),
        (Role.AUDITOR, None, False, 200, 403),
        (Role.ADMINISTRATOR, None, False, 200, 302),
    ],
)
def test_who_reads_and_who_makes_one(client, manager, make_staff, role, department, lead, reads, makes):
    manager.post(reverse("reports:monthly"), ASKED)
    report = MonthlyReport.objects.get()
    client.force_login(make_staff("kim", role, department, lead=lead))
    assert client.get(reverse("reports:monthly")).status_code == reads
    assert client.post(reverse("reports:monthly"), ASKED).status_code == makes
    takes = {302: 200, 403: 404 if lead else 403, 400: 404}[makes]
    url = reverse("reports:monthly-edition", args=[report.pk])
    assert client.post(url, {"language": "en", "reason": "x"}).status_code == takes
    client.logout()
    assert client.get(url).status_code == 302


def test_what_the_page_costs(manager, django_assert_num_queries):
    manager.post(reverse("reports:monthly"), ASKED)
    manager.get(reverse("reports:monthly"))
    with django_assert_num_queries(7):
        manager.get(reverse("reports:monthly"))
    for _ in range(2):
        manager.post(reverse("reports:monthly"), ASKED)
    with django_assert_num_queries(7):
        manager.get(reverse("reports:monthly"))
