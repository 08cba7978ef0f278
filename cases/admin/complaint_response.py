"""Official responses at the desk: what one would say now, and every version that went out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from cases import policies, queries
from cases.access_log import note_access
from cases.complaints import standing
from cases.complaints.document import laid_out
from cases.complaints.models import Response
from cases.complaints.queries import complaint_file
from cases.complaints.register import complaint_of
from cases.complaints.responses import responses_of
from cases.models import Case
from cases.states import ROUND_ANSWERED, Step
from cases.workflow import responding
from cskh.core.downloads import pdf_to_save

Page = Callable[[], dict[str, Any]]


@require_safe
def preview(request: HttpRequest, pk: int, page: Page) -> HttpResponse:
    """What the response would say that is sent now, with what is still missing."""
    actor = Actor.staff(request.user)
    case = _case(actor, pk)
    file = complaint_file(case)
    if file is None or case.status in ROUND_ANSWERED:
        raise Http404
    note_access(actor, case.pk)
    is_final = "final" in request.GET and case.round > 1
    context = {
        **page(),
        "title": case.code,
        "case": case,
        "doc": laid_out(responding.draft(file, is_final=is_final)),
        "lacks": standing.missing(file),
    }
    return render(request, "admin/cases/case/response_page.html", context)


@require_safe
def show(request: HttpRequest, pk: int, public_id: UUID, page: Page) -> HttpResponse:
    """One version as the customer reads it, the others, and for whoever may the form that corrects it."""
    actor = Actor.staff(request.user)
    case = _case(actor, pk)
    responses = list(responses_of(case).select_related("answer").order_by("-pk"))
    shown = _among(responses, public_id)
    note_access(actor, case.pk)
    may_correct = bool(shown.content) and shown == responses[0] and policies.may(actor, Step.APPROVE, case)
    said = shown.says
    context = {
        **page(),
        "title": case.code,
        "case": case,
        "shown": shown,
        "doc": laid_out(said) if said else None,
        "said": said,
        "responses": responses,
        "may_correct": may_correct,
        "why_not": responding.why_not_correct(shown, case, actor=actor) if may_correct else "",
    }
    return render(request, "admin/cases/case/response_page.html", context)


@require_safe
def pdf(request: HttpRequest, pk: int, public_id: UUID) -> HttpResponse:
    """The very bytes the customer gets. Who fetched which version stands in the access log."""
    actor = Actor.staff(request.user)
    case = _case(actor, pk)
    response = _among(list(responses_of(case)), public_id)
    note_access(actor, case.pk, reason=response.filename)
    return pdf_to_save(bytes(responding.print_once(response).pdf), response.filename)


def _case(actor: Actor, pk: int) -> Case:
    case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
    if case is None or complaint_of(case) is None:
        raise Http404
    return case


def _among(responses: list[Response], public_id: UUID) -> Response:
    found = next((one for one in responses if one.public_id == public_id), None)
    if found is None:
        raise Http404
    return found
