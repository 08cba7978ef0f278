"""The official response to a complaint: issued with the answer, corrected by a new version, printed once (R-49)."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from cases import policies
from cases.complaints import printing
from cases.complaints.document import Content, compose
from cases.complaints.ladder import Level, level_of_round
from cases.complaints.models import Decision, Finding, Remedy, Response, ResponsePrint
from cases.complaints.queries import complaint_file
from cases.complaints.remedy_rights import Rights
from cases.complaints.remedy_states import GIVEN_UP
from cases.complaints.responses import canonical, hash_of, responses_of, seal_of
from cases.complaints.standing import ComplaintFile
from cases.events import EventKind, record
from cases.fair_words import require_no_blame
from cases.models import Answer, Case
from cases.states import Step
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible
from cskh.core.jobs import enqueue_after_commit
from cskh.core.locks import one_at_a_time

from ._take_step import change_case
from .complaint import by
from .deciding import for_customer

_PRESS = Actor.system("press")
UNNUMBERED = "—"


def issue(held: Case, answer: Answer, *, actor: Actor) -> Response | None:
    """Issues the response that goes with the `answer` of the locked case; None for what is in no register.

    Numbers run on without a gap within a year: one is drawn when nothing can stop the answer but the database itself.
    """
    file = complaint_file(held)
    if file is None:
        return None
    today = timezone.localdate(answer.sent_at)
    one_at_a_time("an official response is numbered")
    last = Response.objects.filter(year=today.year).aggregate(last=Max("serial"))["last"] or 0
    number = f"{settings.RESPONSE_NUMBER_PREFIX}-{today.year}-{last + 1:06d}"
    level = level_of_round(held.round, is_final=answer.is_final)
    with translation.override(held.customer.language):
        notice = _notice(held, level, number)
        notice = "\n\n".join(filter(None, [_our_fault(file), notice]))
    response = _keep(
        held,
        Response(
            complaint=file.complaint, answer=answer, year=today.year, serial=last + 1, number=number, notice=notice
        ),
        draft(file, number=number, is_final=answer.is_final),
        actor=actor,
    )
    record(held, EventKind.RESPONSE_ISSUED, actor=actor, level=level.number, **_facts(response))
    return response


def draft(file: ComplaintFile, *, number: str = UNNUMBERED, is_final: bool = False) -> Content:
    """What a response issued now would say, in the customer's language."""
    level = level_of_round(file.round, is_final=is_final)
    with translation.override(file.complaint.case.customer.language):
        return compose(file, level, number=number, issued_on=timezone.localdate())


def correct(
    response: Response,
    *,
    actor: Actor,
    reason: str,
    found: Mapping[int, str] | None = None,
    reasons: Mapping[int, str] | None = None,
    next_level: str | None = None,
) -> Response:
    """Says anew what was worded wrongly: the next version, with the `reason` as the customer will read it.

    `found` and `reasons` are the new words by the number of their issue. What was decided and promised is not corrected
    here: that takes a new round. For people who approve outcomes and had no part in this one; Conflict where a later version
    or response stands, or something it names is not done after all.
    """
    with change_case(response.complaint.case) as held:
        policies.require(actor, Step.APPROVE, held)
        latest = responses_of(held).select_related("answer").last()
        if latest is None or latest.pk != response.pk or not latest.content:
            raise Conflict(_("A later version stands already. Look at that one."))
        if reason_against := why_not_correct(latest, held, actor=actor):
            raise NotPermitted(reason_against)
        if _named_in(latest).filter(status__in=GIVEN_UP).exists():
            raise Conflict(
                _(
                    "A remedy it names is not done after all; a correction would promise it again. Tell the customer in a message."
                )
            )
        why = for_customer(held, reason, "reason", _("Say why it is corrected, as the customer will read it."))
        content = _corrected(held, latest.says, found or {}, reasons or {}, next_level)
        content["version"] = latest.version + 1
        content["correction"] = {"replaces": latest.version, "reason": why}
        content["issued_on"] = timezone.localdate().isoformat()
        same = {"year": latest.year, "serial": latest.serial, "number": latest.number}
        new = Response(complaint=latest.complaint, answer=latest.answer, version=latest.version + 1, **same)
        _keep(held, new, content, actor=actor)
        record(held, EventKind.RESPONSE_CORRECTED, actor=actor, words=why, **_facts(new))
    return new


