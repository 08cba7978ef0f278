"""Which transaction codes stand on which cases."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.models import Case
from cskh.core.errors import Invalid, StepNotAllowed
from cskh.core.jobs import enqueue_after_commit

from .codes import codes_given, codes_in
from .models import TransactionCode

_Origin = TransactionCode.Origin
MOST_OF_A_CASE = 50  # whoever writes more of them does not make us ask without end
LOOK_UP = "cases.tasks.look_up_codes"
_SHOWN = 5
_MOST_ELSEWHERE = 200


def note_given(case: Case, text: str) -> None:
    """The case names a transaction: its codes are looked up after commit."""
    _note(case, codes_given(text), _Origin.DETAILS, None)


def note_said(
    case: Case, text: str, *, message: int | None = None, evidence: int | None = None, at: datetime | None = None
) -> bool:
    """The customer said this, in a message or as evidence that came `at`: what looks like a code in it is looked up after
    commit. Whether there is a new one."""
    origin = _Origin.EVIDENCE if evidence is not None else _Origin.MESSAGE
    return _note(case, codes_in(text), origin, message if evidence is None else evidence, at=at)


def add(case: Case, text: str, *, actor: Actor) -> list[TransactionCode]:
    """Somebody of ours read a code, on a receipt for instance. Raises Invalid where it is none, NotPermitted, NotVisible."""
    require_may_ask(actor, case)
    codes = codes_given(text)
    if not codes:
        raise Invalid(errors={"code": [_("Write a transaction code: letters and digits.")]})
    _note(case, codes, _Origin.STAFF, int(actor.id) if actor.is_staff else None)
    return list(TransactionCode.objects.filter(case=case, code__in=codes))


def require_may_ask(actor: Actor, case: Case) -> None:
    """Raises unless `actor` may have the operator's records asked about the open case."""
    if not (actor.is_staff or actor.is_integration) or not policies.may_write(actor, case):
        policies.refuse(actor, case)
    if not case.is_open:
        raise StepNotAllowed(_("The case is closed."))


def _note(case: Case, codes: list[str], origin: str, origin_id: int | None, *, at: datetime | None = None) -> bool:
    if not codes:
        return False
    noted_at = at or timezone.now()
    known = set(TransactionCode.objects.filter(case=case).values_list("code", flat=True))
    new = [code for code in codes if code not in known][: max(0, MOST_OF_A_CASE - len(known))]
    if new:
        rows = [
            TransactionCode(case=case, code=code, origin=origin, origin_id=origin_id, noted_at=noted_at) for code in new
        ]
        TransactionCode.objects.bulk_create(rows, ignore_conflicts=True)
        enqueue_after_commit(LOOK_UP, case.pk)
    return bool(new)


@dataclass
class Elsewhere:
    """The other cases on which a code stands: those one may see, and how many more there are. A hint, and no more than that:
    a typing error, a family or one matter told twice look just the same."""

    seen: list[Case] = field(default_factory=list)
    unseen: int = 0
    of_others: bool = False  # of those that are seen, one is another customer's

    @property
    def latest(self) -> list[Case]:
        return self.seen[:_SHOWN]

    @property
    def earlier(self) -> int:
        return len(self.seen[_SHOWN:])

    @property
    def count(self) -> int:
        return len(self.seen) + self.unseen


def elsewhere(actor: Actor, case: Case, codes: Collection[str]) -> dict[str, Elsewhere]:
    """By code. One query."""
    visible = policies.visible_to(actor).filter(pk=OuterRef("case_id"))
    same = TransactionCode.objects.filter(code__in=codes).exclude(case=case).annotate(is_seen=Exists(visible))
    found: dict[str, Elsewhere] = defaultdict(Elsewhere)
    for one in same.select_related("case").order_by("-case__opened_at", "-pk")[:_MOST_ELSEWHERE]:
        if not one.is_seen:
            found[one.code].unseen += 1
            continue
        found[one.code].seen.append(one.case)
        found[one.code].of_others |= one.case.customer_id != case.customer_id
    return dict(found)
