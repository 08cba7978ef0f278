"""Percentiles in SQL."""

from typing import Any

from django.db.models import Aggregate, DurationField


class DurationPercentile(Aggregate):
    """PostgreSQL's percentile_cont of intervals: the length of time that `share` (0 to 1) of them do not exceed."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=share, **extra)
