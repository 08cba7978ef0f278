"""Every error the domain raises on purpose, each with a stable code and an HTTP status.

The interfaces map them once: REST in `cskh.core.drf`, pages in `cskh.core.middleware`.
"""

from collections.abc import Mapping

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Something a caller can act on. `message` is fit to be shown; `data` is for programs."""

    code = "error"
    status = 400
    default_message = _("That did not work.")

    def __init__(self, message: object = None, **data: object) -> None:
        self.message = message or self.default_message
        self.data = data
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """Input that cannot be accepted. `errors` names the fields: {"phone": ["…"]}."""

    code = "invalid"
    status = 400
    default_message = _("Please check what was entered.")

    def __init__(
        self, message: object = None, *, errors: Mapping[str, list[object]] | None = None, **data: object
    ) -> None:
        super().__init__(message, **data)
        self.errors = {field: [str(text) for text in texts] for field, texts in (errors or {}).items()}


class NotVisible(DomainError):
    """There is no such thing, or none that you may know of."""

    code = "not_found"
    status = 404
    default_message = _("Not found.")


class NotPermitted(DomainError):
    """Not you: somebody else may, at this very moment."""

    code = "not_permitted"
    status = 403
    default_message = _("You are not allowed to do this.")


class Conflict(DomainError):
    """The thing changed meanwhile, or is being changed."""

    code = "conflict"
    status = 409
    default_message = _("This was changed meanwhile. Please look again.")


class StepNotAllowed(Conflict):
    """Not now: the case is not in a state in which this step can be taken."""

    code = "step_not_allowed"
    default_message = _("This step cannot be taken now.")


class Busy(Conflict, OperationalError):
    """Somebody else holds it at this moment: nothing was changed, and a moment later it works. Raised by the database
    (`cskh.core.database`), and an error of it to Django. No answer to what was asked: whoever takes refusals for one lets
    it pass."""

    code = "busy"
    default_message = _("Somebody else is working on this just now. Please try again.")


class PreconditionFailed(DomainError):
    code = "precondition_failed"
    status = 412
    default_message = _("This was changed by somebody else. Load it again, then repeat your change.")


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    default_message = _("This is too large.")


class UnsupportedType(DomainError):
    code = "unsupported_media_type"
    status = 415
    default_message = _("Files of this type cannot be accepted.")


class Throttled(DomainError):
    """Too often; after a while it works again."""

    code = "throttled"
    status = 429
    default_message = _("That was a bit fast. Please wait a moment, then send it again.")


class NotKept(DomainError):
    """The disk or the storage did not take a file, by no fault of the sender: it works once there is room again. Like `Busy`
    no answer to what was asked, and nothing to hold against the file."""

    code = "not_kept"
    status = 503
    default_message = _("We could not keep the file just now. Please send it again in a few minutes.")


class DatabaseFull(NotKept, OperationalError):
    """The database's disk took no more: nothing was changed. Raised by the database (`cskh.core.database`), whatever was written,
    and an error of it to Django."""

    default_message = _("We could not keep this just now. Please send it again in a few minutes.")


class IdempotencyMismatch(DomainError):
    code = "idempotency_mismatch"
    status = 422
    default_message = _("This Idempotency-Key was used for another request.")
