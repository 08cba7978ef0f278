"""The form staff fill in while somebody is on the telephone."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.customers.models import Customer
from cases import policies
from cases.categories import in_order, reasons
from cases.models import Case, Category
from cases.states import Nature
from cases.workflow.call_back import CallOutcome
from channels_app import calls
from channels_app.amounts import AmountField
from channels_app.models import Call
from cskh.core.text import as_number, folded

from .calls import visible_calls

NEW_CUSTOMER = "new"


class CallForm(forms.Form):
    """`about` says which matter: "case-<id>", "customer-<id>" (a new case of theirs) or NEW_CUSTOMER."""

    number = forms.CharField(required=False, widget=forms.HiddenInput)
    call = forms.IntegerField(required=False, widget=forms.HiddenInput)
    about = forms.CharField(max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    said = forms.CharField(
        label=gettext_lazy("What the customer says"),
        widget=forms.Textarea(attrs={"rows": 3, "accesskey": "s", "data-key": "s"}),
    )
    category = forms.CharField(
        label=gettext_lazy("Category"),
        required=False,
        widget=forms.TextInput(attrs={"list": "categories", "accesskey": "c", "data-key": "c", "autocomplete": "off"}),
    )
    nature = forms.ChoiceField(label=gettext_lazy("Nature"), choices=Nature.choices, initial=Nature.SERVICE_REQUEST)
    transaction_ref = forms.CharField(label=gettext_lazy("Transaction code"), required=False, max_length=100)
    amount = AmountField(
        label=gettext_lazy("Amount (VND)"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Who called"),
        choices=[(Call.Direction.IN, gettext_lazy("the customer")), (Call.Direction.OUT, gettext_lazy("we did"))],
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(one.value, one.label) for one in (CallOutcome.REACHED, CallOutcome.NOT_REACHED)],
    )
    recording_ref = forms.CharField(label=gettext_lazy("Recording"), required=False, max_length=300)
    recording_consent = forms.BooleanField(label=gettext_lazy("Customer agreed to the recording"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["amount"].localize = self.fields["amount"].widget.is_localized = True

    def clean_about(self) -> Case | Customer | None:
        """The case to continue, the customer of a new one, or None for somebody we do not know yet."""
        kind, _dash, text = self.cleaned_data["about"].partition("-")
        number = as_number(text) or 0
        found: Case | Customer | None = None
        if kind == NEW_CUSTOMER:
            return None
        if kind == "case":
            found = policies.visible_to(self.actor).filter(pk=number).first()
        elif kind == "customer":
            typed = calls.typed_number(self.cleaned_data.get("number", ""))
            callers = policies.possible_callers(self.actor, typed).filter(merged_into=None)
            found = callers.filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(_("Choose what the call is about."))
        return found

    def clean_category(self) -> Category | None:
        """The reason with that label, as the list offers it, or that name or slug; else the only one whose label has it in it,
        as whole words before parts of them ("khoa" is "khóa" before "khoản"). With accents or without."""
        typed = folded(self.cleaned_data["category"].strip())
        if not typed:
            return None
        labels = {category: folded(label_of(category)) for category in offered()}
        found = (
            [one for one, label in labels.items() if typed in (label, one.slug, folded(one.name))]
            or [one for one, label in labels.items() if f" {typed} " in f" {label} "]
            or [one for one, label in labels.items() if typed in label]
        )
        if len(found) != 1:
            raise forms.ValidationError(_("Choose a category from the list."))
        return found[0]

    def focus_what_is_wrong(self) -> None:
        """The words typed next belong there; on the page itself they would be keys."""
        wrong = next((field for field in self.visible_fields() if field.errors), self["said"])
        wrong.field.widget.attrs["autofocus"] = True

    def clean_call(self) -> Call | None:
        """The exchange's record of this call, among those this person may take up."""
        named = self.cleaned_data["call"]
        call = visible_calls(self.actor).filter(pk=named).first() if named else None
        if named and call is None:
            raise forms.ValidationError(_("There is no such call."))
        return call


def offered() -> list[Category]:
    """What a case can be about, for the type-ahead list."""
    return in_order(reasons())


def label_of(category: Category) -> str:
    return f"{category.parent} – {category.name}"
