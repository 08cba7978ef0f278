"""The evidence of a case on its page: what is needed, what came in, and what somebody finds about it."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.actors import Actor
from cases import policies
from cases.evidence import queries
from cases.evidence.models import Check, EvidenceItem, EvidenceRequest
from cases.evidence.queries import CaseFile, Line
from cases.models import Case
from cases.states import Step
from cases.workflow import evidence
from cskh.core.text import as_number

from .checks_to_make import CheckCard, ChecksLeft, check_cards, left_of
from .evidence_beside import put_beside
from .step_forms import StepForm
from .verification import look_of

_ELSE = "-"  # what stands on no list
_ACCEPTED = gettext_lazy("Accepted.")
_REJECTED = gettext_lazy("Rejected; the customer is told why.")


class CheckEvidence(StepForm):
    """Beside each item: accepted, or rejected with words that tell the customer what to send instead."""

    item = forms.ModelChoiceField(EvidenceItem.objects.none(), widget=forms.HiddenInput)
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=Check.Result, widget=forms.RadioSelect)
    thing = forms.ChoiceField(label=gettext_lazy("What it is"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("If rejected: what is wrong, and what the customer can send instead"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )

    def offer(self) -> None:
        self.chosen_among("item", EvidenceItem.objects.filter(case=self.case))
        thing = self.fields["thing"]
        assert isinstance(thing, forms.ChoiceField)
        self.lines = queries.checklist_of(self.case)
        thing.choices = [
            ("", "---------"),
            *((line.name, line.name) for line in self.lines),
            (_ELSE, gettext("Something else")),
        ]

    def clean(self) -> None:
        """What is accepted is accepted as something: else what it proves would go on being missing."""
        said = self.cleaned_data
        if said.get("result") == Check.Result.ACCEPTED and not said.get("thing") and self._is_unfiled(said.get("item")):
            self.add_error("thing", gettext("Say what it is."))

    def _is_unfiled(self, item: EvidenceItem | None) -> bool:
        return bool(self.lines) and not any(item in line.items for line in self.lines)

    @property
    def place(self) -> str:
        return f"evidence-{self.cleaned_data['item'].pk}"

    def take(self) -> None:
        line, item = self._other_line(), self.cleaned_data["item"]
        is_accepted = self.cleaned_data["result"] == Check.Result.ACCEPTED
        self.done = _ACCEPTED if is_accepted else _REJECTED
        evidence.verify_evidence(
            item,
            actor=self.actor,
            result=self.cleaned_data["result"],
            reason=self.said("reason"),
            checklist_item=line.checklist_item if line else None,
            requested_item=line.asked[-1] if line and line.asked else None,
        )
        if not is_accepted and (resting := self._facts_that_rest_on(item)):
            self.done = gettext(
                "Rejected; the customer is told why. This was confirmed with it, verify it again: %(facts)s."
            ) % {"facts": ", ".join(resting)}

    def _facts_that_rest_on(self, item: EvidenceItem) -> list[str]:
        return [line.name for line in queries.file_of(self.case).facts if item in line.rejected_since]

    def _other_line(self) -> Line | None:
        """What it is said to be, where it does not stand there already."""
        said = next((line for line in self.lines if line.name == self.cleaned_data["thing"]), None)
        return said if said and self.cleaned_data["item"] not in said.items else None


def is_of(case: Case, item: str) -> bool:
    """Whether the case has this evidence item, named as a form names it."""
    pk = as_number(item)
    return pk is not None and case.evidence.filter(pk=pk).exists()


@dataclass(frozen=True)
class EvidencePanel:
    """What the panel shows. What came in can be filed under any of `lines` and `optional`; `others` are under none yet.
    `missing` is what the case waits for, of the customer and of us."""

    lines: list[Line]
    others: list[EvidenceItem]
    optional: list[Line]
    checks: list[CheckCard]
    checks_left: ChecksLeft
    missing: list[str]
    left_to_check: int
    facts_to_do: int
    has_facts: bool
    request: EvidenceRequest | None
    may_check: bool


def panel_of(case: Case, actor: Actor, file: CaseFile) -> EvidencePanel:
    """A constant number of queries, as the `file` was read: what is being asked for, who made checks, and what stands beside
    what came (`put_beside`). What nobody needs and nobody spoke of stands apart, as `optional`. Facts get a `look` for
    their template, that of the page where they are verified."""
    put_beside([*(item for line in file.lines for item in line.items), *file.others], case, actor)
    for line in file.facts:
        line.look = look_of(line)  # type: ignore[attr-defined]
    optional = [line for line in file.lines if not line.mandatory and line.state == queries.MISSING]
    return EvidencePanel(
        lines=[line for line in file.lines if line not in optional],
        others=file.others,
        optional=optional,
        checks=check_cards(file.checks, case),
        checks_left=left_of(file.checks),
        missing=file.missing_names,
        left_to_check=file.left_to_check,
        facts_to_do=len([line for line in file.facts if line.is_to_verify]),
        has_facts=bool(file.facts),
        request=queries.open_request(case),
        may_check=case.is_open and policies.may(actor, Step.REQUEST_EVIDENCE, case),
    )
