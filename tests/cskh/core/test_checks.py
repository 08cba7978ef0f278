"""What is said of keys before a deployment."""

import secrets

import pytest

from cskh.core.checks import check_storage_keys


def numbers(settings, *keys):
    settings.STORAGE_KEYS = keys
    return [warning.msg for warning in check_storage_keys(None)]


def test_random_keys_are_fine(settings):
    assert numbers(settings, *(secrets.token_bytes(32) for _ in range(1000))) == []


@pytest.mark.parametrize("made_up", [bytes(32), b"cskh" * 8, b"only-for-tests".ljust(32)])
def test_one_that_somebody_made_up_is_named(settings, made_up):
    assert numbers(settings, bytes(range(32)), made_up) == ["The key number 2 of STORAGE_KEYS can be guessed."]


def test_so_is_the_secret_key(settings):
    settings.SECRET_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert numbers(settings, settings.SECRET_KEY[:32].encode()) == ["The key number 1 of STORAGE_KEYS can be guessed."]
