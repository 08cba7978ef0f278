"""What is written: messages, notes, outcomes, answers. The words are `body`."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import queries
from cases.models import Answer
from cases.workflow import answer, resolution
from cases.workflow.sendable import require_sendable
from channels_app import deliveries, outbox
from channels_app.models import Delivery
from cskh.core.errors import Conflict, Invalid

from .step_forms import StepForm


class Writing(StepForm):
    """Whether it is too long is for whoever takes the words to say: the form would count line ends twice."""

    body = forms.CharField(
        label=gettext_lazy("Text"),
        widget=forms.Textarea(
            {
                "rows": 7,
                "data-templates": gettext_lazy("Reply templates"),
                "maxlength": str(settings.MESSAGE_MAX_CHARACTERS),
            }
        ),
    )


class MessageToCustomer(Writing):
    done = gettext_lazy("On its way to the customer.")

    def take(self) -> None:
        outbox.write_message(self.case, actor=self.actor, body=self.said("body"))


class Note(Writing):
    done = gettext_lazy("Noted.")
    hint = gettext_lazy("Only colleagues read this.")

    def take(self) -> None:
        outbox.write_note(self.case, actor=self.actor, body=self.said("body"))


class RetryDelivery(StepForm):
    done = gettext_lazy("Queued again.")
    delivery = forms.IntegerField(widget=forms.HiddenInput)

    def take(self) -> None:
        delivery = Delivery.objects.filter(pk=self.cleaned_data["delivery"], message__case=self.case).first()
        if delivery is None or not deliveries.retry(delivery):
            raise Conflict(_("There is nothing to send again."))


class Deciding(Writing):
    """Whether an outcome is `sendable` is said at once, since it may be held a while before it is taken."""

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        try:
            require_sendable(body, self.case, field="body")
        except Invalid as error:
            raise forms.ValidationError(error.errors["body"]) from error
        return body


class Propose(Deciding):
    done = gettext_lazy("Proposed. Somebody else decides now.")
    hint = gettext_lazy("As the customer would read it. Somebody else approves it before it goes out.")

    def offer(self) -> None:
        """Whoever reworks a returned outcome starts from its text."""
        returned = queries.answers_of_round(self.case, Answer.State.RETURNED).last()
        if returned is not None:
            self.initial.setdefault("body", returned.body)

    def take(self) -> None:
        resolution.propose(self.case, actor=self.actor, body=self.said("body"))


class SendAnswer(Deciding):
    done = gettext_lazy("Answered.")
    hint = gettext_lazy("The official answer of this round: the customer is asked to accept or reject it.")

    def offer(self) -> None:
        """What was approved goes out as it is: the form then asks for no text."""
        self.approved = queries.answers_of_round(self.case, Answer.State.APPROVED).first()
        if self.approved is not None:
            del self.fields["body"]

    def take(self) -> None:
        answer.send_answer(self.case, actor=self.actor, body=self.said("body"))


class FinalResponse(SendAnswer):
    done = gettext_lazy("Closed: final response given.")
    hint = gettext_lazy("The last word on the matter: it closes the case and says where the customer can turn next.")

    def take(self) -> None:
        answer.give_final_response(self.case, actor=self.actor, body=self.said("body"))
