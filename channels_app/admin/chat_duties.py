"""Who takes chats, and how many at once: set by those who lead them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.admin_access import HEADS, OFFICE_READERS, RoleModelAdmin, holds
from accounts.models import Role, User
from channels_app import push
from channels_app.chat import giving
from channels_app.models import ChatDuty


class DutyForm(forms.ModelForm):
    """The same bounds as at the console."""

    capacity = forms.IntegerField(
        label=gettext_lazy("chats at once"),
        min_value=1,
        max_value=giving.MOST_AT_ONCE,
        widget=UnfoldAdminIntegerFieldWidget,
    )


@admin.register(ChatDuty)
class ChatDutyAdmin(RoleModelAdmin):
    """Managers see everybody, a lead the people of their departments. Rows come by themselves with a person's first console."""

    form = DutyForm
    readable_by = OFFICE_READERS
    editable_by = HEADS
    addable_by = ()
    list_display = ("user", "takes_chats", "capacity", "seen_at")
    list_filter = ("takes_chats",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    readonly_fields = ("user", "seen_at", "given_at")
    fields = ("user", "takes_chats", "capacity", "seen_at", "given_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or _led_by(request) is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if super().has_change_permission(request, obj):
            return True
        led = _led_by(request)
        return led is not None and (obj is None or ChatDuty.objects.filter(led, pk=obj.pk).exists())

    def save_model(self, request: HttpRequest, obj: ChatDuty, form: Any, change: bool) -> None:
        """Who waits may be given out anew. Unlike at the console, the person need not be there: `seen_at` stays as it is."""
        ChatDuty.objects.filter(pk=obj.pk).update(takes_chats=obj.takes_chats, capacity=obj.capacity)
        push.changed(push.WAITING)
        transaction.on_commit(giving.give_out, robust=True)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatDuty]:
        duties: QuerySet[ChatDuty] = super().get_queryset(request)
        if holds(request, OFFICE_READERS):
            return duties
        led = _led_by(request)
        return duties.filter(led).distinct() if led is not None else duties.none()


def _led_by(request: HttpRequest) -> Q | None:
    """The people whom the person who asks leads; None for those who lead nobody."""
    user = request.user
    leads = user.desk.leads if isinstance(user, User) and user.is_active else frozenset()
    if not leads:
        return None
    if None in leads:
        return Q(user__memberships__role__in=[role for role in Role if role != Role.AUDITOR])
    return Q(user__memberships__department__in=leads)
