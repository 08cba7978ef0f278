"""Mail through real servers, worked off as the workers would. An agent, and conversations that were answered."""

from datetime import timedelta

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import Role
from channels_app import deliveries, intake, mailboxes
from channels_app.chat import agents
from tests.channels_app.chat.chatting import NOON, begun, replies, says


@pytest.fixture
def work_off():
    """Fetches every mail box, takes what came in, sends what is due: what beat and workers do, in this process."""

    def work():
        for address in mailboxes.addresses():
            mailboxes.poll(address)
        for item_id in intake.due(100):
            intake.process(item_id)
        for delivery_id in deliveries.due(100):
            deliveries.send(delivery_id)

    return work


@pytest.fixture
def post(smtp_server, imap_server, defaults):
    """The servers, both ways, and an installation that uses them."""
    return smtp_server


@pytest.fixture
def lan(make_staff):
    """An agent at the intake desk."""
    return make_staff("lan", Role.INTAKE, "intake")


@pytest.fixture
def clock():
    """Stands at noon until it is shifted."""
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


@pytest.fixture
def answered(clock, lan):
    """answered(12): a conversation that `lan` answered after 12 seconds; the clock stands there then."""

    def talk(after):
        chat = says(begun())
        agents.take(chat, actor=Actor.staff(lan))
        clock.shift(timedelta(seconds=after))
        replies(chat, lan)
        return chat

    return talk
