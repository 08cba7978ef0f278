"""Checks that no record of what happened was rewritten."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain

from django.core.management.base import BaseCommand, CommandError

from cases.codes import parse_code
from cases.complaints import responses
from cases.events import all_flaws
from cases.evidence import custody, facts_audit
from cases.models import Case, CaseEvent
from cases.quality import seals
from cases.records import snapshots
from channels_app.audit import altered_messages
from cskh.core import vault
from cskh.management.kept_files import kept_files

_EVERY_SECONDS = 1.0


def _flaws_of_files() -> Iterator[str]:
    for name, sha256 in kept_files():
        try:
            now = vault.hash_now(name, sha256=sha256)
        except vault.KeyMissing:
            yield f"file {name}: sealed with a key that STORAGE_KEYS does not name"
            continue
        if now != sha256:
            yield f"file {name}: {'altered' if now else 'missing'}"


class Command(BaseCommand):
    help = (
        "Verifies the event chain of every case, or of the cases named, the chain of custody of its evidence, what was found "
        "about facts, its official responses, reviews of its quality, and what the operator's records said on it; "
        "with --files also that every kept file is, to the byte, what came in. "
        "Fails when a single row was altered or is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE")
        parser.add_argument("--files", action="store_true", help="reads all kept files: this takes its time")

    def handle(self, *args: object, codes: list[str], files: bool, **options: object) -> None:
        wanted = [self._known(code) for code in codes]
        events = CaseEvent.objects.filter(case__code__in=wanted) if wanted else CaseEvent.objects.all()
        self._total, self._told_at = events.count(), time.monotonic()
        flaws = 0
        records = (
            all_flaws(wanted, checked=self._tell),
            altered_messages(wanted),
            responses.altered(wanted),
            custody.all_flaws(wanted),
            facts_audit.altered(wanted),
            seals.altered(wanted),
        )
        for flaw in chain.from_iterable(records):
            flaws += 1
            self.stdout.write(str(flaw))
        for code, snapshot in snapshots.altered(wanted):
            flaws += 1
            self.stdout.write(f"{code} snapshot {snapshot.pk}: altered")
        for what in _flaws_of_files() if files else ():
            flaws += 1
            self.stdout.write(what)
        if flaws:
            raise CommandError(f"{flaws} flaws in {self._total} events.")
        self.stdout.write(f"{self._total} events of {len(wanted) or Case.objects.count()} cases: every chain is whole.")

    def _known(self, text: str) -> str:
        try:
            code = parse_code(text)
        except ValueError as error:
            raise CommandError(f"{text}: {error}") from error
        if not Case.objects.filter(code=code).exists():
            raise CommandError(f"There is no case {code}.")
        return code

    def _tell(self, events: int) -> None:
        if time.monotonic() - self._told_at >= _EVERY_SECONDS:
            self._told_at = time.monotonic()
            self.stderr.write(f"{events} of {self._total} events")
