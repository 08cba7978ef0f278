"""Workers are killed at each step of sending and taking: nothing is lost, and every try of a mail is the same mail."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person
from cases.events import EventKind, flaws_of
from cases.models import Case, Category
from cases.states import Channel
from cases.workflow import answer, routing
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.models import Delivery, InboundItem
from tests.channels_app.mail import AN, DESK, headers_of, mail

from .smtp import slow_smtp

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
State = Delivery.State
CELERY = ["-m", "celery", "-A", "cskh"]
WORKER = [*CELERY, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
BEAT = [*CELERY, "beat", "--pidfile=", "--loglevel", "WARNING", "--schedule"]


@pytest.fixture
def smtp():
    with slow_smtp() as server:
        yield server


@pytest.fixture
def start(smtp, tmp_path):
    """start("…"): a process of its own that runs a piece of the product against this test's database; killed at the end."""
    started = []

    def start(*arguments):
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cskh.settings.base",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": urlunsplit(database),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
            "DELIVERY_CLAIM_SECONDS": "2",
            "CSKH_DATA": str(tmp_path),
            "CSKH_MAILBOXES": "",
        }
        process = subprocess.Popen([sys.executable, *arguments], env=environment, cwd=settings.BASE_DIR)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    connections.close_all()


def kill(process):
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL


def run(start, code):
    return start("manage.py", "shell", "--no-imports", "-c", code)


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def answered_case(make_staff):
    case = intake.open_request(
        Matter(subject="Nạp tiền"), actor=Actor.system("intake"), channel=Channel.WEB, body="x", person=Person(email=AN)
    )
    category = Category.objects.filter(department__slug="payments", needs_approval=False, parent__isnull=False).first()
    routing.classify_case(case, actor=Actor.system("intake"), category=category)
    Delivery.objects.update(state=State.DELIVERED, next_try_at=None)
    answer.send_answer(case, actor=Actor.staff(make_staff("lan", "specialist", "payments")), body="Tiền đã vào.")
    return case


@pytest.mark.parametrize(
    ("stands_still", "had_it"),
    [("before", 0), ("after", 1)],
    ids=["claimed before it was sent", "sent before it was marked"],
)
def test_a_worker_killed_while_it_sends(smtp, start, make_staff, tmp_path, stands_still, had_it):
    case = answered_case(make_staff)
    delivery = Delivery.objects.get(state=State.QUEUED)
    smtp.stands_still = stands_still
    sender = run(start, f"from channels_app import deliveries; deliveries.send({delivery.pk})")
    assert (smtp.reached if stands_still == "before" else smtp.taken).wait(60)
    kill(sender)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, len(smtp.mails)) == (State.SENDING, 1, had_it)
    assert not case.events.filter(kind=EventKind.ANSWER_DELIVERED).exists()
    smtp.stands_still = ""
    smtp.go_on.set()
    until(lambda: Delivery.objects.filter(pk=delivery.pk, next_try_at__lte=timezone.now()).exists())
    start(*WORKER)
    start(*BEAT, str(tmp_path / "beat"))  # its sweep finds what the dead worker left behind
    until(lambda: Delivery.objects.get(pk=delivery.pk).state == State.DELIVERED)
    ids = [headers_of(raw)["Message-ID"] for raw in smtp.mails if b"CSKH-Loop" in raw]
    assert len(ids) >= 1 + had_it
    assert set(ids) == {delivery.reference}
    assert case.events.filter(kind=EventKind.ANSWER_DELIVERED).count() == 1
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def test_a_broker_that_lost_everything_loses_no_mail(smtp, start, make_staff, tmp_path):
    """Neither the message nor the inbound mail was ever announced to a worker: the sweeps find both in the database."""
    case = answered_case(make_staff)
    intake.receive_message(Channel.EMAIL, mail().as_bytes(), source=DESK)
    start(*WORKER)
    start(*BEAT, str(tmp_path / "beat"))
    until(lambda: InboundItem.objects.get().state == InboundItem.State.DONE)
    until(lambda: not Delivery.objects.exclude(state=State.DELIVERED).exists())
    assert Case.objects.count() == 2
    assert len({headers_of(raw)["Message-ID"] for raw in smtp.mails}) == 2
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def test_a_worker_killed_while_it_takes_a_mail(start, defaults, tmp_path):
    """Taken up to the last write, then killed before the commit: nothing of it stands, and the next one does it once."""
    item = intake.receive_message(Channel.EMAIL, mail().as_bytes(), source=DESK)
    done = tmp_path / "done"
    taker = run(
        start,
        "import pathlib, time\n"
        "from django.db import transaction\n"
        "from channels_app import intake\n"
        "from channels_app.models import InboundItem\n"
        "with transaction.atomic():\n"
        f"    intake.process({item.pk})\n"
        f"    pathlib.Path({str(done)!r}).write_text(InboundItem.objects.get(pk={item.pk}).state)\n"
        "    time.sleep(60)\n",
    )
    until(done.exists)
    kill(taker)
    assert done.read_text() == InboundItem.State.DONE
    assert (Case.objects.count(), Delivery.objects.count()) == (0, 0)
    until(lambda: _take_now(item))
    intake.process(item.pk)
    assert Case.objects.count() == 1
    assert Case.objects.get().messages.filter(direction="in").count() == 1


def _take_now(item):
    """The database may hold the dead one's lock for a moment longer."""
    intake.process(item.pk)
    item.refresh_from_db()
    return item.state == InboundItem.State.DONE
