"""What the settings make of the environment."""

import importlib.util

import pytest
from django.conf import settings


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
