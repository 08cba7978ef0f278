"""A customer's mail program, as small as it gets: read threads, write, reply, attach."""

from collections.abc import Callable
from functools import wraps
from smtplib import SMTPException
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from imap_tools.errors import ImapToolsError

from . import reading, sending
from .forms import OpenBoxForm, ReplyForm, WriteForm
from .store import bare_address

_View = Callable[..., HttpResponseBase]


def _of_box(view: _View) -> _View:
    """404 for what is no mail address; nothing is cached, new mail must show."""

    @wraps(view)
    def checked(request: HttpRequest, address: str, **kwargs: Any) -> HttpResponseBase:
        try:
            address = bare_address(address)
        except ValueError:
            raise Http404 from None
        return view(request, address, **kwargs)

    return never_cache(checked)


@never_cache
@require_safe
def boxes(request: HttpRequest) -> HttpResponse:
    """The customers' mail boxes; `?address=` opens one that has no mail yet."""
    form = OpenBoxForm(request.GET if "address" in request.GET else None)
    if form.is_valid():
        return redirect("demo_mail:box", address=form.cleaned_data["address"].lower())
    return render(request, "demo_mail/boxes.html", {"known": reading.known_boxes(), "form": form})


@_of_box
@require_safe
def box(request: HttpRequest, address: str) -> HttpResponse:
    return render(request, "demo_mail/box.html", {"address": address, "threads": reading.threads(address)})


@_of_box
def write(request: HttpRequest, address: str) -> HttpResponse:
    form = WriteForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        sent = _send(
            form, sender=address, to=form.cleaned_data["to"], subject=form.cleaned_data["subject"], answers=None
        )
        if sent:
            return redirect("demo_mail:box", address=address)
    return render(request, "demo_mail/write.html", {"address": address, "form": form})


@_of_box
def thread(request: HttpRequest, address: str, key: str) -> HttpResponse:
    """One thread; POST answers it."""
    shown = reading.thread(address, key)
    if shown is None:
        raise Http404
    to = sending.answer_address(shown)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        subject = sending.reply_subject(shown.latest.mail.subject)
        if _send(form, sender=address, to=to, subject=subject, answers=shown.latest):
            return redirect("demo_mail:thread", address=address, key=key)
    return render(request, "demo_mail/thread.html", {"address": address, "thread": shown, "to": to, "form": form})


@_of_box
@require_safe
def attachment(request: HttpRequest, address: str, folder: str, uid: int, number: int) -> HttpResponse:
    """An attached file, always as a download."""
    mail = reading.mail(address, folder, uid)
    if mail is None or number >= len(mail.attachments):
        raise Http404
    found = mail.attachments[number]
    disposition = content_disposition_header(as_attachment=True, filename=found.filename)
    headers = {"Content-Disposition": disposition or "attachment"}
    return HttpResponse(found.data, content_type="application/octet-stream", headers=headers)


def _send(form: forms.Form, **what: Any) -> bool:
    try:
        sending.send(body=form.cleaned_data["body"], files=form.cleaned_data["attached"], **what)
    except (OSError, SMTPException, ImapToolsError):
        form.add_error(None, _("The mail could not be sent: the mail server does not answer."))
        return False
    return True
