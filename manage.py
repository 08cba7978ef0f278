#!/usr/bin/env python
"""Runs a command of the project: `manage.py up`, `manage.py migrate`, …"""

import os
import sys

# These start the servers that the settings name: they run before there are any, and leave the choice of settings alone.
LAUNCHERS = ("up", "with_servers", "beside_up", "demo_mail")


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in LAUNCHERS:
        from django.conf import settings

        settings.configure(INSTALLED_APPS=["cskh"])
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
