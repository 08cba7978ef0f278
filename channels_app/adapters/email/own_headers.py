"""Headers of our own."""

from django.utils.crypto import salted_hmac

LOOP_HEADER = "X-CSKH-Loop"
CUT_HEADER = "X-CSKH-Cut"


def loop_mark() -> str:
    """What every mail of this installation carries, so that it knows its own when one comes back."""
    return salted_hmac("channels_app.adapters.email.loop", "mark", algorithm="sha256").hexdigest()[:16]
