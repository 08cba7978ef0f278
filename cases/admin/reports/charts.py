"""What `reports.js` draws. The numbers are those of a table beside it; colours and marks are the page's."""

from typing import Any

from django.utils.text import capfirst

from cases.reports.figures import By, Report, Share, Sum

from .asked import Asked
from .tables import Column, keys, label_of

MOST = 15  # bars: more cannot be told apart, and the table has them all


def stacked(
    title: str, report: Report, columns: tuple[Column, ...], asked: Asked, *, by: By, first: Column
) -> dict[str, Any]:
    """Counts on top of each other; months from left to right, everything else from top to bottom."""
    shown = keys(report, by, asked, first)[: None if by == By.MONTH else MOST]
    return {
        "kind": "bars",
        "across": by != By.MONTH,
        "title": title,
        "labels": [label_of(key, by, asked) for key in shown],
        "series": [
            {
                "label": capfirst(str(column.label)),
                "values": [column.value(report.rows.get(key, Sum())) for key in shown],
            }
            for column in columns
        ],
    }


def lines(title: str, report: Report, columns: tuple[Column, ...], asked: Asked, *, unit: str) -> dict[str, Any]:
    """One line for each, over the months chosen: shares in per cent, lengths in hours. Nothing is drawn where there is
    none, or where it is only known to be more."""
    months = asked.chosen_months
    return {
        "kind": "lines",
        "unit": unit,
        "title": title,
        "labels": [label_of(month, By.MONTH, asked) for month in months],
        "series": [
            {
                "label": capfirst(str(column.label)),
                "values": [_value(column, report.rows.get(month)) for month in months],
            }
            for column in columns
        ],
    }


def _value(column: Column, of: Sum | None) -> float | None:
    value: Any = column.value(of) if of else None
    if value is None:
        return None
    if isinstance(value, Share):
        return value.percent
    return None if value.are_least else round(value.seconds / 3600, 2)
