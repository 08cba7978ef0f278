"""Files for a case in pieces, so that a broken line costs one piece and not the file.

The protocol is tus 1.0.0 (core, creation, termination): POST announces a file, PATCH brings its next piece, HEAD says how far it
has come, DELETE gives it up. What is whole is sent with the evidence form, as `uploads`. Refusals are `{code, message, errors}`.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from cases.models import Case
from channels_app import resumable
from channels_app.models import PartialUpload
from channels_app.portal import limits
from channels_app.portal.access import case_of
from cskh.core.errors import DomainError, Invalid, TooLarge, UnsupportedType
from cskh.core.json_calls import problem_of
from cskh.core.text import as_number

_VERSION = "1.0.0"
_PIECE = "application/offset+octet-stream"


def _answer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view(request, case, actor, …)` for whoever may follow the case; refusals in JSON."""

    @csrf_protect
    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, code: str, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *case_of(request, code), *args, **kwargs)
        except DomainError as error:
            response = JsonResponse(problem_of(error), status=error.status)
        response["Tus-Resumable"] = _VERSION
        return response

    return answer


@require_POST
@_answer
def begin(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """`Upload-Length` in bytes, `Upload-Metadata` with `filename` and `filetype`: 201, and where the pieces go."""
    limits.count(request, "upload")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    size = _number(request, "Upload-Length")
    upload = resumable.begin(
        case, actor=actor, filename=told.get("filename", ""), declared_type=told.get("filetype", ""), size=size
    )
    place = reverse("portal:upload", args=[case.code, upload.pk])
    return HttpResponse(status=201, headers={"Location": place})


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@_answer
def piece(request: HttpRequest, case: Case, actor: Actor, upload_id: UUID) -> HttpResponse:
    """How far the file has come, its next piece, or its end."""
    upload = resumable.found(case, upload_id, actor=actor)
    if request.method == "DELETE":
        upload.delete()
        return HttpResponse(status=204)
    if request.method == "HEAD":
        return HttpResponse(headers={**_reached(upload.received), "Upload-Length": str(upload.size)})
    return HttpResponse(status=204, headers=_reached(_add(request, upload)))


def _add(request: HttpRequest, upload: PartialUpload) -> int:
    if request.content_type != _PIECE:
        raise UnsupportedType
    start = _number(request, "Upload-Offset")
    if _number(request, "Content-Length") > settings.UPLOAD_PIECE_MAX_BYTES:
        raise TooLarge(
            _("A piece may have %(limit)d bytes at most.") % {"limit": settings.UPLOAD_PIECE_MAX_BYTES},
        )
    return resumable.add(upload, request.body, start=start)


def _reached(received: int) -> dict[str, str]:
    return {"Upload-Offset": str(received)}


def _number(request: HttpRequest, header: str) -> int:
    number = as_number(request.headers.get(header, ""))
    if number is None:
        raise Invalid(errors={header: [_("A whole number is needed.")]})
    return number


def _metadata(header: str) -> dict[str, str]:
    """`name base64, name base64` as texts; what cannot be read is left out: it is a claim like any other."""
    told = {}
    for pair in header.split(","):
        name, _blank, value = pair.strip().partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode(errors="replace")
        except binascii.Error:
            continue
    return told
