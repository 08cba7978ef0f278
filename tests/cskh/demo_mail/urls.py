"""The mail page without the rest, which tests run without demo mode."""

from django.urls import include, path

urlpatterns = [path("demo/mail/", include("cskh.demo_mail.urls"))]
