"""A case, for whoever may follow it: where it stands, what was said, and what the customer can do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from cases import timeline
from cases.complaints.ladder import Level, external_route, level_of_round
from cases.complaints.queries import promised
from cases.complaints.register import complaint_of
from cases.complaints.remedy_states import RemedyStatus
from cases.complaints.responses import responses_of
from cases.events import EventKind
from cases.evidence import queries as evidence_queries
from cases.evidence.models import EvidenceRequest, RequestedItem
from cases.evidence.pipeline.receive import Upload
from cases.evidence.queries import CaseFile
from cases.models import Answer, Case
from cases.satisfaction import question_of
from cases.states import LEVELS, TRANSITIONS, Channel, ClosedAs, Status, Step
from cases.workflow import answer, ending, evidence
from cases.workflow import satisfaction as workflow_satisfaction
from channels_app import help_articles, intake, resumable
from channels_app.models import Message
from channels_app.portal import limits
from channels_app.portal.access import with_case
from channels_app.portal.forms.base import PortalForm, typed_in
from channels_app.portal.forms.case import (
    AcceptForm,
    EvidenceForm,
    MessageForm,
    ReasonForm,
    RejectForm,
    SatisfactionForm,
)
from channels_app.portal.progress import progress_of
from channels_app.portal.uploads import limited_body
from cskh.core.client_address import address_hash
from cskh.core.errors import DomainError, Invalid, NotVisible, StepNotAllowed, TooLarge, UnsupportedType
from cskh.core.latest import latest, newest

# Where a customer's word leaves the case.
_LEADS_TO = {EventKind.OUTCOME_ACCEPTED: Status.CLOSED, EventKind.OUTCOME_REJECTED: Status.REOPENED}
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@with_case
def show(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    return _show(request, case, actor)


@require_safe
@with_case
def fragment(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """What may have changed since the page was loaded, as the same pieces of it; 204 where nothing did since `?seen=`."""
    if request.GET.get("seen") == str(case.last_event_number):
        return HttpResponse(status=204)
    context = {**_standing(case), **_correspondence(request, case)}
    return render(request, "portal/case_live.html", context)


@csrf_protect
@form_methods
@with_case
def message(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """One more thing the customer says. On a closed case it raises the question whether to reopen."""
    form = MessageForm(typed_in(request))
    if request.method == "POST" and form.is_valid():
        try:
            limits.count(request, "write")
            intake.add_message(case, actor=actor, channel=Channel.WEB, body=form.cleaned_data["body"])
        except DomainError as error:
            form.show(error, **{"*": "body"})
            return _show(request, case, actor, message_form=form, status=error.status)
        messages.success(request, _("Your message has reached us."))
        return redirect("portal:case", case.code)
    return _show(request, case, actor, message_form=form, status=400 if form.errors else 200)


@limited_body
@form_methods
@with_case
def send_evidence(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """Files and words for what was asked, or for the case as a whole. All of one sending is kept, or nothing."""
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = _evidence_form(case, evidence_queries.open_request(case), evidence_queries.file_of(case), *typed)
    if request.method == "POST" and form.is_valid():
        try:
            limits.count(request, "write")
            _submit(case, actor, form, sent_from=address_hash(request))
        except DomainError as error:
            resumable.drop(case, form.refused_uploads, actor=actor)
            form.show(error, file="documents", **{"*": "documents"})
            return _show(request, case, actor, evidence_form=form, status=error.status)
        messages.success(request, _("We have received what you sent."))
        return redirect("portal:case", case.code)
    return _show(request, case, actor, evidence_form=form, status=400 if form.errors else 200)


@csrf_protect
@form_methods
@with_case
def accept(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """The customer agrees with the answer that was shown: the case closes."""
    take = partial(_say, case, answer.accept, EventKind.OUTCOME_ACCEPTED, actor)
    return _verdict(request, case, Step.ACCEPT, AcceptForm, take, _("Thank you. Your request is closed as agreed."))


@csrf_protect
@form_methods
@with_case
def reject(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """The customer does not agree with the answer that was shown, with or without a reason: it is looked at again."""
    take = partial(_say, case, answer.reject, EventKind.OUTCOME_REJECTED, actor)
    shown = _last_answer(case)  # and not the round, which a word that is said twice finds counted on already
    if shown is not None and shown.round >= LEVELS:
        done = _("Your request is open again, and we look at it anew.")
    else:
        done = _("Your request is open again, and somebody else will look at it.")
    return _verdict(request, case, Step.REJECT, RejectForm, take, done)


@csrf_protect
@form_methods
@with_case
def withdraw(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """The customer no longer wants the request. Said again, as by a double click, it stands."""
    if request.method != "POST":
        _require(Step.WITHDRAW, case)

    def do(form: PortalForm) -> None:
        try:
            ending.withdraw(case, actor=actor, reason=form.cleaned_data["reason"])
        except StepNotAllowed:
            case.refresh_from_db()
            if case.closed_as != ClosedAs.WITHDRAWN:
                raise

    form = ReasonForm(typed_in(request))
    return _confirm(request, case, "portal/withdraw.html", form, do, _("Your request is withdrawn."))


@csrf_protect
@form_methods
@with_case
def satisfaction(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """One question after the outcome; said again while it is open, it takes the place of what was said before."""
    question = None if case.is_open else question_of(case)
    if question is None or not question.is_open:
        raise NotVisible
    said = question.opinion
    begun = {"score": said.score, "ease": said.ease, "comment": said.comment} if said else {}

    def do(form: PortalForm) -> None:
        limits.count(request, "write")
        workflow_satisfaction.give(case, actor=actor, **form.cleaned_data)

    form = SatisfactionForm(typed_in(request), initial=begun)
    return _confirm(request, case, "portal/satisfaction.html", form, do, _("Thank you for telling us."))


def _verdict(
    request: HttpRequest, case: Case, step: Step, form_class: type[AcceptForm], take: Callable[..., None], done: str
) -> HttpResponse:
    """Asks for the customer's word on the answer that is shown; the form names it, so that it is no word on another one."""
    if request.method != "POST":  # a word said twice is no error; every other is refused when it is taken
        _require(step, case)
    shown = _last_answer(case)
    form = form_class(typed_in(request), initial={"answer": shown.pk if shown else None})
    template = f"portal/{step.value}.html"
    promises = [one for one in promised(case) if one.status == RemedyStatus.APPROVED]

    def say(form: PortalForm) -> None:
        take(**form.cleaned_data)

    return _confirm(request, case, template, form, say, done, answer=shown, promises=promises)


