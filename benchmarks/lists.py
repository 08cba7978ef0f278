"""The pages people and programs look at all day, against raw SQL fetching the same rows."""

from collections.abc import Iterator

from django.test import Client

from cases.models import Case
from cases.states import OPEN
from cskh.core.folding import Folded

from .data import client_key, manager
from .measure import Result, compare, rows

_ROWS = """
SELECT c.*, cat.*, d.*, u.*, cu.* FROM cases_case c
JOIN cases_category cat ON cat.id = c.category_id JOIN accounts_department d ON d.id = c.department_id
LEFT JOIN accounts_user u ON u.id = c.assignee_id JOIN customers_customer cu ON cu.id = c.customer_id
"""
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
QUEUE = f"""{_ROWS} WHERE c.status IN ({_OPEN}) AND c.priority = 'urgent'
ORDER BY c.urgency DESC, c.next_due_at NULLS LAST, c.id LIMIT 50"""
_IN_ORDER = "ORDER BY c.closed_at IS NULL DESC, c.urgency DESC, c.opened_at DESC, c.id DESC LIMIT 50"
OVERVIEW = f"{_ROWS} {_IN_ORDER}"
_SUBJECT = Folded.template.replace("%(expressions)s", "c.subject")  # as its index is made
FOUND = f"{_ROWS} WHERE {_SUBJECT} LIKE '%%so 4711%%' {_IN_ORDER}"
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
    yield compare("desk: rows of the queue alone", lambda: page(desk, f"{queue}&fragment=rows"), lambda: rows(QUEUE))
    yield compare("desk: search", lambda: page(desk, "/admin/cases/case/?q=so 4711"), lambda: rows(FOUND))
    yield compare("desk: case page", lambda: page(desk, file), raw_case)
    yield compare("REST: list of cases", lambda: page(rest, "/api/v1/cases/"), lambda: rows(OVERVIEW))
    yield compare("REST: one case", lambda: page(rest, f"/api/v1/cases/{case.code}/"), raw_case)
