"""Reads the environment, typed. The only module that does so for the settings."""

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


def scanner_address() -> str:
    """Where clamd listens, from CLAMD: `unix:///path` or `tcp://host:port`; empty where there is no scanner."""
    address = env.str("CLAMD", default="")
    where = urlsplit(address)
    if address and not ((where.scheme == "unix" and where.path) or (where.scheme == "tcp" and where.hostname)):
        raise ImproperlyConfigured("CLAMD is unix:///path/to/socket or tcp://host:port, or empty for no scanner.")
    return address


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
