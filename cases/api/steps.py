"""The steps people take, over REST: one table from the step to the form of its request and to the workflow."""

from collections.abc import Callable
from typing import Any

from rest_framework.serializers import Serializer

from accounts.actors import Actor
from cases.models import Case
from cases.states import Nature, Step
from cases.workflow import answer, ending, evidence, resolution, routing
from cases.workflow.evidence import Wanted

from . import inputs

Given = dict[str, Any]
Call = Callable[[Case, Actor, Given], object]


def _classify(case: Case, actor: Actor, given: Given) -> None:
    nature = Nature(given["nature"]) if "nature" in given else None
    category, reason, summary = given["category"], given["reason"], given["summary"]
    routing.classify_case(case, actor=actor, category=category, nature=nature, reason=reason, summary=summary)


def _assign(case: Case, actor: Actor, given: Given) -> None:
    if "assignee" in given:
        routing.assign_case(case, actor=actor, assignee=given["assignee"])
    else:
        routing.transfer_case(case, actor=actor, department=given["department"], summary=given["summary"])


def _request_evidence(case: Case, actor: Actor, given: Given) -> None:
    items = [Wanted(name=item["name"], why=item["why"], is_besides=item["besides"]) for item in given["items"]]
    evidence.request_evidence(case, actor=actor, items=items, due_at=given.get("due_at"), late_why=given["late_why"])


def _mark_duplicate(case: Case, actor: Actor, given: Given) -> None:
    ending.mark_duplicate(case, actor=actor, of=ending.original(actor, given["of"]))


STEPS: dict[Step, tuple[type[Serializer], Call]] = {
    Step.CLASSIFY: (inputs.ClassifyIn, _classify),
    Step.RECLASSIFY: (inputs.ClassifyIn, _classify),
    Step.ASSIGN: (inputs.AssignIn, _assign),
    Step.REQUEST_EVIDENCE: (inputs.RequestEvidenceIn, _request_evidence),
    Step.EVIDENCE_COMPLETED: (inputs.ReasonIn, lambda case, by, given: evidence.waive_rest(case, actor=by, **given)),
    Step.START_RESOLVING: (inputs.NothingIn, lambda case, by, given: resolution.start_resolving(case, actor=by)),
    Step.PROPOSE: (inputs.BodyIn, lambda case, by, given: resolution.propose(case, actor=by, **given)),
    Step.APPROVE: (inputs.NothingIn, lambda case, by, given: resolution.approve(case, actor=by)),
    Step.RETURN: (inputs.ReasonIn, lambda case, by, given: resolution.return_for_rework(case, actor=by, **given)),
    Step.ANSWER: (inputs.AnswerIn, lambda case, by, given: answer.send_answer(case, actor=by, **given)),
    Step.ACCEPT: (inputs.AcceptIn, lambda case, by, given: answer.accept(case, actor=by, **given)),
    Step.REJECT: (inputs.RejectIn, lambda case, by, given: answer.reject(case, actor=by, **given)),
    Step.FINAL_RESPONSE: (inputs.AnswerIn, lambda case, by, given: answer.give_final_response(case, actor=by, **given)),
    Step.REOPEN: (inputs.ReasonIn, lambda case, by, given: ending.reopen(case, actor=by, **given)),
    Step.WITHDRAW: (inputs.ReasonIn, lambda case, by, given: ending.withdraw(case, actor=by, **given)),
    Step.MARK_DUPLICATE: (inputs.DuplicateIn, _mark_duplicate),
    Step.MARK_SPAM: (inputs.ReasonIn, lambda case, by, given: ending.mark_spam(case, actor=by, **given)),
}
