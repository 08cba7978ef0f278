"""The addresses of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from cskh import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/evidence/", include("cases.evidence.urls")),
    path("admin/", admin.site.urls),
    path("", include("channels_app.portal.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/mail/", include("cskh.demo_mail.urls")))
