"""Lengths of time as people say them."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def length(value: timedelta) -> str:
    """Rounded up to minutes, hours (one, or from two) or days (from two): 25 minutes, 1 hour, 67 minutes, 3 hours, 2 days."""
    minutes = -(-int(value.total_seconds()) // 60)
    if minutes < 120 and minutes != 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = -(-hours // 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def time_left(value: datetime) -> str:
    """As `from_now` for a time by which somebody else must act: never more than there is."""
    away = value - timezone.now()
    for unit in (timedelta(days=1), timedelta(hours=1)):
        if away >= 2 * unit:
            return from_now(timezone.now() + away // unit * unit)
    return from_now(value)


@register.filter
def from_now(value: datetime) -> str:
    """How far a time is away: in 25 minutes, 3 hours ago."""
    away = value - timezone.now()
    if away < timedelta():
        return _("%(length)s ago") % {"length": length(-away)}
    return _("in %(length)s") % {"length": length(away)}
