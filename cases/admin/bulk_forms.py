"""What a bulk step asks for, once for all its cases, and the workflow function it calls for each."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Department, Role, User
from cases.categories import SUMMARY_IF_IT_MOVES, category_choices
from cases.models import Case, Category
from cases.states import Priority
from cases.workflow import ending, routing
from channels_app import outbox
from cskh.core.errors import Conflict, Invalid

from .actions import ACTIONS, Action
from .desk_form import DeskForm
from .step_forms import require_free, words_field


class BulkForm(DeskForm):
    """`take(held)` does it to one locked case and raises domain errors; `action` is the same thing on the case page."""

    action: ClassVar[Action]
    hint: ClassVar[Any] = ""
    take: Callable[[Case], None]  # each form has its own

    def __init__(self, data: Any = None, *, actor: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="bulk_%s")
        self.actor = actor
        self.offer()
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def offer(self) -> None:
        """Fills in choices that come from the database."""


class TakeIt(BulkForm):
    action = ACTIONS["take-it"]

    def take(self, held: Case) -> None:
        require_free(held, self.actor)
        _give(held, self.actor.subject, self.actor)


class Assign(BulkForm):
    action = ACTIONS["assign"]
    assignee = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=User.objects.none())

    def offer(self) -> None:
        handling = User.objects.filter(is_active=True, memberships__role__in=set(Role) - {Role.AUDITOR})
        self.chosen_among("assignee", handling.distinct().order_by("last_name", "first_name", "pk"))

    def take(self, held: Case) -> None:
        _give(held, self.cleaned_data["assignee"], self.actor)


class ChangePriority(BulkForm):
    action = ACTIONS["change-priority"]
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=Priority)
    reason = words_field(gettext_lazy("Reason (needed when lowering)"), required=False)

    def take(self, held: Case) -> None:
        priority = Priority(self.cleaned_data["priority"])
        if held.is_open and held.priority == priority:
            raise Conflict(_("The case has this priority already."))
        routing.change_priority(held, actor=self.actor, priority=priority, reason=self.said("reason"))


class Classify(BulkForm):
    action = ACTIONS["classify"]
    hint = gettext_lazy("Cases that are classified already are classified again. Each keeps its nature.")
    category = forms.TypedChoiceField(label=gettext_lazy("Category"), coerce=int)
    reason = words_field(gettext_lazy("Why"), required=False)
    summary = words_field(SUMMARY_IF_IT_MOVES, required=False, rows=5)

    def offer(self) -> None:
        self.chosen_from("category", category_choices())

    def clean_category(self) -> Category:
        return Category.objects.select_related("department").get(pk=self.cleaned_data["category"])

    def take(self, held: Case) -> None:
        category = self.cleaned_data["category"]
        if held.is_open and held.category_id == category.pk:
            raise Conflict(_("The case has this category already."))
        reason, summary = self.said("reason"), self.said("summary")
        routing.classify_case(held, actor=self.actor, category=category, reason=reason, summary=summary)


class Transfer(BulkForm):
    action = ACTIONS["transfer"]
    hint = gettext_lazy("The summary spares the customer telling the story again.")
    department = forms.ModelChoiceField(label=gettext_lazy("To department"), queryset=Department.objects.none())
    summary = words_field(gettext_lazy("Summary: what happened, what was checked, what is still to do"), rows=5)

    def offer(self) -> None:
        self.chosen_among("department", Department.objects.filter(is_active=True))

    def take(self, held: Case) -> None:
        routing.transfer_case(
            held, actor=self.actor, department=self.cleaned_data["department"], summary=self.said("summary")
        )


class Note(BulkForm):
    action = ACTIONS["note"]
    hint = gettext_lazy("Only colleagues read this.")
    body = words_field(gettext_lazy("Text"), rows=5)

    def take(self, held: Case) -> None:
        outbox.write_note(held, actor=self.actor, body=self.said("body"))


class MarkDuplicate(BulkForm):
    action = ACTIONS["mark-duplicate"]
    hint = gettext_lazy("All of the same customer: each is closed, and its matter goes on in the case named here.")
    of = forms.CharField(label=gettext_lazy("Code of the case where the matter is handled"), max_length=40)

    def clean_of(self) -> Case:
        try:
            return ending.original(self.actor, self.cleaned_data["of"])
        except Invalid as error:
            raise forms.ValidationError(error.errors["of"]) from error

    def take(self, held: Case) -> None:
        ending.mark_duplicate(held, actor=self.actor, of=self.cleaned_data["of"])


class MarkSpam(BulkForm):
    action = ACTIONS["mark-spam"]
    hint = gettext_lazy("Each case is closed as spam. It stays on record and can be reopened.")
    reason = words_field(gettext_lazy("Why this is spam"))

    def take(self, held: Case) -> None:
        ending.mark_spam(held, actor=self.actor, reason=self.said("reason"))


def _give(held: Case, assignee: User, actor: Actor) -> None:
    if held.is_open and held.assignee_id == assignee.pk:
        raise Conflict(_("%(name)s has this case already.") % {"name": assignee})
    if held.is_open and held.category_id is None:
        raise Invalid(_("Classify the case first; that routes it."))
    routing.assign_case(held, actor=actor, assignee=assignee)


BULK: dict[str, type[BulkForm]] = {
    form.action.name: form
    for form in (TakeIt, Assign, ChangePriority, Classify, Transfer, Note, MarkDuplicate, MarkSpam)
}
