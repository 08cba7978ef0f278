"""Members of staff and their roles. Only administrators change them; nobody is ever deleted, because the record names them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.actors import Actor
from accounts.admin_access import (
    ADMINISTRATORS,
    HEADS,
    OFFICE_READERS,
    RoleModelAdmin,
    RoleTabularInline,
    holds,
)
from accounts.models import Membership, User
from cases.workflow.handover import hand_over, set_presence
from channels_app.chat import letting_go

admin.site.unregister(Group)  # rights come from memberships alone


class StaffForm(UserChangeForm):
    """Refuses what would lock the last way in: administrators do not deactivate themselves."""

    acting: User

    def clean_is_active(self) -> bool:
        if self.instance.pk == self.acting.pk and not self.cleaned_data["is_active"]:
            raise forms.ValidationError(_("You cannot deactivate yourself."))
        return self.cleaned_data["is_active"]


class MembershipInline(RoleTabularInline):
    model = Membership
    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS
    autocomplete_fields = ("department",)


@admin.register(User)
class StaffAdmin(RoleModelAdmin, DjangoUserAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "roles", "presence", "is_active", "last_login")
    list_filter = ("is_active", "presence", "memberships__role", "memberships__department")
    search_fields = ("username", "first_name", "last_name", "email", "phone_extension")
    ordering = ("username",)
    filter_horizontal = ()
    actions = ("take_off_duty",)
    readonly_fields = ("presence", "presence_changed_at", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (gettext_lazy("Person"), {"fields": ("last_name", "first_name", "email", "phone_extension", "language")}),
        (gettext_lazy("Presence"), {"fields": ("presence", "presence_changed_at", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "last_name", "first_name", "email", "language", "password1", "password2"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__department")

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = request.user  # type: ignore[attr-defined]
        return form

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines

    def get_inline_instances(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super(DjangoUserAdmin, self).get_inline_instances(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Everybody kept here uses the desk. Whoever is deactivated hands over what waits on them."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            handed_over = hand_over(obj, actor=Actor.staff(request.user))
            self.message_user(request, _("Cases handed over: %(number)d.") % {"number": len(handed_over)})

    @admin.action(
        description=gettext_lazy("Take off duty: what waits on them is handed over"), permissions=["presence"]
    )
    def take_off_duty(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """For whoever cannot do it themselves, such as a colleague who has fallen ill."""
        with transaction.atomic():
            handed_over = []
            for person in people:
                handed_over += set_presence(person, User.Presence.OFF_DUTY, actor=Actor.staff(request.user))
                letting_go.release(person)
        self.message_user(request, _("Cases handed over: %(number)d.") % {"number": len(handed_over)})

    def has_presence_permission(self, request: HttpRequest) -> bool:
        return holds(request, HEADS)

    @admin.display(description=gettext_lazy("name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        everywhere = _("all departments")
        return ", ".join(f"{one.get_role_display()} ({one.department or everywhere})" for one in user.memberships.all())


@admin.register(Membership)
class MembershipAdmin(RoleModelAdmin):
    """Who holds which role where, over everybody; changed on the person's page."""

    readable_by = OFFICE_READERS
    list_display = ("user", "role", "department", "is_lead")
    list_filter = ("role", "is_lead", "department")
    list_select_related = ("user", "department")
    search_fields = ("user__username", "user__last_name", "user__first_name")
