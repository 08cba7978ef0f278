"""What the settings make of the environment."""

import base64
import importlib.util

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cskh.settings.env import reminder_points


@pytest.fixture
def read(monkeypatch):
    """read(STORAGE_BUCKET="x"): the settings as a process reads them in that environment."""

    def make(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        path = settings.BASE_DIR / "cskh" / "settings" / "base.py"
        spec = importlib.util.spec_from_file_location("cskh.settings.read_anew", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return make


@pytest.mark.parametrize(
    ("seconds", "given", "options"),
    [
        ("10", "", "-c lock_timeout=10s"),
        ("10", "?options=-c%20work_mem%3D8MB", "-c lock_timeout=10s -c work_mem=8MB"),
        ("0", "?options=-c%20work_mem%3D8MB", "-c work_mem=8MB"),
        ("0", "", None),
    ],
)
def test_how_long_one_waits_is_said_to_the_database_besides_what_its_address_says(read, seconds, given, options):
    url = f"postgresql://cskh@localhost/cskh{given}"
    database = read(DATABASE_URL=url, DATABASE_LOCK_SECONDS=seconds).DATABASES["default"]
    assert database["OPTIONS"].get("options") == options


def test_nobody_waits_for_evidence_on_s3_without_end(read):
    options = read(STORAGE_BUCKET="evidence").STORAGES["default"]["OPTIONS"]
    config = options["client_config"]
    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries == {"total_max_attempts": 2}
    assert config.signature_version == "s3v4"


class TestReminderPoints:
    @pytest.mark.parametrize(
        ("given", "points"), [("50,85", (50, 85)), ("", ()), ("30", (30,)), (" 25, 50 ,75", (25, 50, 75))]
    )
    def test_percents_by_commas(self, monkeypatch, given, points):
        monkeypatch.setenv("EVIDENCE_REMINDERS_AT_PERCENT", given)
        assert reminder_points() == points

    @pytest.mark.parametrize("given", ["0,50", "50,100", "85,50", "50,50", "0.5", "half", "50,,85"])
    def test_what_means_nothing_is_refused_at_the_start(self, monkeypatch, given):
        monkeypatch.setenv("EVIDENCE_REMINDERS_AT_PERCENT", given)
        with pytest.raises(ImproperlyConfigured, match="EVIDENCE_REMINDERS_AT_PERCENT"):
            reminder_points()


class TestStorageKeys:
    ONE, OTHER = bytes(range(32)), b"\xff\xfe" * 16

    def test_are_read_in_their_order_in_either_alphabet(self, read):
        text = f"{base64.b64encode(self.ONE).decode()}, {base64.urlsafe_b64encode(self.OTHER).decode()}"
        assert read(STORAGE_KEYS=text).STORAGE_KEYS == [self.ONE, self.OTHER]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "at least one key"),
            ("no key!", "no base64"),
            (base64.b64encode(b"short").decode(), "5 bytes instead of 32"),
            (f"{base64.b64encode(ONE).decode()},{base64.b64encode(ONE).decode()}", "each once"),
        ],
    )
    def test_without_good_ones_nothing_starts_and_it_says_how_to_make_one(self, read, text, why):
        with pytest.raises(ImproperlyConfigured, match=f"{why}.*openssl rand -base64 32"):
            read(STORAGE_KEYS=text)

    def test_without_any_neither(self, read, monkeypatch):
        monkeypatch.delenv("STORAGE_KEYS")
        with pytest.raises(ImproperlyConfigured, match="STORAGE_KEYS"):
            read()
