"""Mail out: to the right address only, over and over until it arrives, and never an internal word."""

from datetime import timedelta
from functools import partial

import pytest
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.customers.models import Contact
from accounts.models import Department, Role
from cases.events import EventKind, flaws_of
from cases.evidence import checklists
from cases.evidence.queries import file_of
from cases.models import Case, Category, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Channel, ClosedAs
from cases.workflow import answer, belonging, ending, evidence, facts, routing
from cases.workflow.delivery import has_arrived
from cases.workflow.opening import Matter
from channels_app import bounces, deliveries, intake, one_time_codes, outbox
from channels_app.models import Delivery, Message, OneTimeCode, StaffNotice
from tests.cases.building import note_amount, settle_facts
from tests.cases.evidence.files import picture, upload

from .mail import AN, DESK, headers_of

pytestmark = pytest.mark.django_db
State = Delivery.State


def open_case(channel=Channel.WEB, *, email=AN, phone="", subject="Nạp tiền chưa vào", language="vi", category=None):
    return intake.open_request(
        Matter(subject=subject, category=category),
        actor=Actor.system("intake"),
        channel=channel,
        body="Tôi nạp 2 triệu",
        person=Person(
            name="An", email=email, phone=phone, external_id="" if email or phone else "kh-1", language=language
        ),
    )


def only(case, **which):
    return Delivery.objects.get(message__case=case, **which)


def words(raw):
    return headers_of(raw).get_body(("plain",)).get_content()


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))


@pytest.fixture
def routed(post, make_staff, lan):
    case = open_case()
    category = Category.objects.filter(department__slug="payments", needs_approval=False, parent__isnull=False).first()
    routing.classify_case(case, actor=Actor.system("intake"), category=category)
    note_amount(case, lan)
    return case


def test_the_acknowledgement_says_code_time_link_and_warning(post, work_off):
    case = open_case()
    due = case.clocks.get(kind=ClockKind.FIRST_RESPONSE).due_at
    work_off()
    [raw] = post.mails(AN)
    text = words(raw)
    assert case.code in text
    assert timezone.localtime(due).strftime("%H:%M %d/%m/%Y") in text
    assert "http://testserver/track/link/" in text
    assert "http://testserver/notice/" in text
    assert headers_of(raw)["Auto-Submitted"] == "auto-generated"
    assert headers_of(raw)["From"].addresses[0].addr_spec == DESK


def test_links_are_not_kept_with_the_message(post, work_off):
    case = open_case()
    work_off()
    assert "http" not in case.messages.get(direction="out").body


def test_every_mail_of_a_web_case_hangs_together(routed, post, work_off, lan):
    outbox.write_message(routed, actor=lan, body="Chúng tôi đang kiểm tra.")
    settle_facts(routed, lan)
    answer.send_answer(routed, actor=lan, body="Đã xong.")
    work_off()
    first, *others = map(headers_of, post.mails(AN))
    assert others
    assert all(first["Message-ID"] in each["References"] for each in others)
    assert {each["Subject"].strip() for each in others} == {f"Nạp tiền chưa vào [{routed.code}]"}


def test_the_code_stands_once_in_the_subject_and_re_too(post, work_off):
    case = open_case(subject="Re: RE: hỏi")
    Message.objects.filter(case=case).update(subject=f"re: Re: hỏi [{case.code}]")
    work_off()
    assert headers_of(post.mails(AN)[0])["Subject"].strip() == f"hỏi [{case.code}]"


def test_nothing_from_outside_becomes_a_header_or_markup(post, work_off):
    open_case(subject="x\r\nBcc: b@b.example\n<script>alert(1)</script>")
    work_off()
    [raw] = post.mails(AN)
    assert headers_of(raw)["Bcc"] is None
    assert post.mails("b@b.example") == []
    assert "<script>" not in headers_of(raw).get_body(("html",)).get_content()


def test_an_internal_note_is_never_delivered(routed, post, work_off, lan):
    note = outbox.write_note(routed, actor=lan, body="khách khó tính")
    assert not Delivery.objects.filter(message=note).exists()
    forced = Delivery.objects.create(message=note, channel=Channel.EMAIL, address=AN, reference="<forced@x>")
    shown = Delivery.objects.create(message=note, channel=Channel.WEB, reference="<forced2@x>")
    work_off()
    assert {d.state for d in Delivery.objects.filter(pk__in=[forced.pk, shown.pk])} == {State.FAILED}
    assert not any("khó tính" in words(raw) for raw in post.mails(AN))


