"""The forms of the public pages. What is wrong is said at the field; what was typed stays."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.customers import directory
from cases.evidence.models import RequestedItem
from cases.models import Category
from cases.states import Nature
from channels_app.intake import checked_body
from cskh.core.errors import DomainError, Invalid

from .uploads import too_many_files

_FORM_TOKEN = "channels_app.portal.forms"  # noqa: S105 - the name of a purpose, not a secret
_FORM_HOLDS = 24 * 3600  # seconds, as long as double sending is recognised
_AMOUNT = re.compile(r"\d{1,3}(?:([., ])\d{3})(?:\1\d{3})*|\d+")
_LARGEST_AMOUNT = 10**15
_ACCEPTED_FILES = "image/*,application/pdf"
_CODE_INPUT = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class _Renderer(DjangoTemplates):
    field_template_name = "portal/field.html"


class PortalForm(forms.Form):
    """Fields with label, help and errors as the pages show them. `one_of` names fields of which one is enough."""

    default_renderer = _Renderer
    one_of: tuple[str, ...] = ()

    def add_error(self, field: str | None, error: Any) -> None:
        """As always; and the first field that is wrong is where typing goes on."""
        super().add_error(field, error)
        for name, one in self.fields.items():
            one.widget.attrs.pop("autofocus", None)
            if name == self.first_wrong:
                one.widget.attrs["autofocus"] = True

    @property
    def first_wrong(self) -> str | None:
        """The name of the first field that something was said about."""
        return next((name for name in self.fields if name in self.errors), None)

    def show(self, error: DomainError, **names: str) -> None:
        """Puts what the domain refused at the fields it names (`names` maps its names to ours), else above the form."""
        for field, texts in (error.errors if isinstance(error, Invalid) else {}).items():
            field = names.get(field, field)
            for text in texts:
                self.add_error(field if field in self.fields else None, str(text))
        if not self.errors:
            self.add_error(names.get("*"), str(error))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, none too large, not too many."""

    widget = FilesInput(attrs={"accept": _ACCEPTED_FILES})

    def clean(self, data: object, initial: object = None) -> list[UploadedFile]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > settings.EVIDENCE_MAX_FILES_PER_UPLOAD:
            raise forms.ValidationError(too_many_files())
        return [super(FilesField, self).clean(file) for file in files]


class AmountField(forms.CharField):
    """Whole VND, written with or without separators: 2.000.000, 2,000,000đ, 2000000."""

    def clean(self, value: object) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        bare = re.sub(r"\s*(?:đ|₫|vnd|vnđ|đồng)\s*$", "", text.strip(), flags=re.IGNORECASE)
        if not _AMOUNT.fullmatch(bare):
            raise forms.ValidationError(gettext("Write the amount in VND as a whole number, such as 2.000.000."))
        amount = int(re.sub(r"\D", "", bare))
        if amount > _LARGEST_AMOUNT:
            raise forms.ValidationError(gettext("This amount is too large."))
        return amount


