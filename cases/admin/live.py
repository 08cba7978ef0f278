"""What an open page of the desk asks for by itself: the bell, and telephones that ring."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from cases import policies
from channels_app.models import Call
from channels_app.ringing import ringing_for

from . import notices


@require_GET
def me(request: HttpRequest) -> JsonResponse:
    """`unread`: how many notices; `calls`: what rings for this person now, in the words the page shows. Constant queries."""
    actor = Actor.staff(request.user)
    ringing = ringing_for(actor.subject).select_related("customer") if policies.may_open(actor) else ()
    answer = JsonResponse({"unread": notices.unread(request), "calls": [_call(call) for call in ringing]})
    patch_cache_control(answer, no_store=True)
    return answer


def _call(call: Call) -> dict[str, Any]:
    """Whoever is called at a number hears its owner speak: they may know whom we know there."""
    return {
        "id": call.pk,
        "title": _("The telephone rings"),
        "number": call.number or _("Number withheld"),
        "customer": str(call.customer) if call.customer else _("Nobody we know"),
        "open": _("Open the hotline page"),
        "close": _("Close"),
        "url": f"{reverse('hotline:page')}?{urlencode({'call': call.pk})}",
    }
