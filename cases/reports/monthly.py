"""The figures of the complaints report of a month (R-02), with those of the month before beside them.

Everything but remedies is added up from the summaries, by the same code as the pages; what a figure counts stands there and in
`measures`.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.db.models import Sum as Total
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.models import Department
from cases.complaints.ladder import LEVELS, level_of_round
from cases.complaints.models import Cause, RemedyExecution
from cases.complaints.remedy_rights import visible_to
from cases.complaints.remedy_states import OWED, RemedyKind
from cases.models import Case, Category
from cskh.core.days import midnight, month_after, month_before

from . import figures
from .figures import By, Chosen, Share, Sum
from .lengths import Length
from .measures import OUTCOMES, Measure
from .models import Basis, Cell, CountedCase

Content = dict[str, Any]
FORM = 1  # of the content, should it ever be kept otherwise
LANGUAGES = ("vi", "en")
_DECIDED = (Measure.UPHELD, Measure.PARTLY, Measure.NOT_UPHELD, Measure.OUT_OF_SCOPE)


def compose(actor: Actor, month: date, department: Department | None, *, as_of: datetime, edition: int) -> Content:
    """The figures as far as `actor` may know of them. To be called within one moment."""
    before, today = month_before(month), timezone.localdate()
    chosen = Chosen(month, month, department=department.slug if department else "", complaints=True)
    this, last = (_month(actor, replace(chosen, first=one, last=one)) for one in (month, before))
    return {
        "form": FORM,
        "month": month.isoformat(),
        "before": before.isoformat(),
        "edition": edition,
        "department": _names(department) if department else None,
        "brand": settings.BRAND_NAME,
        "as_of": timezone.localtime(as_of).isoformat(timespec="minutes"),
        "issued_on": today.isoformat(),
        "is_over": month_after(month) <= today,
        "this": this,
        "last": last,
        "categories": _by_category(actor, chosen),
        "causes": _by_cause(actor, chosen),
        "owed": _owed(actor, chosen, today),
    }


def _month(actor: Actor, chosen: Chosen) -> Content:
    opened = figures.counted(actor, chosen, Basis.OPENED, By.MONTH, lengths=True).whole
    closed = figures.counted(actor, chosen, Basis.CLOSED, By.MONTH).whole
    answered = figures.counted(actor, chosen, Basis.ANSWERED, By.MONTH).whole
    asked = figures.counted(actor, chosen, Basis.ASKED, By.MONTH).whole
    return {
        "received": opened[Measure.CASES],
        "closed": closed[Measure.COMPLAINTS],
        "decided": sum(closed[one] for one in _DECIDED),
        "given_up": closed[Measure.GIVEN_UP],
        "undecided": closed[Measure.UNDECIDED],
        "open_at_end": _open_at_end(actor, chosen),
        "upheld": _share(closed.upheld),
        "reopened": _share(answered.reopened),
        "time": {
            "of": opened[Measure.CASES],
            "still_open": opened.open,
            "elapsed_50": _length(opened.elapsed(50)),
            "elapsed_90": _length(opened.elapsed(90)),
            "net_50": _length(opened.net(50)),
            "net_90": _length(opened.net(90)),
        },
        "satisfaction": {
            "asked": asked[Measure.ASKED],
            "said": asked[Measure.SAID],
            "satisfied": asked[Measure.SATISFIED],
        },
        "levels": _levels(actor, chosen),
        "final_responses": closed[Measure.FINAL_RESPONSE],
        "remedies": _carried_out(actor, chosen),
    }


def _open_at_end(actor: Actor, chosen: Chosen) -> int:
    """Opened up to the month and not closed in it or before, by what is known now: one that was closed then and is open again
    counts as open."""
    kept = Cell.objects.filter(chosen.places(actor), month__lte=chosen.last)
    told = kept.aggregate(
        opened=Total("cases", filter=Q(basis=Basis.OPENED)), closed=Total("closed", filter=Q(basis=Basis.CLOSED))
    )
    return (told["opened"] or 0) - (told["closed"] or 0)


def _levels(actor: Actor, chosen: Chosen) -> list[int]:
    """Of the complaints closed in the month, how many each level of the ladder ended."""
    where = chosen.places(actor) & Q(closed_month=chosen.first) & ~Q(closed_as__in=["spam", "duplicate"])
    counts = [0] * LEVELS
    told = (
        CountedCase.objects.filter(where).values_list("case__round").annotate(many=Count("pk")).order_by("case__round")
    )
    for round_, many in told:
        counts[level_of_round(round_).number - 1] += many
    return counts


def _carried_out(actor: Actor, chosen: Chosen) -> list[Content]:
    """Remedies carried out in the month, by kind: how many, and VND (0 for what is no money)."""
    done = RemedyExecution.objects.filter(
        remedy__in=visible_to(actor).filter(issue__complaint__case__in=_cases(actor, chosen)),
        state=RemedyExecution.State.DONE,
        done_at__gte=midnight(chosen.first),
        done_at__lt=midnight(month_after(chosen.last)),
    )
    told = done.values_list("remedy__kind").annotate(many=Count("pk"), vnd=Total("remedy__amount"))
    rows = {kind: {"kind": kind, "count": many, "vnd": vnd or 0} for kind, many, vnd in told.order_by()}
    return [rows[kind.value] for kind in RemedyKind if kind.value in rows]


def _owed(actor: Actor, chosen: Chosen, today: date) -> Content:
    """What is owed on the day of the report, and how much of it is overdue."""
    owed = visible_to(actor).filter(status__in=sorted(OWED), issue__complaint__case__in=_cases(actor, chosen))
    late = Q(due_on__lt=today)
    told = owed.aggregate(
        count=Count("pk"), vnd=Total("amount"), late=Count("pk", filter=late), late_vnd=Total("amount", filter=late)
    )
    return {name: value or 0 for name, value in told.items()}


def _cases(actor: Actor, chosen: Chosen) -> Any:
    return Case.objects.filter(replace(chosen, complaints=False).places(actor))


def _by_category(actor: Actor, chosen: Chosen) -> list[Content]:
    rows = figures.counted(actor, chosen, Basis.CLOSED, By.CATEGORY).rows
    names = Category.objects.in_bulk([key for key in rows if key])
    return _outcomes({key: (_names(names[key]) if key else None, sum_of) for key, sum_of in rows.items()})


def _by_cause(actor: Actor, chosen: Chosen) -> list[Content]:
    rows = figures.causes(actor, chosen).rows
    return _outcomes({key: (_names(Cause(key).label), sum_of) for key, sum_of in rows.items()})


def _outcomes(rows: dict[Any, tuple[dict[str, str] | None, Sum]]) -> list[Content]:
    """The most first; `name` is None for what is not classified."""
    told = [
        {
            "name": name,
            "closed": of[Measure.COMPLAINTS],
            **{one.value: of[one] for one in OUTCOMES},
            "upheld_share": _share(of.upheld),
        }
        for name, of in rows.values()
        if of[Measure.COMPLAINTS]
    ]
    return sorted(told, key=lambda row: (-row["closed"], str(row["name"])))


def _names(thing: Any) -> dict[str, str]:
    """What it is called in each language."""
    told = {}
    for language in LANGUAGES:
        with translation.override(language):
            told[language] = str(thing)
    return told


def _share(share: Share) -> list[int]:
    return [share.part, share.whole]


def _length(length: Length | None) -> list[Any] | None:
    return [length.seconds, length.are_least] if length else None
