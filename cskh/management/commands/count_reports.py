"""Counts the summaries of the reports anew, all of them and now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.reports import keeping
from cases.reports.models import CountedCase


class Command(BaseCommand):
    help = "Counts the summaries of the reports anew from the cases. Safe at any time; usually they keep themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        if not keeping.count_all():
            raise CommandError("A worker is counting just now. Try again in a minute.")
        self.stdout.write(f"{CountedCase.objects.count()} cases are counted.")
