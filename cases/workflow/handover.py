"""Somebody goes off duty: what waits on them goes to a colleague, or back to the queue."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from cases.events import EventKind, record
from cases.models import STILL_OPEN, Case
from cases.states import CUSTOMERS_TURN, OPEN
from cskh.core.errors import NotPermitted

from ._take_step import change_case
from .reopening import next_handler

# Our move, or a customer who waits for a reply; what waits for the customer stays with whoever knows it.
_WAITS_ON_US = Q(status__in=sorted(OPEN - CUSTOMERS_TURN)) | STILL_OPEN & Q(unanswered_since__isnull=False)


def set_presence(user: User, presence: User.Presence, *, actor: Actor) -> list[Case]:
    """Says that `user` is on or off duty; going off hands over what waits on them. Returns the cases handed over.

    People say it for themselves; managers, administrators and leads of the person's department for others.
    """
    if not policies.may_set_presence(actor, user):
        raise NotPermitted
    with transaction.atomic():
        now_known = User.objects.select_for_update().get(pk=user.pk)
        if now_known.presence != presence:
            now_known.presence, now_known.presence_changed_at = presence, timezone.now()
            now_known.save(update_fields=["presence", "presence_changed_at"])
            user.presence, user.presence_changed_at = now_known.presence, now_known.presence_changed_at
        return hand_over(now_known, actor=actor) if presence == User.Presence.OFF_DUTY else []


def hand_over(user: User, *, actor: Actor) -> list[Case]:
    """Gives each case that waits on `user` to the colleague on duty with the fewest open cases, else back to its queue."""
    waiting = list(Case.objects.filter(_WAITS_ON_US, assignee=user).order_by("-urgency", "pk"))
    return [case for case in waiting if _pass_on(case, user, actor)]


def pass_on_if_absent(held: Case, *, acting: Actor) -> None:
    """The locked case waits on us from now on: not on an owner who is off duty, unless they are at work on it themselves."""
    owner = held.assignee
    if owner is None or owner.presence == User.Presence.ON_DUTY:
        return
    if not (acting.is_staff and acting.id == str(owner.pk)):
        _to_next(held, owner, Actor.system("routing"))


def _pass_on(case: Case, user: User, actor: Actor) -> bool:
    with change_case(case) as held:
        if held.assignee_id != user.pk or not held.is_open:  # meanwhile somebody else took it, or ended it
            return False
        _to_next(held, user, actor)
    return True


def _to_next(held: Case, left: User, actor: Actor) -> None:
    successor = next_handler(held)
    held.assignee = successor
    if successor is None and held.round > 1:
        held.needs_manager = True
    record(
        held,
        EventKind.CASE_HANDED_OVER,
        actor=actor,
        left=left.pk,
        assignee=successor.pk if successor else None,
    )