def test_a_letter_goes_only_to_an_address_of_its_customer(routed, post, work_off, lan):
    outbox.write_message(routed, actor=lan, body="Mật")
    Contact.objects.filter(customer=routed.customer).update(address="moi@khach.example")
    work_off()
    assert post.mails(AN) == []
    assert not Delivery.objects.exclude(state=State.FAILED).filter(message__case=routed).exists()
    assert routed.events.filter(kind=EventKind.DELIVERY_FAILED).count() == 2


WRONG = "an@khahc.example"


@pytest.fixture
def mistyped(post, work_off, routed, lan):
    """An answer that came back from an address with a slip in it, which was corrected then."""
    routed.contact.address = WRONG
    routed.contact.save()
    settle_facts(routed, lan)
    answer.send_answer(routed, actor=lan, body="Đã ghi có.")
    work_off()
    lost = only(routed, message__answer__isnull=False)
    bounces.take([lost.reference])
    Contact.objects.filter(pk=routed.contact_id).update(address=AN)
    lost.refresh_from_db()
    return lost


def test_what_came_back_is_sent_again_to_the_corrected_address(routed, mistyped, post, work_off):
    assert mistyped.state == State.BOUNCED
    assert deliveries.retry(mistyped)
    assert not deliveries.retry(mistyped), "once is enough"
    work_off()
    sent = Delivery.objects.exclude(pk=mistyped.pk).get(message=mistyped.message)
    assert (sent.state, sent.address) == (State.DELIVERED, AN)
    assert has_arrived(routed, mistyped.message.answer)
    assert ["Đã ghi có." in words(raw) for raw in post.mails(AN)] == [True]
    mistyped.refresh_from_db()
    assert (mistyped.state, mistyped.address) == (State.BOUNCED, WRONG)
    assert headers_of(post.mails(AN)[0])["Message-ID"] == sent.reference != mistyped.reference


def test_a_late_report_on_the_old_address_says_nothing_of_the_new_one(routed, mistyped, work_off):
    deliveries.retry(mistyped)
    work_off()
    bounces.take([mistyped.reference])
    assert has_arrived(routed, mistyped.message.answer)
    bounces.take([Delivery.objects.latest("pk").reference])
    assert not has_arrived(routed, mistyped.message.answer)
    Contact.objects.filter(pk=routed.contact_id).update(address="an.nguyen@khach.example")
    assert deliveries.retry(Delivery.objects.latest("pk"))
    work_off()
    assert has_arrived(routed, mistyped.message.answer)


def test_what_came_back_is_sent_again_to_where_the_customer_is_answered_now(routed, post, work_off, lan):
    settle_facts(routed, lan)
    answer.send_answer(routed, actor=lan, body="Đã ghi có.")
    work_off()
    lost = only(routed, message__answer__isnull=False)
    bounces.take([lost.reference])
    lost.refresh_from_db()
    other = Contact.objects.create(customer=routed.customer, kind="email", address="an.khac@khach.example")
    belonging.change_contact(routed, other, actor=lan, is_agreed=False, reason="Thư bị trả lại")
    assert deliveries.retry(lost)
    work_off()
    assert ["Đã ghi có." in words(raw) for raw in post.mails("an.khac@khach.example")] == [True]
    assert has_arrived(routed, lost.message.answer)


def test_what_is_queued_to_an_address_that_was_corrected_is_sent_there_when_somebody_says_so(
    routed, post, work_off, lan
):
    """By itself it goes nowhere: whose the new address is, somebody has to know."""
    message = outbox.write_message(routed, actor=lan, body="Mật")
    Contact.objects.filter(customer=routed.customer).update(address="moi@khach.example")
    queued = Delivery.objects.get(message=message)
    assert deliveries.retry(queued)
    work_off()
    assert [words(raw).count("Mật") for raw in post.mails("moi@khach.example")] == [1]
    assert set(message.deliveries.values_list("address", "state")) == {
        (AN, "failed"),
        ("moi@khach.example", "delivered"),
    }


def test_what_is_refused_for_now_is_tried_again_with_the_same_message_id(post, work_off):
    post.refusals[AN] = "451 4.2.1 later"
    case = open_case()
    work_off()
    delivery = only(case)
    assert (delivery.state, delivery.attempts) == (State.QUEUED, 1)
    assert "451" in delivery.error
    assert delivery.next_try_at > timezone.now()
    work_off()
    assert only(case).attempts == 1, "not before its time"
    post.refusals.clear()
    Delivery.objects.update(next_try_at=timezone.now())
    work_off()
    assert only(case).state == State.DELIVERED
    assert headers_of(post.mails(AN)[0])["Message-ID"] == delivery.reference


