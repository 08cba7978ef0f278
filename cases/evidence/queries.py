"""Reads: what a case still needs, and what came in."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet

from cases.models import Case

from .models import ChecklistItem, EvidenceItem, EvidenceRequest, RequestedItem, StoredFile
from .names import same_name

MISSING = "missing"
State = RequestedItem.State


@dataclass
class Line:
    """One thing a case needs or was asked for, and what came in for it.

    `state` is `missing` or a RequestedItem.State: the best of what came in, else what was asked last.
    """

    name: str
    why: str = ""
    mandatory: bool = True
    checklist_item: ChecklistItem | None = None
    asked: list[RequestedItem] = field(default_factory=list)
    items: list[EvidenceItem] = field(default_factory=list)

    @property
    def state(self) -> str:
        states = {item.state for item in self.items}
        for best in (EvidenceItem.State.ACCEPTED, EvidenceItem.State.RECEIVED):
            if best in states:
                return best.value
        last = self.asked[-1] if self.asked else None
        if last and last.request.ended_at is None and last.state == State.REQUESTED:
            return State.REQUESTED.value
        if states:
            return State.REJECTED.value
        return State.NOT_NEEDED.value if last and last.state == State.NOT_NEEDED else MISSING

    @property
    def is_missing(self) -> bool:
        """Whether it would have to be asked for now."""
        if self.state == State.REJECTED:
            return True
        return self.state == MISSING and self.mandatory

    def answers_to(self, name: str, checklist_item: ChecklistItem | None = None) -> bool:
        """Whether this is the thing that `name` (in any of its languages, or its slug) or `checklist_item` means."""
        own = self.checklist_item
        if own is None:
            return same_name(self.name, name)
        return own == checklist_item or any(same_name(known, name) for known in (own.name_vi, own.name_en, own.slug))


@dataclass
class Checklist:
    """The lines of a case in the order of its checklist, and what came in that answers none of them."""

    lines: list[Line]
    others: list[EvidenceItem]


def needed_by(case: Case) -> list[Line]:
    """What the case needs by its category: all there is to say of a case that was just opened. At most one query."""
    if case.category_id is None:
        return []
    needed = ChecklistItem.objects.filter(category_id=case.category_id)
    return [Line(item.name, item.why, item.is_mandatory, item) for item in needed]


def unchecked(case: Case) -> QuerySet[EvidenceItem]:
    """What came in and nobody has accepted or rejected yet, oldest first."""
    return EvidenceItem.objects.filter(case=case, state=EvidenceItem.State.RECEIVED)


def checklist_of(case: Case) -> list[Line]:
    """What the case needs by its category, then what else was asked for. Four queries, however much there is."""
    return file_of(case).lines


def file_of(case: Case) -> Checklist:
    """Everything about the evidence of a case. Four queries, however much there is."""
    lines = needed_by(case)
    for requested in (
        RequestedItem.objects.filter(request__case=case).select_related("request", "checklist_item").order_by("pk")
    ):
        line = next((line for line in lines if line.answers_to(requested.name, requested.checklist_item)), None)
        if line is None:
            line = Line(requested.name, requested.why)
            lines.append(line)
        line.asked.append(requested)
    by_request = {requested.pk: line for line in lines for requested in line.asked}
    by_checklist = {line.checklist_item.pk: line for line in lines if line.checklist_item}
    others: list[EvidenceItem] = []
    for item in case.evidence.select_related("file").prefetch_related("checks"):
        line = by_request.get(item.requested_item_id or 0) or by_checklist.get(item.checklist_item_id or 0)
        (line.items if line else others).append(item)
    return Checklist(lines, others)


def open_request(case: Case) -> EvidenceRequest | None:
    """What the customer is being asked for now."""
    return EvidenceRequest.objects.filter(case=case, ended_at__isnull=True).first()


def still_missing(request: EvidenceRequest) -> QuerySet[RequestedItem]:
    """What the request still waits for: what did not come, and what came and was of no use."""
    return request.items.filter(state__in=(State.REQUESTED, State.REJECTED)).order_by("pk")


def unexamined(before: datetime, limit: int) -> QuerySet[StoredFile]:
    """Files that came before then and still wait for the scanner or for their preview; what was tried last comes last."""
    waiting = Q(preview_state=StoredFile.PreviewState.WAITING)
    if settings.CLAMD:
        waiting |= Q(scan_state__in=(StoredFile.ScanState.OFF, StoredFile.ScanState.WAITING))
    files = StoredFile.objects.filter(waiting, created_at__lt=before)
    return files.order_by(F("scan_tried_at").asc(nulls_first=True), "created_at")[:limit]
