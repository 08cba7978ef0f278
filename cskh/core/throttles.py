"""How often one credential may call."""

from typing import Any

from rest_framework.throttling import SimpleRateThrottle

from .client_address import client_address


class CredentialThrottle(SimpleRateThrottle):
    """So many requests per credential; per address where there is none."""

    scope = "credential"

    def get_cache_key(self, request: Any, view: Any) -> str:
        who = getattr(request, "auth", None) or client_address(request)
        return self.cache_format % {"scope": self.scope, "ident": who}
