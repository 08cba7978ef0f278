"""`manage.py load_defaults`: departments, categories, checklists, calendars, targets and texts of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cskh.defaults.load import load


class Command(BaseCommand):
    help = "Adds the defaults that are missing; changes nothing that is there."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        load()
        self.stdout.write("Defaults are loaded.")
