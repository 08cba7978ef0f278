"""Keeps the summaries: what changed is counted again as soon as it is seen, and everything little by little.

Nothing is added up or taken off: the months and places that a change touches are summed up anew, so that doing it twice, or
after a long time, gives the same.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Count, F, Func, Min, QuerySet
from django.utils import timezone

from cases.models import Case, CaseEvent
from cskh.core.locks import unless_held

from . import counting
from .lengths import STEPS, step_of
from .measures import CONDITIONS, ENDED_OTHERWISE, OUTCOMES, SOLVED, Measure
from .models import Basis, CauseCell, Cell, CountedCase, OpenCell, Progress

log = logging.getLogger(__name__)

_EVENTS = 20_000  # that one step looks through
_HEALED = 2_000  # cases counted anew each time, whether anything was heard of them or not


class _Each(Func):
    """A row for each element of an array."""

    function = "unnest"
    set_returning = True
    output_field = CharField()


_PLACE = ("place", "department_id", "category_id", "channel", "is_complaint")


def keep_up() -> None:
    """Counts what changed since the last time, then some cases and one month anew. One at a time; safe to repeat.

    What is done is kept step by step, so that whoever is stopped halfway goes on from there.
    """
    with unless_held("reports are kept") as is_ours:
        if is_ours:
            _follow_events()
            _heal()


def count_all() -> bool:
    """Counts everything anew, now, instead of little by little. False, and nothing done, while somebody else is counting."""
    with unless_held("reports are kept") as is_ours:
        if not is_ours:
            return False
        last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for after in range(0, last, _EVENTS):
            with transaction.atomic():
                counting.keep_from(after, after + _EVENTS)
        for basis, month in list(_months()):
            with transaction.atomic():
                _sum_up({(basis, month): None})
        with transaction.atomic():
            _see_open(timezone.now())
        return True


def _follow_events() -> None:
    reach = _reach()
    at = reach.settled
    while True:
        until = min(at + _EVENTS, reach.last)
        _count(_changed(at, until), settled=min(until, reach.safe))
        at = until
        if at >= reach.last:
            return


@dataclass(frozen=True)
class _Reach:
    """Everything up to `settled` is counted; up to `safe` no further event can appear; `last` is the last one seen."""

    settled: int
    safe: int
    last: int


def _reach() -> _Reach:
    """Ids are drawn before their rows are committed: an event may be seen before one with a smaller id. So the last one seen is
    noted, and then the next transaction to come; once everything before that one is over, no smaller id can appear."""
    with transaction.atomic():
        progress, _is_new = Progress.objects.select_for_update().get_or_create(pk=1)
        last = CaseEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        oldest_running, horizon = _transactions()
        if oldest_running < progress.pending_horizon:
            return _Reach(progress.settled, progress.settled, last)
        reach = _Reach(progress.settled, progress.pending, last)
        progress.pending, progress.pending_horizon = last, horizon
        progress.save(update_fields=["pending", "pending_horizon"])
        return reach


def _transactions() -> tuple[int, int]:
    """The oldest that still runs, and the next to come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(seen)::text::bigint, pg_snapshot_xmax(seen)::text::bigint"
            " FROM pg_current_snapshot() seen"
        )
        return cursor.fetchone()


