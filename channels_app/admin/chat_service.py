"""The service report of the chat: how soon visitors hear from a person, beside the target; and what is behind each figure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from cases import policies
from cases.admin import words
from cases.models import Case
from channels_app.chat import service_level
from channels_app.chat.service_level import Figures, Period, Shown
from cskh.core.errors import NotPermitted

LISTED = 200
_SECONDS_UP_TO = timedelta(minutes=2)  # where targets are seconds, "1 min" would say too little
CHART_HEIGHT = 100


@dataclass(frozen=True)
class Cell:
    """One figure: its text, the list behind it, and for a target whether it `is_met` (None: there is no saying)."""

    text: str
    url: str = ""
    is_met: bool | None = None
    is_quiet: bool = False


@dataclass(frozen=True)
class Line:
    label: str
    cells: list[Cell]
    target: str = ""
    is_part: bool = False  # of the line before


@dataclass(frozen=True)
class Bar:
    """An hour of the chart: how high, of CHART_HEIGHT, those in time stand, and the others on top of them."""

    hour: int
    in_time: int
    others: int
    figures: Figures
    url: str

    @property
    def x(self) -> int:
        return self.hour * 10 + 1

    @property
    def in_time_y(self) -> int:
        return CHART_HEIGHT - self.in_time

    @property
    def others_y(self) -> int:
        return self.in_time_y - self.others

    @property
    def longest(self) -> str:
        return wait(self.figures.longest)


@dataclass(frozen=True)
class Row:
    """A conversation of a list."""

    case: Case
    url: str
    waited: str
    outcome: str
    is_bad: bool


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    actor, now = _reader(request), timezone.now()
    period = _period(request)
    report = service_level.report(actor, period, now)
    context = {
        **admin.site.each_context(request),
        "title": _("Chat service"),
        "waiting_now": report.waiting_now,
        "waiting_for": wait(now - report.waiting_since) if report.waiting_since else "",
        "waiting_url": _list_url(period, Shown.WAITING_NOW),
        "periods": list(Period),
        "period": period,
        "lines": _lines(report.periods),
        "minimum": settings.CHAT_FIGURES_MINIMUM,
        "within": wait(settings.CHAT_REPLY_WITHIN),
        "lost_label": Shown.LOST.label,
        "begun": report.periods[period].begun,
        "bars": _bars(report.hours, period),
        "busiest": max(range(24), key=lambda hour: report.hours[hour].begun),
        "departments": [_department_line(department, figures, period) for department, figures in report.departments],
    }
    return render(request, "admin/chat_service/page.html", context)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """`?show=…&period=…`, and of one `hour` or `department` alone."""
    actor, now = _reader(request), timezone.now()
    period, shown = _period(request), _shown(request)
    hour, department = _hour(request), request.GET.get("department")
    found = service_level.conversations(actor, shown, period, now, hour=hour, department=department)
    cases = list(found.select_related("customer", "chat__agent")[: LISTED + 1])
    context = {
        **admin.site.each_context(request),
        "title": shown.label,
        "of": [str(part) for part in _part(shown, period, hour)],
        "rows": [_row(case) for case in cases[:LISTED]],
        "most": LISTED if len(cases) > LISTED else 0,
        "back": f"{reverse('chat_service:page')}?{urlencode({'period': period.value})}",
    }
    return render(request, "admin/chat_service/list.html", context)


def wait(length: timedelta | None) -> str:
    """A wait in words: seconds as long as they matter. "" where there was none."""
    if length is None:
        return ""
    if length < _SECONDS_UP_TO:
        return _("%(n)d s") % {"n": length.total_seconds()}
    return words.span(length.total_seconds())


def _reader(request: HttpRequest) -> Actor:
    actor = Actor.staff(request.user)
    if not policies.oversees(actor):
        raise NotPermitted
    return actor


def _period(request: HttpRequest) -> Period:
    asked = request.GET.get("period", "")
    return Period(asked) if asked in Period.values else Period.WEEK


def _shown(request: HttpRequest) -> Shown:
    asked = request.GET.get("show", "")
    return Shown(asked) if asked in Shown.values else Shown.BEGUN


def _hour(request: HttpRequest) -> int | None:
    asked = request.GET.get("hour", "")
    return int(asked) if asked in map(str, range(24)) else None


def _list_url(period: Period, shown: Shown, **part: str | int) -> str:
    return f"{reverse('chat_service:list')}?{urlencode({'period': period.value, 'show': shown.value, **part})}"


def _part(shown: Shown, period: Period, hour: int | None) -> Iterable[object]:
    """What of everything a list shows, in words."""
    if shown != Shown.WAITING_NOW:
        yield period.label
    if hour is not None:
        yield _("begun from %(hour)d:00 to %(hour)d:59") % {"hour": hour}


def _lines(periods: Mapping[Period, Figures]) -> list[Line]:
    def line(label: Any, cell: Callable[[Period, Figures], Cell], **more: Any) -> Line:
        return Line(str(label), [cell(period, figures) for period, figures in periods.items()], **more)

    def counted(shown: Shown, *, is_part: bool = False) -> Line:
        return line(
            shown.label, lambda period, of: _count(getattr(of, shown.value), _list_url(period, shown)), is_part=is_part
        )

    within, percent = wait(settings.CHAT_REPLY_WITHIN), settings.CHAT_REPLY_PERCENT
    most_within = wait(settings.CHAT_REPLY_P95_WITHIN)
    return [
        counted(Shown.BEGUN),
        line(
            _("Heard from a person within %(time)s") % {"time": within},
            lambda period, of: _share(of, _list_url(period, Shown.LATE)),
            target=_("target: %(percent)d%%") % {"percent": percent},
        ),
        line(_("Half waited no longer than"), lambda period, of: _length(of, of.half)),
        line(
            _("95 of 100 waited no longer than"),
            lambda period, of: _length(of, of.most, is_met=of.is_most_met),
            target=_("target: %(time)s") % {"time": most_within},
        ),
        counted(Shown.REPLIED),
        counted(Shown.LOST),
        counted(Shown.TO_CALL, is_part=True),
        counted(Shown.CALLED, is_part=True),
        counted(Shown.WAITING),
    ]


def _count(number: int, url: str) -> Cell:
    return Cell(str(number), url) if number else Cell("0", is_quiet=True)


def _share(figures: Figures, late_url: str) -> Cell:
    if not figures.is_enough:
        return _too_few(figures)
    return Cell(f"{figures.percent}%", late_url if figures.late else "", figures.is_share_met)


def _length(figures: Figures, length: timedelta | None, *, is_met: bool | None = None) -> Cell:
    return Cell(wait(length), is_met=is_met) if figures.is_enough else _too_few(figures)


def _too_few(figures: Figures) -> Cell:
    return Cell(_("too few") if figures.begun else "–", is_quiet=True)


def _bars(hours: list[Figures], period: Period) -> list[Bar]:
    highest = max((figures.begun for figures in hours), default=0) or 1
    bars = []
    for hour, figures in enumerate(hours):
        whole = round(CHART_HEIGHT * figures.begun / highest)
        in_time = round(CHART_HEIGHT * figures.in_time / highest)
        bars.append(Bar(hour, in_time, whole - in_time, figures, _list_url(period, Shown.BEGUN, hour=hour)))
    return bars


def _department_line(department: Any, figures: Figures, period: Period) -> Line:
    part = {"department": department.slug if department else ""}
    return Line(
        str(department) if department else _("Not classified yet"),
        [
            _count(figures.begun, _list_url(period, Shown.BEGUN, **part)),
            _share(figures, _list_url(period, Shown.LATE, **part)),
            _length(figures, figures.most, is_met=figures.is_most_met),
            _count(figures.lost, _list_url(period, Shown.LOST, **part)),
        ],
    )


def _row(case: Any) -> Row:
    """`case` as `service_level.conversations` gives it."""
    if case.is_called:
        outcome = _("left, was called back")
    elif case.is_to_call:
        outcome = _("left, waits for a call")
    elif case.is_lost:
        outcome = _("left before a reply")
    else:
        outcome = _("answered by a person") if case.first_replied_at else _("no reply so far")
    is_late = case.waited > settings.CHAT_REPLY_WITHIN
    return Row(case, reverse("admin:cases_case_change", args=[case.pk]), wait(case.waited), outcome, is_late)
