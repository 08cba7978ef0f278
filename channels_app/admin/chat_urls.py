"""The chat console, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import chat

app_name = "chat_console"
urlpatterns = [
    path("", admin.site.admin_view(chat.page), name="page"),
    path("state/", admin.site.admin_view(chat.state), name="state"),
    path("badge/", admin.site.admin_view(chat.badge), name="badge"),
    path("here/", admin.site.admin_view(chat.here), name="here"),
    path("duty/", admin.site.admin_view(chat.duty), name="duty"),
    path("next/", admin.site.admin_view(chat.take_next), name="next"),
    path("<uuid:public_id>/lines/", admin.site.admin_view(chat.lines), name="lines"),
    path("<uuid:public_id>/card/", admin.site.admin_view(chat.card), name="card"),
    path("<uuid:public_id>/colleagues/", admin.site.admin_view(chat.colleagues), name="colleagues"),
    path("<uuid:public_id>/take/", admin.site.admin_view(chat.take), name="take"),
    path("<uuid:public_id>/say/", admin.site.admin_view(chat.say), name="say"),
    path("<uuid:public_id>/note/", admin.site.admin_view(chat.note), name="note"),
    path("<uuid:public_id>/answer/", admin.site.admin_view(chat.official_answer), name="answer"),
    path("<uuid:public_id>/read/", admin.site.admin_view(chat.read), name="read"),
    path("<uuid:public_id>/hand-over/", admin.site.admin_view(chat.hand_over), name="hand-over"),
    path("<uuid:public_id>/classify/", admin.site.admin_view(chat.classify), name="classify"),
    path("<uuid:public_id>/end/", admin.site.admin_view(chat.end), name="end"),
]
