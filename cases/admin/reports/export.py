"""Taking a table or a list out as a file: a format, and what it is for."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from cases.reports import exporting, files
from cskh.core.errors import Invalid, NotVisible

from . import owed, pages
from .readers import reader
from .tables import Table

_LISTS = {pages.LIST: pages.behind, owed.LIST: owed.behind}  # by the names of their addresses


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("xlsx", gettext_lazy("Excel (XLSX)")), ("csv", "CSV")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is kept with your name and the time, for auditors to read."),
    )


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """`?what=cases&…` and `?what=owed&…` are the lists of those addresses; `?what=PAGE.TABLE&…` a table of a page."""
    actor = reader(request)
    exporting.require(actor)
    what = _Wanted(actor, request)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not what.refusal and form.is_valid():
        try:
            return what.file(form.cleaned_data["format"], form.cleaned_data["reason"])
        except Invalid as error:
            for field, texts in error.errors.items():
                form.add_error(field, texts)
    context = {**admin.site.each_context(request), "title": _("Export"), "what": what, "form": form}
    return render(request, "admin/reports/export.html", context, status=400 if form.errors else 200)


class _Wanted:
    """What is to be exported: its title, how many rows, and why not, where it is too much."""

    def __init__(self, actor: Actor, request: HttpRequest) -> None:
        self.actor, self.query = actor, request.GET.urlencode()
        self.name = request.GET.get("what", "")
        self.rows: tuple[files.Row, list[files.Row]] | None = None
        self.refusal = ""
        if self.name in _LISTS:
            self.list = _LISTS[self.name](actor, request)
            self.title, self.of = self.list.what, self.list.of
            self.count = self.list.found.count()
            self.refusal = exporting.too_many(self.count)
            self.back = f"{reverse(f'reports:{self.name}')}?{self.list.query}"
        else:
            page, _dot, table = self.name.partition(".")
            if page not in pages.TITLES:
                raise NotVisible
            asked, built, _as_of = pages.build(actor, page, request)
            wanted = _named(built.tables, table)
            self.rows = wanted.for_file
            self.title, self.count = wanted.title, len(self.rows[1])
            self.of = pages.said_of(asked, built)
            self.back = f"{reverse(f'reports:{page}')}?{self.query}"

    def file(self, kind: str, reason: str) -> FileResponse:
        said: dict[str, Any] = {"what": self.name, "query": self.query, "reason": reason}
        if self.name == pages.LIST:
            made = exporting.export_cases(self.actor, self.list.found, kind, **said)
        else:
            made = exporting.export_table(self.actor, *(self.rows or owed.for_file(self.list.found)), kind, **said)
        name = f"{self.name.replace('.', '-')}-{timezone.localtime():%Y%m%d-%H%M}.{kind}"
        return FileResponse(made, as_attachment=True, filename=name, content_type=files.CONTENT_TYPES[kind])


def _named(tables: list[Table], name: str) -> Table:
    for one in tables:
        if one.name == name:
            return one
    raise NotVisible
