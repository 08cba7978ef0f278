"""The floor of every REST view: who acts, limits of what comes in, one JSON parser, idempotent POSTs."""

import json
import re
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from . import idempotency
from .errors import Busy, Invalid, NotVisible, TooLarge

MULTIPART_OVERHEAD = 64 * 1024  # bytes of a form around its file
_ENTITY_TAG = re.compile(r'(W/)?"[^"]*"')


class StrictJSONParser(JSONParser):
    """JSON; what is wrong with it is said in the language in use, also where it is nested beyond what Python follows."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is not valid JSON: it is nested too deeply.")) from error
        except exceptions.ParseError as error:
            raise exceptions.ParseError(_where_it_breaks(error)) from error


def _where_it_breaks(error: exceptions.ParseError) -> str:
    cause = error.__context__
    if isinstance(cause, json.JSONDecodeError):
        place = {"line": cause.lineno, "column": cause.colno}
        return _("The body is not valid JSON, at line %(line)d, column %(column)d.") % place
    return _("The body is not valid JSON.")


class AlwaysJSON(BaseContentNegotiation):
    """JSON is all we speak, so the Accept header is not asked: refusing would help nobody."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return next((parser for parser in parsers if _matches(parser.media_type, request.content_type)), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def _matches(media_type: str, content_type: str) -> bool:
    return (content_type or "").split(";")[0].strip().lower() == media_type


class ApiView(APIView):
    """Base of our REST views. `actor` is whoever calls; a POST with an Idempotency-Key is done once."""

    parser_classes = [StrictJSONParser]
    content_negotiation_class = AlwaysJSON
    max_body = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @property
    def actor(self) -> Any:
        """The Actor (`accounts.actors`) that authentication found."""
        return self.request.user

    @property
    def if_match(self) -> frozenset[str] | None:
        """The versions If-Match names, for one of which a change is meant; None where any will do. Weak tags match none."""
        wanted = self.request.headers.get("If-Match", "*").strip()
        if wanted == "*":
            return None
        return frozenset(match.group(0) for match in _ENTITY_TAG.finditer(wanted) if not match.group(1))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in value for values in request.query_params.lists() for value in (values[0], *values[1])):
            raise Invalid
        self._limit_body(request)
        handler = getattr(self, "post", None)
        if request.method == "POST" and handler is not None:
            work = partial(self._answer, handler, request, *args, **kwargs)
            self.post = lambda request, *args, **kwargs: idempotency.once(request, work)

    def _answer(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The handler's answer, refusals included: they are answers too."""
        try:
            return handler(request, *args, **kwargs)
        except Busy:  # no answer yet: the same again is to be tried, not told
            raise
        except Exception as error:  # noqa: BLE001 - what is no refusal is raised again by handle_exception
            return self.handle_exception(error)

    def _limit_body(self, request: Request) -> None:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if (request.content_type or "").startswith("multipart/"):
            if length > settings.EVIDENCE_MAX_BYTES + MULTIPART_OVERHEAD:
                raise TooLarge
        elif length > self.max_body:
            raise TooLarge
        elif length:
            _ = request._request.body  # read once, so that fingerprint and parser both see it


class NothingHere(ApiView):
    """Addresses under /api/ that do not exist answer as REST does."""

    authentication_classes = []
    permission_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotVisible


class GenericApiView(ApiView, GenericAPIView):
    """As ApiView, for views with serializers, filters and pages."""

    def checked(self, form: type[Serializer] | None = None) -> dict[str, Any]:
        """What the request carries, as the serializer for requests has it. Raises for anything else."""
        serializer = (form or self.get_serializer_class())(
            data=self.request.data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "actor": self.request.user if self.request else None}
