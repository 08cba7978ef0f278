"""The Celery application of every background process."""

import os

from celery import Celery
from django.conf import settings

if not settings.configured:  # the launchers (see manage.py) choose no settings for what they run
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")

app = Celery("cskh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
