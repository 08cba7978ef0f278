"""What a submission answers, and whether there is room for it. Always on the case the caller holds locked."""

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from cases.models import Case
from cskh.core.errors import Invalid

from .case_file import CaseFile
from .lines import CLAIMED, MISSING, Line
from .models import (
    ASKED_OF_CUSTOMERS,
    ChecklistItem,
    EvidenceItem,
    EvidenceRequest,
    ItemKind,
    RequestedItem,
    StoredFile,
)
from .queries import entries_of, still_missing


def answered_by(
    held: Case, request: EvidenceRequest | None, *, item: int | None, is_file: bool
) -> RequestedItem | None:
    """The named `item`, else what the open request waits for: first what is of the submission's form, then what may have any.

    Raises Invalid for an item that was never asked for on this case.
    """
    if item is not None:
        return _asked(held, item)
    if request is None:
        return None
    waiting = list(still_missing(request))
    forms = (ItemKind.FILE if is_file else ItemKind.TEXT, ItemKind.ANY)
    fitting = (one for form in forms for one in waiting if one.kind == form)
    return next(fitting, waiting[0] if waiting else None)


def _asked(held: Case, item: int) -> RequestedItem:
    named = RequestedItem.objects.filter(pk=item, request__case=held).first()
    if named is None:
        raise Invalid(errors={"item": [_("This was not asked for in this case.")]})
    return named


def on_checklist(held: Case, slug: str) -> ChecklistItem:
    """What customers are asked for under this slug. Raises Invalid where there is no such thing."""
    thing = entries_of(held).filter(slug=slug, part__in=ASKED_OF_CUSTOMERS).first()
    if thing is None:
        raise Invalid(errors={"thing": [_("This is not on the checklist of the category.")]})
    return thing


def _asked_last(held: Case, thing: ChecklistItem) -> RequestedItem | None:
    if not entries_of(held).filter(slug=thing.slug).exists():
        raise Invalid(errors={"checklist_item": [_("This is not on the checklist of the category.")]})
    asked = RequestedItem.objects.filter(request__case=held, checklist_item__slug=thing.slug)
    return asked.order_by("-pk").first()


def same_submission(held: Case, file: StoredFile, *, named: bool, wanted: RequestedItem | None) -> EvidenceItem | None:
    """The item that is there when a file comes again; one that was rejected does not count.

    Who names what the file answers may send one file for two things.
    """
    same = held.evidence.filter(file=file).exclude(state=EvidenceItem.State.REJECTED)
    return (same.filter(requested_item=wanted) if named else same).first()


def file_under(held: Case, item: EvidenceItem, thing: ChecklistItem | RequestedItem) -> None:
    """Says that `item` is that thing of the checklist, or that thing that was asked for besides.

    What it was taken for is looked at anew. Does not save `item`. Raises Invalid where the thing is not on the checklist of
    the category, or was not asked for on this case.
    """
    taken_for = item.requested_item
    if isinstance(thing, RequestedItem):
        asked = _asked(held, thing.pk)
        item.requested_item, item.checklist_item = asked, asked.checklist_item
    else:
        item.requested_item, item.checklist_item = _asked_last(held, thing), thing
    if taken_for and taken_for != item.requested_item:
        update_state(taken_for, besides=item)


def update_state(requested: RequestedItem, *, besides: EvidenceItem | None = None) -> None:
    """A requested thing is as good as the best of what came in for it."""
    received = requested.received.exclude(pk=besides.pk) if besides else requested.received.all()
    states = set(received.values_list("state", flat=True))
    order = (EvidenceItem.State.ACCEPTED, EvidenceItem.State.RECEIVED, EvidenceItem.State.REJECTED)
    requested.state = next((state.value for state in order if state in states), RequestedItem.State.REQUESTED.value)
    requested.save()


def note_told(request: EvidenceRequest, file: CaseFile) -> None:
    """A fact that was told in words is there like anything that came in, for as long as these words are of use."""
    for line in file.facts:
        for asked in line.asked:
            if asked.request_id == request.pk and (state := _as_told(asked, line)) != asked.state:
                asked.state = state
                asked.save(update_fields=["state"])


def _as_told(asked: RequestedItem, line: Line) -> str:
    states = RequestedItem.State
    if line.fact_state == CLAIMED and asked.state in (states.REQUESTED, states.REJECTED):
        return states.RECEIVED
    came = any(item.requested_item_id == asked.pk for item in line.items)
    if line.fact_state == MISSING and asked.state == states.RECEIVED and not came:
        return states.REQUESTED
    return asked.state


def room_left(case: Case) -> int:
    """Bytes that may still come in on the case."""
    kept = case.evidence.aggregate(total=Sum("file__size"))["total"] or 0
    return max(0, settings.EVIDENCE_MAX_BYTES_PER_CASE - kept)
