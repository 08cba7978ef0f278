"""What is on its way to customers and staff. What could not be delivered can be sent again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin_access import HEADS, RoleModelAdmin, holds
from channels_app import deliveries
from channels_app.models import Delivery

from .inbound import OFFICE


@admin.register(Delivery)
class DeliveryAdmin(RoleModelAdmin):
    readable_by = OFFICE
    list_display = ("created_at", "what", "channel", "address", "state", "attempts", "next_try_at", "delivered_at")
    list_filter = ("state", "channel")
    list_select_related = ("message__case", "notice__case", "one_time_code__case")
    search_fields = ("address", "reference", "message__case__code")
    date_hierarchy = "created_at"
    fields = (
        "what", "channel", "address", "reference", "state", "attempts", "error", "created_at", "next_try_at", "delivered_at"
    )  # fmt: skip
    actions = ("send_again",)

    @action(description=gettext_lazy("Send again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        number = sum(deliveries.retry(delivery) for delivery in chosen)
        self.message_user(request, _("Sent again: %(number)d.") % {"number": number})

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return holds(request, HEADS)

    @admin.display(description=gettext_lazy("what"))
    def what(self, delivery: Delivery) -> str:
        for kind, label in (("message", _("message")), ("notice", _("notice")), ("one_time_code", _("one-time code"))):
            if (sent := getattr(delivery, kind)) is not None:
                return f"{sent.case.code}: {label}"
        return ""
