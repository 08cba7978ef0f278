"""Has files looked into again that were taken for damaged."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from cases.evidence.pipeline import soundness


class Command(BaseCommand):
    help = "Has evidence looked into again that was taken for damaged, such as after a worker was mended."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("sha256", nargs="*", help="only these files; all of them without any")

    def handle(self, *args: Any, **options: Any) -> None:
        many = soundness.look_anew(options["sha256"])
        self.stdout.write(f"{many} files will be looked into within a minute.")