def _changed(after: int, until: int) -> list[int]:
    """Cases with an event among those, of which another version is counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.id FROM cases_caseevent e JOIN cases_case c ON c.id = e.case_id"
            " LEFT JOIN reports_countedcase kept ON kept.case_id = c.id"
            " WHERE e.id > %s AND e.id <= %s AND kept.version IS DISTINCT FROM c.last_event_number",
            [after, until],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _count(ids: list[int], *, settled: int) -> None:
    with transaction.atomic():
        if ids:
            _sum_up(counting.keep_cases(ids))
        _see_open(timezone.now())
        Progress.objects.filter(pk=1, settled__lt=settled).update(settled=settled)


def _heal() -> None:
    """Counts the next cases anew, and the next month from what is counted: what no event told of, or was lost, is put right."""
    progress = Progress.objects.get(pk=1)
    until = progress.healed_case + _HEALED
    last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    months = sorted({month for _basis, month in _months()})
    month = next((one for one in months if progress.healed_month is None or one > progress.healed_month), None)
    with transaction.atomic():
        touched = counting.keep_from(progress.healed_case, until)
        changed = _sum_up(touched)
        if month:
            changed += _sum_up({(basis, month): None for basis in Basis})
        if touched:
            _see_open(timezone.now())
        progress.healed_case, progress.healed_month = (until if until < last else 0), month
        progress.save(update_fields=["healed_case", "healed_month"])
    if changed:
        log.info("reports: %s summaries were counted anew up to case %s, month %s", changed, until, month)


def _months() -> Iterator[tuple[Basis, date]]:
    """Every month that is counted, or was."""
    for basis in Basis:
        counted = CountedCase.objects.exclude(**{f"{basis}_month": None}).values_list(f"{basis}_month").distinct()
        summed = Cell.objects.filter(basis=basis).values_list("month").distinct()
        for (month,) in counted.union(summed):
            yield basis, month


def _sum_up(touched: Mapping[tuple[Basis, date], set[str] | None]) -> int:
    """Sums up those places of each month anew, or all of it. Returns how many summaries that changed."""
    changed = 0
    for (basis, month), places in touched.items():
        cases = CountedCase.objects.filter(**{f"{basis}_month": month})
        cells = Cell.objects.filter(basis=basis, month=month)
        cause_cells = CauseCell.objects.filter(basis=basis, month=month)
        if places is not None:
            cases, cells = cases.filter(place__in=places), cells.filter(place__in=places)
            cause_cells = cause_cells.filter(place__in=places)
        changed += _replace(cells, _cells(cases, basis, month))
        if basis == Basis.CLOSED:
            changed += _replace(cause_cells, _cause_cells(cases, month))
    return changed


def _cells(cases: QuerySet[CountedCase], basis: Basis, month: date) -> list[Cell]:
    counts = {measure.value: Count("pk", filter=CONDITIONS[measure]) for measure in Measure}
    cells = {row["place"]: Cell(basis=basis, month=month, **row) for row in cases.values(*_PLACE).annotate(**counts)}
    if basis == Basis.OPENED:
        for field, condition, step in (
            ("solved", SOLVED, "elapsed_step"),
            ("solved_net", SOLVED, "net_step"),
            ("otherwise", ENDED_OTHERWISE, "elapsed_step"),
            ("otherwise_net", ENDED_OTHERWISE, "net_step"),
        ):
            for place, at, many in cases.filter(condition).values_list("place", step).annotate(Count("pk")):
                _add(cells[place], field, at, many)
    return list(cells.values())


def _cause_cells(cases: QuerySet[CountedCase], month: date) -> list[CauseCell]:
    counts = {one.value: Count("pk", filter=CONDITIONS[one]) for one in (Measure.COMPLAINTS, *OUTCOMES)}
    of_causes = cases.filter(CONDITIONS[Measure.COMPLAINTS]).annotate(cause=_Each("causes"))
    rows = of_causes.values(*_PLACE, "cause").annotate(**counts)
    return [CauseCell(basis=Basis.CLOSED, month=month, **row) for row in rows]


def _see_open(now: datetime) -> None:
    """How old what is open is by `now`. Only what differs is written: most of it does not, from one minute to the next."""
    cases = CountedCase.objects.filter(CONDITIONS[Measure.OPEN]).annotate(month=F("opened_month"))
    rows = cases.values(*_PLACE, "month").annotate(open=Count("pk"), oldest=Min("opened_at"))
    cells = {(row["place"], row["month"]): OpenCell(**row) for row in rows}
    for place, month, opened_at, paused, since in cases.values_list(
        "place", "month", "opened_at", "paused", "paused_since"
    ).iterator():
        cell, age = cells[place, month], max(0.0, (now - opened_at).total_seconds())
        waiting = (now - since).total_seconds() if since else 0
        _add(cell, "ages", step_of(age), 1)
        _add(cell, "ages_net", step_of(max(0.0, age - paused - max(0.0, waiting))), 1)
    _replace(OpenCell.objects.all(), cells.values())
    Progress.objects.update_or_create(pk=1, defaults={"as_of": now})


def _add(cell: Any, field: str, step: int, many: int) -> None:
    if not getattr(cell, field):
        setattr(cell, field, [0] * STEPS)
    getattr(cell, field)[step] += many


def _replace(kept: QuerySet[Any], fresh: Iterable[Any]) -> int:
    """Makes the rows that are `kept` say what `fresh` does; writes only what differs. Returns how many do."""
    before = {_said(row): row.pk for row in kept}
    after = {_said(row): row for row in fresh}
    gone = [pk for said, pk in before.items() if said not in after]
    new = [row for said, row in after.items() if said not in before]
    if gone:
        kept.model._default_manager.filter(pk__in=gone).delete()
    kept.model._default_manager.bulk_create(new)
    return max(len(gone), len(new))


def _said(row: Any) -> tuple[Any, ...]:
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key)
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)
