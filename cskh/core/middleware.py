"""Shows domain errors on pages (REST has its own mapping in `cskh.core.drf`), and says what pages may load."""

import logging
from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import messages
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from .error_pages import refusal
from .errors import DomainError, Invalid, NotVisible

log = logging.getLogger(__name__)


class DomainErrorMiddleware:
    """A page that raised a DomainError answers with its message and status; staff forms go back with the message shown.

    So does one whose address says what no field foresaw and the database refused, such as a NUL in a filter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError):
            log.warning("%s: the database refused what was entered", request.path, exc_info=exception)
            exception = Invalid()
        if not isinstance(exception, DomainError):
            return None
        back = getattr(request, "page_before", None)
        if back and not isinstance(exception, NotVisible):
            messages.error(request, str(exception))
            return HttpResponseRedirect(back)
        return refusal(request, exception)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere; the admin's addresses get the allowances its theme cannot do without."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith(reverse("admin:index")):
            parts.replace = {**settings.ADMIN_CONTENT_SECURITY_POLICY, **(parts.replace or {})}
        return parts
