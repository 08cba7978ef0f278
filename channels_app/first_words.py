"""What a complaint begins with: the customer's own first words are its first issue, so that nothing is typed twice.

A case that is opened as a complaint gets them where it is opened (`intake`); one that becomes a complaint later, here.
"""

from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.workflow import complaint

from .models import Message


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Called inside the transaction of the change, which holds the case."""
    if event.kind != EventKind.COMPLAINT_REGISTERED:
        return
    first = Message.objects.filter(case=case, direction=Message.Direction.IN).order_by("pk").first()
    if first is not None:
        complaint.begin_on(case, words=first.body, message=first.pk)
