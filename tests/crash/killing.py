"""Where processes stand still, and how they die."""

import signal
import time
from contextlib import contextmanager

from django.db import connection


def kill(process):
    """kill -9 of what was forked."""
    process.kill()
    process.join(10)
    assert process.exitcode == -signal.SIGKILL


def kill_programs(*children):
    """kill -9 of programs, all at once."""
    for child in children:
        assert child.running
        child.process.kill()
    for child in children:
        assert child.process.wait(10) == -signal.SIGKILL


def finished(process):
    process.join(30)
    assert process.exitcode == 0


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def held(model):
    """Nobody else can write to the table: who wants to stands still, in the middle of their transaction."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE MODE')
        yield
    finally:
        other.rollback()
        other.close()


def standing_still(model):
    """How many wait to write to the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [model._meta.db_table]
        )
        return cursor.fetchone()[0]