def test_what_is_refused_for_good_is_shown_and_can_be_sent_again(post, work_off):
    post.refusals[AN] = "550 5.1.1 no such user"
    case = open_case()
    work_off()
    delivery = only(case)
    assert (delivery.state, delivery.next_try_at) == (State.FAILED, None)
    assert case.events.filter(kind=EventKind.DELIVERY_FAILED).count() == 1
    post.refusals.clear()
    assert deliveries.retry(delivery)
    work_off()
    assert only(case).state == State.DELIVERED
    assert not deliveries.retry(only(case))


def test_after_the_last_try_it_is_given_up(post, work_off, settings):
    settings.DELIVERY_RETRY_SECONDS = (0, 0)
    post.refusals[AN] = "451 4.2.1 later"
    case = open_case()
    for _ in range(4):
        work_off()
    assert (only(case).state, only(case).attempts) == (State.FAILED, 3)


def test_an_unreachable_server_costs_only_time(post, work_off, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    case = open_case()
    work_off()
    assert only(case).state == State.QUEUED
    settings.EMAIL_PORT = port
    Delivery.objects.update(next_try_at=timezone.now())
    work_off()
    assert only(case).state == State.DELIVERED


def test_an_answer_that_never_arrived_is_not_closed_by_silence(routed, post, work_off, lan):
    work_off()
    post.refusals[AN] = "550 5.1.1 no such user"
    settle_facts(routed, lan)
    answer.send_answer(routed, actor=lan, body="Đã xong.")
    planned = FollowUp.objects.filter(case=routed, cancelled_at=None, done_at=None)
    assert planned.filter(kind=FollowUp.Kind.CLOSE_NO_REPLY).exists()
    work_off()
    assert not planned.filter(kind=FollowUp.Kind.CLOSE_NO_REPLY).exists()


def test_an_answer_is_delivered_once_and_noted_once(routed, post, work_off, lan):
    settle_facts(routed, lan)
    sent = answer.send_answer(routed, actor=lan, body="Tiền đã vào.")
    work_off()
    delivery = only(routed, message__answer=sent)
    deliveries.mark_delivered(delivery)
    assert routed.events.filter(kind=EventKind.ANSWER_DELIVERED).count() == 1
    assert sum("Tiền đã vào." in words(raw) for raw in post.mails(AN)) == 1
    assert headers_of(post.mails(AN)[-1])["Auto-Submitted"] is None
    assert list(flaws_of(Case.objects.get(pk=routed.pk))) == []


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (lambda c, s: ending.withdraw(c, actor=s), True),
        (lambda c, s: ending.mark_spam(c, actor=s, reason="rác"), False),
    ],
    ids=["withdrawn", "spam"],
)
def test_which_ends_are_told(routed, post, work_off, lan, end, says):
    work_off()
    before = len(post.mails(AN))
    end(routed, Actor.customer(routed.customer) if says else lan)
    work_off()
    assert len(post.mails(AN)) - before == (1 if says else 0)


def test_a_transfer_tells_the_department_and_no_internal_word(routed, post, work_off, lan):
    target = Department.objects.exclude(pk=routed.department_id).exclude(slug="intake").first()
    routing.transfer_case(routed, actor=lan, department=target, summary="khách hay kiện")
    work_off()
    text = words(post.mails(AN)[-1])
    assert target.name_vi in text
    assert "hay kiện" not in text


def test_rejected_evidence_says_why_and_a_reopened_case_who_looks(routed, post, work_off, lan):
    evidence.request_evidence(routed, actor=lan, items=[evidence.Wanted(name="statement-line", why="để đối soát")])
    item = evidence.submit_evidence(routed, actor=Actor.customer(routed.customer), channel=Channel.WEB, text="GD 123")
    evidence.verify_evidence(item, actor=lan, result="rejected", reason="Ảnh mờ, hãy chụp lại")
    work_off()
    texts = [words(raw) for raw in post.mails(AN)]
    assert any("Dòng sao kê có khoản tiền: để đối soát" in text for text in texts)
    assert any("Ảnh mờ, hãy chụp lại" in text for text in texts)


