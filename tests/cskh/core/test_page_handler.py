"""A request is served in one thread from the first middleware to the last, and takes its turn."""

import asyncio
import threading
import time

import pytest
from asgiref.sync import ThreadSensitiveContext
from django.http import HttpResponse
from django.test import AsyncRequestFactory, override_settings
from django.urls import path
from django.utils.deprecation import MiddlewareMixin

from cskh.core import turns
from cskh.core.page_handler import PageHandler

threads: list[int] = []


class Passes(MiddlewareMixin):
    def process_request(self, request):
        threads.append(threading.get_ident())

    def process_response(self, request, response):
        threads.append(threading.get_ident())
        return response


def page(request):
    threads.append(threading.get_ident())
    time.sleep(0.005)  # as for the database: the others could go on now
    if "fails" in request.GET:
        raise ValueError("a fault of ours")
    return HttpResponse("here")


urlpatterns = [path("", page)]


@pytest.fixture
def ask():
    """Answers of pages asked for all at once."""
    threads.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.Passes"] * 3):
        handler = PageHandler()

        async def answer(address):
            async with ThreadSensitiveContext():  # as `ASGIHandler.__call__` does: a thread of its own
                return await handler.get_response_async(AsyncRequestFactory().get(address))

        async def asked(*addresses):
            answers = await asyncio.gather(*(answer(address) for address in addresses))
            return answers, turns.turn_of(asyncio.get_running_loop()).locked()

        yield lambda *addresses: asyncio.run(asked(*addresses))


def test_one_thread_from_the_first_middleware_to_the_last(ask):
    (answer,), _locked = ask("/")
    assert answer.content == b"here"
    assert len(threads) == 7
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


def test_one_after_the_other(ask, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 30)  # the machine may be slow today
    answers, is_taken = ask(*["/"] * 5)
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all(len(set(threads[start : start + 7])) == 1 for start in range(0, 35, 7))
    assert not is_taken


def test_a_page_that_fails_gives_its_turn_back(ask):
    (answer,), is_taken = ask("/?fails")
    assert answer.status_code == 500
    assert not is_taken
