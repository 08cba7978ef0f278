"""Amounts of money in forms."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext

from cskh.core.amounts import amount_of


class AmountField(forms.CharField):
    """Whole VND as people write them: 2.000.000, 2,000,000đ, 2 triệu."""

    def clean(self, value: object) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        amount = amount_of(text)
        if amount is None:
            raise forms.ValidationError(gettext("Write the amount in VND as a whole number, such as 2.000.000."))
        if amount > settings.AMOUNT_MAX_VND:
            raise forms.ValidationError(gettext("This amount is too large."))
        return amount
