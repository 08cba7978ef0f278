"""The language in use, where a text is kept in both."""

from django.utils import translation


def in_english() -> bool:
    """Whether the reader reads English; everybody else reads Vietnamese."""
    return (translation.get_language() or "").startswith("en")
