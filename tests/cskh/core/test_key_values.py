"""A key-value server that is away: found out once, and nothing more than slowness."""

from types import SimpleNamespace

import pytest

from cskh.core import key_values
from cskh.core.cache import ForgivingCache


@pytest.fixture(autouse=True)
def _asked_as_ever(monkeypatch):
    monkeypatch.setattr(key_values, "_asked_again_at", 0.0)


def fail_after(seconds, clock):
    with pytest.raises(OSError), key_values.asked():
        clock.now += seconds
        raise OSError


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(key_values, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_one_waits_and_the_next_do_not(clock):
    fail_after(2, clock)
    with pytest.raises(key_values.NotAsked), key_values.asked():
        raise AssertionError("asked all the same")
    clock.now += 6
    with key_values.asked():
        pass


def test_where_we_were_slow_ourselves_it_is_asked_again_at_once(clock, settings, redis_url):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"{redis_url}?db=3"}}
    fail_after(2, clock)
    with key_values.asked():
        pass


def test_one_that_refuses_at_once_is_asked_again_at_once(clock):
    fail_after(0, clock)
    with key_values.asked():
        pass


def test_a_cache_that_is_away_knows_nothing():
    cache = ForgivingCache("redis://127.0.0.1:1", {})
    cache.set("name", "An")
    assert cache.get("name") is None
    assert cache.get("name", "nobody") == "nobody"
    assert cache.add("times", 0) is False
    with pytest.raises(ValueError):
        cache.incr("times")
    assert cache.get_or_set("name", lambda: "Bình") == "Bình"


def test_a_cache_that_is_there_is_djangos(redis_url):
    cache = ForgivingCache(f"{redis_url}?db=3", {})
    cache.clear()
    cache.set("name", "An")
    assert (cache.get("name"), cache.add("times", 0), cache.add("times", 5), cache.incr("times")) == (
        "An",
        True,
        False,
        1,
    )
