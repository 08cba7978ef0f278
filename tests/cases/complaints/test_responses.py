"""The official response: issued with the answer, sealed, numbered without a gap, printed once, corrected by a new version."""

import json
import re
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from pypdfium2 import PdfDocument

from accounts.actors import Actor
from accounts.models import Role
from cases import policies
from cases.complaints import printing
from cases.complaints.document import laid_out
from cases.complaints.models import Remedy, Response, ResponsePrint
from cases.complaints.queries import complaint_file
from cases.complaints.responses import altered, latest_of, responses_of
from cases.events import flaws_of
from cases.evidence.models import EvidenceItem
from cases.models import Case
from cases.states import Step
from cases.tasks import print_response
from cases.workflow import answer, complaint, deciding, ending, resolution, responding, routing
from cases.workflow._clocks import SLA
from cases.workflow._conditions import ANSWERED_BEFORE
from cases.workflow.steps import allowed_steps
from channels_app import intake
from channels_app.models import Message
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import customer_of, open_case
from tests.cases.complaints.building import complete, decided, found, open_complaint, tell_our_side
from tests.cases.complaints.remedying import REASON, head, promised

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]
HOSTILE = '#panic("x") #import "a": * = T $x$ `r` <b>đậm</b> <script>1</script> \\ // @ref #[*_{{ 7*7 }}'
# No embedded font has all of these; some turn the direction of what follows, some are no characters at all.
UNUSUAL = "🙂 👨\u200d👩\u200d👧 🇻🇳 中文 ไทย עברית العربية \u202eabc\u2066 \x07\x1b\u2028 \ufeff\uffff \U0010ffff e\u0323\u0302"


def answered(case, actor):
    complete(case, actor)
    answer.send_answer(case, actor=actor, body="Chúng tôi đã xem xét khiếu nại.")
    return latest_of(case)


def final(case, lan, son):
    """The customer does not agree; the second level says the last word."""
    answered(case, lan)
    answer.reject(case, actor=customer_of(case), reason="Chưa đủ tiền")
    routing.assign_case(case, actor=son, assignee=son.subject)
    resolution.start_resolving(case, actor=son)
    complete(case, son)
    answer.give_final_response(case, actor=son, body="Đây là phản hồi cuối cùng.")
    return latest_of(case)


def told(case):
    return case.messages.filter(direction="out").latest("id").body


def text_of(pdf):
    return "\n".join(page.get_textpage().get_text_range() for page in PdfDocument(pdf)).replace("\r", "")


