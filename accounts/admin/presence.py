"""On duty or off: everybody says it for themselves. Going off hands over what waits on them, and the page says to whom."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.models import User
from cases import policies, queries
from cases.models import Case
from cases.workflow.handover import set_presence
from channels_app.chat import letting_go
from cskh.core.errors import Invalid, NotPermitted


@require_http_methods(["GET", "POST"])
def presence(request: HttpRequest) -> HttpResponse:
    """Shows whether I am on duty, with the switch; POST `presence` turns it."""
    user: User = get_object_or_404(User, pk=request.user.pk)
    if request.method == "POST":
        if not policies.may_open(Actor.staff(user)):  # who only reads is never on duty
            raise NotPermitted
        if request.POST.get("presence") not in User.Presence.values:
            raise Invalid
        handed_over = set_presence(user, User.Presence(request.POST["presence"]), actor=Actor.staff(user))
        if user.presence == User.Presence.OFF_DUTY:
            letting_go.release(user)
        messages.success(request, _("You are now %(presence)s.") % {"presence": user.get_presence_display()})
        for line in _who_has(handed_over):
            messages.info(request, line)
        return HttpResponseRedirect(reverse("presence"))
    now = timezone.now()
    waiting = queries.for_queue(Actor.staff(user), "mine", now, now)[:100]
    context = {
        **admin.site.each_context(request),
        "title": _("On and off duty"),
        "person": user,
        "waiting": list(waiting),
    }
    return render(request, "admin/presence/page.html", context)


def _who_has(handed_over: list[Case]) -> list[str]:
    return [
        _("%(code)s: now with %(who)s.")
        % {
            "code": case.code,
            # What no department has yet waits in intake's queue.
            "who": case.assignee or _("the queue of %(department)s") % {"department": case.department or _("Intake")},
        }
        for case in handed_over
    ]
