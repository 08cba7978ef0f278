"""Codes on a case are looked up without being asked; what does not answer is asked again, and holds nothing up."""

import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases import tasks
from cases.records import importing, looking_up, registry
from cases.records.models import RecordFile, Snapshot, TransactionCode
from cases.states import Channel, Status
from cases.workflow import evidence
from channels_app import intake
from cskh.core.errors import Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import case_at, customer_of, open_case
from tests.cases.records.building import ROW, connect, deposits, operator, take_over

CODE = ROW["code"]
State = TransactionCode.State


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))


def codes_of(case):
    return list(TransactionCode.objects.filter(case=case).values_list("code", "origin"))


def look_up(case):
    looking_up.look_up_codes(case.pk)
    return list(TransactionCode.objects.filter(case=case))


@pytest.mark.django_db
class TestNoting:
    def test_from_everything_the_customer_says(self, lan):
        case = open_case("deposit-not-credited", transaction_ref="RT-88120")
        intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body=f"Mã là {CODE}, sđt 0901234567")
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26325118820")
        intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body=f"Vẫn là {CODE}")
        registry.add(case, "GD-10245", actor=lan)
        assert codes_of(case) == [
            ("RT88120", "details"),
            (CODE, "message"),
            ("FT26325118820", "evidence"),
            ("GD10245", "staff"),
        ]

    def test_from_the_words_that_open_the_case(self, defaults):
        case = intake.open_request(
            intake.Matter(subject=f"{CODE} chưa vào"),
            actor=Actor.system("intake"),
            channel=Channel.WEB,
            body="và FT26325118820",
            person=intake.Person(email="an@khach.example"),
        )
        assert [code for code, _ in codes_of(case)] == [CODE, "FT26325118820"]

    def test_so_many_of_a_case_and_no_more(self, defaults):
        case = open_case()
        for number in range(8):
            many = " ".join(f"FT263260{number}{place:04}" for place in range(20))
            intake.add_message(case, actor=customer_of(case), channel=Channel.WEB, body=many)
        assert len(codes_of(case)) == registry.MOST_OF_A_CASE

    def test_what_says_nothing_costs_nothing(self, defaults, django_assert_num_queries):
        case = open_case()
        with django_assert_num_queries(0):
            registry.note_said(case, "Tôi chuyển 2.000.000đ lúc 9 giờ", message=1)

    def test_adding_is_for_those_who_work_on_it(self, lan, make_staff):
        case = open_case("deposit-not-credited")
        with pytest.raises(Invalid):
            registry.add(case, "không nhớ", actor=lan)
        for role, department, error in (
            (Role.AUDITOR, None, NotPermitted),
            (Role.SPECIALIST, "technical", NotVisible),
        ):
            with pytest.raises(error):
                registry.add(case, CODE, actor=Actor.staff(make_staff(f"u{role}", role, department)))
        with pytest.raises(NotPermitted):
            registry.add(case, CODE, actor=customer_of(case))

    def test_a_closed_case_is_not_looked_into(self, make_staff):
        worker = make_staff("son", Role.MANAGER)
        case = case_at(Status.CLOSED, worker)
        with pytest.raises(StepNotAllowed):
            looking_up.look_up_again(case, actor=Actor.staff(worker))


