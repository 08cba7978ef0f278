"""How the desk says things: times left, amounts, marks, who did it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import ActorKind
from accounts.models import ApiClient, User
from cases.models import Case
from cases.states import Channel
from cskh.core.durations import span

Who = tuple[str, str]  # actor kind and id

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


def money(amount: int | None) -> str:
    """Whole dong: 1.250.000 ₫."""
    return "" if amount is None else f"{number_format(amount, use_l10n=True, force_grouping=True)} ₫"


def names_of(whos: Iterable[Who], case: Case) -> dict[Who, str]:
    """What to call each actor. Two queries at most, however many there are."""
    wanted = set(whos)
    staff = {int(key) for kind, key in wanted if kind == ActorKind.STAFF}
    clients = {int(key) for kind, key in wanted if kind == ActorKind.INTEGRATION}
    users = {str(user.pk): str(user) for user in User.objects.filter(pk__in=staff)} if staff else {}
    programs = {str(one.pk): one.name for one in ApiClient.objects.filter(pk__in=clients)} if clients else {}
    return {who: _name(who, users, programs, case) for who in wanted}


def _name(who: Who, users: dict[str, str], programs: dict[str, str], case: Case) -> str:
    kind, key = who
    if kind == ActorKind.STAFF:
        return users.get(key, key)
    if kind == ActorKind.INTEGRATION:
        return programs.get(key, key)
    if kind == ActorKind.CUSTOMER:
        return str(case.customer)
    return str(_SYSTEM_NAMES.get(key, key))
