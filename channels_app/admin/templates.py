"""Prepared texts for the composer."""

from django.contrib import admin

from accounts.admin_access import EVERYBODY, HEADS, RoleModelAdmin
from channels_app.models import ReplyTemplate


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    editable_by = HEADS
    list_display = ("shortcut", "title", "category", "is_active")
    list_filter = ("is_active", "category")
    list_select_related = ("category",)
    search_fields = ("shortcut", "title", "body_vi", "body_en")
    autocomplete_fields = ("category",)
