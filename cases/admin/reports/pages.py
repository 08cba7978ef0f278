"""The pages: what is asked for, the figures of it, and the list of cases behind a figure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from cases import policies
from cases.complaints.models import Cause
from cases.reports import figures, listing
from cases.reports.figures import By
from cases.reports.measures import ENDS, OUTCOMES, SORTED_OUT, Measure
from cases.reports.models import Basis, CountedCase
from cases.states import ClosedAs
from cskh.core.durations import span
from cskh.core.snapshot import one_moment

from . import charts, owed, tables
from . import quality as quality_page
from . import satisfaction as satisfaction_page
from .asked import Asked
from .behind import Behind, show_list
from .readers import reader
from .tables import Built

LATE = timedelta(minutes=10)  # then something that should count does not
LIST = "cases"
# In the order of the tabs.
TITLES = {
    "outcomes": gettext_lazy("Outcomes"),
    "cohorts": gettext_lazy("Rates by month"),
    "time": gettext_lazy("Time to resolution"),
    "backlog": gettext_lazy("Backlog"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "remedies": gettext_lazy("Remedies owed"),
    "quality": gettext_lazy("Quality"),
}
_PLACES = (By.CATEGORY, By.DEPARTMENT, By.CHANNEL)


def build(actor: Actor, name: str, request: HttpRequest) -> tuple[Asked, Built, datetime | None]:
    """Everything a page says, as of one moment."""
    by, bys, make = _PAGES[name]
    asked = Asked(request, by=by, bys=bys)
    with one_moment():
        built = make(actor, asked)
        return asked, built, timezone.now() if built.is_live else figures.as_of()


@require_GET
def show(request: HttpRequest, name: str) -> HttpResponse:
    """The page of that name, one of `TITLES`."""
    actor = reader(request)
    asked, built, as_of = build(actor, name, request)
    chosen, now = asked.chosen, timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": TITLES[name],
        "page": name,
        "tabs": [
            (key, label, f"{reverse(f'reports:{key}')}?{urlencode(asked.parameters(by=''))}")
            for key, label in TITLES.items()
        ],
        "asked": asked,
        "chosen": chosen,
        "from": f"{chosen.first:%Y-%m}",
        "to": f"{chosen.last:%Y-%m}",
        "period": asked.period,
        "filters": asked.filters,
        "plain_url": f"{request.path}?{urlencode({'from': f'{chosen.first:%Y-%m}', 'to': f'{chosen.last:%Y-%m}'})}",
        "bys": [(by.label, f"?{urlencode(asked.parameters(by=by.value))}", by == asked.by) for by in asked.bys],
        "built": built,
        "is_empty": not any(table.rows for table in built.tables),
        "as_of": as_of,
        "late_by": span((now - as_of).total_seconds()) if as_of and now - as_of > LATE else "",
        "may_export": policies.may_export(actor),
        "query": urlencode(asked.parameters()),
    }
    return render(request, "admin/reports/page.html", context)


def _outcomes(actor: Actor, asked: Asked) -> Built:
    made = []
    by = asked.by
    if by != By.CAUSE:
        report = figures.counted(actor, asked.chosen, Basis.CLOSED, by)
        ended = tables.make(
            "ended",
            _("How cases ended"),
            report,
            tables.HOW_ENDED,
            asked,
            Basis.CLOSED,
            by=by,
            note=_(
                "By the month of closing. What silence closed is no acceptance. Duplicates and spam are not among those closed."
            ),
        )
        ways = tuple(map(tables.count, (*ENDS, *SORTED_OUT)))
        chart = charts.stacked(ended.title, report, ways, asked, by=by, first=tables.HOW_ENDED[0])
        made.append(replace(ended, chart=chart if ended.rows else None))
    else:
        report = figures.causes(actor, asked.chosen)
    decided = tables.make(
        "decided",
        _("How complaints came out"),
        report,
        tables.HOW_DECIDED,
        asked,
        Basis.CLOSED,
        by=by,
        note=_(
            "Complaints closed in these months. One with several issues is partly upheld where they came out differently."
        )
        + (" " + _("One with several causes stands under each of them.") if by == By.CAUSE else ""),
    )
    chart = charts.stacked(
        decided.title,
        report,
        tuple(map(tables.count, OUTCOMES)),
        asked,
        by=by,
        first=tables.HOW_DECIDED[0],
    )
    has_complaints = any(sum_of[Measure.COMPLAINTS] for sum_of in report.rows.values())
    made.append(replace(decided, chart=chart) if has_complaints else replace(decided, rows=[], whole=None))
    return Built(made)


def _cohorts(actor: Actor, asked: Asked) -> Built:
    notes = {
        Basis.OPENED: _(
            "What became of the cases opened in a month; the figures of a month still change until all are closed."
        ),
        Basis.ANSWERED: _(
            "Of the cases first answered in a month, those reopened at least once since, whenever that was."
        ),
        Basis.CLOSED: _("The cases closed in a month and not open again."),
    }
    made = []
    for basis, columns in tables.COHORTS.items():
        report = figures.counted(actor, asked.chosen, basis, By.MONTH)
        title = capfirst(str(basis.label))
        table = tables.make(basis.value, title, report, columns, asked, basis, by=By.MONTH, note=notes[basis])
        rates = (tables.UPHELD_RATE, tables.REOPEN_RATE)
        chart = charts.lines(title, report, rates, asked, unit="%") if table.rows and basis == Basis.OPENED else None
        made.append(replace(table, chart=chart))
    return Built(made)


def _time(actor: Actor, asked: Asked) -> Built:
    report = figures.counted(actor, asked.chosen, Basis.OPENED, asked.by, lengths=True)
    note = _(
        "By the month of opening, from opening to the customer's acceptance or the final response, around the clock: half are"
        " solved within p50, 90 of 100 within p90. Elapsed is"
        " what the customer waited; net leaves out the time we waited for the customer. Open cases are not forgotten: of each is"
        " known that it takes longer than so far (Kaplan–Meier), and so is of what ended without a reply or was withdrawn. Where"
        " too few are solved to say, it is more than (>). A share is of all cases; what is open is not solved yet."
    )
    table = tables.make("time", TITLES["time"], report, tables.TIME, asked, Basis.OPENED, by=asked.by, note=note)
    chart = None
    if table.rows and asked.by == By.MONTH:
        chart = charts.lines(_("Time to resolution in hours"), report, tables.TIME[2:6], asked, unit="h")
    elif table.rows:
        counts = (tables.TIME[0],)
        chart = charts.stacked(_("Cases opened"), report, counts, asked, by=asked.by, first=tables.TIME[0])
    return Built([replace(table, chart=chart)])


def _backlog(actor: Actor, asked: Asked) -> Built:
    report = figures.backlog(actor, asked.chosen, asked.by)
    note = _(
        "Everything that is open now, whenever it was opened, by its age: half are no older than p50, 90 of 100 than p90."
    )
    table = tables.make("backlog", TITLES["backlog"], report, tables.BACKLOG, asked, "", by=asked.by, note=note)
    chart = None
    if table.rows:
        ages = tables.BACKLOG[1:8]
        chart = charts.stacked(_("Open cases by age"), report, ages, asked, by=asked.by, first=tables.BACKLOG[0])
    return Built([replace(table, chart=chart)], has_months=False)


_PAGES: dict[str, tuple[By, tuple[By, ...], Callable[[Actor, Asked], Built]]] = {
    "outcomes": (By.MONTH, (By.MONTH, *_PLACES, By.CAUSE), _outcomes),
    "cohorts": (By.MONTH, (), _cohorts),
    "time": (By.MONTH, (By.MONTH, *_PLACES), _time),
    "backlog": (By.DEPARTMENT, _PLACES, _backlog),
    "satisfaction": (By.MONTH, (By.MONTH, *_PLACES), satisfaction_page.build),
    "remedies": (By.MONTH, (), owed.build),
    "quality": (By.MONTH, (By.MONTH, By.DEPARTMENT), quality_page.build),
}


# The list behind a figure.


@dataclass(frozen=True)
class Line:
    counted: CountedCase
    url: str
    ended: str
    elapsed: str
    net: str


def behind(actor: Actor, request: HttpRequest) -> Behind:
    asked = Asked(request)
    show, basis, cause = (asked.query.get(name, "") for name in ("show", "basis", "cause"))
    show = show if show in listing.SHOWN else Measure.CASES.value
    known_basis = Basis(basis) if basis in Basis.values else None
    cause = cause if cause in Cause.values else ""
    found = listing.cases_behind(
        actor, asked.chosen, show, figures.as_of() or timezone.now(), basis=known_basis, cause=cause
    )
    of = [f"{known_basis.label}: {asked.period}"] if known_basis else []
    of += [*asked.filters, *([str(Cause(cause).label)] if cause else [])]
    query = urlencode({**asked.parameters(), "show": show, "basis": basis, "cause": cause})
    return Behind(_what(show), of, found, query, exported_as=LIST)


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    actor, now = reader(request), timezone.now()
    return show_list(
        request,
        lambda: behind(actor, request),
        "admin/reports/cases.html",
        title=_("Cases behind a figure"),
        line=lambda one: _line(one, now),
    )


def _line(one: CountedCase, now: datetime) -> Line:
    if one.elapsed is None or one.net is None:
        return Line(one, _case_url(one), _("open"), span((now - one.opened_at).total_seconds()), "")
    ended = str(ClosedAs(one.closed_as).label)
    return Line(one, _case_url(one), ended, span(one.elapsed), span(one.net) if one.net != one.elapsed else "")


def _case_url(one: CountedCase) -> str:
    return reverse("admin:cases_case_change", args=[one.pk])


def _what(show: str) -> str:
    if show in Measure.values:
        return capfirst(str(Measure(show).label))
    labels = {column.show: column.label for column in (*tables.TIME, *tables.BACKLOG, tables.UPHELD_RATE)}
    special = {"upheld_any": _("upheld or partly upheld"), "solved": _("solved")}
    label = special.get(show) or str(labels[show])
    return _("Open: %(age)s") % {"age": label} if show in listing.AGES else capfirst(label)


def said_of(asked: Asked, built: Built) -> list[str]:
    """Of what a page's figures are, in words."""
    return [*([asked.period] if built.has_months else []), *asked.filters]
