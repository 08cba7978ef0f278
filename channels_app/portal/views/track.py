"""Ways to a case: its code and a one-time code, or the signed link in our messages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import codes
from cases.models import Case
from channels_app import links, one_time_codes
from channels_app.portal import access, limits
from channels_app.portal.forms.base import typed_in
from channels_app.portal.forms.following import AskCodeForm, OneTimeCodeForm
from cskh.core.errors import DomainError

_ASKED = "portal_asked"  # the code somebody typed, right or wrong


class LinkExpired(DomainError):
    """The link is too old, or was never ours."""

    code = "link_expired"
    status = 410


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Asks for a one-time code. Codes of a case and codes of none are answered alike, after the same time."""
    form = AskCodeForm(typed_in(request), initial={"code": request.GET.get("code", "")[:60]})
    if request.method == "POST" and form.is_valid():
        limits.count(request, "ask_code")
        with _same_time():
            typed = form.cleaned_data["code"]
            request.session[_ASKED] = typed
            browser = one_time_codes.browser_hash(access.browser_secret(request))
            if (case := _named(typed)) and case.contact:
                one_time_codes.issue(case, case.contact, browser)
        return redirect("portal:enter_code")
    context = {"form": form, "followed": access.followed_codes(request)}
    return render(request, "portal/ask.html", context, status=400 if form.errors else 200)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Takes the six digits. Whatever is wrong, the answer is the same."""
    asked = request.session.get(_ASKED)
    if asked is None:
        return redirect("portal:ask")
    form = OneTimeCodeForm(typed_in(request))
    if request.method == "POST" and form.is_valid():
        limits.count(request, "try_code")
        with _same_time():
            browser = one_time_codes.browser_hash(access.browser_secret(request))
            case = _named(asked)
            right = case and one_time_codes.verify(case, browser, form.cleaned_data["digits"])
        if case and right:
            del request.session[_ASKED]
            access.grant(request, case)
            return redirect("portal:case", case.code)
        form.add_error("digits", _("This code is not right, or no longer valid. Check the newest one, or ask again."))
    context = {"form": form, "asked": asked, "minutes": int(settings.ONE_TIME_CODE_HOLDS.total_seconds() // 60)}
    return render(request, "portal/enter_code.html", context, status=400 if form.errors else 200)


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Opens a link of our messages and goes on to the clean address. Only this browser's session changes."""
    opened = links.open_link(token)
    if opened is None:
        raise LinkExpired(_("This link is no longer valid. Follow your request with its code instead."))
    access.grant(request, opened.case)
    response = redirect(reverse("portal:case", args=[opened.case.code]) + opened.anchor)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@csrf_protect
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """For shared telephones: this browser follows nothing any more."""
    access.leave(request)
    messages.success(request, _("This device no longer shows your requests."))
    return redirect("portal:ask")


def _named(typed: str) -> Case | None:
    """The case that a code names. What may be told about it is decided by who reads its contact's mail."""
    try:
        code = codes.parse_code(typed)
    except ValueError:
        return None
    return Case.objects.select_related("contact").filter(code=code).first()


@contextmanager
def _same_time() -> Iterator[None]:
    """Takes at least settings.TRACK_ANSWER_SECONDS, so that the time tells nothing."""
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, settings.TRACK_ANSWER_SECONDS - (time.monotonic() - begun)))
