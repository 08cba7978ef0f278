"""Whether what we sent is still what the record says."""

from collections.abc import Collection, Iterator

from django.db.models import Case, Exists, F, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Concat

from cases.complaints.models import Response
from cases.events import EventKind, Flaw

from .models import Message


def altered_messages(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Messages that no longer carry the text of their answer (and of a complaint, where its official response is read), in all
    cases or in those with `codes`. One query where all do.
    """
    told = Response.objects.filter(answer=OuterRef("answer"), version=1).values("notice")
    with_notice = Concat(F("answer__body"), Value("\n\n"), Subquery(told), output_field=TextField())
    answers = Message.objects.filter(answer__isnull=False).annotate(
        said=Case(When(Exists(told), then=with_notice), default=F("answer__body"))
    )
    altered = answers.exclude(body=F("said")).select_related("case")
    if codes:
        altered = altered.filter(case__code__in=codes)
    for message in altered.order_by("pk"):
        sent = message.case.events.filter(kind=EventKind.CASE_ANSWERED, facts__answer=message.answer_id).first()
        yield Flaw(message.case.code, sent.number if sent else 0, "the message that carried its answer was altered")
