"""Records of the customer of a case that have no code to go by: somebody asks for a kind of them, and every source is asked."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.models import Case
from cskh.core.errors import Invalid
from cskh.core.jobs import enqueue_after_commit

from .looking_up import Answers, ask_for
from .models import Pull, RecordKind
from .registry import require_may_ask
from .source import Period, Source

PULL = "cases.tasks.pull_records"
BEFORE = timedelta(days=7)  # what led to it happened in the week before


def pull(case: Case, kind: RecordKind, *, actor: Actor) -> None:
    """Has this kind of record looked up for the customer, anew where it was before.

    Raises NotPermitted, NotVisible or StepNotAllowed, and Invalid where the operator's systems have no name for the customer.
    """
    require_may_ask(actor, case)
    customer = case.customer.external_id
    if not customer:
        raise Invalid(errors={"kind": [no_customer()]})
    asked = {"customer": customer, "since": _since(case, kind), "silent": ""}
    anew = {"state": Pull.State.WAITING, "attempts": 0, "next_try_at": timezone.now()}
    Pull.objects.update_or_create(case=case, kind=kind, defaults={**asked, **anew})
    enqueue_after_commit(PULL, case.pk)


def no_customer() -> str:
    """Why nothing can be pulled for somebody whom the operator's systems do not know."""
    return _("The customer's id in your systems is not known, so nothing can be looked up for them.")


def look_up_pulls(case_id: int) -> bool:
    """Looks up what is due of the case, like `look_up_codes`."""
    due = Pull.objects.filter(case_id=case_id, next_try_at__lte=timezone.now()).order_by("pk")
    return ask_for(list(due.select_related("case")), _of_customer, again=PULL)


def _since(case: Case, kind: RecordKind) -> datetime | None:
    """The begin of a day, by the operator's clock; the customer themselves is no matter of time."""
    if kind == RecordKind.CUSTOMER:
        return None
    first = timezone.localtime((case.incident_at or case.opened_at) - BEFORE)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)


def _of_customer(source: Source, pull: Pull) -> Answers:
    kind = RecordKind(pull.kind)
    period = Period(pull.since, timezone.now()) if pull.since else None
    return [(kind, source.look_up(kind, customer=pull.customer, period=period))]
