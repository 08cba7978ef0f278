"""The table of everything somebody can do to a case on the desk: its address, its form, who may, and when.

Each step of `cases.states` that people take is an action of the same name. Some steps have several doors (`take-it`, `assign`
and `transfer` are all the step `assign`), and some actions are no steps (a message, a note, a priority).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies
from cases.evidence.queries import CaseFile
from cases.models import Case
from cases.states import Status, Step
from cases.workflow.steps import allowed_steps

from . import (
    checks_to_make,
    complaint_forms,
    composer_forms,
    evidence_check,
    evidence_forms,
    fact_forms,
    records_card,
    records_pulled,
    remedy_forms,
    step_forms,
)
from .step_forms import StepForm

When = Callable[[Actor, Case], bool]
# The pages on which one goes on.
_CASE, _FACTS, _COMPLAINT = "admin:cases_case_change", "admin:cases_case_verify", "admin:cases_case_complaint"


@dataclass(frozen=True)
class Action:
    """`step` is the step behind it, None where it is none; `when` says more about when it is offered.

    `one_click` needs no form page; `writing` is done in the composer. Those `at_facts` stand on the page where facts are
    verified: one goes on there, and what is refused is said there.
    """

    name: str
    label: object
    form: type[StepForm]
    step: Step | None = None
    when: When = lambda actor, case: True
    icon: str = ""
    one_click: bool = False
    writing: bool = False
    ends: bool = False
    leads_to: str = _CASE

    @property
    def decides(self) -> bool:
        """Whether it says how the matter ends, so that everything should be looked at before."""
        return self.step in (Step.PROPOSE, Step.ANSWER, Step.FINAL_RESPONSE)

    @property
    def at_facts(self) -> bool:
        return self.leads_to == _FACTS

    def permitted(self, actor: Actor, case: Case) -> bool:
        """Whether it is this person's to do, whatever the status."""
        if self.step is not None:
            return policies.may(actor, self.step, case)
        return policies.may_converse(actor, case)

    def possible(self, actor: Actor, case: Case) -> bool:
        """Whether it is this person's to do, the case being as it is now."""
        return self.when is _at_its_thing or self.name in offered(actor, case)


def _of_step(
    step: Step, form: type[StepForm], icon: str, *, one_click: bool = False, writing: bool = False, ends: bool = False
) -> Action:
    return Action(step.value, step.label, form, step, icon=icon, one_click=one_click, writing=writing, ends=ends)


def _free_for_me(actor: Actor, case: Case) -> bool:
    """What a colleague has is not taken but assigned, with their name before one's eyes."""
    return (
        case.assignee_id is None
        and _classified(actor, case)
        and policies.who_may(Step.ANSWER, case).filter(pk=actor.subject.pk).exists()
    )


def _classified(actor: Actor, case: Case) -> bool:
    """What is with the protection team has its department without being classified."""
    return case.status != Status.RECEIVED or case.is_flagged


def _may_be_transferred(actor: Actor, case: Case) -> bool:
    return case.status != Status.RECEIVED and not case.is_flagged


def _not_flagged(actor: Actor, case: Case) -> bool:
    return not case.is_flagged


def _to_be_cleared(actor: Actor, case: Case) -> bool:
    return case.is_flagged and policies.may_clear_flag(actor, case)


def _asked_to_reopen(actor: Actor, case: Case) -> bool:
    return case.reopen_asked_at is not None


def _still_open(actor: Actor, case: Case) -> bool:
    return case.is_open


def _at_its_thing(actor: Actor, case: Case) -> bool:
    return False  # its buttons stand at the message that did not arrive, at the evidence that came, beside the records


