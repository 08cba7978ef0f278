"""Who took what out as a file, for those who look over the shoulders of everybody: to be read and never written."""

from django.contrib import admin

from accounts.admin_access import AUDITED, RoleModelAdmin
from cases.reports.models import Export


@admin.register(Export)
class ExportAdmin(RoleModelAdmin):
    readable_by = AUDITED
    list_display = ("at", "user", "what", "rows", "format", "reason")
    list_filter = (("user", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username", "reason")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = ("at", "user", "what", "query", "rows", "format", "reason")
    readonly_fields = fields
