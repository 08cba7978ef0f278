"""What was kept before there were keys, or under a former one, is sealed anew; what was altered is named and left alone."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from accounts.models import Role
from cases.evidence.pipeline import derive, receive
from cases.records.models import RecordFile
from cskh.core import vault
from tests.cases.evidence.files import picture, upload

pytestmark = pytest.mark.django_db

RECORDS = b"FT1;100"
SHA_OF_RECORDS = hashlib.sha256(RECORDS).hexdigest()


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def kept_plain(make_staff):
    """An original, its page and a file of records, as they lay before there were keys; with their contents by name."""
    file = receive.receive(upload(picture()), room=10**9).row()
    derive.derive_preview(file)
    records = RecordFile.objects.create(
        content="deposits",
        format="table",
        filename="a.csv",
        stored=vault.save("records/x", io.BytesIO(RECORDS), sha256=SHA_OF_RECORDS),
        size=len(RECORDS),
        sha256=SHA_OF_RECORDS,
        uploaded_by=make_staff("lan", Role.SPECIALIST, "payments"),
    )
    page = file.pages.get()
    hashes = {file.original.name: file.sha256, page.picture.name: page.sha256, records.stored: SHA_OF_RECORDS}
    return {name: lay_plain(name, sha256) for name, sha256 in hashes.items()}


def lay_plain(name, sha256):
    with vault.opened(name, sha256=sha256) as kept:
        data = kept.read()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(data))
    return data


def as_they_lie(names):
    return [Path(default_storage.path(name)).read_bytes() for name in names]


def said(command="seal_files", *arguments):
    out = io.StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_seals_what_lies_plain_once(kept_plain):
    assert as_they_lie(kept_plain) == list(kept_plain.values())
    assert said() == "3 files sealed anew. All are sealed with the first key now.\n"
    assert all(vault.is_up_to_date(name) for name in kept_plain)
    assert "every chain is whole" in said("verify_audit", "--files")
    assert said() == "0 files sealed anew. All are sealed with the first key now.\n"


def test_a_new_key_takes_the_place_of_the_former(settings, kept_plain):
    said()
    settings.STORAGE_KEYS = [bytes(range(32)), *settings.STORAGE_KEYS]
    assert said().startswith("3 files")
    settings.STORAGE_KEYS = settings.STORAGE_KEYS[:1]
    assert "every chain is whole" in said("verify_audit", "--files")
    settings.STORAGE_KEYS = [bytes(range(1, 33))]
    assert said().endswith("0 files sealed anew, 3 could not be.")
    assert said("verify_audit", "--files").count("sealed with a key that STORAGE_KEYS does not name") == 3


def test_what_was_altered_or_lost_is_named_and_the_rest_is_sealed(kept_plain):
    altered, lost, other = kept_plain
    default_storage.delete(lost)
    path = Path(default_storage.path(altered))
    path.chmod(0o600)
    path.write_bytes(b"another")
    told = said()
    assert f"{altered}: {vault.Altered()}" in told
    assert f"{lost}: not there" in told
    assert told.endswith("1 files sealed anew, 2 could not be.")
    assert (path.read_bytes(), vault.is_up_to_date(other)) == (b"another", True)
    found = said("verify_audit", "--files")
    assert f"file {altered}: altered" in found
    assert f"file {lost}: missing" in found
