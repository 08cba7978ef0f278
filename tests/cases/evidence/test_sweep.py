"""What goes on with files that were left behind: within its time, one sweep at a time, and past those that cannot be read."""

import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cases import tasks
from cases.evidence.models import EvidenceItem, StoredFile
from cases.evidence.pipeline import examine, receive
from cases.states import Channel
from cases.workflow import evidence
from channels_app import push
from cskh.core.locks import unless_held
from tests.cases.building import customer_of, open_case

from .files import picture, upload


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def left_behind(*colors):
    """Files whose task was lost, the oldest first."""
    files = [receive.receive(upload(picture(color=color)), room=10**9).row() for color in colors]
    for age, file in enumerate(reversed(files), start=5):
        StoredFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(minutes=age))
    return files


@pytest.mark.django_db
def test_it_ends_when_its_time_is_up(monkeypatch):
    left_behind("red", "blue")
    tried = []

    def too_long(file):
        tried.append(file)
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(examine, "examine", too_long)
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.sweep_files()
    assert len(tried) == 1


@pytest.mark.django_db
def test_a_file_that_the_storage_lost_holds_up_no_other(monkeypatch, caplog):
    monkeypatch.setattr(tasks, "_BATCH", 1)
    lost, other = left_behind("red", "blue")
    default_storage.delete(lost.original.name)
    tasks.sweep_files()
    assert f"file {lost.pk} could not be examined" in caplog.text
    tasks.sweep_files()
    other.refresh_from_db()
    assert other.preview_state == "ready"


@pytest.mark.django_db(transaction=True)
def test_pages_that_show_it_look_again_once_it_came_further(defaults, monkeypatch):
    told = []
    monkeypatch.setattr(push, "_send", lambda events: told.extend(events))
    case = open_case()
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(picture()))
    other = open_case(email="binh@khach.example")
    EvidenceItem.objects.filter(
        pk=evidence.submit_evidence(other, actor=customer_of(other), channel=Channel.WEB, text="Như trên").pk
    ).update(file=item.file)
    for expected in ({push.case_group(case.pk), push.case_group(other.pk)}, set()):  # once
        told.clear()
        tasks.examine_file(item.file_id)
        assert set(told) == expected


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time():
    [file] = left_behind("red")
    begun, done = threading.Event(), threading.Event()

    def another():
        try:
            with unless_held("files are swept"):
                begun.set()
                done.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=another)
    other.start()
    assert begun.wait(60)
    tasks.sweep_files()
    done.set()
    other.join()
    file.refresh_from_db()
    assert file.preview_state == "waiting"
    tasks.sweep_files()
    file.refresh_from_db()
    assert file.preview_state == "ready"


def test_those_that_nobody_took_up_do_not_pile_up():
    entry = django_settings.CELERY_BEAT_SCHEDULE["sweep-files"]
    assert entry["options"]["expires"] <= entry["schedule"]
