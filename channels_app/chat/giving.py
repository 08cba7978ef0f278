"""Who of us talks with whom: taking a conversation, being given one by presence and capacity, handing it over, ending it."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import User
from cases import policies
from cases.states import OPEN, Status, Step
from cases.workflow import routing
from channels_app import outbox, push
from channels_app.adapters.chat.frames import checked_client_id
from channels_app.models import Chat, ChatDuty, Message
from cskh.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible
from cskh.core.locks import one_at_a_time

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
    push.changed(push.DESK)
    if takes_chats:
        transaction.on_commit(give_out, robust=True)
    return duty


def note_console(user: User) -> None:
    """The console of `user` is open now. Raises NotPermitted for those who talk to nobody."""
    if not policies.may_open(Actor.staff(user)):
        raise NotPermitted
    ChatDuty.objects.update_or_create(user=user, defaults={"seen_at": timezone.now()})


def at_console(now: datetime | None = None) -> QuerySet[ChatDuty]:
    """Those who can be handed a conversation at this moment: on duty, and their console is open."""
    open_since = (now or timezone.now()) - settings.CHAT_SEEN_FOR
    return ChatDuty.objects.filter(seen_at__gt=open_since, user__is_active=True, user__presence=User.Presence.ON_DUTY)


def on_duty(now: datetime | None = None) -> QuerySet[ChatDuty]:
    """Those who are given chats at this moment: they say so, are on duty, and their console is open."""
    return at_console(now).filter(takes_chats=True)


def waiting_for(actor: Actor) -> QuerySet[Chat]:
    """The visitors who wait, as far as `actor` may know of them; who waited longest first."""
    waiting = Chat.objects.filter(state=_WAITING, case__in=policies.visible_to(actor))
    return waiting.order_by("waiting_since", "pk")


def somebody_is_needed(chat: Chat) -> None:
    """The visitor of the locked `chat` said something: unless somebody is talking with them, they wait from now on."""
    if chat.state not in (_WAITING, _TALKING):
        chat.waiting_since = chat.waiting_since if _left_unanswered(chat) else timezone.now()
        chat.state, chat.agent = _WAITING, None
        chat.ended_at = chat.dropped_by = chat.dropped_at = None
        _found_again(chat)
    if chat.state == _WAITING:
        transaction.on_commit(give_out, robust=True)


def come_back(chat: Chat) -> None:
    """The visitor who had left is there again. Who left before anybody answered waits on, at the place they had."""
    with transaction.atomic():
        held = locked(chat.pk)
        if _left_unanswered(held):
            somebody_is_needed(held)
            push.changed(push.chat_group(held.public_id), push.DESK)
        _found_again(held)
        held.seen_at, held.left_at = timezone.now(), None
        held.save()
    for field in ("state", "agent", "waiting_since", "lost_at", "ended_at", "seen_at", "left_at"):
        setattr(chat, field, getattr(held, field))


def leave(held: Chat) -> None:
    """The visitor of the locked conversation has left; while they waited, that ends it (`come_back` begins it again)."""
    held.left_at = timezone.now()
    if held.state == _WAITING:
        _end(held, at=held.left_at)
    else:
        _lost(held, at=held.left_at)
        held.save()
        push.changed(push.chat_group(held.public_id), push.DESK)


def _left_unanswered(held: Chat) -> bool:
    """Whether the conversation ended because the visitor left, and nobody has answered what they had said by then."""
    asked = held.case and (held.case.unanswered_since or held.case.reopen_asked_at)
    ended_by_leaving = held.state == _ENDED and held.left_at is not None and held.ended_at == held.left_at
    return bool(ended_by_leaving and asked and held.left_at and asked <= held.left_at)


def take(chat: Chat, *, actor: Actor) -> None:
    """`actor` talks with this visitor from now on, and owns the case. Raises Conflict where somebody else was faster."""
    with transaction.atomic():
        take_held(_seen(chat, actor), actor=actor)


def take_next(*, actor: Actor) -> Chat:
    """As `take`, with who waited longest of those `actor` may talk with. Raises Conflict where nobody waits."""
    with transaction.atomic():
        waiting = waiting_for(actor).select_related("case__category")
        for chat in waiting.select_for_update(of=("self",), skip_locked=True)[:50]:
            if chat.case is not None and policies.may_write(actor, chat.case):
                take_held(locked(chat.pk), actor=actor)
                return chat
    raise Conflict(_("Nobody is waiting."))


def take_held(held: Chat, *, actor: Actor) -> None:
    """`take` for a conversation that the caller has locked."""
    if held.state != _TALKING:
        _begin(held, actor=actor, instead_of=held.dropped_by_id)
    elif held.agent_id != actor.subject.pk:
        raise _talked_by(held)


def go_on(chat: Chat, *, actor: Actor) -> None:
    """The case was classified in the conversation of `actor`: they own it again, or let the visitor go to those who may."""
    with transaction.atomic():
        held = locked(chat.pk)
        if held.case is None or held.state != _TALKING or held.agent_id != actor.subject.pk:
            return
        if policies.can_see(actor, held.case) and policies.may_write(actor, held.case):
            _own(held, actor, None)
        else:
            _wait_again(held)


def give_out() -> int:
    """Gives waiting visitors, who waited longest first, to those with the fewest chats below their capacity.

    Whoever owns the case comes first, then those who may answer it, then whoever else may talk with its customer. Returns
    how many were given. Several may call it at once: one does the work, and nobody gets two at a time.
    """
    given = 0
    if not _with_room():
        return given
    waiting = Chat.objects.filter(state=_WAITING, seen_at__gt=timezone.now() - settings.CHAT_SEEN_FOR)
    for pk in list(waiting.order_by("waiting_since", "pk").values_list("pk", flat=True)[:_MOST_GIVEN]):
        try:
            with transaction.atomic():
                one_at_a_time("chats are given out")
                with_room = _with_room()
                if not with_room:
                    break
                if waiting.filter(pk=pk).select_for_update(of=("self",), skip_locked=True):
                    given += _give(locked(pk), with_room)
        except Exception:  # one conversation that cannot be given must not hold up the others
            log.exception("chat %s could not be given out", pk)
    return given


def take_back_unanswered() -> int:
    """A visitor whose agent says nothing for too long, or is gone, waits for somebody else again. Returns how many."""
    now = timezone.now()
    somebody_asks = Q(case__unanswered_since__isnull=False) | Q(case__status=Status.CLOSED)
    too_long = Q(taken_at__lt=now - settings.CHAT_ANSWERED_WITHIN, left_at__isnull=True)
    is_closed = ~Q(agent__chat_duty__seen_at__gt=now - settings.CHAT_SEEN_FOR)
    gone = is_closed & Q(taken_at__lt=now - settings.CHAT_SEEN_FOR) | Q(agent__presence=User.Presence.OFF_DUTY)
    return _drop(Chat.objects.filter(~_answered() & somebody_asks & too_long | gone | Q(agent__is_active=False)))


def release(user: User) -> int:
    """`user` stops working: whoever they talk with waits for somebody else. Returns how many those are."""
    return _drop(Chat.objects.filter(agent=user))


def hand_over(chat: Chat, *, actor: Actor, to: User | None, summary: str, client_id: str) -> None:
    """Gives the conversation to a colleague, or back to those who wait, with a summary as note. The history goes with it.

    The same `client_id` again changes nothing. Raises Invalid without it, without a summary or for somebody who cannot
    talk with this visitor now, Conflict where the conversation is not with `actor`.
    """
    if not summary.strip():
        raise Invalid(errors={"summary": [_("Write a short summary for your colleague.")]})
    identity = checked_client_id(client_id)
    with transaction.atomic():
        held = _seen(chat, actor)
        if held.case is None or held.case.messages.filter(external_id=identity).exists():
            return
        if held.state != _TALKING or held.agent_id != actor.subject.pk:
            raise Conflict
        outbox.write_note(held.case, actor=actor, body=summary, external_id=identity)
        if to is None:
            _wait_again(held)
        elif not may_be_handed(held, to) or to.pk == actor.subject.pk:
            raise Invalid(errors={"to": [_("This person cannot talk with this visitor now.")]})
        else:
            _begin(held, actor=Actor.staff(to), instead_of=actor.subject.pk)
            push.changed(push.staff_group(actor.subject.pk))


def may_be_handed(chat: Chat, to: User) -> bool:
    """Whether `to` could go on with this conversation at this moment."""
    may = chat.case is not None and policies.may_write(Actor.staff(to), chat.case)
    return may and at_console().filter(user=to).exists()


def end(chat: Chat, *, actor: Actor) -> None:
    """The conversation is over for now. The case stays as it is; a new message of the visitor begins it again."""
    with transaction.atomic():
        end_held(_seen(chat, actor), actor=actor)


def end_held(held: Chat, *, actor: Actor) -> None:
    """`end` for a conversation that the caller has locked."""
    if held.case is None or not policies.may_write(actor, held.case):
        raise NotPermitted
    if held.state == _TALKING and held.agent_id != actor.subject.pk:
        raise _talked_by(held)
    if held.state == _ENDED:
        return
    _end(held)


def locked(chat_id: int) -> Chat:
    """The row under lock, with its case: the conversation is always locked before its case.

    Read after the lock is held, as what was joined before it may be out of date.
    """
    Chat.objects.select_for_update().values("pk").get(pk=chat_id)
    return Chat.objects.select_related("case__customer", "case__category", "agent").get(pk=chat_id)


def _seen(chat: Chat, actor: Actor) -> Chat:
    held = locked(chat.pk)
    if held.case is None or not policies.can_see(actor, held.case):
        raise NotVisible
    return held


def _talked_by(held: Chat) -> Conflict:
    return Conflict(_("%(who)s is talking with this visitor already.") % {"who": held.agent})


def _begin(held: Chat, *, actor: Actor, instead_of: int | None) -> None:
    """`actor` talks with the visitor of the locked conversation; `instead_of` had it before."""
    if held.case is None:
        raise NotVisible
    if not policies.may_write(actor, held.case):
        raise NotPermitted
    held.state, held.agent, held.taken_at = _TALKING, actor.subject, timezone.now()
    held.ended_at = held.dropped_by = held.dropped_at = None
    held.save()
    _own(held, actor, instead_of)
    push.changed(push.chat_group(held.public_id), push.DESK, push.staff_group(actor.subject.pk))


def _own(held: Chat, actor: Actor, instead_of: int | None) -> None:
    """Whoever talks with the customer owns the case, where they may; a case that a specialist has stays with them."""
    case = held.case
    if case is None or case.status not in OPEN or case.assignee_id == actor.subject.pk:
        return
    if case.assignee_id in (None, instead_of) and policies.may(actor, Step.ANSWER, case):
        routing.assign_case(case, actor=actor, assignee=actor.subject)


def _give(held: Chat, with_room: list[ChatDuty]) -> bool:
    for duty in _best_first(held, with_room):
        try:
            with transaction.atomic():
                _begin(held, actor=Actor.staff(duty.user), instead_of=held.dropped_by_id)
        except DomainError:  # not this one: cannot see or work on that case
            held = locked(held.pk)
            continue
        ChatDuty.objects.filter(pk=duty.pk).update(given_at=timezone.now())
        return True
    return False


def _best_first(held: Chat, with_room: list[ChatDuty]) -> list[ChatDuty]:
    """Not straight back to who just let it go: to them only when it has waited for somebody else for a while."""
    case, just_now = held.case, timezone.now() - settings.CHAT_ANSWERED_WITHIN
    if held.dropped_at is not None and held.dropped_at > just_now:
        with_room = [duty for duty in with_room if duty.user_id != held.dropped_by_id]
    if case is None:
        return []

    def rank(duty: ChatDuty) -> tuple[bool, bool, bool]:
        may_answer = policies.may(Actor.staff(duty.user), Step.ANSWER, case)
        return duty.user_id == held.dropped_by_id, duty.user_id != case.assignee_id, not may_answer

    return sorted((duty for duty in with_room if policies.may_write(Actor.staff(duty.user), case)), key=rank)


def _with_room() -> list[ChatDuty]:
    """Who has the fewest chats first, then who was given one longest ago. A visitor who has left takes up no room."""
    talking = Count("user__chats", filter=Q(user__chats__state=_TALKING, user__chats__left_at__isnull=True))
    with_room = on_duty().annotate(chats=talking).filter(chats__lt=F("capacity"))
    people = with_room.select_related("user").prefetch_related("user__memberships")
    return list(people.order_by("chats", F("given_at").asc(nulls_first=True), "pk"))


def _answered() -> Exists:
    """Whether the agent said something since the conversation is theirs, wherever they wrote it."""
    by_agent = Cast(OuterRef("agent"), CharField())
    return Exists(
        _written_by_people().filter(case=OuterRef("case"), author_id=by_agent, created_at__gte=OuterRef("taken_at"))
    )


def _written_by_people() -> QuerySet[Message]:
    return Message.objects.filter(direction=Message.Direction.OUT, is_automatic=False, author_kind=ActorKind.STAFF)


def _drop(chats: QuerySet[Chat]) -> int:
    """Takes these conversations from whoever has them; each is looked at again once it is locked."""
    dropped = 0
    for pk in list(chats.filter(state=_TALKING).values_list("pk", flat=True)[:100]):
        try:
            dropped += _drop_one(chats.filter(pk=pk, state=_TALKING), pk)
        except Exception:  # one conversation that cannot be attended to must not hold up the others
            log.exception("chat %s could not be taken back", pk)
    return dropped


@transaction.atomic
def _drop_one(still_to_drop: QuerySet[Chat], chat_id: int) -> bool:
    held = locked(chat_id)
    if not still_to_drop.exists():
        return False
    push.changed(push.staff_group(held.agent_id or 0))
    if held.left_at is None:
        _wait_again(held)
    else:
        _end(held, at=held.left_at)
    return True


def _wait_again(held: Chat) -> None:
    """Whom nobody answered since the conversation was taken keeps their place."""
    now = timezone.now()
    if _written_by_people().filter(case=held.case, created_at__gte=held.taken_at).exists():
        held.waiting_since = now
    held.state, held.dropped_by, held.dropped_at = _WAITING, held.agent, now
    held.agent = held.taken_at = None
    held.save()
    push.changed(push.chat_group(held.public_id), push.DESK)
    transaction.on_commit(give_out, robust=True)


def _lost(held: Chat, *, at: datetime) -> None:
    """The locked conversation is over for now. Where nobody had replied yet, that stays known, whatever is written later."""
    if held.case is not None and held.case.first_replied_at is None and held.lost_at is None:
        held.lost_at = at


def _found_again(held: Chat) -> None:
    """The visitor of the locked conversation is there again: who still has no reply goes on waiting for it."""
    if held.case is not None and held.case.first_replied_at is None:
        held.lost_at = None


def _end(held: Chat, *, at: datetime | None = None) -> None:
    """`at` where it ended because the visitor left: at that moment."""
    held.state, held.ended_at = _ENDED, at or timezone.now()
    _lost(held, at=held.ended_at)
    held.save()
    push.changed(push.chat_group(held.public_id), push.DESK)
    transaction.on_commit(give_out, robust=True)
