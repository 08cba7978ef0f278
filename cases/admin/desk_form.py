"""What the desk's forms share, whether they are about one case or many."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet


class DeskForm(forms.Form):
    def said(self, field: str) -> str:
        """The words in a field, "" where it was left empty or is none of this form."""
        return str(self.cleaned_data.get(field) or "")

    def chosen_among(self, name: str, rows: QuerySet[Any]) -> None:
        """Offers these rows for the field."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def chosen_from(self, name: str, choices: Iterable[Any]) -> forms.TypedChoiceField:
        """Offers these choices for the field."""
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices
        return field
