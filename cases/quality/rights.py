"""Who draws, who reviews whose work, and who reads it. Nobody reviews what they had a hand in (four eyes)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor, ActorKind
from cases import policies
from cases.events import EventKind
from cases.models import Case, CaseEvent

from .models import Review

# What is done about quality is no work on the case.
ABOUT_QUALITY = (EventKind.QUALITY_DRAWN, EventKind.QUALITY_REVIEWED, EventKind.QUALITY_ANSWERED)


def may_draw(actor: Actor) -> bool:
    """Whether `actor` draws samples and reviews what others did: whoever leads, manages or administers."""
    return actor.is_staff and actor.subject.is_active and bool(actor.subject.desk.heads)


def may_score(actor: Actor, review: Review) -> bool:
    """Whether `actor` may say how this work was: head where the case is, and without any part in it."""
    if not may_draw(actor) or actor.subject.pk == review.agent_id:
        return False
    return of_others(actor).filter(pk=review.case_id).exists()


def may_comment(actor: Actor, review: Review) -> bool:
    """Whether the review is of `actor`'s own work."""
    return actor.is_staff and actor.subject.is_active and review.agent_id == actor.subject.pk and review.is_done


def of_others(actor: Actor) -> QuerySet[Case]:
    """The cases of the places `actor` is head of, on which they did nothing: no event is theirs, nor is the case."""
    heads = actor.subject.desk.heads
    places = Q() if None in heads else Q(department_id__in=[one for one in heads if one])
    worked = CaseEvent.objects.filter(case=OuterRef("pk"), actor_kind=ActorKind.STAFF.value, actor_id=actor.id)
    mine = Exists(worked.exclude(kind__in=ABOUT_QUALITY))
    return policies.visible_to(actor).filter(places, ~mine).exclude(assignee_id=actor.subject.pk)


def visible_to(actor: Actor) -> QuerySet[Review]:
    """The reviews `actor` may read: of their own work once they are done; of others' work whoever oversees the place, where they
    see the case. Nobody reads a review of their own work before it is done."""
    if not actor.is_staff or not actor.subject.is_active:
        return Review.objects.none()
    me = Q(agent_id=actor.subject.pk)
    seen = me & Q(state=Review.State.DONE)
    if policies.oversees(actor):
        seen |= ~me & _overseen(actor) & Q(case__in=policies.visible_to(actor))
    return Review.objects.filter(seen)


def _overseen(actor: Actor) -> Q:
    places = policies.overseen_departments(actor)
    return Q() if None in places else Q(case__department_id__in=[one for one in places if one])
