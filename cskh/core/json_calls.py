"""JSON in, JSON out, for the calls of our own pages' scripts. What the domain refuses keeps its status, its code and its words."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from .errors import DomainError, Invalid
from .text import as_number

Content = dict[str, Any]


def answered(give: Callable[[], Content]) -> JsonResponse:
    """What `give` gives, or the problem it raises: `{code, message, errors}`. Never kept by a cache."""
    try:
        response = JsonResponse(give())
    except DomainError as error:
        response = JsonResponse(problem_of(error), status=error.status)
    patch_cache_control(response, no_store=True)
    return response


def problem_of(error: DomainError) -> Content:
    """`{code, message, errors}`, in the language of this moment."""
    errors = error.errors if isinstance(error, Invalid) else {}
    return {"code": error.code, "message": str(error), "errors": errors}


def content_of(request: HttpRequest) -> Content:
    """The JSON object of the request. Raises Invalid where it is none."""
    try:
        content = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid(_("This is not JSON.")) from error
    if not isinstance(content, dict):
        raise Invalid(_("This is not a JSON object."))
    return content


def text_of(content: Mapping[str, Any], name: str, most: int = 1000) -> str:
    """A text of the object, "" where it is missing. Raises Invalid for anything else, and for more than `most` characters."""
    text = content.get(name, "")
    if not isinstance(text, str) or len(text) > most:
        raise Invalid(errors={name: [_("A short text is needed.")]})
    return text


def whole_number(content: Mapping[str, Any], name: str) -> int:
    """A whole number of the object, 0 where it is missing. Raises Invalid for anything else."""
    value = content.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise Invalid(errors={name: [_("A whole number is needed.")]})
    return value


def asked_number(request: HttpRequest, name: str) -> int:
    """As `whole_number`, of the address: `?name=12`."""
    number = as_number(request.GET.get(name, "0"))
    if number is None:
        raise Invalid(errors={name: [_("A whole number is needed.")]})
    return number