class RequestForm(PortalForm):
    """A request of any nature. Four fields must be filled: nature, text, name, and one way to answer.

    `about` is the slug of what it is known to be about: a reason is chosen then, a topic's reasons come first.
    """

    one_of = ("email", "phone")

    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("What is it about?"), required=False, empty_label=_("I am not sure")
    )
    nature = forms.ChoiceField(
        label=_("Kind of request"),
        choices=[(value, capfirst(label)) for value, label in Nature.choices],
        initial=Nature.SERVICE_REQUEST,
    )
    subject = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=settings.SUBJECT_MAX_CHARACTERS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label=_("What happened?"),
        help_text=_("In your own words. Never send passwords, one-time codes or full card numbers."),
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    transaction_ref = forms.CharField(
        label=_("Transaction code"), required=False, max_length=100, widget=forms.TextInput(attrs=_CODE_INPUT)
    )
    amount = AmountField(
        label=_("Amount (VND)"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    incident_at = forms.DateTimeField(
        label=_("When did it happen?"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    documents = FilesField(
        label=_("Pictures or documents"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC or PDF, up to 10 MB each."),
    )
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("Email"),
        required=False,
        max_length=320,
        help_text=_("An email address or a telephone number is enough."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
    )
    # Only machines fill what people cannot see.
    website = forms.CharField(required=False, label=_("Leave this empty"))
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, about: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        reasons = Category.objects.filter(is_active=True, parent__is_active=True).select_related("parent")
        field: forms.ModelChoiceField = self.fields["category"]  # type: ignore[assignment]
        field.queryset, known = reasons, list(reasons)
        field.choices = _grouped(known, field.empty_label, about)
        field.initial = next((reason.pk for reason in known if reason.slug == about), None)
        self.nonce = ""

    def clean_body(self) -> str:
        return self._checked("body", checked_body)

    def clean_email(self) -> str:
        return self._checked("email", directory.normal_email)

    def clean_phone(self) -> str:
        return self._checked("phone", directory.normal_phone)

    def clean_incident_at(self) -> datetime | None:
        at = self.cleaned_data["incident_at"]
        if at and at > timezone.now():
            raise forms.ValidationError(gettext("This time is in the future."))
        if at and at.year < 2000:
            raise forms.ValidationError(gettext("This time is too long ago."))
        return at

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(gettext("Leave this field empty: only programs fill it in."))
        return ""

    def clean(self) -> None:
        typed = self.cleaned_data
        if "email" in typed and "phone" in typed and not (typed["email"] or typed["phone"]):
            self.add_error("email", gettext("Give an email address or a telephone number, so that we can answer."))
        try:
            self.nonce = signing.loads(typed.get("token", ""), salt=_FORM_TOKEN, max_age=_FORM_HOLDS)
        except signing.BadSignature:
            self.add_error(None, gettext("This page was open for too long. Please send it once more."))

    def renew(self) -> None:
        """A token for the next sending: the last one was used up, or is no longer good."""
        self.data = {**self.data, "token": new_token()}

    def _checked(self, field: str, check: Callable[[str], str]) -> str:
        text = self.cleaned_data[field]
        if not text:
            return ""
        try:
            return check(text)
        except Invalid as error:
            raise forms.ValidationError(error.errors[field]) from error


class AskCodeForm(PortalForm):
    """Which request somebody wants to follow. Any text is taken: what it is worth is told nobody."""

    code = forms.CharField(
        label=_("Tracking code"),
        max_length=60,
        help_text=_("For example %(prefix)s-1234-5678-90A. It is in the message you got from us.")
        % {"prefix": settings.CASE_CODE_PREFIX},
        widget=forms.TextInput(attrs=_CODE_INPUT),
    )


class OneTimeCodeForm(PortalForm):
    digits = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        help_text=_("Six digits."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class MessageForm(PortalForm):
    body = forms.CharField(label=_("Your message"), widget=forms.Textarea(attrs={"rows": 4}))


class EvidenceForm(PortalForm):
    """Files, words, or both, for one of the `waiting` items or for the case as a whole."""

    one_of = ("item", "documents", "text")

    item = forms.TypedChoiceField(label=_("This is"), required=False, coerce=int, empty_value=None)
    documents = FilesField(
        label=_("Pictures or documents"), required=False, help_text=_("JPEG, PNG, WebP, HEIC or PDF, up to 10 MB each.")
    )
    text = forms.CharField(
        label=_("Or write it here, such as a transaction code"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: object, waiting: Sequence[RequestedItem] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if waiting:
            self.fields["item"].choices = [  # type: ignore[attr-defined]
                *((item.pk, item.checklist_item.name if item.checklist_item else item.name) for item in waiting),
                ("", _("Something else")),
            ]
            self.fields["item"].initial = waiting[0].pk
        else:
            del self.fields["item"]

    def clean(self) -> None:
        if not self.errors and not (self.cleaned_data["documents"] or self.cleaned_data["text"]):
            self.add_error("documents", gettext("Choose a file, or write the text."))


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


def typed_in(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it empty; None where it is only shown."""
    return request.POST if request.method == "POST" else None


def new_token() -> str:
    """Signed and dated; makes two sendings of one form one request."""
    return signing.dumps(secrets.token_hex(16), salt=_FORM_TOKEN)


def _grouped(reasons: Sequence[Category], empty_label: object, first: str) -> list[tuple[object, object]]:
    """Reasons under their topics; the topic of that slug first."""
    groups: dict[str, list[tuple[object, object]]] = {}
    for reason in sorted(reasons, key=lambda one: one.parent is None or one.parent.slug != first):
        groups.setdefault(str(reason.parent), []).append((reason.pk, str(reason)))
    return [("", empty_label), *groups.items()]
