"""The form that opens a request."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from django import forms
from django.conf import settings
from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.customers import directory
from accounts.customers.models import Notice
from cases.categories import in_order, public_reasons
from cases.models import Category
from cases.states import Nature
from channels_app.amounts import AmountField
from cskh.core.errors import Invalid
from cskh.core.text import checked_body

from .base import CODE_TYPED, FilesField, PortalForm

_TOKEN = "channels_app.portal.request"  # noqa: S105 - the name of a purpose, not a secret
_HOLDS = 24 * 3600  # seconds, as long as double sending is recognised


class RequestForm(PortalForm):
    """A request of any nature. Four fields must be filled: nature, text, name, and one way to answer.

    `about` is the slug of what it is known to be about: a reason is chosen then, a topic's reasons come first. The token
    tells one sending from another, and carries which notice the page showed.
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
    )
    body = forms.CharField(
        label=_("What happened?"),
        help_text=_("In your own words. Never send passwords, one-time codes or full card numbers."),
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    transaction_ref = forms.CharField(
        label=_("Transaction code"), required=False, max_length=100, widget=forms.TextInput(attrs=CODE_TYPED)
    )
    amount = AmountField(
        label=_("Amount (VND)"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    incident_at = forms.DateTimeField(
        label=_("When did it happen?"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    documents = FilesField()
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
        reasons = public_reasons()
        field: forms.ModelChoiceField = self.fields["category"]  # type: ignore[assignment]
        field.queryset, known = reasons, in_order(reasons)
        field.choices = _grouped(known, field.empty_label, about)
        field.initial = next((reason.pk for reason in known if reason.slug == about), None)
        self.nonce = ""
        self.notice: Notice | None = None
        if not self.is_bound:
            self.notice = Notice.in_force()
            self.fields["token"].initial = new_token(self.notice)

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
            self.nonce, notice = signing.loads(typed.get("token", ""), salt=_TOKEN, max_age=_HOLDS)
            self.notice = Notice.objects.filter(pk=notice).first()
        except signing.BadSignature:
            self.add_error(None, gettext("This page was open for too long. Please send it once more."))

    def renew(self) -> None:
        """A token for the next sending: the last one was used up, or is no longer good."""
        self.notice = Notice.in_force()
        again = QueryDict(mutable=True)
        again.update(self.data)
        again["token"] = new_token(self.notice)
        self.data = again

    def _checked(self, field: str, check: Callable[[str], str]) -> str:
        text = self.cleaned_data[field]
        if not text:
            return ""
        try:
            return check(text)
        except Invalid as error:
            raise forms.ValidationError(error.errors[field]) from error


def new_token(notice: Notice | None) -> str:
    """Signed and dated; makes two sendings of one form one request, and says which notice its page showed."""
    return signing.dumps([secrets.token_hex(16), notice and notice.pk], salt=_TOKEN)


def _grouped(reasons: Sequence[Category], empty_label: object, first: str) -> list[tuple[object, object]]:
    """Reasons under their topics; the topic of that slug first."""
    groups: dict[str, list[tuple[object, object]]] = {}
    for reason in sorted(reasons, key=lambda one: one.parent is None or one.parent.slug != first):
        groups.setdefault(str(reason.parent), []).append((reason.pk, str(reason)))
    return [("", empty_label), *groups.items()]
