"""The reports, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import export, pages

app_name = "reports"
urlpatterns = [
    path("", admin.site.admin_view(pages.outcomes), name="outcomes"),
    path("cohorts/", admin.site.admin_view(pages.cohorts), name="cohorts"),
    path("time/", admin.site.admin_view(pages.time), name="time"),
    path("backlog/", admin.site.admin_view(pages.backlog), name="backlog"),
    path("cases/", admin.site.admin_view(pages.cases), name="cases"),
    path("export/", admin.site.admin_view(export.export), name="export"),
]
