"""Reads the environment, typed. The only module that does so for the settings."""

import base64
import binascii
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env.str("CSKH_DATA", default=str(BASE_DIR / "var"))).resolve()


def redis_url(number: int) -> str:
    """The address of logical database `number` (0 broker, 1 channel layer, 2 cache) of the server that REDIS_URL names.

    REDIS_URL is `redis://[user:password@]host:port`, `rediss://…`, or `unix:///path/to/socket`.
    """
    url = env.str("REDIS_URL", default="redis://127.0.0.1:6379").split("?")[0].rstrip("/")
    if url.startswith("unix://"):
        return f"{url}?db={number}"
    head, _, last = url.rpartition("/")
    if last.isdigit() and head.count("/") >= 2:  # a database number was given: it is ours to choose
        url = head
    return f"{url}/{number}"


def broker_url() -> str:
    """The Celery broker: the same server as `redis_url(0)`, in the form kombu understands."""
    url = redis_url(0)
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return url


def storage_keys() -> list[bytes]:
    """The keys that kept files are sealed with, from STORAGE_KEYS: 32 random bytes each in base64, separated by commas. The first
    seals, all open."""
    keys = [_key(text) for text in env.list("STORAGE_KEYS")]
    if not keys or len(set(keys)) < len(keys):
        raise ImproperlyConfigured(f"STORAGE_KEYS names at least one key, and each once. {_MAKE_A_KEY}")
    return keys


_MAKE_A_KEY = "A key is made with: openssl rand -base64 32"


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_" if {"-", "_"} & set(text) else None, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"STORAGE_KEYS: a key is no base64. {_MAKE_A_KEY}") from error
    if len(key) != 32:
        raise ImproperlyConfigured(f"STORAGE_KEYS: a key has {len(key)} bytes instead of 32. {_MAKE_A_KEY}")
    return key


def scanner_address() -> str:
    """Where clamd listens, from CLAMD: `unix:///path` or `tcp://host:port`; empty where there is no scanner."""
    address = env.str("CLAMD", default="")
    where = urlsplit(address)
    if address and not ((where.scheme == "unix" and where.path) or (where.scheme == "tcp" and where.hostname)):
        raise ImproperlyConfigured("CLAMD is unix:///path/to/socket or tcp://host:port, or empty for no scanner.")
    return address


def reminder_points() -> tuple[int, ...]:
    """At which points of the wait for evidence customers are reminded, from EVIDENCE_REMINDERS_AT_PERCENT: whole percents of it
    by commas, rising; none where it is empty."""
    text = env.str("EVIDENCE_REMINDERS_AT_PERCENT", default="50,85")
    try:
        points = tuple(int(point) for point in text.split(",")) if text.strip() else ()
    except ValueError as error:
        raise ImproperlyConfigured(_WHAT_POINTS_ARE) from error
    if sorted(set(points)) != list(points) or not all(0 < point < 100 for point in points):
        raise ImproperlyConfigured(_WHAT_POINTS_ARE)
    return points


_WHAT_POINTS_ARE = "EVIDENCE_REMINDERS_AT_PERCENT is whole percents from 1 to 99 by commas, rising: such as 50,85."


def mailboxes() -> list[dict[str, object]]:
    """The mail boxes that are read, from CSKH_MAILBOXES: addresses separated by blanks.

    Each is `imaps://user:password@host:993/INBOX?address=care@example.org` (or `imap://` without TLS, for a local server);
    `address` defaults to the user name. Characters such as `@` in user or password are percent-encoded.
    """
    boxes: list[dict[str, object]] = []
    for text in env.str("CSKH_MAILBOXES", default="").split():
        parts = urlsplit(text)
        user = unquote(parts.username or "")
        boxes.append(
            {
                "address": parse_qs(parts.query).get("address", [user])[0].lower(),
                "host": parts.hostname,
                "port": parts.port or (993 if parts.scheme == "imaps" else 143),
                "tls": parts.scheme == "imaps",
                "user": user,
                "password": unquote(parts.password or ""),
                "folder": unquote(parts.path.strip("/")) or "INBOX",
            }
        )
    return boxes
