"""What the OpenAPI schema says of every call alike: problems, idempotency, versions."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable: act on it, show `detail`.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {
            "type": "string",
            "enum": [
                "invalid",
                "not_authenticated",
                "not_permitted",
                "not_found",
                "method_not_allowed",
                "step_not_allowed",
                "conflict",
                "busy",
                "precondition_failed",
                "too_large",
                "unsupported_media_type",
                "idempotency_mismatch",
                "throttled",
                "server_error",
            ],
        },
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {}, "description": "By field, for `invalid`."},
        "missing": {
            "type": "array",
            "description": "For `step_not_allowed` where a complaint is not ready to be answered: what is missing, "
            "and of which issue (null for the whole).",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "issue": {"type": "integer", "nullable": True},
                    "text": {"type": "string"},
                },
            },
        },
    },
}
_WHY = {
    "400": "`invalid`: `errors` names the fields.",
    "401": "`not_authenticated`.",
    "403": "`not_permitted`: not you.",
    "404": "`not_found`: nothing there that you may know of.",
    "409": "`step_not_allowed`: not now. `conflict`: being changed, or the same request still runs. "
    "`busy`: held by somebody else; call again.",
    "412": "`precondition_failed`: changed since the version in If-Match.",
    "413": "`too_large`.",
    "415": "`unsupported_media_type`.",
    "422": "`idempotency_mismatch`: the key was used for another request.",
    "429": "`throttled`: see Retry-After.",
}
_READING = ("400", "401", "403", "404", "429")
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a repeated request do its work once. Kept 24 hours, per credential.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the version the change is meant for.",
    "schema": {"type": "string"},
}


def example(name: str, /, **value: object) -> Callable[[Any], Any]:
    """Decorates the form of a request: what it may look like. `name` says what happens there."""
    return extend_schema_serializer(examples=[OpenApiExample(name, request_only=True, value=value)])


def describe_common_parts(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular postprocessing: the same headers and problems on every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
            if method == "patch" or (method == "post" and ("{code}" in path or path.endswith("/verify/"))):
                operation.setdefault("parameters", []).append(_IF_MATCH)
            for status in _WHY if method in ("post", "patch") else _READING:
                operation["responses"].setdefault(status, _problem(_WHY[status]))
    return result


def _problem(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}
