"""What looks into files stands in a line of its own, within limits of its own."""

import subprocess
import sys

import pytest
from django.conf import settings

from cases import tasks
from cases.evidence.pipeline import sandbox
from cases.evidence.pipeline.decoder.refused import Refused, Why
from cskh.celery import app

from .files import picture


@pytest.mark.parametrize("task", [tasks.examine_file, tasks.sweep_files])
def test_it_holds_up_nothing_else(task):
    queue = app.amqp.router.route({}, task.name)["queue"]
    assert queue.name == "evidence"
    assert task.soft_time_limit < task.time_limit < settings.CELERY_TASK_TIME_LIMIT


def test_a_worker_that_is_given_no_queue_takes_from_all():
    assert {queue.name for queue in settings.CELERY_TASK_QUEUES} == {"celery", "outside", "evidence"}


GREEDY = {
    "memory": "bytearray(2 * 1024**3)",
    "files": "open('/dev/null', 'wb').close(); open(sys.argv[1], 'wb').write(bytes(40 * 1024**2))",
}


@pytest.mark.parametrize("greed", GREEDY)
def test_the_decoder_gets_no_more_than_it_needs(greed, tmp_path):
    code = f"import sys; from cases.evidence.pipeline.decoder import limits; limits.accept(); {GREEDY[greed]}"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "large")], cwd=settings.BASE_DIR, capture_output=True
    )
    assert done.returncode != 0


def test_what_the_decoder_dies_of_is_a_damaged_file(monkeypatch, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    monkeypatch.setattr(sandbox, "_PROGRAM", (sys.executable, "-c", "import os; os.abort()"))
    with path.open("rb") as file, pytest.raises(Refused) as refused:
        sandbox.ask(file, "check")
    assert refused.value.why == Why.BROKEN


def test_the_decoder_knows_no_secrets(monkeypatch, tmp_path):
    """Its environment is empty: what takes it over finds neither key nor address."""
    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    show = "import os, json; print(json.dumps({'seen': sorted(os.environ)}))"
    monkeypatch.setattr(sandbox, "_PROGRAM", (sys.executable, "-E", "-c", show))
    with path.open("rb") as file:
        assert not {"SECRET_KEY", "DATABASE_URL"} & set(sandbox.ask(file, "check")["seen"])
