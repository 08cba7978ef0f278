"""The reports, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import export, monthly, owed, pages, quality

app_name = "reports"
urlpatterns = [
    path("", admin.site.admin_view(pages.outcomes), name="outcomes"),
    path("cohorts/", admin.site.admin_view(pages.cohorts), name="cohorts"),
    path("time/", admin.site.admin_view(pages.time), name="time"),
    path("backlog/", admin.site.admin_view(pages.backlog), name="backlog"),
    path("satisfaction/", admin.site.admin_view(pages.satisfaction), name="satisfaction"),
    path("remedies/", admin.site.admin_view(pages.remedies), name="remedies"),
    path("remedies/list/", admin.site.admin_view(owed.remedies), name="owed"),
    path("quality/", admin.site.admin_view(pages.quality), name="quality"),
    path("quality/list/", admin.site.admin_view(quality.reviews), name="reviews"),
    path("monthly/", admin.site.admin_view(monthly.monthly), name="monthly"),
    path("monthly/<int:pk>/", admin.site.admin_view(monthly.edition), name="monthly-edition"),
    path("cases/", admin.site.admin_view(pages.cases), name="cases"),
    path("export/", admin.site.admin_view(export.export), name="export"),
]
