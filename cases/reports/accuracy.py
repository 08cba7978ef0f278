"""How many reviewed cases were without an error, by class of error. Read from the reviews themselves, which are few."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases.models import Case
from cases.quality import rights
from cases.quality.models import Critical, Review, Strata
from cskh.core.days import midnight, month_after

from .figures import NOBODYS, By, Chosen, Share


class Show(TextChoices):
    """Which reviews are behind a figure."""

    DONE = "done", _("reviews done")
    PASSED = "passed", _("passed")
    CUSTOMER = "customer", _("without customer-critical error")
    BUSINESS = "business", _("without business-critical error")
    COMPLIANCE = "compliance", _("without compliance-critical error")


_CONDITIONS = {
    Show.DONE: Q(),
    Show.PASSED: Q(passed=True),
    Show.CUSTOMER: Q(customer_ok=True),
    Show.BUSINESS: Q(business_ok=True),
    Show.COMPLIANCE: Q(compliance_ok=True),
}


Stratum = tuple[str, int | None]  # what was drawn from: an agent or a department


@dataclass
class Sum:
    """Reviews together. Of a class those count of which something of it applied. `strata` are what they were drawn from."""

    counts: Counter[str]
    applied: Counter[str]
    strata: frozenset[Stratum]

    @property
    def is_estimate(self) -> bool:
        """Whether shares say something of more than the cases reviewed, and so have an interval: of one stratum alone. Each gives
        as many cases, however many it has, so several together are no picture of all work."""
        return len(self.strata) == 1

    def share(self, show: Show) -> Share:
        whole = self.counts[Show.DONE] if show == Show.PASSED else self.applied[show]
        return Share(self.counts[show], whole)


def reviews(actor: Actor, chosen: Chosen, show: Show = Show.DONE) -> QuerySet[Review]:
    """The reviews done in the months chosen that are behind a figure, newest first, as far as `actor` may know of them."""
    cases = Case.objects.filter(replace(chosen, complaints=False, department="").places(actor))
    if chosen.complaints:
        cases = cases.filter(complaint__isnull=False)
    where = Q(state=Review.State.DONE, case__in=cases) & _CONDITIONS[show] & _department(chosen)
    found = rights.visible_to(actor).filter(where)
    first, after = midnight(chosen.first), midnight(month_after(chosen.last))
    return found.filter(done_at__gte=first, done_at__lt=after).order_by("-done_at", "-pk")


def by_key(actor: Actor, chosen: Chosen, by: By) -> dict[date | int | None, Sum]:
    """By the month of the review, or the department the case had when it was drawn. One query."""
    rows: dict[date | int | None, list[tuple[bool | None, ...]]] = {}
    strata: dict[date | int | None, set[Stratum]] = {}
    told = reviews(actor, chosen).values_list(
        *("done_at", "department_id", "agent_id", "sample__strata"),
        *("passed", "customer_ok", "business_ok", "compliance_ok"),
    )
    for at, department, agent, drawn_from, *said in told:
        key = timezone.localdate(at).replace(day=1) if by == By.MONTH else department
        rows.setdefault(key, []).append(tuple(said))
        stratum = (drawn_from, department if drawn_from == Strata.DEPARTMENT else agent)
        strata.setdefault(key, set()).add(stratum)
    return {key: _sum(some, frozenset(strata[key])) for key, some in rows.items()}


def together(sums: Iterable[Sum]) -> Sum:
    whole = Sum(Counter(), Counter(), frozenset())
    for one in sums:
        whole.counts.update(one.counts)
        whole.applied.update(one.applied)
        whole.strata |= one.strata
    return whole


def _sum(said: list[tuple[bool | None, ...]], strata: frozenset[Stratum]) -> Sum:
    counts: Counter[str] = Counter({Show.DONE: len(said), Show.PASSED: sum(one[0] is True for one in said)})
    applied: Counter[str] = Counter()
    for number, critical in enumerate(Critical, 1):
        show = Show(critical.value)
        known = [one[number] for one in said if one[number] is not None]
        counts[show], applied[show] = sum(ok is True for ok in known), len(known)
    return Sum(counts, applied, strata)


def _department(chosen: Chosen) -> Q:
    if not chosen.department:
        return Q()
    return Q(department__isnull=True) if chosen.department == NOBODYS else Q(department__slug=chosen.department)
