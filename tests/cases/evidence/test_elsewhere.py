"""The same file, or one that looks like it, at other customers: shown beside the item, never held against anybody."""

import io

import pytest
from django.urls import reverse
from PIL import Image, ImageDraw

from accounts.models import Role
from cases.evidence.models import Resemblance, StoredFile
from cases.evidence.pipeline.decoder import likeness
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from tests.cases.building import customer_of, open_case

from .files import picture, upload


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def receipt(amount="2.000.000", layout=0, size=(540, 960)):
    """A bank's receipt: a header, lines of words, figures; another `layout` is another receipt."""
    shot = Image.new("RGB", size, (250, 250, 250))
    draw = ImageDraw.Draw(shot)
    draw.rectangle((0, 0, size[0], size[1] // 6), fill=(20, 120, 60))
    for line in range(12):
        at, width = size[1] // 4 + line * 50, (line * 67 + layout * 211) % 400 + 40
        draw.rectangle((40, at, 40 + width, at + 24), fill=(40 + line * 10, 40, 40 + layout * 60))
    draw.text((60, 180), amount, fill=(0, 0, 0), font_size=24)
    return shot


def as_file(shot, kind="JPEG", **options):
    out = io.BytesIO()
    shot.save(out, kind, **options)
    return out.getvalue()


def differing(one, other):
    return bin((likeness.of(one) ^ likeness.of(other)) & (2**64 - 1)).count("1")


def test_what_looks_alike_to_people_looks_alike_here():
    original = receipt()
    recompressed = Image.open(io.BytesIO(as_file(original, quality=35)))
    assert differing(original, recompressed) <= 6
    assert differing(original, original.resize((270, 480))) <= 6
    assert differing(original, receipt(amount="9.000.000")) <= 6
    assert differing(original, receipt(layout=1)) > 6
    assert -(2**63) <= likeness.of(original) < 2**63


@pytest.mark.parametrize("color", ["white", "black", (10, 200, 30)])
def test_an_empty_page_resembles_nothing(color):
    assert likeness.of(Image.new("RGB", (600, 800), color)) is None


def sent(case, data):
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data))
    examine_file(item.file_id)
    return item


@pytest.fixture
def page(client, make_staff):
    quan = make_staff("quan", Role.MANAGER)

    def page(case, user=quan):
        client.force_login(user)
        return client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()

    return page


SAME, ALIKE = "evidence-same", "evidence-alike"


@pytest.fixture
def cases(defaults):
    return open_case("deposit-not-credited"), open_case("deposit-not-credited", email="binh@khach.example")


def test_the_same_file_at_another_customer(cases, page):
    mine, theirs = cases
    sent(theirs, as_file(receipt()))
    item = sent(mine, as_file(receipt()))
    shown = page(mine)
    assert SAME in shown
    assert reverse("admin:cases_case_change", args=[theirs.pk]) in shown
    assert ALIKE not in shown
    assert item.state == "received"  # nothing follows by itself


def test_an_edited_copy_at_another_customer(cases, page):
    mine, theirs = cases
    sent(theirs, as_file(receipt()))
    assert not Resemblance.objects.exists()
    sent(mine, as_file(receipt(amount="9.000.000"), quality=60))
    assert Resemblance.objects.count() == 2
    for one, other in ((mine, theirs), (theirs, mine)):
        shown = page(one)
        assert ALIKE in shown
        assert SAME not in shown
        assert reverse("admin:cases_case_change", args=[other.pk]) in shown


def test_another_receipt_of_the_same_bank_is_none(cases):
    mine, theirs = cases
    sent(theirs, as_file(receipt()))
    sent(mine, as_file(receipt(layout=1)))
    assert StoredFile.objects.filter(likeness__isnull=False).count() == 2
    assert not Resemblance.objects.exists()


def test_ones_own_file_again_is_no_sign(cases, page):
    mine, _theirs = cases
    again = open_case("login-failure")
    assert again.customer_id == mine.customer_id
    for case, shot in ((mine, receipt()), (again, receipt()), (again, receipt(amount="9.000.000"))):
        sent(case, as_file(shot))
    assert Resemblance.objects.exists()
    shown = page(mine)
    assert SAME not in shown
    assert ALIKE not in shown


def test_plain_pictures_of_two_customers_are_no_sign(cases, page):
    mine, theirs = cases
    sent(theirs, picture((300, 300), color=(1, 2, 3)))
    sent(mine, picture((300, 300), color=(3, 2, 1)))
    assert ALIKE not in page(mine)


def test_what_the_reader_may_not_see_is_counted_and_not_named(cases, page, make_staff):
    mine, _theirs = cases
    hidden = open_case("account-locked", email="cuc@khach.example")
    hidden.category.is_restricted = True
    hidden.category.save()
    sent(hidden, as_file(receipt()))
    sent(mine, as_file(receipt()))
    shown = page(mine, make_staff("lan", Role.SPECIALIST, "payments"))
    assert SAME in shown
    assert hidden.code not in shown
    assert reverse("admin:cases_case_change", args=[hidden.pk]) not in shown
