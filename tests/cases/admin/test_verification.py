"""The page where facts are verified: what it shows, one press a fact, and two people where it takes two."""

import re
from functools import partial

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.actors import Actor
from cases.events import label_of
from cases.evidence.models import ChecklistItem, EvidenceItem, FactEntry
from cases.evidence.queries import entries_of
from cases.records.models import Snapshot
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import checks, evidence, facts
from tests.cases.evidence.files import picture, upload

pytestmark = pytest.mark.django_db

CHECKS = ["code-unused", "amount-equal", "time-window", "account-ours"]


@pytest.fixture
def case(open_case):
    return open_case("deposit-not-credited", transaction_ref="FT26326004511", amount=2_000_000)


def look(at, case):
    return at.client.get(reverse("admin:cases_case_verify", args=[case.pk]))


def book(case, number=1):
    row = {"code": "FT26326004511", "amount": 1_200_000, "account": "0451000000003", "status": f"đối soát {number}"}
    return Snapshot.objects.create(
        case=case,
        kind="deposits",
        source=f"Sổ lệnh {number}",
        asked_for="FT26326004511",
        content=[row],
        sha256="b" * 64,
    )


def card(page, slug="transaction-code"):
    return next(one for one in page.context["cards"] if one.line.slug == slug)


def test_the_three_sides_and_the_facts_stand_on_one_page(desk, people, case):
    evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, text="Sao kê kèm đây")
    book(case)
    page = look(desk(people["lan"]), case)
    shown = page.content.decode()
    for words in ("Sao kê kèm đây", "Tôi chuyển 2.000.000đ lúc 9h", "đối soát 1", "FT26326004511", "b" * 12):
        assert words in shown
    assert "records_differs" in [one.name.rpartition("/")[2].removesuffix(".html") for one in page.templates]
    assert "0451000000003" not in shown  # of accounts the last four digits are shown
    assert page.context["cards"][0].line.claim
    assert "Chúng tôi đã xác nhận: Mã giao dịch." in shown or "We have confirmed" in shown


def test_a_picture_is_fetched_when_it_is_looked_at(desk, people, case, settings, tmp_path):
    """Fetching one is noted as looking at it: those that are hidden wait until they are shown."""
    settings.MEDIA_ROOT = tmp_path
    customer = Actor.customer(case.customer)
    for color in ("red", "blue", "green"):
        sent = upload(picture(color=color), f"{color}.jpg")
        came = evidence.submit_evidence(case, actor=customer, channel=Channel.WEB, upload=sent)
        examine_file(came.file_id)
    page = look(desk(people["lan"]), case).content.decode()
    figures = page.split("<figure")[1:]
    listed = re.findall(r'data-show="([^"]+)"( aria-current="true")?>([^<]+)<', page)
    assert [(bool(current), name) for _picture, current, name in listed] == [
        (True, "green.jpg"),
        (False, "blue.jpg"),
        (False, "red.jpg"),
    ]
    assert [re.search(r"<b>(\d/3)</b>", one)[1] for one in figures] == ["1/3", "2/3", "3/3"]
    assert [("hidden" in one.partition(">")[0], 'loading="lazy"' in one) for one in figures] == [
        (False, False),
        (True, True),
        (True, True),
    ]


def test_one_press_verifies_and_one_goes_on_there(desk, people, case):
    at, snapshot = desk(people["lan"]), book(case)
    done = at.take(case, "verify-fact", fact="transaction-code", result="corroborated", snapshot=snapshot.pk)
    assert done.status_code == 302
    assert done.url == reverse("admin:cases_case_verify", args=[case.pk]) + "#fact-transaction-code"
    entry = FactEntry.objects.get(kind="corroborated")
    assert (entry.snapshot, entry.snapshot_sha256) == (snapshot, "b" * 64)
    assert card(look(at, case)).look.tone == "good"
    beside_its_name = at.page(case).content.decode().partition(f"<b>{card(look(at, case)).line.name}</b>")[2]
    assert 'desk-pill is-good"' in beside_its_name.partition("</header>")[0]


def test_the_history_names_the_evidence_and_the_fact_with_its_result(desk, people, case):
    at = desk(people["lan"])
    item = evidence.submit_evidence(
        case, actor=Actor.customer(case.customer), channel=Channel.WEB, text="Chuyển lúc 9h"
    )
    evidence.verify_evidence(item, actor=Actor.staff(people["lan"]), result="rejected", reason="Gửi lại biên lai")
    at.take(case, "verify-fact", fact="transaction-code", result="contradicted", statement="Sao kê")
    fact = card(look(at, case)).line.name
    told = {one.what: one.details for one in at.page(case).context["history"].rows}
    assert told[label_of("evidence_submitted")].startswith("Chuyển lúc 9h, ")
    assert told[label_of("evidence_rejected")].startswith("Chuyển lúc 9h, ")
    assert told[label_of("fact_verified")].startswith(f"{fact}, {FactEntry.Kind.CONTRADICTED.label}, ")


