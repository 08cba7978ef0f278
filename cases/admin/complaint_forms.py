"""A complaint at the desk: what it is about, both accounts, what was found, how it is decided, and where one goes from there."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.complaints import policy
from cases.complaints.models import Cause, Decision, Fault, Outcome, PolicyClause, Problem, Response, Severity, Side
from cases.complaints.register import complaint_of
from cases.complaints.responses import latest_of, responses_of
from cases.evidence.models import FOUND, EvidenceItem, FactEntry
from cases.records.models import Snapshot
from cases.workflow import complaint, deciding, problems, responding
from cases.workflow.complaint import Description
from cskh.core.amounts import amount_of

from .step_forms import StepForm, words_field

_NONE = [("", "---------")]


class AmountField(forms.CharField):
    """An amount of VND as people write it."""

    def clean(self, value: object) -> int | None:
        text = str(super().clean(value) or "").strip()
        amount = amount_of(text)
        if text and amount is None:
            raise forms.ValidationError(_("Write the amount in figures, such as 2.000.000."))
        return amount


def _time_field(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


def day_field(label: Any, *, required: bool) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class DescribeComplaint(StepForm):
    done = gettext_lazy("Noted.")
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=[*_NONE, *Severity.choices], required=False)
    happened_from = _time_field(gettext_lazy("Happened from"))
    happened_until = _time_field(gettext_lazy("until (where the time is not certain)"))
    amount = AmountField(label=gettext_lazy("Amount in dispute (VND)"), required=False, max_length=40)
    remedy_sought = words_field(gettext_lazy("What the customer asks for"), required=False, rows=2)

    def take(self) -> None:
        said = self.cleaned_data
        complaint.describe(
            self.case,
            actor=self.actor,
            said=Description(
                happened_from=said["happened_from"],
                happened_until=said["happened_until"],
                amount=said["amount"],
                remedy_sought=self.said("remedy_sought"),
                severity=said["severity"],
            ),
        )


class AddIssue(StepForm):
    done = gettext_lazy("Issue added.")
    account = words_field(gettext_lazy("What the customer says"))

    def take(self) -> None:
        complaint.add_issue(self.case, actor=self.actor, account=self.said("account"))


class OfIssue(StepForm):
    """Stands at one issue, by its number."""

    issue = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32_767)


class NoteAccount(OfIssue):
    done = gettext_lazy("Noted; what stood there before stays in the record.")
    side = forms.ChoiceField(choices=Side, widget=forms.HiddenInput)
    text = words_field(gettext_lazy("Account"))

    def take(self) -> None:
        said = self.cleaned_data
        complaint.note_account(
            self.case, actor=self.actor, number=said["issue"], side=said["side"], text=self.said("text")
        )


class FindIssue(OfIssue):
    done = gettext_lazy("The finding is noted.")
    what_happened = words_field(gettext_lazy("What happened"))
    plain = words_field(gettext_lazy("In plain words, for the customer"))
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), choices=Cause)
    fault = forms.ChoiceField(label=gettext_lazy("Party at fault"), choices=Fault)
    evidence = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Evidence"),
        queryset=EvidenceItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    facts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Verified facts"),
        queryset=FactEntry.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    snapshots = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Our records"),
        queryset=Snapshot.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other_source = forms.CharField(label=gettext_lazy("Other source"), required=False, max_length=300)

    def offer(self) -> None:
        self.chosen_among("evidence", EvidenceItem.objects.filter(case=self.case).select_related("file"))
        self.chosen_among("facts", FactEntry.objects.filter(case=self.case, kind__in=FOUND))
        self.chosen_among("snapshots", Snapshot.objects.filter(case=self.case))

    def take(self) -> None:
        said = self.cleaned_data
        deciding.note_finding(
            self.case,
            actor=self.actor,
            number=said["issue"],
            found=deciding.Found(
                what_happened=self.said("what_happened"),
                plain=self.said("plain"),
                cause=said["cause"],
                fault=said["fault"],
                evidence=list(said["evidence"]),
                facts=list(said["facts"]),
                snapshots=list(said["snapshots"]),
                other_source=self.said("other_source"),
            ),
        )


class DecideIssue(OfIssue):
    done = gettext_lazy("The decision is noted.")
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=Outcome)
    reason = words_field(gettext_lazy("Reason, as the customer will read it"))
    clause = forms.ModelChoiceField(
        label=gettext_lazy("Clause of the policy in force when it happened"),
        queryset=PolicyClause.objects.none(),
        required=False,
    )
    deviates = forms.BooleanField(label=gettext_lazy("Deviates from the policy"), required=False)
    deviation_reason = words_field(gettext_lazy("Why it deviates"), required=False, rows=2)
    no_remedy_because = words_field(gettext_lazy("No remedy because"), required=False, rows=2)

    def offer(self) -> None:
        registered = complaint_of(self.case)
        if registered is not None:
            self.chosen_among("clause", policy.in_force_between(*registered.days))

    def take(self) -> None:
        said = self.cleaned_data
        deciding.decide(
            self.case,
            actor=self.actor,
            number=said["issue"],
            decided=deciding.Decided(
                outcome=said["outcome"],
                reason=self.said("reason"),
                clause=said["clause"],
                deviates=said["deviates"],
                deviation_reason=self.said("deviation_reason"),
                no_remedy_because=self.said("no_remedy_because"),
            ),
        )


class LinkProblem(OfIssue):
    done = gettext_lazy("Linked: the answer says that it was our own fault.")
    problem = forms.ModelChoiceField(label=gettext_lazy("Problem record"), queryset=Problem.objects.all())

    def take(self) -> None:
        said = self.cleaned_data
        problems.link(self.case, actor=self.actor, number=said["issue"], problem=said["problem"])


class UnlinkProblem(OfIssue):
    done = gettext_lazy("The link is taken back.")
    reason = words_field(gettext_lazy("Why it did not come of this problem"), rows=2)

    def take(self) -> None:
        problems.unlink(self.case, actor=self.actor, number=self.cleaned_data["issue"], reason=self.said("reason"))


class ApproveDeviation(StepForm):
    done = gettext_lazy("The deviation is approved.")
    decision = forms.ModelChoiceField(Decision.objects.none(), widget=forms.HiddenInput)

    def offer(self) -> None:
        decisions = Decision.objects.filter(issue__complaint__case=self.case)
        self.chosen_among("decision", decisions.select_related("issue__complaint__case"))

    def take(self) -> None:
        deciding.approve_deviation(self.cleaned_data["decision"], actor=self.actor)


class CorrectResponse(StepForm):
    """The words of the latest response, to be said anew; what was decided and promised is no matter of wording."""

    done = gettext_lazy("The corrected version is out, and the customer is told.")
    response = forms.ModelChoiceField(Response.objects.none(), widget=forms.HiddenInput)
    reason = words_field(gettext_lazy("Why it is corrected, as the customer will read it"), rows=2)

    def offer(self) -> None:
        self.chosen_among("response", responses_of(self.case).select_related("complaint__case", "answer"))
        latest = latest_of(self.case)
        said = latest.says if latest else {}
        self._issues = [one["number"] for one in said.get("issues", ())]
        for one in said.get("issues", ()):
            for field, label in (("found", _("What we found")), ("reason", _("Reason"))):
                if one[field]:
                    self.fields[f"{field}-{one['number']}"] = words_field(label)
                    self.initial[f"{field}-{one['number']}"] = one[field]
        if said.get("next_level"):
            self.fields["next_level"] = words_field(gettext_lazy("Where the customer can turn next"))
            self.initial["next_level"] = said["next_level"]

    def take(self) -> None:
        responding.correct(
            self.cleaned_data["response"],
            actor=self.actor,
            reason=self.said("reason"),
            found=self._words("found"),
            reasons=self._words("reason"),
            next_level=self.said("next_level") if "next_level" in self.fields else None,
        )

    def _words(self, field: str) -> dict[int, str]:
        named = {number: f"{field}-{number}" for number in self._issues}
        return {number: self.said(name) for number, name in named.items() if name in self.fields}


class SayRecourse(StepForm):
    done = gettext_lazy("Noted.")
    next_level = words_field(gettext_lazy("Where the customer can turn next, as they will read it"))
    respond_by = day_field(gettext_lazy("Time to respond: until"), required=True)

    def take(self) -> None:
        complaint.say_recourse(
            self.case,
            actor=self.actor,
            next_level=self.said("next_level"),
            respond_by=self.cleaned_data["respond_by"],
        )
