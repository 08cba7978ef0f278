"""What came in, raw, and how far mail boxes were read. What could not be read can be tried again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin_access import AUDITED, HEADS, RoleModelAdmin, holds
from channels_app import intake
from channels_app.models import InboundItem, MailboxState
from cskh.core.errors import Conflict

OFFICE = HEADS | AUDITED


@admin.register(InboundItem)
class InboundItemAdmin(RoleModelAdmin):
    readable_by = OFFICE
    list_display = ("received_at", "channel", "source", "external_id", "state", "attempts", "case_link")
    list_filter = ("state", "channel", "source")
    list_select_related = ("case",)
    search_fields = ("external_id", "case__code")
    date_hierarchy = "received_at"
    fields = ("channel", "source", "external_id", "received_at", "state", "why", "attempts", "next_try_at", "case_link")
    actions = ("try_again", "dismiss")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundItem]:
        return super().get_queryset(request).defer("raw")

    @action(description=gettext_lazy("Try again"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, items: QuerySet[InboundItem]) -> None:
        tried = 0
        for item in items:
            try:
                intake.retry(item)
            except Conflict as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                tried += 1
        self.message_user(request, _("Tried again: %(number)d.") % {"number": tried})

    @action(description=gettext_lazy("Set aside: somebody looked after it"), permissions=["try_again"])
    def dismiss(self, request: HttpRequest, items: QuerySet[InboundItem]) -> None:
        dismissed = [item for item in items if intake.dismiss(item)]
        for item in dismissed:
            self.log_change(request, item, _("Set aside."))
        self.message_user(request, _("Set aside: %(number)d.") % {"number": len(dismissed)})

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return holds(request, HEADS)

    @admin.display(description=gettext_lazy("case"))
    def case_link(self, item: InboundItem) -> SafeString | str:
        if item.case is None:
            return "–"
        url = reverse("admin:cases_case_change", args=[item.case_id])
        return format_html('<a href="{}" class="font-medium text-link">{}</a>', url, item.case.code)


@admin.register(MailboxState)
class MailboxStateAdmin(RoleModelAdmin):
    readable_by = OFFICE
    list_display = ("address", "polled_at", "last_uid", "error")
    search_fields = ("address",)
