"""The command palette and the keys: what they offer is what the person may see and open, at that moment."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Department
from cases.admin import queues, shortcuts
from cases.admin.actions import ACTIONS
from cases.models import SAFETY_KINDS, Case, SavedView
from cases.workflow import routing

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(desk):
    """ask(user, q=…): what the palette answers, as {title: url} by group."""

    def get(user, **query):
        answer = desk(user).client.get(reverse("admin:cases_case_palette"), query)
        assert "no-store" in answer["Cache-Control"]
        return [{item["title"]: item["url"] for item in group["items"]} for group in answer.json()["groups"]]

    return get


@pytest.mark.parametrize("form", ["{0}", "{1}", " {2} ", "{3}", "{4}"])
def test_a_case_is_found_by_its_code_in_any_form(ask, people, open_case, form):
    case = open_case("deposit-not-credited")
    code = case.code
    typed = form.format(code, code.lower(), code.replace("-", " "), code.replace("-", "").removeprefix("CS"), code[:7])
    (cases,) = ask(people["lan"], q=typed)
    assert cases == {f"{code} Nạp tiền chưa vào": reverse("admin:cases_case_change", args=[case.pk])}


def test_a_flagged_case_says_so(desk, people, open_case):
    case = open_case("deposit-not-credited")
    Case.objects.filter(pk=case.pk).update(safety_kinds=["crisis"])
    answer = desk(people["lan"]).client.get(reverse("admin:cases_case_palette"), {"q": case.code})
    assert answer.json()["groups"][0]["items"][0]["flag"] == str(dict(SAFETY_KINDS)["crisis"])


@pytest.mark.parametrize("typed", ["Nguyễn Văn", "an@khach", "chưa vào"])
def test_cases_are_found_by_customer_and_subject_as_far_as_one_may_see(ask, people, open_case, typed):
    case = open_case("deposit-not-credited", email="an@khach.example")
    title = f"{case.code} Nạp tiền chưa vào"
    assert title in ask(people["lan"], q=typed)[0]
    assert all(title not in group for group in ask(people["elsewhere"], q=typed))


def test_customers_are_found_where_one_may_know_them(ask, people, open_case):
    case = open_case("deposit-not-credited", email="an@khach.example", name="Trần Thị Bình")
    url = reverse("admin:customers_customer_change", args=[case.customer_id])
    assert ask(people["lan"], q="Trần Thị")[-1] == {"Trần Thị Bình": url}
    assert ask(people["elsewhere"], q="Trần Thị") == []


def test_no_answer_is_kept_from_before(ask, people, open_case):
    case = open_case("deposit-not-credited")
    assert ask(people["lan"], q=case.code)
    routing.transfer_case(
        case,
        actor=Actor.staff(people["manager"]),
        department=Department.objects.get(slug="technical"),
        summary="Lỗi ứng dụng",
    )
    assert ask(people["lan"], q=case.code) == []
    assert ask(people["lan"], recent=case.code)[0].keys() == ask(people["lan"])[0].keys()


def test_recent_cases_come_first_in_the_order_of_the_visit(ask, people, open_case):
    first, second = open_case("deposit-not-credited"), open_case("deposit-not-credited")
    hidden = open_case("technical-error")
    recent = ask(people["lan"], recent=f"{second.code},{hidden.code},nonsense,{first.code.lower()}")[0]
    assert list(recent.values()) == [reverse("admin:cases_case_change", args=[case.pk]) for case in (second, first)]


def test_the_same_number_of_queries_whatever_is_found(desk, people, open_case):
    address = reverse("admin:cases_case_palette")
    client = desk(people["lan"]).client
    made = [open_case("deposit-not-credited")]
    client.get(address)
    for _more in range(2):
        with CaptureQueriesContext(connection) as finding:
            client.get(address, {"q": "nạp tiền"})
        with CaptureQueriesContext(connection) as finding_customers:
            client.get(address, {"q": "Nguyễn"})
        with CaptureQueriesContext(connection) as opening:
            client.get(address, {"recent": ",".join(case.code for case in made)})
        assert (len(finding), len(finding_customers), len(opening)) == (6, 8, 5)
        made += [open_case("deposit-not-credited") for _number in range(3)]
        SavedView.objects.create(name="x", query="queue=all", owner=people["lan"])


@pytest.mark.parametrize("typed", ["n", "\x00", "%", "' or 1=1 --", "x" * 5000])
def test_odd_words_find_nothing_and_break_nothing(ask, people, open_case, typed):
    case = open_case("deposit-not-credited")
    assert all(case.code not in title for group in ask(people["lan"], q=typed) for title in group)


@pytest.mark.parametrize("who", ["lan", "intake", "manager", "auditor", "administrator"])
def test_every_place_offered_can_be_opened(desk, ask, people, open_case, who):
    open_case("deposit-not-credited")
    SavedView.objects.create(name="Của tôi", query="queue=all", owner=people[who])
    places = {title: url for group in ask(people[who]) for title, url in group.items()}
    assert "Của tôi" in places
    for url in places.values():
        assert desk(people[who]).client.get(url).status_code == 200, url


def test_nobody_is_offered_what_is_not_theirs(ask, people):
    addresses = [url for group in ask(people["lan"]) for url in group.values()]
    assert reverse("admin:accounts_apiclient_changelist") not in addresses
    assert "queue=manager" not in " ".join(addresses)
    everything = [url for group in ask(people["administrator"]) for url in group.values()]
    assert reverse("admin:accounts_apiclient_changelist") in everything
    assert not any("queue=department" in url for url in everything)  # an administrator of all belongs to none


def test_the_palette_is_for_staff(client):
    assert client.get(reverse("admin:cases_case_palette"), {"q": "CS"}).status_code == 302


def test_there_is_one_palette_and_the_themes_finds_nothing(desk, people):
    at = desk(people["lan"])
    page = at.list().content.decode()
    assert page.count('id="desk-palette"') == 1
    assert "searchCommand" not in page
    assert at.client.get(reverse("admin:search"), {"s": "a", "extended": "1"}).status_code == 404


def test_the_sidebar_offers_a_department_to_those_who_have_one(desk, people):
    def sidebar(who):
        return desk(people[who]).client.get(reverse("admin:index")).content.decode().partition("nav-sidebar")[2]

    link = f'href="{reverse("admin:cases_case_changelist")}?queue=department"'
    assert link in sidebar("lan")
    assert link not in sidebar("administrator")


def keys_on(response):
    text = response.content.decode()
    table = text.partition('<script id="desk-keys-table" type="application/json">')[2].partition("</script>")[0]
    return json.loads(table)


def test_the_keys_lead_where_the_person_may_go(desk, people, open_case):
    case = open_case("deposit-not-credited")
    for who in ("lan", "manager", "auditor"):
        at = desk(people[who])
        for page in (at.list(), at.page(case), at.client.get(reverse("admin:index"))):
            go = keys_on(page)["go"]
            assert len(go) == len(queues.names_for(Actor.staff(people[who]))) + 6 + (who != "auditor")
            for url in go.values():
                assert at.client.get(url).status_code == 200, url


def test_steps_have_keys_on_the_case_page_only(desk, people, open_case):
    case = open_case("deposit-not-credited")
    at = desk(people["lan"])
    assert keys_on(at.list())["steps"] == {}
    assert keys_on(at.page(case))["steps"]["t"] == ["take-it"]


def test_every_action_with_a_button_has_one_key():
    with_keys = [name for names in shortcuts._STEP_KEYS.values() for name in names]
    elsewhere = {"check-evidence", "retry-delivery", "change-contact", "add-code", "look-up-records"}  # at their thing
    elsewhere |= {"verify-fact", "confirm-fact", "set-aside", "pull-records", "make-check", "take-back-check"}
    elsewhere |= {"describe-complaint", "add-issue", "note-account", "find-issue", "decide-issue", "approve-deviation"}
    elsewhere |= {"say-recourse", "correct-response", "propose-remedy", "approve-remedy", "decline-remedy"}
    elsewhere |= {"cancel-remedy", "accept-remedy", "execute-remedy", "ask-again-remedy", "record-remedy"}
    elsewhere |= {"confirm-remedy", "link-problem", "unlink-problem"}
    assert sorted(with_keys) == sorted(
        name for name, action in ACTIONS.items() if not action.writing and name not in elsewhere
    )
    assert not set(shortcuts._STEP_KEYS) & set("rna.g?/jkx")  # the composer's and the desk's own


def test_no_two_places_share_a_key():
    keys = [
        shortcuts.CHAT_KEY,
        *shortcuts._QUEUE_KEYS.values(),
        *(key for key, _label, _place in shortcuts._PLACE_KEYS),
    ]
    assert len(keys) == len(set(keys))
    assert set(shortcuts._QUEUE_KEYS) == set(queues.LABELS)
