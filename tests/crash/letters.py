"""Everything that goes out by mail: which stage of the story brings it about, and what happens there."""

from django.test import override_settings
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Department, Role, User
from cases.complaints.responses import latest_of
from cases.evidence.models import Check, EvidenceItem
from cases.models import Clock, FollowUp
from cases.states import Channel, Status
from cases.workflow import (
    answer,
    complaint,
    ending,
    evidence,
    facts,
    follow_up,
    remedies,
    resolution,
    responding,
    routing,
)
from cases.workflow._clocks import SLA
from cases.workflow._take_step import change_case
from cases.workflow.evidence import Wanted
from channels_app import intake, one_time_codes, outbox
from channels_app.models import Attachment, Delivery
from tests.cases.building import customer_of, deliver_answer, open_case, settle_facts
from tests.cases.complaints.building import complete

CATEGORY = "deposit-not-credited"


def _nothing(case, lan):
    """Opening it is enough."""


def _request(case, lan):
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])


def _receipt(case):
    evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT123")
    return EvidenceItem.objects.get(case=case)


def _reject_evidence(case, lan):
    evidence.verify_evidence(_receipt(case), actor=lan, result=Check.Result.REJECTED, reason="Ảnh bị mờ")


def _accept_evidence_after_all(case, lan):
    item = _receipt(case)
    evidence.verify_evidence(item, actor=lan, result=Check.Result.REJECTED, reason="Ảnh bị mờ")
    Delivery.objects.update(state=Delivery.State.DELIVERED, next_try_at=None)
    evidence.verify_evidence(item, actor=lan, result=Check.Result.ACCEPTED)


def _find_nothing(case, lan):
    facts.verify_fact(
        case, actor=lan, fact="transaction-code", result="unable", value="FT123", sources=facts.Sources(statement="Sổ")
    )


def _transfer(case, lan):
    other = Department.objects.exclude(pk=case.department_id).first()
    routing.transfer_case(case, actor=lan, department=other, summary="Cần kiểm tra giao dịch")


def _when_due(kind):
    """What time brings about, at that time."""

    def attend(case, lan):
        due = FollowUp.objects.filter(case=case, kind=kind, cancelled_at=None).earliest("due_at")
        follow_up.attend(case.pk, now=due.due_at)

    return attend


def _silence_about_the_answer(case, lan):
    """Only what arrived is reminded of."""
    deliver_answer(case)
    _when_due(FollowUp.Kind.SILENCE_REMINDER)(case, lan)


def _silence_about_the_evidence(case, lan):
    """Here too."""
    evidence.mark_delivered(case.evidence_requests.get(), at=timezone.now())
    _when_due(FollowUp.Kind.EVIDENCE_REMINDER)(case, lan)


def _deadline_near(case, lan):
    follow_up.attend(case.pk, now=Clock.objects.filter(case=case).earliest("warn_at").warn_at)


def _deadline_missed(case, lan):
    clock = Clock.objects.filter(case=case).earliest("due_at")
    Clock.objects.exclude(pk=clock.pk).update(next_look_at=None)
    follow_up.attend(case.pk, now=clock.due_at + (clock.due_at - clock.started_at))


def _end_for_good(case, lan):
    resolution.start_resolving(case, actor=_manager())
    answer.give_final_response(case, actor=_manager(), body="Trả lời cuối cùng.")


def _end_for_good_in_peace(case, lan):
    """Nobody is asked how it was."""
    with override_settings(SATISFACTION_ASKED=False):
        _end_for_good(case, lan)


def _manager():
    return Actor.staff(User.objects.get(memberships__role=Role.MANAGER))


def _come_back(case, lan):
    """Nothing is new after the final response."""
    _end_for_good(case, lan)
    intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body="Tôi vẫn không đồng ý.")


def _come_back_in_vain(case, lan):
    _come_back(case, lan)
    ending.decline_reopening(case, actor=_manager(), reason="Không có gì mới.")


def _correct_the_response(case, lan):
    with change_case(case) as held:
        complaint.enter(held, actor=lan)
        complaint.begin_on(held, words="Tiền chưa vào", message=held.messages.first().pk)
    settle_facts(case, lan)
    complete(case, lan)
    answer.send_answer(case, actor=lan, body="Tiền đã vào.")
    responding.correct(latest_of(case), actor=_manager(), reason="Ghi nhầm.", found={1: "Chữ đúng."})


