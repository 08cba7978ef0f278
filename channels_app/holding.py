"""Words to a customer are held for a moment before they are sent, so that their author can call them back.

Sending from the desk writes a row and nothing else: no event, no message, so nothing that is called back was ever said. When
its time has come a worker takes the step as that person, through the workflow and its policies as they are then. What is
refused then becomes a draft again, and its author is told why.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import User
from cases import queries
from cases.events import label_of
from cases.models import Case
from cases.workflow import answer, conversation
from cskh.core.errors import Busy, Conflict, DomainError
from cskh.core.jobs import enqueue_after_commit

from . import drafts, outbox, push
from .models import Draft, HeldSend

_SAID_BY: dict[str, Callable[..., object]] = {
    Draft.Kind.MESSAGE: outbox.write_message,
    Draft.Kind.ANSWER: answer.send_answer,
    Draft.Kind.FINAL_RESPONSE: answer.give_final_response,
}


def is_held(kind: str) -> bool:
    """Whether words of this kind can be called back: those that go to the customer, where this installation holds them."""
    return kind in _SAID_BY and settings.SEND_HOLD_SECONDS > 0


def hold(case: Case, *, actor: Actor, kind: str, body: str, version: int) -> HeldSend:
    """Takes the words for sending in SEND_HOLD_SECONDS. `version` is the last event of the case that the author had seen.

    Raises whatever the step would raise now, and Conflict while other words are on their way on this case; nothing is held then.
    """
    with transaction.atomic():
        held_case = queries.locked(case.pk)
        before = waiting(held_case)
        if before is not None:
            if before.user_id == actor.subject.pk:
                raise Conflict(_("What you sent last is still on its way: wait a moment, or call it back first."))
            raise Conflict(_("Something by %(name)s is on its way to the customer.") % {"name": before.user})
        _rehearse(held_case, actor, kind, body)
        held = HeldSend.objects.create(
            user=actor.subject,
            case=held_case,
            kind=kind,
            body=body,
            version=version,
            send_at=timezone.now() + timedelta(seconds=settings.SEND_HOLD_SECONDS),
        )
        push.changed(push.case_group(case.pk))
        enqueue_after_commit("channels_app.tasks.send_held", held.pk, countdown=settings.SEND_HOLD_SECONDS)
    return held


def waiting(case: Case) -> HeldSend | None:
    """What is on its way on this case now."""
    return HeldSend.objects.filter(case=case, state=HeldSend.State.WAITING).select_related("user").first()


def recall(case: Case, *, user: User, held_id: int) -> Draft | None:
    """Calls one's own words back: they are a draft again. Raises Conflict where they were sent already."""
    with transaction.atomic():
        queries.hold(case.pk)  # the case before the row, as everybody takes them
        own = HeldSend.objects.select_for_update().filter(pk=held_id, case=case, user=user)
        held = own.filter(state=HeldSend.State.WAITING).first()
        if held is None:
            raise Conflict(_("It is too late to undo this."))
        draft = _to_draft(held)
        _over(held, HeldSend.State.RECALLED)
        push.changed(push.case_group(case.pk))
    return draft


def due(limit: int) -> list[int]:
    """The rows whose time has come, the oldest first."""
    held = HeldSend.objects.filter(state=HeldSend.State.WAITING, send_at__lte=timezone.now())
    return list(held.order_by("send_at").values_list("pk", flat=True)[:limit])


def release(held_id: int) -> None:
    """Sends what is due, once, however many workers try. What is refused goes back to its author."""
    waiting_rows = HeldSend.objects.filter(pk=held_id, state=HeldSend.State.WAITING, send_at__lte=timezone.now())
    case_id = waiting_rows.values_list("case_id", flat=True).first()
    if case_id is None:
        return
    with transaction.atomic():
        case = queries.locked(case_id)
        held = waiting_rows.select_for_update(of=("self",)).select_related("user").first()
        if held is None:
            return
        with translation.override(held.user.language):
            _send_or_give_back(held, case)


def _send_or_give_back(held: HeldSend, case: Case) -> None:
    try:
        with transaction.atomic():
            _require_seen(held, case)
            _say(case, Actor.staff(held.user), held.kind, held.body)
    except Busy:
        raise  # tried again
    except DomainError as error:
        _give_back(held, why=str(error))
    else:
        _over(held, HeldSend.State.SENT)


def _require_seen(held: HeldSend, case: Case) -> None:
    """Raises Conflict where somebody else did something on the case that the author had not seen."""
    newer = case.events.filter(number__gt=held.version).exclude(actor_kind=ActorKind.SYSTEM)
    newer = newer.exclude(actor_kind=ActorKind.STAFF, actor_id=str(held.user_id))
    event = newer.order_by("number").first()
    if event is None:
        return
    if event.actor_kind == ActorKind.CUSTOMER:
        raise Conflict(_("The customer wrote meanwhile: read that first."))
    if event.actor_kind == ActorKind.STAFF:
        meanwhile = {"name": User.objects.get(pk=event.actor_id), "what": label_of(event.kind)}
        raise Conflict(_("Meanwhile, %(name)s: %(what)s. Look before you go on.") % meanwhile)
    raise Conflict


def _give_back(held: HeldSend, *, why: str) -> None:
    if not held.user.is_active:  # nobody will open their draft: colleagues read here what was to be said
        heading = _("%(name)s, who has left, was going to send this. It was not sent:") % {"name": held.user}
        outbox.write_note(held.case, actor=conversation.DESK, body=f"{heading}\n\n{held.body}")
    _to_draft(held, refused=why)
    _over(held, HeldSend.State.REFUSED, why)
    conversation.send_refused(held.case, author=held.user, why=why)


def _to_draft(held: HeldSend, *, refused: str = "") -> Draft | None:
    """What was typed meanwhile stays: the words that come back stand before it."""
    typed = Draft.objects.filter(user=held.user, case=held.case, kind=held.kind).values_list("body", flat=True).first()
    body = f"{held.body}\n\n{typed}" if typed else held.body
    return drafts.put_back(held.user, held.case, held.kind, body, refused=refused)


def _over(held: HeldSend, state: HeldSend.State, error: str = "") -> None:
    """The words are elsewhere from now on."""
    held.state, held.error, held.body = state, error, ""
    held.save(update_fields=["state", "error", "body"])


def _rehearse(case: Case, actor: Actor, kind: str, body: str) -> None:
    """Takes the step and takes it back, so that what would be refused is refused before anything is held."""
    with transaction.atomic():
        _say(queries.locked(case.pk), actor, kind, body)
        transaction.set_rollback(True)


def _say(case: Case, actor: Actor, kind: str, body: str) -> None:
    _SAID_BY[kind](case, actor=actor, body=body)
