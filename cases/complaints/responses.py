"""Official responses on record: what a case was told, and whether that is still what was sealed (R-49)."""

import hashlib
import json
from collections.abc import Collection, Iterator
from itertools import islice

from django.db.models import Exists, Func, JSONField, OuterRef, QuerySet

from cases import chains
from cases.events import EventKind, Flaw
from cases.models import Case, CaseEvent

from .document import Content
from .models import Response, ResponsePrint
from .register import complaint_of

_ISSUES = (EventKind.RESPONSE_ISSUED, EventKind.RESPONSE_CORRECTED)
_CHUNK = 500


def responses_of(case: Case) -> QuerySet[Response]:
    """Every version of every response of the case, oldest first; none, without a query, for what is in no register."""
    complaint = complaint_of(case)
    if complaint is None:
        return Response.objects.none()
    return Response.objects.filter(complaint=complaint).select_related("printed").defer("printed__pdf").order_by("pk")


def latest_of(case: Case) -> Response | None:
    """What counts now; no query for what is in no register."""
    return responses_of(case).last() if complaint_of(case) else None


def canonical(said: Content) -> str:
    """What a response says, as it is kept: the same text for the same words."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_of(content: str, notice: str) -> str:
    return chains.digest([content, notice])


def hash_of(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


def altered(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Responses and prints that are not what the record sealed, and those that are gone; of all cases, or of those with `codes`."""
    kinds = [*_ISSUES, EventKind.RESPONSE_PRINTED]
    events = CaseEvent.objects.filter(kind__in=kinds).select_related("case").order_by("case_id", "number")
    if codes:
        events = events.filter(case__code__in=codes)
    stream = events.iterator(chunk_size=_CHUNK)
    while some := list(islice(stream, _CHUNK)):
        kept = Response.objects.select_related("printed").in_bulk([event.facts["response"] for event in some])
        for event in some:
            if what := _flaw(event, kept.get(event.facts["response"])):
                yield Flaw(event.case.code, event.number, what)
    yield from _unrecorded(codes)


def _flaw(event: CaseEvent, response: Response | None) -> str:
    """What is wrong with what the event sealed. What was erased is empty, and no flaw."""
    if response is None:
        return "the official response it names is gone"
    if event.kind != EventKind.RESPONSE_PRINTED:
        is_erased = not response.content and not response.notice
        whole = is_erased or seal_of(response.content, response.notice) == event.facts["sha256"]
        return "" if whole and response.number == event.facts["numbered"] else "its official response was altered"
    printed: ResponsePrint | None = getattr(response, "printed", None)
    if printed is None:
        return "the print it names is gone"
    return "" if not printed.pdf or hash_of(bytes(printed.pdf)) == event.facts["sha256"] else "its print was altered"


def _unrecorded(codes: Collection[str]) -> Iterator[Flaw]:
    """Responses of which the record knows nothing."""
    itself = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    told = CaseEvent.objects.filter(case=OuterRef("complaint__case"), kind__in=_ISSUES, facts__response=itself)
    responses = Response.objects.filter(~Exists(told)).select_related("complaint__case").defer("content")
    if codes:
        responses = responses.filter(complaint__case__code__in=codes)
    for one in responses.order_by("pk").iterator(chunk_size=_CHUNK):
        yield Flaw(one.complaint.case.code, 0, f"official response {one} is not in the record")
