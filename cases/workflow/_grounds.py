"""Whether what somebody wants to ask a customer for may be asked: how often, by whom, and on which grounds (R-26, R-28).

The same for everybody who asks: at the desk, for many cases at once, and over REST.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.evidence import queries
from cases.evidence.models import ASKED_OF_CUSTOMERS, EvidenceRequest
from cases.evidence.wanted import Wanted
from cases.models import Case
from cases.states import Step
from cskh.core.errors import Invalid, NotPermitted

_ROUNDS = 2  # so often the customer is asked before somebody who answers for the case has looked


def may_ask_again(actor: Actor, case: Case) -> bool:
    """Whether the customer may be asked once more, or was asked often enough for somebody else to see what is wrong.

    Who may do so are those who judge outcomes here: managers, and leads of the department. What came back does not count.
    """
    if policies.may(actor, Step.RETURN, case):
        return True
    return EvidenceRequest.objects.filter(case=case, bounced_at__isnull=True).count() < _ROUNDS


def may_ask_besides(actor: Actor, case: Case) -> bool:
    """Whether `actor` may ask for what something as good is there for: people who judge outcomes here, and no program."""
    return policies.may(actor, Step.RETURN, case)


def may_ask_beyond(actor: Actor, case: Case) -> bool:
    """Whether `actor` may ask for what is not on the checklist: people who judge outcomes here and no program, but anybody
    where it asks for nothing."""
    return policies.may(actor, Step.RETURN, case) or not _asks_of_customers(case)


def require_a_look(held: Case, actor: Actor) -> None:
    """Raises NotPermitted where not `may_ask_again`."""
    if not may_ask_again(actor, held):
        raise NotPermitted(
            _(
                "The customer was asked %(times)d times. A manager or the lead looks at the case before more is asked for."
            )
            % {"times": _ROUNDS}
        )


def require_grounds(held: Case, actor: Actor, items: Sequence[Wanted]) -> None:
    """What is asked for besides what is as good, or is on no line of the checklist, needs a reason of its own and somebody
    who answers for the case (R-28). That is a judgement on the case, so no program asks for either.

    Raises NotPermitted, and Invalid where the reason is missing.
    """
    besides = [wanted for wanted in items if wanted.is_besides]
    if besides and not may_ask_besides(actor, held):
        raise NotPermitted(
            _("What is as good is on file. A manager or the lead asks for this besides: %(items)s.")
            % {"items": _names(besides)}
        )
    beyond = _beyond_checklist(held, items)
    if beyond and not policies.may(actor, Step.RETURN, held):
        raise NotPermitted(
            _("A manager or the lead asks for what is not on the checklist: %(items)s.") % {"items": _names(beyond)}
        )
    if unsaid := [wanted for wanted in (*besides, *beyond) if not wanted.has_own_reason]:
        raise Invalid(errors={"items": [_("Say why this is needed: %(items)s.") % {"items": _names(unsaid)}]})


def require_in_time(held: Case, items: Sequence[Wanted]) -> None:
    """No withdrawal hangs on documents that could have been asked for earlier, unless whoever asks says why (R-28)."""
    late = [wanted for wanted in items if wanted.is_late]
    if late and queries.file_of(held).is_about_a_withdrawal:
        words = _("This could have been asked for earlier, and money waits for it: %(items)s. Say why only now.")
        raise Invalid(errors={"late_why": [words % {"items": _names(late)}]})


def _beyond_checklist(held: Case, items: Sequence[Wanted]) -> list[Wanted]:
    """A category whose checklist asks for nothing has nothing to go beyond."""
    beyond = [wanted for wanted in items if wanted.checklist_item is None]
    return beyond if beyond and _asks_of_customers(held) else []


def _asks_of_customers(case: Case) -> bool:
    return queries.entries_of(case).filter(part__in=ASKED_OF_CUSTOMERS).exists()


def _names(items: Sequence[Wanted]) -> str:
    return ", ".join(wanted.name for wanted in items)
