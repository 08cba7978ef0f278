"""`manage.py demo_mail`: the demo's SMTP and IMAP servers."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cskh.demo_mail.server import running_mail_servers
from cskh.embedded.folders import default_data_path
from cskh.embedded.installation import MAIL_PASSWORD


class Command(BaseCommand):
    help = "Runs local SMTP and IMAP servers for the demo. Every address exists; the mail stays in CSKH_DATA/mail."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--smtp-port", type=int, default=2525, help="0 takes a free one")
        parser.add_argument("--imap-port", type=int, default=1143, help="0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._serve(options["smtp_port"], options["imap_port"]))
        except OSError as error:
            raise CommandError(f"The mail servers cannot listen: {error.strerror}") from error

    async def _serve(self, smtp_port: int, imap_port: int) -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        root = default_data_path() / "mail"
        async with running_mail_servers(root, MAIL_PASSWORD, smtp_port=smtp_port, imap_port=imap_port) as servers:
            self.stdout.write(f"SMTP on 127.0.0.1:{servers.smtp_port}, IMAP on 127.0.0.1:{servers.imap_port}")
            await stopped.wait()
