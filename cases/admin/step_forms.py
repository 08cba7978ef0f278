"""One form for each thing that moves a case: what it asks for, and the workflow function it calls."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.customers.models import Contact
from accounts.models import Department, User
from cases import policies
from cases.categories import SUMMARY_IF_IT_MOVES, category_choices
from cases.models import Case, Category
from cases.states import ClosedAs, Nature, Priority, Step
from cases.workflow import answer, belonging, ending, evidence, protection, resolution, routing
from channels_app.models import Message
from cskh.core.errors import Conflict

from .desk_form import DeskForm


class StepForm(DeskForm):
    """`take()` does it and raises domain errors; their fields are named as here. `version` is what the person looked at,
    `sent_from` the hash of the address the form came from (`cskh.core.client_address`). `warnings` are shown above the fields."""

    take: Callable[[], None]  # each form has its own
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    done: Any = gettext_lazy("Done.")
    hint: Any = ""

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        case: Case,
        actor: Actor,
        initial: dict[str, Any] | None = None,
        sent_from: str = "",
    ) -> None:
        super().__init__(data, files, initial={"version": case.last_event_number, **(initial or {})}, auto_id="step_%s")
        self.case, self.actor, self.sent_from = case, actor, sent_from
        self.warnings: list[str] = []
        self.offer()

    def offer(self) -> None:
        """Fills in choices and warnings that depend on the case."""

    @property
    def place(self) -> str:
        """The part of the page at which one goes on, once it is done; "" for its beginning."""
        return ""

    def require_wanted(self, held: Case) -> None:
        """Raises Conflict where a colleague was first in this very thing: said before anything else that changed."""


def words_field(label: Any, *, required: bool = True, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, max_length=settings.MESSAGE_MAX_CHARACTERS)


class ChangeContact(StepForm):
    done = gettext_lazy("Answers go to this address from now on.")
    hint = gettext_lazy(
        "The customer is answered where they wrote from, unless they agree to another way or it does not reach them."
    )
    contact = forms.ModelChoiceField(label=gettext_lazy("Answer to"), queryset=Contact.objects.none())
    is_agreed = forms.BooleanField(label=gettext_lazy("The customer agreed to this"), required=False)
    reason = words_field(gettext_lazy("How you know"))

    def offer(self) -> None:
        others = [one.pk for one in self.case.customer.contacts.all() if belonging.stands_in(one, self.case)]
        self.chosen_among("contact", Contact.objects.filter(pk__in=others).order_by("-last_used_at"))
        self.initial.setdefault("contact", others[0] if len(others) == 1 else None)

    def take(self) -> None:
        belonging.change_contact(
            self.case,
            self.cleaned_data["contact"],
            actor=self.actor,
            is_agreed=self.cleaned_data["is_agreed"],
            reason=self.said("reason"),
        )


class Classify(StepForm):
    done = gettext_lazy("Classified.")
    category = forms.TypedChoiceField(label=gettext_lazy("Category"), coerce=int)
    nature = forms.ChoiceField(label=gettext_lazy("Nature"), choices=Nature)

    def offer(self) -> None:
        self.chosen_from("category", category_choices())
        self.initial.update(category=self.case.category_id, nature=self.case.nature)

    def take(self) -> None:
        routing.classify_case(
            self.case,
            actor=self.actor,
            category=Category.objects.get(pk=self.cleaned_data["category"]),
            nature=Nature(self.cleaned_data["nature"]),
            reason=self.said("reason"),
            summary=self.said("summary"),
        )


class Reclassify(Classify):
    done = gettext_lazy("Classified again.")
    reason = words_field(gettext_lazy("Why"), required=False)
    summary = words_field(SUMMARY_IF_IT_MOVES, required=False, rows=5)


def require_free(held: Case, actor: Actor) -> None:
    """Raises Conflict where somebody else has the case: taking it would take it from them unsaid."""
    owner = held.assignee
    if owner is not None and owner != actor.subject:
        raise Conflict(
            _("%(name)s has taken this case. To take it over from them, assign it to yourself.") % {"name": owner}
        )


class TakeIt(StepForm):
    done = gettext_lazy("The case is yours.")

    def require_wanted(self, held: Case) -> None:
        require_free(held, self.actor)

    def take(self) -> None:
        routing.assign_case(self.case, actor=self.actor, assignee=self.actor.subject)


class PersonField(forms.ModelChoiceField):
    """People, those on duty first; of the others it is said that they are not there."""

    def label_from_instance(self, person: User) -> str:
        if person.presence == User.Presence.ON_DUTY:
            return str(person)
        return f"{person} ({person.get_presence_display()})"


class Assign(StepForm):
    done = gettext_lazy("Assigned.")
    assignee = PersonField(label=gettext_lazy("To"), queryset=User.objects.none())

    def offer(self) -> None:
        people = policies.who_may(Step.ANSWER, self.case)
        # "on_duty" before "off_duty"
        self.chosen_among("assignee", people.order_by("-presence", "last_name", "first_name", "pk"))

    def take(self) -> None:
        routing.assign_case(self.case, actor=self.actor, assignee=self.cleaned_data["assignee"])


class Transfer(StepForm):
    done = gettext_lazy("Transferred; the customer is told.")
    hint = gettext_lazy("The summary spares the customer telling the story again.")
    department = forms.ModelChoiceField(label=gettext_lazy("To department"), queryset=Department.objects.none())
    summary = words_field(gettext_lazy("Summary: what happened, what was checked, what is still to do"), rows=5)

    def offer(self) -> None:
        others = Department.objects.filter(is_active=True).exclude(pk=self.case.department_id or 0)
        self.chosen_among("department", others)

    def take(self) -> None:
        routing.transfer_case(
            self.case, actor=self.actor, department=self.cleaned_data["department"], summary=self.said("summary")
        )


class ClearFlag(StepForm):
    done = gettext_lazy("The protection flag is cleared.")
    hint = gettext_lazy("From now on the case can be passed on and closed like any other.")
    reason = words_field(gettext_lazy("What you found, and what was done"))
    is_vulnerable = forms.BooleanField(
        label=gettext_lazy("The customer is vulnerable: no satisfaction question, no offers from now on"),
        required=False,
    )

    def offer(self) -> None:
        self.initial.setdefault("is_vulnerable", self.case.customer.vulnerable_since is not None)

    def take(self) -> None:
        protection.clear_flag(
            self.case,
            actor=self.actor,
            reason=self.said("reason"),
            is_vulnerable=self.cleaned_data["is_vulnerable"],
        )


class ChangePriority(StepForm):
    done = gettext_lazy("Priority changed.")
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=Priority)
    reason = words_field(gettext_lazy("Reason (needed when lowering)"), required=False)

    def offer(self) -> None:
        self.initial["priority"] = self.case.priority

    def take(self) -> None:
        routing.change_priority(
            self.case, actor=self.actor, priority=Priority(self.cleaned_data["priority"]), reason=self.said("reason")
        )


class WaiveRest(StepForm):
    done = gettext_lazy("The case goes on without what was missing.")
    reason = words_field(gettext_lazy("Why the rest is not needed"))

    def take(self) -> None:
        evidence.waive_rest(self.case, actor=self.actor, reason=self.said("reason"))


class StartResolving(StepForm):
    done = gettext_lazy("Handling started.")

    def take(self) -> None:
        resolution.start_resolving(self.case, actor=self.actor)


class Approve(StepForm):
    done = gettext_lazy("Approved. The answer can be sent now.")
    hint = gettext_lazy("The customer will read exactly this text.")

    def take(self) -> None:
        resolution.approve(self.case, actor=self.actor)


class Return(StepForm):
    done = gettext_lazy("Returned for rework.")
    reason = words_field(gettext_lazy("What has to be reworked"))

    def take(self) -> None:
        resolution.return_for_rework(self.case, actor=self.actor, reason=self.said("reason"))


class CustomersWord(StepForm):
    """Cites what the customer said since the answer: a message of theirs, or what was written down of a call."""

    message = forms.TypedChoiceField(label=gettext_lazy("The customer's message that says so"), coerce=int)

    def offer(self) -> None:
        since = self.case.answered_at or self.case.opened_at
        theirs = Message.objects.filter(case=self.case, direction=Message.Direction.IN, created_at__gte=since)
        latest = theirs.order_by("-created_at", "-id")[:20]
        self.cited = self.chosen_from("message", [("", "---------"), *((one.pk, _quote(one)) for one in latest)])


def _quote(message: Message) -> str:
    at = date_format(timezone.localtime(message.created_at), "SHORT_DATETIME_FORMAT")
    return f"{at} · {message.get_channel_display()} · {message.body[:100]}"


class Accept(CustomersWord):
    done = gettext_lazy("Closed: the customer accepted.")
    hint = gettext_lazy("By telephone: log the call on the case first.")
    proof = forms.CharField(label=gettext_lazy("Reference of the recording"), required=False, max_length=300)

    def take(self) -> None:
        answer.accept(self.case, actor=self.actor, message=self.cleaned_data["message"], proof=self.said("proof"))


class Reject(CustomersWord):
    done = gettext_lazy("Reopened: somebody else looks at it.")
    reason = words_field(gettext_lazy("The reason, or how you know"), required=False)

    def offer(self) -> None:
        super().offer()
        self.cited.required, self.cited.empty_value = False, None

    def take(self) -> None:
        answer.reject(self.case, actor=self.actor, reason=self.said("reason"), message=self.cleaned_data["message"])


class Reopen(StepForm):
    done = gettext_lazy("Reopened as a new round.")
    reason = words_field(gettext_lazy("Why the case is taken up again"))

    def offer(self) -> None:
        if self.case.closed_as == ClosedAs.FINAL_RESPONSE:
            self.fields["reason"].label = _("Which facts are new since the final response")

    def take(self) -> None:
        ending.reopen(self.case, actor=self.actor, reason=self.said("reason"))


class DeclineReopening(StepForm):
    done = gettext_lazy("The case stays closed.")
    reason = words_field(gettext_lazy("Why the case stays closed"))

    def take(self) -> None:
        ending.decline_reopening(self.case, actor=self.actor, reason=self.said("reason"))


class Withdraw(StepForm):
    done = gettext_lazy("Closed: withdrawn.")
    reason = words_field(gettext_lazy("How the customer withdrew it"))

    def take(self) -> None:
        ending.withdraw(self.case, actor=self.actor, reason=self.said("reason"))


class MarkDuplicate(StepForm):
    done = gettext_lazy("Closed: duplicate.")
    of = forms.CharField(label=gettext_lazy("Code of the case where the matter is handled"), max_length=40)

    def take(self) -> None:
        ending.mark_duplicate(self.case, actor=self.actor, of=ending.original(self.actor, self.said("of")))


class MarkSpam(StepForm):
    done = gettext_lazy("Closed: spam.")
    reason = words_field(gettext_lazy("Why this is spam"))

    def take(self) -> None:
        ending.mark_spam(self.case, actor=self.actor, reason=self.said("reason"))
