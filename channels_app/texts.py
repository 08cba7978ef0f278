"""What every text that people write goes through, in or out."""

from django.conf import settings
from django.utils.translation import gettext as _

from cskh.core.errors import Invalid
from cskh.core.text import clean


def checked_body(body: str) -> str:
    """The text cleaned. Raises Invalid where it is empty or too long."""
    text = clean(body)
    if not text:
        raise Invalid(errors={"body": [_("Write something first.")]})
    if len(text) > settings.MESSAGE_MAX_CHARACTERS:
        limit = settings.MESSAGE_MAX_CHARACTERS
        raise Invalid(errors={"body": [_("The text is too long: at most %(limit)d characters.") % {"limit": limit}]})
    return text
