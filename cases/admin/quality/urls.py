"""Quality, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import pages, reviewing

app_name = "quality"
urlpatterns = [
    path("", admin.site.admin_view(pages.work), name="work"),
    path("draw/", admin.site.admin_view(pages.draw), name="draw"),
    path("samples/<int:pk>/", admin.site.admin_view(pages.sample), name="sample"),
    path("mine/", admin.site.admin_view(pages.mine), name="mine"),
    path("reviews/<int:pk>/", admin.site.admin_view(reviewing.review), name="review"),
]
