"""Evidence in a bucket: the same code against a real S3 server, as `STORAGE_BUCKET` sets it up."""

import hashlib
import io
import os
from datetime import timedelta

import boto3
import pytest
from django.core.files.storage import storages
from django.urls import reverse
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from accounts.models import Role
from cases.evidence import orphans
from cases.evidence.models import EvidenceItem
from cases.evidence.pipeline import derive, receive
from cases.states import Channel
from cases.workflow import evidence
from cskh.core import envelope, vault
from cskh.core.errors import NotKept
from cskh.settings import base
from tests.cases.building import customer_of, open_case

from .files import kept, photo_with_place, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]

BUCKET = "cskh-evidence"


@pytest.fixture(scope="module")
def address():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address, monkeypatch, settings):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "STORAGE_ENDPOINT": address,
        "STORAGE_REGION": "ap-southeast-1",
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": base._s3(BUCKET)}
    found = boto3.resource("s3", endpoint_url=address, region_name="ap-southeast-1").Bucket(BUCKET)
    found.create(CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"})
    yield found
    found.objects.delete()
    found.delete()


def test_the_original_and_its_picture_lie_in_the_bucket_and_are_served_by_us(bucket, client, make_staff):
    assert isinstance(storages["default"], S3Storage)
    case, photo = open_case("deposit-not-credited"), photo_with_place()
    item = evidence.submit_evidence(
        case, actor=customer_of(case), channel=Channel.WEB, upload=upload(photo, "hoá đơn.jpg")
    )
    derive.derive_preview(item.file)
    page = item.file.pages.get()
    lying = {one.key: one.get()["Body"].read() for one in bucket.objects.all()}
    assert set(lying) == {
        item.file.original.name,
        page.picture.name,
    }  # the picture is without what the camera wrote into it
    assert all(envelope.is_sealed(data) for data in lying.values())
    assert not any(photo[:20] in data for data in lying.values())
    client.force_login(
        make_staff("lan", Role.SPECIALIST, "payments"), backend="django.contrib.auth.backends.ModelBackend"
    )
    original = client.get(reverse("evidence:original", args=[item.public_id]))
    assert original.status_code == 200
    assert b"".join(original) == photo
    preview = client.get(reverse("evidence:preview", args=[item.public_id]))
    assert (preview.status_code, preview.content) == (200, kept(page.picture.name))


def test_a_large_file_passes_in_parts_and_is_sealed_anew_in_its_place(bucket, settings):
    data = os.urandom(1024 * 1024) * 9  # beyond what is sent to a bucket at once
    sha256 = hashlib.sha256(data).hexdigest()
    vault.keep(sha256, io.BytesIO(data), sha256=sha256)
    settings.STORAGE_KEYS = [bytes(range(32)), *settings.STORAGE_KEYS]
    assert not vault.is_up_to_date(sha256)
    vault.seal(sha256, sha256=sha256)
    assert [one.key for one in bucket.objects.all()] == [sha256]
    assert (kept(sha256) == data, vault.is_up_to_date(sha256)) == (True, True)


def test_what_somebody_changed_in_the_bucket_does_not_come_out(bucket):
    file = receive.receive(upload(photo_with_place()), room=10**9).row()
    bucket.put_object(Key=file.original.name, Body=photo_with_place()[:-1])
    with pytest.raises(vault.Altered):
        kept(file.original.name)


def test_where_the_bucket_cannot_be_reached_nothing_is_said_to_be_kept(bucket, client, monkeypatch, settings):
    case = open_case("deposit-not-credited")
    monkeypatch.setenv("STORAGE_ENDPOINT", "http://127.0.0.1:1")
    settings.STORAGES = {**settings.STORAGES, "default": base._s3(BUCKET)}
    with pytest.raises(NotKept):
        evidence.submit_evidence(
            case, actor=customer_of(case), channel=Channel.WEB, upload=upload(photo_with_place(), "hoá đơn.jpg")
        )
    assert not EvidenceItem.objects.exists()


def test_orphans_go_from_a_bucket_as_well(bucket, settings):
    case = open_case("deposit-not-credited")
    item = evidence.submit_evidence(
        case, actor=customer_of(case), channel=Channel.WEB, upload=upload(photo_with_place())
    )
    receive.receive(upload(b"Ma giao dich FT1", "a.txt"), room=10**9)  # and no row
    assert len(list(bucket.objects.all())) == 2
    assert sum(map(orphans.sweep, range(orphans.SLICES))) == 0
    settings.ORPHANS_KEPT_FOR = timedelta(seconds=-5)
    assert sum(map(orphans.sweep, range(orphans.SLICES))) == 1
    assert [one.key for one in bucket.objects.all()] == [item.file.original.name]
