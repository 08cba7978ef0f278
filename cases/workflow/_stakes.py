"""How much money is at stake, by everything that was ever said of it: whether one person's finding counts."""

from django.conf import settings
from django.utils.translation import gettext as _

from cases.evidence.case_file import CaseFile
from cases.evidence.lines import Line
from cases.evidence.models import CaseField, FactEntry
from cases.models import Case
from cskh.core.amounts import amount_of
from cskh.core.errors import Invalid
from cskh.core.text import one_line

Kind = FactEntry.Kind


def is_much(case: Case, file: CaseFile) -> bool:
    """Whether more is at stake than one person decides on, by the case's details and by everything the customer ever said:
    the highest counts, so that nobody gets round the second verifier by putting down less.

    What cannot be read as an amount may be any amount, and so may one that nobody has said (`is_amount_unknown`).
    """
    if is_amount_unknown(case, file):
        return True
    return any(amount is None or amount > settings.VERIFY_ALONE_MAX_VND for amount in _amounts(case, file))


def is_amount_unknown(case: Case, file: CaseFile) -> bool:
    """Whether the checklist asks how much it is about and nobody has said it, until somebody sets that aside. A checklist that
    does not ask is not about money."""
    asked = [line for line in file.facts if _is_amount(line)]
    return not _amounts(case, file) and any(line.fact_state != Kind.SET_ASIDE for line in asked)


def require_amount(line: Line, value: str) -> None:
    """What one of us puts down as an amount can be read as one. Customers say it in words of their own. Raises Invalid."""
    if _is_amount(line) and one_line(value) and amount_of(value) is None:
        raise Invalid(errors={"value": [_("Write the amount in VND as a whole number, such as 2.000.000.")]})


def _amounts(case: Case, file: CaseFile) -> list[int | None]:
    """Every amount that was said, None for one that cannot be read."""
    said = [amount_of(words) for line in file.facts if _is_amount(line) for words in _ever_claimed(line)]
    return said if case.amount is None else [case.amount, *said]


def _ever_claimed(line: Line) -> list[str]:
    return [
        *(entry.value for entry in line.said if entry.kind == Kind.CLAIMED and entry.value),
        *(item.text for item in line.items if item.text),
    ]


def _is_amount(line: Line) -> bool:
    return line.checklist_item is not None and line.checklist_item.case_field == CaseField.AMOUNT
