"""The addresses of the sockets."""

from django.urls import path

from .desk import DeskSocket
from .visitors import VisitorSocket

urlpatterns = [
    path("ws/chat/", VisitorSocket.as_asgi()),  # type: ignore[arg-type]  # Django's stubs know views only
    path("ws/desk/", DeskSocket.as_asgi()),  # type: ignore[arg-type]
]
