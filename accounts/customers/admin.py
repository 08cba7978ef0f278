"""Customers in the office: found, corrected, never deleted. And the notices they are shown, version by version."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.admin_access import EVERYBODY, HEADS, OFFICE_READERS, RoleModelAdmin, RoleTabularInline, holds
from accounts.models import Role
from cases import policies
from cases.workflow import correcting
from channels_app.models import Call
from cskh.core.errors import Invalid

from . import directory
from .models import Contact, Customer, Notice

_CORRECTORS = EVERYBODY - {Role.AUDITOR}
_SHOWN = 50
_TOLD = 3
_IS_SOMEBODY = ~Q(name="") | Q(external_id__isnull=False) | Exists(Contact.objects.filter(customer=OuterRef("pk")))


class ContactForm(forms.ModelForm):
    """An address in its normal form. A new or changed address is not the customer's until somebody proves it."""

    class Meta:
        model = Contact
        fields = ("kind", "address")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        normal = {Contact.Kind.EMAIL: directory.normal_email, Contact.Kind.PHONE: directory.normal_phone}
        kind, address = cleaned.get("kind"), cleaned.get("address")
        if kind in normal and address:
            try:
                cleaned["address"] = normal[Contact.Kind(kind)](address)
            except Invalid as error:
                self.add_error("address", [text for texts in error.errors.values() for text in texts])
        return cleaned

    def save(self, commit: bool = True) -> Any:
        self.instance.verified_at = self.verified_at()
        return super().save(commit)

    def verified_at(self) -> datetime | None:
        """Since when the address, as it is now, is known to be theirs: a changed one has to be verified anew."""
        changed = {"kind", "address"}.intersection(self.changed_data)
        return None if changed else self.instance.verified_at