@pytest.mark.parametrize(("amount", "is_chosen"), [(2_000_000, True), (1_000_000, False)])
def test_only_what_says_the_same_is_chosen_already(desk, people, case, amount, is_chosen):
    row = {"code": "FT26326004511", "amount": amount}
    kept = {"case": case, "asked_for": "FT26326004511", "source": "Sổ lệnh"}
    Snapshot.objects.create(**kept, kind="deposits", content=[row], sha256="a" * 64)
    Snapshot.objects.create(**kept, kind="bets", content=[], sha256="c" * 64)
    sources = look(desk(people["lan"]), case).context["sources"]
    assert [(one.snapshot.kind, one.is_chosen) for one in sources] == [("deposits", is_chosen), ("bets", False)]


def test_only_what_came_for_the_fact_and_may_be_seen_is_chosen_already(desk, people, case, settings):
    customer = Actor.customer(case.customer)
    add = partial(evidence.submit_evidence, case, actor=customer, channel=Channel.WEB, is_unasked=True)
    other, own = add(upload=upload(picture())), add(upload=upload(picture(color=(1, 2, 3))))
    fact = entries_of(case).get(slug="transaction-code")
    EvidenceItem.objects.filter(pk=own.pk).update(checklist_item=fact)
    at = desk(people["lan"])
    assert card(look(at, case)).sources == {own.pk}
    settings.CLAMD = "tcp://127.0.0.1:1"  # nobody has scanned them
    assert card(look(at, case)).sources == set()
    refused = at.take(case, "verify-fact", fact="transaction-code", result="corroborated", evidence=[other.pk])
    assert refused.status_code == 409
    assert not EvidenceItem.objects.filter(state="accepted").exists()
    settings.CLAMD = ""
    at.take(case, "verify-fact", fact="transaction-code", result="corroborated", evidence=[own.pk])
    assert [item.pk for item in EvidenceItem.objects.filter(state="accepted")] == [own.pk]


def test_the_customer_reads_their_own_language_whatever_the_desk_speaks(desk, people, case):
    people["lan"].language = "en"
    people["lan"].save()
    sentences = [press.sentence for press in card(look(desk(people["lan"]), case)).presses]
    assert sentences[0] == "Chúng tôi đã xác nhận: Mã giao dịch."


def test_what_was_put_down_wrong_is_put_right(desk, people, case):
    at = desk(people["lan"])
    at.take(case, "verify-fact", fact="sending-bank", value="abc", result="unable", statement="Sao kê")
    assert 'name="value" maxlength="500" value="abc"' in look(at, case).content.decode()
    at.take(case, "verify-fact", fact="sending-bank", value="Ngân hàng Sen", result="corroborated", statement="Sao kê")
    line = card(look(at, case), "sending-bank").line
    assert (line.claim.value, line.fact_state) == ("Ngân hàng Sen", "corroborated")


def test_what_was_confirmed_with_a_file_that_is_rejected_says_so_until_it_is_verified_anew(desk, people, case):
    lan, at = Actor.staff(people["lan"]), desk(people["lan"])
    item = evidence.submit_evidence(
        case, actor=Actor.customer(case.customer), channel=Channel.WEB, upload=upload(picture(), "gia.jpg")
    )
    verify = partial(facts.verify_fact, case, actor=lan, fact="transaction-code", result="corroborated")
    verify(sources=facts.Sources(evidence=[item], statement="Sao kê"))
    with translation.override("vi"):
        told = gettext("Confirmed with evidence that was rejected since: %(evidence)s. Verify this again.")
    told = told % {"evidence": "gia.jpg"}
    assert told not in look(at, case).content.decode()
    rejected = at.take(case, "check-evidence", item=item.pk, result="rejected", reason="Ảnh mờ, hãy chụp lại")
    assert rejected.status_code == 302
    [message] = get_messages(rejected.wsgi_request)
    assert "Mã giao dịch" in str(message)
    assert told in look(at, case).content.decode()
    assert told in at.page(case).content.decode()
    verify(sources=facts.Sources(statement="Sao kê"))
    assert told not in look(at, case).content.decode()


