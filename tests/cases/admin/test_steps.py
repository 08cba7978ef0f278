"""What the buttons of the desk do, and what is said when it cannot be done. Who may press them: `test_permissions.py`."""

import re
import threading
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.customers.models import Contact
from accounts.models import User
from cases.admin.notices import with_labels
from cases.events import EventKind, flaws_of, label_of
from cases.evidence.queries import entries_of, file_of
from cases.evidence.wanted import Wanted
from cases.models import Answer, Case, CaseEvent, Category
from cases.states import Channel, Status
from cases.workflow import answer, evidence, resolution, routing
from cases.workflow.handover import set_presence
from channels_app import intake
from channels_app.models import Delivery, Message, StaffNotice
from tests.cases.building import deliver_answer, settle_facts
from tests.cases.complaints.building import complete
from tests.cases.evidence.files import picture, upload
from tests.cases.evidence.receipts import CLAIMED, hash_of, receipt_of

pytestmark = pytest.mark.django_db


def state_of(case):
    return (
        Case.objects.values().get(pk=case.pk),
        Message.objects.filter(case=case).count(),
        Delivery.objects.count(),
        Answer.objects.count(),
    )


def test_who_is_not_signed_in_is_asked_to(client, open_case):
    case = open_case()
    before = state_of(case)
    assert client.post(reverse("admin:cases_case_step", args=[case.pk, "note"]), {"body": "x"}).status_code == 302
    assert state_of(case) == before


def test_from_classifying_to_the_answer(desk, people, open_case):
    case = open_case()
    at = desk(people["manager"])
    assert offered(at, case)[0] == "classify"
    category = Category.objects.get(slug="deposit-not-credited")
    assert at.take(case, "classify", category=category.pk, nature="complaint").status_code == 302
    at = desk(people["lan"])
    assert "take-it" in offered(at, case)
    assert at.take(case, "take-it").status_code == 302
    settle_facts(Case.objects.get(pk=case.pk), Actor.staff(people["lan"]))
    assert "answer" not in offered(at, case)  # a complaint is answered as a whole
    assert at.take(case, "answer", body="Tiền đã vào.").status_code == 409
    complete(Case.objects.get(pk=case.pk), Actor.staff(people["lan"]))
    assert at.take(case, "answer", body="Tiền đã vào tài khoản.").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.assignee, case.nature) == ("answered", people["lan"], "complaint")
    sent = case.messages.get(answer__isnull=False)
    assert sent.body.startswith("Tiền đã vào tài khoản.\n\nPhản hồi chính thức của chúng tôi mang số PH-")
    assert sent.author_id == str(people["lan"].pk)
    deliver_answer(case)
    said = intake.add_message(case, actor=Actor.customer(case.customer), channel=case.channel, body="Tôi đồng ý.")
    assert "accept" not in offered(at, case)  # her own answer
    at = desk(people["minh"])
    assert "Tôi đồng ý." in at.form(case, "accept").content.decode()
    assert at.take(case, "accept", proof="ghi âm 2211-17").status_code == 400
    assert at.take(case, "accept", message=said.pk, proof="ghi âm 2211-17").status_code == 302
    case.refresh_from_db()
    assert case.closed_as == "accepted"
    assert list(flaws_of(case)) == []


def offered(at, case):
    page = at.page(case)
    return [action.name for action in [*page.context["buttons"], *(tab.action for tab in page.context["tabs"])]]