def _ink(pdf):
    """How many pixels of the first page are dark."""
    return sum(PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L").histogram()[:128])


def refused(change):
    with pytest.raises(DatabaseError, match="cannot be changed or deleted"), transaction.atomic():
        change()


class TestIssued:
    def test_it_says_what_was_decided_and_nothing_from_inside(self, case, lan, son):
        deciding_words = found(what_happened="Lỗi bảng settle_v2, xem ticket OPS-77", other_source="Hỏi anh Tuấn ở Ops")
        tell_our_side(case, lan)
        deciding.note_finding(case, actor=lan, number=1, found=deciding_words)
        response = answered(case, lan)
        said = response.says
        (issue,) = said["issues"]
        assert issue["said"] == "Tôi chuyển 2.000.000đ lúc 9 giờ"
        assert (issue["outcome"], issue["reason"]) == ("upheld", "Sổ lệnh khớp với lời Quý khách.")
        assert issue["clause"]["number"] == 4
        assert (issue["remedies"], issue["no_remedy_because"][:10]) == ([], "Số tiền đã")
        assert (said["level"], said["levels"], said["is_final"]) == (1, 2, False)
        assert said["to"] == "Nguyễn Văn An"
        for inside in ("OPS-77", "Tuấn", "Lan", "Sổ lệnh ghi"):
            assert inside not in response.content

    def test_a_technical_finding_is_said_in_plain_words(self, case, lan):
        technical = "Lỗi bảng settle_v2"
        with pytest.raises(Invalid) as wrong:
            deciding.note_finding(
                case, actor=lan, number=1, found=found(what_happened=technical, plain=f" {technical} ")
            )
        assert list(wrong.value.errors) == ["plain"]
        same = found(what_happened="Nhân viên cúp máy", plain="Nhân viên cúp máy", cause="staff_conduct")
        assert deciding.note_finding(case, actor=lan, number=1, found=same).plain == same.plain

    def test_numbers_run_on_within_the_year_without_a_gap(self, lan):
        with time_machine.travel(date(2026, 12, 30), tick=False):
            first, second = (answered(open_complaint(owner=lan), lan) for _ in range(2))
            third = open_complaint(owner=lan)
            complete(third, lan)
            with pytest.raises(RuntimeError), transaction.atomic():
                answer.send_answer(third, actor=lan, body="Xong.")
                raise RuntimeError
            third.refresh_from_db()
            answer.send_answer(third, actor=lan, body="Xong.")
            numbers = [first.number, second.number, latest_of(third).number]
        assert numbers == ["PH-2026-000001", "PH-2026-000002", "PH-2026-000003"]
        with time_machine.travel(date(2027, 1, 4), tick=False):
            assert answered(open_complaint(owner=lan), lan).number == "PH-2027-000001"

    def test_the_answer_says_its_number_its_level_and_where_it_is_read(self, case, lan):
        response = answered(case, lan)
        assert told(case) == f"Chúng tôi đã xem xét khiếu nại.\n\n{response.notice}"
        assert response.number in response.notice
        assert f"/track/?code={case.code}" in response.notice
        assert list(flaws_of(case)) == []

    def test_what_is_no_complaint_gets_none(self, lan):
        case = open_case("other")
        routing.assign_case(case, actor=lan, assignee=lan.subject)
        answer.send_answer(case, actor=lan, body="Đã ghi có.")
        assert not Response.objects.exists()
        assert told(case) == "Đã ghi có."

    def test_it_is_written_in_the_customers_language(self, lan):
        case = open_complaint(owner=lan)
        case.customer.language = "en"
        case.customer.save()
        response = answered(Case.objects.get(pk=case.pk), lan)
        assert response.language == "en"
        assert response.says["signed_by"] == "Head of complaints"
        assert "official response" in response.notice
        assert "Your complaint" in text_of(responding.print_once(response).pdf)


class TestPrinted:
    def test_every_print_is_the_same_to_the_byte(self, case, lan):
        response = answered(case, lan)
        with time_machine.travel("2031-01-01T00:00:00Z"), translation.override("en"):
            later = printing.as_pdf(response.says)
        print_response(response.pk)
        kept = ResponsePrint.objects.get(response=response)
        assert bytes(kept.pdf) == later == printing.as_pdf(json.loads(response.content))
        assert responding.print_once(response).pk == kept.pk
        assert case.events.filter(kind="response_printed").count() == 1
        assert response.number in text_of(kept.pdf)

    def test_words_from_outside_never_become_markup(self, lan):
        case = open_complaint(owner=lan)
        words = f"{HOSTILE}\n{UNUSUAL}"
        complaint.note_account(case, actor=lan, number=1, side="customer", text=words)
        tell_our_side(case, lan)
        deciding.note_finding(case, actor=lan, number=1, found=found(plain=words))
        deciding.decide(case, actor=lan, number=1, decided=decided(case, reason=words, no_remedy_because=words))
        case.customer.name = HOSTILE
        case.customer.save()
        text = text_of(responding.print_once(answered(Case.objects.get(pk=case.pk), lan)).pdf)
        assert "".join(text.split()).count("".join(HOSTILE.split())) == 5

    def test_no_text_is_refused_and_what_no_font_has_is_a_mark(self, case, lan):
        response = answered(case, lan)
        strange = {**response.says, "to": f"\0{UNUSUAL}", "brand": UNUSUAL, "next_level": f"Đọc được\n{UNUSUAL}"}
        pdf = printing.as_pdf(strange)
        assert pdf == printing.as_pdf(strange)
        assert "Đọc được" in text_of(pdf)
        assert _ink(printing.as_pdf({**response.says, "to": "🙂"})) > _ink(
            printing.as_pdf({**response.says, "to": " "})
        )

    def test_a_long_one_has_pages_and_keeps_every_mark(self, case, lan):
        long = "\n".join(
            f"Dòng {n}: Quý khách đã được hoàn trả, xin lỗi vì sự chậm trễ ngoài ý muốn." for n in range(100)
        )
        tell_our_side(case, lan)
        deciding.note_finding(case, actor=lan, number=1, found=found(plain=long))
        pdf = responding.print_once(answered(case, lan)).pdf
        assert len(PdfDocument(pdf)) > 2
        assert "Dòng 99: Quý khách đã được hoàn trả" in text_of(pdf)


class TestSealed:
    def test_the_database_refuses_to_change_or_delete(self, case, lan):
        response = answered(case, lan)
        responding.print_once(response)
        refused(lambda: Response.objects.update(content="{}"))
        refused(lambda: Response.objects.update(number="PH-2026-000009"))
        refused(lambda: ResponsePrint.objects.update(pdf=b"%PDF"))
        refused(lambda: ResponsePrint.objects.all().delete())
        Response.objects.update(content="", notice="")  # what is erased
        ResponsePrint.objects.update(pdf=b"")
        assert list(altered()) == []
        with pytest.raises(NotVisible):
            responding.print_once(response)

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            ("UPDATE complaints_response SET content = replace(content, 'upheld', 'not_upheld')", "was altered"),
            ("UPDATE complaints_response SET notice = 'khác'", "was altered"),
            ("UPDATE complaints_response SET number = 'PH-2026-000077'", "was altered"),
            ("UPDATE complaints_responseprint SET pdf = '%PDF'", "its print was altered"),
            ("DELETE FROM complaints_responseprint", "the print it names is gone"),
            ("UPDATE channels_app_message SET body = body || '.' WHERE answer_id IS NOT NULL", "message that carried"),
        ],
    )
    def test_whoever_gets_around_that_is_found(self, case, lan, change, what):
        responding.print_once(answered(case, lan))
        call_command("verify_audit", stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("complaints_response", "complaints_responseprint"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
            cursor.execute(change)
        said = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_audit", stdout=said)
        assert what in said.getvalue()

    def test_one_of_which_the_record_knows_nothing_is_found(self, case, lan):
        response = answered(case, lan)
        assert list(altered()) == []
        response.pk, response.public_id, response.version = None, uuid4(), 2
        response.save(force_insert=True)
        (flaw,) = altered([case.code])
        assert "is not in the record" in str(flaw)


class TestCorrected:
    def test_it_is_a_new_version_and_the_first_stays(self, case, lan, son):
        first = answered(case, lan)
        new = responding.correct(
            first, actor=son, reason="Ghi nhầm tên sổ", found={1: "Sổ quỹ đã tính thiếu một dòng."}, reasons={}
        )
        assert (new.number, new.version) == (first.number, 2)
        assert new.says["issues"][0]["found"] == "Sổ quỹ đã tính thiếu một dòng."
        assert new.says["issues"][0]["reason"] == first.says["issues"][0]["reason"]
        assert new.says["correction"] == {"replaces": 1, "reason": "Ghi nhầm tên sổ"}
        assert [one.pk for one in responses_of(case)] == [first.pk, new.pk]
        assert "Ghi nhầm tên sổ" in told(case)
        assert "Ghi nhầm tên sổ" in text_of(responding.print_once(new).pdf)
        assert list(altered()) == []
        with pytest.raises(Conflict):
            responding.correct(first, actor=son, reason="Lại", found={1: "Khác."})

    def test_what_is_refused(self, case, lan, son):
        first = answered(case, lan)
        for field, said in (
            ("reason", {"reason": "", "found": {1: "Khác"}}),
            ("reason", {"reason": "Sửa", "found": {1: first.says["issues"][0]["found"]}}),
            ("found-1", {"reason": "Sửa", "found": {1: " "}}),
        ):
            with pytest.raises(Invalid) as wrong:
                responding.correct(first, actor=son, **said)
            assert list(wrong.value.errors) == [field]
        with pytest.raises(NotPermitted):
            responding.correct(first, actor=lan, reason="Sửa", found={1: "Khác"})
        assert Response.objects.count() == 1

    def test_whoever_had_a_part_in_it_does_not_reword_it(self, case, lan, son, make_staff):
        ha, quan = (Actor.staff(make_staff(name, Role.MANAGER)) for name in ("ha", "quan"))
        deciding.note_finding(case, actor=ha, number=1, found=found())
        complete(case, quan)
        answer.send_answer(case, actor=son, body="Chúng tôi đã xem xét khiếu nại.")
        words = {"reason": "Sửa", "found": {1: "Khác"}}
        for one in (ha, quan, son):  # who found, who decided, who answered
            with pytest.raises(NotPermitted):
                responding.correct(latest_of(case), actor=one, **words)
        mai = Actor.staff(make_staff("mai", Role.MANAGER))
        type(mai.subject).objects.filter(pk=mai.subject.pk).update(email="An@khach.example")
        mai.subject.refresh_from_db()
        with pytest.raises(NotPermitted, match="chính là khách hàng"):
            responding.correct(latest_of(case), actor=mai, **words)
        yen = Actor.staff(make_staff("yen", Role.MANAGER))
        corrected = responding.correct(latest_of(case), actor=yen, **words)
        with pytest.raises(NotPermitted):
            responding.correct(corrected, actor=yen, reason="Sửa", found={1: "Khác nữa"})

    def test_it_stays_of_the_round_that_was_answered(self, case, lan, son):
        first = answered(case, lan)
        answer.reject(case, actor=customer_of(case), reason="Chưa đủ tiền")
        assert responding.correct(first, actor=son, reason="Sửa", found={1: "Khác"}).round == first.round == 1

    def test_what_was_given_up_is_not_promised_again(self, lan, son):
        case, remedy = promised(lan)
        first = latest_of(case)
        second = responding.correct(first, actor=son, reason="Sửa", found={1: "Khác"})
        answer.reject(case, actor=customer_of(case), reason="Chưa đủ tiền")  # what was promised is declined with it
        assert Remedy.objects.get(pk=remedy).status == "declined"
        with pytest.raises(Conflict):
            responding.correct(second, actor=head("quan"), reason="Sửa", found={1: "Khác nữa"})


class TestRemedies:
    def test_it_says_what_is_done_why_by_when_and_where_it_goes(self, lan):
        case, _remedy = promised(lan)
        response = latest_of(case)
        (promise,) = response.says["issues"][0]["remedies"]
        assert (promise["what"], promise["why"]) == ("ghi có vào tài khoản 340.000 ₫", REASON)
        assert promise["to"].endswith(f"••••{case.customer.external_id[-4:]}")
        assert case.customer.external_id not in response.content
        for said in (text_of(responding.print_once(response).pdf), str(laid_out(response.says)["issues"])):
            assert all("".join(promise[part].split())[1:] in "".join(said.split()) for part in ("what", "why", "to"))

    def test_one_of_before_that_has_neither_is_read_as_it_was(self, lan):
        said = latest_of(promised(lan)[0]).says
        said["issues"][0]["remedies"] = [{"what": "Ghi có 340.000 ₫", "by": ""}]
        assert ["Ghi có 340.000 ₫"] in [line["items"] for line in laid_out(said)["issues"][0]["lines"]]


class TestEvidence:
    @pytest.mark.parametrize(("sender", "own"), [("customer", False), ("integration", False), ("staff", True)])
    def test_what_came_through_an_app_is_the_customers(self, case, lan, sender, own):
        item = EvidenceItem.objects.create(case=case, text="Mã GD-1", channel="web", sender_kind=sender, sender_id="1")
        finding = deciding.note_finding(case, actor=lan, number=1, found=found())
        finding.evidence.set([item])
        (first, *_rest) = responding.draft(complaint_file(case))["issues"][0]["evidence"]
        assert (first != "Mã GD-1") == own


class TestLadder:
    def test_level_two_is_reviewed_by_somebody_else_and_ends_with_the_route_outside(self, case, lan, son, settings):
        response = final(case, lan, son)
        said = response.says
        assert (said["level"], said["is_final"], response.round) == (2, True, 2)
        assert said["external_route"] == settings.EXTERNAL_ROUTE["vi"]
        assert settings.EXTERNAL_ROUTE["vi"] in case.messages.get(answer=response.answer).body
        closing = dict(laid_out(said)["closing"])
        assert settings.EXTERNAL_ROUTE["vi"] in [words for texts in closing.values() for words in texts]
        assert len(responses_of(case)) == 2

    def test_after_the_final_response_new_facts_alone_reopen(self, case, lan, son, settings):
        final(case, lan, son)
        intake.add_message(case, actor=customer_of(case), channel="web", body="Tôi vẫn không đồng ý")
        assert settings.EXTERNAL_ROUTE["vi"] in told(case)
        with pytest.raises(Invalid):
            ending.reopen(case, actor=son, reason=" ")
        ending.decline_reopening(case, actor=son, reason="Không có gì mới")
        assert settings.EXTERNAL_ROUTE["vi"] in told(case)
        assert "Không có gì mới" not in told(case)
        assert case.messages.filter(direction=Message.Direction.OUT, is_automatic=False).latest("id").body == told(case)
        intake.add_message(case, actor=customer_of(case), channel="web", body="Tôi có sao kê mới")
        ending.reopen(case, actor=son, reason="Sao kê mới của ngân hàng")
        assert (case.status, case.round) == ("reopened", 3)

    def test_the_system_closes_nothing_that_was_rejected(self, case, lan):
        answered(case, lan)
        may = [policies.may(SLA, step, case) for step in (Step.MARK_SPAM, Step.CLOSE_NO_REPLY)]
        answer.reject(case, actor=customer_of(case))
        assert may == [True, True]
        assert not policies.may(SLA, Step.MARK_SPAM, case)
        assert Step.CLOSE_NO_REPLY not in allowed_steps(SLA, case)

    def test_an_answered_complaint_is_neither_spam_nor_a_duplicate(self, case, lan):
        assert {Step.MARK_SPAM, Step.MARK_DUPLICATE} <= set(allowed_steps(lan, case))
        answered(case, lan)
        assert not {Step.MARK_SPAM, Step.MARK_DUPLICATE} & set(allowed_steps(lan, case))
        with pytest.raises(StepNotAllowed, match=re.escape(str(ANSWERED_BEFORE))):
            ending.mark_spam(case, actor=lan, reason="Quảng cáo")
        with pytest.raises(StepNotAllowed, match=re.escape(str(ANSWERED_BEFORE))):
            ending.mark_duplicate(case, actor=lan, of=open_case())
        with pytest.raises(StepNotAllowed):
            ending.mark_spam(case, actor=SLA)
        assert case.status == "answered"

    def test_after_any_other_end_nothing_of_it_is_said(self, case, lan, settings):
        answered(case, lan)
        answer.accept(case, actor=customer_of(case))
        intake.add_message(case, actor=customer_of(case), channel="web", body="Một câu nữa")
        assert "after" not in case.events.filter(kind="reopen_asked").get().facts
        assert settings.EXTERNAL_ROUTE["vi"] not in told(case)


def test_today_is_a_day_of_our_zone(case, lan):
    assert answered(case, lan).says["issued_on"] == timezone.localdate().isoformat()
