"""The forms on the page of a case: what the customer says, sends and decides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.evidence.lines import Line
from cases.evidence.models import RequestedItem
from cases.satisfaction import SCORES
from cskh.core.errors import DomainError, NotKept

from .base import FilesField, PortalForm, UploadsField

_ASKED = "asked"  # which of the things it is, its form says: a picture is no transaction code


class MessageForm(PortalForm):
    body = forms.CharField(label=_("Your message"), widget=forms.Textarea(attrs={"rows": 4}))


class EvidenceForm(PortalForm):
    """Files, words, or both: for one of the `waiting` items; where nothing is asked for, one of the `helpful` things, or the
    case as a whole."""

    one_of = ("item", "thing", "documents", "text")

    item = forms.TypedChoiceField(
        label=_("This is"),
        required=False,
        coerce=lambda value: None if value == _ASKED else int(value),
        empty_value=None,
    )
    thing = forms.ChoiceField(label=_("This is"), required=False)
    documents = FilesField()
    uploads = UploadsField()
    text = forms.CharField(
        label=_("Or write it here, such as a transaction code"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: object, waiting: Sequence[RequestedItem] = (), helpful: Sequence[Line] = (), **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.refused_uploads: list[UUID] = []
        if waiting:
            several = [(_ASKED, _("What you asked me for"))] if len(waiting) > 1 else []
            self.fields["item"].choices = [  # type: ignore[attr-defined]
                *several,
                *((item.pk, item.checklist_item.name if item.checklist_item else item.name) for item in waiting),
                ("", _("Something else")),
            ]
            self.fields["item"].initial = _ASKED if several else waiting[0].pk
        else:
            del self.fields["item"]
        self._offer([] if waiting else helpful)

    def _offer(self, helpful: Sequence[Line]) -> None:
        """What a page said that was loaded before things changed is not held against the customer."""
        names = [(line.slug, line.name) for line in helpful]
        if names and self.data.get("thing", "") in ("", *dict(names)):
            self.fields["thing"].choices = [("", _("Something else")), *names]  # type: ignore[attr-defined]
        else:
            del self.fields["thing"]

    @property
    def is_something_else(self) -> bool:
        """Whether the customer was shown what is asked for, and says that this is none of it."""
        return "item" in self.fields and self.data.get("item") == ""

    @contextmanager
    def without_refused(self, upload: UUID) -> Iterator[None]:
        """Where that file is refused, the form shown again no longer sends it; what else has arrived stays."""
        try:
            yield
        except NotKept:
            raise  # it has arrived, and can be sent again as it is
        except DomainError:
            self.refused_uploads.append(upload)
            typed = cast(QueryDict, self.data).copy()
            typed.setlist("uploads", [one for one in typed.getlist("uploads") if one != str(upload)])
            self.data = typed
            raise

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data[name] for name in ("documents", "uploads", "text")):
            self.add_error("documents", gettext("Choose a file, or write the text."))


def _one_to_five(label: Any, worst: Any, best: Any, *, required: bool) -> forms.TypedChoiceField:
    ends = {1: format_lazy("1 – {}", worst), 5: format_lazy("5 – {}", best)}
    return forms.TypedChoiceField(
        label=label,
        required=required,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((one, ends.get(one, str(one))) for one in reversed(SCORES))],
    )


class SatisfactionForm(PortalForm):
    score = _one_to_five(
        _("How satisfied are you with how we handled your request?"), _("not at all"), _("very much"), required=True
    )
    ease = _one_to_five(
        _("How easy was it for you to have it handled?"), _("very hard"), _("very easy"), required=False
    )
    comment = forms.CharField(
        label=_("What should we know about it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcceptForm(PortalForm):
    answer = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(PortalForm):
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=4000,
        help_text=_("You need not give a reason. It helps whoever looks at it next."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RejectForm(AcceptForm, ReasonForm):
    """Which answer, and why."""
