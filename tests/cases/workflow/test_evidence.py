"""Asked for, delivered, received, checked; and the pause of the clocks from delivery to the end, whatever the order."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.admin.evidence_forms import RequestEvidence
from cases.admin.next_up import next_up
from cases.events import flaws_of
from cases.evidence import checklists, queries
from cases.evidence.models import ASKED_OF_CUSTOMERS, EvidenceItem, RequestedItem
from cases.evidence.wanted import Wanted
from cases.models import Case, Category, Pause, SlaTarget
from cases.sla.clock import ClockKind
from cases.states import Channel, Status, Step
from cases.workflow import answer, ending, evidence, facts, follow_up, resolution, routing
from cases.workflow.steps import allowed_steps
from channels_app import intake
from cskh.core.errors import Invalid, NotPermitted, NotVisible, StepNotAllowed, TooLarge, UnsupportedType
from cskh.defaults.checklists import CHECKLISTS
from tests.cases.building import case_at, customer_of, open_case, snapshot, take_as
from tests.cases.evidence.files import EXE, PDF, picture, upload

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = timedelta(minutes=10)  # well within the half hour that an urgent matter may take
DEPOSIT = [entry for entry in CHECKLISTS["deposit-not-credited"] if entry.part in ASKED_OF_CUSTOMERS]
STATEMENT = Wanted(name="statement-line")
RECEIPT, CODE = Wanted(name="Biên lai chuyển khoản"), Wanted(name="transaction-code")
BANK = Wanted(name="sending-bank")


@pytest.fixture
def clock():
    with time_machine.travel(T0, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lan(make_staff):
    make_staff("minh", Role.SPECIALIST)
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def case(clock, lan):
    return case_at(Status.ROUTED, lan, category="deposit-not-credited", settled=False)


def ask(case, lan, *items, **more):
    return evidence.request_evidence(case, actor=Actor.staff(lan), items=items or (RECEIPT,), **more)


def send(case, data=None, **more):
    """The customer sends a file (a picture of its own by default)."""
    data = data or picture(color=(case.pk % 256, case.events.count() * 37 % 256, 7))  # far enough apart for JPEG
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data), **more)


def write(case, body):
    """The customer says it in a message."""
    return intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body=body)


def due(case, kind=ClockKind.RESOLUTION):
    return case.clocks.get(kind=kind, stopped_at=None).due_at


def pauses(case):
    return [(start - T0, end - T0) for start, end in case.pauses.order_by("pk").values_list("started_at", "ended_at")]


def missing(case):
    """What would have to be asked for now."""
    return [line.name for line in queries.checklist_of(case) if line.is_missing]


def line(case, slug):
    return next(one for one in queries.checklist_of(case) if one.slug == slug)


def kinds(case):
    return list(case.events.order_by("number").values_list("kind", flat=True))


class TestAsking:
    def test_waits_for_the_customer_and_counts_as_a_reply(self, case, make_staff):
        boss = make_staff("son", Role.MANAGER)  # who may ask for what is on no checklist
        request = ask(case, boss, RECEIPT, CODE, Wanted(name="  Số tài khoản\ncủa vợ ", why="Để đối chiếu"))
        assert case.status == Status.AWAITING_CUSTOMER
        assert case.unanswered_since is None
        assert not case.clocks.filter(kind=ClockKind.FIRST_RESPONSE, stopped_at=None).exists()
        assert due(case, ClockKind.EVIDENCE_WAIT) == request.due_at == T0 + DAY
        assert [(i.name, i.kind, bool(i.why), i.checklist_item is not None) for i in request.items.order_by("pk")] == [
            ("Biên lai chuyển khoản", "file", True, True),
            ("Mã giao dịch", "text", True, True),
            ("Số tài khoản của vợ", "any", True, False),
        ]
        assert pauses(case) == []
        assert list(
            case.follow_ups.filter(kind__startswith="evidence").order_by("due_at").values_list("kind", "due_at")
        ) == [
            ("evidence_reminder", T0 + DAY / 2),
            ("evidence_reminder", T0 + DAY * 0.85),
            ("evidence_overdue", T0 + 3 * DAY),
        ]
        facts = case.events.get(kind="evidence_requested").facts
        assert "Biên lai" not in str(facts)
        assert facts["items"] == [item.pk for item in request.items.order_by("pk")]

    @pytest.mark.parametrize(
        ("items", "field"),
        [
            ([], "items"),
            ([Wanted(name=" \n\t")], "items"),
            ([Wanted(name="\0")], "items"),
            ([Wanted(name=f"Thứ {number}") for number in range(11)], "items"),
            ([Wanted(name="Ảnh gốc", why="Biên lai giả mạo")], "items"),
            ([Wanted(name="Bản không bị làm giả của sao kê")], "items"),
            ([Wanted(name="receipt", why="The first one was fake")], "items"),
        ],
    )
    def test_names_concrete_things(self, case, lan, items, field):
        before = snapshot(case)
        with pytest.raises(Invalid) as refused:
            evidence.request_evidence(case, actor=Actor.staff(lan), items=items)
        assert list(refused.value.errors) == [field]
        assert snapshot(case) == before

    @pytest.mark.parametrize("wait", [timedelta(0), -HOUR, timedelta(hours=72, minutes=2)])
    def test_waits_neither_backwards_nor_for_ever(self, case, lan, wait):
        before = snapshot(case)
        with pytest.raises(Invalid) as refused:
            ask(case, lan, due_at=T0 + wait)
        assert list(refused.value.errors) == ["due_at"]
        assert snapshot(case) == before

    @pytest.mark.parametrize("wait", [6, 24, 100])
    @pytest.mark.parametrize("by", ["category", "priority", "channel"])
    def test_waits_as_long_as_the_service_target_says_and_no_longer_than_the_longest(self, case, lan, by, wait):
        kind = {"category": case.category, "priority": case.priority, "channel": case.channel}
        always = SlaTarget.objects.get(kind="evidence_wait", category=None, priority="", channel="")
        SlaTarget.objects.create(kind="evidence_wait", seconds=wait * 3600, calendar=always.calendar, **{by: kind[by]})
        due_at = T0 + min(wait, 72) * HOUR
        form = RequestEvidence(case=case, actor=Actor.staff(lan))
        assert form.initial["due_at"] == due_at
        assert (ask(case, lan).due_at, due(case, ClockKind.EVIDENCE_WAIT)) == (due_at, due_at)

    def test_a_third_time_only_after_who_answers_for_the_case_has_looked(self, case, lan, make_staff):
        works, _ = ApiClient.objects.create_with_key("đối soát", [Scope.CASES_WORK])
        for _round in range(2):
            ask(case, lan, CODE)
            evidence.waive_rest(case, actor=Actor.staff(lan), reason="Đủ rồi")
        before = snapshot(case)
        for actor in (Actor.staff(lan), Actor.integration(works)):
            with pytest.raises(NotPermitted, match="2"):
                evidence.request_evidence(case, actor=actor, items=[CODE])
            assert Step.REQUEST_EVIDENCE not in allowed_steps(actor, case)
        assert snapshot(case) == before
        lead = make_staff("mai", Role.SPECIALIST, "payments", lead=True)
        for head in (lead, make_staff("son", Role.MANAGER)):
            assert Step.REQUEST_EVIDENCE in allowed_steps(Actor.staff(head), case)
            ask(case, head, CODE)
            evidence.waive_rest(case, actor=Actor.staff(lan), reason="Đủ rồi")

    def test_what_came_back_was_not_asked(self, case, lan):
        for _round in range(3):
            evidence.mark_bounced(ask(case, lan, CODE))
            evidence.waive_rest(case, actor=Actor.staff(lan), reason="Không gửi được")
        ask(case, lan, CODE)

    def test_one_thing_named_twice_is_asked_once(self, case, lan):
        request = ask(case, lan, CODE, Wanted(name="TRANSACTION code"), Wanted(name="mã giao dịch"))
        assert request.items.count() == 1

    def test_what_is_accepted_is_not_asked_again(self, case, lan):
        ask(case, lan)
        evidence.verify_evidence(send(case), actor=Actor.staff(lan), result="accepted")
        before = snapshot(case)
        with pytest.raises(Invalid):
            ask(case, lan, CODE, RECEIPT)
        assert snapshot(case) == before
        ask(case, lan, CODE)

    @pytest.mark.parametrize("wanted", [RECEIPT, STATEMENT])
    def test_what_came_is_checked_before_it_or_what_is_as_good_is_asked(self, case, lan, wanted):
        ask(case, lan)
        item = send(case)
        before = snapshot(case)
        with pytest.raises(Invalid):
            ask(case, lan, CODE, wanted)
        assert snapshot(case) == before
        listed = RequestEvidence(case=case, actor=Actor.staff(lan)).lines
        assert not {"receipt", "statement-line"} & {one.slug for one in listed}
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        ask(case, lan, CODE, wanted)

    def test_what_is_as_good_as_something_accepted_is_not_asked(self, case, lan):
        ask(case, lan)
        evidence.verify_evidence(send(case), actor=Actor.staff(lan), result="accepted")
        with pytest.raises(Invalid):
            ask(case, lan, STATEMENT)

    @pytest.mark.parametrize("status", [Status.RECEIVED, Status.AWAITING_CUSTOMER, Status.ANSWERED, Status.CLOSED])
    def test_not_from_every_status(self, clock, lan, status):
        case = case_at(status, lan)
        before = snapshot(case)
        with pytest.raises(StepNotAllowed):
            ask(case, lan)
        assert snapshot(case) == before

    def test_names_are_in_the_customers_language(self, case, lan):
        case.customer.language = "en"
        case.customer.save()
        request = ask(case, lan, Wanted(name="Mã giao dịch"))
        assert request.items.get().name == "Transaction code"


class TestAskingBesides:
    """A receipt is on file, which suffices as a rule; somebody who answers for the case wants the statement line as well."""

    WHY = "Biên lai không ghi rõ tài khoản nhận"
    BESIDES = Wanted(name="statement-line", why=WHY, is_besides=True)

    @pytest.fixture
    def boss(self, make_staff):
        return make_staff("son", Role.MANAGER)

    @pytest.fixture
    def receipt(self, case, lan):
        """It came, was accepted, and the rest is waived."""
        ask(case, lan)
        item = send(case)
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted")
        return item

    def test_is_waited_for_although_something_as_good_is_there(self, case, boss, receipt, clock):
        request = ask(case, boss, self.BESIDES)
        asked = request.items.get()
        assert (asked.is_besides, asked.why, asked.checklist_item.slug) == (True, self.WHY, "statement-line")
        assert case.events.get(kind="evidence_requested", facts__request=request.pk).facts["besides"] == [asked.pk]
        assert case.status == Status.AWAITING_CUSTOMER
        assert list(queries.still_missing(request)) == [asked]
        wanted = line(case, "statement-line")
        assert (wanted.state, wanted.is_awaited, wanted.told_why) == ("requested", True, self.WHY)
        assert line(case, "receipt").state == "accepted"
        assert queries.file_of(case).missing_names == ["Mã giao dịch", "Dòng sao kê có khoản tiền"]
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + HOUR)
        assert send(case).requested_item == asked
        assert Case.objects.get(pk=case.pk).status == Status.VERIFYING
        assert pauses(case)[-1] == (timedelta(0), HOUR)

    def test_what_was_of_no_use_is_waited_for_again(self, case, lan, boss, receipt):
        request = ask(case, boss, self.BESIDES, CODE)
        evidence.verify_evidence(send(case), actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        assert [item.name for item in queries.still_missing(request)] == ["Dòng sao kê có khoản tiền", "Mã giao dịch"]
        assert line(case, "statement-line").is_missing

    def test_what_is_waived_is_needed_no_longer(self, case, lan, boss, receipt):
        asked = ask(case, boss, self.BESIDES).items.get()
        evidence.waive_rest(case, actor=Actor.staff(lan), reason="Biên lai là đủ")
        assert case.events.filter(kind="evidence_completed").last().facts["waived"] == [asked.pk]
        wanted = line(case, "statement-line")
        assert (wanted.state, wanted.is_awaited, wanted.is_covered) == ("not_needed", False, True)

    def test_without_the_word_besides_it_is_as_before(self, case, boss, receipt):
        with pytest.raises(Invalid) as refused:
            ask(case, boss, Wanted(name="statement-line", why=self.WHY))
        assert "Dòng sao kê" in str(refused.value.errors["items"])

    def test_what_is_there_itself_is_never_asked_besides(self, case, boss, receipt):
        with pytest.raises(Invalid):
            ask(case, boss, Wanted(name="receipt", why=self.WHY, is_besides=True))

    def test_what_came_is_checked_first(self, case, lan, boss):
        ask(case, lan)
        send(case)
        with pytest.raises(Invalid):
            ask(case, boss, self.BESIDES)

    @pytest.mark.parametrize(
        "why",
        [
            "",
            *next(entry.why for entry in DEPOSIT if entry.slug == "statement-line"),
            "Biên lai giả",
            "Nạp thêm 500.000đ để rút tiền",
        ],
    )
    def test_with_a_fair_reason_of_its_own(self, case, boss, receipt, why):
        with pytest.raises(Invalid):
            ask(case, boss, Wanted(name="statement-line", why=why, is_besides=True))

    def test_by_whoever_answers_for_the_case_and_by_no_program(self, case, lan, make_staff, receipt):
        works, _ = ApiClient.objects.create_with_key("đối soát", list(Scope))
        before = snapshot(case)
        for actor in (Actor.staff(lan), Actor.integration(works)):
            with pytest.raises(NotPermitted, match="Dòng sao kê"):
                evidence.request_evidence(case, actor=actor, items=[self.BESIDES])
        assert snapshot(case) == before
        ask(case, make_staff("mai", Role.SPECIALIST, "payments", lead=True), self.BESIDES)

    def test_what_turns_out_to_be_missing_is_asked_for_by_anybody(self, case, lan, receipt):
        evidence.verify_evidence(receipt, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        assert ask(case, lan, self.BESIDES).items.get().is_besides is False


class TestPause:
    def test_from_delivery_to_receipt(self, case, lan, clock):
        before = due(case)
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0 + SOON)
        clock.move_to(T0 + 2 * HOUR)
        assert due(case) is None
        clock.move_to(T0 + 5 * HOUR)
        send(case)
        assert case.status == Status.VERIFYING
        assert pauses(case) == [(SOON, 5 * HOUR)]
        assert due(case) == before + 5 * HOUR - SOON
        assert not case.clocks.filter(kind=ClockKind.EVIDENCE_WAIT, stopped_at=None).exists()
        assert not case.follow_ups.filter(kind__startswith="evidence", cancelled_at=None).exists()
        assert kinds(case)[-3:] == ["evidence_request_delivered", "evidence_submitted", "evidence_completed"]
        assert list(flaws_of(case)) == []

    def test_ends_when_something_as_good_came_unasked(self, case, lan, clock):
        evidence.mark_delivered(ask(case, lan, STATEMENT), at=T0)
        clock.shift(HOUR)
        item = send(case, is_unasked=True)
        clock.shift(HOUR)
        receipt = line(case, "receipt").checklist_item
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=receipt)
        assert Case.objects.get(pk=case.pk).status == Status.VERIFYING
        assert pauses(case) == [(0 * HOUR, HOUR)]

    def test_ends_with_the_last_where_two_things_came_as_something_as_good(self, clock, lan):
        category = Category.objects.get(slug="deposit-not-credited")
        draft = checklists.begin_draft(category)
        for slug in ("wallet-page", "wallet-mail"):
            draft.items.create(slug=slug, name_vi=slug, name_en=slug, either_of="wallet-proof", is_mandatory=False)
        checklists.publish(draft)
        case = case_at(Status.ROUTED, lan, category=category.slug)
        evidence.mark_delivered(ask(case, lan, STATEMENT, Wanted(name="wallet-page")), at=T0)
        items = {}
        for slug in ("receipt", "wallet-mail"):
            clock.shift(HOUR)
            items[slug] = send(case, is_unasked=True)
        for slug, item in items.items():
            clock.shift(HOUR)
            known = line(case, slug).checklist_item
            evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=known)
        assert Case.objects.get(pk=case.pk).status == Status.VERIFYING
        assert pauses(case) == [(0 * HOUR, 2 * HOUR)]

    def test_one_of_two_suffices_in_another_category_too(self, case, lan):
        request = ask(case, lan, RECEIPT, STATEMENT)
        kind = Category.objects.get(slug="settlement")
        routing.classify_case(case, actor=Actor.staff(lan), category=kind, summary="Kết quả bị tranh cãi")
        send(case, item=request.items.first().pk)
        assert Case.objects.get(pk=case.pk).status == Status.VERIFYING

    def test_ends_with_the_message_that_names_the_code(self, case, lan, clock):
        request = ask(case, lan, CODE, RECEIPT)
        evidence.mark_delivered(request, at=T0)
        clock.shift(HOUR)
        write(case, "Mã giao dịch FT26326004511")
        assert [one.name for one in queries.still_missing(request)] == ["Biên lai chuyển khoản"]
        assert case.status == Status.AWAITING_CUSTOMER
        clock.shift(5 * HOUR)
        send(case, at=T0 + HOUR / 2)
        assert case.status == Status.VERIFYING
        assert request.items.exclude(state="received").count() == 0
        assert pauses(case) == [(0 * HOUR, HOUR)]
        assert list(flaws_of(case)) == []

    def test_ends_at_once_where_the_code_was_the_last_thing(self, case, lan, clock):
        evidence.mark_delivered(ask(case, lan, CODE), at=T0)
        write(case, "Chào anh chị, tôi gửi sau nhé")
        assert case.status == Status.AWAITING_CUSTOMER
        clock.shift(HOUR)
        write(case, "FT26326004511")
        assert (case.status, pauses(case)) == (Status.VERIFYING, [(0 * HOUR, HOUR)])
        assert not case.follow_ups.filter(kind__startswith="evidence", cancelled_at=None).exists()

    def test_ends_with_the_message_in_which_somebody_read_it(self, case, lan, clock):
        evidence.mark_delivered(ask(case, lan, BANK), at=T0)
        clock.shift(HOUR)
        message = write(case, "Tôi chuyển từ ngân hàng Sen")
        clock.shift(HOUR)
        said = {"actor": Actor.staff(lan), "fact": "sending-bank", "value": "Ngân hàng Sen"}
        facts.note_claim(case, **said, message=message.pk)
        assert (case.status, pauses(case)) == (Status.VERIFYING, [(0 * HOUR, HOUR)])

    @pytest.mark.parametrize("how", ["a claim without a message", "a code read on a receipt"])
    def test_ends_when_one_of_us_puts_it_down(self, case, lan, clock, how):
        evidence.mark_delivered(ask(case, lan, CODE), at=T0)
        clock.shift(HOUR)
        if how == "a code read on a receipt":
            facts.add_code(case, actor=Actor.staff(lan), code="FT26326004511")
        else:
            facts.note_claim(case, actor=Actor.staff(lan), fact="transaction-code", value="FT26326004511")
        assert (case.status, pauses(case)) == (Status.VERIFYING, [(0 * HOUR, HOUR)])

    def test_what_was_told_counts_as_long_as_its_words_are_of_use(self, case, lan, clock):
        request = ask(case, lan, CODE, BANK, RECEIPT)
        receipt = request.items.get(checklist_item__slug="receipt").pk
        item = evidence.submit_evidence(
            case, actor=customer_of(case), channel=Channel.WEB, text="Biên lai có mã FT26326004511", item=receipt
        )
        assert [one.name for one in queries.still_missing(request)] == ["Ngân hàng hoặc ví chuyển tiền"]
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Xin gửi ảnh.")
        assert queries.still_missing(request).count() == 3

    def test_another_code_is_news_where_it_was_asked_for_anew(self, case, lan, clock, make_staff):
        write(case, "Mã FT26326004511")
        by = {"actor": Actor.staff(lan), "fact": "transaction-code"}
        books = facts.Sources(statement="Sổ lệnh nạp")
        finding = facts.verify_fact(case, **by, result="contradicted", sources=books)
        facts.confirm_finding(finding, actor=Actor.staff(make_staff("hung", Role.SPECIALIST)))
        clock.shift(HOUR)
        write(case, "Còn một lệnh khác FT26326004512")
        assert line(case, "transaction-code").state == "rejected"
        clock.shift(HOUR)
        evidence.mark_delivered(ask(case, lan, CODE), at=T0 + 2 * HOUR)
        clock.shift(HOUR)
        write(case, "Tôi nhầm, mã là FT26326004513")
        assert (case.status, pauses(case)) == (Status.VERIFYING, [(2 * HOUR, 3 * HOUR)])
        assert line(case, "transaction-code").claim.value == "FT26326004513"
        assert line(case, "transaction-code").fact_state == "claimed"

    def test_reckoned_from_the_mail_not_from_its_reading(self, case, lan, clock):
        """The mail came in at 5 hours and was read an hour later; the report of delivery came last of all."""
        before = due(case)
        request = ask(case, lan)
        clock.move_to(T0 + 6 * HOUR)
        send(case, at=T0 + 5 * HOUR)
        clock.move_to(T0 + 7 * HOUR)
        evidence.mark_delivered(request, at=T0 + SOON)
        assert pauses(case) == [(SOON, 5 * HOUR)]
        assert due(case) == before + 5 * HOUR - SOON

    def test_delivered_twice_is_delivered_once(self, case, lan, clock):
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0 + SOON)
        evidence.mark_delivered(request, at=T0 + 2 * HOUR)
        assert request.delivered_at == T0 + SOON
        assert Pause.objects.filter(case=case).count() == 1
        assert kinds(case).count("evidence_request_delivered") == 1

    def test_a_bounce_undoes_it_from_its_start(self, case, lan, clock):
        before = due(case)
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + 4 * HOUR)
        evidence.mark_bounced(request)
        evidence.mark_bounced(request)
        assert pauses(case) == []
        assert due(case) == before
        assert case.status == Status.AWAITING_CUSTOMER
        assert kinds(case).count("evidence_request_bounced") == 1
        evidence.mark_delivered(request, at=T0 + 5 * HOUR)  # another way worked
        clock.move_to(T0 + 6 * HOUR)
        send(case)
        assert pauses(case) == [(5 * HOUR, 6 * HOUR)]

    def test_a_bounce_after_the_end_undoes_it_too(self, case, lan, clock):
        before = due(case)
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + HOUR)
        evidence.waive_rest(case, actor=Actor.staff(lan), reason="Đã có sao kê")
        assert due(case) == before + HOUR
        evidence.mark_bounced(request)
        assert due(case) == before

    def test_never_delivered_never_paused(self, case, lan, clock):
        before = due(case)
        ask(case, lan)
        clock.move_to(T0 + 5 * HOUR)
        send(case)
        assert pauses(case) == []
        assert due(case) == before

    def test_ends_with_the_last_thing_that_came_not_with_the_last_that_was_checked(self, case, lan, clock):
        """The receipt of the first hour was rejected and then accepted after all, when the code had come long since."""
        request, actor = ask(case, lan, RECEIPT, CODE), Actor.staff(lan)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + HOUR)
        receipt = send(case)
        evidence.verify_evidence(receipt, actor=actor, result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        clock.move_to(T0 + 10 * HOUR)
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26327001")
        clock.move_to(T0 + 11 * HOUR)
        evidence.verify_evidence(receipt, actor=actor, result="accepted")
        assert pauses(case) == [(timedelta(0), 10 * HOUR)]

    def test_ends_with_the_last_thing_that_came_however_late_an_earlier_mail_is_read(self, case, lan, clock):
        evidence.mark_delivered(ask(case, lan, RECEIPT, CODE), at=T0)
        clock.move_to(T0 + 5 * HOUR)
        send(case)
        evidence.submit_evidence(
            case, actor=customer_of(case), channel=Channel.EMAIL, text="FT26327001", at=T0 + 3 * HOUR
        )
        assert pauses(case) == [(timedelta(0), 5 * HOUR)]

    def test_what_came_more_than_once_counts_from_the_first_that_was_of_use(self, case, lan, clock):
        request = ask(case, lan, RECEIPT, CODE)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + HOUR)
        send(case)
        clock.move_to(T0 + 2 * HOUR)
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26327001")
        clock.move_to(T0 + 3 * HOUR)
        send(case, item=request.items.get(name="Biên lai chuyển khoản").pk)
        assert pauses(case) == [(timedelta(0), 2 * HOUR)]

    def test_the_longest_wait_begins_with_the_delivery(self, case, lan, clock):
        """The app fetched the request after 70 hours: the customer has their whole time from then on."""
        request = ask(case, lan)
        clock.move_to(T0 + 70 * HOUR)
        evidence.mark_delivered(request, at=T0 + 70 * HOUR)
        clock.move_to(T0 + 80 * HOUR)
        assert follow_up.attend(case.pk)
        case.refresh_from_db()
        assert case.status == Status.AWAITING_CUSTOMER
        clock.move_to(T0 + 143 * HOUR)
        assert follow_up.attend(case.pk)
        case.refresh_from_db()
        assert case.status == Status.RESOLVING
        assert pauses(case) == [(70 * HOUR, 142 * HOUR)]

    def test_what_is_heard_of_an_earlier_request_moves_nothing(self, case, lan, clock):
        first = ask(case, lan)
        evidence.waive_rest(case, actor=Actor.staff(lan), reason="Đủ rồi")
        ask(case, lan, CODE)
        clock.move_to(T0 + DAY)
        evidence.mark_delivered(first, at=T0 + DAY)
        assert case.follow_ups.get(kind="evidence_overdue", cancelled_at=None).due_at == T0 + 3 * DAY

    @pytest.mark.parametrize("came_back", [False, True])
    def test_what_never_arrived_is_waited_for_from_asking(self, case, lan, clock, came_back):
        request = ask(case, lan)
        if came_back:
            evidence.mark_delivered(request, at=T0 + 10 * HOUR)
            evidence.mark_bounced(request)
        clock.move_to(T0 + 73 * HOUR)
        assert follow_up.attend(case.pk)
        case.refresh_from_db()
        assert (case.status, pauses(case)) == (Status.RESOLVING, [])

    @pytest.mark.parametrize("sweep_late", [timedelta(0), 5 * HOUR])
    def test_ends_when_the_longest_wait_is_over_however_late_the_sweep(self, case, lan, clock, sweep_late):
        before = due(case)
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0 + SOON)
        clock.move_to(T0 + SOON + 3 * DAY + sweep_late)
        assert follow_up.attend(case.pk)
        case.refresh_from_db()
        assert case.status == Status.RESOLVING
        assert pauses(case) == [(SOON, SOON + 3 * DAY)]
        assert due(case) == before + 3 * DAY
        assert case.events.filter(kind="evidence_overdue").count() == 1
        assert queries.open_request(case) is None
        assert {one.state for one in queries.checklist_of(case)} == {"missing"}
        assert missing(case) == ["Mã giao dịch", "Biên lai chuyển khoản", "Dòng sao kê có khoản tiền"]

    def test_late_receipt_before_a_late_sweep_ends_it_at_the_longest_wait(self, case, lan, clock):
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + 4 * DAY)
        send(case)
        assert case.status == Status.VERIFYING
        assert pauses(case) == [(timedelta(0), 3 * DAY)]

    @pytest.mark.parametrize("end", ["withdraw", "spam"])
    def test_ends_with_the_matter(self, case, lan, clock, end):
        request = ask(case, lan)
        evidence.mark_delivered(request, at=T0)
        clock.move_to(T0 + HOUR)
        if end == "withdraw":
            ending.withdraw(case, actor=customer_of(case))
        else:
            ending.mark_spam(case, actor=Actor.staff(lan), reason="Quảng cáo")
        request.refresh_from_db()
        assert request.ended_at == T0 + HOUR
        assert pauses(case) == [(timedelta(0), HOUR)]
        assert not case.clocks.filter(stopped_at=None).exists()

    def test_two_requests_two_pauses(self, case, lan, clock):
        before = due(case)
        evidence.mark_delivered(ask(case, lan), at=T0)
        clock.move_to(T0 + HOUR)
        send(case)
        clock.move_to(T0 + HOUR + SOON)
        evidence.mark_delivered(ask(case, lan, CODE), at=T0 + HOUR + SOON)
        clock.move_to(T0 + 4 * HOUR)
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26327001")
        assert pauses(case) == [(timedelta(0), HOUR), (HOUR + SOON, 4 * HOUR)]
        assert due(case) == before + 4 * HOUR - SOON


class TestDeciding:
    """Nothing is decided past what came in, asked for or not."""

    @pytest.mark.parametrize(
        ("status", "step"),
        [
            (Status.ROUTED, Step.ANSWER),
            (Status.RESOLVING, Step.ANSWER),
            (Status.RESOLVING, Step.PROPOSE),
            (Status.AWAITING_APPROVAL, Step.APPROVE),
            (Status.REOPENED, Step.PROPOSE),
            (Status.REOPENED, Step.ANSWER),
        ],
    )
    @pytest.mark.parametrize("result", ["accepted", "rejected"])
    def test_waits_until_it_is_checked(self, clock, lan, make_staff, status, step, result):
        case, boss = case_at(status, lan), Actor.staff(make_staff("son", Role.MANAGER))
        item = send(case)
        before = snapshot(case)
        assert step not in allowed_steps(boss, case)
        with pytest.raises(StepNotAllowed, match=str(item)):
            take_as(boss, step, case, assignee=lan)
        assert snapshot(case) == before
        assert next_up(case).what.endswith(f"{item}.")
        evidence.verify_evidence(item, actor=boss, result=result, reason="Ảnh của giao dịch khác.")
        assert step in allowed_steps(boss, case)
        take_as(boss, step, case, assignee=lan)

    def test_a_final_response_waits_too(self, clock, lan, make_staff):
        case, boss = case_at(Status.REOPENED, lan), Actor.staff(make_staff("son", Role.MANAGER))
        resolution.start_resolving(case, actor=boss)
        send(case)
        before = snapshot(case)
        with pytest.raises(StepNotAllowed):
            answer.give_final_response(case, actor=boss, body="Trả lời cuối cùng.")
        assert snapshot(case) == before

    @pytest.mark.parametrize(("result", "stands"), [("rejected", True), ("accepted", False)])
    def test_what_comes_after_the_approval_is_checked_and_a_new_fact_ends_it(
        self, clock, lan, make_staff, result, stands
    ):
        case, boss = case_at(Status.AWAITING_APPROVAL, lan, category="settlement"), make_staff("son", Role.MANAGER)
        resolution.approve(case, actor=Actor.staff(boss))
        item = send(case)
        before = snapshot(case)
        with pytest.raises(StepNotAllowed):
            answer.send_answer(case, actor=Actor.staff(lan))
        assert snapshot(case) == before
        evidence.verify_evidence(item, actor=Actor.staff(lan), result=result, reason="Ảnh của giao dịch khác.")
        assert case.answers.get().state == ("approved" if stands else "returned")
        assert (Step.ANSWER in allowed_steps(Actor.staff(lan), case)) == stands
        returned = case.events.filter(kind="outcome_returned")
        assert [event.facts["why"] for event in returned] == ([] if stands else ["new_evidence"])

    def test_what_is_under_way_without_a_decision_goes_on(self, case, lan):
        send(case)
        resolution.start_resolving(case, actor=Actor.staff(lan))
        ask(case, lan, CODE)
        assert case.status == Status.AWAITING_CUSTOMER


class TestReceiving:
    def test_in_parts_and_by_kind(self, case, lan, clock):
        request = ask(case, lan, CODE, RECEIPT)
        first = send(case)
        assert first.requested_item.name == "Biên lai chuyển khoản"  # a file, though the code was asked first
        assert case.status == Status.AWAITING_CUSTOMER
        second = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text=" FT26327001\0 ")
        assert (second.text, second.requested_item.name) == ("FT26327001", "Mã giao dịch")
        assert case.status == Status.VERIFYING
        assert set(request.items.values_list("state", flat=True)) == {"received"}

    def test_the_named_thing_comes_first(self, case, lan):
        request = ask(case, lan, RECEIPT, CODE)
        code = request.items.get(name="Mã giao dịch")
        assert send(case, item=code.pk).requested_item == code
        assert case.status == Status.AWAITING_CUSTOMER

    def test_a_thing_of_another_case_is_refused(self, case, lan):
        other = case_at(Status.ROUTED, lan, category="deposit-not-credited")
        foreign = ask(other, lan).items.get()
        before, before_other = snapshot(case), snapshot(other)
        with pytest.raises(Invalid):
            send(case, item=foreign.pk)
        assert (snapshot(case), snapshot(other)) == (before, before_other)

    @pytest.mark.parametrize("status", [s for s in Status if s not in (Status.CLOSED, Status.AWAITING_CUSTOMER)])
    def test_unasked_it_is_kept_and_moves_nothing(self, clock, lan, status):
        case = case_at(status, lan, category="other")
        item = send(case)
        assert (item.requested_item, case.status) == (None, status)
        assert queries.file_of(case).others == [item]
        assert case.unanswered_since is not None

    def test_on_an_answered_case_silence_is_over(self, clock, lan):
        case = case_at(Status.ANSWERED, lan)
        send(case)
        assert not case.follow_ups.filter(kind="close_no_reply", cancelled_at=None).exists()
        assert due(case, ClockKind.NEXT_RESPONSE) is not None

    def test_on_a_closed_case_it_asks_to_reopen(self, clock, lan):
        case = case_at(Status.CLOSED, lan)
        item = send(case)
        assert case.status == Status.CLOSED
        assert case.reopen_asked_at == T0
        assert case.events.get(kind="reopen_asked").facts["evidence"] == item.pk

    def test_the_same_file_again_is_one_item(self, case, lan):
        ask(case, lan, RECEIPT, CODE)
        data = picture()
        first = send(case, data)
        events = case.events.count()
        assert send(case, data) == first
        assert case.events.count() == events
        other = case_at(Status.ROUTED, lan)
        assert send(other, data).file == first.file

    def test_a_rejected_file_may_come_again(self, case, lan):
        ask(case, lan)
        data = picture()
        first = send(case, data)
        evidence.verify_evidence(first, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        ask(case, lan)
        assert send(case, data) != first
        assert case.status == Status.VERIFYING

    @pytest.mark.parametrize(
        ("what", "error"),
        [
            ({}, Invalid),
            ({"text": " \n "}, Invalid),
            ({"text": "x" * 4001}, Invalid),
            ({"upload": upload(b"")}, Invalid),
            ({"upload": upload(EXE, "anh.jpg")}, UnsupportedType),
            ({"upload": upload(picture()[:300])}, Invalid),
            ({"upload": upload(b"a" * (10 * 1024 * 1024 + 1), "a.txt")}, TooLarge),
        ],
    )
    def test_a_refusal_changes_nothing(self, case, lan, what, error):
        ask(case, lan)
        before = snapshot(case)
        with pytest.raises(error):
            evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, **what)
        assert snapshot(case) == before

    def test_a_case_has_room_for_so_much(self, case, settings):
        settings.EVIDENCE_MAX_BYTES_PER_CASE = 3 * len(PDF)
        for number in range(3):
            send(case, PDF.replace(b"1.3", b"1.%d" % number))
        before = snapshot(case)
        with pytest.raises(TooLarge):
            send(case, PDF)
        assert snapshot(case) == before

    def test_only_by_those_who_may_speak_on_the_case(self, case, make_staff):
        stranger = customer_of(open_case(email="binh@khach.example"))
        auditor = Actor.staff(make_staff("kiem", Role.AUDITOR))
        reader, _ = ApiClient.objects.create_with_key("kho", [Scope.CASES_READ])
        before = snapshot(case)
        for actor, error in (
            (stranger, NotVisible),
            (auditor, NotPermitted),
            (Actor.integration(reader), NotPermitted),
        ):
            with pytest.raises(error):
                evidence.submit_evidence(case, actor=actor, channel=Channel.APP, upload=upload(picture()))
        assert snapshot(case) == before


class TestChecking:
    @pytest.mark.parametrize("result", ["accepted", "rejected"])
    def test_the_requested_thing_follows(self, case, lan, result):
        request = ask(case, lan)
        item = send(case)
        check = evidence.verify_evidence(item, actor=Actor.staff(lan), result=result, reason="Ảnh mờ, hãy chụp lại.")
        item.refresh_from_db()
        assert (item.state, check.by_id) == (result, str(lan.pk))
        assert request.items.get().state == result
        assert case.status == Status.VERIFYING
        assert line(case, "receipt").state == result
        proof = ["Biên lai chuyển khoản", "Dòng sao kê có khoản tiền"]  # one of them suffices
        assert missing(case) == ["Mã giao dịch", *([] if result == "accepted" else proof)]

    def test_a_later_check_replaces_the_earlier(self, case, lan):
        ask(case, lan)
        item = send(case)
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted")
        item.refresh_from_db()
        assert item.state == "accepted"
        assert [check.result for check in item.checks.all()] == ["rejected", "accepted"]
        assert list(flaws_of(Case.objects.get(pk=case.pk))) == []

    def test_rejected_while_more_is_awaited_it_is_awaited_again(self, case, lan):
        ask(case, lan, RECEIPT, CODE)
        evidence.verify_evidence(
            send(case), actor=Actor.staff(lan), result="rejected", reason="Thiếu ngày, gửi đủ trang."
        )
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT1")
        assert Case.objects.get(pk=case.pk).status == Status.AWAITING_CUSTOMER
        send(case, picture(color=(1, 2, 3)))
        assert case.status == Status.VERIFYING

    @pytest.mark.parametrize(("result", "reason"), [("rejected", ""), ("rejected", " \n"), ("maybe", "x"), ("", "x")])
    def test_a_rejection_says_why(self, case, lan, result, reason):
        item = send(case)
        before = snapshot(case)
        with pytest.raises(Invalid):
            evidence.verify_evidence(item, actor=Actor.staff(lan), result=result, reason=reason)
        assert snapshot(case) == before

    @pytest.mark.parametrize("thing", ["receipt", "Ảnh ví"])
    def test_the_same_thing_a_third_time_by_whoever_answers_for_the_case(self, case, lan, make_staff, thing):
        boss = Actor.staff(make_staff("son", Role.MANAGER))
        wanted = [Wanted(name=thing, why="Để đối chiếu"), Wanted(name="sending-bank")]
        asked = evidence.request_evidence(case, actor=boss, items=wanted).items.earliest("pk")
        sent = [send(case, picture(color=(shade, 9, 9)), item=asked.pk) for shade in range(4)]
        reject = partial(evidence.verify_evidence, result="rejected", reason="Ảnh mờ, hãy chụp lại.")
        for item in sent[:2]:
            reject(item, actor=Actor.staff(lan))
        before = snapshot(case)
        with pytest.raises(NotPermitted):
            reject(sent[2], actor=Actor.staff(lan))
        assert snapshot(case) == before
        reject(sent[2], actor=boss)
        evidence.verify_evidence(sent[3], actor=Actor.staff(lan), result="accepted")

    def test_another_thing_is_rejected_by_anybody(self, case, lan):
        receipt, line = ask(case, lan, RECEIPT, STATEMENT).items.order_by("pk")
        for shade, asked in enumerate((receipt, line, receipt, line)):
            item = send(case, picture(color=(shade, 9, 9)), item=asked.pk)
            evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")

    def test_the_customer_is_told_that_it_is_enough_once_what_is_as_good_was_accepted(self, case, lan, clock):
        request = ask(case, lan, RECEIPT, STATEMENT)
        receipt, statement = (send(case, item=asked.pk) for asked in request.items.order_by("pk"))
        reject = partial(evidence.verify_evidence, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ")
        enough = "Quý khách không cần gửi lại"
        told = lambda: case.messages.filter(direction="out").latest("pk").body  # noqa: E731
        reject(receipt)
        assert enough not in told()
        evidence.verify_evidence(statement, actor=Actor.staff(lan), result="accepted")
        reject(receipt)
        assert enough in told()

    def test_what_came_unasked_is_filed_under_what_is_needed(self, case, lan):
        item = send(case)
        receipt = line(case, "receipt").checklist_item
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=receipt)
        assert line(case, "receipt").items == [item]
        assert missing(case) == ["Mã giao dịch"]

    def test_taken_for_the_wrong_thing_it_is_filed_anew(self, case, lan):
        request = ask(case, lan, CODE)
        item = send(case)  # the only thing awaited was the code
        receipt = line(case, "receipt").checklist_item
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=receipt)
        assert [line(case, slug).state for slug in ("receipt", "transaction-code")] == ["accepted", "missing"]
        assert request.items.get().state == RequestedItem.State.REQUESTED

    def test_what_came_unasked_is_filed_under_what_was_asked_besides(self, case, lan, make_staff):
        request = ask(case, make_staff("son", Role.MANAGER), Wanted(name="Ảnh ví", why="Để thấy số dư"))
        item = send(case, is_unasked=True)
        assert (item.requested_item, case.status) == (None, Status.AWAITING_CUSTOMER)
        check = partial(evidence.verify_evidence, item, actor=Actor.staff(lan), result="accepted")
        foreign = ask(case_at(Status.ROUTED, lan, category="deposit-not-credited"), lan).items.get()
        with pytest.raises(Invalid):
            check(requested_item=foreign)
        check(requested_item=request.items.get())
        assert Case.objects.get(pk=case.pk).status == Status.VERIFYING
        assert request.items.get().state == RequestedItem.State.ACCEPTED

    def test_a_thing_of_another_category_is_refused(self, case, lan):
        item = send(case)
        foreign = line(case_at(Status.ROUTED, lan, category="login-failure"), "screenshot").checklist_item
        before = snapshot(case)
        with pytest.raises(Invalid):
            evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=foreign)
        assert snapshot(case) == before

    def test_by_staff_of_the_department_or_an_integration_that_works(self, case, lan, make_staff):
        item = send(case)
        works, _ = ApiClient.objects.create_with_key("đối soát", [Scope.CASES_WORK])
        opens, _ = ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN, Scope.CASES_READ])
        refused = [
            (customer_of(case), NotPermitted),
            (Actor.system("intake"), NotPermitted),
            (Actor.integration(opens), NotPermitted),
            (Actor.staff(make_staff("kiem", Role.AUDITOR)), NotPermitted),
            (customer_of(open_case(email="binh@khach.example")), NotVisible),
        ]
        before = snapshot(case)
        for actor, error in refused:
            with pytest.raises(error):
                evidence.verify_evidence(item, actor=actor, result="accepted")
        assert snapshot(case) == before
        evidence.verify_evidence(item, actor=Actor.integration(works), result="accepted")

    def test_not_on_a_closed_case(self, clock, lan):
        case = case_at(Status.CLOSED, lan)
        item = send(case)
        before = snapshot(case)
        with pytest.raises(StepNotAllowed):
            evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted")
        assert snapshot(case) == before


class TestWaiving:
    def test_goes_on_without_the_rest(self, case, lan, clock):
        request = ask(case, lan, RECEIPT, CODE)
        send(case)
        clock.move_to(T0 + HOUR)
        evidence.waive_rest(case, actor=Actor.staff(lan), reason="Thấy trong hệ thống")
        assert case.status == Status.VERIFYING
        assert list(request.items.order_by("pk").values_list("state", flat=True)) == ["received", "not_needed"]
        assert [line(case, slug).state for slug in ("receipt", "transaction-code")] == ["received", "not_needed"]
        assert missing(case) == []

    def test_needs_a_reason(self, case, lan):
        ask(case, lan)
        before = snapshot(case)
        with pytest.raises(Invalid):
            evidence.waive_rest(case, actor=Actor.staff(lan), reason=" ")
        assert snapshot(case) == before


def test_the_checklist_costs_the_same_however_much_there_is(case, lan, make_staff, django_assert_num_queries):
    resolution.start_resolving(case, actor=Actor.staff(lan))
    boss = make_staff("son", Role.MANAGER)  # who may ask as often as it takes
    for number in range(6):
        ask(case, boss, Wanted(name=f"Ảnh số {number}", why="Để đối chiếu"))
        evidence.verify_evidence(send(case), actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, hãy chụp lại.")
    with django_assert_num_queries(6):
        file = queries.file_of(case)
        told = [(line.name, line.state, [item.checks.all()[0].reason for item in line.items]) for line in file.lines]
    assert len(told) == len(DEPOSIT) + 6
    assert EvidenceItem.objects.filter(case=case).count() == 6


class TestAskedLate:
    """R-28: what could have been asked for earlier is marked, and no withdrawal hangs on it unsaid."""

    PASSPORT = Wanted(name="Hộ chiếu", why="Để xác minh người nhận tiền")

    @pytest.fixture
    def withdrawal(self, clock, lan):
        return case_at(Status.ROUTED, lan, category="withdrawal-delayed")

    @pytest.fixture
    def son(self, make_staff):
        return make_staff("son", Role.MANAGER)

    def late(self, request):
        asked = request.case.events.filter(kind="evidence_requested").latest("number")
        return [RequestedItem.objects.get(pk=pk).name for pk in asked.facts["late"]]

    def on_its_way(self, case, lan):
        """Somebody has gone through it, and works on it."""
        resolution.start_resolving(case, actor=Actor.staff(lan))
        return Case.objects.get(pk=case.pk)

    def test_what_is_asked_for_at_first_is_in_time(self, case, lan):
        assert self.late(ask(case, lan, RECEIPT, CODE)) == []

    def test_what_the_checklist_named_all_along_is_late_once_the_case_was_gone_through(self, case, lan):
        request = ask(self.on_its_way(case, lan), lan, RECEIPT)
        assert self.late(request) == [request.items.get().name]

    def test_what_was_of_no_use_is_asked_for_again_in_time(self, case, lan):
        ask(case, lan, RECEIPT)
        item = send(case)
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ, gửi lại ảnh rõ")
        case.refresh_from_db()
        assert case.status == Status.VERIFYING
        assert self.late(ask(case, lan, RECEIPT)) == []

    def test_what_was_forgotten_the_first_time_is_late(self, case, lan):
        ask(case, lan, CODE)
        write(case, "Mã là FT26326004511")
        case.refresh_from_db()
        assert case.status == Status.VERIFYING
        request = ask(case, lan, RECEIPT)
        assert self.late(request) == [request.items.get().name]

    def test_where_a_withdrawal_waits_it_takes_words_for_colleagues(self, withdrawal, lan):
        withdrawal = self.on_its_way(withdrawal, lan)
        before = snapshot(withdrawal)
        screen = Wanted(name="withdrawal-screen")
        with pytest.raises(Invalid) as refused:
            ask(withdrawal, lan, screen, late_why="  ")
        assert refused.value.errors.keys() == {"late_why"}
        assert "Ảnh chụp màn hình lệnh rút" in refused.value.errors["late_why"][0]
        assert snapshot(withdrawal) == before
        request = ask(withdrawal, lan, screen, late_why="Trạng thái đổi sau khi khách báo")
        assert self.late(request) == ["Ảnh chụp màn hình lệnh rút"]
        told = withdrawal.events.get(kind="evidence_requested")
        assert told.words.text == "Trạng thái đổi sau khi khách báo"
        assert list(flaws_of(withdrawal)) == []
        assert all("Trạng thái đổi" not in str(one.body) for one in withdrawal.messages.all())

    def test_documents_besides_the_checklist_could_always_have_been_asked_before_a_withdrawal(self, withdrawal, son):
        with pytest.raises(Invalid) as refused:
            ask(withdrawal, son, self.PASSPORT)
        assert refused.value.errors.keys() == {"late_why"}
        assert self.late(ask(withdrawal, son, self.PASSPORT, late_why="Tên tài khoản nhận khác tên khách")) == [
            "Hộ chiếu"
        ]

    def test_elsewhere_they_have_their_own_reason_and_are_not_late(self, case, son):
        assert self.late(ask(case, son, self.PASSPORT)) == []

    def test_programs_say_why_as_people_do(self, withdrawal, lan):
        app, _ = ApiClient.objects.create_with_key("đối soát", [Scope.CASES_WORK])
        withdrawal = self.on_its_way(withdrawal, lan)
        ask_it = partial(
            evidence.request_evidence,
            withdrawal,
            actor=Actor.integration(app),
            items=[Wanted(name="withdrawal-screen")],
        )
        before = snapshot(withdrawal)
        with pytest.raises(Invalid) as refused:
            ask_it()
        assert refused.value.errors.keys() == {"late_why"}
        assert snapshot(withdrawal) == before
        assert self.late(ask_it(late_why="Trạng thái đổi sau khi khách báo")) == ["Ảnh chụp màn hình lệnh rút"]

    def test_words_without_anything_late_are_not_kept(self, case, lan):
        ask(case, lan, RECEIPT, late_why="Không có gì")
        assert not hasattr(case.events.get(kind="evidence_requested"), "words")
