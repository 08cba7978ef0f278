"""Addresses of the mail page; included in demo mode only."""

from django.urls import path

from . import views

app_name = "demo_mail"
urlpatterns = [
    path("", views.boxes, name="boxes"),
    path("<str:address>/", views.box, name="box"),
    path("<str:address>/write/", views.write, name="write"),
    path("<str:address>/<slug:key>/", views.thread, name="thread"),
    path("<str:address>/<slug:folder>/<int:uid>/<int:number>/", views.attachment, name="attachment"),
]
