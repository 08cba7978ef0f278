"""The database backend: Django's own for PostgreSQL. What somebody else holds, too long or in a circle, is `Busy` to whoever asks.

How long is too long says `DATABASE_LOCK_SECONDS`. Every error of the driver passes here on its way to Django, so that the
desk, REST, the portal and the sockets refuse it as they refuse everything else.
"""

from types import TracebackType

from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg.errors import DeadlockDetected, LockNotAvailable

from cskh.core.errors import Busy


class _Errors(DatabaseErrorWrapper):
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(exc_value, LockNotAvailable | DeadlockDetected):
            raise Busy from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    @cached_property
    def wrap_database_errors(self) -> _Errors:
        return _Errors(self)
