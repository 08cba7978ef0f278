"""Mail through real servers, worked off as the workers would."""

import pytest

from channels_app import deliveries, intake, mailboxes


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
