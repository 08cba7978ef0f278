"""The queues as the desk shows them: their names, how much waits in each, and which one somebody starts with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies, queries
from cases.models import STILL_OPEN, Case

DUE_SOON = timedelta(hours=2)
COUNTED = 100  # a queue is counted this far and no further: nobody acts on the difference between 200 and 2,000
EVERYTHING = "all"

LABELS = {
    "mine": _("Mine"),
    "department": _("My department"),
    "unassigned": _("Unassigned"),
    "urgent": _("Urgent"),
    "due_soon": _("Due soon"),
    "reopened": _("Reopened"),
    "manager": _("For the manager"),
    "asked_to_reopen": _("Asked to reopen"),
    EVERYTHING: _("All cases"),
}
EMPTY = {
    "mine": _("Nothing is assigned to you. Take the first one from your department's queue."),
    "department": _("No open case waits in your department."),
    "unassigned": _("Every open case has an owner."),
    "urgent": _("No urgent case is open."),
    "due_soon": _("Nothing is due within two hours."),
    "reopened": _("No reopened case is waiting."),
    "manager": _("Nothing waits for a manager's decision."),
    "asked_to_reopen": _("No customer wrote after the end of a case."),
    EVERYTHING: _("No case yet."),
}


@dataclass(frozen=True)
class Queue:
    slug: str
    label: object
    count: int

    @property
    def count_text(self) -> str:
        return count_text(self.count)


def count_text(count: int) -> str:
    """A count of `count_each` as it is shown."""
    return str(count) if count < COUNTED else f"{COUNTED - 1}+"


def names_for(actor: Actor) -> list[str]:
    """The queues that mean something to this person, in the order they are shown."""
    desk = actor.subject.desk
    hidden = set() if policies.oversees(actor) else {"manager"}
    if not desk.own_departments:
        hidden.add("department")
    return [name for name in queries.QUEUES if name not in hidden]


def queue(actor: Actor, name: str, now: datetime) -> QuerySet[Case]:
    """The cases of one queue, in its order; `EVERYTHING` is all the person may see, as an overview."""
    if name == EVERYTHING:
        return queries.overview(policies.visible_to(actor))
    return queries.for_queue(actor, name, now, now + DUE_SOON)


def counted(actor: Actor, now: datetime) -> list[Queue]:
    """Every queue with its count, up to COUNTED, by one query."""
    counts = count_each({name: queue(actor, name, now) for name in names_for(actor)})
    return [Queue(name, LABELS[name], count) for name, count in counts.items()]


def count_each(lists: Mapping[str, QuerySet[Case]]) -> dict[str, int]:
    """How many cases there are in each list, up to COUNTED, by one query."""
    parts = [
        cases.order_by()
        .annotate(list_name=Value(name, output_field=CharField()))
        .values_list("list_name", flat=True)[:COUNTED]
        for name, cases in lists.items()
    ]
    counts = Counter(parts[0].union(*parts[1:], all=True))
    return {name: counts[name] for name in lists}


def first_queue(actor: Actor) -> str:
    """Where somebody starts: their own cases when they have any, else their department's, else what nobody has."""
    if policies.visible_to(actor).filter(STILL_OPEN, assignee=actor.subject).exists():
        return "mine"
    return "department" if "department" in names_for(actor) else "unassigned"


def ordering(name: str) -> list[object]:
    """As `queue` orders, for the admin's list."""
    return list(queries.OVERVIEW if name == EVERYTHING else queries.IN_ORDER)
