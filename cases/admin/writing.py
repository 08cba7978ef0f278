"""What is written and not said yet: drafts, and calling back what was sent a moment ago."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from cases import policies
from cases.models import Case
from channels_app import drafts, holding
from channels_app.models import Draft
from cskh.core.errors import Conflict, NotVisible


@require_POST
def save_draft(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Keeps `body` as one's draft of that kind and says so (`text`); with `discard` throws it away and shows the case."""
    actor, case = Actor.staff(request.user), _visible(request, pk)
    if "discard" in request.POST:
        drafts.drop(actor.subject, case, kind)
        return _back(case)
    draft = drafts.keep(actor.subject, case, kind, request.POST.get("body", ""))
    return JsonResponse({"text": saved_at(draft) if draft else ""})


@require_POST
def undo(request: HttpRequest, pk: int, held: int) -> HttpResponse:
    """Calls back what one sent, where it has not gone yet; the words are in the composer again."""
    case = _visible(request, pk)
    try:
        holding.recall(case, user=Actor.staff(request.user).subject, held_id=held)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Called back: nothing was sent. Your text is in the draft."))
    return _back(case)


def saved_at(draft: Draft) -> str:
    """ "Draft from 10:42": with the day, where it is not from today."""
    at = timezone.localtime(draft.updated_at)
    form = "TIME_FORMAT" if at.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"
    return _("Draft from %(time)s") % {"time": date_format(at, form)}


def _visible(request: HttpRequest, pk: int) -> Case:
    case = policies.visible_to(Actor.staff(request.user)).filter(pk=pk).first()
    if case is None:
        raise NotVisible
    return case


def _back(case: Case) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]) + "#composer")
