"""Who of us talks with whom: taking a conversation, being given one by presence and capacity, handing it over, ending it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from cases.states import OPEN, Step
from cases.workflow import routing
from channels_app import outbox, push
from channels_app.models import Chat, ChatDuty
from cskh.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible
from cskh.core.locks import one_at_a_time

_WAITING, _TALKING, _ENDED = Chat.State.WAITING, Chat.State.TALKING, Chat.State.ENDED


def set_duty(user: User, *, takes_chats: bool, capacity: int | None = None) -> ChatDuty:
    """Says whether `user` takes chats, and how many at once. Raises NotPermitted for those who talk to nobody."""
    if not policies.may_open(Actor.staff(user)):
        raise NotPermitted
    duty, _new = ChatDuty.objects.get_or_create(user=user)
    duty.takes_chats, duty.seen_at = takes_chats, timezone.now()
    if capacity is not None:
        if not 1 <= capacity <= 20:
            raise Invalid(errors={"capacity": [_("Between 1 and 20 chats at once.")]})
        duty.capacity = capacity
    duty.save()
    push.changed(push.DESK)
    if takes_chats:
        transaction.on_commit(give_out, robust=True)
    return duty


def note_console(user: User) -> None:
    """The console of `user` is open now."""
    ChatDuty.objects.update_or_create(user=user, defaults={"seen_at": timezone.now()})


def on_duty(now: datetime | None = None) -> QuerySet[ChatDuty]:
    """Those who take chats at this moment: they say so, are on duty, and their console is open."""
    open_since = (now or timezone.now()) - settings.CHAT_SEEN_FOR
    return ChatDuty.objects.filter(
        takes_chats=True, seen_at__gt=open_since, user__is_active=True, user__presence=User.Presence.ON_DUTY
    )


def somebody_is_needed(chat: Chat) -> None:
    """The visitor of the locked `chat` said something: unless somebody is talking with them, they wait from now on."""
    if chat.state not in (_WAITING, _TALKING):
        chat.state, chat.waiting_since, chat.agent = _WAITING, timezone.now(), None
        chat.ended_at = None
    if chat.state == _WAITING:
        transaction.on_commit(give_out, robust=True)


def take(chat: Chat, *, actor: Actor) -> None:
    """`actor` talks with this visitor from now on, and owns the case. Raises Conflict where somebody else was faster."""
    with transaction.atomic():
        held = locked(chat.pk)
        if held.case is None or not policies.can_see(actor, held.case):
            raise NotVisible
        take_held(held, actor=actor)


def take_held(held: Chat, *, actor: Actor) -> None:
    """`take` for a conversation that the caller has locked."""
    if held.case is None:
        raise NotVisible
    if held.agent_id == actor.subject.pk and held.state == _TALKING:
        return
    if held.state == _TALKING:
        raise Conflict(_("%(who)s is talking with this visitor already.") % {"who": held.agent})
    if not policies.may_write(actor, held.case):
        raise NotPermitted
    held.state, held.agent, held.taken_at = _TALKING, actor.subject, timezone.now()
    held.save()
    if held.case.status in OPEN and held.case.assignee_id != actor.subject.pk:
        _own(held, actor)
    push.changed(push.chat_group(held.public_id), push.DESK, push.staff_group(actor.subject.pk))


def give_out() -> int:
    """Gives waiting visitors, who waited longest first, to those with the fewest chats below their capacity.

    Returns how many were given. Several may call it at once: one does the work, and nobody gets two at a time.
    """
    given = 0
    with transaction.atomic():
        one_at_a_time("chats are given out")
        waiting = Chat.objects.filter(state=_WAITING, seen_at__gt=timezone.now() - settings.CHAT_SEEN_FOR)
        for chat in waiting.select_for_update(of=("self",), skip_locked=True).order_by("waiting_since", "pk")[:50]:
            given += _give(chat)
    return given


def take_back_unanswered() -> int:
    """A visitor whose agent says nothing for too long, or is gone, waits for somebody else again. Returns how many."""
    now = timezone.now()
    silent = Q(replied_at__isnull=True, taken_at__lt=now - settings.CHAT_ANSWERED_WITHIN)
    gone = ~Q(agent__chat_duty__seen_at__gt=now - settings.CHAT_SEEN_FOR) & Q(taken_at__lt=now - settings.CHAT_SEEN_FOR)
    taken_back = 0
    for pk in list(Chat.objects.filter(silent | gone, state=_TALKING).values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            chat = locked(pk)
            if chat.state == _TALKING:
                push.changed(push.staff_group(chat.agent_id or 0))
                _wait_again(chat)
                taken_back += 1
    return taken_back


def hand_over(chat: Chat, *, actor: Actor, to: User | None, summary: str) -> None:
    """Gives the conversation to a colleague, or back to those who wait, with a summary as note. The history goes with it.

    Raises Invalid without a summary or for somebody who cannot talk with this visitor.
    """
    if not summary.strip():
        raise Invalid(errors={"summary": [_("Write a short summary for your colleague.")]})
    with transaction.atomic():
        held = locked(chat.pk)
        if held.case is None or not policies.can_see(actor, held.case):
            raise NotVisible
        if held.state != _TALKING:
            raise Conflict
        outbox.write_note(held.case, actor=actor, body=summary)
        if to is None:
            _wait_again(held)
            return
        new = Actor.staff(to)
        if not (policies.may_write(new, held.case) and policies.may(new, Step.ANSWER, held.case)):
            raise Invalid(errors={"to": [_("This person cannot work on this case.")]})
        held.state, held.waiting_since = _WAITING, timezone.now()
        take_held(held, actor=new)
        routing.assign_case(held.case, actor=actor, assignee=to)


def end(chat: Chat, *, actor: Actor) -> None:
    """The conversation is over for now. The case stays as it is; a new message of the visitor begins it again."""
    with transaction.atomic():
        held = locked(chat.pk)
        if held.case is None or not policies.can_see(actor, held.case):
            raise NotVisible
        if not policies.may_write(actor, held.case):
            raise NotPermitted
        held.state, held.ended_at = _ENDED, timezone.now()
        held.save()
        push.changed(push.chat_group(held.public_id), push.DESK)
        transaction.on_commit(give_out, robust=True)


def locked(chat_id: int) -> Chat:
    """The row under lock, with its case: the conversation is always locked before its case.

    Locked first, read then: what one statement joins is as it was before it waited for the lock, and a conversation that
    got its case meanwhile would seem to have none.
    """
    Chat.objects.select_for_update().values("pk").get(pk=chat_id)
    return Chat.objects.select_related("case__customer", "agent").get(pk=chat_id)


def _give(chat: Chat) -> bool:
    for duty in _with_room():
        try:
            with transaction.atomic():
                take_held(locked(chat.pk), actor=Actor.staff(duty.user))
        except DomainError:  # not this one: cannot see or work on that case
            continue
        ChatDuty.objects.filter(pk=duty.pk).update(given_at=timezone.now())
        return True
    return False


def _with_room() -> list[ChatDuty]:
    talking = Count("user__chats", filter=Q(user__chats__state=_TALKING))
    with_room = on_duty().annotate(chats=talking).filter(chats__lt=F("capacity"))
    return list(with_room.select_related("user").order_by("chats", F("given_at").asc(nulls_first=True), "pk"))


def _wait_again(chat: Chat) -> None:
    chat.state, chat.agent, chat.taken_at, chat.replied_at = _WAITING, None, None, None
    chat.waiting_since = timezone.now()
    chat.save()
    push.changed(push.chat_group(chat.public_id), push.DESK)
    transaction.on_commit(give_out, robust=True)


def _own(held: Chat, actor: Actor) -> None:
    """Whoever talks with the customer owns the case, where they may; a case that a specialist has stays with them."""
    case = held.case
    if case is not None and case.assignee_id is None and policies.may(actor, Step.ANSWER, case):
        routing.assign_case(case, actor=actor, assignee=actor.subject)
