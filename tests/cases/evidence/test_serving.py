"""Who gets which file, and in what wrapping; checked at the moment of asking, on the desk and below it."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import ApiClient, Membership, Role, Scope
from cases.evidence.models import EvidenceItem
from cases.evidence.pipeline import examine
from cases.evidence.queries import entries_of
from cases.states import Channel, Status
from cases.workflow import evidence
from cskh.core.vault import Altered, KeyMissing
from tests.cases.building import case_at, customer_of, open_case, snapshot

from .files import pdf, photo_with_place, picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(make_staff):
    return {
        "intake": make_staff("hoa", Role.INTAKE, "intake"),
        "own department": make_staff("lan", Role.SPECIALIST, "payments"),
        "other department": make_staff("tuan", Role.SPECIALIST, "technical"),
        "manager": make_staff("quan", Role.MANAGER),
        "auditor": make_staff("kiem", Role.AUDITOR),
        "administrator": make_staff("tri", Role.ADMINISTRATOR),
    }


def sent(case, data=None, filename="Ảnh hoá đơn.jpg"):
    item = evidence.submit_evidence(
        case,
        actor=customer_of(case),
        channel=Channel.WEB,
        upload=upload(data or photo_with_place(), filename),
    )
    if item.file.preview_state == "waiting":
        examine.examine(item.file)
    return item


def addresses(item):
    return [reverse("evidence:original", args=[item.public_id]), reverse("evidence:preview", args=[item.public_id])]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("intake", 200),
        ("own department", 200),
        ("other department", 404),
        ("manager", 200),
        ("auditor", 200),
        ("administrator", 200),
    ],
)
def test_seen_by_those_who_see_the_case(client, people, who, status):
    item = sent(open_case("deposit-not-credited"))
    client.force_login(people[who])
    for address in addresses(item):
        assert client.get(address).status_code == status
        assert client.head(address).status_code == status
        assert client.post(address).status_code == 405


def test_what_is_restricted_is_not_found_by_intake(client, people):
    case = open_case("deposit-not-credited")
    case.category.is_restricted = True
    case.category.save()
    item = sent(case)
    client.force_login(people["intake"])
    assert [client.get(address).status_code for address in addresses(item)] == [404, 404]


def test_a_stolen_address_opens_nothing(client, people):
    item = sent(open_case("deposit-not-credited"))
    for address in addresses(item):
        assert client.get(address).status_code == 302  # to the login, whether there is such an item or not
        assert client.get(address.replace(str(item.pk), "999999")).status_code == 302
    client.force_login(people["own department"])
    assert client.get(addresses(item)[0]).status_code == 200
    Membership.objects.filter(user=people["own department"]).delete()
    assert [client.get(address).status_code for address in addresses(item)] == [404, 404]


def test_who_is_no_staff_gets_nothing(client, people):
    item = sent(open_case("deposit-not-credited"))
    people["manager"].is_staff = False
    people["manager"].save()
    client.force_login(people["manager"])
    assert [client.get(address).status_code for address in addresses(item)] == [302, 302]


def test_the_original_is_saved_never_shown(client, people):
    data = photo_with_place()
    item = sent(open_case("deposit-not-credited"), data)
    client.force_login(people["manager"])
    response = client.get(addresses(item)[0])
    assert response.content == data
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E1%BA%A2nh")
    hardened(response)


def test_the_preview_is_a_picture_and_nothing_else(client, people):
    item = sent(open_case("deposit-not-credited"))
    client.force_login(people["manager"])
    response = client.get(addresses(item)[1])
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == "inline"
    assert b"SecretPhone" not in response.content
    hardened(response)


def hardened(response):
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_name_cannot_break_the_header(client, people):
    item = sent(open_case("deposit-not-credited"), filename='a"; filename="x.exe\r\nSet-Cookie: y=1')
    client.force_login(people["manager"])
    response = client.get(addresses(item)[0])
    assert "Set-Cookie" not in response
    assert response["Content-Disposition"].count("\n") == 0
    assert response["Content-Disposition"].rstrip('"').endswith(".jpg")


def test_a_document_is_shown_page_by_page(client, people):
    case = open_case("deposit-not-credited")
    item = sent(case, pdf(pages=2), "sao kê.pdf")
    client.force_login(people["manager"])
    further = [reverse("evidence:page", args=[item.public_id, number]) for number in (1, 2, 3, 0)]
    assert [client.get(address).status_code for address in further] == [200, 200, 404, 404]
    assert client.get(further[1])["Content-Type"] == "image/jpeg"
    page = client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()
    assert further[1] in page
    assert further[2] not in page


def test_there_is_no_preview_of_words(client, people):
    case = open_case("deposit-not-credited")
    client.force_login(people["manager"])
    words = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT1")
    assert [client.get(address).status_code for address in addresses(words)] == [404, 404]


def test_a_file_the_storage_lost_is_not_found(client, people, caplog):
    item = sent(open_case("deposit-not-credited"))
    default_storage.delete(item.file.original.name)
    client.force_login(people["manager"])
    assert client.get(addresses(item)[0]).status_code == 404
    assert "has lost" in caplog.text


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_was_altered_in_the_storage_is_not_handed_out(client, people, which):
    item = sent(open_case("deposit-not-credited"))
    name = (item.file.original, item.file.pages.get().picture)[which].name
    path = Path(default_storage.path(name))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    client.force_login(people["manager"])
    response = client.get(addresses(item)[which])
    assert (response.status_code, str(Altered()) in response.content.decode()) == (500, True)
    assert "attachment" not in response.get("Content-Disposition", "")


def test_without_its_key_a_file_stays_closed_and_one_is_told_so(client, people, settings):
    item = sent(open_case("deposit-not-credited"))
    settings.STORAGE_KEYS = [bytes(range(32))]
    client.force_login(people["manager"])
    response = client.get(addresses(item)[0])
    assert (response.status_code, str(KeyMissing()) in response.content.decode()) == (503, True)


class TestDesk:
    def page(self, client, case):
        return client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()

    def check(self, client, case, item, **fields):
        version = type(case).objects.get(pk=case.pk).last_event_number
        address = reverse("admin:cases_case_step", args=[case.pk, "check-evidence"])
        return client.post(address, {"version": version, "item": item.pk, "reason": "", **fields})

    def test_shows_what_is_needed_and_what_came_in(self, client, people):
        case = open_case("deposit-not-credited")
        item = sent(case, filename="<img src=x onerror=alert(1)>.jpg")
        client.force_login(people["own department"])
        page = self.page(client, case)
        assert addresses(item)[0] in page
        assert addresses(item)[1] in page
        assert "<img src=x" not in page
        assert 'name="thing"' in page

    def test_accepts_and_files_under_the_checklist(self, client, people):
        case = open_case("deposit-not-credited")
        item = sent(case)
        receipt = entries_of(case).get(slug="receipt")
        client.force_login(people["own department"])
        assert self.check(client, case, item, result="accepted", thing=receipt.name).status_code == 302
        item.refresh_from_db()
        assert (item.state, item.checklist_item) == ("accepted", receipt)

    def test_a_rejection_without_words_is_told_on_the_form(self, client, people):
        case = open_case("deposit-not-credited")
        item = sent(case)
        client.force_login(people["own department"])
        before = snapshot(case)
        assert self.check(client, case, item, result="rejected").status_code == 400
        assert snapshot(case) == before
        assert self.check(client, case, item, result="rejected", reason="Ảnh mờ, chụp lại.").status_code == 302
        assert "Ảnh mờ, chụp lại." in self.page(client, case)

    def test_an_item_of_another_case_is_refused(self, client, people):
        case, other = open_case("deposit-not-credited"), open_case("login-failure", email="binh@khach.example")
        foreign = sent(other)
        client.force_login(people["manager"])
        assert self.check(client, case, foreign, result="accepted").status_code == 400
        assert EvidenceItem.objects.get(pk=foreign.pk).state == "received"

    @pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("other department", 404)])
    def test_only_by_those_who_may(self, client, people, who, status):
        case = open_case("deposit-not-credited")
        item = sent(case)
        client.force_login(people[who])
        before = snapshot(case)
        assert self.check(client, case, item, result="accepted").status_code == status
        assert snapshot(case) == before
        if who == "auditor":
            assert "check-evidence" not in self.page(client, case)

    def test_costs_the_same_however_much_came_in(self, client, people, django_assert_max_num_queries):
        case = case_at(Status.ROUTED, people["manager"], category="deposit-not-credited")
        client.force_login(people["manager"])

        def comes(number):
            item = sent(case, picture(color=(number, 9, 9)))
            evidence.verify_evidence(item, actor=Actor.staff(people["manager"]), result="rejected", reason="Ảnh mờ.")

        with django_assert_max_num_queries(200) as none:
            self.page(client, case)
        comes(0)
        with django_assert_max_num_queries(200) as one:
            self.page(client, case)
        for number in range(1, 8):
            comes(number)
        with django_assert_max_num_queries(200) as many:
            self.page(client, case)
        assert (
            len(many) == len(one) <= len(none) + 6
        )  # checks, metadata, two for the same file elsewhere, two savepoints


class TestApi:
    def post(self, client, case, file):
        _, key = ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN, Scope.CASES_READ])
        return client.post(
            f"/api/v1/cases/{case.code}/evidence/", {"file": file}, headers={"Authorization": f"Bearer {key}"}
        )

    def test_thirty_megabytes_are_too_many(self, client, defaults):
        case = open_case("deposit-not-credited")
        before = snapshot(case)
        file = io.BytesIO(b"a" * (30 * 1024 * 1024))
        file.name = "video.mp4"
        response = self.post(client, case, file)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert snapshot(case) == before

    def test_a_program_is_refused_with_a_word_of_advice(self, client, defaults):
        file = io.BytesIO(b"MZ" + bytes(300))
        file.name = "anh.jpg"
        response = self.post(client, open_case("deposit-not-credited"), file)
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
        assert "PDF" in response.json()["detail"]
