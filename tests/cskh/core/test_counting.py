"""Counted in windows, for each by itself, and refused to nobody while the cache is away."""

import pytest
import time_machine
from django.core.cache import cache

from cskh.core import counting
from cskh.core.cache import ForgivingCache


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()
    yield
    cache.clear()


def ask(who="an", which=""):
    return counting.is_too_often("ask", who, times=2, seconds=60, which=which)


def test_beyond_the_limit_and_again_in_the_next_window():
    with time_machine.travel("2026-03-02T09:00:00+07:00", tick=False) as clock:
        assert [ask(), ask(), ask()] == [False, False, True]
        assert ask("binh") is False
        clock.shift(60)
        assert ask() is False


def test_the_same_thing_again_is_counted_once_unless_it_was_too_much():
    with time_machine.travel("2026-03-02T09:00:00+07:00", tick=False):
        assert [ask(which="a") for _again in range(5)] == [False] * 5
        assert [ask(which="b"), ask(which="c"), ask(which="c"), ask(which="a")] == [False, True, True, False]


def test_nobody_is_refused_while_the_cache_is_away(monkeypatch):
    monkeypatch.setattr(counting, "cache", ForgivingCache("redis://127.0.0.1:1", {}))
    assert [ask() for _again in range(5)] == [False] * 5