_S, _F, _C, _E, _P, _R = Step, step_forms, composer_forms, evidence_forms, complaint_forms, remedy_forms
_TABLE = [
    _of_step(_S.CLASSIFY, _F.Classify, "label"),
    Action("take-it", _("Take it"), _F.TakeIt, _S.ASSIGN, _free_for_me, "front_hand", one_click=True),
    Action("clear-flag", _("Clear the protection flag"), _F.ClearFlag, when=_to_be_cleared, icon="health_and_safety"),
    _of_step(_S.START_RESOLVING, _F.StartResolving, "play_arrow", one_click=True),
    _of_step(_S.REQUEST_EVIDENCE, _E.RequestEvidence, "note_add"),
    _of_step(_S.EVIDENCE_COMPLETED, _F.WaiveRest, "task_alt"),
    Action("add-evidence", _("Add evidence"), _E.AddEvidence, when=_still_open, icon="attach_file_add"),
    _of_step(_S.PROPOSE, _C.Propose, "draft", writing=True),
    _of_step(_S.APPROVE, _F.Approve, "thumb_up"),
    _of_step(_S.RETURN, _F.Return, "undo"),
    _of_step(_S.ANSWER, _C.SendAnswer, "outgoing_mail", writing=True),
    _of_step(_S.ACCEPT, _F.Accept, "check_circle"),
    _of_step(_S.REJECT, _F.Reject, "cancel"),
    _of_step(_S.REOPEN, _F.Reopen, "replay"),
    Action(
        "decline-reopening", _("Leave it closed"), _F.DeclineReopening, _S.REOPEN, _asked_to_reopen, "do_not_disturb_on"
    ),
    Action("assign", _("Assign"), _F.Assign, _S.ASSIGN, _classified, "person_add"),
    Action("transfer", _("Transfer"), _F.Transfer, _S.ASSIGN, _may_be_transferred, "move_up"),
    Action("reclassify", _S.RECLASSIFY.label, _F.Reclassify, _S.RECLASSIFY, _classified, "label"),
    Action("change-priority", _("Change priority"), _F.ChangePriority, _S.RECLASSIFY, _not_flagged, "flag"),
    _of_step(_S.FINAL_RESPONSE, _C.FinalResponse, "gavel", ends=True),
    _of_step(_S.WITHDRAW, _F.Withdraw, "logout", ends=True),
    _of_step(_S.MARK_DUPLICATE, _F.MarkDuplicate, "content_copy", ends=True),
    _of_step(_S.MARK_SPAM, _F.MarkSpam, "report", ends=True),
    Action("message", _("Message to the customer"), _C.MessageToCustomer, icon="chat", writing=True),
    Action("note", _("Internal note"), _C.Note, icon="sticky_note_2", writing=True),
    Action("check-evidence", _("Check evidence"), evidence_check.CheckEvidence, _S.REQUEST_EVIDENCE, _at_its_thing),
    *(
        Action(name, label, form, _S.REQUEST_EVIDENCE, _at_its_thing, leads_to=_FACTS)
        for name, label, form in (
            ("verify-fact", _("Verify the fact"), fact_forms.VerifyFact),
            ("confirm-fact", _("Confirm the finding"), fact_forms.ConfirmFinding),
            ("set-aside", _("Set aside"), fact_forms.SetAside),
            ("make-check", _("Mark as made"), checks_to_make.MakeCheck),
            ("take-back-check", _("Take back"), checks_to_make.TakeBackCheck),
        )
    ),
    *(
        Action(name, label, form, step, _at_its_thing, leads_to=_COMPLAINT)
        for name, label, form, step in (
            ("describe-complaint", _("Describe the complaint"), _P.DescribeComplaint, _S.REQUEST_EVIDENCE),
            ("add-issue", _("Add an issue"), _P.AddIssue, _S.REQUEST_EVIDENCE),
            ("note-account", _("Put down the account"), _P.NoteAccount, _S.REQUEST_EVIDENCE),
            ("find-issue", _("Note the finding"), _P.FindIssue, _S.ANSWER),
            ("link-problem", _("Link to a problem record"), _P.LinkProblem, _S.ANSWER),
            ("unlink-problem", _("Take the link back"), _P.UnlinkProblem, _S.ANSWER),
            ("decide-issue", _("Decide the issue"), _P.DecideIssue, _S.ANSWER),
            ("approve-deviation", _("Approve the deviation"), _P.ApproveDeviation, _S.APPROVE),
            ("say-recourse", _("Set next level and time"), _P.SayRecourse, _S.REQUEST_EVIDENCE),
            ("propose-remedy", _("Propose a remedy"), _R.ProposeRemedy, _S.ANSWER),
            ("approve-remedy", _("Approve the remedy"), _R.ApproveRemedy, _S.APPROVE),
            ("decline-remedy", _("Decline the remedy"), _R.DeclineRemedy, _S.APPROVE),
            ("cancel-remedy", _("Cancel the remedy"), _R.CancelRemedy, _S.REQUEST_EVIDENCE),
            ("accept-remedy", _("The customer accepts the remedy"), _R.AcceptRemedy, _S.ACCEPT),
            ("execute-remedy", _("Have it carried out"), _R.ExecuteRemedy, _S.REQUEST_EVIDENCE),
            ("ask-again-remedy", _("Ask the operator's system again"), _R.AskAgain, _S.REQUEST_EVIDENCE),
            ("record-remedy", _("Record that it was done by hand"), _R.RecordRemedy, _S.REQUEST_EVIDENCE),
            ("confirm-remedy", _("It arrived"), _R.ConfirmRemedy, _S.REQUEST_EVIDENCE),
            ("correct-response", _("Correct the response"), _P.CorrectResponse, _S.APPROVE),
        )
    ),
    Action("add-code", _("Add a transaction code"), records_card.AddCode, when=_at_its_thing),
    Action("look-up-records", _("Look up again"), records_card.LookUpAgain, when=_at_its_thing),
    Action("pull-records", _("Pull records"), records_pulled.PullRecords, when=_at_its_thing, leads_to=_FACTS),
    Action("change-contact", _("Answer elsewhere"), _F.ChangeContact, when=_at_its_thing, icon="alternate_email"),
    Action("retry-delivery", _("Send again"), _C.RetryDelivery, when=_at_its_thing),
]
ACTIONS: dict[str, Action] = {action.name: action for action in _TABLE}


def offered(actor: Actor, case: Case, file: CaseFile | None = None) -> dict[str, Action]:
    """What this person can do to the case now, in the order of the table. `file` where the caller has read it."""
    steps = set(allowed_steps(actor, case, file=file))
    converses = policies.may_converse(actor, case)
    return {
        action.name: action
        for action in _TABLE
        if (action.step in steps if action.step else converses) and action.when(actor, case)
    }