def _take_a_promise_back(case, lan):
    """Of what the customer accepted, before they turned the rest down."""
    with change_case(case) as held:
        complaint.enter(held, actor=lan)
        complaint.begin_on(held, words="Tiền chưa vào", message=held.messages.first().pk)
    settle_facts(case, lan)
    complete(case, lan, no_remedy_because="")
    apology = remedies.Proposed(issue=1, kind="apology", due_on=timezone.localdate(), reason="Xin lỗi Quý khách.")
    pk = remedies.propose(case, actor=lan, proposed=apology).pk
    remedies.approve(case, actor=_manager(), remedy=pk)
    answer.send_answer(case, actor=lan, body="Chúng tôi xin lỗi.")
    answer.accept(case, actor=customer_of(case))
    remedies.cancel(case, actor=_manager(), remedy=pk, reason="Đã xin lỗi qua điện thoại.")


def _code(case, lan):
    one_time_codes.issue(case, case.contact, one_time_codes.browser_hash("a browser"))


def _refuse_files(case, lan):
    outbox.tell_refused(case, [Attachment(filename="a.exe", refused="Loại tệp này không nhận được.")])


def _cry_for_help(case, lan):
    with override_settings(SAFETY_REPLY={"vi": "Hãy gọi 0000 000 000.", "en": ""}):
        intake.add_message(
            case, actor=customer_of(case), channel=Channel.WEB, body="Tôi không muốn sống nữa, tôi sẽ tự tử"
        )


Kind = FollowUp.Kind
# Name: status in which it is brought about, what brings it about (of the case and `lan`, the actor who owns it).
# Those named as their template are the whole of `outbox.TEXTS`; a test says so.
LETTERS = {
    "case_opened": (Status.RECEIVED, _nothing),
    "evidence_requested": (Status.ROUTED, _request),
    "evidence_rejected": (Status.AWAITING_CUSTOMER, _reject_evidence),
    "evidence_accepted_after_all": (Status.AWAITING_CUSTOMER, _accept_evidence_after_all),
    "fact_not_confirmed": (Status.ROUTED, _find_nothing),
    "evidence_reminder": (Status.AWAITING_CUSTOMER, _silence_about_the_evidence),
    "case_transferred": (Status.ROUTED, _transfer),
    "answer": (Status.RESOLVING, lambda case, lan: answer.send_answer(case, actor=lan, body="Tiền đã vào.")),
    "silence_reminder": (Status.ANSWERED, _silence_about_the_answer),
    "case_reopened": (Status.ANSWERED, lambda case, lan: answer.reject(case, actor=customer_of(case))),
    "progress": (Status.REOPENED, _when_due(Kind.PROGRESS)),
    "final answer": (Status.REOPENED, _end_for_good_in_peace),
    "final_asked": (Status.REOPENED, _come_back),
    "final_stands": (Status.REOPENED, _come_back_in_vain),
    "response_corrected": (Status.ROUTED, _correct_the_response),
    "promise_taken_back": (Status.ROUTED, _take_a_promise_back),
    "satisfaction_asked": (Status.REOPENED, _end_for_good),
    "closed_accepted": (Status.ANSWERED, lambda case, lan: answer.accept(case, actor=customer_of(case))),
    "closed_no_reply": (Status.ANSWERED, lambda case, lan: answer.close_no_reply(case, actor=SLA)),
    "closed_withdrawn": (Status.ROUTED, lambda case, lan: ending.withdraw(case, actor=customer_of(case))),
    "closed_duplicate": (Status.ROUTED, lambda case, lan: ending.mark_duplicate(case, actor=lan, of=open_case())),
    "help_lines": (Status.ROUTED, _cry_for_help),
    "files_refused": (Status.ROUTED, _refuse_files),
    "message": (Status.ROUTED, lambda case, lan: outbox.write_message(case, actor=lan, body="Đang kiểm tra.")),
    "one-time code": (Status.ROUTED, _code),
    "warning to staff": (Status.ROUTED, _deadline_near),
    "escalation to staff": (Status.ROUTED, _deadline_missed),
}
