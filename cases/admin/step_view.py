"""The one view behind every button and composer of the case page."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from cases import policies, queries, timeline
from cases.models import Answer, Case, CaseEvent
from cases.states import TRANSITIONS
from cases.workflow.steps import what_is_missing
from channels_app import drafts, holding
from channels_app.models import Draft
from channels_app.replies import replies_for
from cskh.core.client_address import address_hash
from cskh.core.errors import Busy, Conflict, DatabaseFull, DomainError, Invalid, NotPermitted
from cskh.core.text import as_number

from . import case_page, evidence_check, verification, words
from .actions import ACTIONS, Action
from .checks_to_make import checks_of
from .refused import Refused
from .step_forms import StepForm


def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET shows the form of an action (only the form when `fragment` is asked for); POST takes it.

    What cannot be done is said on the form, and what was typed stays in it; at facts and evidence that is the page where they
    stand.
    A case nobody may show them is not found.
    """
    actor = Actor.staff(request.user)
    case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
    action = ACTIONS.get(name)
    if case is None or action is None:
        raise Http404
    if request.method == "POST":
        return _take(request, action, case, actor)
    if not action.permitted(actor, case):
        return _form_page(request, action, None, case, actor, error=NotPermitted())
    form = action.form(case=case, actor=actor, initial=_asked_for(request, case, actor))
    return _form_page(request, action, form, case, actor)


def _take(request: HttpRequest, action: Action, case: Case, actor: Actor) -> HttpResponse:
    posted = request.POST.copy()
    if not action.permitted(actor, case):
        _keep_words(action, case, actor, posted.get("body", ""))
        return _refused(request, action, None, case, actor, _why_not(posted.get("version", ""), case, actor))
    form = action.form(posted, request.FILES, case=case, actor=actor, sent_from=address_hash(request))
    try:
        with transaction.atomic():
            held = queries.locked(case.pk)
            if not form.is_valid():
                raise Invalid
            form.require_wanted(held)
            require_unchanged(held, form.cleaned_data["version"], actor)
            _do(action, form)
            if action.writing:
                drafts.drop(actor.subject, case, action.name)
    except DomainError as error:
        case.refresh_from_db()
        if not isinstance(
            error, Busy | DatabaseFull
        ):  # a draft refers to the case, and would wait for it again, or find no room
            _keep_words(action, case, actor, posted.get("body", ""))
        posted["version"] = str(case.last_event_number)  # it can be sent again, against the case as it is now
        return _refused(request, action, _with_error(form, error), case, actor, error)
    if not holding.is_held(action.name):  # the page itself counts down to what is held
        messages.success(request, str(form.done))
    if policies.can_see(actor, case):
        place = f"#{form.place}" if form.place else ""
        return HttpResponseRedirect(reverse(action.leads_to, args=[case.pk]) + place)
    return HttpResponseRedirect(reverse("admin:cases_case_changelist"))


def _do(action: Action, form: StepForm) -> None:
    """Takes the step, or holds the words that will take it."""
    if holding.is_held(action.name):
        version = form.cleaned_data["version"]
        holding.hold(form.case, actor=form.actor, kind=action.name, body=form.said("body"), version=version)
    else:
        form.take()


def _keep_words(action: Action, case: Case, actor: Actor, body: str) -> None:
    """What was refused is a draft, should its author leave the form."""
    if action.name in Draft.Kind and body.strip() and len(body) <= settings.MESSAGE_MAX_CHARACTERS:
        drafts.keep(actor.subject, case, action.name, body)


def _why_not(version: str, case: Case, actor: Actor) -> DomainError:
    """Whoever was faster has perhaps moved the case to where the step is not theirs: then that is the reason."""
    shown = as_number(version)
    try:
        if shown is not None:
            require_unchanged(case, shown, actor)
    except Conflict as meanwhile:
        return meanwhile
    return NotPermitted()


def require_unchanged(held: Case, version: int, actor: Actor) -> None:
    """Raises Conflict when a person did something since the form was shown: also when the same form comes in twice."""
    newer = held.events.filter(number__gt=version).exclude(actor_kind=ActorKind.SYSTEM).order_by("number").last()
    if newer is None:
        return
    who = (newer.actor_kind, newer.actor_id)
    if who == (actor.kind.value, actor.id):
        raise Conflict(
            _("You did something on this case meanwhile, perhaps this very thing. Look before you repeat it.")
        )
    raise Conflict(_("Meanwhile, %(name)s: %(what)s. Look before you go on.") % _told(newer, held, actor))


def _told(event: CaseEvent, held: Case, actor: Actor) -> dict[str, str]:
    who = (event.actor_kind, event.actor_id)
    return {"name": words.names_of([who], held)[who], "what": timeline.entries([event], actor)[0].text}


def _with_error(form: StepForm, error: DomainError) -> StepForm:
    """The form as typed, with what is wrong said at its fields."""
    if isinstance(error, Invalid):
        for field, texts in error.errors.items():
            for text in texts:
                form.add_error(field if field in form.fields else None, text)
    else:
        form.add_error(None, str(error))
    return form


def _refused(
    request: HttpRequest, action: Action, form: StepForm | None, case: Case, actor: Actor, error: DomainError
) -> HttpResponse:
    refused = Refused(action.name, request.POST, form, error)
    if action.at_facts:
        return verification.show(request, case.pk, lambda: admin.site.each_context(request), refused)
    if action.name == "check-evidence" and evidence_check.is_of(case, request.POST.get("item", "")):
        return case_page.show(request, str(case.pk), lambda: admin.site.each_context(request), refused)
    return _form_page(request, action, form, case, actor, error=error)


def _form_page(
    request: HttpRequest,
    action: Action,
    form: StepForm | None,
    case: Case,
    actor: Actor,
    error: DomainError | None = None,
) -> HttpResponse:
    possible = action.possible(actor, case)
    context = {
        **admin.site.each_context(request),
        "title": action.label,
        "opts": Case._meta,
        "original": case,
        "case": case,
        "checks": checks_of(case) if action.decides else None,
        "action": action,
        "form": form,
        "error": error,
        "possible": possible,
        "lacking": "" if possible else _what_is_missing(action, case),
        "proposal": queries.answers_of_round(case, Answer.State.PROPOSED, Answer.State.APPROVED).first(),
        "replies": replies_for(case, request.user) if action.writing and form else [],  # type: ignore[arg-type]
        "case_url": reverse(action.leads_to, args=[case.pk]),
    }
    fragment = "fragment" in request.GET and error is None
    template = "admin/cases/case/step_form.html" if fragment else "admin/cases/case/step.html"
    return render(request, template, context, status=error.status if error else 200)


def _what_is_missing(action: Action, case: Case) -> str:
    """What keeps it from being taken although the status is right; "" for nothing."""
    step = action.step
    return what_is_missing(step, case) if step and case.status in TRANSITIONS[step].sources else ""


def _asked_for(request: HttpRequest, case: Case, actor: Actor) -> dict[str, Any]:
    """What the form begins with: the remedy whose button led here, or a template."""
    remedy = as_number(request.GET.get("remedy", ""))
    return {"remedy": remedy} if remedy is not None else _template_text(request, case, actor)


def _template_text(request: HttpRequest, case: Case, actor: Actor) -> dict[str, Any]:
    """A reply template or a help article chosen without scripts: `?template=` fills the form with it."""
    chosen = request.GET.get("template", "")
    if not chosen:
        return {}
    text = next((reply["text"] for reply in replies_for(case, actor.subject) if reply["id"] == chosen), "")
    return {"body": text} if text else {}
