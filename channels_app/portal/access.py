"""Which cases this browser may follow: kept in its session, one case at a time, for a while.

Whoever opened a link of ours or typed a one-time code acts as the case's customer, on that one case only.
"""

import secrets
import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Customer
from cases import codes, queries
from cases.models import Case
from cskh.core.errors import NotVisible

_GRANTED = "portal_cases"  # code → [customer, until (Unix time)]
_BROWSER = "portal_browser"

CaseView = Callable[..., HttpResponse]  # of the request, the case and its customer, and what else the address names


def grant(request: HttpRequest, case: Case) -> None:
    """From now on this browser may follow `case`. The session gets a new name, so that a planted one is worth nothing."""
    request.session.cycle_key()
    until = int(time.time() + settings.CASE_ACCESS_HOLDS.total_seconds())
    request.session[_GRANTED] = {**_granted(request), case.code: [case.customer_id, until]}


def leave(request: HttpRequest) -> None:
    """This browser follows nothing any more. A member of staff stays logged in."""
    for key in (_GRANTED, _BROWSER):
        request.session.pop(key, None)


def followed_codes(request: HttpRequest) -> list[str]:
    """The codes of the cases this browser may follow now."""
    return sorted(code for code, (_customer, until) in _granted(request).items() if until > time.time())


def browser_secret(request: HttpRequest) -> str:
    """What ties one-time codes to this browser; made when first needed."""
    if _BROWSER not in request.session:
        request.session[_BROWSER] = secrets.token_urlsafe(24)
    return request.session[_BROWSER]


def case_of(request: HttpRequest, text: str) -> tuple[Case, Actor]:
    """The case with that code, and its customer as actor, where this browser may follow it. Raises NotVisible otherwise."""
    code = next((code for code in followed_codes(request) if code == _canonical(text)), None)
    if code is None:
        raise NotVisible(_("This page opens with the link in our messages, or with your code and a one-time code."))
    customer = Customer.objects.select_related("merged_into").get(pk=_granted(request)[code][0])
    actor = Actor.customer(directory.current(customer))
    return queries.visible_case(actor, code), actor


def with_case(view: CaseView) -> Callable[..., HttpResponse]:
    """A page of one case: never kept by caches; its errors lead back to the case."""

    @wraps(view)
    def page(request: HttpRequest, code: str, **named: object) -> HttpResponse:
        case, actor = case_of(request, code)
        if request.method == "GET" and code != case.code:
            return redirect(request.path.replace(code, case.code, 1))
        case_page = reverse("portal:case", args=[case.code])
        if request.path != case_page:
            request.page_before = case_page  # type: ignore[attr-defined]
        return view(request, case, actor, **named)

    return never_cache(page)


def _granted(request: HttpRequest) -> dict[str, tuple[int, int]]:
    return request.session.get(_GRANTED, {})


def _canonical(text: str) -> str:
    try:
        return codes.parse_code(text)
    except ValueError:
        return ""