def why_not_correct(response: Response, case: Case, *, actor: Actor) -> str:
    """Why this one, of all who may approve outcomes on the case, may not reword its response (four eyes); "" where they may."""
    if not actor.is_staff:
        return _("A person corrects this, and is named.")
    if Rights(actor, case).gains:
        return _("Somebody else does this: you are the customer.")
    who = actor.kind.value, actor.id
    answer = response.answer
    if who in (response.who, (answer.author_kind, answer.author_id)):
        return _("Somebody else corrects it: it is your own.")
    theirs = {"issue__complaint": response.complaint_id, "round": answer.round, "by_kind": who[0], "by_id": who[1]}
    if any(model.objects.filter(**theirs).exists() for model in (Finding, Decision)):
        return _("Somebody else corrects it: you found or decided what it says.")
    return ""


def _named_in(response: Response) -> QuerySet[Remedy]:
    """The remedies it promises."""
    return Remedy.objects.filter(
        issue__complaint=response.complaint_id, round=response.answer.round, promised_at__isnull=False
    )


def print_once(response: Response) -> ResponsePrint:
    """The response as PDF, as everybody gets it: printed and sealed when it is first asked for. NotVisible where it was erased."""
    kept = ResponsePrint.objects.filter(response=response).first()
    if kept is not None:
        return _there(kept)
    if not response.content:
        raise NotVisible
    pdf = printing.as_pdf(response.says)
    with change_case(response.complaint.case) as held:
        kept = ResponsePrint.objects.filter(response=response).first()
        if kept is None:
            kept = ResponsePrint.objects.create(response=response, pdf=pdf, sha256=hash_of(pdf))
            record(held, EventKind.RESPONSE_PRINTED, actor=_PRESS, response=response.pk, sha256=kept.sha256)
    return _there(kept)


def _there(kept: ResponsePrint) -> ResponsePrint:
    if not kept.pdf:
        raise NotVisible
    return kept


def _keep(held: Case, response: Response, content: Content, *, actor: Actor) -> Response:
    response.content = canonical(content)
    response.language = content["language"]
    response.is_final = content["is_final"]
    response.sha256 = seal_of(response.content, response.notice)
    for field, value in {**by(actor, held), "round": response.answer.round}.items():
        setattr(response, field, value)
    response.save(force_insert=True)
    enqueue_after_commit("cases.tasks.print_response", response.pk)
    return response


def _facts(response: Response) -> dict[str, Any]:
    return {
        "response": response.pk,
        "numbered": response.number,
        "version": response.version,
        "final": response.is_final,
        "sha256": response.sha256,
    }


def _notice(held: Case, level: Level, number: str) -> str:
    """What goes out with the answer: the number, the level, and where the response is read."""
    said = {
        "number": number,
        "level": _("final response") if level.is_final else str(level),
        "page": f"{settings.PUBLIC_URL}/track/?code={held.code}",
        "next": level.next,
    }
    if level.is_final:
        return (
            _(
                "Our official response has the number %(number)s (%(level)s). Read it and save it as PDF on the page of your "
                "request: %(page)s\n\nIf you do not agree: %(next)s"
            )
            % said
        )
    return (
        _(
            "Our official response has the number %(number)s (%(level)s). Read it and save it as PDF on the page of your "
            "request: %(page)s\n\nIf you do not agree, next is: %(next)s."
        )
        % said
    )


def _our_fault(file: ComplaintFile) -> str:
    """That it was ours, of the issues that are linked to a problem record and no others; "" where none is."""
    linked = [str(one.issue.number) for one in file.issues if one.link]
    if not linked:
        return ""
    if len(linked) == len(file.issues):
        return _("It was a fault of our own system, not yours. We are sorry.")
    said = ngettext(
        "Issue %(numbers)s: it was a fault of our own system, not yours. We are sorry.",
        "Issues %(numbers)s: it was a fault of our own system, not yours. We are sorry.",
        len(linked),
    )
    return said % {"numbers": ", ".join(linked)}


def _corrected(
    held: Case, said: Content, found: Mapping[int, str], reasons: Mapping[int, str], next_level: str | None
) -> Content:
    """The response with the new words. Raises Invalid where they are empty, or nothing is new."""
    content = deepcopy(said)
    for one in content["issues"]:
        for field, texts in (("found", found), ("reason", reasons)):
            words = texts.get(one["number"])
            if words is not None and one[field]:
                place = f"{field}-{one['number']}"
                one[field] = for_customer(held, words, place, _("Leave nothing empty that was said."))
                if one.get("our_fault"):
                    require_no_blame(one[field], field=place)
    if next_level is not None and content["next_level"]:
        content["next_level"] = for_customer(held, next_level, "next_level", _("Leave nothing empty that was said."))
    if content == said:
        raise Invalid(errors={"reason": [_("Nothing is changed yet.")]})
    return content
