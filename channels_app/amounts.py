"""Amounts of money as people write them."""

import re

from django import forms
from django.conf import settings
from django.utils.translation import gettext

_AMOUNT = re.compile(r"\d{1,3}(?:([., ])\d{3})(?:\1\d{3})*|\d+")


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
        if amount > settings.AMOUNT_MAX_VND:
            raise forms.ValidationError(gettext("This amount is too large."))
        return amount
