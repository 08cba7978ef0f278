"""The service report of the chat, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import chat_service

app_name = "chat_service"
urlpatterns = [
    path("", admin.site.admin_view(chat_service.page), name="page"),
    path("conversations/", admin.site.admin_view(chat_service.listing), name="list"),
]
