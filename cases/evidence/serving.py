"""Shows evidence to staff: the preview in the page, the original only as a download that nothing opens by itself.

Whoever asks is checked at that moment: what they may not see is not found. Nothing served here may run, be framed or be kept.
"""

import logging
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from cases import policies
from cases.access_log import note_access
from cskh.core import vault
from cskh.core.errors import Invalid, NotPermitted
from cskh.core.text import one_line

from . import custody_report
from .models import EvidenceItem, FileMetadata, StoredFile

log = logging.getLogger(__name__)

_PICTURES = {"png": "image/png", "jpg": "image/jpeg"}


@require_safe
@staff_member_required
def original(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file as the customer sent it, to be saved: never shown by the browser, whatever it is."""
    file, filename = _file(request, public_id, is_saved=True)
    response = _safe(_read(str(file.original.name), file.sha256), "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response


@require_safe
@staff_member_required
def preview(request: HttpRequest, public_id: UUID, page: int = 1) -> HttpResponse:
    """A page of the picture made from the original. Not found while it is being prepared and where there is none."""
    file, _filename = _file(request, public_id)
    made = file.pages.filter(number=page).first()
    if made is None:
        raise Http404
    name = str(made.picture.name)
    response = _safe(_read(name, made.sha256), _PICTURES[name.rpartition(".")[2]])
    response["Content-Disposition"] = "inline"
    return response


@require_POST
@staff_member_required
def custody(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The chain of custody of an item as a file, `form` being json or pdf. It says why it was exported, and that it was."""
    actor = Actor.staff(request.user)
    item = _item(actor, public_id)
    report = custody_report.export(item, actor=actor, reason=_reason(request))
    if request.POST.get("form") == "pdf":
        data, content_type, extension = custody_report.as_pdf(report), "application/pdf", "pdf"
    else:
        data, content_type, extension = custody_report.as_json(report), "application/json", "json"
    response = _safe(data, content_type)
    name = f"{item.case.code}-{item.pk}.{extension}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@require_POST
@staff_member_required
def place(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a picture says it was taken: for those who oversee, who say what for. The reason stands in the access log."""
    actor = Actor.staff(request.user)
    item = _visible(actor, public_id)
    if not policies.may_read_place(actor, item.case):
        raise NotPermitted
    metadata = FileMetadata.objects.filter(file=item.file_id).first()
    if metadata is None or metadata.place is None or item.file is None or not item.file.is_released:
        raise Http404
    note_access(actor, item.case_id, evidence_item=item.pk, reason=_reason(request))
    shown = {**admin.site.each_context(request), "title": _("Where it was taken"), "item": item, **metadata.place}
    response = render(request, "cases/evidence_place.html", shown)
    response["Cache-Control"] = "private, no-store"
    return response


def _reason(request: HttpRequest) -> str:
    reason = one_line(request.POST.get("reason", ""))[:300]
    if not reason:
        raise Invalid(errors={"reason": [_("Say what it is for.")]})
    return reason


def _item(actor: Actor, public_id: UUID, *, is_saved: bool = False) -> EvidenceItem:
    """An item that they may see. That they asked for it is noted."""
    item = _visible(actor, public_id)
    note_access(actor, item.case_id, evidence_item=item.pk, is_saved=is_saved)
    return item


def _visible(actor: Actor, public_id: UUID) -> EvidenceItem:
    visible = policies.visible_to(actor)
    item = EvidenceItem.objects.filter(public_id=public_id, case__in=visible).select_related("file", "case").first()
    if item is None:
        raise Http404
    return item


def _file(request: HttpRequest, public_id: UUID, *, is_saved: bool = False) -> tuple[StoredFile, str]:
    """The file of an item that the user may see, and the name the customer gave it."""
    item = _item(Actor.staff(request.user), public_id, is_saved=is_saved)
    if item.file is None or not item.file.is_released:
        raise Http404
    return item.file, item.filename


def _read(name: str, sha256: str) -> bytes:
    """The whole file: our limits keep it small, and a stream would tie up a worker for as long as the reader likes, and be on
    its way before the end shows whether it was altered."""
    try:
        with vault.opened(name, sha256=sha256) as file:
            return file.read()
    except FileNotFoundError as error:
        log.error("the storage has lost %s", name)
        raise Http404 from error


def _safe(data: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
        },
    )
