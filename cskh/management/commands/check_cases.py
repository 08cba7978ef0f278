"""Checks that no open case is forgotten."""

from django.core.management.base import BaseCommand, CommandError

from cases.queries import orphans


class Command(BaseCommand):
    help = "Finds open cases without a queue, or without anything that ever falls due. There must be none."

    def handle(self, *args: object, **options: object) -> None:
        codes = list(orphans().values_list("code", flat=True))
        for code in codes:
            self.stdout.write(code)
        if codes:
            raise CommandError(f"{len(codes)} open cases would never be looked at.")
        self.stdout.write("Every open case has a queue and something due.")
