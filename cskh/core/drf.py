"""How REST shows errors (RFC 9457), whatever the app."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from .errors import DomainError, Invalid, TooLarge

PROBLEM_JSON = "application/problem+json"

_CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as `application/problem+json` with a stable `code`. None (a 500) for what nobody foresaw."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, SuspiciousOperation | DataError):  # what no field foresaw and the database refused
        error = Invalid()
    if isinstance(error, DomainError):
        extra: dict[str, Any] = {key: value for key, value in error.data.items() if isinstance(value, str | int | list)}
        if isinstance(error, Invalid) and error.errors:
            extra["errors"] = error.errors
        return _problem(error.status, error.code, str(error), extra)
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    code = _CODES.get(error.status_code, "error")
    if isinstance(error, exceptions.ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        errors = {field: _in_words(said) for field, said in errors.items()}
        return _problem(error.status_code, code, str(Invalid.default_message), {"errors": errors}, headers)
    return _problem(error.status_code, code, str(error.detail), {}, headers)


# What the framework says in English only.
_UNTRANSLATED = {"No data provided": gettext_lazy("No data was sent.")}


def _in_words(said: Any) -> Any:
    if not isinstance(said, list):
        return said
    return [str(_UNTRANSLATED.get(str(one), one)) if isinstance(one, str) else one for one in said]


def _problem(
    status_code: int, code: str, detail: str, extra: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    set_rollback()
    body = extra | _body(status_code, code, detail)  # what an error says of itself never hides the problem's own parts
    return Response(body, status=status_code, headers=headers, content_type=PROBLEM_JSON)


def _body(status_code: int, code: str, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status_code).phrase
    return {"type": "about:blank", "title": title, "status": status_code, "code": code, "detail": detail}


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: a problem without details where REST was asked, a page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    body = _body(500, "server_error", "Something went wrong on our side. It has been noted.")
    return JsonResponse(body, status=500, content_type=PROBLEM_JSON)
