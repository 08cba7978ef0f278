"""Whose telephone rings now, and whose pages show it."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Role, User

from . import push
from .models import Call

_RINGS_AT_MOST = timedelta(minutes=3)  # the exchange may never say that it stopped


def ringing_for(user: User) -> QuerySet[Call]:
    """The customers' calls that ring now for this person: at their extension, or nobody's yet for who answers the hotline."""
    ringing = Call.objects.filter(
        state=Call.State.RINGING, direction=Call.Direction.IN, started_at__gte=timezone.now() - _RINGS_AT_MOST
    )
    mine = Q(agent=user)
    if _hotline_people().filter(pk=user.pk).exists():
        mine |= Q(agent__isnull=True)
    return ringing.filter(mine).order_by("started_at", "pk")


def _hotline_people() -> QuerySet[User]:
    """Who answers what the exchange gives to nobody in particular: intake, while on duty."""
    intake_people = Membership.objects.filter(role=Role.INTAKE)
    return User.objects.filter(pk__in=intake_people.values("user_id"), is_active=True, presence=User.Presence.ON_DUTY)


def tell_who_answers(call: Call) -> None:
    """Their pages look again: a call begins to ring, or does no longer."""
    people = set(_hotline_people().values_list("pk", flat=True))
    if call.agent_id:
        people.add(call.agent_id)
    push.changed(push.DESK, *map(push.staff_group, people))
