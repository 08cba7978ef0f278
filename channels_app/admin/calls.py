"""Telephone calls as the exchange reported and staff logged them: to look things up. Work is done on the hotline page."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.admin_access import EVERYBODY, RoleModelAdmin
from cases import policies
from channels_app.models import Call


def visible_calls(actor: Actor) -> QuerySet[Call]:
    """Calls about cases `actor` may see, and calls about none yet: what they may know of and take up."""
    return Call.objects.filter(Q(case__isnull=True) | Q(case__in=policies.visible_to(actor)))


@admin.register(Call)
class CallAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    list_display = ("started_at", "direction", "state", "number", "customer", "case_code", "agent")
    list_filter = ("state", "direction", "agent")
    list_select_related = ("customer", "case", "agent")
    search_fields = ("number", "external_id", "case__code")
    date_hierarchy = "started_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        return visible_calls(Actor.staff(request.user)).order_by(*self.get_ordering(request))

    @admin.display(description=_("case"))
    def case_code(self, call: Call) -> str:
        return call.case.code if call.case else ""
