"""What files say of themselves: kept apart, for those who check evidence; the place for those who oversee, on a reason."""

import pytest
from django.urls import reverse
from django.utils import translation
from PIL.PngImagePlugin import PngInfo
from pypdf.generic import NameObject

from accounts.models import Role
from cases.evidence.models import FileMetadata
from cases.evidence.pipeline.decoder.metadata import _place, _plain
from cases.evidence.traces import _time_in_words
from cases.models import Access
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from tests.cases.building import customer_of, open_case

from .files import pdf, photo_with_place, picture, upload


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


def sent(case, data):
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data))
    examine_file(item.file_id)
    return item


def made_by(writer):
    writer.add_metadata({"/Producer": "Photoshop\0 \u202e", "/CreationDate": "D:20261129"})
    writer.root_object[NameObject("/Lang")] = NameObject("/vi")


def test_of_photos_screenshots_and_documents(case):
    assert sent(case, photo_with_place()).file.metadata.found == {"maker": "SecretPhone"}
    place = FileMetadata.objects.get().place
    assert (place["latitude"], place["longitude"]) == (10.776667, 106.7)
    edited = PngInfo()
    edited.add_text("Software", "Editor 1.0")
    shot = sent(case, picture(kind="PNG", pnginfo=edited)).file.metadata
    assert (shot.found, shot.place) == ({"software": "Editor 1.0"}, None)
    document = sent(case, pdf(change=made_by)).file.metadata
    assert document.found == {"producer": "Photoshop", "created_at": "D:20261129"}


def test_huge_or_odd_words_are_cut_and_places_off_this_earth_left_out():
    assert _plain({"maker": "x" * 10_000, "software": b"\x00\x1b[2J", "changed_at": None})["maker"] == "x" * 200
    assert _place({1: "N", 2: (1000.0, 0, 0), 3: "E", 4: (1, 0, 0)}) is None
    assert _place({2: ("a", 0, 0), 4: (1, 0, 0)}) is None
    assert _place({1: "S", 2: (10, 30, 0), 3: "W", 4: (1, 0, 0)}) == {"latitude": -10.5, "longitude": -1.0}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("D:20261129010830Z", "29/11/2026 08:08"),
        ("D:20261129010830+09'00'", "28/11/2026 23:08"),
        ("D:20261129010830", "29/11/2026 01:08"),
        ("2026:11:28 20:17:00", "28/11/2026 20:17"),
        ("D:20269929010830Z", "D:20269929010830Z"),
        ("D:00010101000000+14'00", "D:00010101000000+14'00"),
        ("hôm qua", "hôm qua"),
    ],
)
def test_times_read_as_times_where_they_are_some(written, read):
    with translation.override("vi"):
        assert _time_in_words(written) == read


@pytest.mark.parametrize(
    ("role", "department", "reads", "place"),
    [
        (Role.INTAKE, "intake", False, 403),
        (Role.SPECIALIST, "payments", True, 403),
        (Role.SPECIALIST, "technical", False, 404),
        (Role.MANAGER, None, True, 200),
        (Role.AUDITOR, None, True, 200),
        (Role.ADMINISTRATOR, None, True, 200),
    ],
)
def test_who_reads_what(case, client, make_staff, role, department, reads, place):
    item = sent(case, photo_with_place())
    user = make_staff("ai", role, department)
    client.force_login(user)
    page = client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()
    assert ("SecretPhone" in page) is reads
    assert "10.77" not in page
    door = reverse("evidence:place", args=[item.public_id])
    assert (door in page) is (place == 200)
    response = client.post(door, {"reason": "Khách nói đang ở nước ngoài"})
    assert response.status_code == place
    assert ("10.776667, 106.700000" in response.content.decode()) is (place == 200)
    noted = Access.objects.filter(user=user, evidence_item=item.pk, reason="Khách nói đang ở nước ngoài")
    assert noted.exists() is (place == 200)


def test_no_place_without_a_reason(case, client, make_staff):
    item = sent(case, photo_with_place())
    client.force_login(make_staff("quan", Role.MANAGER))
    door = reverse("evidence:place", args=[item.public_id])
    assert client.post(door, {"reason": " "}).status_code == 400
    assert client.get(door).status_code == 405
    assert not Access.objects.filter(evidence_item=item.pk).exists()


def test_no_place_of_what_has_none(case, client, make_staff):
    item = sent(case, picture())
    client.force_login(make_staff("quan", Role.MANAGER))
    assert client.post(reverse("evidence:place", args=[item.public_id]), {"reason": "x"}).status_code == 404
