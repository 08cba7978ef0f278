"""The forms that lead to a case."""

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import codes

from .base import CODE_INPUT, PortalForm


class AskCodeForm(PortalForm):
    """Which request somebody wants to follow. What can be no code is said to be none; what a code is worth is told nobody."""

    code = forms.CharField(
        label=_("Tracking code"),
        max_length=60,
        help_text=format_lazy(
            _("For example {code}. It is in the message you got from us."),
            code=f"{settings.CASE_CODE_PREFIX}-1234-5678-90A",
        ),
        widget=forms.TextInput(attrs=CODE_INPUT),
    )

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        try:
            codes.parse_code(typed)
        except ValueError:
            raise forms.ValidationError(
                gettext("This is no tracking code. Please compare it with our message.")
            ) from None
        return typed


class OneTimeCodeForm(PortalForm):
    digits = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        help_text=_("Six digits."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
