"""The hotline, below the desk's address, and what is found out there: that two records are one person."""

from django.contrib import admin
from django.urls import path

from . import customer_merge, hotline, identity

app_name = "hotline"
urlpatterns = [
    path("", admin.site.admin_view(hotline.hotline), name="page"),
    path("log/", admin.site.admin_view(hotline.log), name="log"),
    path("customers/<int:customer_id>/check/", admin.site.admin_view(identity.check), name="check"),
    path("customers/<int:customer_id>/merge/", admin.site.admin_view(customer_merge.merge), name="merge"),
    path("merges/<int:merge_id>/undo/", admin.site.admin_view(customer_merge.undo), name="undo-merge"),
]
