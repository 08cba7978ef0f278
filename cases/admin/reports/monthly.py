"""The monthly complaints report: asked for, listed edition by edition, and taken out on a reason."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.models import Department
from cases import policies
from cases.reports import issuing
from cases.reports.monthly import LANGUAGES
from cskh.core.days import month_before
from cskh.core.errors import DomainError, Invalid, NotPermitted, NotVisible

from .asked import MONTHS, month_label, months_back
from .readers import page_urls, reader

PER_PAGE = 50
_LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}


class _Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is kept with your name and the time, for auditors to read."),
    )


class MakeForm(_Reason):
    month = forms.ChoiceField(label=gettext_lazy("Month"))
    department = forms.ModelChoiceField(label=gettext_lazy("Department"), queryset=Department.objects.none())
    field_order = ("month", "department", "reason")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = months_back(timezone.localdate(), MONTHS)
        self.fields["month"].choices = [(f"{one:%Y-%m}", month_label(one)) for one in months]  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{month_before(months[0]):%Y-%m}"
        place: Any = self.fields["department"]
        place.queryset, of_all = issuing.departments_for(actor)
        place.required, place.empty_label = not of_all, _("all departments") if of_all else None

    @property
    def chosen_month(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")


class TakeForm(_Reason):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[(one, _LANGUAGE_NAMES[one]) for one in LANGUAGES],
        widget=forms.RadioSelect,
    )
    field_order = ("language", "reason")


@require_http_methods(["GET", "POST"])
def monthly(request: HttpRequest) -> HttpResponse:
    """The editions there are; whoever exports makes another."""
    actor = reader(request)
    may_make = issuing.may_make(actor)
    form = MakeForm(request.POST if request.method == "POST" else None, actor=actor) if may_make else None
    if form is not None and form.is_valid():
        department = form.cleaned_data["department"]
        try:
            made = issuing.make(
                actor=actor, month=form.chosen_month, department=department, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            _tell(form, error)
        else:
            messages.success(request, _("Printed in both languages. It stays as it is; you can take it out below."))
            return HttpResponseRedirect(reverse("reports:monthly-edition", args=[made.pk]))
    elif request.method == "POST" and form is None:
        raise NotPermitted
    page = Paginator(issuing.visible_to(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Monthly complaints report"),
        "form": form,
        "page": page,
        "pages": page_urls(page),
        "may_export": policies.may_export(actor),
    }
    return render(request, "admin/reports/monthly.html", context, status=400 if form and form.errors else 200)


@require_http_methods(["GET", "POST"])
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: as PDF, in the language chosen, for whoever says what for."""
    actor = reader(request)
    issuing.exporting.require(actor)
    report = issuing.visible_to(actor).filter(pk=pk).first()
    if report is None:
        raise NotVisible
    language = (get_language() or "vi").split("-")[0]
    form = TakeForm(request.POST if request.method == "POST" else None, initial={"language": language})
    if form.is_valid():
        said = form.cleaned_data
        try:
            pdf = issuing.take_out(report, actor=actor, language=said["language"], reason=said["reason"])
        except DomainError as error:
            _tell(form, error)
        else:
            response = HttpResponse(pdf, content_type="application/pdf")
            response["Content-Disposition"] = f'attachment; filename="{report.filename(said["language"])}"'
            return response
    context = {
        **admin.site.each_context(request),
        "title": _("Complaints report, %(month)s") % {"month": month_label(report.month)},
        "report": report,
        "form": form,
    }
    return render(request, "admin/reports/monthly_edition.html", context, status=400 if form.errors else 200)


def _tell(form: forms.Form, error: DomainError) -> None:
    if isinstance(error, Invalid) and error.errors:
        for field, texts in error.errors.items():
            form.add_error(field if field in form.fields else None, texts)
    else:
        form.add_error(None, str(error))