def test_where_approval_is_needed_one_proposes_and_another_approves(desk, people, open_case):
    Category.objects.filter(slug="deposit-not-credited").update(needs_approval=True)
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(people["lan"]))
    at = desk(people["lan"])
    assert at.take(case, "start-resolving").status_code == 302
    assert "propose" in offered(at, case)
    assert "answer" not in offered(at, case)
    at.take(case, "propose", body="Hoàn 2.000.000đ")
    at = desk(people["manager"])
    assert "Hoàn 2.000.000đ" in at.form(case, "approve").content.decode()
    at.take(case, "return", reason="Thiếu căn cứ")
    at = desk(people["lan"])
    assert "Hoàn 2.000.000đ" in at.form(case, "propose").content.decode()  # to go on from
    at.take(case, "propose", body="Hoàn 2.000.000đ theo mục 4")
    desk(people["manager"]).take(case, "approve")
    at = desk(people["lan"])
    assert "<textarea" not in at.form(case, "answer").content.decode()
    assert at.take(case, "answer", body="một câu khác").status_code == 302
    case.refresh_from_db()
    assert case.messages.get(answer__isnull=False).body == "Hoàn 2.000.000đ theo mục 4"


def test_the_rejection_cites_the_message_and_goes_to_somebody_else(desk, people, answered_case):
    customer = Actor.customer(answered_case.customer)
    theirs = intake.add_message(answered_case, actor=customer, channel=answered_case.channel, body="Chưa thấy tiền")
    assert desk(people["lan"]).take(answered_case, "reject", message=theirs.pk).status_code == 302
    answered_case.refresh_from_db()
    assert (answered_case.status, answered_case.assignee) == ("reopened", people["minh"])
    assert "take-it" not in offered(desk(people["lan"]), answered_case)
    assert answered_case.events.get(kind="outcome_rejected").facts["message"] == theirs.pk


TECHNICAL = "technical-error"  # of another department


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("note", {"body": " \n"}, "body"),
        ("message", {"body": "a" * 100_001}, "body"),
        ("transfer", {"summary": "Đã kiểm tra"}, "department"),
        ("classify", {"category": "999999", "nature": "question"}, "category"),
        ("reclassify", {"category": TECHNICAL, "nature": "question", "reason": "Nhầm"}, "summary"),
        ("change-priority", {"priority": "low"}, "reason"),
        ("mark-duplicate", {"of": "CS-0000-0000-000"}, "of"),
        ("withdraw", {"reason": ""}, "reason"),
        ("request-evidence", {"due_at": "hôm qua", "items": "x"}, "due_at"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk, people, open_case, name, data, field):
    case = open_case("deposit-not-credited")
    if data.get("category") == TECHNICAL:
        settle_facts(case, Actor.staff(people["lan"]))
        data |= {"category": str(Category.objects.get(slug=TECHNICAL).pk)}
    before = state_of(case)
    refused = desk(people["lan"]).take(case, name, **data)
    assert refused.status_code == 400
    assert refused.context["form"].errors[field]
    assert all(refused.context["form"].data[key] == value for key, value in data.items())
    assert state_of(case) == before


def test_sent_twice_happens_once(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    form = {"version": case.last_event_number, "body": "Chúng tôi đang kiểm tra."}
    address = reverse("admin:cases_case_step", args=[case.pk, "message"])
    assert at.client.post(address, form).status_code == 302
    again = at.client.post(address, form)
    assert again.status_code == 409
    assert "Chúng tôi đang kiểm tra." in again.content.decode()
    assert case.messages.filter(body=form["body"]).count() == 1


def test_what_a_colleague_did_meanwhile_is_shown_and_the_text_is_kept(desk, people, open_case):
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(people["lan"]))
    seen = case.last_event_number
    answer.send_answer(case, actor=Actor.staff(people["minh"]), body="Đã ghi có.")
    address = reverse("admin:cases_case_step", args=[case.pk, "answer"])
    refused = desk(people["lan"]).client.post(address, {"version": seen, "body": "Câu trả lời của Lan"})
    assert refused.status_code == 409
    assert str(people["minh"]) in refused.content.decode()
    assert "Câu trả lời của Lan" in refused.content.decode()
    assert Answer.objects.filter(case=case).count() == 1


