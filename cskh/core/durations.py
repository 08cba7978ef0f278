"""Lengths of time, in words."""

from django.utils.translation import gettext as _


def span(seconds: float) -> str:
    """A length of time in its two largest units at most: "3 d 4 h", "12 min"; under a minute in seconds."""
    whole = int(abs(seconds))
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        parts = [_("%(n)d d") % {"n": days}, _("%(n)d h") % {"n": hours} if hours else ""]
    elif hours:
        parts = [_("%(n)d h") % {"n": hours}, _("%(n)d min") % {"n": minutes} if minutes else ""]
    elif minutes:
        parts = [_("%(n)d min") % {"n": minutes}]
    else:
        parts = [_("%(n)d s") % {"n": whole}]
    return " ".join(part for part in parts if part)
