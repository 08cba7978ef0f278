"""Evidence as staff see it, below the desk's address."""

from django.urls import path

from . import serving

app_name = "evidence"
urlpatterns = [
    path("<int:pk>/file", serving.original, name="original"),
    path("<int:pk>/preview", serving.preview, name="preview"),
    path("<int:pk>/preview/<int:page>", serving.preview, name="page"),
    path("<int:pk>/custody", serving.custody, name="custody"),
    path("<int:pk>/place", serving.place, name="place"),
]
