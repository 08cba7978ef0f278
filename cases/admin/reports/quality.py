"""How reviewed work came out, by class of error, and the reviews behind each figure."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from cases.reports import accuracy
from cases.reports.accuracy import Show, Sum
from cases.reports.figures import By

from .asked import Asked
from .behind import Behind, show_list
from .readers import reader
from .tables import Built, Cell, Row, Table, interval_text, label_of

_SHARES = (Show.PASSED, Show.CUSTOMER, Show.BUSINESS, Show.COMPLIANCE)


def build(actor: Actor, asked: Asked) -> Built:
    sums = accuracy.by_key(actor, asked.chosen, asked.by)
    nothing = _("No review was done in these months. Draw a sample of closed cases under Quality.")
    if not sums:
        return Built([], is_live=True, nothing=nothing)
    keys = asked.chosen_months if asked.by == By.MONTH else sorted(sums, key=lambda key: label_of(key, asked.by, asked))
    empty = accuracy.together(())
    rows = [Row(label_of(key, asked.by, asked), _cells(sums.get(key, empty), asked, key, asked.by)) for key in keys]
    whole = Row(_("together"), _cells(accuracy.together(sums.values()), asked, None, None)) if len(rows) > 1 else None
    heads = [capfirst(str(Show.DONE.label))]
    for show in _SHARES:
        heads += [capfirst(str(show.label)), capfirst(_("interval (Wilson, 95%)"))]
    note = _(
        "By the month of the review. Shares are of the cases reviewed, not of all work: chance draws as many from each agent or"
        " department, however many they closed. Each class counts the cases in which something of it applied; one with two errors"
        " of a class counts once. A compliance-critical error fails a review whatever its score. The interval (Wilson, 95%) is how"
        " far chance alone may be off, as only a sample is reviewed; it stands where all reviews of a line were drawn from one"
        " agent or one department."
    )
    chart = _chart([row.label for row in rows], [sums.get(key, empty) for key in keys], asked)
    title = _("Work without errors")
    return Built(
        [Table("accuracy", title, capfirst(str(asked.by.label)), heads, rows, whole, note, chart)],
        is_live=True,
        nothing=nothing,
    )


def _cells(of: Sum, asked: Asked, key: Any, by: By | None) -> list[Cell]:
    chosen, _cause = asked.narrowed(key, by) if by else (asked.chosen, "")

    def url(show: Show) -> str:
        return f"{reverse('reports:reviews')}?{urlencode({**asked.parameters(chosen, by=''), 'show': show.value})}"

    done = of.counts[Show.DONE]
    cells = [Cell(number_format(done), url(Show.DONE) if done else "", plain=done)]
    for show in _SHARES:
        share = of.share(show)
        if share.percent is None:
            cells += [Cell("–"), Cell("–")]
            continue
        under = _("%(part)s of %(whole)s") % {"part": number_format(share.part), "whole": number_format(share.whole)}
        interval = share.interval if of.is_estimate else None
        cells.append(
            Cell(f"{share.percent}%", url(show) if share.part else "", under, round(share.part / share.whole, 4))
        )
        plain = f"{interval.low:.4f}–{interval.high:.4f}" if interval else None
        cells.append(Cell(interval_text(interval), plain=plain))
    return cells


def _chart(labels: list[str], sums: list[Sum], asked: Asked) -> dict[str, Any]:
    return {
        "kind": "lines" if asked.by == By.MONTH else "bars",
        "unit": "%",
        "across": False,
        "title": _("Work without errors"),
        "labels": labels,
        "series": [
            {"label": capfirst(str(show.label)), "values": [one.share(show).percent for one in sums]}
            for show in _SHARES[1:]
        ],
    }


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    return show_list(
        request,
        lambda: _behind(actor, request),
        "admin/reports/reviews.html",
        title=_("Reviews behind a figure"),
        line=lambda review: review,
    )


def _behind(actor: Actor, request: HttpRequest) -> Behind:
    asked = Asked(request)
    said = asked.query.get("show", "")
    show = Show(said) if said in Show.values else Show.DONE
    found = accuracy.reviews(actor, asked.chosen, show).select_related("case", "agent", "department", "reviewer")
    query = urlencode({**asked.parameters(), "show": show.value})
    return Behind(capfirst(str(show.label)), [asked.period, *asked.filters], found, query)
