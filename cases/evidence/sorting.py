"""What a submission answers, and whether there is room for it. Always on the case the caller holds locked."""

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases.models import Case
from cskh.core.errors import Invalid, TooLarge

from .models import ChecklistItem, EvidenceItem, EvidenceRequest, ItemKind, RequestedItem, StoredFile

# What a request still waits for: what did not come, and what came and was of no use.
WAITED_FOR = (RequestedItem.State.REQUESTED, RequestedItem.State.REJECTED)


def answered_by(
    held: Case, request: EvidenceRequest | None, *, item: int | None, is_file: bool
) -> RequestedItem | None:
    """The named `item`, else the first thing of the submission's form the open request waits for, else the first.

    Raises Invalid for an item that was never asked for on this case.
    """
    if item is not None:
        named = RequestedItem.objects.filter(pk=item, request__case=held).first()
        if named is None:
            raise Invalid(errors={"item": [_("This was not asked for in this case.")]})
        return named
    if request is None:
        return None
    waiting = list(request.items.filter(state__in=WAITED_FOR).order_by("pk"))
    kind = ItemKind.FILE if is_file else ItemKind.TEXT
    return next((one for one in waiting if one.kind == kind), waiting[0] if waiting else None)


def same_submission(held: Case, file: StoredFile, *, named: bool, wanted: RequestedItem | None) -> EvidenceItem | None:
    """The item that is there when a file comes again; one that was rejected does not count.

    Who names what the file answers may send one file for two things.
    """
    same = held.evidence.filter(file=file).exclude(state=EvidenceItem.State.REJECTED)
    return (same.filter(requested_item=wanted) if named else same).first()


def checklist_item_of(held: Case, checklist_item: ChecklistItem) -> ChecklistItem:
    """The checklist item, if it belongs to the category of the case. Raises Invalid otherwise."""
    if checklist_item.category_id != held.category_id:
        raise Invalid(errors={"checklist_item": [_("This is not on the checklist of the category.")]})
    return checklist_item


def waiting_for(held: Case, checklist_item: ChecklistItem) -> RequestedItem | None:
    """What the open request still waits for under that line of the checklist."""
    open_ones = RequestedItem.objects.filter(request__case=held, request__ended_at__isnull=True, state__in=WAITED_FOR)
    return open_ones.filter(checklist_item=checklist_item).first()


def best_state(requested: RequestedItem) -> str:
    """A requested thing is as good as the best of what came in for it."""
    states = set(requested.received.values_list("state", flat=True))
    order = (EvidenceItem.State.ACCEPTED, EvidenceItem.State.RECEIVED, EvidenceItem.State.REJECTED)
    return next((state.value for state in order if state in states), requested.state)


def room_left(case: Case) -> int:
    """Bytes that may still come in on the case."""
    kept = case.evidence.aggregate(total=Sum("file__size"))["total"] or 0
    return max(0, settings.EVIDENCE_MAX_BYTES_PER_CASE - kept)


def require_room(case: Case, size: int) -> None:
    """Raises TooLarge where another `size` bytes are too much for the case."""
    if size > room_left(case):
        limit = filesizeformat(settings.EVIDENCE_MAX_BYTES_PER_CASE)
        raise TooLarge(_("All files of a case together are limited to %(limit)s.") % {"limit": limit})
