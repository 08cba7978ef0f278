"""Takers are killed at each thing they write, and several take the same: each mail becomes one case."""

import pytest

from cases.models import Case, CaseEvent
from cases.states import Channel
from channels_app import intake
from channels_app.models import Delivery, InboundItem, Message
from tests.channels_app.mail import DESK, mail
from tests.forked import receive, take

from .killing import finished, held, kill, standing_still, until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
WRITTEN = [Case, CaseEvent, Delivery, Message, InboundItem]  # by whoever takes a mail


@pytest.fixture(autouse=True)
def _filled(defaults):
    """What a new installation has."""


def assert_one_case():
    assert (Case.objects.count(), Message.objects.filter(direction="in").count()) == (1, 1)
    assert Delivery.objects.count() == 1  # the acknowledgement
    assert InboundItem.objects.get().case == Case.objects.get()


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model._meta.model_name)
def test_a_worker_killed_while_it_takes_a_mail(fork, verified, model):
    """Nothing of it stands, and the next one does it once."""
    item = intake.receive_message(Channel.EMAIL, mail().as_bytes(), source=DESK)
    with held(model):
        taker = fork(take, item.pk)
        until(lambda: standing_still(model))
        kill(taker)
    until(lambda: _take_now(item))
    assert_one_case()
    verified()


def _take_now(item):
    """The database may hold the dead one's lock for a moment longer: then nothing is there, and a later sweep takes it."""
    nothing = not Case.objects.exists()
    intake.process(item.pk)
    item.refresh_from_db()
    assert nothing or item.state == InboundItem.State.DONE
    return item.state == InboundItem.State.DONE


@pytest.mark.parametrize("model", [InboundItem, Case], ids=["before either keeps it", "while both take it"])
def test_copies_of_one_mail_in_several_processes_at_once_make_one_case(fork, verified, model):
    raw = mail().as_bytes()
    if model == Case:
        intake.receive_message(Channel.EMAIL, raw, source=DESK)
    with held(model):
        takers = [fork(receive, raw) for _ in range(3)]
        until(lambda: standing_still(model) == (3 if model == InboundItem else 1))
    for taker in takers:
        finished(taker)
    for item_id in intake.due(10):  # whoever found it being taken has left it to the next sweep
        intake.process(item_id)
    assert InboundItem.objects.get().attempts == 0
    assert_one_case()
    verified()
