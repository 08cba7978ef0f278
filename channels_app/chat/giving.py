"""Waiting visitors are given to those who take chats; and the three things that happen to a conversation: it begins with
one of us, waits again, ends."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import User
from cases import policies
from cases.states import Step
from cases.workflow import routing
from channels_app import push
from channels_app.models import Chat, ChatDuty, Message
from cskh.core.errors import Busy, DomainError, Invalid, NotPermitted, NotVisible
from cskh.core.locks import one_at_a_time

from .duties import with_room

log = logging.getLogger(__name__)

_WAITING, _TALKING, _ENDED = Chat.State.WAITING, Chat.State.TALKING, Chat.State.ENDED
MOST_AT_ONCE = 20
_MOST_GIVEN = 1000  # looked at in one go; more than ever wait


def set_duty(user: User, *, takes_chats: bool, capacity: int | None = None) -> ChatDuty:
    """Says whether `user` takes chats, and how many at once. Raises NotPermitted for those who talk to nobody."""
    if not policies.may_open(Actor.staff(user)):
        raise NotPermitted
    if capacity is not None and not 1 <= capacity <= MOST_AT_ONCE:
        raise Invalid(errors={"capacity": [_("Between 1 and %(most)d chats at once.") % {"most": MOST_AT_ONCE}]})
    said = {"takes_chats": takes_chats, "seen_at": timezone.now(), **({"capacity": capacity} if capacity else {})}
    duty, _new = ChatDuty.objects.update_or_create(user=user, defaults=said)
    push.changed(push.WAITING)
    if takes_chats:
        transaction.on_commit(give_out, robust=True)
    return duty


def give_out() -> int:
    """Gives waiting visitors, who waited longest first, to those with the fewest chats below their capacity.

    Whoever owns the case comes first, then those who may answer it, then whoever else may talk with its customer. Returns
    how many were given. Several may call it at once: one does the work, and nobody gets two at a time.
    """
    given = 0
    if not with_room():
        return given
    waiting = Chat.objects.filter(state=_WAITING, seen_at__gt=timezone.now() - settings.CHAT_SEEN_FOR)
    for pk in list(waiting.order_by("waiting_since", "pk").values_list("pk", flat=True)[:_MOST_GIVEN]):
        try:
            with transaction.atomic():
                one_at_a_time("chats are given out")
                people = with_room()
                if not people:
                    break
                if waiting.filter(pk=pk).select_for_update(of=("self",), skip_locked=True):
                    given += _give(locked(pk), people)
        except Busy:  # somebody gives them out already, or holds up whoever does: the next sweep goes on
            break
        except Exception:  # one conversation that cannot be given must not hold up the others
            log.exception("chat %s could not be given out", pk)
    return given


def _give(held: Chat, people: list[ChatDuty]) -> bool:
    for duty in _best_first(held, people):
        try:
            with transaction.atomic():
                begin(held, actor=Actor.staff(duty.user), instead_of=held.dropped_by_id)
        except DomainError:  # not this one: cannot see or work on that case
            held = locked(held.pk)
            continue
        ChatDuty.objects.filter(pk=duty.pk).update(given_at=timezone.now())
        return True
    return False


def _best_first(held: Chat, people: list[ChatDuty]) -> list[ChatDuty]:
    """Not straight back to who just let it go: to them only when it has waited for somebody else for a while."""
    case, just_now = held.case, timezone.now() - settings.CHAT_ANSWERED_WITHIN
    if held.dropped_at is not None and held.dropped_at > just_now:
        people = [duty for duty in people if duty.user_id != held.dropped_by_id]
    if case is None:
        return []

    def rank(duty: ChatDuty) -> tuple[bool, bool, bool]:
        may_answer = policies.may(Actor.staff(duty.user), Step.ANSWER, case)
        return duty.user_id == held.dropped_by_id, duty.user_id != case.assignee_id, not may_answer

    return sorted((duty for duty in people if policies.may_write(Actor.staff(duty.user), case)), key=rank)


def locked(chat_id: int) -> Chat:
    """The row under lock, with its case: the conversation is always locked before its case."""
    return _locked(pk=chat_id)


def locked_by_name(public_id: str) -> Chat:
    """As `locked`."""
    return _locked(public_id=public_id)


def _locked(**which: object) -> Chat:
    """Read after the lock is held, as what was joined before it may be out of date."""
    chat_id = Chat.objects.select_for_update().values_list("pk", flat=True).get(**which)
    return Chat.objects.select_related("case__customer", "case__category", "agent").get(pk=chat_id)


def begin(held: Chat, *, actor: Actor, instead_of: int | None) -> None:
    """`actor` talks with the visitor of the locked conversation; `instead_of` had it before."""
    if held.case is None:
        raise NotVisible
    if not policies.may_write(actor, held.case):
        raise NotPermitted
    held.state, held.agent, held.taken_at = _TALKING, actor.subject, timezone.now()
    held.ended_at = held.dropped_by = held.dropped_at = None
    held.save()
    own(held, actor, instead_of)
    push.changed(push.chat_group(held.public_id), push.WAITING, push.staff_group(actor.subject.pk))


def own(held: Chat, actor: Actor, instead_of: int | None) -> None:
    """Whoever talks with the customer owns the case, where they may; a case that a specialist has stays with them."""
    case = held.case
    if case is None or not case.is_open or case.assignee_id == actor.subject.pk:
        return
    if case.assignee_id in (None, instead_of) and policies.may(actor, Step.ANSWER, case):
        routing.assign_case(case, actor=actor, assignee=actor.subject)


def wait_again(held: Chat) -> None:
    """The visitor of the locked conversation waits for somebody else.

    Whom nobody answered since the conversation was taken keeps their place.
    """
    now = timezone.now()
    if written_by_people().filter(case=held.case, created_at__gte=held.taken_at).exists():
        held.waiting_since = now
    held.state, held.dropped_by, held.dropped_at = _WAITING, held.agent, now
    held.agent = held.taken_at = None
    held.save()
    push.changed(push.chat_group(held.public_id), push.WAITING)
    transaction.on_commit(give_out, robust=True)


def finish(held: Chat, *, at: datetime | None = None) -> None:
    """The locked conversation is over for now; `at` where it ended because the visitor left: at that moment."""
    held.state, held.ended_at = _ENDED, at or timezone.now()
    lost(held, at=held.ended_at)
    held.save()
    push.changed(push.chat_group(held.public_id), push.WAITING)
    transaction.on_commit(give_out, robust=True)


def lost(held: Chat, *, at: datetime) -> None:
    """The locked conversation is over for now. Where nobody had replied yet, that stays known, whatever is written later."""
    if held.case is not None and held.case.first_replied_at is None and held.lost_at is None:
        held.lost_at = at


def written_by_people() -> QuerySet[Message]:
    return Message.objects.filter(direction=Message.Direction.OUT, is_automatic=False, author_kind=ActorKind.STAFF)
