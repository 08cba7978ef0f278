"""How satisfied customers say they are, with how many were asked and how far chance may be off."""

from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.reports import figures
from cases.reports.figures import By
from cases.reports.measures import SCORES
from cases.reports.models import Basis

from . import charts, tables
from .asked import Asked
from .tables import Built


def build(actor: Actor, asked: Asked) -> Built:
    report = figures.counted(actor, asked.chosen, Basis.ASKED, asked.by)
    satisfied = tables.make(
        "satisfaction",
        _("Satisfaction"),
        report,
        tables.SATISFACTION,
        asked,
        Basis.ASKED,
        by=asked.by,
        note=_(
            "By the month in which the customer was asked last; what they said last counts. Satisfied is 4 or 5 of 5. The interval"
            " (Wilson, 95%%) is how far chance alone may be off; it knows nothing of those who did not answer. Of fewer than"
            " %(few)d answers neither share nor mean is said."
        )
        % {"few": figures.FEW},
    )
    said = tables.make("scores", _("What was said"), report, tables.SAID_SCORES, asked, Basis.ASKED, by=asked.by)
    if not satisfied.rows:
        return Built([satisfied], nothing=_("Nobody was asked in these months. Choose more months above."))
    if asked.by == By.MONTH:
        rates = (tables.SATISFIED, tables.RESPONDING)
        satisfied = replace(satisfied, chart=charts.lines(satisfied.title, report, rates, asked, unit="%"))
    scores = tuple(map(tables.count, SCORES))
    chart = charts.stacked(said.title, report, scores, asked, by=asked.by, first=tables.SATISFACTION[0])
    return Built([satisfied, replace(said, chart={**chart, "ordered": True})])
