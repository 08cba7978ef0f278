"""The official responses to a complaint, for whoever may follow it: to read, and to save as PDF."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from cases.complaints.document import laid_out
from cases.complaints.models import Response
from cases.complaints.responses import responses_of
from cases.models import Case
from cases.workflow import responding
from channels_app.portal.access import with_case
from cskh.core.downloads import pdf_to_save


@require_safe
@with_case
def show(request: HttpRequest, case: Case, actor: Actor, public_id: UUID) -> HttpResponse:
    """One version as it was issued; where a later one stands, that is said."""
    response, newest = _response(case, public_id)
    context = {"case": case, "response": response, "newest": newest, "doc": laid_out(response.says)}
    return render(request, "portal/response.html", context)


@require_safe
@with_case
def pdf(request: HttpRequest, case: Case, actor: Actor, public_id: UUID) -> HttpResponse:
    response, _newest = _response(case, public_id)
    return pdf_to_save(bytes(responding.print_once(response).pdf), response.filename)


def _response(case: Case, public_id: UUID) -> tuple[Response, Response]:
    """The version that is asked for, and the last one of the same response. What was erased is not found."""
    found = {one.public_id: one for one in responses_of(case)}
    response = found.get(public_id)
    if response is None or not response.content:
        raise Http404
    return response, [one for one in found.values() if one.number == response.number][-1]