def _say(case: Case, word: Callable[..., None], said: EventKind, actor: Actor, **typed: Any) -> None:
    """The customer's `word` on an answer. Said again, as by a double click, it stands as it was said."""
    try:
        word(case, actor=actor, **typed)
    except StepNotAllowed:
        case.refresh_from_db()
        if not _stands(case, said, actor, typed["answer"]):
            raise


def _stands(case: Case, said: EventKind, actor: Actor, answer_id: int) -> bool:
    """Whether this customer said it of that answer, and neither we nor they said anything about it since."""
    shown = _last_answer(case)
    theirs = case.events.filter(kind=said, actor_kind=actor.kind.value, actor_id=actor.id, facts__answer=answer_id)
    return shown is not None and shown.pk == answer_id and case.status == _LEADS_TO[said] and theirs.exists()


def _confirm(
    request: HttpRequest,
    case: Case,
    template: str,
    form: PortalForm,
    do: Callable[[PortalForm], None],
    done: str,
    **context: object,
) -> HttpResponse:
    """A page that asks before a step; only its POST takes the step."""
    if request.method == "POST" and form.is_valid():
        do(form)
        messages.success(request, done)
        return redirect("portal:case", case.code)
    status = 400 if request.method == "POST" else 200
    return render(request, template, {"case": case, "form": form, **context}, status=status)


def _require(step: Step, case: Case) -> None:
    """Says at once that a step is not possible now; the gate asks again when it is taken."""
    if case.status not in TRANSITIONS[step].sources:
        raise StepNotAllowed(_("This is not possible now: the request is “%(status)s”.") % {"status": _status(case)})


def _status(case: Case) -> str:
    return str(Status(case.status).label)


def _submit(case: Case, actor: Actor, form: EvidenceForm, *, sent_from: str) -> None:
    typed = form.cleaned_data
    submit = partial(
        evidence.submit_evidence,
        case,
        actor=actor,
        channel=Channel.WEB,
        item=typed.get("item"),
        thing=typed.get("thing", ""),
        is_unasked=form.is_something_else,
        address_hash=sent_from,
    )
    with transaction.atomic():
        for file in typed["documents"]:
            with _named(file.name):
                submit(upload=Upload.of_form(file))
        for arrived in resumable.whole(case, typed["uploads"], actor=actor):
            with resumable.put_together(arrived) as upload, form.without_refused(arrived.pk), _named(arrived.filename):
                submit(upload=upload)
            arrived.delete()
        if typed["text"]:
            submit(text=typed["text"])


