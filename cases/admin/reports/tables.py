"""Tables of figures: each figure with the list of the cases behind it, and as the plain number that goes into a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.complaints.models import Cause
from cases.reports.figures import By, Mean, Report, Share, Sum
from cases.reports.intervals import Interval
from cases.reports.lengths import Length, within
from cases.reports.listing import AGES, WITHIN
from cases.reports.measures import SCORES, Measure
from cases.reports.models import Basis
from cases.states import Channel
from cskh.core.durations import span

from .asked import Asked, month_label


@dataclass(frozen=True)
class Cell:
    """`under` says what a share is of; `plain` is the number for files."""

    text: str
    url: str = ""
    under: str = ""
    plain: Any = None


@dataclass(frozen=True)
class Column:
    """`show` names the list behind the figure."""

    label: Any
    show: str
    value: Callable[[Sum], int | Share | Mean | Interval | Length | None]


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    by: str
    columns: list[str]
    rows: list[Row]
    whole: Row | None = None
    note: str = ""
    chart: dict[str, Any] | None = field(default=None, compare=False)

    @property
    def chart_id(self) -> str:
        return f"{self.name}-chart"

    @property
    def for_file(self) -> tuple[Sequence[Any], list[Sequence[Any]]]:
        head = [str(self.by), *(str(column) for column in self.columns)]
        lines = [*self.rows, *([self.whole] if self.whole else [])]
        return head, [[line.label, *(cell.plain for cell in line.cells)] for line in lines]


@dataclass(frozen=True)
class Built:
    """A page's tables; whether months mean anything to it, whether it is read at this moment instead of from the summaries, and
    what it says where there is nothing at all."""

    tables: list[Table]
    has_months: bool = True
    is_live: bool = False
    nothing: Any = ""


def count(measure: Measure, label: Any = "") -> Column:
    return Column(label or measure.label, measure.value, lambda of: of[measure])


def _solved(show: str, label: Any) -> Column:
    return Column(label, show, lambda of: of.solved_within(WITHIN[show]))


def _aged(show: str, label: Any) -> Column:
    more_than, at_most = AGES[show]

    def value(of: Sum) -> int:
        upper = within(of.ages, at_most) if at_most else sum(of.ages)
        return upper - (within(of.ages, more_than) if more_than else 0)

    return Column(label, show, value)


UPHELD_RATE = Column(gettext_lazy("upheld, of those decided"), "upheld_any", lambda of: of.upheld)
REOPEN_RATE = Column(gettext_lazy("reopened, of those answered"), Measure.REOPENED, lambda of: of.reopened)
HOW_ENDED = (
    count(Measure.CLOSED),
    Column(Measure.ACCEPTED.label, Measure.ACCEPTED, lambda of: of.accepted),
    count(Measure.FINAL_RESPONSE),
    count(Measure.NO_REPLY),
    count(Measure.WITHDRAWN),
    count(Measure.DUPLICATE),
    count(Measure.SPAM),
)
HOW_DECIDED = (
    count(Measure.COMPLAINTS),
    count(Measure.UPHELD),
    count(Measure.PARTLY),
    count(Measure.NOT_UPHELD),
    count(Measure.OUT_OF_SCOPE),
    count(Measure.GIVEN_UP),
    count(Measure.UNDECIDED),
    UPHELD_RATE,
)
COHORTS: dict[Basis, tuple[Column, ...]] = {
    Basis.OPENED: (
        count(Measure.CASES, gettext_lazy("opened")),
        count(Measure.OPEN),
        count(Measure.COMPLAINTS),
        UPHELD_RATE,
        count(Measure.ANSWERED),
        REOPEN_RATE,
    ),
    Basis.ANSWERED: (
        count(Measure.ANSWERED),
        REOPEN_RATE,
        count(Measure.COMPLAINTS),
        UPHELD_RATE,
    ),
    Basis.CLOSED: (
        count(Measure.CLOSED),
        count(Measure.COMPLAINTS),
        UPHELD_RATE,
        count(Measure.ANSWERED),
        REOPEN_RATE,
    ),
}
TIME = (
    count(Measure.CASES, gettext_lazy("opened")),
    count(Measure.OPEN),
    Column(gettext_lazy("elapsed, p50"), Measure.CASES, lambda of: of.elapsed(50)),
    Column(gettext_lazy("elapsed, p90"), Measure.CASES, lambda of: of.elapsed(90)),
    Column(gettext_lazy("net, p50"), Measure.CASES, lambda of: of.net(50)),
    Column(gettext_lazy("net, p90"), Measure.CASES, lambda of: of.net(90)),
    _solved("within_15m", gettext_lazy("solved within 15 min")),
    _solved("within_4h", gettext_lazy("solved within 4 h")),
    _solved("within_24h", gettext_lazy("solved within 24 h")),
)
BACKLOG = (
    Column(Measure.OPEN.label, Measure.OPEN, lambda of: of.open),
    _aged("age_4h", gettext_lazy("up to 4 h")),
    _aged("age_24h", gettext_lazy("4–24 h")),
    _aged("age_3d", gettext_lazy("1–3 d")),
    _aged("age_7d", gettext_lazy("3–7 d")),
    _aged("age_28d", gettext_lazy("7–28 d")),
    _aged("age_56d", gettext_lazy("28–56 d")),
    _aged("age_more", gettext_lazy("more than 56 d")),
    Column(gettext_lazy("age, p50"), Measure.OPEN, lambda of: of.age(50)),
    Column(gettext_lazy("age, p90"), Measure.OPEN, lambda of: of.age(90)),
)
# What is said of satisfaction: an estimate of all customers from those who answered, so it stands with its interval.
RESPONDING = Column(gettext_lazy("said, of those asked"), Measure.SAID, lambda of: of.responding)
SATISFIED = Column(gettext_lazy("satisfied, of those who said"), Measure.SATISFIED, lambda of: of.satisfied)
SATISFACTION = (
    count(Measure.ASKED),
    count(Measure.SAID),
    RESPONDING,
    Column(gettext_lazy("mean, 1–5"), Measure.SAID, lambda of: of.score),
    SATISFIED,
    Column(gettext_lazy("interval (Wilson, 95%)"), "", lambda of: of.satisfied.interval),
)
SAID_SCORES = (
    count(Measure.SAID),
    *map(count, SCORES),
    count(Measure.SAID_EASE),
    Column(gettext_lazy("found it easy, of those who said"), Measure.EASY, lambda of: of.easy),
    Column(gettext_lazy("interval (Wilson, 95%)"), "", lambda of: of.easy.interval),
)


def make(
    name: str,
    title: Any,
    report: Report,
    columns: tuple[Column, ...],
    asked: Asked,
    basis: str,
    *,
    by: By,
    note: Any = "",
) -> Table:
    """A row for each month chosen, or for whatever else there is, the most first; and all together."""
    rows = [
        Row(
            label_of(key, by, asked),
            [_cell(column, report.rows.get(key, Sum()), asked, basis, key, by) for column in columns],
        )
        for key in keys(report, by, asked, columns[0])
    ]
    whole = None
    if by != By.CAUSE and len(rows) > 1:
        whole = Row(_("together"), [_cell(column, report.whole, asked, basis, None, None) for column in columns])
    labels = [capfirst(str(column.label)) for column in columns]
    return Table(name, str(title), capfirst(str(by.label)), labels, rows, whole, str(note))


def keys(report: Report, by: By, asked: Asked, first: Column) -> list[Any]:
    if by == By.MONTH:
        return asked.chosen_months if report.rows else []
    return sorted(report.rows, key=lambda key: (-_number(first.value(report.rows[key])), str(key)))


def label_of(key: Any, by: By, asked: Asked) -> str:
    match by:
        case By.MONTH:
            return month_label(key)
        case By.DEPARTMENT:
            return str(asked.departments[key]) if key else _("no department")
        case By.CATEGORY:
            return str(asked.categories[key]) if key else _("not classified")
        case By.CHANNEL:
            return str(Channel(key).label)
    return str(Cause(key).label)


def length_text(length: Length | None) -> str:
    if length is None:
        return "–"
    return _("> %(time)s") % {"time": span(length.seconds)} if length.are_least else span(length.seconds)


def interval_text(interval: Interval | None) -> str:
    """In whole per cent, outwards: it never looks narrower than it is."""
    if interval is None:
        return "–"
    return f"{floor(interval.low * 100)}–{ceil(interval.high * 100)}%"


def _number(value: Any) -> int:
    return value.part if isinstance(value, Share) else int(value or 0)


def _cell(column: Column, of: Sum, asked: Asked, basis: str, key: Any, by: By | None) -> Cell:
    value = column.value(of)
    chosen, cause = asked.narrowed(key, by) if by else (asked.chosen, "")
    url = asked.list_url(chosen, column.show, basis, cause)
    if isinstance(value, Share):
        under = _("%(part)s of %(whole)s") % {"part": number_format(value.part), "whole": number_format(value.whole)}
        if value.percent is None:
            return Cell("–", under=_("%(part)s: too few") % {"part": under} if value.whole else "")
        return Cell(f"{value.percent}%", url if value.part else "", under, round(value.part / value.whole, 4))
    if isinstance(value, Mean):
        return Cell(number_format(value.value, 2), url, plain=round(value.value, 4))
    if isinstance(value, Interval):
        return Cell(interval_text(value), plain=f"{value.low:.4f}–{value.high:.4f}")
    if isinstance(value, int):
        return Cell(number_format(value), url if value else "", plain=value)
    if value is None:
        return Cell("–")
    hours = round(value.seconds / 3600, 2)
    return Cell(length_text(value), url, plain=f"> {hours}" if value.are_least else hours)
