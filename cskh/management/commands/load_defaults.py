"""`manage.py load_defaults`: departments, categories, checklists, calendars, targets and texts of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from cskh.defaults.load import load
from cskh.defaults.load import offer_checklists as offer


class Command(BaseCommand):
    help = "Adds the defaults that are missing; changes nothing that is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--offer-checklists",
            action="store_true",
            help="Also begin a draft with the shipped checklist for each category that has none. Nothing is published.",
        )

    @transaction.atomic
    def handle(self, *args: Any, offer_checklists: bool, **options: Any) -> None:
        load()
        self.stdout.write("Defaults are loaded.")
        if offer_checklists:
            offered = ", ".join(category.slug for category in offer()) or "none"
            self.stdout.write(f"Drafts of checklists, to be read and published in the admin: {offered}.")