@contextmanager
def _named(filename: str) -> Iterator[None]:
    """What is refused says which of several files it is about."""
    try:
        yield
    except (TooLarge, UnsupportedType) as error:
        raise type(error)(f"{filename}: {error}") from error
    except Invalid as error:
        texts: list[object] = [f"{filename}: {text}" for text in error.errors.get("file", [])]
        raise (Invalid(errors={"file": texts}) if texts else error) from error


def _waiting(request: EvidenceRequest | None, file: CaseFile) -> list[RequestedItem]:
    """What the customer is asked for and has not sent yet, or sent in vain."""
    return list(evidence_queries.still_missing(request, file).select_related("checklist_item")) if request else []


def _evidence_form(case: Case, request: EvidenceRequest | None, file: CaseFile, *typed: Any) -> EvidenceForm:
    helpful = [line for line in file.lines if line.slug and line.is_missing] if _helps(case) else []
    return EvidenceForm(*typed, waiting=_waiting(request, file), helpful=helpful)


def _helps(case: Case) -> bool:
    """Whether what would help is told: as long as it can."""
    return case.is_open and case.status not in TRANSITIONS[Step.ACCEPT].sources


def _last_answer(case: Case) -> Answer | None:
    return _sent_answers(case).last()


def _sent_answers(case: Case) -> QuerySet[Answer]:
    return case.answers.filter(state=Answer.State.SENT).order_by("round", "pk")


def _standing(case: Case) -> dict[str, Any]:
    """Where the case stands, what was answered, and what was asked for and came."""
    answers = list(_sent_answers(case))
    may_accept = case.status in TRANSITIONS[Step.ACCEPT].sources
    file = evidence_queries.file_of(case)
    return {
        "case": case,
        "progress": progress_of(case, answers),
        "answer": answers[-1] if answers else None,
        "promises": promised(case),
        "file": file,
        "evidence": _to_show(file, helps=_helps(case)),
        "asking": evidence_queries.open_request(case),
        "responses": list(responses_of(case).order_by("-pk")) if complaint_of(case) else [],
        "level": _level(case),
        "may_accept": may_accept,
        "may_withdraw": case.status in TRANSITIONS[Step.WITHDRAW].sources,
    }


def _level(case: Case) -> Level | None:
    """How high a complaint stands; None for what is none."""
    if complaint_of(case) is None:
        return None
    return level_of_round(case.round, is_final=case.closed_as == ClosedAs.FINAL_RESPONSE)


def _to_show(file: CaseFile, *, helps: bool) -> CaseFile:
    """What came, and what was asked for; and what would help."""
    lines = [line for line in file.lines if line.state != evidence_queries.MISSING or (helps and line.is_missing)]
    return CaseFile(lines, others=file.others)


def _correspondence(request: HttpRequest, case: Case) -> dict[str, Any]:
    messages_of = case.messages.exclude(direction=Message.Direction.INTERNAL).prefetch_related(
        "attachments", Prefetch("cites", help_articles.cited_versions())
    )
    before = request.GET.get("before", "")
    said = latest(newest(messages_of, "created_at", before), lambda message: message.created_at)
    return {"correspondence": said, "is_earlier": "before" in request.GET}


def _show(
    request: HttpRequest,
    case: Case,
    actor: Actor,
    *,
    message_form: MessageForm | None = None,
    evidence_form: EvidenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    happened = newest(timeline.events_for(actor, case), "number", request.GET.get("history", ""))
    history = latest(happened, lambda event: event.number)
    bound = evidence_form if evidence_form is not None and evidence_form.is_bound else None
    standing = _standing(case)
    context = {
        **standing,
        **_correspondence(request, case),
        "history": timeline.entries(history.rows, actor),
        "history_before": history.earlier,
        "is_history_asked": "history" in request.GET,
        "message_form": message_form or MessageForm(),
        "question": None if case.is_open else question_of(case),
        "route": external_route() if case.closed_as == ClosedAs.FINAL_RESPONSE else "",
        "evidence_form": evidence_form or _evidence_form(case, standing["asking"], standing["file"]),
        "refused": bound or (message_form if message_form is not None and message_form.is_bound else None),
    }
    return render(request, "portal/case.html", context, status=status)
