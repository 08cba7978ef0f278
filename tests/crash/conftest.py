"""Processes of the product that are killed, and the means to make them stand still where they shall die."""

import http.client
from dataclasses import replace

import pytest
from django.core.management import call_command

from cskh.celery import app as celery
from cskh.embedded.folders import DataFolder
from cskh.embedded.installation import Installation, Wanted
from cskh.embedded.ports import free_or_other
from cskh.embedded.process import Child
from tests import forking

from .killing import until
from .slow_servers import slow_http, slow_smtp


@pytest.fixture
def smtp():
    with slow_smtp() as server:
        yield server


@pytest.fixture
def receiver():
    with slow_http() as server:
        yield server


@pytest.fixture(autouse=True)
def broker():
    """The broker's own client. What earlier tests announced is gone."""
    with celery.connection_for_write() as connected:
        client = connected.default_channel.client
        client.flushdb()
        yield client


@pytest.fixture
def verified(capsys):
    """verified(): every event chain holds, as the operator would find out."""

    def verified():
        call_command("verify_audit")
        assert "every chain is whole" in capsys.readouterr().out

    return verified


@pytest.fixture
def fork(django_db_setup):
    """fork(take, 3): a process of its own, with the product's own settings, that does that."""
    started = []

    def fork(what, *arguments):
        process = forking.context().Process(target=what, args=arguments)
        process.start()
        started.append(process)
        return process

    yield fork
    for process in started:
        process.kill()
        process.join(10)
        process.close()


@pytest.fixture
def installation(tmp_path, smtp, redis_url):
    """The programs as bin/up starts them, two-second claims apart. `.web()`, `.worker()`, `.beat()` are new children."""
    environment = forking.environment(
        REDIS_URL=redis_url, EMAIL_URL=f"smtp://127.0.0.1:{smtp.port}", DELIVERY_CLAIM_SECONDS="2"
    )
    wanted = Wanted(tmp_path, port=free_or_other("127.0.0.1", 8900), demo=False)
    return Installation(wanted, DataFolder(tmp_path), environment)


@pytest.fixture
def start(tmp_path):
    """start(installation.web()): running; what it says is kept in the test's folder."""
    started = []

    def start(child):
        child = Child(replace(child.service, log=tmp_path / f"{child.service.name}.log"))
        child.start()
        started.append(child)
        return child

    yield start
    for child in started:
        child.wait_stopped(0)


@pytest.fixture
def serve(installation, start):
    """serve(): a web process that answers."""

    def serve():
        web = start(installation.web())
        until(lambda: _answers(installation.wanted.port))
        return web

    return serve


def _answers(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == 200
    except OSError:
        return False
    finally:
        client.close()
