"""Addresses of customers and departments under /api/v1/."""

from django.urls import path

from . import views

urlpatterns = [
    path("customers/", views.Customers.as_view()),
    path("customers/<int:pk>/", views.CustomerDetail.as_view()),
    path("departments/", views.Departments.as_view()),
]
