"""Remedies at the desk: one form for each thing that is done with one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.complaints.destinations import destinations_of
from cases.complaints.remedy_states import RemedyKind
from cases.evidence.pipeline.receive import Upload
from cases.workflow import remedies
from cases.workflow.remedies import Proposed

from .complaint_forms import AmountField, OfIssue, day_field
from .evidence_forms import EMPTY
from .step_forms import CustomersWord, StepForm, words_field


class ProposeRemedy(OfIssue):
    done = gettext_lazy("Proposed. Somebody else approves it before the answer.")
    kind = forms.ChoiceField(label=gettext_lazy("What is done"), choices=RemedyKind)
    amount = AmountField(label=gettext_lazy("Amount (VND)"), required=False, max_length=40)
    due_on = day_field(gettext_lazy("Done by"), required=True)
    destination = forms.CharField(label=gettext_lazy("Goes to"), required=False, max_length=160)
    reason = words_field(gettext_lazy("What is done and why, as the customer will read it"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.key, str(one)) for one in destinations_of(self.case)]
        field = self.fields["destination"]
        field.widget = forms.Select(choices=known) if known else forms.HiddenInput()

    def take(self) -> None:
        said = self.cleaned_data
        remedies.propose(
            self.case,
            actor=self.actor,
            proposed=Proposed(
                issue=said["issue"],
                kind=said["kind"],
                amount=said["amount"],
                due_on=said["due_on"],
                destination=self.said("destination"),
                reason=self.said("reason"),
            ),
        )


def _which() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class OfRemedy(StepForm):
    """Stands at one remedy, by its id."""

    remedy = _which()

    @property
    def which(self) -> dict[str, Any]:
        return {"actor": self.actor, "remedy": self.cleaned_data["remedy"]}


class ApproveRemedy(OfRemedy):
    done = gettext_lazy("Approved.")

    def take(self) -> None:
        remedies.approve(self.case, **self.which)


class DeclineRemedy(OfRemedy):
    done = gettext_lazy("Declined.")
    reason = words_field(gettext_lazy("Why"), rows=2)

    def take(self) -> None:
        remedies.decline(self.case, **self.which, reason=self.said("reason"))


class CancelRemedy(OfRemedy):
    done = gettext_lazy("Cancelled.")
    reason = words_field(gettext_lazy("Why"), rows=2)

    def take(self) -> None:
        remedies.cancel(self.case, **self.which, reason=self.said("reason"))


class AcceptRemedy(CustomersWord):
    done = gettext_lazy("Noted: the customer accepts it.")
    hint = gettext_lazy("By telephone: log the call on the case first.")
    remedy = _which()

    def take(self) -> None:
        said = self.cleaned_data
        remedies.accept(self.case, actor=self.actor, remedy=said["remedy"], message=said["message"])


class ExecuteRemedy(OfRemedy):
    done = gettext_lazy("The operator's system was asked to carry it out. What became of it shows here.")

    def take(self) -> None:
        remedies.execute(self.case, **self.which)


class AskAgain(OfRemedy):
    done = gettext_lazy("Asked again. What became of it shows here.")

    def take(self) -> None:
        remedies.ask_again(self.case, **self.which)


class RecordRemedy(OfRemedy):
    done = gettext_lazy("Noted: it is carried out.")
    reference = forms.CharField(label=gettext_lazy("Reference by which it can be found"), max_length=100)
    proof = forms.FileField(label=gettext_lazy("Proof"), required=False, error_messages={"empty": EMPTY})

    def take(self) -> None:
        proof = self.cleaned_data["proof"]
        remedies.record_by_hand(
            self.case,
            **self.which,
            reference=self.said("reference"),
            proof=Upload.of_form(proof) if proof else None,
            sent_from=self.sent_from,
        )


class ConfirmRemedy(OfRemedy):
    done = gettext_lazy("Confirmed: it arrived.")

    def take(self) -> None:
        remedies.confirm(self.case, **self.which)
