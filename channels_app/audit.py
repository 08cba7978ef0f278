"""Whether what we sent is still what the record says."""

from collections.abc import Collection, Iterator

from django.db.models import F

from cases.events import EventKind, Flaw

from .models import Message


def altered_messages(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Messages that no longer carry the text of their answer, in all cases or in those with `codes`. One query where all do."""
    altered = Message.objects.filter(answer__isnull=False).exclude(body=F("answer__body")).select_related("case")
    if codes:
        altered = altered.filter(case__code__in=codes)
    for message in altered.order_by("pk"):
        sent = message.case.events.filter(kind=EventKind.CASE_ANSWERED, facts__answer=message.answer_id).first()
        yield Flaw(message.case.code, sent.number if sent else 0, "the message that carried its answer was altered")
