"""How the desk says things: times left, amounts, marks, who did it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import ActorKind
from cases import timeline
from cases.models import Case
from cases.states import Channel
from cases.timeline import Who
from cskh.core.durations import span

CHANNEL_ICONS = {
    Channel.CHAT.value: "forum",
    Channel.EMAIL.value: "mail",
    Channel.HOTLINE.value: "call",
    Channel.APP.value: "smartphone",
    Channel.WEB.value: "language",
}
_SYSTEM_NAMES = {
    "intake": gettext_lazy("Intake (automatic)"),
    "outbox": gettext_lazy("Automatic message"),
    "sla": gettext_lazy("Deadlines (automatic)"),
    "routing": gettext_lazy("Routing (automatic)"),
    "evidence": gettext_lazy("Evidence (automatic)"),
    "protection": gettext_lazy("Protection (automatic)"),
    "desk": gettext_lazy("Desk (automatic)"),
}
_SOON = timedelta(hours=1)


def until(due_at: datetime, now: datetime) -> str:
    """How far a due time is away: "12 min left", "3 h overdue"."""
    left = (due_at - now).total_seconds()
    return (_("%(time)s left") if left >= 0 else _("%(time)s overdue")) % {"time": span(left)}


def tone_of(due_at: datetime, now: datetime) -> str:
    """ "bad" once overdue, "warn" in the last hour."""
    if due_at < now:
        return "bad"
    return "warn" if due_at - now < _SOON else "calm"


def names_of(whos: Iterable[Who], case: Case) -> dict[Who, str]:
    """What to call each actor. Two queries at most, however many there are."""
    wanted = set(whos)
    known = timeline.names_of(wanted)
    return {who: known.get(who) or _name(who, case) for who in wanted}


def _name(who: Who, case: Case) -> str:
    kind, key = who
    if kind == ActorKind.CUSTOMER:
        return str(case.customer)
    return str(_SYSTEM_NAMES.get(key, key))
