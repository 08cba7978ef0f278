"""What one of us does with a conversation: takes it, goes on with it, hands it over, ends it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from channels_app import outbox, push
from channels_app.adapters.chat.frames import checked_client_id
from channels_app.models import Chat
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible

from . import duties, giving, place

_TALKING, _ENDED = Chat.State.TALKING, Chat.State.ENDED


def take(chat: Chat, *, actor: Actor) -> None:
    """`actor` talks with this visitor from now on, and owns the case. Raises Conflict where somebody else was faster."""
    with transaction.atomic():
        take_held(_seen(chat, actor), actor=actor)


def take_next(*, actor: Actor) -> Chat:
    """As `take`, with who waited longest of those `actor` may talk with. Raises Conflict where nobody waits."""
    with transaction.atomic():
        waiting = place.waiting_for(actor).select_related("case__category")
        for chat in waiting.select_for_update(of=("self",), skip_locked=True)[:50]:
            if chat.case is not None and policies.may_write(actor, chat.case):
                take_held(giving.locked(chat.pk), actor=actor)
                return chat
    raise Conflict(_("Nobody is waiting."))


def take_held(held: Chat, *, actor: Actor) -> None:
    """`take` for a conversation that the caller has locked."""
    if held.state != _TALKING:
        giving.begin(held, actor=actor, instead_of=held.dropped_by_id)
    elif held.agent_id != actor.subject.pk:
        raise _talked_by(held)


def go_on(chat: Chat, *, actor: Actor) -> None:
    """The case was classified in the conversation of `actor`: they own it again, or let the visitor go to those who may."""
    with transaction.atomic():
        held = giving.locked(chat.pk)
        if held.case is None or held.state != _TALKING or held.agent_id != actor.subject.pk:
            return
        if policies.can_see(actor, held.case) and policies.may_write(actor, held.case):
            giving.own(held, actor, None)
        else:
            giving.wait_again(held)


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
            giving.wait_again(held)
        elif not may_be_handed(held, to) or to.pk == actor.subject.pk:
            raise Invalid(errors={"to": [_("This person cannot talk with this visitor now.")]})
        else:
            giving.begin(held, actor=Actor.staff(to), instead_of=actor.subject.pk)
            push.changed(push.staff_group(actor.subject.pk))


def may_be_handed(chat: Chat, to: User) -> bool:
    """Whether `to` could go on with this conversation at this moment."""
    may = chat.case is not None and policies.may_write(Actor.staff(to), chat.case)
    return may and duties.at_console().filter(user=to).exists()


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
    giving.finish(held)


def _seen(chat: Chat, actor: Actor) -> Chat:
    held = giving.locked(chat.pk)
    if held.case is None or not policies.can_see(actor, held.case):
        raise NotVisible
    return held


def _talked_by(held: Chat) -> Conflict:
    return Conflict(_("%(who)s is talking with this visitor already.") % {"who": held.agent})
