"""Who reads the reports."""

from django.http import HttpRequest

from accounts.actors import Actor
from cases import policies
from cskh.core.errors import NotPermitted


def reader(request: HttpRequest) -> Actor:
    """Whoever asks; raises NotPermitted unless they oversee work."""
    actor = Actor.staff(request.user)
    if not policies.oversees(actor):
        raise NotPermitted
    return actor
