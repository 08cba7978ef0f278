"""Tests that run on several processes at once (`bin/test -n 2`) share PostgreSQL, where each has a database of its own.

Valkey has no such parts for what is published: what one worker says to `desk` all would hear. So each has a Valkey of its own,
also where REDIS_URL names a server. Loaded before Django reads its settings.
"""

import atexit
import os
import tempfile
from pathlib import Path


def _have_an_own_valkey():
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        "cskh.settings.test"  # as pytest.ini has it; importing ours would choose others
    )
    from cskh.embedded.folders import DataFolder
    from cskh.embedded.valkey import Valkey

    folder = tempfile.TemporaryDirectory(prefix="cskh-test-worker-")
    valkey = Valkey(DataFolder(Path(folder.name)))
    atexit.register(folder.cleanup)
    atexit.register(valkey.child.stop)
    valkey.start()
    os.environ["REDIS_URL"] = valkey.url


if "PYTEST_XDIST_WORKER" in os.environ:
    _have_an_own_valkey()