def test_a_file_that_is_rejected_is_named_and_what_is_confirmed_is_not_asked_again(lan):
    case = open_case(language="en", category=Category.objects.get(slug="deposit-not-credited"))
    note_amount(case, lan)
    customer = Actor.customer(case.customer)
    evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name="transaction-code")])
    name = "x" * 200 + ".jpg"
    first, second = (
        evidence.submit_evidence(
            case,
            actor=customer,
            channel=Channel.WEB,
            upload=upload(picture(color=(shade, 0, 0)), filename=name),
            item=case.evidence_requests.get().items.get().pk,
        )
        for shade in (1, 2)
    )
    reject = partial(evidence.verify_evidence, actor=lan, result="rejected", reason="Chụp lại cho rõ")
    reject(first)
    [told] = [line for line in case.messages.latest("pk").body.splitlines() if "xxx" in line]
    assert "….jpg (Transaction code)" in told
    assert len(told) < 150
    assert "Please send it again" in case.messages.latest("pk").body
    confirm = partial(
        facts.verify_fact, actor=lan, fact="transaction-code", result="corroborated", value="FT26326004511"
    )
    confirm(case, sources=facts.Sources(evidence=[second], statement="Đối soát ngân hàng"))
    reject(second)
    told = case.messages.latest("pk").body
    assert "….jpg. We cannot use it" in told
    assert "You need not send it again: we have what we need for “Transaction code”." in told
    assert "Please send it again" not in told


def test_what_was_confirmed_with_the_rejected_file_alone_is_asked_for_again(lan):
    case = open_case(language="en", category=Category.objects.get(slug="deposit-not-credited"))
    note_amount(case, lan)
    file = upload(picture(), filename="a.jpg")
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, upload=file)
    facts.verify_fact(
        case,
        actor=lan,
        fact="transaction-code",
        result="corroborated",
        value="FT26326004511",
        sources=facts.Sources(evidence=[item]),
    )
    code = next(line for line in file_of(case).lines if line.slug == "transaction-code")
    assert (code.state, code.is_missing) == ("accepted", False)
    evidence.verify_evidence(item, actor=lan, result="rejected", reason="Chụp lại cho rõ")
    code = next(line for line in file_of(case).lines if line.slug == "transaction-code")
    assert (code.state, code.is_missing) == ("rejected", True)
    told = case.messages.latest("pk").body
    assert "You need not send it again" not in told
    assert "Please send it again" in told


def test_how_to_prove_it_otherwise_is_said_in_the_customers_language_whatever_the_desk_speaks(lan):
    case = open_case(language="vi", category=Category.objects.get(slug="deposit-not-credited"))
    note_amount(case, lan)
    with translation.override("en"):
        facts.verify_fact(
            case,
            actor=lan,
            fact="transaction-code",
            result="unable",
            value="FT26326004511",
            sources=facts.Sources(statement="Sao kê"),
        )
    assert "Gửi dòng sao kê" in case.messages.latest("pk").body


def test_a_rejection_that_is_taken_back_is_told_and_an_acceptance_is_not(routed, post, work_off, lan):
    customer = Actor.customer(routed.customer)
    evidence.request_evidence(routed, actor=lan, items=[evidence.Wanted(name="statement-line")])
    wrong, right = (
        evidence.submit_evidence(routed, actor=customer, channel=Channel.WEB, text=text) for text in ("GD 1", "GD 2")
    )
    evidence.verify_evidence(wrong, actor=lan, result="rejected", reason="Ảnh mờ, hãy chụp lại")
    work_off()
    before = len(post.mails(AN))
    evidence.verify_evidence(right, actor=lan, result="accepted")
    work_off()
    assert len(post.mails(AN)) == before
    for _ in range(2):  # that it is accepted once more is no news
        evidence.verify_evidence(wrong, actor=lan, result="accepted")
        work_off()
        assert len(post.mails(AN)) == before + 1
    told = routed.messages.last()
    assert (told.author_id, told.is_automatic) == (lan.id, False)
    assert "Dòng sao kê" in told.body
    assert "Ảnh mờ" not in told.body


def test_the_table_of_texts_names_real_events_and_templates():
    for text in [*outbox.TEXTS.values(), outbox.Text("files_refused")]:
        get_template(f"outbox/{text.name}.txt")
    kinds = {kind for kind, _ in outbox.TEXTS}
    assert kinds <= {kind.value for kind in EventKind}
    told = {detail for kind, detail in outbox.TEXTS if kind == EventKind.CASE_CLOSED}
    assert told == {ClosedAs.ACCEPTED, ClosedAs.NO_REPLY, ClosedAs.WITHDRAWN, ClosedAs.DUPLICATE}


