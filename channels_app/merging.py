"""Two records of one person become one, and for a day that can be undone.

It stands above everything it touches: customers, their contacts, cases and calls.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer, CustomerMerge
from cases import policies
from cases.models import Case, FollowUp
from cases.workflow import belonging
from cskh.core.errors import Conflict, Invalid, NotPermitted
from cskh.core.locks import one_at_a_time

from .chat import leaving
from .models import Call

UNDO_WITHIN = timedelta(hours=24)


def merge_customers(kept: Customer, merged: Customer, *, actor: Actor, external_id: str | None = None) -> CustomerMerge:
    """Moves contacts, cases and calls of `merged` to `kept`; from then on `merged` stands for `kept`.

    Who left a chat as the one and was answered in it as the other is called no more.

    Where both have an id at the operator's, `external_id` says which one stays in use, and only who may say who a customer
    is merges them (or undoes that): the id decides whose token opens the cases. Raises Invalid where it is not said,
    Conflict where one of the two was merged away already, NotPermitted.
    """
    _require(actor)
    if kept.pk == merged.pk:
        raise Invalid(errors={"merged": [_("This is the same record.")]})
    with transaction.atomic():
        kept, merged = _held(kept, merged)
        if kept.merged_into_id or merged.merged_into_id:
            raise Conflict(_("One of the two was merged with another record already."))
        _require_for_ids(actor, kept.external_id, merged.external_id)
        chosen = _chosen_id(kept, merged, external_id)
        calls = list(Call.objects.filter(customer=merged).values_list("pk", flat=True))
        contacts = _move_contacts(merged, kept)  # before the cases, whose answers go where the kept record has them
        moved: dict[str, Any] = {
            "cases": _move_cases(Case.objects.filter(customer=merged), kept, actor),
            "contacts": contacts,
            "calls": calls,
            "ids": {"kept": kept.external_id, "merged": merged.external_id},
        }
        moved["spared"] = [call.pk for call in leaving.spare_calls(kept)]
        Call.objects.filter(pk__in=calls).update(customer=kept)
        merged.merged_into = kept
        merged.save(update_fields=["merged_into"])
        _set_ids(kept, chosen, merged, None if chosen == merged.external_id else merged.external_id)
        return CustomerMerge.objects.create(kept=kept, merged=merged, moved=moved, by=actor.subject)


def undo_merge(merge: CustomerMerge, *, actor: Actor) -> None:
    """Moves back what the merge moved and is still there. Within a day, once, and the latest merge of a record first."""
    _require(actor)
    with transaction.atomic():
        merge = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
        if merge.undone_at is not None or merge.at < timezone.now() - UNDO_WITHIN:
            raise Conflict(_("This merge can no longer be undone."))
        _require_for_ids(actor, merge.moved["ids"]["kept"], merge.moved["ids"]["merged"])
        kept, merged = _held(merge.kept, merge.merged)
        later = CustomerMerge.objects.filter(undone_at__isnull=True, pk__gt=merge.pk)
        if kept.merged_into_id or later.filter(kept=kept).exists():
            raise Conflict(_("The record was merged again since: undo that first."))
        merged.merged_into = None
        merged.save(update_fields=["merged_into"])
        Contact.objects.filter(pk__in=merge.moved["contacts"], customer=kept).update(customer=merged)
        _move_cases(Case.objects.filter(pk__in=merge.moved["cases"], customer=kept), merged, actor)
        _keep_in_reach(kept, actor)
        Call.objects.filter(pk__in=merge.moved["calls"], customer=kept).update(customer=merged)
        leaving.owe_again(FollowUp.objects.filter(pk__in=merge.moved.get("spared", [])).select_related("case"))
        _set_ids(kept, merge.moved["ids"]["kept"], merged, merge.moved["ids"]["merged"])
        merge.undone_at = timezone.now()
        merge.save(update_fields=["undone_at"])


def _require(actor: Actor) -> None:
    if not policies.may_merge(actor):
        raise NotPermitted


def _require_for_ids(actor: Actor, kept_id: str | None, merged_id: str | None) -> None:
    if kept_id and merged_id and not policies.may_identify(actor):
        raise NotPermitted(_("Both have an id at the operator: only a manager can say that they are one person."))


def _held(kept: Customer, merged: Customer) -> tuple[Customer, Customer]:
    """Both rows under lock, in the direction in which `directory.hold` follows merges, so that neither waits in a circle.

    Only one merge at a time, as two could lead in opposite directions. The lock lets others refer to the customers: whoever
    has a case in hand goes on, and is waited for.
    """
    one_at_a_time("merge of customers")
    rows = Customer.objects.select_for_update(no_key=True)
    merged = rows.get(pk=merged.pk)
    return rows.get(pk=kept.pk), merged


def _chosen_id(kept: Customer, merged: Customer, external_id: str | None) -> str | None:
    known = {one for one in (kept.external_id, merged.external_id) if one}
    if external_id is None and len(known) < 2:
        return next(iter(known), None)
    if external_id not in known:
        raise Invalid(errors={"external_id": [_("Both have an id at the operator: say which one is in use.")]})
    return external_id


def _set_ids(kept: Customer, kept_id: str | None, merged: Customer, merged_id: str | None) -> None:
    """An id belongs to one record at a time, so it is taken away before it is given.

    Comes last: a change of what others refer to waits for all of them, who may be waiting for a case that moves.
    """
    Customer.objects.filter(pk__in=[kept.pk, merged.pk]).update(external_id=None)
    Customer.objects.filter(pk=kept.pk).update(external_id=kept_id)
    Customer.objects.filter(pk=merged.pk).update(external_id=merged_id)
    kept.external_id, merged.external_id = kept_id, merged_id


def _move_cases(cases: QuerySet[Case], customer: Customer, actor: Actor) -> list[int]:
    moving = list(cases.order_by("pk"))
    for case in moving:
        belonging.change_customer(case, customer, actor=actor)
    return [case.pk for case in moving]


def _keep_in_reach(kept: Customer, actor: Actor) -> None:
    """What was opened meanwhile from an address that went back stays with the kept record, and so does that address."""
    for case in Case.objects.filter(customer=kept).exclude(contact__customer=kept).select_related("contact"):
        if case.contact is not None:
            left = directory.contact_of(kept, case.contact.kind, case.contact.address, is_claimed=True)
            belonging.answer_to(case, left, actor=actor)


def _move_contacts(merged: Customer, kept: Customer) -> list[int]:
    """Moves what the kept record does not have; an address of both stays where it is, so that an undo finds it."""
    known = set(kept.contacts.values_list("kind", "address"))
    moving = [one.pk for one in merged.contacts.all() if (one.kind, one.address) not in known]
    Contact.objects.filter(pk__in=moving).update(customer=kept)
    return moving
