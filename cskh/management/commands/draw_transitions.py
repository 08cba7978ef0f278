"""Writes the table of legal moves into the README."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.diagram import render

BEGIN, END = "<!-- transitions -->", "<!-- /transitions -->"


def with_block(text: str) -> str:
    """`text` with the present table between the markers. Raises CommandError where a marker is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CommandError(f"The markers {BEGIN} and {END} are missing.")
    return f"{before}{BEGIN}\n\n{render()}\n\n{END}{after}"


class Command(BaseCommand):
    help = "Draws the table of steps and statuses into the README (or another file), between its markers."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=settings.BASE_DIR / "README.md")

    def handle(self, *args: object, file: Path, **options: object) -> None:
        file.write_text(with_block(file.read_text(encoding="utf-8")), encoding="utf-8")