# The other channels


def test_a_hotline_answer_is_a_call_that_is_delivered_when_it_was_made(post, make_staff, work_off, lan):
    category = Category.objects.filter(department__slug="payments", needs_approval=False, parent__isnull=False).first()
    case = open_case(Channel.HOTLINE, email="", phone="0912345678", category=category)
    assert not Delivery.objects.exists(), "the code was read out"
    settle_facts(case, lan)
    answer.send_answer(case, actor=lan, body="Đã xong.")
    work_off()
    delivery = only(case)
    assert (delivery.channel, delivery.state) == (Channel.HOTLINE, State.QUEUED)
    assert case.follow_ups.filter(kind=FollowUp.Kind.CALL_BACK, done_at=None, cancelled_at=None).count() == 1
    deliveries.mark_told(case)
    assert only(case).state == State.DELIVERED
    assert case.events.filter(kind=EventKind.ANSWER_DELIVERED).count() == 1
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def test_an_app_message_waits_for_the_app(post, work_off):
    case = open_case(Channel.APP, email="")
    work_off()
    assert (only(case).channel, only(case).state) == (Channel.APP, State.QUEUED)


def test_a_web_case_without_an_address_is_shown(post, work_off):
    case = open_case(Channel.WEB, email="")
    work_off()
    assert (only(case).channel, only(case).state) == (Channel.WEB, State.DELIVERED)


# Staff, and one-time codes


def test_a_one_time_code_is_sent_once_it_is_good_and_never_late(routed, post, work_off):
    work_off()
    row = one_time_codes.issue(routed, routed.contact, "b")
    digits = one_time_codes.digits(row)
    work_off()
    assert f"{digits[:3]} {digits[3:]}" in words(post.mails(AN)[-1])
    OneTimeCode.objects.update(created_at=timezone.now() - timedelta(days=1))
    Delivery.objects.filter(one_time_code=row).update(state=State.QUEUED, next_try_at=timezone.now())
    before = len(post.mails(AN))
    work_off()
    assert len(post.mails(AN)) == before
    assert Delivery.objects.get(one_time_code=row).state == State.FAILED


def test_a_notice_to_staff_carries_the_code_and_nothing_of_the_customer(routed, post, work_off, lan):
    user = lan.subject
    user.email = "lan@benxanh.example"
    user.save()
    notice = StaffNotice.objects.create(recipient=user, case=routed, event=routed.events.first())
    delivery = Delivery.objects.create(notice=notice, channel=Channel.EMAIL, address=user.email, reference="<n@x>")
    work_off()
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED, delivery.error
    raw = post.mails(user.email)[-1]
    assert routed.code in words(raw)
    assert routed.subject not in words(raw) + headers_of(raw)["Subject"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_is_asked_for_files_reads_what_is_taken_and_what_follows_from_silence(lan, language):
    deposits = Category.objects.get(slug="deposit-not-credited")
    case = open_case(language=language, category=deposits)
    evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name="receipt")])
    with translation.override(language):
        silence = gettext("If it does not come, we can only decide by what we have.")
    text = case.messages.latest("pk").body
    assert "JPG, PNG, WebP, HEIC" in text
    assert " 10\xa0MB" in text  # as on the page the letter leads to
    assert silence in text
    code = checklists.in_force(deposits).items.get(slug="transaction-code")
    other = open_case(language=language, category=deposits, email="binh@khach.example")
    evidence.request_evidence(other, actor=lan, items=[evidence.Wanted(name=code.name, checklist_item=code)])
    text = other.messages.latest("pk").body
    assert "HEIC" not in text
    assert silence in text


def test_where_one_of_several_things_is_enough_the_letter_says_so(lan):
    case = open_case(language="vi", category=Category.objects.get(slug="deposit-not-credited"))
    asked = ("receipt", "transaction-code", "statement-line")
    evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name=name) for name in asked])
    lines = case.messages.latest("pk").body.splitlines()
    start = lines.index("- Chỉ cần một trong các thứ sau:")
    assert [line.partition(":")[0] for line in lines[start + 1 : start + 4]] == [
        "  + Biên lai chuyển khoản",
        "  + Dòng sao kê có khoản tiền",
        "- Mã giao dịch",
    ]
