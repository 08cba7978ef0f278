"""What killed processes do. They are forked from one that has this loaded, so that each is there at once."""

import django
from django.apps import apps

if not apps.ready:  # in the process they are forked from, with the product's own settings
    django.setup()

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases import tasks
from cases.states import Channel
from channels_app import deliveries, intake, webhooks
from tests.channels_app.mail import DESK

# Addresses and words are read once, not by each that is forked.
reverse("portal:notice")
translation.activate(settings.LANGUAGE_CODE)

__all__ = ["attend", "receive", "send_mail", "send_webhook", "take"]

send_webhook = webhooks.send
take = intake.process


def send_mail(delivery_id, smtp_port):
    settings.EMAIL_PORT = smtp_port
    deliveries.send(delivery_id)


def receive(raw):
    """One program that fetches a mail, and takes it."""
    take(intake.receive_message(Channel.EMAIL, raw, source=DESK).pk)


def attend():
    """One sweep over the cases on which something is due."""
    tasks.sweep_due()
