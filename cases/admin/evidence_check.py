"""The evidence of a case on its page: what is needed, what came in, and what somebody finds about it."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from cases import policies
from cases.evidence import queries
from cases.evidence.models import Check, ChecklistItem, EvidenceItem, EvidenceRequest
from cases.evidence.queries import Line
from cases.models import Case
from cases.states import Step
from cases.workflow import evidence

from .step_forms import StepForm


class CheckEvidence(StepForm):
    """Beside each item: accepted, or rejected with words that tell the customer what to send instead."""

    done = gettext_lazy("Noted. Where it was rejected, the customer is told why.")
    item = forms.ModelChoiceField(EvidenceItem.objects.none(), widget=forms.HiddenInput)
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=Check.Result, widget=forms.RadioSelect)
    checklist_item = forms.ModelChoiceField(
        ChecklistItem.objects.none(), label=gettext_lazy("What it is"), required=False, empty_label="---------"
    )
    reason = forms.CharField(
        label=gettext_lazy("If rejected: what is wrong, and what the customer can send instead"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )

    def offer(self) -> None:
        self.chosen_among("item", EvidenceItem.objects.filter(case=self.case))
        self.chosen_among("checklist_item", ChecklistItem.objects.filter(category__cases=self.case))

    def take(self) -> None:
        evidence.verify_evidence(
            self.cleaned_data["item"],
            actor=self.actor,
            result=self.cleaned_data["result"],
            reason=self.said("reason"),
            checklist_item=self.cleaned_data["checklist_item"],
        )


@dataclass(frozen=True)
class EvidencePanel:
    """What the panel shows; `needed` is the checklist of the category, to file under it what came unasked."""

    lines: list[Line]
    others: list[EvidenceItem]
    needed: list[ChecklistItem]
    request: EvidenceRequest | None
    may_check: bool


def panel_of(case: Case, actor: Actor) -> EvidencePanel:
    """Five queries, however much there is."""
    found = queries.file_of(case)
    return EvidencePanel(
        lines=found.lines,
        others=found.others,
        needed=[line.checklist_item for line in found.lines if line.checklist_item],
        request=queries.open_request(case),
        may_check=case.is_open and policies.may(actor, Step.REQUEST_EVIDENCE, case),
    )
