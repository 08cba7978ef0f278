"""Lengths of time as people say them."""

from datetime import timedelta

from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def length(value: timedelta) -> str:
    """Rounded up to minutes, hours (from two) or days (from two): 25 minutes, 3 hours, 2 days."""
    minutes = -(-int(value.total_seconds()) // 60)
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = -(-hours // 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
