"""The card on the case page, and the pages of files: who sees what, what it says, what it costs."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role
from cases.models import Case
from cases.records import importing, looking_up
from cases.records.models import RecordFile, TransactionCode
from cases.states import ClosedAs
from tests.cases.building import open_case
from tests.cases.evidence.files import archive, pdf, picture
from tests.cases.records.building import ROW, STATEMENT, connect, deposits, hand_in, operator, take_over
from tests.cases.records.test_importing import TABLE

pytestmark = pytest.mark.django_db
CODE = ROW["code"]


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@pytest.fixture
def page(client):
    """page(user, case): the case page as that person reads it, in English."""

    def read(user, case):
        user.language = "en"
        user.save()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(reverse("admin:cases_case_change", args=[case.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def card(text):
    """The card out of a page, "" where there is none."""
    return text.partition('id="records"')[2].partition("</section>")[0]


def take(client, case, name, **said):
    case.refresh_from_db()
    address = reverse("admin:cases_case_step", args=[case.pk, name])
    return client.post(address, {"version": case.last_event_number, **said})


class TestCard:
    def test_claim_and_record_stand_side_by_side_with_what_differs(self, page, lan, settings):
        case = open_case(
            "deposit-not-credited",
            transaction_ref=CODE,
            amount=1_500_000,
            incident_at=datetime.fromisoformat("2026-11-22T09:20:00+07:00"),
        )
        type(case.customer).objects.update(external_id="BX999")
        with operator(deposits(ROW)) as server:
            connect(settings, server)
            looking_up.look_up_codes(case.pk)
            shown = card(page(lan, case))
        assert all(text in shown for text in (CODE, "2,000,000", "1,500,000", "BX100231", "BX999", "127.0.0.1"))
        assert shown.count("is-warn") == 2  # the amount and the customer, not a quarter of an hour
        assert "••••3456" in shown
        assert ROW["account"] not in shown

    def test_nothing_found_says_where(self, page, lan, manager):
        take_over(manager)
        case = open_case("deposit-not-credited", transaction_ref="FT00000000000")
        assert "Being looked up" in card(page(lan, case))
        looking_up.look_up_codes(case.pk)
        assert "No record with this code in: imported files" in card(page(lan, case))

    def test_of_too_much_the_first_rows_are_shown_and_that_there_are_more(self, page, lan, settings):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        for told, words in (
            ({"total": 1_534}, "Deposits, 127.0.0.1: only 200 of 1,534 rows are here."),
            ({}, "Deposits, 127.0.0.1: only 200 rows are here, and there are more."),
        ):
            with operator(lambda kind, asked, told=told: (200, {"rows": [ROW] * 201, **told})) as server:
                connect(settings, server)
                TransactionCode.objects.update(next_try_at=timezone.now())
                looking_up.look_up_codes(case.pk)
                shown = card(page(lan, case))
            assert words in shown
            assert TransactionCode.objects.get().state == "answered"

    def test_silence_is_said(self, page, lan, settings):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        with operator(lambda kind, asked: (500, {})) as server:
            connect(settings, server)
            looking_up.look_up_codes(case.pk)
            shown = card(page(lan, case))
        assert "does not answer (127.0.0.1)" in shown
        assert "asked again at" in shown

    def test_without_a_source_only_administrators_hear_of_it(self, page, lan, make_staff):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        looking_up.look_up_codes(case.pk)
        assert card(page(lan, case)) == ""
        assert "OPERATOR_RECORDS_URL" in card(page(make_staff("tri", Role.ADMINISTRATOR), case))

    def test_the_same_code_elsewhere_is_a_hint_even_without_a_source(self, page, lan):
        case = open_case("deposit-not-credited", transaction_ref=CODE)
        seen = open_case("deposit-not-credited", transaction_ref=CODE, email="binh@khach.example")
        hidden = open_case("staff-conduct", transaction_ref=CODE)
        shown = card(page(lan, case))
        assert seen.code in shown
        assert "another customer" in shown
        assert hidden.code not in shown
        assert "1 case you may not see" in shown

    def test_looked_up_again_and_added_by_hand(self, page, lan, manager, client, make_staff):
        take_over(manager)
        case = open_case("deposit-not-credited")
        page(lan, case)
        assert take(client, case, "add-code", code="ft-26326 004511").status_code == 302
        looking_up.look_up_codes(case.pk)
        assert take(client, case, "look-up-records").status_code == 302
        assert TransactionCode.objects.get().state == "waiting"
        assert take(client, case, "add-code", code="không rõ").status_code == 400
        auditor = make_staff("kiem", Role.AUDITOR)
        assert "<form" not in card(page(auditor, case))
        assert take(client, case, "look-up-records").status_code == 403
        assert TransactionCode.objects.count() == 1

    def test_costs_the_same_however_much_there_is(self, page, lan, manager):
        case = open_case("deposit-not-credited", transaction_ref=CODE)

        def cost():
            with CaptureQueriesContext(connection) as queries:
                page(lan, case)
            return len(queries)

        take_over(manager)
        looking_up.look_up_codes(case.pk)
        cost()
        one = cost()
        for number in range(5):
            Case.objects.filter(pk=case.pk).update(subject=f"x{number}")
            open_case("deposit-not-credited", transaction_ref=CODE, email=f"k{number}@khach.example")
            TransactionCode.objects.create(case=case, code=f"FT2632600477{number}")
        looking_up.look_up_codes(case.pk)
        assert cost() == one


class TestFiles:
    @pytest.fixture
    def at(self, client):
        def enter(user):
            user.language = "en"
            user.save()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        return enter

    def upload(self, client, text=STATEMENT, content="statement", name="sao-ke.csv"):
        file = SimpleUploadedFile(name, text.encode(), "text/csv")
        return client.post(reverse("admin:records_recordfile_add"), {"content": content, "file": file})

    def test_from_the_desk_to_the_case(self, at, manager):
        client = at(manager)
        sent = self.upload(client)
        file = RecordFile.objects.get()
        assert sent.url == reverse("admin:records_recordfile_change", args=[file.public_id])
        columns = client.get(sent.url).content.decode()
        assert "Số tham chiếu" in columns
        assert (
            client.post(sent.url, {"at": "1", "code": "2", "debit": "3", "credit": "4", "content": "5"}).status_code
            == 302
        )
        watched = client.get(sent.url)
        assert watched.headers["Refresh"] == "2"
        importing.read(file.pk)
        done = client.get(sent.url)
        assert "Refresh" not in done.headers
        assert "in use" in done.content.decode()
        assert "Withdraw the file" in done.content.decode()
        assert client.post(sent.url, {"withdraw": "1"}).status_code == 302
        file.refresh_from_db()
        assert (file.state, file.withdrawn_by) == ("withdrawn", manager)
        assert "sao-ke.csv" in client.get(reverse("admin:records_recordfile_changelist")).content.decode()

    def test_a_withdrawn_file_is_not_called_a_withdrawn_case(self):
        with translation.override("vi"):
            assert RecordFile.State.WITHDRAWN.label != ClosedAs.WITHDRAWN.label

    def test_withdrawing_asks_first(self, at, manager):
        take_over(manager)
        text = at(manager).get(self.address()).content.decode()
        question = text.partition('<details class="desk-confirm">')[2].partition("</details>")[0]
        assert "rows are not found any more" in question
        assert text.count('name="withdraw"') == question.count('name="withdraw"') == 1

    def test_what_is_lacking_is_said_and_what_was_chosen_stays(self, at, manager):
        client = at(manager)
        page = client.post(self.upload(client).url, {"at": "1", "code": "2"})
        assert page.status_code == 400
        assert "amount in (credit)" in page.content.decode()
        assert RecordFile.objects.get().state == "uploaded"
        assert client.post(self.address(), {"at": "99"}).status_code == 400

    def address(self):
        return reverse("admin:records_recordfile_change", args=[RecordFile.objects.get().public_id])

    def test_errors_by_line_in_words(self, at, manager):
        file = take_over(manager, TABLE + "GDX;BX1;1,5;22/11/2026\nGDY;BX1;1;hôm qua\n", content="deposits")
        text = at(manager).get(self.address()).content.decode()
        assert file.state == "refused"
        assert "Line 12002" in text
        assert "not an amount in whole VND: “1,5”" in text
        assert "not a date or time: “hôm qua”" in text

    def test_the_same_file_again_is_recognised(self, at, manager):
        take_over(manager)
        page = self.upload(at(manager), name="again.csv")
        assert page.status_code == 409
        assert "sao-ke.csv" in page.content.decode()

    def test_what_is_no_file_of_records(self, at, manager):
        client = at(manager)
        assert self.upload(client, "nichts").status_code == 400
        assert "No line with names of columns" in self.upload(client, "nichts").content.decode()
        assert client.post(reverse("admin:records_recordfile_add"), {}).status_code == 200

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (picture(kind="PNG"), "This is a picture, not a table"),
            (picture(), "This is a picture, not a table"),
            (pdf(), "This is not a text file but a document or program"),
            (archive("xl/workbook.xml"), "This is not a text file but a document or program"),
            ("Mã;Số tiền".encode("cp1258", "replace") + b"\x8a\xd2", "These characters are neither"),
        ],
    )
    def test_what_is_no_table_is_named(self, at, manager, data, said):
        file = SimpleUploadedFile("sao-ke.csv", data, "text/csv")
        page = at(manager).post(reverse("admin:records_recordfile_add"), {"content": "statement", "file": file})
        assert page.status_code == 400
        assert said in page.content.decode()
        assert 'id="hand-in"' in page.content.decode()

    def test_markup_and_formulas_in_a_file_are_text(self, at, manager):
        sign = "<img src=x onerror=alert(1)>"
        client = at(manager)
        sent = self.upload(client, f"Mã giao dịch;Số tiền;{sign}\n=1+1;{sign};x\n", "deposits", f"{sign}.csv")
        assert sign not in client.get(sent.url).content.decode()
        client.post(sent.url, {"code": "0", "amount": "1"})
        importing.read(RecordFile.objects.get().public_id)
        assert sign not in client.get(sent.url).content.decode()

    @pytest.mark.parametrize(
        ("role", "reads", "hands_in"),
        [
            (Role.INTAKE, False, False),
            (Role.SPECIALIST, False, False),
            (Role.AUDITOR, True, False),
            (Role.MANAGER, True, True),
            (Role.ADMINISTRATOR, True, True),
        ],
    )
    def test_who_may(self, at, manager, make_staff, role, reads, hands_in):
        file = take_over(manager)
        client = at(make_staff("x", role))
        listed = client.get(reverse("admin:records_recordfile_changelist")).status_code
        assert (listed, client.get(self.address()).status_code) == ((200, 200) if reads else (403, 404))
        assert client.get(reverse("admin:records_recordfile_add")).status_code == (200 if hands_in else 404)
        self.upload(client, STATEMENT + "\n")
        assert RecordFile.objects.count() == (2 if hands_in else 1)
        client.post(reverse("admin:records_recordfile_change", args=[file.public_id]), {"withdraw": "1"})
        file.refresh_from_db()
        assert file.state == ("withdrawn" if hands_in else "live")

    def test_the_list_costs_the_same_however_long_it_is(self, at, manager):
        client = at(manager)
        for number in range(4):
            hand_in(manager, STATEMENT + "\n" * number)
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("admin:records_recordfile_changelist"))
        for number in range(4, 9):
            hand_in(manager, STATEMENT + "\n" * number)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("admin:records_recordfile_changelist"))
        assert len(many) == len(few)
