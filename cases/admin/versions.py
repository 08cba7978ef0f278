"""What the office keeps in versions: a draft is begun, changed and published; what was published is read."""

from typing import Any, ClassVar, Protocol

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin, RoleStackedInline
from accounts.models import User
from cskh.core.errors import DomainError


class Version(Protocol):
    """One of them; `is_draft` until it is published."""

    pk: Any
    number: int
    note: str

    @property
    def is_draft(self) -> bool: ...


def _is_changeable(version: Version | None) -> bool:
    return version is None or version.is_draft


class PartsOfVersion(RoleStackedInline):
    """What a version consists of: changed with the draft, and read afterwards."""

    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_delete_permission(request, obj)


class VersionsAdmin(RoleModelAdmin):
    """Subclasses say how a draft is begun and published, and which version is in force."""

    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    actions_submit_line = ("publish",)
    readonly_fields: Any = ("number", "state", "published_at", "published_by")

    beginning: ClassVar[tuple[str, ...]] = ("note",)  # what is asked when a draft is begun, by `beginning_form`
    beginning_form: ClassVar[type[forms.ModelForm]]
    published_words: ClassVar[str | Promise]

    def begin(self, obj: Any, form: Any) -> Version:
        """The draft that is begun."""
        raise NotImplementedError

    def put_in_force(self, obj: Any, *, by: User) -> None:
        """Raises what forbids it."""
        raise NotImplementedError

    def is_in_force(self, obj: Any) -> bool:
        """Asked of each row of the list: without a query."""
        raise NotImplementedError

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else self.beginning

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": self.beginning_form}), **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any = None) -> Any:
        """What is published is not published again."""
        drafts = self.model._default_manager.filter(published_at__isnull=True)
        is_draft = drafts.filter(pk=object_id).exists() if object_id else False
        return super().get_actions_submit_line(request, object_id) if is_draft else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.save()
        else:
            draft = self.begin(obj, form)
            obj.pk, obj.number = draft.pk, draft.number

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The theme takes its buttons with the model, before the parts are saved: what is published is what was read."""
        super().save_related(request, form, formsets, change)
        for button in self.get_actions_submit_line(request, form.instance.pk):
            if change and button.action_name in request.POST:
                button.method(request, form.instance)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """What was begun is changed next."""
        messages.success(request, _("A draft is begun. Change it, then publish it."))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: HttpRequest, obj: Any) -> None:
        try:
            self.put_in_force(obj, by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(self.published_words))

    @admin.display(description=gettext_lazy("state"))
    def state(self, obj: Any) -> str:
        if obj.is_draft:
            return format_html("<b>{}</b>", _("draft"))
        return _("in force") if self.is_in_force(obj) else _("earlier version")
