"""The addresses of the chat: its page, and its plain HTTP calls."""

from django.urls import path

from . import chat_calls, pages

app_name = "chat"
urlpatterns = [
    path("", pages.page, name="page"),
    path("start", chat_calls.start, name="start"),
    path("lines", chat_calls.lines, name="lines"),
    path("say", chat_calls.say, name="say"),
    path("file", chat_calls.send_file, name="file"),
    path("read", chat_calls.read, name="read"),
    path("contact", chat_calls.contact, name="contact"),
    path("prove", chat_calls.prove, name="prove"),
    path("accept", chat_calls.accept, name="accept"),
    path("reject", chat_calls.reject, name="reject"),
    path("sign-in", chat_calls.sign_in, name="sign_in"),
]
