"""What forked processes do. Each is there at once: the one they are forked from has the product loaded, with its own settings."""

import importlib
import os
import sys

import django
from django.apps import apps

if not apps.ready:  # not in the tests' own process
    django.setup()

import uvicorn.main
from django.conf import settings
from django.urls import reverse
from django.utils import translation

import channels_app.live.routing  # noqa: F401 - loaded once, as all of the product
from cases import tasks
from channels_app import deliveries, intake, webhooks
from tests.channels_app.mail import DESK

# Addresses and words are read once, not by each that is forked.
reverse("portal:notice")
translation.activate(settings.LANGUAGE_CODE)

send_webhook = webhooks.send
take = intake.process


def send_mail(delivery_id, smtp_port):
    settings.EMAIL_PORT = smtp_port
    deliveries.send(delivery_id)


def receive(raw):
    """One program that fetches a mail, and takes it."""
    take(intake.receive_message("email", raw, source=DESK).pk)


def attend():
    """One sweep over the cases on which something is due."""
    tasks.sweep_due()


def serve(options, environment):
    """The web process, as `python -m uvicorn OPTIONS` starts it in this environment."""
    os.environ.clear()
    os.environ.update(environment)
    _read_settings_anew()
    translation.deactivate()
    uvicorn.main.main(options, prog_name="uvicorn")


def _read_settings_anew():
    for name in [name for name in sys.modules if name.startswith("cskh.settings")]:
        del sys.modules[name]
    fresh = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    for name in filter(str.isupper, dir(fresh)):
        setattr(settings, name, getattr(fresh, name))
