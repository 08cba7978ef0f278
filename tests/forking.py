"""Processes of the product that tests start, kill and start again, forked from one that has everything loaded."""

import json
import multiprocessing
import os
import tempfile
from functools import cache
from multiprocessing import forkserver
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from tests.api import SECRET


def environment(**more):
    """What makes a process of the product work with this test's database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        "DJANGO_SETTINGS_MODULE": "cskh.settings.base",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": urlunsplit(database),
        "CSKH_MAILBOXES": "",
        "CUSTOMER_TOKEN_KEYS": json.dumps({"app": {"alg": "HS256", "key": SECRET}}),
        "WEBHOOK_ALLOW_PRIVATE": "1",
        **more,
    }


@cache
def context():
    """`context().Process(target=…, args=…)`, once there is a database. Loading takes seconds, forking milliseconds."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["tests.forked"])
    with mock.patch.dict(os.environ, environment(CSKH_DATA=tempfile.mkdtemp(prefix="cskh-test-forked-"))):
        forkserver.ensure_running()
    return forking