def test_the_second_person_is_another_one(desk, people, case):
    at = desk(people["lan"])
    at.take(case, "verify-fact", fact="transaction-code", result="contradicted", statement="Sao kê")
    finding = FactEntry.objects.get(kind="contradicted")
    assert card(look(at, case)).is_own
    assert "confirm-fact" not in look(at, case).content.decode()
    assert at.take(case, "confirm-fact", finding=finding.pk).status_code == 403
    other = desk(people["minh"])
    assert "confirm-fact" in look(other, case).content.decode()
    assert other.take(case, "confirm-fact", finding=finding.pk).status_code == 302
    assert card(look(other, case)).line.fact_state == "contradicted"


def test_what_two_have_found_is_overturned_in_words_of_ones_own(desk, people, case):
    first = {"fact": "transaction-code", "result": "contradicted", "statement": "Sao kê"}
    desk(people["lan"]).take(case, "verify-fact", **first)
    at = desk(people["minh"])
    at.take(case, "confirm-fact", finding=FactEntry.objects.get(kind="contradicted").pk)
    presses = {press.result: press.sentence for press in card(look(at, case)).presses}
    assert presses["corroborated"] == presses["unable"] == str(facts.NEEDS_OWN_WORDS)
    assert presses["contradicted"] != presses["corroborated"]
    anew = partial(at.take, case, "verify-fact", fact="transaction-code", result="corroborated", statement="Sao kê")
    assert list(anew().context["form"].errors) == ["sentence"]
    assert anew(sentence="Sao kê hôm sau có khoản tiền này.").status_code == 302


def test_what_is_refused_is_said_at_its_fact_with_everything_that_was_typed(desk, people, case):
    at, snapshot = desk(people["lan"]), book(case)
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, text="Sao kê đây")
    typed = {
        "value": "FT26326004512",
        "evidence": [item.pk],
        "snapshot": snapshot.pk,
        "statement": "Gọi ngân hàng",
        "sentence": "Biên lai giả mạo",
    }
    refused = at.take(case, "verify-fact", fact="transaction-code", result="corroborated", **typed)
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["sentence"])
    assert refused.templates[0].name == "admin/cases/case/verification.html"
    told = card(refused)
    assert (told.sources, told.snapshot, told.refused.wrong) == ({item.pk}, snapshot.pk, ["sentence"])
    shown = refused.content.decode()
    assert "Sao kê đây" in shown.partition('id="fact-transaction-code"')[0]  # what came in stands beside it as before
    of_it = shown.partition('id="fact-transaction-code"')[2].partition("</li>")[0]
    for words in (*told.refused.says, "FT26326004512", "Gọi ngân hàng", "Biên lai giả mạo"):
        assert words in of_it
    assert shown.count('role="alert" tabindex="-1" autofocus') == 1
    assert not FactEntry.objects.exists()
    anew = {**typed, "sentence": ""}
    assert at.take(case, "verify-fact", fact="transaction-code", result="corroborated", **anew).status_code == 302


def test_an_error_names_its_field(desk, people, case):
    at = desk(people["lan"])
    refused = at.take(case, "verify-fact", fact="transaction-code", result="unable", statement="x" * 301)
    [said] = card(refused).refused.says
    label = str(refused.context["form"].fields["statement"].label)
    assert said.startswith(f"{label}: ")


def test_who_comes_too_late_reads_it_at_the_fact(desk, people, case):
    at = desk(people["lan"])
    version = case.last_event_number
    facts.note_claim(case, actor=Actor.staff(people["minh"]), fact="sending-bank", value="Ngân hàng Sen")
    late = {"version": version, "fact": "transaction-code", "result": "unable", "sentence": "Chưa thấy khoản này."}
    refused = at.client.post(reverse("admin:cases_case_step", args=[case.pk, "verify-fact"]), late)
    assert (refused.status_code, card(refused).typed["sentence"]) == (409, "Chưa thấy khoản này.")
    assert str(people["minh"]) in card(refused).refused.says[0]
    assert f'name="version" value="{case.last_event_number}"' in refused.content.decode()


def test_what_is_about_no_fact_is_said_above_them(desk, people, case):
    at = desk(people["lan"])
    refused = at.take(case, "set-aside", thing="receipt")
    assert (refused.status_code, refused.context["is_refused_elsewhere"]) == (400, True)
    assert 'role="alert"' in refused.content.decode()
    assert at.take(case, "set-aside", thing="receipt", reason="Thấy trên sao kê").status_code == 302
    refused = at.take(case, "set-aside", thing="amount")
    assert (refused.context["is_refused_elsewhere"], card(refused, "amount").is_refused_aside) == (False, True)