def test_whoever_comes_too_late_to_classify_is_told_who_did_although_it_is_not_theirs_any_more(desk, people, open_case):
    case = open_case()
    seen, hoa = case.last_event_number, people["intake"]
    kind = {"category": Category.objects.get(slug="other").pk, "nature": "complaint", "summary": "Khách hỏi"}
    address = reverse("admin:cases_case_step", args=[case.pk, "classify"])
    routing.classify_case(
        case,
        actor=Actor.staff(people["manager"]),
        category=Category.objects.get(slug="deposit-not-credited"),
        summary="Nạp",
    )
    late = desk(hoa).client.post(address, {"version": seen, **kind})
    assert late.status_code == 409
    assert str(people["manager"]) in late.content.decode()
    never = desk(hoa).client.post(address, {"version": case.last_event_number, **kind})
    assert never.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_people_take_it_at_once_and_one_gets_it(people, open_case):
    case = open_case("deposit-not-credited")
    address, version = reverse("admin:cases_case_step", args=[case.pk, "take-it"]), case.last_event_number
    together, results = threading.Barrier(2), {}

    def take(name):
        client = Client()
        client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
        together.wait()
        results[name] = client.post(address, {"version": version}).status_code
        connection.close()

    threads = [threading.Thread(target=take, args=[name]) for name in ("lan", "minh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results.values()) == [302, 409]
    case.refresh_from_db()
    assert results[case.assignee.username] == 302


def test_who_comes_too_late_reads_who_has_it_and_takes_it_over_by_assigning(desk, people, open_case):
    case = open_case("deposit-not-credited")
    seen, address = case.last_event_number, reverse("admin:cases_case_step", args=[case.pk, "take-it"])
    routing.assign_case(case, actor=Actor.staff(people["minh"]), assignee=people["minh"])
    at = desk(people["lan"])
    late, again = (at.client.post(address, {"version": version}) for version in (seen, case.last_event_number))
    for refused in (late, again):
        assert refused.status_code == 409
        assert f"{people['minh']} đã nhận yêu cầu này" in refused.content.decode()
        assert buttons_of(refused) == []
    assert "take-it" not in offered(at, case)
    assert at.take(case, "assign", assignee=people["lan"].pk).status_code == 302
    case.refresh_from_db()
    assert case.assignee == people["lan"]


def test_who_approves_too_late_reads_who_approved_and_has_no_button(desk, people, open_case):
    Category.objects.filter(slug="deposit-not-credited").update(needs_approval=True)
    case, lan = open_case("deposit-not-credited"), Actor.staff(people["lan"])
    settle_facts(case, lan)
    resolution.start_resolving(case, actor=lan)
    resolution.propose(case, actor=lan, body="Hoàn 2.000.000đ")
    seen, at = case.last_event_number, desk(people["administrator"])
    assert at.page(case).context["first_choice"] == "approve"
    assert len(buttons_of(at.form(case, "approve"))) == 1
    resolution.approve(case, actor=Actor.staff(people["manager"]))
    refused = at.client.post(reverse("admin:cases_case_step", args=[case.pk, "approve"]), {"version": seen})
    assert refused.status_code == 409
    assert f"{people['manager']}: Kết quả được phê duyệt" in refused.content.decode()
    assert buttons_of(refused) == buttons_of(at.form(case, "approve")) == []


def buttons_of(page):
    return re.findall(r'<button class="desk-button is-[^"]*">', page.content.decode())


def test_not_now_is_said_on_the_form(desk, people, answered_case):
    refused = desk(people["lan"]).take(answered_case, "start-resolving")
    assert refused.status_code == 409
    answered_case.refresh_from_db()
    assert answered_case.status == "answered"


def test_what_is_missing_is_said_before_anything_is_written(desk, people, open_case):
    case = open_case("deposit-not-credited")
    customer = Actor.customer(case.customer)
    evidence.submit_evidence(
        case, actor=customer, channel=Channel.WEB, upload=upload(picture(), filename="bien-lai.png")
    )
    form = desk(people["lan"]).client.get(reverse("admin:cases_case_step", args=[case.pk, "answer"])).content.decode()
    assert "Hãy kiểm tra trước những gì đã nhận: bien-lai.png" in form
    assert "Hiện không thể thực hiện" not in form


def test_a_template_is_filled_in_once_and_only_where_it_should(desk, people, open_case):
    from channels_app.models import ReplyTemplate

    case = open_case("deposit-not-credited", name="{brand} {0.__class__}")
    template = ReplyTemplate.objects.create(
        shortcut="thu", title="Thử", body_vi="{customer} / {code} / {agent.password} / {other}", body_en="-"
    )
    page = desk(people["lan"]).form(case, "message", template=template.pk)
    assert (
        page.context["form"].initial["body"]
        == f"{{brand}} {{0.__class__}} / {case.code} / {{agent.password}} / {{other}}"
    )


def test_evidence_is_asked_for_from_the_checklist_and_beyond(desk, people, open_case):
    case = open_case("deposit-not-credited")
    assert "items" not in desk(people["lan"]).form(case, "request-evidence").context["form"].fields
    at = desk(people["manager"])
    form = at.form(case, "request-evidence").context["form"]
    due_at = form.initial["due_at"].strftime("%Y-%m-%dT%H:%M")
    name = form.lines[0].name
    asked = at.take(case, "request-evidence", listed=[name], items="Ảnh ví: để thấy số dư", due_at=due_at)
    assert asked.status_code == 302
    items = case.evidence_requests.get().items.values_list("name", "why")
    assert (items[0][0], items[1]) == (name, ("Ảnh ví", "để thấy số dư"))
    assert name in at.page(case).context["next"].what


def test_what_something_as_good_is_there_for_is_asked_besides_by_whoever_may(desk, people, open_case):
    case, lan = open_case("deposit-not-credited"), Actor.staff(people["lan"])
    customer = Actor.customer(case.customer)
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
    item = evidence.submit_evidence(case, actor=customer, channel=Channel.WEB, upload=upload(picture()))
    evidence.verify_evidence(item, actor=lan, result="accepted")
    assert "besides" not in desk(people["lan"]).form(case, "request-evidence").context["form"].fields
    at = desk(people["manager"])
    form = at.form(case, "request-evidence").context["form"]
    [line] = form.as_good_is_there
    assert line.slug == "statement-line"
    assert line.name not in [one.name for one in form.lines]
    said = {"besides": [line.name], "due_at": form.initial["due_at"].strftime("%Y-%m-%dT%H:%M")}
    unsaid = at.take(case, "request-evidence", **said)
    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["besides_why"])
    assert at.take(case, "request-evidence", **said, besides_why="Biên lai thiếu tài khoản nhận").status_code == 302
    asked = case.evidence_requests.last().items.get()
    assert (asked.name, asked.why, asked.is_besides) == (line.name, "Biên lai thiếu tài khoản nhận", True)
    assert line.name in at.page(case).context["next"].what


class TestAskedLate:
    """Whoever asks for what could have been asked for earlier reads so before they do (R-28)."""

    def asking(self, at, case):
        form = at.form(case, "request-evidence").context["form"]
        return form, form.initial["due_at"].strftime("%Y-%m-%dT%H:%M")

    def test_is_not_said_of_what_is_asked_for_at_first(self, desk, people, open_case):
        form, _due = self.asking(desk(people["lan"]), open_case("deposit-not-credited"))
        assert (form.warnings, "late_why" in form.fields) == ([], False)

    def test_warns_once_the_case_was_gone_through_and_stands_in_the_history(self, desk, people, open_case):
        case, at = open_case("deposit-not-credited"), desk(people["lan"])
        assert at.take(case, "start-resolving").status_code == 302
        form, due_at = self.asking(at, case)
        [warning] = form.warnings
        [name] = [line.name for line in form.lines if line.slug == "receipt"]
        assert name in warning
        assert warning in at.form(case, "request-evidence").content.decode()
        assert at.take(case, "request-evidence", listed=[name], due_at=due_at).status_code == 302
        with translation.override("vi"):
            told = ngettext(
                *(f"%(count)d {thing} could have been asked for earlier" for thing in ("thing", "things")), 1
            )
        assert told % {"count": 1} in at.page(case).content.decode()

    def test_takes_words_where_a_withdrawal_waits_and_keeps_them(self, desk, people, open_case):
        case, at = open_case("withdrawal-delayed"), desk(people["manager"])
        form, due_at = self.asking(at, case)
        assert len(form.warnings) == 1
        typed = {"items": "Hộ chiếu: để xác minh", "due_at": due_at}
        unsaid = at.take(case, "request-evidence", **typed)
        assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["late_why"])
        assert "Hộ chiếu: để xác minh" in unsaid.content.decode()
        assert at.take(case, "request-evidence", **typed, late_why="Tên tài khoản khác tên khách").status_code == 302
        assert "Tên tài khoản khác tên khách" in at.page(case).content.decode()


