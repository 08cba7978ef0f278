"""REST: formats, limits, the schema, and whose signed tokens we believe."""

from .env import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cases.api.authentication.BearerAuthentication",
        "cases.api.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "cskh.core.pages.CursorPages",
    "EXCEPTION_HANDLER": "cskh.core.drf.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["cskh.core.throttles.CredentialThrottle"],
    "DEFAULT_THROTTLE_RATES": {"credential": env.str("API_RATE", default="600/min")},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "CSKH",
    "DESCRIPTION": "Open cases for customers, follow them, send evidence, accept or reject the outcome.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cskh.core.schema.describe_common_parts",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "cases.states.Status",
        "PriorityEnum": "cases.states.Priority",
        "ChannelEnum": "cases.states.Channel",
        "NatureEnum": "cases.states.Nature",
        "ClosedAsEnum": "cases.states.ClosedAs",
        "MessageDirectionEnum": "channels_app.models.Message.Direction",
        "CallDirectionEnum": "channels_app.models.Call.Direction",
        "CallStateEnum": "channels_app.models.Call.State",
        "EvidenceStateEnum": "cases.evidence.models.EvidenceItem.State",
        "RecordKindEnum": "cases.records.models.RecordKind",
        "RemedyStatusEnum": "cases.complaints.remedy_states.RemedyStatus",
        "RemedyKindEnum": "cases.complaints.remedy_states.RemedyKind",
        "ProblemStatusEnum": "cases.complaints.models.ProblemStatus",
        "LookUpStateEnum": "cases.records.models.Asked.State",
    },
}

# Customers' tokens: issuer, audience, and the keys that sign them, by key id ("" where the token names none).
# CUSTOMER_TOKEN_KEYS is JSON: {"kid": {"alg": "EdDSA" or "HS256", "key": PEM public key or shared secret}}.
CUSTOMER_TOKEN_ISSUER = env.str("CUSTOMER_TOKEN_ISSUER", default="operator")
CUSTOMER_TOKEN_AUDIENCE = env.str("CUSTOMER_TOKEN_AUDIENCE", default="cskh")
CUSTOMER_TOKEN_KEYS = env.json("CUSTOMER_TOKEN_KEYS", default={})
CUSTOMER_TOKEN_MAX_SECONDS = 15 * 60
IDEMPOTENCY_SECONDS = 24 * 3600
