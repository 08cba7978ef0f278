"""The complaint register: read, never written by hand. Entries come from classifying a case."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.admin_access import EVERYBODY, RoleModelAdmin
from cases import policies
from cases.states import Status

from .models import Complaint


@admin.register(Complaint)
class ComplaintAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    list_display = ("case_link", "nature", "category", "department", "status", "round", "registered_at")
    list_display_links = None
    list_filter = ("case__status", "case__nature", "case__department")
    list_select_related = ("case__category", "case__department")
    search_fields = ("case__code",)
    date_hierarchy = "registered_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        return super().get_queryset(request).filter(case__in=policies.visible_to(Actor.staff(request.user)))

    @admin.display(description=_("case"), ordering="case__code")
    def case_link(self, complaint: Complaint) -> SafeString:
        url = reverse("admin:cases_case_change", args=[complaint.case_id])
        return format_html('<a href="{}" class="font-medium text-link">{}</a>', url, complaint.case.code)

    @admin.display(description=_("nature"), ordering="case__nature")
    def nature(self, complaint: Complaint) -> str:
        return complaint.case.get_nature_display()

    @admin.display(description=_("category"))
    def category(self, complaint: Complaint) -> str:
        return str(complaint.case.category or "")

    @admin.display(description=_("department"))
    def department(self, complaint: Complaint) -> str:
        return str(complaint.case.department or "")

    @admin.display(description=_("status"), ordering="case__status")
    def status(self, complaint: Complaint) -> str:
        return str(Status(complaint.case.status).label)

    @admin.display(description=_("round"), ordering="case__round")
    def round(self, complaint: Complaint) -> int:
        return complaint.case.round
