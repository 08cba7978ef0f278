"""Departments."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin
from accounts.models import Department


@admin.register(Department)
class DepartmentAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    list_display = ("slug", "name_vi", "name_en", "is_protection", "is_active")
    list_filter = ("is_active",)
    search_fields = ("slug", "name_vi", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Department | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()  # its name in the API never changes
