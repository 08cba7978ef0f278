"""Evidence at the desk: asking for what is missing, and adding what reached us otherwise."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from cases.evidence import queries
from cases.evidence.pipeline.receive import Upload
from cases.evidence.queries import Line
from cases.evidence.wanted import could_be_asked_earlier
from cases.states import Channel
from cases.workflow import evidence
from cases.workflow.evidence import Wanted
from cskh.core.incoming import EMPTY

from .step_forms import StepForm


class RequestEvidence(StepForm):
    """The checklist with what is not there ticked, and room for things of one's own for those who may ask for them. Who may
    ask for a thing although what is as good is there finds those apart."""

    done = gettext_lazy("Asked. The clocks pause once the request has reached the customer.")
    hint = gettext_lazy("The customer reads each thing with its reason, and gets a link to send it.")
    listed = forms.MultipleChoiceField(
        label=gettext_lazy("From the checklist"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    besides = forms.MultipleChoiceField(
        label=gettext_lazy("Besides what is on file"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Something as good is on file. What is ticked here is asked for and waited for all the same."
        ),
    )
    besides_why = forms.CharField(
        label=gettext_lazy("Why this is needed besides"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("The customer reads it."),
    )
    items = forms.CharField(
        label=gettext_lazy("Something else"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy(
            "One thing a line; why it is needed after a colon. A manager or the lead asks for what is not on the checklist."
        ),
    )
    late_why = forms.CharField(
        label=gettext_lazy("Why this is asked for only now"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The customer does not read it; it stays in the history."),
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("By when"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def offer(self) -> None:
        file = queries.file_of(self.case)
        lines = file.lines
        self.lines = [line for line in lines if not line.is_on_file]
        may_ask_besides = evidence.may_ask_besides(self.actor, self.case)
        self.as_good_is_there = [line for line in lines if line.may_be_asked_besides] if may_ask_besides else []
        self._tick_among("listed", self.lines)
        self._tick_among("besides", self.as_good_is_there)
        if not (
            self.as_good_is_there or self.data.get("besides_why")
        ):  # what was typed stays, whatever happened meanwhile
            del self.fields["besides_why"]
        self._warn(file)
        if not (self.data.get("items") or evidence.may_ask_beyond(self.actor, self.case)):
            del self.fields["items"]
            self.hint = gettext_lazy(
                "The customer reads each thing with its reason, and gets a link to send it. A manager or the lead asks for "
                "what is not on the checklist."
            )
        self.initial["listed"] = [line.name for line in self.lines if line.is_missing]
        self.initial["due_at"] = timezone.localtime(evidence.usual_due(self.case, at=timezone.now()))
        self.fields["due_at"].widget.attrs["max"] = timezone.localtime(
            timezone.now() + settings.EVIDENCE_LONGEST_WAIT - timedelta(minutes=1)
        ).strftime("%Y-%m-%dT%H:%M")

    def _warn(self, file: queries.CaseFile) -> None:
        """Of what could have been asked for earlier (R-28); before anything is asked."""
        late = [line.name for line in self.lines if could_be_asked_earlier(self.case.status, file, line)]
        if late:
            words = gettext(
                "This could have been asked for earlier, and was not: %(things)s. Ask only for what nothing goes on without."
            )
            self.warnings.append(words % {"things": ", ".join(late)})
        if file.is_about_a_withdrawal:
            self.warnings.append(
                gettext(
                    "The customer's money waits to be paid out. It may not hang on documents that could have been asked for"
                    " earlier: what is not on the checklist counts as such. Say why it is asked for only now."
                )
            )
        elif not late:
            del self.fields["late_why"]

    def _tick_among(self, name: str, lines: list[Line]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(line.name, f"{line.name} – {line.why}" if line.why else line.name) for line in lines]
        if not lines:
            del self.fields[name]

    def clean(self) -> None:
        if self.cleaned_data.get("besides") and not self.said("besides_why"):
            self.add_error("besides_why", gettext("Say why this is needed besides."))

    def take(self) -> None:
        evidence.request_evidence(
            self.case,
            actor=self.actor,
            items=self._wanted(),
            due_at=self.cleaned_data["due_at"],
            late_why=self.said("late_why"),
        )

    def _wanted(self) -> list[Wanted]:
        chosen = [line for line in self.lines if line.name in self.cleaned_data.get("listed", ())]
        besides = [line for line in self.as_good_is_there if line.name in self.cleaned_data.get("besides", ())]
        typed = [line.partition(":") for line in self.said("items").splitlines() if line.strip()]
        return [
            *(Wanted(name=line.name, why=line.why, checklist_item=line.checklist_item) for line in chosen),
            *(
                Wanted(
                    name=line.name, why=self.said("besides_why"), checklist_item=line.checklist_item, is_besides=True
                )
                for line in besides
            ),
            *(Wanted(name=name.strip(), why=why.strip()) for name, _, why in typed),
        ]


class AddEvidence(StepForm):
    """What the customer handed in on a way of their own: read out, shown at a counter, sent to a colleague."""

    done = gettext_lazy("Added.")
    file = forms.FileField(label=gettext_lazy("File"), required=False, error_messages={"empty": EMPTY})
    text = forms.CharField(
        label=gettext_lazy("Or words, such as a transaction code"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 2}),
    )

    def take(self) -> None:
        file = self.cleaned_data["file"]
        upload = Upload.of_form(file) if file else None
        evidence.submit_evidence(
            self.case,
            actor=self.actor,
            channel=Channel(self.case.channel),
            upload=upload,
            text=self.said("text"),
            address_hash=self.sent_from,
        )