def test_setting_aside_is_offered_to_whom_it_is_allowed(desk, people, case):
    def offered(name, slug="transaction-code"):
        return card(look(desk(people[name]), case), slug).may_set_aside

    assert not offered("lan"), "nothing is decided without it"
    assert offered("lan", "sending-bank")
    desk(people["lan"]).take(case, "verify-fact", fact="transaction-code", result="contradicted", statement="Sao kê")
    for name, is_offered in (("lan", False), ("minh", False), ("manager", True), ("administrator", True)):
        assert offered(name) is is_offered, name
        assert offered(name, "sending-bank")
        shown = look(desk(people[name]), case).content.decode()
        of_it = shown.partition('id="fact-transaction-code"')[2].partition('id="fact-')[0]
        assert ("/set-aside/" in of_it) is is_offered
        taken = desk(people[name]).take(case, "set-aside", thing="transaction-code", reason="Không cần nữa")
        assert taken.status_code == (302 if is_offered else 403), name
        if is_offered:
            break


def test_it_is_not_offered_to_whoever_found_it_nor_costs_more_the_more_is_disputed(desk, people, case):
    at = desk(people["manager"])
    dispute = partial(at.take, case, "verify-fact", result="contradicted", statement="Sao kê")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert look(at, case).status_code == 200
        return len(queries)

    dispute(fact="transaction-code")
    assert not card(look(at, case)).may_set_aside
    few = cost()
    dispute(fact="amount")
    dispute(fact="sending-bank", value="Ngân hàng Sen")
    assert cost() == few


def test_checks_are_made_and_taken_back_there_and_shown_on_the_case(desk, people, case):
    ChecklistItem.objects.filter(slug="time-window").update(is_mandatory=True)
    at = desk(people["lan"])
    first = look(at, case).context["checks"][0]
    assert (first.check.entry.slug, first.check.is_missing) == ("time-window", True)
    name = first.check.entry.name
    assert name in look(at, case).context["missing"]
    assert name in at.page(case).context["evidence_panel"].missing
    made = at.take(case, "make-check", check="time-window", note="Theo sổ lệnh lúc 9h05")
    assert made.url == reverse("admin:cases_case_verify", args=[case.pk]) + "#check-time-window"
    for page in (look(at, case), at.page(case)):
        of_it = page.content.decode().partition(f"<b>{name}</b>")[2].partition("</li>")[0]
        assert "Theo sổ lệnh lúc 9h05" in of_it
        assert str(people["lan"]) in of_it
    told = {one.what: one for one in at.page(case).context["history"].rows}[label_of("check_made")]
    assert (told.details, told.words) == (name, "Theo sổ lệnh lúc 9h05")
    again = at.take(case, "make-check", check="time-window", note="Lần nữa")
    assert again.status_code == 409
    [refused] = [one for one in again.context["checks"] if one.refused]
    assert refused.refused.typed["note"] == "Lần nữa"
    assert at.take(case, "take-back-check", check="time-window", note="Sai ngày").status_code == 302
    assert look(at, case).context["checks"][0].check.is_missing
    assert "Sai ngày" in look(at, case).content.decode()


def test_who_only_reads_makes_no_checks(desk, people, case):
    shown = look(desk(people["auditor"]), case).content.decode()
    assert 'id="check-time-window"' in shown
    assert "make-check" not in shown


def test_it_is_complete_only_once_everything_is_checked(desk, people, case):
    at = desk(people["lan"])
    for thing in ("receipt", "statement-line"):
        at.take(case, "set-aside", thing=thing, reason="Có trong sổ")

    def pill(page):
        return re.search(r"<span [^>]*data-completeness>.*", page.content.decode())[0]

    facts_said = {line.line.slug for line in look(at, case).context["cards"] if line.line.is_to_verify}
    assert look(at, case).context["missing"] == []
    assert look(at, case).context["left_to_check"] == len(facts_said) > 0
    for page in (look(at, case), at.page(case)):
        assert f" {len(facts_said)} " in pill(page)
        assert "is-good" not in pill(page)
    for slug in facts_said:
        at.take(case, "verify-fact", fact=slug, result="corroborated", statement="Sổ lệnh")
    for page in (look(at, case), at.page(case)):
        assert "is-good" in pill(page)


def test_what_needs_nothing_is_not_called_complete(desk, people, open_case):
    case, at = open_case("technical-error"), desk(people["lan"])
    ChecklistItem.objects.filter(checklist__category=case.category).delete()
    for page in (look(at, case), at.page(case)):
        assert "data-completeness" not in page.content.decode()


