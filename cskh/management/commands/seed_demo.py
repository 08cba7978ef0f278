"""`manage.py seed_demo`: the demo's staff, customers and cases. Only in demo mode."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cskh.demo import seed
from cskh.demo.people import PASSWORD, STAFF


class Command(BaseCommand):
    help = "Loads the demo (again: nothing is doubled) and prints its logins."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is loaded in demo mode only (CSKH_DEMO=1).")
        with _without_details():
            seed.seed(lambda text: self.stderr.write(f"  {text}"))
        self.stdout.write(f"Demo logins, all with the password {PASSWORD}:")
        for person in STAFF:
            where = person.department or "every department"
            lead = ", lead" if person.lead else ""
            self.stdout.write(f"  {person.username:<10} {person.role.value:<14} {where}{lead}")
        self.stdout.write(f"API key of the demo's app: {seed.demo_client()}")


@contextmanager
def _without_details() -> Iterator[None]:
    """What is loaded is said in words; what an operator's log notes of it besides would only stand between them."""
    log = logging.getLogger("cases.records")
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)
