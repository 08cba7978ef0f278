"""Addresses of messages, webhooks and calls under /api/v1/."""

from django.urls import path

from . import articles, calls, messages, webhooks

urlpatterns = [
    path("cases/<str:code>/messages/", messages.Messages.as_view()),
    path("help/", articles.Articles.as_view()),
    path("help/<slug:slug>/", articles.Article.as_view()),
    path("help/<slug:slug>/versions/<int:number>/", articles.ArticleVersion.as_view()),
    path("webhooks/", webhooks.Webhooks.as_view()),
    path("webhooks/<int:pk>/", webhooks.Webhook.as_view()),
    path("hotline/calls/", calls.Calls.as_view()),
]
