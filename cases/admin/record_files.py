"""Files of the operator's records: handed in, their columns confirmed, watched while they are read, withdrawn."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.admin_access import HEADS, OFFICE_READERS, RoleModelAdmin
from cases import policies
from cases.records import importing
from cases.records.models import RecordFile
from cases.records.reading.columns import FIELDS, LABELS
from cases.records.reading.lines import Wrong, in_words
from cases.records.reading.table import Table
from cskh.core.errors import DomainError, Invalid
from cskh.core.incoming import EMPTY, size_in_words

_State = RecordFile.State
TONES = {
    _State.UPLOADED: "warn",
    _State.WAITING: "new",
    _State.READING: "new",
    _State.LIVE: "good",
    _State.REFUSED: "bad",
    _State.WITHDRAWN: "quiet",
}
_LOOK_AGAIN_SECONDS = 2


class HandIn(forms.Form):
    content = forms.ChoiceField(label=gettext_lazy("What is in it"), choices=RecordFile.Content)
    file = forms.FileField(label=gettext_lazy("File"), error_messages={"empty": EMPTY})


class Columns(forms.Form):
    """For each thing the content may hold, which column has it."""

    def __init__(self, *args: Any, content: str, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(number), name.strip() or f"{number + 1}") for number, name in enumerate(table.header)]
        for field in FIELDS[content]:
            self.fields[field] = forms.ChoiceField(
                label=LABELS[field], choices=[("", _("– not there –")), *named], required=False
            )

    @property
    def chosen(self) -> dict[str, int]:
        return {field: int(number) for field, number in self.cleaned_data.items() if number}


class _Files(ChangeList):
    def url_for_result(self, result: Any) -> str:
        return _page_of(result)


@admin.register(RecordFile)
class RecordFileAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    addable_by = HEADS
    list_display = ("filename", "content", "state_label", "kept", "uploaded_by", "uploaded_at")
    list_filter = ("state", "content")
    list_select_related = ("uploaded_by",)
    search_fields = ("filename", "sha256")
    ordering = ("-uploaded_at", "-pk")
    fields = ("filename", "content", "format", "size", "state", "kept", "uploaded_by", "uploaded_at")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_label(self, file: RecordFile) -> str:
        label = file.get_state_display()
        return f"{label} ({file.share_read} %)" if file.state == _State.READING else label

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        actor = Actor.staff(request.user)
        if not policies.may_import_records(actor):
            raise Http404
        form = HandIn(request.POST or None, request.FILES or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data["file"]
            try:
                file = importing.hand_in(given, filename=given.name, content=form.cleaned_data["content"], actor=actor)
            except DomainError as error:
                _say_at(form, error)
                status = error.status
            else:
                self.log_addition(request, file, [{"added": {}}])
                return HttpResponseRedirect(_page_of(file))
        limit = size_in_words(settings.RECORD_FILE_MAX_BYTES)
        context = {**self._frame(request, _("Hand in a file of records")), "form": form, "limit": limit}
        return render(request, "admin/cases/records/hand_in.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        file = self._named(request, object_id)
        if request.method == "POST":
            return self._act(request, file)
        return self._show(request, file)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return super().history_view(request, str(self._named(request, object_id).pk), extra_context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Files

    def _named(self, request: HttpRequest, public_id: str) -> RecordFile:
        """The file of that public id, for whoever may see such files; anything else, its number too, is not found."""
        files = RecordFile.objects.select_related("uploaded_by", "withdrawn_by")
        try:
            file = files.filter(public_id=UUID(public_id)).first()
        except ValueError:
            file = None
        if file is None or not self.has_view_permission(request):
            raise Http404
        return file

    def _act(self, request: HttpRequest, file: RecordFile) -> HttpResponse:
        actor = Actor.staff(request.user)
        try:
            if "withdraw" in request.POST:
                importing.withdraw(file, actor=actor)
                self.log_change(request, file, [{"changed": {"fields": ["state"]}}])
                messages.success(request, _("The file is withdrawn: nothing of it is found any more."))
            else:
                form = _columns_of(file, request.POST)
                if form is None or not form.is_valid():
                    raise Invalid
                importing.confirm_columns(file, form.chosen, actor=actor)
        except Invalid as error:
            texts = [text for some in error.errors.values() for text in some] or [str(error)]
            return self._show(request, file, problems=texts, typed=request.POST)
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_page_of(file))

    def _show(
        self, request: HttpRequest, file: RecordFile, problems: list[str] | None = None, typed: Any = None
    ) -> HttpResponse:
        may_change = policies.may_import_records(Actor.staff(request.user))
        table = importing.look_at(file) if file.state == _State.UPLOADED and may_change else None
        context = {
            **self._frame(request, file.filename),
            "file": file,
            "tone": TONES[_State(file.state)],
            "errors": [{"line": error["line"], "text": in_words(error)} for error in file.errors],
            "more_errors": max(0, file.error_count - len(file.errors)),
            "table": table,
            "form": _columns_of(file, typed, table) if table else None,
            "problems": problems or [],
            "may_withdraw": may_change and file.state in (_State.UPLOADED, _State.LIVE),
        }
        page = render(request, "admin/cases/records/file.html", context, status=400 if problems else 200)
        if file.is_in_work:
            page.headers["Refresh"] = str(_LOOK_AGAIN_SECONDS)
        return page

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}


def _columns_of(file: RecordFile, typed: Any = None, table: Table | None = None) -> Columns | None:
    if file.state != _State.UPLOADED:
        return None
    try:
        table = table or importing.look_at(file)
    except Wrong:
        return None
    return Columns(typed, content=file.content, table=table, initial=file.columns)


def _page_of(file: RecordFile) -> str:
    return reverse("admin:records_recordfile_change", args=[file.public_id])


def _say_at(form: forms.Form, error: DomainError) -> None:
    if isinstance(error, Invalid):
        for field, texts in error.errors.items():
            form.add_error(field if field in form.fields else None, list(texts))
    else:
        form.add_error(None, str(error))
