"""Pages of the office that belong to no model."""

from django.contrib import admin
from django.urls import path

from . import hotline, identity

app_name = "hotline"
urlpatterns = [
    path("", admin.site.admin_view(hotline.hotline), name="page"),
    path("log/", admin.site.admin_view(hotline.log), name="log"),
    path("customers/<int:customer_id>/check/", admin.site.admin_view(identity.check), name="check"),
]
