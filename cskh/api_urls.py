"""Everything under /api/v1/: the apps' own addresses, the schema and its pages."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

# The schema says nothing that is not public; it can be read before one has a key.
_PUBLIC: dict[str, Any] = {"authentication_classes": [], "permission_classes": []}
# Swagger UI writes its own styles and starts by a script in the page.
_docs_policy = csp_update({"script-src": [SELF, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]})

urlpatterns = [
    path("", include("cases.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("channels_app.api.urls")),
    path("schema/", SpectacularAPIView.as_view(**_PUBLIC), name="schema"),
    path("docs/", _docs_policy(SpectacularSwaggerView.as_view(url_name="schema", **_PUBLIC)), name="docs"),
]
