"""Addresses of messages, webhooks and calls under /api/v1/."""

from django.urls import path

from . import calls, messages, webhooks

urlpatterns = [
    path("cases/<str:code>/messages/", messages.Messages.as_view()),
    path("webhooks/", webhooks.Webhooks.as_view()),
    path("webhooks/<int:pk>/", webhooks.Webhook.as_view()),
    path("hotline/calls/", calls.Calls.as_view()),
]
