"""What is kept for a row that never comes is removed after a day; nothing that a row refers to, or may refer to soon."""

import hashlib
import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connections, transaction

from accounts.models import Role
from cases import tasks
from cases.evidence import orphans
from cases.evidence.models import EvidenceItem, StoredFile
from cases.evidence.pipeline import receive
from cases.records import importing
from cases.records.models import RecordFile
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from cskh.core import vault
from tests.cases.building import customer_of, open_case

from .files import picture, upload

DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def sent(case, data):
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data))


def name_of(data):
    sha256 = hashlib.sha256(data).hexdigest()
    return f"evidence/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def age(by):
    """Everything in the storage has lain there for so long."""
    at = time.time() - by.total_seconds()
    for name in everything():
        os.utime(default_storage.path(name), (at, at))


def everything():
    return {name for folder in ("evidence", "preview", "records") for name in vault.names_below(folder)}


def sweep_all():
    return sum(orphans.sweep(number) for number in range(orphans.SLICES))


def taken_back(case, data):
    """It came in whole, and the transaction around it ended in an error."""

    class Fails(Exception):
        pass

    with pytest.raises(Fails), transaction.atomic():
        sent(case, data)
        raise Fails
    assert not StoredFile.objects.filter(sha256=hashlib.sha256(data).hexdigest()).exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_left_behind_is_removed_after_a_day_and_nothing_else(defaults, make_staff, tmp_path):
    case = open_case("deposit-not-credited")
    lost, other = picture(color=(1, 2, 3)), picture(color=(4, 5, 6))
    examine_file(sent(case, other).file_id)
    table = tmp_path / "a.csv"
    table.write_text("code;amount\nFT1;100\n")
    with table.open("rb") as file:
        kept = vault.save("records/" + hashlib.sha256(file.read()).hexdigest(), file, sha256="0" * 64)
    RecordFile.objects.create(
        content="deposits",
        format="table",
        filename="a.csv",
        stored=kept,
        size=1,
        sha256="0" * 64,
        uploaded_by=make_staff("son", Role.MANAGER),
    )
    needed = everything()
    assert len(needed) == 3  # an original, its page, a file of records
    taken_back(case, lost)
    assert everything() - needed == {name_of(lost)}
    age(DAY - timedelta(minutes=1))
    assert sweep_all() == 0
    age(DAY + timedelta(minutes=1))
    assert sweep_all() == 1
    assert everything() == needed
    assert sent(case, lost).file.sha256 == hashlib.sha256(lost).hexdigest()  # it can come again


@pytest.mark.django_db(transaction=True)
def test_what_comes_again_just_before_it_would_be_removed_stays(defaults):
    """Its row is not committed while the sweep looks."""
    case, data = open_case("deposit-not-credited"), picture(color=(7, 8, 9))
    taken_back(case, data)
    age(DAY * 2)
    has_kept, has_swept = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                sent(case, data)
                has_kept.set()
                assert has_swept.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert has_kept.wait(20)
    assert not StoredFile.objects.exists()
    assert sweep_all() == 0
    has_swept.set()
    writer.join(20)
    file = EvidenceItem.objects.get().file
    assert vault.hash_now(file.original.name, sha256=file.sha256) == file.sha256


@pytest.mark.django_db(transaction=True)
def test_what_comes_while_it_is_being_removed_is_kept_anew(defaults, monkeypatch):
    case, data = open_case("deposit-not-credited"), picture(color=(9, 8, 7))
    taken_back(case, data)
    age(DAY * 2)
    is_looking, goes_on, needed = threading.Event(), threading.Event(), orphans._needed

    def slow(names):
        found = needed(names)
        if len(names) == 1 and is_looking.is_set() is False and threading.current_thread() is sweeper:
            is_looking.set()
            goes_on.wait(20)
        return found

    def run(what, *arguments):
        try:
            what(*arguments)
        finally:
            connections.close_all()

    def remove():
        vault.remove_orphan(name_of(data), is_needed=lambda: bool(slow([name_of(data)])))

    sweeper = threading.Thread(target=run, args=(remove,))
    sweeper.start()
    assert is_looking.wait(20)
    writer = threading.Thread(target=run, args=(sent, case, data))
    writer.start()
    writer.join(0.5)
    assert writer.is_alive()  # it waits: what it found there is about to go
    goes_on.set()
    for thread in (sweeper, writer):
        thread.join(20)
    file = EvidenceItem.objects.get().file
    assert vault.hash_now(file.original.name, sha256=file.sha256) == file.sha256


@pytest.mark.django_db
def test_every_slice_has_its_turn_within_a_day(monkeypatch):
    swept = set()
    monkeypatch.setattr(orphans, "sweep", lambda number: swept.add(number % orphans.SLICES))
    begun = time.time()
    for turn in range(int(DAY.total_seconds() // tasks.ORPHANS_EVERY)):
        monkeypatch.setattr(
            "cases.tasks.timezone.now",
            lambda turn=turn: importing.timezone.datetime.fromtimestamp(begun + turn * tasks.ORPHANS_EVERY),
        )
        tasks.sweep_orphans()
    assert swept == set(range(orphans.SLICES))


@pytest.mark.django_db
def test_the_rest_of_a_write_that_died_goes_as_well():
    receive.receive(upload(picture()), room=10**9).row()
    (whole,) = everything()
    left = Path(default_storage.path(whole)).parent / ".tmpabc.part"
    left.write_bytes(b"half")
    age(DAY * 2)
    assert sweep_all() == 1
    assert everything() == {whole}
