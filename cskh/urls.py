"""The addresses of the product."""

from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.admin.presence import presence
from cases.admin import live
from channels_app.live import pages as chat_pages
from cskh import health
from cskh.core.api import NothingHere

urlpatterns = [
    # For pages without a link to it, and bookmarks.
    path("favicon.ico", RedirectView.as_view(url=static("cskh/favicon.svg"))),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/evidence/", include("cases.evidence.urls")),
    path("admin/presence/", admin.site.admin_view(presence), name="presence"),
    path("admin/chat/", include("channels_app.admin.chat_urls")),
    path("admin/chat-service/", include("channels_app.admin.chat_service_urls")),
    path("admin/live/me", admin.site.admin_view(live.me), name="live-me"),
    path("admin/reporting/", include("cases.admin.reports.urls")),
    path("admin/quality-reviews/", include("cases.admin.quality.urls")),
    path("admin/hotline/", include("channels_app.admin.hotline_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("cskh.api_urls")),
    re_path(r"^api(/.*)?$", NothingHere.as_view()),
    path("widget.js", chat_pages.widget, name="widget"),
    path("chat/", include("channels_app.live.urls")),
    path("", include("channels_app.portal.urls")),
]
handler403 = "cskh.core.error_pages.forbidden"
handler404 = "cskh.core.error_pages.not_found"
handler500 = "cskh.core.drf.server_error"
if settings.DEMO:
    urlpatterns.append(path("demo/mail/", include("cskh.demo_mail.urls")))
