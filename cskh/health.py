"""Is the process alive, and can it work?"""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers and has every migration; 503 otherwise."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return HttpResponse("database unreachable", content_type="text/plain", status=503)
    if missing:
        return HttpResponse("migrations missing", content_type="text/plain", status=503)
    return HttpResponse("ready", content_type="text/plain")
