"""What may be asked for: concrete things, known to the checklist where they are on it, none that is on file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.fair_words import require_fair
from cases.models import Case
from cases.no_payment import require_no_payment_for
from cases.states import Status
from cskh.core.errors import Invalid
from cskh.core.text import one_line

from . import queries
from .case_file import CaseFile
from .lines import Line
from .models import ChecklistItem, own_reason
from .names import same_name

_MOST = 10
_GONE_THROUGH = (Status.VERIFYING, Status.RESOLVING)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing to ask for. A name that is on the category's checklist is linked to it, with its reason.

    What `is_besides` is wanted although another thing is there of those of which one suffices; what `is_late` could have been
    asked for earlier.
    """

    name: str
    why: str = ""
    checklist_item: ChecklistItem | None = None
    is_besides: bool = False
    is_late: bool = False

    @property
    def has_own_reason(self) -> bool:
        return own_reason(self.why, self.checklist_item) != ""


def checked_items(case: Case, items: Sequence[Wanted], *, status: str) -> list[Wanted]:
    """The items cleaned, each once, linked to the checklist and in the customer's language where they are on it; those are
    marked that could have been asked for before the case had this `status`. What is wanted besides and turns out to be missing
    is asked for like anything else.

    Raises Invalid for none, too many, one that is on file (R-28), or one that asks for money or accuses the customer.
    """
    file = queries.file_of(case)
    found: list[Wanted] = []
    for wanted in items:
        name, why = one_line(wanted.name)[:160], one_line(wanted.why)[:300]
        if why and not name:
            raise Invalid(errors={"items": [_("Name the thing that is needed: %(why)s") % {"why": why}]})
        line = next((line for line in file.lines if line.answers_to(name, wanted.checklist_item)), None)
        is_besides = wanted.is_besides and line is not None and line.may_be_asked_besides
        if line is not None and line.is_on_file and not is_besides:
            raise Invalid(errors={"items": [_why_not_again(line)]})
        known = line.checklist_item if line else None
        if known is not None:
            with translation.override(case.customer.language):
                name, why = known.name, known.why if why in ("", known.why_vi, known.why_en) else why
        require_no_payment_for(name, why, field="items")
        require_fair(f"{name}\n{why}", field="items")
        if name and not any(same_name(name, earlier.name) for earlier in found):
            is_late = not is_besides and could_be_asked_earlier(status, file, line)
            found.append(Wanted(name=name, why=why, checklist_item=known, is_besides=is_besides, is_late=is_late))
    if not found:
        raise Invalid(errors={"items": [_("Name at least one thing that is missing.")]})
    if len(found) > _MOST:
        raise Invalid(errors={"items": [_("At most %(limit)d things at a time.") % {"limit": _MOST}]})
    return found


def could_be_asked_earlier(status: str, file: CaseFile, line: Line | None) -> bool:
    """Whether it comes late, in that status, to ask for that line, or for what is on none (R-28).

    What the checklist names was known to be needed when somebody went through the case in this round, and did not ask for it.
    What is wanted besides the checklist where money is to be paid out could have been asked before the customer wanted it.
    """
    if line is None or line.checklist_item is None:
        return file.is_about_a_withdrawal
    return status in _GONE_THROUGH and line.was_never_asked


def _why_not_again(line: Line) -> str:
    if line.awaits_check:
        return _("“%(name)s” has come, or what is as good; check it first.") % {"name": line.name}
    if line.may_be_asked_besides:
        return _("What is as good as “%(name)s” is on file. It can only be asked for besides, with a reason.") % {
            "name": line.name
        }
    return _("“%(name)s” is on file already; do not ask again.") % {"name": line.name}


def checked_due(due_at: datetime, now: datetime) -> datetime:
    """Until when the customer is waited for at first: a time ahead, within the longest wait. Raises Invalid for another."""
    latest = now + settings.EVIDENCE_LONGEST_WAIT
    if due_at <= now:
        raise Invalid(errors={"due_at": [_("This time is past.")]})
    if due_at > latest + timedelta(minutes=1):  # forms know minutes only, and sending takes its time
        hours = settings.EVIDENCE_LONGEST_WAIT // timedelta(hours=1)
        raise Invalid(errors={"due_at": [_("At most %(hours)d hours from now.") % {"hours": hours}]})
    return min(due_at, latest)
