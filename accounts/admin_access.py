"""Who gets into the admin and what they may do there: asked of memberships, never of Django's permission tables.

Every `ModelAdmin` and inline of the product stands on `RoleAccess` and names its roles. Whoever holds none of them does not
see the model at all. Superusers are administrators everywhere (`User.desk`).
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from .models import HEADS, Role, User

EVERYBODY = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
NOBODY: frozenset[Role] = frozenset()
# Who reads the configuration; and what only auditors look over administrators' shoulders at.
OFFICE_READERS = HEADS | {Role.AUDITOR}
AUDITED = ADMINISTRATORS | {Role.AUDITOR}


def works_here(user: User | AnonymousUser) -> bool:
    """Whether the person may use the admin at all: active staff with at least one membership."""
    return isinstance(user, User) and user.is_active and user.is_staff and bool(user.desk.departments)


def holds(request: HttpRequest, roles: Collection[Role]) -> bool:
    """Whether the person who asks holds one of `roles`, in whichever department."""
    user = request.user
    return isinstance(user, User) and works_here(user) and any(user.desk.has(role) for role in roles)


class RoleAccess:
    """Mixin for model admins and inlines. `editable_by` may add and change; they and `readable_by` may look."""

    readable_by: ClassVar[Collection[Role]] = EVERYBODY
    editable_by: ClassVar[Collection[Role]] = NOBODY
    addable_by: ClassVar[Collection[Role] | None] = None  # None: as editable_by
    deletable_by: ClassVar[Collection[Role]] = NOBODY

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.readable_by) or holds(request, self.editable_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.editable_by)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.editable_by if self.addable_by is None else self.addable_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.deletable_by)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class RoleModelAdmin(RoleAccess, ModelAdmin):
    """The base of every model admin: rights by role, and lists that never count a million rows."""

    show_full_result_count = False
    list_fullwidth = True


class RoleTabularInline(RoleAccess, TabularInline):
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Each field carries its name itself: the column's title names it only for those who see the table."""
        formset = super().get_formset(request, obj, **kwargs)
        for field in formset.form.base_fields.values():
            field.widget.attrs.setdefault("aria-label", field.label)
        return formset


class RoleStackedInline(RoleAccess, StackedInline):
    extra = 0
