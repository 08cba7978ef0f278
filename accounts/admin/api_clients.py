"""Programs that may call the API. A key is shown once, when the client is made; revoking it is for good."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin_access import ADMINISTRATORS, AUDITED, RoleModelAdmin
from accounts.models import ApiClient, Scope


class ApiClientForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = ApiClient
        fields = ("name", "scopes", "is_active")


@admin.register(ApiClient)
class ApiClientAdmin(RoleModelAdmin):
    readable_by = AUDITED
    editable_by = ADMINISTRATORS
    form = ApiClientForm
    list_display = ("name", "key_prefix", "scopes", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "key_prefix")
    readonly_fields = ("key_prefix", "created_at")

    def get_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> tuple[str, ...]:
        return ("name", "scopes", "is_active", "key_prefix", "created_at") if obj else ("name", "scopes")

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        client, key = ApiClient.objects.create_with_key(obj.name, obj.scopes)
        obj.__dict__.update(client.__dict__)
        messages.warning(request, _("The key of %(name)s, shown only now: %(key)s") % {"name": obj.name, "key": key})