def test_whoever_answers_reads_how_many_checks_are_not_made(desk, people, case):
    at = desk(people["lan"])
    to_make = [one.check.entry.slug for one in look(at, case).context["checks"]]
    for one in look(at, case).context["cards"]:  # else no answer is possible at all
        said = {} if one.line.claim else {"value": "9 giờ"}
        at.take(case, "verify-fact", fact=one.line.slug, result="corroborated", statement="Sổ lệnh", **said)
    told = f'#verify-checks">{gettext("Checks not made: %(number)s of %(all)s")}' % {"number": 6, "all": len(to_make)}
    assert told in at.page(case).content.decode()
    assert told in at.form(case, "answer").content.decode()
    assert told not in at.form(case, "note").content.decode()
    for check in to_make:
        checks.make_check(case, actor=Actor.staff(people["lan"]), check=check)
    assert "#verify-checks" not in at.page(case).content.decode()


def test_a_finding_names_what_it_rests_on(desk, people, case):
    at, snapshot = desk(people["lan"]), book(case)
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, text="Sao kê đây")
    found = {"fact": "transaction-code", "result": "corroborated", "evidence": [item.pk], "snapshot": snapshot.pk}
    at.take(case, "verify-fact", **found)
    sources = card(look(at, case)).history[-1].sources
    assert sources.startswith(f"Sao kê đây, {snapshot} · Sổ lệnh 1 · ")


def test_of_records_that_look_alike_each_is_told_apart_and_the_empty_ones_stand_last(desk, people, case):
    first, second = book(case, 1), book(case, 2)
    empty = Snapshot.objects.create(
        case=case, kind="bets", source="Sổ lệnh 1", asked_for="FT26326004511", content=[], sha256="c" * 64
    )
    page = look(desk(people["lan"]), case)
    options = page.content.decode().partition('<select name="snapshot">')[2].partition("</select>")[0]
    assert len({source.name for source in page.context["sources"]}) == 3
    before, _, nothing = options.partition("<optgroup")
    assert f'value="{empty.pk}"' in nothing
    assert all(f'value="{one.pk}"' in before for one in (first, second))


def test_an_open_page_fetches_its_parts(desk, people, case):
    at = desk(people["lan"])
    address = reverse("admin:cases_case_verify", args=[case.pk])
    parts = re.findall(r'data-live="([\w-]+)"', look(at, case).content.decode())
    assert {"glance", "came", "said", "records", "check-time-window", "fact-transaction-code"} <= set(parts)
    since = case.last_event_number
    facts.note_claim(case, actor=Actor.staff(people["minh"]), fact="sending-bank", value="Ngân hàng Sen")
    fragment = at.client.get(address, {"fragment": "live", "since": since})
    text = fragment.content.decode()
    assert re.findall(r'data-live="([\w-]+)"', text) != []
    assert sorted(re.findall(r'data-live="([\w-]+)"', text)) == sorted(parts)
    assert "<html" not in text
    assert f'data-seen="{case.last_event_number}"' in text
    assert str(people["minh"]) in fragment.context["news"]


def test_who_may_not_work_on_it_reads_it_or_finds_nothing(desk, people, case):
    page = look(desk(people["auditor"]), case)
    assert (page.status_code, page.context["may_verify"]) == (200, False)
    assert 'name="result"' not in page.content.decode()
    at = desk(people["elsewhere"])
    assert look(at, case).status_code == 404
    assert at.take(case, "verify-fact", fact="transaction-code", result="unable").status_code == 404


def test_it_costs_the_same_however_much_there_is(desk, people, case):
    at = desk(people["lan"])

    def add(number):
        book(case, number)
        evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.WEB, text=f"Dòng {number}")
        facts.note_claim(case, actor=Actor.staff(people["lan"]), fact="sending-bank", value=f"Ngân hàng {number}")
        checks.make_check(case, actor=Actor.staff(people["lan"]), check=CHECKS[number])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert look(at, case).status_code == 200
        return len(queries)

    add(1)
    look(at, case)
    few = cost()
    add(2)
    add(3)
    assert cost() == few


def test_the_case_page_leads_there_and_says_what_is_missing(desk, people, case):
    page = desk(people["lan"]).page(case)
    shown = page.content.decode()
    assert reverse("admin:cases_case_verify", args=[case.pk]) in shown
    assert "Biên lai chuyển khoản / Dòng sao kê có khoản tiền" in shown
    assert page.context["evidence_panel"].missing == ["Biên lai chuyển khoản / Dòng sao kê có khoản tiền"]
