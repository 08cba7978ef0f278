"""Facts at the desk: what somebody finds, a second person's word, and what is not needed after all."""

from django import forms
from django.utils.translation import gettext_lazy

from cases.evidence.models import FOUND, EvidenceItem, FactEntry
from cases.records.models import Snapshot
from cases.workflow import facts

from .step_forms import StepForm, words_field

RESULTS = [(kind.value, kind.label) for kind in FactEntry.Kind if kind in FOUND]


class VerifyFact(StepForm):
    """One press beside each fact; what it rests on is chosen already."""

    done = gettext_lazy("Noted.")
    fact = forms.SlugField(widget=forms.HiddenInput)
    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=RESULTS, widget=forms.RadioSelect)
    value = forms.CharField(label=gettext_lazy("As the customer says it"), required=False, max_length=500)
    evidence = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Evidence"),
        queryset=EvidenceItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    snapshot = forms.ModelChoiceField(
        label=gettext_lazy("Our record"), queryset=Snapshot.objects.none(), required=False
    )
    statement = forms.CharField(label=gettext_lazy("Other source"), required=False, max_length=300)
    sentence = forms.CharField(label=gettext_lazy("Other words for the customer"), required=False, max_length=500)

    def offer(self) -> None:
        self.chosen_among("evidence", EvidenceItem.objects.filter(case=self.case).select_related("file"))
        self.chosen_among("snapshot", Snapshot.objects.filter(case=self.case))

    @property
    def place(self) -> str:
        return f"fact-{self.cleaned_data['fact']}"

    def take(self) -> None:
        said = self.cleaned_data
        entry = facts.verify_fact(
            self.case,
            actor=self.actor,
            fact=said["fact"],
            result=said["result"],
            value=self.said("value"),
            sentence=self.said("sentence"),
            sources=facts.Sources(
                evidence=list(said["evidence"]), snapshot=said["snapshot"], statement=self.said("statement")
            ),
        )
        if entry.needs_second:
            self.done = gettext_lazy("Noted. It counts once a second person has confirmed it.")


class ConfirmFinding(StepForm):
    done = gettext_lazy("Confirmed.")
    finding = forms.ModelChoiceField(FactEntry.objects.none(), widget=forms.HiddenInput)

    def offer(self) -> None:
        self.chosen_among("finding", FactEntry.objects.filter(case=self.case))

    @property
    def place(self) -> str:
        return f"fact-{self.cleaned_data['finding'].slug}"

    def take(self) -> None:
        facts.confirm_finding(self.cleaned_data["finding"], actor=self.actor)


class SetAside(StepForm):
    done = gettext_lazy("Set aside; the reason stays on record.")
    thing = forms.CharField(widget=forms.HiddenInput, max_length=160)
    reason = words_field(gettext_lazy("Why this is not needed"), rows=2)

    @property
    def place(self) -> str:
        return f"fact-{self.cleaned_data['thing']}"

    def take(self) -> None:
        facts.set_aside(self.case, actor=self.actor, thing=self.cleaned_data["thing"], reason=self.said("reason"))
