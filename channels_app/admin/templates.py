"""Prepared texts for the composer."""

from typing import Any

from django import forms
from django.contrib import admin

from accounts.admin_access import EVERYBODY, HEADS, RoleModelAdmin
from cases.fair_words import ACCUSES, accuses
from cases.no_payment import ASKS_FOR_MONEY, asks_to_pay
from channels_app.models import ReplyTemplate


class ReplyTemplateForm(forms.ModelForm):
    """Asks nobody for money and accuses nobody, in neither language."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for field in ("body_vi", "body_en"):
            if asks_to_pay(said.get(field) or ""):
                self.add_error(field, str(ASKS_FOR_MONEY))
            if accuses(said.get(field) or ""):
                self.add_error(field, str(ACCUSES))
        return said


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(RoleModelAdmin):
    form = ReplyTemplateForm
    readable_by = EVERYBODY
    editable_by = HEADS
    list_display = ("shortcut", "title", "category", "is_active")
    list_filter = ("is_active", "category")
    list_select_related = ("category",)
    search_fields = ("shortcut", "title", "body_vi", "body_en")
    autocomplete_fields = ("category",)
