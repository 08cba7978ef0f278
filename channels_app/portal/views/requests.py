"""Opening a request: one page, one sending, one case."""

import hashlib
import json
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.customers.models import Customer
from cases import codes, queries
from cases.evidence.pipeline.receive import Upload
from cases.models import Case
from cases.states import Channel, Nature
from cases.workflow import evidence
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.portal import limits
from channels_app.portal.forms.request import RequestForm
from channels_app.portal.progress import STAGES, progress_of
from channels_app.portal.uploads import limited_body
from cskh.core.client_address import address_hash
from cskh.core.errors import DomainError, NotVisible
from cskh.core.models import IdempotencyKey
from cskh.core.text import one_line

from .site import notice_body

_OPENED = "portal_opened"  # the code and customer of the case this browser opened last
_TITLE_CHARACTERS = 80
_SENT = "portal_sent"  # the Sending it came of, and when (Unix time)


@dataclass(frozen=True)
class Sending:
    """What was sent, as hashes: of the words, and of the files' names and sizes ("" without files)."""

    words: str
    files: str

    def repeats(self, before: "Sending") -> bool:
        """Going back and sending again is the same request. Browsers may lose the chosen files on the way, never add any."""
        return self.words == before.words and self.files in ("", before.files)


@never_cache
@limited_body
@require_http_methods(["GET", "HEAD", "POST"])
def open_request(request: HttpRequest) -> HttpResponse:
    """The form; and what it leads to. Sending it twice leads to the same case."""
    if request.method != "POST":
        about = request.GET.get("about", "")
        return _page(request, RequestForm(about=about), 200)
    form = RequestForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            opened = _open_once(request, form)
            request.session[_OPENED] = opened
        except DomainError as error:
            form.show(error, file="documents", customer="email", **{"*": "documents"})
            form.renew()
            return _page(request, form, error.status)
        return redirect("portal:opened")
    if not form.nonce:
        form.renew()
    return _page(request, form, 400)


@never_cache
@require_safe
def opened(request: HttpRequest) -> HttpResponse:
    """The code of the case this browser just opened, what happens next, and by when."""
    if _OPENED not in request.session:
        raise NotVisible
    code, customer_id = request.session[_OPENED]
    customer = directory.current(Customer.objects.get(pk=customer_id))  # merged with another record since, perhaps
    case = queries.visible_case(Actor.customer(customer), code)
    context = {"case": case, "groups": codes.spelled(case.code), "progress": progress_of(case), "stages": STAGES}
    return render(request, "portal/opened.html", context)


def _open_once(request: HttpRequest, form: RequestForm) -> tuple[str, int]:
    """The code and customer of the case this was sent for, now or before. All of it is kept, or nothing.

    The same again is known by the form's token and, where the form was loaded anew, by what this browser sent last. Other
    words are another request, whichever form they come from.
    """
    sending = _sending(form)
    words, files, at = request.session.get(_SENT, ("", "", 0))
    if time.time() < at + settings.IDEMPOTENCY_SECONDS and sending.repeats(Sending(words, files)):
        code, customer = request.session[_OPENED]
        return code, customer
    opened = _opened_by(request, form, sending)
    request.session[_SENT] = (sending.words, sending.files, int(time.time()))
    return opened


def _opened_by(request: HttpRequest, form: RequestForm, sending: Sending) -> tuple[str, int]:
    with transaction.atomic():
        kept, is_first = IdempotencyKey.objects.get_or_create(
            credential="portal",
            key=f"{form.nonce}:{_hash([sending.words, sending.files])}",
            defaults={"fingerprint": "", "status": 201},
        )
        if not is_first:
            case = Case.objects.get(code=bytes(kept.body).decode())
            return case.code, case.customer_id
        limits.count(request, "request")
        case = _open(form, sent_from=address_hash(request))
        kept.body = case.code.encode()
        kept.save()
    return case.code, case.customer_id


def _sending(form: RequestForm) -> Sending:
    typed = {name: str(value) for name, value in form.cleaned_data.items() if name not in ("documents", "token")}
    files = [(file.name, file.size) for file in form.cleaned_data["documents"]]
    return Sending(_hash(typed), _hash(files) if files else "")


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _open(form: RequestForm, *, sent_from: str) -> Case:
    typed = form.cleaned_data
    person = Person(name=typed["name"], email=typed["email"], phone=typed["phone"], language=(get_language() or "")[:2])
    customer, _contacts = directory.recognise(person)
    actor = Actor.customer(customer)
    case = intake.open_request(
        Matter(
            subject=typed["subject"] or _first_words(typed["body"]),
            nature=Nature(typed["nature"]),
            category=typed["category"],
            incident_at=typed["incident_at"],
            transaction_ref=typed["transaction_ref"],
            amount=typed["amount"],
        ),
        actor=actor,
        channel=Channel.WEB,
        body=typed["body"],
        person=person,
        customer=customer,
        notice=form.notice,
    )
    for file in typed["documents"]:
        upload = Upload.of_form(file)
        evidence.submit_evidence(case, actor=actor, channel=Channel.WEB, upload=upload, address_hash=sent_from)
    return case


def _first_words(body: str) -> str:
    """What an untitled request is called, as one that began in the chat is."""
    return Truncator(one_line(body)).chars(_TITLE_CHARACTERS)


def _page(request: HttpRequest, form: RequestForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "notice": form.notice,
        "notice_body": notice_body(form.notice),
        "files_lost": bool(request.FILES),
        "hotline": settings.BRAND_HOTLINE,
    }
    return render(request, "portal/request.html", context, status=status)
