"""Evidence in a bucket: the same code against a real S3 server, as `STORAGE_BUCKET` sets it up."""

import boto3
import pytest
from django.core.files.storage import storages
from django.urls import reverse
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from accounts.models import Role
from cases.evidence.models import EvidenceItem
from cases.evidence.pipeline import derive
from cases.states import Channel
from cases.workflow import evidence
from cskh.core.errors import NotKept
from cskh.settings import base
from tests.cases.building import customer_of, open_case

from .files import photo_with_place, upload

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
    kept = {one.key: one.get()["Body"].read() for one in bucket.objects.all()}
    assert photo in kept.values()
    assert len(kept) == 2  # and the picture without what the camera wrote into it
    client.force_login(
        make_staff("lan", Role.SPECIALIST, "payments"), backend="django.contrib.auth.backends.ModelBackend"
    )
    original = client.get(reverse("evidence:original", args=[item.pk]))
    assert original.status_code == 200
    assert b"".join(original) == photo
    preview = client.get(reverse("evidence:preview", args=[item.pk]))
    assert (preview.status_code, b"".join(preview) in kept.values()) == (200, True)


def test_where_the_bucket_cannot_be_reached_nothing_is_said_to_be_kept(bucket, client, monkeypatch, settings):
    case = open_case("deposit-not-credited")
    monkeypatch.setenv("STORAGE_ENDPOINT", "http://127.0.0.1:1")
    settings.STORAGES = {**settings.STORAGES, "default": base._s3(BUCKET)}
    with pytest.raises(NotKept):
        evidence.submit_evidence(
            case, actor=customer_of(case), channel=Channel.WEB, upload=upload(photo_with_place(), "hoá đơn.jpg")
        )
    assert not EvidenceItem.objects.exists()
