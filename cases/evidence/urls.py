"""Evidence as staff see it, below the desk's address. Its addresses are random (`InAddresses`)."""

from django.urls import path

from . import serving

app_name = "evidence"
urlpatterns = [
    path("<uuid:public_id>/file", serving.original, name="original"),
    path("<uuid:public_id>/preview", serving.preview, name="preview"),
    path("<uuid:public_id>/preview/<int:page>", serving.preview, name="page"),
    path("<uuid:public_id>/custody", serving.custody, name="custody"),
    path("<uuid:public_id>/place", serving.place, name="place"),
]
