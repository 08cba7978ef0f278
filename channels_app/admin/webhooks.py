"""Whom we tell of case events, and whether it arrived. Targets are made over the API; here they are switched off."""

from django.contrib import admin

from accounts.admin_access import ADMINISTRATORS, AUDITED, NOBODY, RoleModelAdmin
from channels_app.models import WebhookDelivery, WebhookTarget


@admin.register(WebhookTarget)
class WebhookTargetAdmin(RoleModelAdmin):
    readable_by = AUDITED
    editable_by = ADMINISTRATORS
    addable_by = NOBODY
    list_display = ("url", "client", "events", "is_active", "created_at")
    list_filter = ("is_active", "client")
    list_select_related = ("client",)
    fields = ("client", "url", "events", "is_active", "created_at")
    readonly_fields = ("client", "url", "events", "created_at")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(RoleModelAdmin):
    readable_by = AUDITED
    list_display = ("event", "target", "state", "attempts", "response_status", "next_try_at", "delivered_at")
    list_filter = ("state", "target")
    list_select_related = ("event__case", "target")
    search_fields = ("event__case__code",)
