"""The database backend: Django's own for PostgreSQL. What somebody else holds, too long or in a circle, is `Busy` to whoever asks;
what its disk has no room for is `DatabaseFull` to whoever writes.

How long is too long says `DATABASE_LOCK_SECONDS`. Every error of the driver passes here on its way to Django, so that the
desk, REST, the portal and the sockets refuse it as they refuse everything else.
"""

import logging
from types import TracebackType

from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg.errors import DeadlockDetected, DiskFull, LockNotAvailable

from cskh.core.errors import Busy, DatabaseFull

log = logging.getLogger(__name__)


class _Errors(DatabaseErrorWrapper):
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(exc_value, LockNotAvailable | DeadlockDetected):
            raise Busy from exc_value
        if isinstance(exc_value, DiskFull):
            log.error("the disk of the database is full: %s", exc_value)
            raise DatabaseFull from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    @cached_property
    def wrap_database_errors(self) -> _Errors:
        return _Errors(self)
