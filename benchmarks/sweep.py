"""The sweep that finds nothing due, among all those clocks: it must read only what is due."""

from collections.abc import Iterator

from django.utils import timezone

from cases.tasks import sweep_due

from .measure import Result, compare, rows


def results() -> Iterator[Result]:
    def raw() -> None:
        rows("SELECT case_id FROM cases_clock WHERE next_look_at <= %s ORDER BY next_look_at LIMIT 200", timezone.now())

    yield compare("sweep with nothing due", sweep_due, raw)