@pytest.mark.django_db
class TestLookingUp:
    def test_what_the_operator_says_is_kept(self, defaults, settings):
        case = open_case(transaction_ref=CODE)
        with operator(deposits(ROW)) as server:
            connect(settings, server)
            [code] = look_up(case)
        assert (code.state, code.next_try_at, code.silent) == (State.ANSWERED, None, "")
        assert sorted((one.kind, len(one.content)) for one in Snapshot.objects.all()) == [
            ("bets", 0),
            ("deposits", 1),
            ("withdrawals", 0),
        ]
        assert [asked for _, asked, _ in server.got] == [{"code": CODE}] * 3

    def test_silence_is_asked_again_later_and_given_up_at_last(self, defaults, settings):
        settings.OPERATOR_RECORDS_RETRY_SECONDS = (30, 60)
        case, tries = open_case(transaction_ref=CODE), []
        with operator(lambda kind, asked: (503, {})) as server:
            connect(settings, server)
            for _ in range(3):
                [code] = look_up(case)
                tries.append((code.state, code.attempts, code.next_try_at is not None))
                assert look_up(case)[0].attempts == code.attempts  # not before its time
                TransactionCode.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
        assert tries == [(State.UNANSWERED, 1, True), (State.UNANSWERED, 2, True), (State.UNANSWERED, 3, False)]
        assert code.silent == "rest:127.0.0.1"
        assert not Snapshot.objects.exists()

    def test_one_silent_source_hides_nothing_of_another(self, manager, settings):
        take_over(manager)
        case = open_case(transaction_ref=CODE)
        with operator(lambda kind, asked: (503, {})) as server:
            connect(settings, server)
            [code] = look_up(case)
        assert code.state == State.UNANSWERED
        assert Snapshot.objects.get(kind="deposits").content[0]["amount"] == 2_000_000

    def test_a_slow_server_does_not_keep_the_task_for_ever(self, defaults, settings, monkeypatch):
        monkeypatch.setattr(looking_up, "_AT_A_TIME", -1)
        case = open_case(transaction_ref=CODE)
        with operator(deposits(ROW)) as server:
            connect(settings, server)
            assert look_up(case)[0].state == State.WAITING
            monkeypatch.undo()
            assert look_up(case)[0].state == State.ANSWERED

    def test_again_only_by_those_who_work_on_it(self, lan, settings, make_staff):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        with operator(deposits(ROW)) as server:
            connect(settings, server)
            look_up(case)
            with pytest.raises(NotPermitted):
                looking_up.look_up_again(case, actor=Actor.staff(make_staff("kiem", Role.AUDITOR)))
            looking_up.look_up_again(case, actor=lan)
            look_up(case)
        assert len(server.got) == 6
        assert Snapshot.objects.count() == 3  # nothing has changed

    def test_without_a_source_it_waits_for_a_file(self, manager):
        case = open_case(transaction_ref=CODE)
        assert look_up(case)[0].state == State.NO_SOURCE
        take_over(manager)
        assert look_up(case)[0].state == State.ANSWERED

    def test_the_sweep_finds_what_was_lost(self, defaults, settings, monkeypatch):
        sent = []
        monkeypatch.setattr(tasks, "enqueue_after_commit", lambda *task: sent.append(task))
        case = open_case(transaction_ref=CODE)
        later = open_case(transaction_ref="FT26325118820", email="b@khach.example")
        soon = timezone.now() + timedelta(minutes=1)
        TransactionCode.objects.filter(case=later).update(next_try_at=soon)
        tasks.sweep_records()
        assert sent == [("cases.tasks.look_up_codes", case.pk)]


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_for_after_commit_by_name(defaults, monkeypatch):
    sent = []
    monkeypatch.setattr("cskh.core.jobs._send", lambda task, ids, countdown: sent.append((task, ids)))
    case = open_case(transaction_ref=CODE)
    assert ("cases.tasks.look_up_codes", (case.pk,)) in sent


@pytest.mark.django_db(transaction=True)
def test_a_code_that_comes_while_a_file_comes_into_use_is_found(manager, monkeypatch):
    look_up_anew, cases = looking_up.file_changed, []

    def somebody_else():
        cases.append(open_case(transaction_ref=CODE))
        looking_up.look_up_codes(cases[0].pk)
        connection.close()

    def meanwhile(file):
        look_up_anew(file)
        other = threading.Thread(target=somebody_else)
        other.start()
        other.join()

    monkeypatch.setattr(looking_up, "file_changed", meanwhile)
    take_over(manager)
    [code] = TransactionCode.objects.filter(case=cases[0])
    assert (code.state, Snapshot.objects.filter(kind="deposits").count()) == (State.ANSWERED, 1)


@pytest.mark.django_db
def test_what_a_file_says_is_looked_up_anew_even_if_we_die_before_that(manager, monkeypatch):
    case = open_case(transaction_ref=CODE)
    look_up(case)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(looking_up, "file_changed", Mock(side_effect=KeyboardInterrupt))
        take_over(manager)
    [file] = RecordFile.objects.all()
    assert (file.state, TransactionCode.objects.get().state) == ("live", State.NO_SOURCE)
    assert importing.due(10) == ([file.pk], [])
    importing.read(file.pk)
    assert TransactionCode.objects.get().state == State.WAITING
    assert importing.due(10) == ([], [])


@pytest.mark.django_db
def test_what_a_withdrawn_file_said_is_looked_up_anew(manager):
    case = open_case(transaction_ref=CODE)
    file = take_over(manager)
    assert look_up(case)[0].state == State.ANSWERED
    importing.withdraw(file, actor=Actor.staff(manager))
    importing.clear(file.pk)
    assert TransactionCode.objects.get().state == State.WAITING


@pytest.mark.django_db
class TestElsewhere:
    def test_the_others_one_may_see_are_named_and_the_rest_counted(self, lan, make_staff):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        seen = open_case("deposit-not-credited", transaction_ref=CODE, email="binh@khach.example")
        open_case("technical-error", transaction_ref=CODE)
        open_case("staff-conduct", transaction_ref=CODE)
        open_case("deposit-not-credited", transaction_ref="FT26325118820")
        found = registry.elsewhere(lan, case, [CODE])[CODE]
        assert (found.seen, found.unseen, found.of_others) == ([seen], 2, True)
        overseer = Actor.staff(make_staff("kiem", Role.AUDITOR))
        assert registry.elsewhere(overseer, case, [CODE])[CODE].unseen == 0

    def test_one_query(self, lan, django_assert_num_queries):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        for number in range(4):
            open_case("deposit-not-credited", transaction_ref=CODE, email=f"k{number}@khach.example")
        lan.subject.desk  # noqa: B018 - known since the person came in
        with django_assert_num_queries(1):
            registry.elsewhere(lan, case, [CODE])
