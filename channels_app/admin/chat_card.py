"""Beside a conversation: who the customer is, what they had before, what kind of matter it is, and how it can be answered."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.access_log import note_access
from cases.categories import SUMMARY_IF_IT_MOVES, category_choices
from cases.evidence.queries import CaseFile, file_of
from cases.models import Answer, Case
from cases.states import Status, Step
from cases.tones import STATUS_TONES
from cases.workflow import steps
from channels_app import drafts
from channels_app.models import Chat
from channels_app.replies import replies_for


def card_of(request: HttpRequest, chat: Chat, actor: Actor) -> dict[str, Any]:
    """`{html, version, replies, drafts, answer: {may, why, is_evidence, approved}}`: the case as it was at `version`.

    `drafts` are one's own words by kind; `why` says what is missing where the case cannot be answered, and `is_evidence` that
    something came in which has to be checked on the case page.
    """
    case = chat.case
    assert case is not None  # staff see no conversation without one
    note_access(actor, case.pk)
    file = file_of(case)
    allowed = steps.allowed_steps(actor, case, file=file)
    context = {
        "case": case,
        "chat": chat,
        "status_tone": STATUS_TONES.get(case.status, "calm"),
        "contacts": list(case.customer.contacts.order_by("-last_used_at")),
        "others": queries.others_of_customer(actor, case),
        "categories": category_choices() if {Step.CLASSIFY, Step.RECLASSIFY} & set(allowed) else [],
        "summary": SUMMARY_IF_IT_MOVES if case.department_id else "",
    }
    return {
        "html": render_to_string("admin/chat/card.html", context, request),
        "version": case.last_event_number,
        "replies": replies_for(case, actor.subject),
        "drafts": {kind: draft.body for kind, draft in drafts.drafts_of(actor.subject, case).items()},
        "answer": _answer(case, actor, allowed, file),
    }


def _answer(case: Case, actor: Actor, allowed: list[Step], file: CaseFile) -> dict[str, Any]:
    approved = queries.answers_of_round(case, Answer.State.APPROVED).first()
    may = Step.ANSWER in allowed
    return {
        "may": may,
        "why": "" if may else _what_is_missing(case, actor, file),
        "is_evidence": not may and case.is_open and bool(file.unchecked or file.undecided),
        "approved": approved.body if approved and may else "",
    }


def _what_is_missing(case: Case, actor: Actor, file: CaseFile) -> str:
    if not case.is_open:
        return _("The case is closed.")
    if case.status == Status.RECEIVED:
        return _("Classify the case first.")
    if case.status == Status.ANSWERED:
        return _("The case is answered already; the customer's word is awaited.")
    if not policies.may(actor, Step.ANSWER, case):
        return _("Only %(department)s may answer this case: hand the conversation over to a colleague there.") % {
            "department": case.department or _("another colleague")
        }
    if case.status == Status.AWAITING_CUSTOMER:
        return _("Evidence is still awaited from the customer.")
    if case.status == Status.VERIFYING:
        return _("Verify the evidence on the case page first.")
    if case.status == Status.AWAITING_APPROVAL:
        return _("The proposed outcome awaits approval.")
    return steps.what_is_missing(Step.ANSWER, case, file)
