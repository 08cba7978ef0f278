"""The forms of problem records: what one says, and the remedy that everybody gets whom it touched."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.actors import Actor
from cases.categories import in_order, reasons
from cases.complaints import problems
from cases.complaints.models import Problem, Remedy
from cases.complaints.problems import Described
from cases.models import Case, Category
from cases.workflow import problems as offering
from cases.workflow.problems import Same
from cskh.core.errors import Invalid

from .actions import ACTIONS
from .bulk_forms import BulkForm
from .complaint_forms import day_field
from .step_forms import words_field


class ProblemForm(forms.ModelForm):
    code_prefixes = forms.CharField(
        label=Problem._meta.get_field("code_prefixes").verbose_name,
        help_text=Problem._meta.get_field("code_prefixes").help_text,
        required=False,
        max_length=900,
        widget=UnfoldAdminTextInputWidget,
    )
    categories = forms.ModelMultipleChoiceField(
        Category.objects.filter(is_active=True),
        label=Problem._meta.get_field("categories").verbose_name,
        required=False,
        widget=UnfoldAdminSelectMultipleWidget({"size": 10}),
    )

    class Meta:
        model = Problem
        fields = (
            "title",
            "said_vi",
            "said_en",
            "cause",
            "status",
            "owner",
            "began_from",
            "began_until",
            "ended_from",
            "ended_until",
            "categories",
            "code_prefixes",
            "record",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["code_prefixes"] = ", ".join(self.instance.code_prefixes or [])
        for name in ("categories", "code_prefixes"):
            if name in self.fields:
                self.fields[name].label = capfirst(str(self.fields[name].label))
        if "categories" in self.fields:
            self.fields["categories"].widget.choices = _topics_and_reasons()

    def clean_code_prefixes(self) -> list[str]:
        try:
            return problems.prefixes_of(self.cleaned_data["code_prefixes"])
        except Invalid as error:
            raise forms.ValidationError(error.errors["code_prefixes"]) from error

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        said = {name: cleaned[name] for name in Described.__dataclass_fields__}
        try:
            problems.check(Described(**said))
        except Invalid as error:
            for field, texts in error.errors.items():
                self.add_error(field, texts)
        return cleaned


def _topics_and_reasons() -> list[Any]:
    """Each topic as a whole, and its reasons. One query."""
    topics: dict[str, list[tuple[int, str]]] = {}
    for one in in_order(Category.objects.filter(is_active=True, parent__isnull=True)):
        topics[str(one)] = [(one.pk, _("all of “%(topic)s”") % {"topic": one})]
    for reason in in_order(reasons()):
        topics.setdefault(str(reason.parent), []).append((reason.pk, str(reason)))
    return list(topics.items())


class RemedyToCopy(forms.ModelChoiceField):
    def label_from_instance(self, remedy: Any) -> str:
        told = {"remedy": remedy, "case": remedy.issue.complaint.case.code, "status": remedy.get_status_display()}
        return _("%(remedy)s, as on %(case)s (%(status)s)") % told


class OfferSame(BulkForm):
    """The words are written anew, for all of them: those of one case may name its customer."""

    action: ClassVar[Any] = ACTIONS["propose-remedy"]
    like = RemedyToCopy(label=gettext_lazy("The same remedy as"), queryset=Remedy.objects.none())
    due_on = day_field(gettext_lazy("Done by"), required=True)
    reason = words_field(gettext_lazy("What is done and why, as each of these customers will read it"))

    def __init__(self, data: Any = None, *, actor: Actor, problem: Problem) -> None:
        self.problem = problem
        super().__init__(data, actor=actor)
        self.fields["like"].widget.attrs.pop("autofocus", None)
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def offer(self) -> None:
        self.chosen_among("like", problems.remedies_to_copy(self.problem, self.actor))

    def take(self, held: Case) -> None:
        like = self.cleaned_data["like"]
        same = Same(kind=like.kind, amount=like.amount, due_on=self.cleaned_data["due_on"], reason=self.said("reason"))
        offering.offer(held, actor=self.actor, problem=self.problem, same=same)
