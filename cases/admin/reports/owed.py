"""Remedies owed: the page of figures, and the list of remedies behind each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from cases.complaints.models import Remedy
from cases.complaints.remedy_states import RemedyKind, RemedyStatus
from cases.reports import files, owed
from cases.reports.owed import MISSED, STATES, Due, Owed
from cskh.core.amounts import money
from cskh.core.durations import span

from .asked import Asked
from .behind import Behind, show_list
from .readers import reader
from .tables import Built, Cell, Row, Table

LIST = "owed"


def build(actor: Actor, asked: Asked) -> Built:
    """By day due, what is most overdue first; and by kind."""
    them, now = owed.all_owed(actor, asked.chosen), timezone.now()
    nothing = _("No remedy is owed. There is nothing to do here.")
    if not them:
        return Built([], has_months=False, is_live=True, nothing=nothing)
    figure = _Figure(asked, now)
    tables = [_by_due(them, figure), _by_kind(them, figure)]
    return Built(tables, has_months=False, is_live=True, nothing=nothing)


@dataclass(frozen=True)
class _Figure:
    """Makes the cells of a row: each number with the remedies it counts."""

    asked: Asked
    now: datetime

    def count(self, them: list[Owed], of: owed.Asked) -> Cell:
        return Cell(number_format(len(them)), self._url(of) if them else "", plain=len(them))

    def amount(self, them: list[Owed], of: owed.Asked) -> Cell:
        total = owed.summed(them, self.now).amount
        return Cell(money(total) if total else "–", self._url(of) if total else "", plain=total)

    def ages(self, them: list[Owed]) -> list[Cell]:
        summed = owed.summed(them, self.now)
        return [_age(summed.middle_age), _age(summed.greatest_age)]

    def row(
        self, label: str, them: list[Owed], of: owed.Asked, *, told_apart: list[tuple[list[Owed], owed.Asked]]
    ) -> Row:
        apart = [self.count(some, which) for some, which in told_apart]
        return Row(label, [*apart, self.count(them, of), self.amount(them, of), *self.ages(them)])

    def _url(self, of: owed.Asked) -> str:
        return f"{reverse('reports:owed')}?{query_of(self.asked, of)}"


def _age(seconds: float | None) -> Cell:
    return Cell("–") if seconds is None else Cell(span(seconds), plain=round(seconds / 86400, 2))


def _by_due(them: list[Owed], figure: _Figure) -> Table:
    def row(label: str, due: tuple[Due, ...]) -> Row:
        mine = [one for one in them if not due or one.due in due]
        apart = [([one for one in mine if one.state == state], owed.Asked(state=state, due=due)) for state in STATES]
        return figure.row(label, mine, owed.Asked(due=due), told_apart=apart)

    note = _(
        "What was proposed, approved or accepted, and not yet carried out; read at this moment, whenever it was proposed. The age"
        " counts from the proposal: half are no older than the median."
    )
    rows = [row(capfirst(str(due.label)), (due,)) for due in Due]
    heads = [*(str(state.label) for state in STATES), *_together()]
    chart = _chart(
        _("Remedies owed by day due"), list(Due), STATES, lambda due, state: _many(them, due=due, state=state)
    )
    return Table("due", _("By day due"), _("Day due"), _capitals(heads), rows, row(_("together"), ()), note, chart)


def _by_kind(them: list[Owed], figure: _Figure) -> Table:
    def row(label: str, kind: RemedyKind | None) -> Row:
        mine = [one for one in them if kind is None or one.kind == kind]
        missed = ([one for one in mine if one.due in MISSED], owed.Asked(kind=kind, due=MISSED))
        states = [([one for one in mine if one.state == state], owed.Asked(kind=kind, state=state)) for state in STATES]
        return figure.row(label, mine, owed.Asked(kind=kind), told_apart=[missed, *states])

    kinds = sorted(
        {one.kind for one in them},
        key=lambda kind: (-sum(one.due in MISSED for one in them if one.kind == kind), -_many(them, kind=kind), kind),
    )
    rows = [row(capfirst(str(kind.label)), kind) for kind in kinds]
    heads = [_("overdue"), *(str(state.label) for state in STATES), *_together()]
    chart = _chart(
        _("Remedies owed by kind"), kinds, tuple(Due), lambda kind, due: _many(them, kind=kind, due=due), ordered=True
    )
    return Table("kinds", _("By kind"), _("Kind"), _capitals(heads), rows, row(_("together"), None), "", chart)


def _together() -> list[str]:
    return [_("owed"), _("owed (VND)"), _("age, median"), _("age of the oldest")]


def _capitals(labels: list[str]) -> list[str]:
    return [capfirst(label) for label in labels]


def _many(them: list[Owed], **of: Any) -> int:
    return sum(all(getattr(one, name) == value for name, value in of.items()) for one in them)


def _chart(
    title: str, rows: list[Any], series: tuple[Any, ...], many: Callable[[Any, Any], int], *, ordered: bool = False
) -> dict[str, Any]:
    return {
        "kind": "bars",
        "across": True,
        "ordered": ordered,
        "title": title,
        "labels": [capfirst(str(row.label)) for row in rows],
        "series": [{"label": capfirst(str(one.label)), "values": [many(row, one) for row in rows]} for one in series],
    }


# The list behind a figure.


@dataclass(frozen=True)
class Line:
    remedy: Remedy
    case: Any
    url: str
    amount: str
    late: str
    age: str


def query_of(asked: Asked, of: owed.Asked) -> str:
    said = {"remedy": of.kind or "", "state": of.state or "", "due": ",".join(of.due)}
    known = {**asked.parameters(), **{name: str(value) for name, value in said.items() if value}}
    return urlencode(known)


def behind(actor: Actor, request: HttpRequest) -> Behind:
    """What makes no sense is as if not asked."""
    asked = Asked(request)
    said = {name: asked.query.get(name, "") for name in ("remedy", "state", "due")}
    of = owed.Asked(
        RemedyKind(said["remedy"]) if said["remedy"] in RemedyKind.values else None,
        RemedyStatus(said["state"]) if said["state"] in STATES else None,
        tuple(Due(one) for one in said["due"].split(",") if one in Due.values),
    )
    words = [_("overdue")] if of.due == MISSED else [str(due.label) for due in of.due]
    words += [str(one.label) for one in (of.kind, of.state) if one]
    found = owed.owed(actor, asked.chosen, of)
    return Behind(_("Remedies owed"), [*words, *asked.filters], found, query_of(asked, of), exported_as=LIST)


@require_GET
def remedies(request: HttpRequest) -> HttpResponse:
    actor, now = reader(request), timezone.now()
    return show_list(
        request,
        lambda: behind(actor, request),
        "admin/reports/owed.html",
        title=_("Remedies behind a figure"),
        line=lambda one: _line(one, now),
    )


def _line(remedy: Remedy, now: datetime) -> Line:
    case = remedy.issue.complaint.case
    url = f"{reverse('admin:cases_case_complaint', args=[case.pk])}#remedy-{remedy.pk}"
    days = _days_late(remedy)
    late = _("overdue by %(time)s") % {"time": span(days * 86400)} if days else ""
    return Line(remedy, case, url, money(remedy.amount), late, span((now - remedy.at).total_seconds()))


def _days_late(remedy: Remedy) -> int:
    return max(0, (timezone.localdate() - remedy.due_on).days)


def for_file(found: QuerySet[Remedy]) -> tuple[files.Row, list[files.Row]]:
    """The list without the customer: codes, kinds, amounts and days."""
    head = [
        _("Code"),
        _("Department"),
        _("Kind"),
        _("Amount (VND)"),
        _("Status"),
        _("Done by"),
        _("Days overdue"),
        _("Proposed at"),
    ]
    return head, list(_rows(found))


def _rows(found: QuerySet[Remedy]) -> Iterator[files.Row]:
    for one in found:
        case = one.issue.complaint.case
        yield [
            case.code,
            str(case.department or ""),
            str(one.get_kind_display()),
            one.amount,
            str(one.get_status_display()),
            one.due_on.isoformat(),
            _days_late(one),
            one.at,
        ]