def test_why_something_is_needed_besides_is_not_lost_where_it_is_missing_meanwhile(desk, people, open_case):
    case, lan = open_case("deposit-not-credited"), Actor.staff(people["lan"])
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
    sent = upload(picture())
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, upload=sent)
    evidence.verify_evidence(item, actor=lan, result="accepted")
    at = desk(people["manager"])
    form = at.form(case, "request-evidence").context["form"]
    said = {"besides": [form.as_good_is_there[0].name], "besides_why": "Biên lai thiếu tài khoản nhận"}
    seen = case.events.count()
    evidence.verify_evidence(item, actor=lan, result="rejected", reason="Ảnh của giao dịch khác")
    late = at.take(
        case, "request-evidence", **said, version=seen, due_at=form.initial["due_at"].strftime("%Y-%m-%dT%H:%M")
    )
    assert late.status_code in (400, 409)
    assert "Biên lai thiếu tài khoản nhận" in late.content.decode()


def test_evidence_is_added_shown_and_checked(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    photo = SimpleUploadedFile("anh.jpg", picture(), "image/jpeg")
    assert at.take(case, "add-evidence", file=photo).status_code == 302
    fake = SimpleUploadedFile("anh.jpg", b"MZ not a picture", "image/jpeg")
    assert at.take(case, "add-evidence", file=fake).status_code == 415
    assert case.evidence.count() == 1
    assert at.take(case, "add-evidence").status_code == 400
    assert at.take(case, "add-evidence", text="FT26326004511").status_code == 302
    item = case.evidence.get(text="FT26326004511")
    case.evidence.filter(pk=item.pk).update(text="<img src=x onerror=alert(1)>")
    other = open_case("deposit-not-credited")
    assert at.take(other, "check-evidence", item=item.pk, result="accepted").status_code == 400
    no_words = at.take(case, "check-evidence", item=item.pk, result="rejected", thing="-")
    assert (no_words.status_code, no_words.templates[0].name) == (400, "admin/cases/case/page.html")
    of_it = no_words.content.decode().partition(f'id="evidence-{item.pk}"')[2].partition("</article>")[0]
    assert 'id="refused"' in of_it
    assert 'aria-invalid="true"' in of_it
    assert '<option value="-" selected>' in of_it
    assert no_words.content.decode().count('id="refused"') == 1
    item.refresh_from_db()
    assert item.state == "received"
    unsaid = at.take(case, "check-evidence", item=item.pk, result="accepted")
    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["thing"])
    thing = entries_of(case).get(slug="transaction-code")
    panel = at.page(case).content.decode().partition(f'id="evidence-{item.pk}"')[2].partition("</article>")[0]
    assert 'value="accepted"' not in panel, "whoever filed it does not accept it"
    own = at.take(case, "check-evidence", item=item.pk, result="accepted", thing=thing.name)
    assert (own.status_code, str(people["minh"]) in own.content.decode()) == (403, True)
    at = desk(people["minh"])
    checked = at.take(case, "check-evidence", item=item.pk, result="accepted", thing=thing.name)
    assert (checked.status_code, checked.url.partition("#")[2]) == (302, f"evidence-{item.pk}")
    page = at.page(case)
    assert [str(said) for said in page.context["messages"]] == ["Đã chấp nhận."]
    line = next(line for line in page.context["evidence_panel"].lines if line.checklist_item == thing)
    assert (line.state, line.items) == ("accepted", [item])
    assert "<img src=x" not in page.content.decode()
    assert desk(people["auditor"]).page(case).context["evidence_panel"].may_check is False


