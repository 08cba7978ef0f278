"""The pages people and programs look at all day, against raw SQL fetching the same rows."""

from collections.abc import Iterator

from django.test import Client

from cases.models import Case

from .data import client_key, manager
from .measure import Result, compare, rows

QUEUE = """
SELECT c.*, cat.*, d.*, u.*, cu.* FROM cases_case c
JOIN cases_category cat ON cat.id = c.category_id JOIN accounts_department d ON d.id = c.department_id
LEFT JOIN accounts_user u ON u.id = c.assignee_id JOIN customers_customer cu ON cu.id = c.customer_id
WHERE c.status <> 'closed' ORDER BY c.urgency DESC, c.next_due_at NULLS LAST, c.id LIMIT 50
"""
NEWEST = QUEUE.replace(
    "WHERE c.status <> 'closed' ORDER BY c.urgency DESC, c.next_due_at NULLS LAST, c.id",
    "ORDER BY c.opened_at DESC, c.id DESC",
)
PARTS = (
    "cases_clock",
    "cases_answer",
    "cases_caseevent",
    "channels_app_message",
    "evidence_evidenceitem",
    "evidence_evidencerequest",
)


def results() -> Iterator[Result]:
    desk, rest = Client(), Client(headers={"authorization": f"Bearer {client_key()}"})
    desk.force_login(manager(), backend="django.contrib.auth.backends.ModelBackend")
    case = Case.objects.filter(status="resolving").latest("opened_at")

    def page(client: Client, address: str) -> None:
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address}: {response.status_code}")

    def raw_case() -> None:
        rows(
            "SELECT * FROM cases_case JOIN customers_customer cu ON cu.id = customer_id WHERE cases_case.id = %s",
            case.pk,
        )
        for table in PARTS:
            rows(f"SELECT * FROM {table} WHERE case_id = %s", case.pk)

    queue, file = "/admin/cases/case/?queue=urgent", f"/admin/cases/case/{case.pk}/change/"
    yield compare("desk: queue page", lambda: page(desk, queue), lambda: rows(QUEUE))
    yield compare("desk: case page", lambda: page(desk, file), raw_case)
    yield compare("REST: list of cases", lambda: page(rest, "/api/v1/cases/"), lambda: rows(NEWEST))
    yield compare("REST: one case", lambda: page(rest, f"/api/v1/cases/{case.code}/"), raw_case)