class VerifyingContactForm(ContactForm):
    """For those who may say that an address is the customer's. The mark keeps the time it was set at."""

    is_verified = forms.BooleanField(label=gettext_lazy("verified"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_verified"] = self.instance.verified_at is not None

    def verified_at(self) -> datetime | None:
        if "is_verified" not in self.changed_data:
            return super().verified_at()
        return timezone.now() if self.cleaned_data["is_verified"] else None


def _may_correct(request: HttpRequest, customer: Customer | None) -> bool:
    """A record that is only being made is nobody's yet."""
    return customer is None or policies.may_correct(Actor.staff(request.user), customer)


class ContactInline(RoleTabularInline):
    model = Contact
    form = ContactForm
    editable_by = _CORRECTORS
    fields = ("kind", "address", "is_verified", "verified_at", "last_used_at")
    readonly_fields = ("verified_at", "last_used_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_correct(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _may_correct(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may not verify sees the time of verification, not the box."""
        return self.fields if holds(request, HEADS) else [name for name in self.fields if name != "is_verified"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = VerifyingContactForm if holds(request, HEADS) else ContactForm
        return super().get_formset(request, obj, **{"form": form, **kwargs})


class LeftNothing(admin.SimpleListFilter):
    title = gettext_lazy("who they are")
    parameter_name = "unknown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("left neither name nor address"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        return queryset.exclude(_IS_SOMEBODY) if self.value() == "yes" else queryset


@admin.register(Customer)
class CustomerAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    editable_by = _CORRECTORS
    addable_by = _CORRECTORS - {Role.SPECIALIST}  # who know customers by their cases only
    inlines = (ContactInline,)
    list_display = ("display_name", "external_id", "addresses", "language", "created_at")
    list_display_links = ("display_name",)
    list_filter = ("language", LeftNothing)
    search_fields = ("name", "external_id")
    search_help_text = gettext_lazy("Name, telephone number in any form, email address or customer id")
    fieldsets = (
        (None, {"fields": ("name", "external_id", "language", "created_at", "merged_into", "merging")}),
        (gettext_lazy("Cases"), {"fields": ("cases_list",)}),
        (gettext_lazy("Calls"), {"fields": ("calls_list",)}),
    )
    readonly_fields = ("created_at", "merged_into", "merging", "cases_list", "calls_list")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        known = policies.visible_customers(Actor.staff(request.user)).order_by(*self.ordering)
        return known.prefetch_related("contacts").select_related("merged_into")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """What the hotline finds too; without a term the records in use, as far as they say who it is: visitors of the chat who
        left nothing would fill the list, and come where the filter asks for them."""
        if "\0" in request.GET.get(SEARCH_VAR, ""):
            return queryset.none(), False  # the box refuses it, and would leave the search empty: everybody
        if not search_term:
            in_use = queryset.filter(merged_into=None)
            return (in_use if LeftNothing.parameter_name in request.GET else in_use.filter(_IS_SOMEBODY)), False
        return queryset.filter(pk__in=[one.pk for one in directory.find(search_term, queryset, limit=200)]), False

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_correct(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        """The id decides whose token opens the cases."""
        return self.readonly_fields if holds(request, HEADS) else ("external_id", *self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        obj.external_id = obj.external_id or None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """In the transaction of the whole page: its cases tell what was corrected."""
        fields = set(form.changed_data)
        for contact in (one for formset in formsets for one in formset.forms if one.has_changed()):
            fields |= {"verified" if name == "is_verified" else "contacts" for name in contact.changed_data}
        correcting.note_correction(cast(Customer, form.instance), fields, actor=Actor.staff(request.user))
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            for contact in (*formset.new_objects, *(changed for changed, _fields in formset.changed_objects)):
                self._tell_whose_else_it_is(request, contact)

    def _tell_whose_else_it_is(self, request: HttpRequest, contact: Contact) -> None:
        """Two people may share a telephone, so it is no error; but both records may be one person's. Of those one may know."""
        actor = Actor.staff(request.user)
        same = Contact.objects.filter(kind=contact.kind, address__iexact=contact.address)
        others = policies.visible_customers(actor).filter(pk__in=same.values("customer_id"), merged_into=None)
        for other in others.exclude(pk=contact.customer_id)[:_TOLD]:
            told = _("%(address)s is also an address of %(customer)s. One person? Then merge the two records.")
            told %= {"address": contact.address, "customer": other}
            if policies.may_merge(actor):
                merging = reverse("hotline:merge", args=[contact.customer_id], query={"other": other.pk})
                told = format_html('{} <a class="underline" href="{}">{}</a>', told, merging, _("Merge customers"))
            messages.warning(request, told)

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def display_name(self, customer: Customer) -> str:
        return str(customer)

    @admin.display(description=gettext_lazy("contacts"))
    def addresses(self, customer: Customer) -> str:
        return ", ".join(contact.address for contact in customer.contacts.all())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Customer | None:
        """Keeps who asks with the record, so that its cases are those the person may see."""
        customer: Customer | None = super().get_object(request, object_id, from_field)
        if customer is not None:
            customer.seen_by = Actor.staff(request.user)  # type: ignore[attr-defined]
        return customer

    @admin.display(description=gettext_lazy("cases"))
    def cases_list(self, customer: Customer) -> SafeString | str:
        if customer.pk is None:
            return "–"
        cases = policies.visible_to(customer.seen_by).filter(customer=customer)  # type: ignore[attr-defined]
        rows = [
            (
                reverse("admin:cases_case_change", args=[case.pk]),
                case.code,
                case.subject,
                case.get_status_display(),
                date_format(timezone.localtime(case.opened_at), "SHORT_DATE_FORMAT"),
            )
            for case in cases.order_by("-opened_at")[:_SHOWN]
        ]
        line = '<div><a class="font-medium text-link" href="{}">{}</a> {} · {} · {}</div>'
        return format_html_join("", line, rows) or "–"

    @admin.display(description=gettext_lazy("merging"))
    def merging(self, customer: Customer) -> SafeString | str:
        if customer.pk is None:
            return "–"
        address = reverse("hotline:merge", args=[customer.pk])
        return format_html('<a class="font-medium text-link" href="{}">{}</a>', address, _("Merge or undo a merge"))

    @admin.display(description=gettext_lazy("calls"))
    def calls_list(self, customer: Customer) -> SafeString | str:
        if customer.pk is None:
            return "–"
        rows = [
            (
                date_format(timezone.localtime(call.started_at), "SHORT_DATETIME_FORMAT"),
                call.number,
                call.get_state_display(),
            )
            for call in Call.objects.filter(customer=customer)[:_SHOWN]
        ]
        return format_html_join("", "<div>{} · {} · {}</div>", rows) or "–"


@admin.register(Notice)
class NoticeAdmin(RoleModelAdmin):
    """A version that was published stays as it was shown; what changes is a new version."""

    readable_by = OFFICE_READERS
    editable_by = HEADS
    list_display = ("version", "published_at", "is_published")
    ordering = ("-published_at",)

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        published = obj is not None and obj.published_at <= timezone.now()
        return not published and super().has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("published"), boolean=True)
    def is_published(self, notice: Notice) -> bool:
        return notice.published_at <= timezone.now()