def test_added_evidence_keeps_its_name_and_the_hash_of_where_it_came_from(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    photo = SimpleUploadedFile(CLAIMED, picture(), "image/png")
    assert at.take(case, "add-evidence", file=photo).status_code == 302
    assert receipt_of(case.evidence.get()) == (CLAIMED, "image/png", hash_of("127.0.0.1"))


def test_thirty_megabytes_are_too_many_and_that_is_said(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    refused = at.take(case, "add-evidence", file=SimpleUploadedFile("quay.mp4", bytes(30 * 1024 * 1024), "video/mp4"))
    assert refused.status_code == 413
    assert refused.context["form"].errors
    assert not case.evidence.exists()


def test_what_answers_nothing_or_the_wrong_thing_is_filed_anew(desk, people, open_case):
    """Under what is on the checklist, or under what was asked for besides; left alone it stays where it is."""
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    receipt = entries_of(case).get(slug="receipt")
    asked = evidence.request_evidence(
        case,
        actor=Actor.staff(people["manager"]),
        items=[Wanted(name=receipt.name), Wanted(name="Ảnh ví", why="Để thấy số dư")],
    )
    submit = partial(evidence.submit_evidence, case, actor=Actor.customer(case.customer), channel=Channel.WEB)
    wrong, unasked = submit(text="ảnh", item=asked.items.get(name=receipt.name).pk), submit(text="ví", is_unasked=True)
    assert wrong.checklist_item == receipt
    assert at.page(case).content.decode().count('<select name="thing"') == 2
    at.take(case, "check-evidence", item=unasked.pk, result="accepted", thing="Ảnh ví")
    unasked.refresh_from_db()
    assert (unasked.requested_item.name, unasked.requested_item.state) == ("Ảnh ví", "accepted")
    at.take(case, "check-evidence", item=wrong.pk, result="accepted", thing=receipt.name)
    case.refresh_from_db()
    assert case.status == Status.VERIFYING
    at.take(case, "check-evidence", item=wrong.pk, result="accepted", thing="Ảnh ví")
    assert [len(line.items) for line in file_of(case).lines if line.asked] == [0, 2]
    assert [line.state for line in file_of(case).lines if line.asked] == ["missing", "accepted"]


def test_what_was_not_delivered_is_sent_again(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    other = open_case("deposit-not-credited")
    at.take(case, "message", body="Chúng tôi đang kiểm tra.")
    delivery = Delivery.objects.get(message__case=case, message__is_automatic=False)
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", error="550 no such user")
    page = at.page(case).content.decode()
    assert "550 no such user" in page
    assert at.take(other, "retry-delivery", delivery=delivery.pk).status_code == 409
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert at.take(case, "retry-delivery", delivery=delivery.pk).status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == "queued"


def test_what_came_back_goes_to_the_corrected_address_and_only_there_can_be_sent_again(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    at.take(case, "message", body="Chúng tôi đang kiểm tra.")
    lost = Delivery.objects.get(message__case=case, message__is_automatic=False)
    Delivery.objects.filter(pk=lost.pk).update(state="bounced")
    Contact.objects.filter(pk=case.contact_id).update(address="dung@khach.example")
    at.take(case, "retry-delivery", delivery=lost.pk)
    again = Delivery.objects.latest("pk")
    assert (again.message_id, again.address, again.state) == (lost.message_id, "dung@khach.example", "queued")
    assert at.take(case, "retry-delivery", delivery=lost.pk).status_code == 409
    Delivery.objects.filter(pk=again.pk).update(state="bounced")
    page = at.page(case).content.decode()
    assert f'name="delivery" value="{again.pk}"' in page
    assert f'name="delivery" value="{lost.pk}"' not in page


def test_the_only_other_address_is_chosen_already(desk, people, open_case):
    case = open_case("deposit-not-credited")
    at = desk(people["lan"])
    chosen = re.compile(r'<option value="(\d+)" selected')
    first = Contact.objects.create(customer=case.customer, kind=Contact.Kind.EMAIL, address="an.khac@khach.example")
    assert chosen.findall(at.form(case, "change-contact").content.decode()) == [str(first.pk)]
    Contact.objects.create(customer=case.customer, kind=Contact.Kind.PHONE, address="+84987654321")
    assert chosen.findall(at.form(case, "change-contact").content.decode()) == []


def test_notices_are_counted_shown_and_read(desk, people, open_case):
    case = open_case("deposit-not-credited")
    event = case.events.first()
    for name in ("lan", "minh"):
        StaffNotice.objects.get_or_create(recipient=people[name], case=case, event=event)
    at = desk(people["lan"])
    overview = at.client.get("/admin/")
    assert overview.context["desk_unread"] == StaffNotice.objects.filter(recipient=people["lan"]).count()
    assert case.code in at.client.get(reverse("admin:channels_app_staffnotice_changelist")).content.decode()
    at.page(case)
    assert not StaffNotice.objects.filter(recipient=people["lan"], read_at=None).exists()
    assert StaffNotice.objects.filter(recipient=people["minh"], read_at=None).exists()
    desk(people["minh"]).client.post(reverse("admin:channels_app_staffnotice_read"))
    assert not StaffNotice.objects.filter(recipient=people["minh"], read_at=None).exists()


def test_notices_of_deadlines_say_which_one_was_missed():
    missed = [
        CaseEvent(kind=EventKind.CLOCK_BREACHED, facts={"clock": clock}) for clock in ("resolution", "next_response")
    ]
    labels = [label for _notice, label in with_labels([StaffNotice(event=event) for event in missed])]
    assert len(set(labels)) == 2
    assert all(label.startswith(label_of(EventKind.CLOCK_BREACHED)) for label in labels)


def test_a_notice_out_of_ones_sight_is_neither_shown_nor_counted(desk, people, open_case):
    case = open_case("deposit-not-credited")
    elsewhere = open_case("technical-error")
    for one in (case, elsewhere):
        StaffNotice.objects.get_or_create(recipient=people["lan"], case=one, event=one.events.first())
    client = desk(people["lan"]).client
    shown = StaffNotice.objects.filter(recipient=people["lan"], case=case).count()
    assert client.get("/admin/").context["desk_unread"] == shown
    assert client.get(reverse("live-me")).json()["unread"] == shown
    client.post(reverse("admin:channels_app_staffnotice_read"))
    assert client.get("/admin/").context["desk_unread"] == 0


def test_who_proposed_is_not_offered_to_approve(desk, people, open_case):
    category = Category.objects.filter(needs_approval=True).first()
    case = open_case(category.slug)
    actor = Actor.staff(people["manager"])
    settle_facts(case, actor)
    resolution.start_resolving(case, actor=actor)
    resolution.propose(case, actor=actor, body="Hoàn tiền")
    assert "approve" not in offered(desk(people["manager"]), case)
    assert "approve" in offered(desk(people["administrator"]), case)


def test_who_is_off_duty_is_offered_last_and_said_to_be(desk, people, open_case):
    case = open_case("deposit-not-credited")
    set_presence(people["lan"], User.Presence.OFF_DUTY, actor=Actor.staff(people["lan"]))
    offered = [
        label
        for _value, label in desk(people["manager"]).form(case, "assign").context["form"].fields["assignee"].choices
    ]
    assert offered[-1] == f"{people['lan']} (hết ca)"
    assert str(people["minh"]) in offered
