"""The product's addresses as in demo mode; tests run without it."""

from django.urls import include, path

from cskh.urls import urlpatterns as product

urlpatterns = [path("demo/mail/", include("cskh.demo_mail.urls")), *product]
