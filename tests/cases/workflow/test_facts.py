"""Facts: claimed, found out by people from named sources, confirmed by a second one; and what is not decided before."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.events import flaws_of
from cases.evidence import facts_audit, queries
from cases.evidence.models import ChecklistItem, FactEntry
from cases.evidence.wanted import Wanted
from cases.models import Case, Category
from cases.records import registry
from cases.records.models import Snapshot
from cases.states import Channel, Status, Step
from cases.workflow import answer, checks, evidence, facts, resolution, routing
from cases.workflow.steps import allowed_steps
from channels_app.models import Message
from cskh.core.errors import Conflict, Invalid, NotPermitted, StepNotAllowed
from tests.cases.building import customer_of, open_case, snapshot
from tests.cases.evidence.files import picture, upload
from tests.cases.workflow.test_at_once import at_once

BOOKS = facts.Sources(statement="Sổ lệnh nạp")


@pytest.fixture
def dispute(lan):
    """A kind of request whose outcomes are approved, about little money."""
    case = open_case("settlement", amount=340_000)
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    resolution.start_resolving(case, actor=lan)
    return case


def line(case, slug="transaction-code"):
    return next(one for one in queries.checklist_of(case) if one.slug == slug)


def verify(case, by, result, fact="transaction-code", sources=BOOKS, **more):
    return facts.verify_fact(case, actor=by, fact=fact, result=result, sources=sources, **more)


def say(case, text, **more):
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text=text, **more)


def send(case, **more):
    return evidence.submit_evidence(
        case, actor=customer_of(case), channel=Channel.WEB, upload=upload(picture()), **more
    )


def told(case):
    """What the customer was told last."""
    return Message.objects.filter(case=case, direction=Message.Direction.OUT).latest("id").body


@pytest.mark.django_db
class TestClaims:
    def test_what_the_case_says_is_claimed(self, case):
        assert (line(case).fact_state, line(case).claim.value) == ("claimed", "FT26326004511")
        assert line(case, "amount").claim.value == "2.000.000 ₫"
        assert line(case, "sending-bank").fact_state == "missing"

    def test_what_the_customer_sends_for_it_is_claimed(self, lan):
        case = open_case("deposit-not-credited")
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="transaction-code")])
        item = say(case, "FT1")
        assert (line(case).claim.value, line(case).claim.item) == ("FT1", item)
        evidence.verify_evidence(item, actor=lan, result="rejected", reason="Thiếu số, xin gửi lại.")
        assert line(case).fact_state == "missing"

    def test_a_code_the_customer_wrote_is_claimed_and_not_asked_again(self, lan):
        case = open_case("deposit-not-credited")
        message = case.messages.get(direction="in").pk
        registry.note_said(case, "Mã FT26326004511 ạ", message=message)
        assert (line(case).claim.value, line(case).claim.message) == ("FT26326004511", message)
        assert "Mã giao dịch" not in queries.file_of(case).missing_names
        with pytest.raises(Invalid):
            evidence.request_evidence(case, actor=lan, items=[Wanted(name="transaction-code")])
        verify(case, lan, "corroborated")
        claimed = FactEntry.objects.get(kind="claimed")
        assert (claimed.value, claimed.message) == ("FT26326004511", message)

    def test_so_is_a_code_among_other_words_until_they_are_rejected(self, lan):
        case = open_case("deposit-not-credited")
        item = say(case, "Sao kê có mã FT26326004511")
        assert (line(case).claim.value, line(case).claim.item) == ("FT26326004511", item)
        registry.add(case, "FT26326004512", actor=lan)
        assert line(case).claim.value == "FT26326004511, FT26326004512"
        evidence.verify_evidence(item, actor=lan, result="rejected", reason="Sao kê của tài khoản khác.")
        assert line(case).claim.value == "FT26326004512"

    def test_what_the_details_name_comes_first(self, case, lan):
        registry.add(case, "FT26326004512", actor=lan)
        assert line(case).claim.value == "FT26326004511"

    def test_somebody_puts_it_down_from_a_message(self, case, lan):
        message = case.messages.get(direction="in")
        facts.note_claim(case, actor=lan, fact="sending-bank", value=" Ngân hàng\nA ", message=message.pk)
        assert (line(case, "sending-bank").claim.value, line(case, "sending-bank").claim.message) == (
            "Ngân hàng A",
            message.pk,
        )
        event = case.events.get(kind="fact_claimed")
        assert "Ngân hàng" not in str(event.facts)
        with pytest.raises(Invalid):
            facts.note_claim(case, actor=lan, fact="sending-bank", value=" ", message=message.pk)

    @pytest.mark.parametrize("fact", ["transaction-code", "Số tiền"])
    def test_nobody_asks_for_it_again(self, case, lan, fact):
        before = snapshot(case)
        with pytest.raises(Invalid):
            evidence.request_evidence(case, actor=lan, items=[Wanted(name=fact)])
        assert snapshot(case) == before

    def test_it_stays_known_in_another_category(self, case, lan):
        verify(case, lan, "corroborated")
        routing.classify_case(
            case, actor=lan, category=open_case("settlement").category, summary="Kết quả bị tranh cãi"
        )
        assert line(case).fact_state == "corroborated"


@pytest.mark.django_db
class TestFinding:
    @pytest.mark.parametrize("result", ["corroborated", "unable"])
    def test_a_person_finds_it_from_a_source(self, case, lan, result):
        book = Snapshot.objects.create(
            case=case, kind="deposits", source="ledger", asked_for="FT26326004511", content=[], sha256="a" * 64
        )
        entry = verify(case, lan, result, sources=facts.Sources(snapshot=book))
        assert (line(case).fact_state, entry.by_id, entry.snapshot_sha256) == (result, lan.id, "a" * 64)
        event = case.events.get(kind="fact_verified")
        assert (event.facts["settled"], event.facts["snapshot_sha256"]) == (result, "a" * 64)
        assert "FT26326004511" not in str(event.facts)
        assert list(flaws_of(Case.objects.get(pk=case.pk))) == []

    def test_what_corroborates_is_accepted_with_it(self, case, lan):
        item = say(case, "Sao kê: FT26326004511, 2.000.000")
        verify(case, lan, "corroborated", sources=facts.Sources(evidence=[item]))
        item.refresh_from_db()
        assert item.state == "accepted"
        assert Step.ANSWER in allowed_steps(lan, case)

    @pytest.mark.parametrize(
        ("result", "state"), [("corroborated", "accepted"), ("contradicted", "received"), ("unable", "received")]
    )
    def test_words_are_accepted_only_where_they_are_corroborated(self, lan, minh, result, state):
        case = open_case("deposit-not-credited", amount=2_000_000)
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="transaction-code")])
        item = say(case, "FT1")
        assert queries.file_of(case).unchecked == [item]
        finding = verify(case, lan, result)
        item.refresh_from_db()
        assert item.state == state
        assert queries.file_of(case).unchecked == []
        if finding.needs_second:
            facts.confirm_finding(finding, actor=minh)
        assert case.events.filter(kind="evidence_verified").exists() == (state == "accepted")
        if state == "received":
            evidence.request_evidence(case, actor=lan, items=[Wanted(name="transaction-code")])
            news = say(case, "FT2")
            assert queries.file_of(case).unchecked == [news]

    @pytest.mark.parametrize("result", ["corroborated", "contradicted", "unable"])
    def test_nothing_rests_on_a_file_nobody_can_have_seen(self, case, lan, settings, result):
        settings.CLAMD = "tcp://127.0.0.1:1"  # nobody answers there
        item = send(case)
        before = snapshot(case)
        with pytest.raises(StepNotAllowed):
            verify(case, lan, result, sources=facts.Sources(evidence=[item], statement="Biên lai"))
        assert snapshot(case) == before
        assert queries.file_of(case).unchecked == [item]

    def test_no_way_of_checking_accepts_a_closed_file(self, case, lan, settings):
        settings.CLAMD = "tcp://127.0.0.1:1"
        item = send(case)
        with pytest.raises(StepNotAllowed):
            evidence.note_check(case, item, actor=lan, result="accepted", words="")
        evidence.verify_evidence(item, actor=lan, result="rejected", reason="Xin gửi lại dưới dạng ảnh.")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"result": "corroborated", "sources": facts.Sources()},
            {"result": "contradicted", "sources": facts.Sources()},
            {"result": "unable", "sources": facts.Sources()},
            {"result": "claimed"},
            {"result": "perhaps"},
            {"result": "corroborated", "fact": "no-such-fact"},
            {"result": "corroborated", "fact": "sending-bank"},  # nobody has said it
            {"result": "unable", "sentence": "Biên lai của Quý khách là giả mạo."},
            {"result": "unable", "sentence": "Vui lòng nạp thêm 500.000đ để được rút tiền."},
        ],
    )
    def test_refuses_what_is_not_right(self, case, lan, wrong):
        before = snapshot(case)
        with pytest.raises(Invalid):
            verify(case, lan, **wrong)
        assert snapshot(case) == before
        assert not FactEntry.objects.exists()

    def test_nothing_is_corroborated_by_what_was_rejected(self, case, lan):
        item = send(case)
        evidence.verify_evidence(item, actor=lan, result="rejected", reason="Ảnh mờ, xin chụp lại.")
        before = snapshot(case)
        with pytest.raises(Invalid) as refused:
            verify(case, lan, "corroborated", sources=facts.Sources(evidence=[item]))
        assert str(item) in refused.value.errors["evidence"][0]
        assert snapshot(case) == before
        verify(case, lan, "contradicted", sources=facts.Sources(evidence=[item]))
        verify(case, lan, "corroborated", sources=facts.Sources(evidence=[item], statement="Sổ lệnh"))

    def test_nor_confirmed_with_it(self, lan, minh):
        case = open_case("deposit-not-credited", transaction_ref="FT26326004511", amount=90_000_000)
        item = send(case)
        finding = verify(case, lan, "corroborated", sources=facts.Sources(evidence=[item]))
        evidence.verify_evidence(item, actor=minh, result="rejected", reason="Ảnh mờ, xin chụp lại.")
        with pytest.raises(Invalid) as refused:
            facts.confirm_finding(finding, actor=minh)
        assert list(refused.value.errors) == ["evidence"]
        evidence.verify_evidence(item, actor=minh, result="accepted")
        facts.confirm_finding(finding, actor=minh)
        assert line(case).fact_state == "corroborated"

    def test_of_a_part_of_a_record_nothing_is_contradicted_without_another_source(self, case, lan):
        part = Snapshot.objects.create(
            case=case, kind="deposits", source="ledger", asked_for="FT1", content=[], is_cut=True, sha256="a" * 64
        )
        with pytest.raises(Invalid) as refused:
            verify(case, lan, "contradicted", sources=facts.Sources(snapshot=part))
        assert list(refused.value.errors) == ["snapshot"]
        verify(case, lan, "contradicted", sources=facts.Sources(snapshot=part, evidence=[send(case)]))
        verify(case, lan, "contradicted", sources=facts.Sources(snapshot=part, statement="Sổ lệnh"))

    def test_evidence_of_another_case_is_no_source(self, case, lan):
        foreign = say(open_case("deposit-not-credited", email="binh@khach.example"), "FT2")
        with pytest.raises(Invalid):
            verify(case, lan, "corroborated", sources=facts.Sources(evidence=[foreign]))

    def test_programs_customers_and_other_departments_find_nothing(self, case, make_staff):
        works, _ = ApiClient.objects.create_with_key("app", list(Scope.values))
        elsewhere = make_staff("tuan", Role.SPECIALIST, "technical")
        for actor in (Actor.integration(works), customer_of(case), Actor.staff(elsewhere), Actor.system("intake")):
            with pytest.raises((NotPermitted, Exception)) as refused:
                verify(case, actor, "corroborated")
            assert type(refused.value).__name__ in ("NotPermitted", "NotVisible")
        assert not FactEntry.objects.exists()

    def test_rows_are_never_changed_but_texts_may_be_emptied(self, case, lan):
        entry = verify(case, lan, "corroborated")
        rows = FactEntry.objects.filter(pk=entry.pk)
        for change in (lambda: rows.update(kind="unable"), lambda: rows.update(sentence="khác"), rows.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        rows.update(sentence="", value="", statement="")
        assert list(flaws_of(Case.objects.get(pk=case.pk))) == []

    def test_the_use_of_a_file_stands_in_its_custody(self, case, lan):
        for result, events in {
            "corroborated": ["received", "cited", "linked", "verified"],
            "contradicted": ["received", "cited"],
        }.items():
            item = evidence.submit_evidence(
                case,
                actor=customer_of(case),
                channel=Channel.WEB,
                upload=upload(picture(color=(len(events), 0, 9))),
                is_unasked=True,
            )
            finding = verify(case, lan, result, sources=facts.Sources(evidence=[item]))
            entries = item.custody_entries.order_by("number")
            assert [entry.event for entry in entries] == events
            cited = entries.get(event="cited")
            assert cited.facts == {"fact": "transaction-code", "finding": finding.pk, "result": result}

    def test_something_new_from_the_customer_is_to_be_verified(self, case, lan):
        verify(case, lan, "unable")
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="transaction-code")])
        assert line(case).state == "requested"
        say(case, "FT99")
        assert (line(case).fact_state, line(case).claim.value) == ("claimed", "FT99")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tampering",
    [
        "kind = 'corroborated'",
        "slug = 'amount'",
        "needs_second = false",
        "snapshot_sha256 = 'x'",
        "snapshot_id = NULL",
        "confirms_id = id - 1",
        "by_id = '999'",
    ],
)
def test_a_finding_that_was_rewritten_all_the_same_is_named(case, lan, minh, tampering):
    facts.note_claim(case, actor=lan, fact="amount", value="2.000.000")
    facts.set_aside(case, actor=lan, thing="sending-bank", reason="Có trong sao kê.")
    book = Snapshot.objects.create(
        case=case, kind="deposits", source="ledger", asked_for="FT1", content=[], sha256="a" * 64
    )
    finding = verify(case, lan, "contradicted", sources=facts.Sources(snapshot=book))
    facts.confirm_finding(finding, actor=minh)
    assert list(facts_audit.altered([case.code])) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evidence_factentry DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE evidence_factentry SET {tampering} WHERE id = %s", [finding.pk])
        cursor.execute("ALTER TABLE evidence_factentry ENABLE TRIGGER USER")
    number = case.events.get(kind="fact_verified", facts__entry=finding.pk).number
    assert [str(flaw) for flaw in facts_audit.altered()] == [
        f"{case.code} event {number}: its entry on a fact was altered"
    ]


@pytest.mark.django_db
class TestSecondVerifier:
    def test_a_contradiction_counts_once_confirmed_and_then_the_customer_hears_how_to_prove_it(self, case, lan, minh):
        before = told(case)
        finding = verify(case, lan, "contradicted")
        assert line(case).fact_state == "awaiting_second"
        assert told(case) == before
        with pytest.raises(NotPermitted):
            facts.confirm_finding(finding, actor=lan)
        assert Step.ANSWER not in allowed_steps(lan, case)
        facts.confirm_finding(finding, actor=minh)
        assert (line(case).fact_state, line(case).state) == ("contradicted", "rejected")
        assert Step.ANSWER in allowed_steps(lan, case)
        assert "Mã giao dịch" in told(case)
        assert "Gửi dòng sao kê" in told(case)
        with pytest.raises(Conflict):
            facts.confirm_finding(finding, actor=minh)

    def test_much_money_needs_two_whatever_is_found(self, lan, minh, settings):
        settings.VERIFY_ALONE_MAX_VND = 20_000_000
        for amount, state in ((20_000_000, "corroborated"), (20_000_001, "awaiting_second")):
            case = open_case("deposit-not-credited", transaction_ref="FT1", amount=amount)
            verify(case, lan, "corroborated")
            assert line(case).fact_state == state
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        facts.note_claim(case, actor=lan, fact="amount", value="500.000.000đ")
        assert verify(case, lan, "corroborated").needs_second

    @pytest.mark.parametrize("said", ["25 triệu", "25tr", "50.000.000 đồng", "khoảng 25.000.000đ"])
    def test_much_is_much_however_it_is_written(self, lan, said):
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        assert verify(case, lan, "corroborated", fact="amount", value=said).needs_second
        assert verify(case, lan, "corroborated").needs_second

    def test_what_cannot_be_read_may_be_any_amount_and_is_nobodys_of_ours_to_put_down(self, lan):
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        for put_down in (verify, lambda case, lan, _result, **said: facts.note_claim(case, actor=lan, **said)):
            for said in ("abc", "hai lăm củ"):
                with pytest.raises(Invalid) as refused:
                    put_down(case, lan, "corroborated", fact="amount", value=said)
                assert list(refused.value.errors) == ["value"]
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="amount")])
        say(case, "hai lăm củ")
        assert verify(case, lan, "corroborated", fact="amount").needs_second

    def test_an_amount_nobody_has_said_may_be_any(self, lan, minh, make_staff):
        """Until it is put down, which one can do, or set aside, which whoever answers for the case does."""
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        assert verify(case, lan, "corroborated").needs_second
        with pytest.raises(NotPermitted):
            facts.set_aside(case, actor=minh, thing="amount", reason="Không rõ")
        facts.set_aside(case, actor=Actor.staff(make_staff("nga", Role.MANAGER)), thing="amount", reason="Không rõ")
        assert not verify(case, lan, "corroborated").needs_second
        facts.note_claim(case, actor=lan, fact="amount", value="90 triệu")
        assert verify(case, lan, "corroborated").needs_second
        other = open_case("deposit-not-credited", transaction_ref="FT1")
        facts.note_claim(other, actor=lan, fact="amount", value="2 triệu")
        assert not verify(other, lan, "corroborated").needs_second

    def test_waiving_what_was_asked_makes_no_amount_small(self, lan):
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="amount")])
        evidence.waive_rest(case, actor=lan, reason="Không cần")
        assert verify(case, lan, "corroborated").needs_second

    def test_where_no_amount_is_asked_for_one_person_finds(self, lan):
        case = open_case("login-failure")
        assert not verify(case, lan, "corroborated", fact="username", value="an").needs_second

    @pytest.mark.parametrize("state", ["claimed again", "said again"])
    def test_a_new_claim_frees_nothing_that_awaits_its_second_person(self, case, lan, minh, state):
        """Neither of a fact that may be left open else."""
        verify(case, lan, "corroborated")
        verify(case, lan, "contradicted", fact="sending-bank", value="Ngân hàng A")
        if state == "claimed again":
            facts.note_claim(case, actor=lan, fact="sending-bank", value="Ngân hàng B")
        else:
            evidence.verify_evidence(say(case, "Ngân hàng B", thing="sending-bank"), actor=lan, result="accepted")
        assert line(case, "sending-bank").fact_state == "claimed"
        before = snapshot(case)
        with pytest.raises(StepNotAllowed, match=line(case, "sending-bank").name):
            answer.send_answer(Case.objects.get(pk=case.pk), actor=lan, body="Đã ghi có.")
        assert snapshot(case) == before
        verify(case, minh, "corroborated", fact="sending-bank")
        assert queries.file_of(case).undecided == []

    @pytest.mark.parametrize("before", ["claimed", "sent", "rejected", "in the details"])
    def test_much_stays_much_whatever_is_put_down_then(self, lan, before):
        case = open_case(
            "deposit-not-credited", transaction_ref="FT1", amount=90_000_000 if before == "in the details" else None
        )
        if before == "claimed":
            facts.note_claim(case, actor=lan, fact="amount", value="90 triệu")
        if before in ("sent", "rejected"):
            evidence.request_evidence(case, actor=lan, items=[Wanted(name="amount")])
            item = say(case, "90.000.000đ")
        if before == "rejected":
            evidence.verify_evidence(item, actor=lan, result="rejected", reason="Xin ghi rõ số tiền.")
        facts.note_claim(case, actor=lan, fact="amount", value="2 triệu")
        assert verify(case, lan, "corroborated", fact="amount", value="1 triệu").needs_second
        assert verify(case, lan, "corroborated").needs_second

    def test_little_is_little_however_it_is_written(self, lan):
        case = open_case("deposit-not-credited", transaction_ref="FT1")
        assert not verify(case, lan, "corroborated", fact="amount", value="khoảng 2 triệu").needs_second

    def test_what_two_have_found_one_does_not_overturn(self, case, lan, minh):
        facts.confirm_finding(verify(case, lan, "contradicted"), actor=minh)
        for _ in range(2):  # not by saying it again either
            facts.note_claim(case, actor=lan, fact="transaction-code", value="FT26326004512")
            with pytest.raises(Invalid) as refused:
                verify(case, lan, "corroborated")
            assert list(refused.value.errors) == ["sentence"]
            finding = verify(case, lan, "corroborated", sentence="Khoản tiền nằm trong sao kê của ngày hôm sau.")
            assert line(case).fact_state == "awaiting_second"
        facts.confirm_finding(finding, actor=minh)
        assert line(case).fact_state == "corroborated"
        before = snapshot(case)
        with pytest.raises(NotPermitted):
            facts.set_aside(case, actor=lan, thing="transaction-code", reason="Không cần")
        with pytest.raises(Invalid):
            verify(case, minh, "unable")
        assert snapshot(case) == before

    def test_what_two_say_again_needs_no_more_words(self, case, lan, minh):
        facts.confirm_finding(verify(case, lan, "contradicted"), actor=minh)
        assert verify(case, minh, "contradicted").needs_second

    def test_nothing_is_accepted_on_the_word_of_the_first(self, lan, minh):
        case = open_case("deposit-not-credited", amount=90_000_000)
        evidence.request_evidence(
            case, actor=lan, items=[Wanted(name=name) for name in ("transaction-code", "receipt")]
        )
        words, photo = say(case, "FT26326004511"), send(case, is_unasked=True)
        request = queries.open_request(case)
        finding = verify(case, lan, "corroborated", sources=facts.Sources(evidence=[photo]))
        state = lambda: {type(one).objects.get(pk=one.pk).state for one in (words, photo)}  # noqa: E731
        assert state() == {"received"}
        assert list(request.items.order_by("pk").values_list("state", flat=True)) == ["received", "requested"]
        assert not case.events.filter(kind="evidence_verified").exists()
        facts.confirm_finding(finding, actor=minh)
        assert state() == {"accepted"}
        assert request.items.order_by("pk").first().state == "accepted"
        assert {event.actor_id for event in case.events.filter(kind="evidence_verified")} == {minh.id}

    def test_what_was_asked_is_awaited_until_the_second_has_confirmed(self, lan, minh):
        case = open_case("deposit-not-credited", amount=90_000_000)
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="sending-bank")])
        finding = verify(case, lan, "corroborated", fact="sending-bank", value="Ngân hàng A")
        case.refresh_from_db()
        assert case.status == Status.AWAITING_CUSTOMER
        facts.confirm_finding(finding, actor=minh)
        case.refresh_from_db()
        assert case.status == Status.VERIFYING

    @pytest.mark.parametrize("state", ["awaited", "confirmed", "claimed anew"])
    def test_a_contradiction_is_not_set_aside_by_one(self, case, lan, minh, make_staff, state):
        lead = Actor.staff(make_staff("nga", Role.SPECIALIST, "payments", lead=True))
        finding = verify(case, lead, "contradicted")
        if state == "confirmed":
            facts.confirm_finding(finding, actor=minh)
        if state == "claimed anew":
            facts.note_claim(case, actor=lan, fact="transaction-code", value="FT26326004512")
        before = snapshot(case)
        for actor in (lan, minh, lead):
            with pytest.raises(NotPermitted):
                facts.set_aside(case, actor=actor, thing="transaction-code", reason="Không cần")
        assert snapshot(case) == before
        son = Actor.staff(make_staff("son", Role.MANAGER))
        facts.set_aside(case, actor=son, thing="transaction-code", reason="Tra theo giờ chuyển")
        assert line(case).fact_state == "set_aside"

    def test_where_much_is_at_stake_a_fact_is_set_aside_by_who_judges_outcomes(self, lan, make_staff):
        case = open_case("deposit-not-credited", transaction_ref="FT1", amount=90_000_000)
        with pytest.raises(NotPermitted):
            facts.set_aside(case, actor=lan, thing="transaction-code", reason="Không cần")
        facts.set_aside(case, actor=lan, thing="receipt", reason="Thấy trên sao kê của mình")
        lead = Actor.staff(make_staff("nga", Role.SPECIALIST, "payments", lead=True))
        facts.set_aside(case, actor=lead, thing="transaction-code", reason="Tra theo giờ chuyển")

    def test_whoever_finds_otherwise_verifies_anew(self, case, lan, minh):
        finding = verify(case, lan, "contradicted")
        verify(case, minh, "corroborated")
        assert line(case).fact_state == "corroborated"
        with pytest.raises(Conflict):
            facts.confirm_finding(finding, actor=minh)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_one_is_the_second(case, lan, make_staff):
    finding = verify(case, lan, "contradicted")
    others = {name: Actor.staff(make_staff(name, Role.SPECIALIST)) for name in ("minh", "hung")}
    confirm = {
        name: partial(lambda _case, by: facts.confirm_finding(FactEntry.objects.get(pk=finding.pk), actor=by), by=actor)
        for name, actor in others.items()
    }
    refused = at_once(case, lan=lambda _case: facts.confirm_finding(finding, actor=lan), **confirm)
    assert refused.pop("lan") in (NotPermitted, Conflict)
    assert set(refused.values()) == {None, Conflict}
    assert FactEntry.objects.filter(confirms=finding).count() == 1
    assert case.events.filter(kind="fact_verified").count() == 2


@pytest.mark.django_db
class TestDeciding:
    def test_nothing_is_decided_before_the_fact_is_verified(self, dispute, lan, make_staff):
        assert Step.PROPOSE not in allowed_steps(lan, dispute)
        before = snapshot(dispute)
        with pytest.raises(StepNotAllowed, match="Mã giao dịch hoặc mã vé"):
            resolution.propose(dispute, actor=lan, body="Tính lại.")
        assert snapshot(dispute) == before
        verify(dispute, lan, "corroborated", value="GD-55120")
        resolution.propose(dispute, actor=lan, body="Tính lại.")
        resolution.approve(dispute, actor=Actor.staff(make_staff("son", Role.MANAGER)))
        answer.send_answer(dispute, actor=lan)
        assert dispute.status == Status.ANSWERED

    def test_a_claim_alone_is_not_enough(self, dispute, lan):
        facts.note_claim(dispute, actor=lan, fact="transaction-code", value="GD-55120")
        assert Step.PROPOSE not in allowed_steps(lan, dispute)

    def test_set_aside_by_whoever_answers_for_the_case_with_a_reason_that_stays(self, dispute, lan, make_staff):
        lead = Actor.staff(make_staff("nga", Role.SPECIALIST, "technical", lead=True))
        before = snapshot(dispute)
        with pytest.raises(Invalid):
            facts.set_aside(dispute, actor=lead, thing="transaction-code", reason=" ")
        with pytest.raises(NotPermitted):
            facts.set_aside(dispute, actor=lan, thing="transaction-code", reason="Tra theo giờ đặt")
        assert snapshot(dispute) == before
        facts.set_aside(dispute, actor=lead, thing="transaction-code", reason="Tra theo giờ đặt")
        assert Step.PROPOSE in allowed_steps(lan, dispute)
        event = dispute.events.get(kind="item_set_aside")
        assert (event.words.text, event.facts["thing"]) == ("Tra theo giờ đặt", "transaction-code")
        assert "transaction-code" not in [one.slug for one in queries.file_of(dispute).missing]

    def test_what_a_silent_customer_did_not_tell_is_decided_without(self, dispute, lan):
        evidence.request_evidence(dispute, actor=lan, items=[Wanted(name="transaction-code")])
        evidence.stop_waiting(dispute, actor=Actor.system("sla"))
        assert Step.PROPOSE in allowed_steps(lan, dispute)

    def test_silence_on_one_thing_frees_no_other(self, dispute, lan):
        photo = next(one.slug for one in queries.checklist_of(dispute) if not one.is_fact)
        evidence.request_evidence(dispute, actor=lan, items=[Wanted(name=photo)])
        evidence.stop_waiting(dispute, actor=Actor.system("sla"))
        assert [one.slug for one in queries.file_of(dispute).undecided] == ["transaction-code"]
        assert Step.PROPOSE not in allowed_steps(lan, dispute)

    def test_what_was_confirmed_with_a_file_that_is_rejected_then_is_open_again(self, dispute, lan, make_staff):
        photo = send(dispute)
        proof = facts.Sources(evidence=[photo])
        verify(dispute, lan, "corroborated", value="GD-55120", sources=proof)
        resolution.propose(dispute, actor=lan, body="Tính lại.")
        approved = resolution.approve(dispute, actor=Actor.staff(make_staff("son", Role.MANAGER)))
        evidence.verify_evidence(photo, actor=lan, result="rejected", reason="Ảnh của vé khác, xin gửi lại.")
        approved.refresh_from_db()
        assert approved.state == "returned"
        assert [one.slug for one in queries.file_of(dispute).undecided] == ["transaction-code"]
        assert Step.PROPOSE not in allowed_steps(lan, Case.objects.get(pk=dispute.pk))
        verify(dispute, lan, "corroborated")
        assert queries.file_of(dispute).undecided == []

    def test_what_else_it_was_confirmed_with_still_stands(self, dispute, lan):
        photo = send(dispute)
        verify(
            dispute,
            lan,
            "corroborated",
            value="GD-55120",
            sources=facts.Sources(evidence=[photo], statement="Sổ lệnh"),
        )
        evidence.verify_evidence(photo, actor=lan, result="rejected", reason="Ảnh của vé khác, xin gửi lại.")
        assert queries.file_of(dispute).undecided == []

    def test_what_was_approved_falls_with_a_new_finding(self, dispute, lan, make_staff):
        verify(dispute, lan, "corroborated", value="GD-55120")
        resolution.propose(dispute, actor=lan, body="Tính lại.")
        resolution.approve(dispute, actor=Actor.staff(make_staff("son", Role.MANAGER)))
        verify(dispute, lan, "unable", fact="amount", value="340.000 ₫")
        assert Step.ANSWER not in allowed_steps(lan, dispute)

    def test_found_in_our_books_it_is_not_waited_for(self, case, lan):
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="sending-bank")])
        verify(case, lan, "corroborated", fact="sending-bank", value="Ngân hàng A")
        case.refresh_from_db()
        assert case.status == Status.VERIFYING

    def test_what_is_awaited_is_set_aside(self, case, lan):
        evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
        facts.set_aside(case, actor=lan, thing="receipt", reason="Thấy trên sao kê của mình")
        case.refresh_from_db()
        assert case.status == Status.VERIFYING

    def test_a_simple_matter_is_answered_at_once_where_our_books_show_it(self, case, lan):
        verify(case, lan, "corroborated")
        answer.send_answer(case, actor=lan, body="Đã ghi có.")
        assert case.status == Status.ANSWERED


@pytest.mark.django_db
class TestAsking:
    def test_beyond_the_checklist_with_a_reason_by_whoever_answers_for_the_case(self, case, lan, make_staff):
        beyond = Wanted(name="Ảnh ví của vợ")
        with pytest.raises(NotPermitted):
            evidence.request_evidence(case, actor=lan, items=[Wanted(name="Ảnh ví của vợ", why="Xem số dư")])
        lead = Actor.staff(make_staff("nga", Role.SPECIALIST, "payments", lead=True))
        with pytest.raises(Invalid):
            evidence.request_evidence(case, actor=lead, items=[beyond])
        evidence.request_evidence(case, actor=lead, items=[Wanted(name="Ảnh ví của vợ", why="Xem số dư")])

    def test_programs_ask_for_what_is_on_it(self, case):
        works, _ = ApiClient.objects.create_with_key("app", list(Scope))
        before = snapshot(case)
        for wanted in (Wanted(name="Ảnh ví"), Wanted(name="Ảnh ví", why="Xem số dư")):
            with pytest.raises(NotPermitted, match="Ảnh ví"):
                evidence.request_evidence(case, actor=Actor.integration(works), items=[Wanted(name="receipt"), wanted])
        assert snapshot(case) == before
        evidence.request_evidence(case, actor=Actor.integration(works), items=[Wanted(name="receipt")])
        assert case.status == Status.AWAITING_CUSTOMER

    def test_where_no_checklist_asks_for_anything_there_is_no_beyond(self, lan):
        evidence.request_evidence(open_case("other"), actor=lan, items=[Wanted(name="Biên lai")])

    @pytest.mark.parametrize("wanted", [Wanted(name="receipt", why="Nạp thêm 500.000đ để rút tiền")])
    def test_never_for_money(self, case, lan, wanted):
        with pytest.raises(Invalid):
            evidence.request_evidence(case, actor=lan, items=[wanted])

    @pytest.mark.parametrize(
        "words", ["Vui lòng nạp thêm 500.000đ để được rút tiền.", "Biên lai của Quý khách là giả mạo."]
    )
    def test_nor_does_an_answer_or_accuse(self, case, lan, dispute, words):
        verify(case, lan, "corroborated")
        with pytest.raises(Invalid):
            answer.send_answer(case, actor=lan, body=words)
        verify(dispute, lan, "corroborated", value="GD-55120")
        with pytest.raises(Invalid):
            resolution.propose(dispute, actor=lan, body=words)

    def test_one_of_two_suffices(self, case, lan):
        request = evidence.request_evidence(
            case, actor=lan, items=[Wanted(name="receipt"), Wanted(name="statement-line")]
        )
        item = request.items.get(name="Dòng sao kê có khoản tiền").pk
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="Dòng sao kê", item=item)
        case.refresh_from_db()
        assert case.status == Status.VERIFYING
        assert [one.state for one in request.items.order_by("pk")] == ["not_needed", "received"]
        assert queries.file_of(case).missing_names == []

    def test_a_third_asking_is_not_offered_to_those_who_may_not(self, case, lan, make_staff):
        for _ in range(2):
            evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
            evidence.waive_rest(case, actor=lan, reason="Thôi")
        assert Step.REQUEST_EVIDENCE not in allowed_steps(lan, case)
        assert Step.REQUEST_EVIDENCE in allowed_steps(Actor.staff(make_staff("son", Role.MANAGER)), case)


@pytest.mark.django_db
def test_the_missing_things_are_named_alternatives_in_one(lan):
    case = open_case("deposit-not-credited")
    assert queries.file_of(case).missing_names == [
        "Mã giao dịch",
        "Biên lai chuyển khoản / Dòng sao kê có khoản tiền",
    ]


@pytest.mark.django_db
class TestClassifyingAgain:
    """What a decision waits for does not go away with the category, unless whoever may approve says so."""

    @staticmethod
    def classify(case, by, slug):
        routing.classify_case(case, actor=by, category=Category.objects.get(slug=slug), summary="Nhầm loại")

    @staticmethod
    def undecided(case):
        return [one.slug for one in queries.file_of(case).undecided]

    def test_a_finding_that_awaits_its_second_person_goes_on_waiting(self, case, lan, make_staff):
        first = verify(case, lan, "contradicted")
        before = snapshot(case)
        with pytest.raises(NotPermitted, match=line(case).name):
            self.classify(case, lan, "withdrawal-delayed")
        assert snapshot(case) == before
        head = Actor.staff(make_staff("nga", Role.MANAGER))
        self.classify(case, head, "withdrawal-delayed")
        assert self.undecided(case) == ["request-id", "transaction-code"]
        assert "transaction-code" not in [one.slug for one in queries.file_of(case).missing]
        verify(case, lan, "corroborated", fact="request-id")
        assert Step.ANSWER not in allowed_steps(lan, case)
        with pytest.raises(NotPermitted):
            self.classify(case, lan, "technical-error")
        facts.confirm_finding(first, actor=head)
        assert Step.ANSWER in allowed_steps(lan, Case.objects.get(pk=case.pk))

    def test_or_somebody_sets_it_aside(self, case, lan, make_staff):
        verify(case, lan, "contradicted")
        head = Actor.staff(make_staff("nga", Role.MANAGER))
        self.classify(case, head, "withdrawal-delayed")
        facts.set_aside(case, actor=head, thing="transaction-code", reason="Việc khác")
        assert self.undecided(case) == ["request-id"]

    def test_nor_does_a_new_claim_and_another_category_do_away_with_it(self, case, lan, make_staff):
        verify(case, lan, "contradicted", fact="sending-bank", value="Ngân hàng A")
        facts.note_claim(case, actor=lan, fact="sending-bank", value="Ngân hàng B")
        with pytest.raises(NotPermitted, match=line(case, "sending-bank").name):
            self.classify(case, lan, "withdrawal-delayed")
        self.classify(case, Actor.staff(make_staff("nga", Role.MANAGER)), "withdrawal-delayed")
        assert self.undecided(case) == ["request-id", "sending-bank"]

    def test_what_must_be_verified_is_left_by_whoever_may_approve(self, lan, make_staff):
        case = open_case("account-takeover")
        with pytest.raises(NotPermitted):
            self.classify(case, lan, "account-locked")
        self.classify(case, Actor.staff(make_staff("nga", Role.MANAGER)), "account-locked")
        assert self.undecided(case) == []

    def test_what_was_filed_in_the_wrong_place_goes_to_a_gate_as_good(self, case, lan, make_staff):
        """A case about whose gate nobody has said anything yet. A check is as good as a check, not as a fact."""
        login = open_case("login-failure")
        self.classify(login, lan, "account-locked")
        assert [check.entry.slug for check in queries.file_of(login).unmade] == ["self-exclusion-first"]
        with pytest.raises(NotPermitted):
            self.classify(login, lan, "other")
        with pytest.raises(NotPermitted):
            self.classify(case, lan, "technical-error")
        self.classify(case, lan, "withdrawal-delayed")
        assert self.undecided(case) == ["request-id"]
        facts.note_claim(case, actor=lan, fact="request-id", value="RT-1")
        with pytest.raises(NotPermitted):
            self.classify(case, lan, "deposit-not-credited")

    def test_or_once_it_was_set_aside(self, lan, make_staff):
        case = open_case("account-takeover")
        head = Actor.staff(make_staff("nga", Role.MANAGER))
        facts.set_aside(case, actor=head, thing="last-own-login", reason="Khách chỉ quên mật khẩu")
        self.classify(case, lan, "account-locked")
        assert case.category.slug == "account-locked"

    def test_a_mandatory_check_is_left_by_whoever_may_approve(self, case, lan):
        ChecklistItem.objects.filter(slug="code-unused").update(is_mandatory=True)
        checks.make_check(case, actor=lan, check="code-unused")
        checks.take_back_check(case, actor=lan, check="code-unused")
        with pytest.raises(NotPermitted):
            self.classify(case, lan, "withdrawal-delayed")
        checks.make_check(case, actor=lan, check="code-unused")
        self.classify(case, lan, "withdrawal-delayed")

    def test_what_the_other_checklist_asks_for_too_is_carried_over(self, dispute, lan):
        self.classify(dispute, lan, "settlement")
        assert [one.slug for one in queries.file_of(dispute).undecided] == ["transaction-code"]

    def test_elsewhere_it_is_free(self, case, lan):
        verify(case, lan, "corroborated")
        self.classify(case, lan, "technical-error")
        assert queries.file_of(case).undecided == []
